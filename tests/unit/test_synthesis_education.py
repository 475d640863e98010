"""Effects by analysis, clusters, standards and imputation: values worked by hand, and simulations."""

import numpy as np
import pytest

from whatworks.errors import TooFewStudies, UserError
from whatworks.synthesis import hedges_g, random_effects
from whatworks.synthesis.education import (
    Assignment,
    IccRange,
    attrition,
    baseline_equivalence,
    benjamini_hochberg,
    cox_index,
    draw_missing,
    effect_of_coefficient,
    effect_of_gains,
    effect_of_means,
    effect_of_test,
    effect_with_pretest,
    gain_of_effects,
    group_design_rating,
    icc_default,
    improvement_index,
    impute_and_pool,
    over_icc,
    pool_fits,
)

CLASSES = Assignment(icc=0.1, cluster_size=5)


def test_degrees_of_freedom_of_the_handbook_s_example() -> None:
    """(98 - 0.8)^2/(98 * 0.81 + 5 * 90 * 0.01 + 2 * 90 * 0.09) = 94.40, by E.21."""
    found = effect_of_means(0.4, 50, 50, assignment=CLASSES)
    assert found.df == pytest.approx(97.2**2 / 100.08, rel=1e-12)
    assert round(float(found.df), 2) == 94.40


def test_without_clusters_all_is_as_for_single_pupils() -> None:
    found = effect_of_means(0.4, 30, 50)
    assert found.vi == pytest.approx(1 / 30 + 1 / 50 + 0.16 / (2 * 78))
    assert (float(found.gamma), float(found.eta), float(found.df)) == (1.0, 1.0, 78.0)
    assert found.formula == "(1 - R2)(1/n1 + 1/n2) + g^2/(2(h - q))"


def test_an_analysis_that_handled_clusters_takes_gamma_and_another_eta() -> None:
    naive = effect_of_means(0.4, 50, 50, assignment=CLASSES, with_effect_term=False)
    handled = effect_of_means(
        0.4,
        50,
        50,
        assignment=Assignment(icc=0.1, cluster_size=5, is_handled=True),
        with_effect_term=False,
    )
    assert naive.vi == pytest.approx(0.04 * 1.4)
    assert handled.vi == pytest.approx(0.04 * (1 - 0.8 / 98))
    assert naive.yi == pytest.approx(0.4 * np.sqrt(1 - 0.8 / 98))


def test_one_clustered_arm() -> None:
    """Hedges and Citkowicz (2015), equations 6 and 7: N 100, 60 in groups of 6, icc 0.2."""
    one = Assignment(icc=0.2, cluster_size=6, n_clustered=60)
    found = effect_of_means(0.3, 60, 40, assignment=one)
    assert found.gamma == pytest.approx(1 - 44 * 0.2 / 98)
    assert found.eta == pytest.approx(1 + (6 * 40 / 100 - 1) * 0.2)
    top = (98 * 0.8 + 54 * 0.2) ** 2
    assert found.df == pytest.approx(top / (98 * 0.64 + 54 * 6 * 0.04 + 2 * 54 * 0.8 * 0.2))


def test_each_kind_of_analysis_has_its_first_term() -> None:
    def first(found: object) -> float:
        return float(found.vi)  # type: ignore[attr-defined]

    off = {"with_effect_term": False}
    assert first(effect_of_means(0.5, 20, 20, r2=0.4, **off)) == pytest.approx(0.06)
    assert first(effect_with_pretest(0.5, 20, 20, r=0.8, **off)) == pytest.approx(0.036)
    assert first(effect_of_gains(0.5, 20, 20, r=0.8, **off)) == pytest.approx(0.04)
    assert first(effect_of_test(0.5, 20, 20, t=2.0, **off)) == pytest.approx(0.0625)
    assert first(effect_of_test(0.5, 20, 20, f=4.0, **off)) == pytest.approx(0.0625)
    assert first(effect_of_coefficient(0.5, 20, 20, se=3.0, sd=12.0, **off)) == pytest.approx(
        0.0625
    )


