"""Numbers that studies leave out: draws, Rubin's rules, and coverage on simulated reviews."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from whatworks.errors import TooFewStudies, UserError
from whatworks.synthesis import (
    IccInterval,
    IccRange,
    ImputedFit,
    MultilevelModel,
    RandomEffects,
    StatedNormal,
    draw_informed,
    draw_missing,
    draw_stated,
    hedges_g,
    impute_and_pool,
    multilevel_model,
    pool_fits,
    random_effects,
    robust,
    two_point_sensitivity,
)

Floats = npt.NDArray[np.float64]

GAPS = [4.0, 5.0, None, 6.0, 4.5, None, 5.5]


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


class Review:
    """Means and standard deviations of simulated studies; true mean 0.3, tau2 0.04."""

    def __init__(self, source: np.random.Generator, k: int = 14, spread: float = 0.15) -> None:
        self.n = source.integers(20, 80, k).astype(float)
        true_sd = np.exp(source.normal(np.log(10.0), spread, k))
        theta = 0.3 + source.normal(0.0, 0.2, k)
        self.m1 = true_sd * (theta + source.normal(size=k) / np.sqrt(self.n))
        self.m2 = true_sd * source.normal(size=k) / np.sqrt(self.n)
        df = 2 * self.n - 2
        self.sd = true_sd * np.sqrt(source.chisquare(df) / df)

    def effects(self, sd: Floats) -> tuple[Floats, Floats]:
        g = hedges_g(self.m1, sd, self.n, self.m2, sd, self.n)
        return g.yi, g.vi

    def fit(self, sd: Floats) -> RandomEffects:
        return random_effects(*self.effects(sd), test="knha")

    def with_gaps(self, source: np.random.Generator, share: float) -> Floats:
        sd = self.sd.copy()
        sd[source.choice(sd.size, round(share * sd.size), replace=False)] = np.nan
        return sd


def test_draws_keep_what_was_observed_and_stay_in_range() -> None:
    found = draw_missing(GAPS, scale="log", m=50, rng=rng())
    assert (found.draws[:, [0, 1, 3, 4, 6]] == [4.0, 5.0, 6.0, 4.5, 5.5]).all()
    assert (found.draws[:, [2, 5]] > 0.0).all()
    assert found.is_missing.tolist() == [False, False, True, False, False, True, False]
    assert found.model == "normal on the log scale, estimated from 5 rows"


def test_the_stored_state_makes_the_same_draws_again() -> None:
    source = rng(5)
    source.normal(size=3)
    first = draw_missing(GAPS, scale="log", m=4, rng=source)
    again = np.random.Generator(np.random.PCG64())
    again.bit_generator.state = first.random_state
    second = draw_missing(GAPS, scale="log", m=4, rng=again)
    assert (first.draws == second.draws).all()


@pytest.mark.slow
def test_draws_have_the_predictive_t_distribution_of_the_observed_rows() -> None:
    """Mean and variance of (x - mean)/(s sqrt(1 + 1/n)): those of t with n - 1 degrees of freedom."""
    seen = np.log([4.0, 5.0, 6.0, 4.5, 5.5, 7.0, 5.2, 4.8])
    values = [*np.exp(seen), None]
    m, n = 20_000, seen.size
    found = np.log(draw_missing(values, scale="log", m=m, rng=rng()).draws[:, -1])
    t = (found - seen.mean()) / (seen.std(ddof=1) * np.sqrt(1 + 1 / n))
    df = n - 1
    variance = df / (df - 2)
    assert t.mean() == pytest.approx(0.0, abs=4 * np.sqrt(variance / m))
    assert t.var() == pytest.approx(variance, rel=4 * (((t**2).std() / np.sqrt(m)) / variance))


def test_a_number_that_goes_along_moves_the_draws() -> None:
    like = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0])
    values = [*np.exp(0.5 * like[:5] + [0.01, -0.01, 0.0, 0.01, -0.01]), None, None]
    found = draw_missing(values, scale="log", m=200, rng=rng(), like=like)
    assert np.log(found.draws[:, 5]).mean() == pytest.approx(3.0, abs=0.05)
    assert np.log(found.draws[:, 6]).mean() == pytest.approx(3.5, abs=0.05)


def test_a_shared_stated_value_is_one_for_all_gaps_and_another_each_draw() -> None:
    shared = draw_stated(GAPS, StatedNormal(5.0, 0.2, "log"), m=30, rng=rng(), is_shared=True)
    own = draw_stated(GAPS, IccRange(0.2, 0.05), m=30, rng=rng(), is_shared=False)
    assert (shared.draws[:, 2] == shared.draws[:, 5]).all()
    assert np.unique(shared.draws[:, 2]).size == 30
    assert (own.draws[:, 2] != own.draws[:, 5]).all()
    assert ((own.draws[:, 2] > 0) & (own.draws[:, 2] < 1)).all()


def test_stated_quantiles_are_on_their_scale() -> None:
    assert StatedNormal(10.0, 0.2, "log").quantile(0.5) == pytest.approx(10.0)
    assert StatedNormal(10.0, 0.2, "log").quantile(0.975) == pytest.approx(10 * np.exp(0.391993))
    assert StatedNormal(0.5, 0.3, "fisher-z").quantile(0.975) == pytest.approx(
        np.tanh(np.arctanh(0.5) + 1.959964 * 0.3)
    )
    assert IccInterval(0.1, 0.3).quantile(0.25) == pytest.approx(0.15)


@pytest.mark.parametrize(
    ("run", "error", "message"),
    [
        (lambda: draw_missing([1.0, 2.0, None], scale="log", m=5, rng=rng()), TooFewStudies, "3"),
        (lambda: draw_missing([-1.0, 2.0, 3.0], scale="log", m=5, rng=rng()), UserError, "above 0"),
        (lambda: draw_missing([1.5, 0.2], scale="fisher-z", m=5, rng=rng()), UserError, "between"),
        (lambda: draw_missing([1.0, 0.2], scale="logit", m=5, rng=rng()), UserError, "between"),
        (lambda: draw_missing(GAPS, scale="sqrt", m=5, rng=rng()), UserError, "fisher-z"),
        (lambda: draw_missing(GAPS, scale="log", m=1, rng=rng()), UserError, "2 or more"),
        (
            lambda: draw_missing(GAPS, scale="log", m=5, rng=rng(), like=[1.0] * 7),
            UserError,
            "collinear",
        ),
        (
            lambda: draw_missing(GAPS, scale="log", m=5, rng=rng(), like=[1.0] * 6),
            UserError,
            "One row|one row",
        ),
        (lambda: StatedNormal(0.0, 1.0, "log"), UserError, "middle"),
        (lambda: StatedNormal(1.0, 0.0, "log"), UserError, "sd"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    run: Callable[[], object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        run()


def test_pooling_equal_fits_is_the_fit_itself() -> None:
    fit = random_effects([0.1, 0.9, 0.5, 0.2], [0.02, 0.03, 0.02, 0.01], test="knha")
    found = pool_fits([fit, fit, fit])
    assert found.coefficients[0] == pytest.approx(fit.estimate)
    assert found.se[0] == pytest.approx(fit.se)
    assert found.missing_information[0] == pytest.approx(0.0, abs=1e-12)
    assert found.monte_carlo_se[0] == pytest.approx(0.0, abs=1e-12)
    # Barnard and Rubin's observed-data degrees of freedom: (df + 1)/(df + 3) df for df = 3.
    assert found.df[0] == pytest.approx(4 / 6 * 3)
    tau2 = found.component("tau2")
    assert tau2.estimate == pytest.approx(fit.tau2)
    assert tau2.ci == pytest.approx(fit.confint().tau2[1:], rel=1e-9)


def test_rubin_s_rules_by_hand() -> None:
    """Three fits of equal effects: means 0.1, 0.2, 0.3 with variance 0.01 each.

    W = 0.01, B = 0.01, T = 0.01 + 4/3 * 0.01; complete df infinite, so df = 2/(share^2).
    """
    fits = [
        random_effects([m - 0.1, m + 0.1], [0.02, 0.02], method="EE", test="z")
        for m in (0.1, 0.2, 0.3)
    ]
    found = pool_fits(fits)
    total, extra = 0.01 * 7 / 3, 0.01 * 4 / 3
    assert found.coefficients[0] == pytest.approx(0.2)
    assert found.vcov[0, 0] == pytest.approx(total)
    assert found.df[0] == pytest.approx(2 / (extra / total) ** 2)
    ratio = extra / 0.01
    assert found.missing_information[0] == pytest.approx(
        (ratio + 2 / (found.df[0] + 3)) / (ratio + 1)
    )
    assert found.monte_carlo_se[0] == pytest.approx(np.sqrt(0.01 / 3))
    assert "Take more" in found.notes[-1]


def test_a_component_at_its_boundary_in_some_draws_keeps_its_zeros() -> None:
    spread = random_effects([0.0, 0.8, 0.1, 0.9], [0.01] * 4)
    flat = random_effects([0.35, 0.47, 0.33, 0.45], [0.01] * 4)
    assert flat.tau2 == 0.0
    found = pool_fits([spread, flat]).component("tau2")
    assert found.estimate == pytest.approx(spread.tau2 / 2)
    assert (found.lowest, found.highest) == (0.0, pytest.approx(spread.tau2))
    assert found.n_at_boundary == 1
    assert found.ci is not None
    assert found.ci[0] == 0.0 < found.ci[1]


def test_without_gaps_the_pooled_result_is_the_fit() -> None:
    review = Review(rng(13))
    fit = review.fit(review.sd)
    drawn = draw_missing(review.sd, scale="log", m=3, rng=rng(14))
    found = impute_and_pool(drawn, review.fit, component_limits=False)
    assert found.coefficients[0] == pytest.approx(fit.estimate)
    assert found.notes == fit.notes
    informed = draw_informed(
        review.sd,
        scale="log",
        m=2,
        rng=rng(15),
        effects=review.effects,
        slope=lambda column: 1 / column,
        fit=review.fit,
    )
    assert (informed.draws == review.sd).all()


def test_models_that_differ_are_not_pooled() -> None:
    one = random_effects([0.1, 0.2], [0.1, 0.1])
    other = random_effects([0.1, 0.2], [0.1, 0.1], method="EE")
    with pytest.raises(UserError, match="not of one model"):
        pool_fits([one, other])
    with pytest.raises(TooFewStudies):
        pool_fits([one])


def test_a_draw_that_cannot_be_fitted_is_named() -> None:
    def fit(column: Floats) -> RandomEffects:
        raise UserError("no")

    with pytest.raises(UserError, match="Draw 1 could not be fitted: no"):
        impute_and_pool(draw_missing(GAPS, scale="log", m=3, rng=rng()), fit)


def test_two_columns_are_drawn_together_and_both_are_told() -> None:
    review = Review(rng(), k=7)
    sd = draw_missing(GAPS, scale="log", m=5, rng=rng(2))
    r = draw_stated(
        [0.5, None, 0.6, 0.7, None, 0.4, 0.5],
        StatedNormal(0.5, 0.2, "fisher-z"),
        m=5,
        rng=rng(3),
        is_shared=True,
    )

    def fit(sd: Floats, r: Floats) -> RandomEffects:
        y, v = review.effects(sd)
        return random_effects(y, v * 2 * (1 - r))

    found = impute_and_pool((sd, r), fit)
    assert "2 of 7 values (29 percent) were drawn 5 times" in found.notes[-1]
    assert "estimated from 5 rows" in found.notes[-2]
    short = draw_missing(GAPS, scale="log", m=4, rng=rng())
    with pytest.raises(UserError, match=r"\(5, 7\), \(4, 7\)"):
        impute_and_pool((sd, short), fit)


def test_dependent_effects_and_robust_inference_are_pooled_alike() -> None:
    review = Review(rng(4), k=12)
    study = [i // 2 for i in range(12)]
    sd = review.with_gaps(rng(5), 0.25)
    imputed = draw_missing(sd, scale="log", m=4, rng=rng(6))

    def fit(column: Floats) -> object:
        y, v = review.effects(column)
        model = multilevel_model(
            y, v, random="~ 1 | study / effect", data={"study": study, "effect": list(range(12))}
        )
        return robust(model, study)

    found: ImputedFit = impute_and_pool(imputed, fit, component_limits=False)  # type: ignore[arg-type]
    assert len(found.components) == 2
    assert found.df[0] < 5
    assert found.components[0].ci is None
    assert "imputations" in found.summary()


def test_limits_of_multilevel_components_come_from_their_profiles() -> None:
    review = Review(rng(12), k=10)
    data = {"study": [i // 2 for i in range(10)]}

    def fit(column: Floats) -> MultilevelModel:
        y, v = review.effects(column)
        return multilevel_model(y, v, random="~ 1 | study", data=data)

    model = fit(review.sd)
    found = pool_fits([model, model]).components[0]
    assert found.ci == pytest.approx(model.confint(found.name), rel=1e-6, abs=1e-9)


def test_results_are_told_as_text_table_and_json() -> None:
    import json

    review = Review(rng(7))
    sd = review.with_gaps(rng(8), 0.3)
    found = impute_and_pool(draw_missing(sd, scale="log", m=5, rng=rng(9)), review.fit)
    text = json.dumps(found.to_dict())
    assert '"n_imputations": 5' in text
    assert set(found.table()) >= {"estimate", "ci_lower", "missing_information"}
    assert "over the draws" in found.summary()
    with pytest.raises(UserError, match="tau2"):
        found.component("sigma2")


def test_two_points_need_no_randomness_and_span_the_range() -> None:
    review = Review(rng(10), k=7)
    found = two_point_sensitivity(GAPS, review.fit, low=4.0, high=8.0)
    filled = np.array([4.0, 5.0, 4.0, 6.0, 4.5, 4.0, 5.5])
    assert found.fits[0].coefficients == pytest.approx(review.fit(filled).coefficients)
    assert found.n_missing == 2
    rows = found.table()
    assert rows["filled_with"] == [4.0, 8.0]
    assert (rows["ci_lower"][0], rows["ci_upper"][0]) == pytest.approx(review.fit(filled).ci)
    stated = two_point_sensitivity(
        GAPS, review.fit, distribution=StatedNormal(5.0, 0.2, "log"), tail=0.025
    )
    assert stated.high == pytest.approx(5 * np.exp(1.959964 * 0.2))
    assert found.span.shape == (1,)
    assert "2 gaps" in found.summary()
    with pytest.raises(UserError, match="low and high, or a distribution"):
        two_point_sensitivity(GAPS, review.fit, low=1.0)
    with pytest.raises(UserError, match="low must be below high"):
        two_point_sensitivity(GAPS, review.fit, low=2.0, high=1.0)


def test_a_large_reported_difference_makes_a_large_standard_deviation_likely() -> None:
    """Nine studies with effects near 0.3; the tenth reports 30 points and no standard deviation."""
    sd = np.array([8.0, 12.0, 15.0, 7.0, 9.0, 20.0, 11.0, 6.0, 10.0, np.nan])
    difference = np.array([2.4, 3.6, 4.5, 2.1, 2.7, 6.0, 3.3, 1.8, 3.0, 30.0])
    n = np.full(10, 50.0)

    def effects(column: Floats) -> tuple[Floats, Floats]:
        g = hedges_g(difference, column, n, np.zeros(10), column, n)
        return g.yi, g.vi

    def fit(column: Floats) -> RandomEffects:
        return random_effects(*effects(column))

    blind = draw_missing(sd, scale="log", m=20, rng=rng(11))
    informed = draw_informed(
        sd,
        scale="log",
        m=20,
        rng=rng(11),
        effects=effects,
        slope=lambda column: 1 / column,
        fit=fit,
    )
    assert np.median(informed.draws[:, 9]) > 2 * np.median(blind.draws[:, 9])
    assert (informed.draws[:, :9] == sd[:9]).all()


def coverage(way: str, reviews: int, spread: float, share: float) -> tuple[float, float]:
    """Share of intervals that cover 0.3, and mean of tau2."""
    source = rng(20261124)
    hits, tau2 = 0, []
    for _ in range(reviews):
        review = Review(source, spread=spread)
        sd = review.with_gaps(source, share)
        if way == "informed":
            drawn = draw_informed(
                sd,
                scale="log",
                m=5,
                rng=source,
                effects=review.effects,
                slope=lambda column: 1 / column,
                fit=review.fit,
            )
        else:
            drawn = draw_missing(sd, scale="log", m=10, rng=source)
        found = impute_and_pool(drawn, review.fit, component_limits=False)
        hits += bool(found.ci[0, 0] <= 0.3 <= found.ci[0, 1])
        tau2.append(found.components[0].estimate)
    return hits / reviews, float(np.mean(tau2))


@pytest.mark.slow
def test_pooled_intervals_cover_when_standard_deviations_are_missing() -> None:
    """400 reviews of 14 studies, a third of the SDs lost: within 3 Monte-Carlo errors of 95 %."""
    found, _ = coverage("missing", 400, 0.15, 1 / 3)
    assert found == pytest.approx(0.95, abs=3 * np.sqrt(0.95 * 0.05 / 400))


@pytest.mark.slow
def test_informed_draws_cover_and_do_not_inflate_tau2_where_sds_differ_much() -> None:
    """100 reviews, log SDs that spread by 0.3, a third lost; the truth is 0.04."""
    found, tau2 = coverage("informed", 100, 0.3, 1 / 3)
    _, blind = coverage("missing", 100, 0.3, 1 / 3)
    assert found == pytest.approx(0.95, abs=3 * np.sqrt(0.95 * 0.05 / 100))
    # tau2 of one review has a standard deviation of about 0.03.
    assert tau2 == pytest.approx(0.04, abs=4 * 0.03 / np.sqrt(100))
    assert blind > tau2
