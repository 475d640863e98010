"""Effects by analysis and clusters: values worked by hand from the formulas, and simulated pupils."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from whatworks.errors import UserError
from whatworks.synthesis import (
    Assignment,
    ClusteredEffects,
    cluster_corrected_g,
    cluster_corrected_g_by_arm,
    cluster_df,
    cluster_df_pustejovsky,
    difference_in_g,
    effect_of_coefficient,
    effect_of_gains,
    effect_of_means,
    effect_of_standardised_coefficient,
    effect_of_test,
    effect_with_pretest,
    gain_of_effects,
    small_sample_factor,
)
from whatworks.synthesis.effect_sizes import EffectSizes

CLASSES = Assignment(icc=0.1, cluster_size=5, is_handled=False)
HANDLED = Assignment(icc=0.1, cluster_size=5, is_handled=True)


def test_degrees_of_freedom_of_the_handbook_s_example() -> None:
    """(98 - 0.8)^2/(98 * 0.81 + 5 * 90 * 0.01 + 2 * 90 * 0.09) = 9447.84/100.08, by E.21."""
    found = effect_of_means(0.4, 50, 50, assignment=CLASSES)
    assert float(cluster_df(100, 5, 0.1)) == pytest.approx(94.40287769784173, rel=1e-14)
    assert float(found.df) == float(cluster_df(100, 5, 0.1))


def test_the_other_degrees_of_freedom_count_clusters() -> None:
    """25 * 20 * 18/(20 * 1.4^2 + 18 * 4 * 0.81) = 9000/97.52."""
    other = Assignment(icc=0.1, cluster_size=5, is_handled=False, df_formula="pustejovsky")
    found = effect_of_means(1.0, 50, 50, assignment=other)
    assert float(found.df) == pytest.approx(9000 / 97.52)
    assert float(found.df) == float(cluster_df_pustejovsky(100, 5, 0.1))
    assert found.vi == pytest.approx(0.04 * 1.4 + (1 - 0.8 / 98) / (2 * 9000 / 97.52))
    assert "Pustejovsky" in found.formula


def test_without_clusters_all_is_as_for_single_pupils() -> None:
    found = effect_of_means(0.4, 30, 50)
    assert found.vi == pytest.approx(1 / 30 + 1 / 50 + 0.16 / (2 * 78))
    assert (float(found.gamma), float(found.eta), float(found.df)) == (1.0, 1.0, 78.0)
    assert found.formula == ("vi = (1 - R2)(1/n1 + 1/n2) + g_T^2/(2(h - q)), h = n1 + n2 - 2")
    assert found.notes == ()


def test_an_analysis_that_handled_clusters_takes_gamma_and_another_eta() -> None:
    naive = effect_of_means(0.4, 50, 50, assignment=CLASSES, with_effect_term=False)
    handled = effect_of_means(0.4, 50, 50, assignment=HANDLED, with_effect_term=False)
    assert naive.vi == pytest.approx(0.04 * 1.4)
    assert handled.vi == pytest.approx(0.04 * (1 - 0.8 / 98))
    assert naive.yi == handled.yi == pytest.approx(0.4 * np.sqrt(1 - 0.8 / 98))
    assert naive.formula == "vi = (1 - R2)(1/n1 + 1/n2) eta"
    assert handled.formula == "vi = (1 - R2)(1/n1 + 1/n2) gamma"


def test_gamma_on_numbers_of_pupils_is_remarked_and_on_a_standard_error_is_not() -> None:
    assert "is_handled=False" in effect_of_means(0.4, 50, 50, assignment=HANDLED).notes[0]
    assert effect_of_means(0.4, 50, 50, assignment=CLASSES).notes == ()
    by_se = effect_of_coefficient(0.4, 50, 50, se=2.0, sd=10.0, assignment=HANDLED)
    assert by_se.notes == ()


def test_clusters_need_to_say_whether_the_analysis_handled_them() -> None:
    with pytest.raises(UserError, match="is_handled"):
        Assignment(icc=0.1, cluster_size=5)


def test_one_clustered_arm() -> None:
    """Hedges and Citkowicz (2015), equations 5 to 7: N 100, 60 in groups of 6, icc 0.2."""
    one = Assignment(icc=0.2, cluster_size=6, clustered="first", is_handled=False)
    found = effect_of_means(0.3, 60, 40, assignment=one)
    assert found.gamma == pytest.approx(1 - 44 * 0.2 / 98)
    assert found.eta == pytest.approx(1 + (6 * 40 / 100 - 1) * 0.2)
    top = (98 * 0.8 + 54 * 0.2) ** 2
    assert found.df == pytest.approx(top / (98 * 0.64 + 54 * 6 * 0.04 + 2 * 54 * 0.8 * 0.2))
    other = Assignment(icc=0.2, cluster_size=6, clustered="second", is_handled=False)
    assert effect_of_means(0.3, 40, 60, assignment=other).vi == pytest.approx(float(found.vi))


def test_clusters_by_group_are_those_of_hedges() -> None:
    by_group = Assignment(icc=0.15, n_clusters=(4, 10), is_handled=False)
    found = effect_of_means(0.3, 80, 100, assignment=by_group)
    wanted: ClusteredEffects = cluster_corrected_g_by_arm(0.3, 80, 100, 4, 10, icc=0.15)
    assert found.yi == pytest.approx(float(wanted.yi))
    assert found.df == pytest.approx(float(wanted.df))
    assert found.vi == pytest.approx(
        float((1 / 80 + 1 / 100) * wanted.eta + wanted.yi**2 / (2 * wanted.df))
    )


def test_each_kind_of_analysis_has_its_first_term() -> None:
    g, n = 0.5, 20
    assert effect_of_means(g, n, n, r2=0.4, with_effect_term=False).vi == pytest.approx(0.06)
    assert effect_with_pretest(g, n, n, r=0.8, with_effect_term=False).vi == pytest.approx(0.036)
    assert effect_of_gains(g, n, n, r=0.8, with_effect_term=False).vi == pytest.approx(0.04)
    assert effect_of_test(g, n, n, t=-2.0, with_effect_term=False).vi == pytest.approx(0.0625)
    assert effect_of_test(g, n, n, f=4.0, with_effect_term=False).vi == pytest.approx(0.0625)
    by_se = effect_of_coefficient(g, n, n, se=3.0, sd=12.0, with_effect_term=False)
    assert by_se.vi == pytest.approx(0.0625)
    standardised = effect_of_standardised_coefficient(g, n, n, se=0.25, with_effect_term=False)
    assert standardised.vi == pytest.approx(0.0625)


def test_a_reported_t_and_the_standard_error_behind_it_give_one_variance() -> None:
    sd, se = 10.0, 1.6
    g = 4.0 / sd
    by_t = effect_of_test(g, 50, 50, t=4.0 / se, assignment=HANDLED, covariates=2)
    by_se = effect_of_coefficient(g, 50, 50, se=se, sd=sd, assignment=HANDLED, covariates=2)
    assert by_t.vi == pytest.approx(float(by_se.vi))


def test_covariates_cost_degrees_of_freedom_in_the_last_term() -> None:
    few = effect_of_means(1.0, 10, 10, covariates=0)
    many = effect_of_means(1.0, 10, 10, covariates=8)
    assert few.vi == pytest.approx(0.2 + 1 / 36)
    assert many.vi == pytest.approx(0.2 + 1 / 20)
    with pytest.raises(UserError, match="degrees of freedom"):
        effect_of_means(1.0, 10, 10, covariates=18)


def test_the_difference_of_two_effects_has_the_handbook_s_last_term() -> None:
    found = gain_of_effects(0.6, 0.2, 30, 30, r=0.5)
    assert found.yi == pytest.approx(0.4)
    last = 0.36 + 0.25 * 0.04 - 2 * 0.25 * 0.12
    assert found.vi == pytest.approx(2 * 0.5 * (2 / 30) + last / (2 * 58))


def test_the_delta_form_is_the_difference_in_g_for_single_pupils() -> None:
    zero = np.zeros(())
    wanted = difference_in_g(
        EffectSizes(np.array(0.6), zero), EffectSizes(np.array(0.2), zero), 30, 25, r=0.3
    )
    found = gain_of_effects(0.6, 0.2, 30, 25, r=0.3, pretest_term="delta")
    assert found.vi == pytest.approx(float(wanted.vi))


def test_missing_numbers_give_missing_effects_and_arrays_go_together() -> None:
    found = effect_of_means([0.3, None, 0.2], [50, 40, None], 50, assignment=CLASSES)
    assert np.isnan(found.yi).tolist() == [False, True, True]
    assert np.isnan(found.vi).tolist() == [False, True, True]
    assert found.df.shape == found.gamma.shape == (3,)
    alone = effect_of_means(0.3, 50, 50, assignment=CLASSES)
    assert found.vi[0] == pytest.approx(float(alone.vi))


@pytest.mark.parametrize(
    ("run", "message"),
    [
        (lambda: effect_of_means(0.3, 50, 50, r2=1.0), "r2"),
        (lambda: effect_of_means(0.3, 1, 50), "n1"),
        (lambda: effect_with_pretest(0.3, 50, 50, r=1.2), "correlation"),
        (lambda: effect_of_test(0.3, 50, 50), "either t or F"),
        (lambda: effect_of_test(0.3, 50, 50, t=1.0, f=1.0), "either t or F"),
        (lambda: effect_of_test(0.3, 50, 50, t=0.0), "precision"),
        (lambda: effect_of_coefficient(0.3, 50, 50, se=0.0, sd=1.0), "se"),
        (lambda: gain_of_effects(0.3, 0.1, 50, 50, r=0.5, pretest_term="x"), "handbook, delta"),
        (lambda: Assignment(icc=0.1, is_handled=True), "cluster_size or n_clusters"),
        (
            lambda: Assignment(icc=0.1, n_clusters=(4, 4), clustered="first", is_handled=True),
            "cluster_size",
        ),
        (
            lambda: Assignment(
                icc=0.1, n_clusters=(4, 4), df_formula="pustejovsky", is_handled=True
            ),
            "pustejovsky",
        ),
        (
            lambda: effect_of_means(
                0.3, 50, 50, assignment=Assignment(icc=1.0, cluster_size=5, is_handled=True)
            ),
            "icc",
        ),
        (
            lambda: effect_of_means(
                0.3,
                20,
                50,
                assignment=Assignment(icc=0.1, cluster_size=25, clustered="first", is_handled=True),
            ),
            "larger than the clustered group",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_name(run: object, message: str) -> None:
    with pytest.raises(UserError, match=message):
        run()  # type: ignore[operator]


Floats = npt.NDArray[np.float64]


def simulated(
    trials: int, classes: tuple[int, int], size: int, icc: float, arms: str, effect: float
) -> tuple[Floats, Floats]:
    """Differences of means and pooled variances of trials with pupils in classes."""
    rng = np.random.default_rng(20261124)
    scores = []
    for number, shift, inside in (
        (classes[0], effect, True),
        (classes[1], 0.0, arms == "both"),
    ):
        score = shift + rng.normal(0.0, np.sqrt(1 - icc), (trials, number, size))
        if inside:
            score += rng.normal(0.0, np.sqrt(icc), (trials, number, 1))
        scores.append(score.reshape(trials, -1))
    first, second = scores
    n1, n2 = first.shape[1], second.shape[1]
    s2 = (n1 - 1) * first.var(axis=1, ddof=1) + (n2 - 1) * second.var(axis=1, ddof=1)
    return first.mean(axis=1) - second.mean(axis=1), s2 / (n1 + n2 - 2)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("classes", "size", "icc", "arms"),
    [((6, 6), 10, 0.2, "both"), ((4, 8), 20, 0.1, "both"), ((8, 10), 5, 0.25, "first")],
)
def test_gamma_h_and_variance_are_those_of_simulated_pupils(
    classes: tuple[int, int], size: int, icc: float, arms: str
) -> None:
    """20,000 trials; bounds are four Monte-Carlo errors of what is compared.

    One clustered arm: Hedges and Citkowicz's pupils outside groups have the variance within only.
    """
    trials, effect = 20_000, 0.4
    difference, s2 = simulated(trials, classes, size, icc, arms, effect)
    n1, n2 = classes[0] * size, classes[1] * size
    assignment = Assignment(icc=icc, cluster_size=size, clustered=arms, is_handled=False)
    factors = assignment.factors(n1, n2)

    def error_of_variance(x: Floats) -> float:
        centred = (x - x.mean()) ** 2
        return float(np.sqrt(centred.var() / x.size) / x.var())

    assert s2.mean() == pytest.approx(float(factors.gamma), abs=4 * s2.std() / np.sqrt(trials))
    h = 2 * s2.mean() ** 2 / s2.var()
    assert h == pytest.approx(float(factors.df), rel=4 * error_of_variance(s2))
    raw = difference.var() / (1 / n1 + 1 / n2)
    assert raw == pytest.approx(float(factors.eta), rel=4 * error_of_variance(difference))
    g = small_sample_factor(n1 + n2 - 2.0) * difference / np.sqrt(s2)
    found = effect_of_means(g, n1, n2, assignment=assignment).yi
    wanted = float(effect_of_means(effect, n1, n2, assignment=assignment).vi)
    # The formula is the first term of an expansion in 1/h.
    slack = 4 * error_of_variance(found) + 2.0 / float(factors.df)
    assert found.var() == pytest.approx(wanted, rel=slack)


@pytest.mark.slow
def test_gamma_on_numbers_of_pupils_understates_the_variance_of_simulated_trials() -> None:
    """What `notes` warn of: with 12 classes of 10, icc 0.2, vi is a third of the variance."""
    difference, s2 = simulated(20_000, (6, 6), 10, 0.2, "both", 0.4)
    g = difference / np.sqrt(s2)
    handled = Assignment(icc=0.2, cluster_size=10, is_handled=True)
    found = effect_of_means(g, 60, 60, assignment=handled)
    assert found.vi.mean() / found.yi.var() == pytest.approx(0.35, abs=0.03)
    eta = float(cluster_corrected_g(0.0, 60, 60, icc=0.2, cluster_size=10).eta)
    se = np.sqrt(2 / 60 * eta)
    by_se = effect_of_coefficient(g, 60, 60, se=se, sd=np.sqrt(s2), assignment=handled)
    assert by_se.vi.mean() / found.yi.var() == pytest.approx(1.0, abs=0.06)