def test_covariates_cost_degrees_of_freedom_in_the_last_term() -> None:
    few = effect_of_means(1.0, 10, 10, covariates=0)
    many = effect_of_means(1.0, 10, 10, covariates=8)
    assert few.vi == pytest.approx(0.2 + 1 / 36)
    assert many.vi == pytest.approx(0.2 + 1 / 20)
    with pytest.raises(UserError, match="degrees of freedom"):
        effect_of_means(1.0, 10, 10, covariates=18)


def test_difference_of_effects_without_correlation_is_a_sum_of_variances() -> None:
    found = gain_of_effects(0.6, 0.2, 30, 30, r=0.0)
    assert found.yi == pytest.approx(0.4)
    assert found.vi == pytest.approx(2 * (2 / 30) + 0.36 / (2 * 58))


@pytest.mark.slow
def test_cluster_variance_is_that_of_simulated_classes() -> None:
    """20,000 trials of 12 classes of 10 pupils, icc 0.2: variance of g sqrt(gamma) within 3 SE."""
    rng = np.random.default_rng(11)
    classes, size, icc, trials = 6, 10, 0.2, 20_000
    n = classes * size

    def arm(shift: float) -> np.ndarray:
        between = rng.normal(0.0, np.sqrt(icc), (trials, classes, 1))
        return shift + between + rng.normal(0.0, np.sqrt(1 - icc), (trials, classes, size))

    first, second = arm(0.4).reshape(trials, -1), arm(0.0).reshape(trials, -1)
    spread = np.sqrt(0.5 * (first.var(axis=1, ddof=1) + second.var(axis=1, ddof=1)))
    d = (first.mean(axis=1) - second.mean(axis=1)) / spread
    found = effect_of_means(d, n, n, assignment=Assignment(icc=icc, cluster_size=size))
    wanted = effect_of_means(0.4, n, n, assignment=Assignment(icc=icc, cluster_size=size))
    observed = float(found.yi.var(ddof=1))
    # The approximation itself is good to a few percent.
    assert observed == pytest.approx(float(wanted.vi), rel=0.05)


def test_icc_defaults_have_a_source_and_no_made_up_uncertainty() -> None:
    found = icc_default("achievement")
    assert (found.value, found.uncertainty) == (0.20, None)
    assert "Handbook" in found.source
    with pytest.raises(UserError, match="achievement, other"):
        icc_default("attendance")


def test_uncertain_icc_widens_the_variance() -> None:
    def effect(icc: float) -> tuple[float, float]:
        found = effect_of_means(0.4, 50, 50, assignment=Assignment(icc=icc, cluster_size=20))
        return float(found.yi), float(found.vi)

    sure, unsure = effect(0.2), over_icc(effect, IccRange(mean=0.2, sd=0.08))
    # eta is linear in the icc: its mean is that at the mean, and the spread of g comes on top.
    assert unsure.vi > sure[1]
    assert unsure.vi == pytest.approx(sure[1], rel=0.02)
    assert unsure.lowest[1] < unsure.vi < unsure.highest[1]
    with pytest.raises(UserError, match="standard deviation"):
        IccRange(mean=0.2, sd=0.5)


def test_cox_index_is_the_log_odds_ratio_over_its_factor() -> None:
    found = cox_index(0.6, 50, 0.5, 50)
    assert found.yi == pytest.approx(np.log(1.5) / 1.65)
    assert found.vi == pytest.approx((1 / 12 + 1 / 12.5) / 1.65**2)
    with pytest.raises(UserError, match="between 0 and 1"):
        cox_index(1.0, 50, 0.5, 50)


def test_improvement_index_of_a_quarter_of_a_standard_deviation() -> None:
    index, limits = improvement_index(0.25, 0.1)
    assert index == pytest.approx(9.870632568)
    assert limits is not None
    assert limits[0] < index < limits[1]
    assert improvement_index(0.0)[0] == 0.0


@pytest.mark.parametrize(
    ("g", "verdict"),
    [
        (0.05, "satisfied"),
        (-0.051, "needs adjustment"),
        (0.25, "needs adjustment"),
        (-0.26, "not met"),
    ],
)
def test_baseline_equivalence(g: float, verdict: str) -> None:
    assert baseline_equivalence(g).verdict == verdict


@pytest.mark.parametrize(
    ("overall", "boundary", "limit"),
    [
        (0, "cautious", 5.7),
        (10, "cautious", 6.3),
        (10.5, "cautious", 6.2),
        (57, "cautious", 0.0),
        (0, "optimistic", 10.0),
        (30, "optimistic", 8.4),
        (57, "optimistic", 2.3),
        (58, "optimistic", None),
    ],
)
def test_attrition_limits_are_read_at_their_own_percent(
    overall: float, boundary: str, limit: float | None
) -> None:
    found = attrition(overall, 1.0, boundary=boundary)
    assert found.limit == limit
    assert found.is_low is (None if limit is None else limit >= 1.0)


def test_the_rating_needs_low_attrition_or_equivalence() -> None:
    low, high = attrition(5, 2, boundary="cautious"), attrition(40, 9, boundary="cautious")
    alike, apart = baseline_equivalence(0.1), baseline_equivalence(0.4)

    def rating(**changed: object) -> str:
        given = {"is_randomised": True, "losses": low, "baseline": apart, "is_adjusted": False}
        return group_design_rating(**(given | changed)).rating  # type: ignore[arg-type]

    assert rating() == "meets standards without reservations"
    assert rating(losses=high) == "does not meet standards"
    assert rating(losses=high, baseline=alike) == "does not meet standards"
    assert (
        rating(losses=high, baseline=alike, is_adjusted=True) == "meets standards with reservations"
    )
    assert rating(is_randomised=False, baseline=alike, is_adjusted=True).endswith("reservations")


def test_benjamini_hochberg_on_the_paper_s_example() -> None:
    """Benjamini and Hochberg (1995), section 4.1: 15 tests, four are rejected at 0.05."""
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240]
    p += [0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    assert benjamini_hochberg(p).sum() == 4


def test_draws_keep_what_was_observed_and_stay_in_range() -> None:
    values = [4.0, 5.0, np.nan, 6.0, 4.5, np.nan]
    found = draw_missing(values, scale="log", m=50, rng=np.random.default_rng(1))
    assert (found.draws[:, [0, 1, 3, 4]] == [4.0, 5.0, 6.0, 4.5]).all()
    assert (found.draws[:, 2] > 0.0).all()
    assert found.draws[:, 2].std() > 0.0
    with pytest.raises(TooFewStudies):
        draw_missing([1.0, 2.0, np.nan], scale="log", m=5, rng=np.random.default_rng(1))


def test_pooling_equal_fits_is_the_fit_itself() -> None:
    fit = random_effects([0.1, 0.3, 0.5, 0.2], [0.02, 0.03, 0.02, 0.01])
    found = pool_fits([fit, fit, fit])
    assert found.coefficients[0] == pytest.approx(fit.estimate)
    assert found.se[0] == pytest.approx(fit.se)
    assert found.missing_information[0] == 0.0
    assert found.components["tau2"] == pytest.approx(fit.tau2)


@pytest.mark.slow
def test_pooled_intervals_cover_when_standard_deviations_are_missing() -> None:
    """400 reviews of 14 studies, a third of the SDs lost: coverage within 3 Monte-Carlo errors."""
    rng = np.random.default_rng(20261124)
    reviews, k, hit = 400, 14, 0
    for _ in range(reviews):
        n = rng.integers(20, 80, k)
        sd = np.exp(rng.normal(np.log(10.0), 0.15, k))
        theta = 0.3 + rng.normal(0.0, 0.2, k)
        m1 = theta * sd + rng.normal(size=k) * sd / np.sqrt(n)
        m2 = rng.normal(size=k) * sd / np.sqrt(n)
        seen = sd * np.sqrt(rng.chisquare(2 * n - 2) / (2 * n - 2))
        seen[rng.choice(k, k // 3, replace=False)] = np.nan

        def fit(column: np.ndarray, m1=m1, m2=m2, n=n) -> object:  # type: ignore[no-untyped-def]
            g = hedges_g(m1, column, n, m2, column, n)
            return random_effects(g.yi, g.vi, test="knha")

        imputed = draw_missing(seen, scale="log", m=10, rng=rng)
        found = impute_and_pool(imputed, fit)  # type: ignore[arg-type]
        hit += bool(found.ci[0, 0] <= 0.3 <= found.ci[0, 1])
    assert hit / reviews == pytest.approx(0.95, abs=3 * np.sqrt(0.95 * 0.05 / reviews))
