"""Diagnostics of two-level models: the fast path against refits, tables, and what is refused."""

from __future__ import annotations

import json
from dataclasses import fields

import numpy as np
import numpy.typing as npt
import pytest

from whatworks.errors import NotFound, TooFewStudies, UserError
from whatworks.synthesis import random_effects
from whatworks.synthesis.diagnostics import (
    InfluenceRule,
    baujat,
    blup,
    cumulative,
    gosh,
    influence,
    leave_one_out,
    outliers,
    permutation_test,
    profile_likelihood,
    residuals,
)
from whatworks.synthesis.fit import RandomEffects

Floats = npt.NDArray[np.float64]

Y = np.array([0.12, 0.85, -0.30, 0.44, 0.61, 0.05, 1.10, 0.33])
V = np.array([0.02, 0.05, 0.03, 0.01, 0.08, 0.015, 0.12, 0.04])


def a_fit(**options: str) -> RandomEffects:
    return random_effects(Y, V, **options)  # type: ignore[arg-type]


def many(k: int, seed: int = 1) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    v = rng.uniform(0.01, 0.1, k)
    return rng.normal(0.3, np.sqrt(v + 0.04)), v


@pytest.mark.parametrize("method", ["REML", "ML", "PM", "EB", "PMM", "DL", "HE", "SJ", "EE"])
@pytest.mark.parametrize("test", ["z", "knha", "adhoc"])
def test_leave_one_out_of_many_equals_explicit_refits(method: str, test: str) -> None:
    y, v = many(60)
    found = leave_one_out(random_effects(y, v, method=method, test=test))
    for i in (0, 17, 59):
        fit = random_effects(np.delete(y, i), np.delete(v, i), method=method, test=test)
        assert found.k[i] == 59
        assert found.coefficients[i, 0] == pytest.approx(fit.estimate, rel=1e-10)
        assert found.se[i, 0] == pytest.approx(fit.se, rel=1e-10)
        assert found.ci[i, 0] == pytest.approx(fit.ci, rel=1e-9)
        assert found.p_value[i, 0] == pytest.approx(fit.p_value, rel=1e-8)
        assert found.q[i] == pytest.approx(fit.q, rel=1e-10)
        assert found.q_p_value[i] == pytest.approx(fit.q_p_value, rel=1e-8)
        assert found.i2[i] == pytest.approx(fit.i2, rel=1e-8)
        assert found.h2[i] == pytest.approx(fit.h2, rel=1e-8)
        assert found.log_likelihood[i] == pytest.approx(fit.log_likelihood, rel=1e-10)
        if found.component_names:
            assert found.components[i, 0] == pytest.approx(fit.tau2, rel=1e-9, abs=1e-14)


def test_a_study_that_dominates_leaves_no_rounding_behind() -> None:
    y, v = many(60)
    v[7] = 2e-7
    y[7] = 3.0
    found = leave_one_out(random_effects(y, v, test="z"))
    fit = random_effects(np.delete(y, 7), np.delete(v, 7), test="z")
    assert found.coefficients[7, 0] == pytest.approx(fit.estimate, rel=1e-9)
    assert found.components[7, 0] == pytest.approx(fit.tau2, rel=1e-8)


@pytest.mark.filterwarnings("ignore::whatworks.synthesis.PossibleMisuse")
def test_leave_one_out_finds_the_higher_of_two_maxima() -> None:
    # Without the fourth study the restricted likelihood has a second maximum, at tau2 = 13.27.
    fit = random_effects([8.269, -0.469, -0.145, 0.2], [9.7236, 0.0227, 0.0014, 0.3], test="z")
    found = leave_one_out(fit)
    assert found.components[3, 0] == pytest.approx(0.0401637, rel=1e-4)


def test_two_studies_leave_one_each_and_the_row_says_so() -> None:
    found = leave_one_out(random_effects([0.1, 0.9], [0.04, 0.09]))
    assert found.coefficients[:, 0].tolist() == [0.9, 0.1]
    assert np.isnan(found.components).all()
    assert all(reason is not None and "One effect is left" in reason for reason in found.reasons)


def test_cumulative_goes_by_order_and_ties_may_go_together() -> None:
    years = [2003, 2001, 2002, 2001, 2005, 2003, 2004, 2002]
    found = cumulative(a_fit(), order=years)
    assert found.labels == ("2", "4", "3", "8", "1", "6", "7", "5")
    assert found.k.tolist() == list(range(1, 9))
    assert found.coefficients[-1, 0] == pytest.approx(a_fit().estimate, rel=1e-12)
    together = cumulative(a_fit(), order=years, together=True)
    assert together.labels == ("2 + 4", "3 + 8", "1 + 6", "7", "5")
    assert together.k.tolist() == [2, 4, 6, 7, 8]
    assert together.coefficients[1, 0] == pytest.approx(found.coefficients[3, 0], rel=1e-12)


@pytest.mark.parametrize(
    ("order", "words"),
    [([1, 2], r"shape \(2,\)"), ([1.0] * 7 + [np.nan], "position 8: there is no value")],
)
def test_an_order_that_does_not_fit_is_refused(order: list[float], words: str) -> None:
    with pytest.raises(UserError, match=words):
        cumulative(a_fit(), order=order)


def test_exact_permutation_of_signs_counts_every_pattern() -> None:
    fit = random_effects(np.array([0.3, 0.5, 0.2, 0.4]), np.full(4, 0.05), method="EE", test="z")
    found = permutation_test(fit)
    # Only the pattern seen and its mirror image are as far out.
    assert found.is_exact
    assert (found.n, found.n_possible) == (16, 16)
    assert found.p_value[0] == 2 / 16
    assert permutation_test(fit, alternative="greater").p_value[0] == 1 / 16
    assert permutation_test(fit, alternative="less").p_value[0] == 1.0


def test_random_permutation_repeats_with_its_seed_and_comes_near_the_exact_one() -> None:
    exact = permutation_test(a_fit(), exact=True)
    runs = [
        permutation_test(a_fit(), exact=False, n=2_000, rng=np.random.default_rng(5))
        for _ in range(2)
    ]
    assert np.array_equal(runs[0].distribution, runs[1].distribution)
    assert not runs[0].is_exact
    assert runs[0].p_value_se[0] > 0.0
    assert abs(runs[0].p_value[0] - exact.p_value[0]) < 4 * runs[0].p_value_se[0]


def test_a_random_test_needs_its_source_of_randomness() -> None:
    y, v = many(30)
    with pytest.raises(UserError, match="Give rng="):
        permutation_test(random_effects(y, v))
    with pytest.raises(UserError, match="Give rng="):
        gosh(random_effects(y, v))
    with pytest.raises(UserError, match="too many to go through"):
        permutation_test(random_effects(y, v), exact=True)


def test_gosh_goes_through_all_subsets_of_two_or_more() -> None:
    found = gosh(a_fit())
    assert found.is_complete
    assert found.k.size == 2**8 - 1 - 8
    row = int(np.flatnonzero(found.included.sum(axis=1) == 8)[0])
    assert found.coefficients[row, 0] == pytest.approx(a_fit().estimate, rel=1e-12)
    some = gosh(a_fit(), subsets=50, rng=np.random.default_rng(2))
    assert not some.is_complete
    assert (some.included.sum(axis=1) >= 2).all()
    chosen = np.flatnonzero(some.included[9])
    fit = random_effects(Y[chosen], V[chosen])
    assert some.coefficients[9, 0] == pytest.approx(fit.estimate, rel=1e-10)


def test_gosh_names_the_study_that_splits_the_cloud() -> None:
    found = gosh(random_effects(np.append(Y[:6], 2.9), np.append(V[:6], 0.01)))
    assert int(np.argmax(np.abs(found.shift()[:, 0]))) == 6
    assert "7 moves the median most" in found.summary()


def test_influence_rule_is_a_choice_that_can_be_made() -> None:
    strict = influence(a_fit(), rule=InfluenceRule(dffits=0.01))
    assert strict.is_influential.all()
    lax = influence(a_fit(), rule=InfluenceRule(dffits=1e6, cook=1 - 1e-12, hat=1e6, dfbetas=1e6))
    assert not lax.is_influential.any()
    assert strict.thresholds["dffits"] == pytest.approx(0.01 / np.sqrt(7))


def test_an_outlier_is_named_and_the_others_are_not() -> None:
    y, v = many(40)
    y[11] = 3.0
    found = outliers(random_effects(y, v, test="z"))
    assert np.flatnonzero(found.is_outlier).tolist() == [11]
    assert "12: chi2" in found.summary()
    with pytest.raises(UserError, match="between 0 and 1"):
        outliers(random_effects(y, v), alpha=5)


def test_true_effects_lie_between_the_effect_and_the_mean() -> None:
    fit = a_fit()
    found = blup(fit)
    low, high = np.minimum(Y, fit.estimate), np.maximum(Y, fit.estimate)
    assert ((found.estimate >= low) & (found.estimate <= high)).all()
    assert np.allclose(found.estimate, fit.estimate + found.deviation, rtol=1e-14)
    same = blup(random_effects(Y, V, method="EE", test="z"))
    assert np.allclose(same.estimate, same.estimate[0], rtol=1e-14)


def test_baujat_distances_sum_to_q_under_equal_effects() -> None:
    fit = random_effects(Y, V, method="EE", test="z")
    assert baujat(fit).distance.sum() == pytest.approx(fit.q, rel=1e-12)


@pytest.mark.parametrize("method", ["ML", "REML"])
def test_profile_has_its_top_at_the_estimate(method: str) -> None:
    fit = a_fit(method=method)
    found = profile_likelihood(fit)
    top = int(np.argmax(found.log_likelihood))
    assert found.values[top] == fit.tau2
    assert found.log_likelihood[top] == pytest.approx(fit.log_likelihood, rel=1e-12)
    limits = fit.confint(type="PL").tau2
    inside = np.asarray(found.table()["is_in_interval"])
    assert found.values[inside].min() >= limits[1] - 1e-9
    assert found.values[inside].max() <= limits[2] + 1e-9
    assert not inside[-1]


def test_a_profile_is_refused_where_there_is_none() -> None:
    with pytest.raises(UserError, match="needs method ML or REML"):
        profile_likelihood(a_fit(method="DL"))
    with pytest.raises(NotFound, match='no estimated component "sigma2"'):
        profile_likelihood(a_fit(), "sigma2")
    with pytest.raises(UserError, match="position 2"):
        profile_likelihood(a_fit(), values=[0.1, -1.0])


def test_one_study_has_nothing_to_leave_out() -> None:
    fit = random_effects([0.3], [0.1])
    for ask in (influence, leave_one_out):
        with pytest.raises(UserError, match="nothing is left"):
            ask(fit)
    with pytest.raises(TooFewStudies):
        permutation_test(fit)
    with pytest.raises(TooFewStudies):
        gosh(fit)


def test_an_unknown_unit_is_refused_with_those_there_are() -> None:
    with pytest.raises(UserError, match="effect"):
        influence(a_fit(), by="study")


def test_every_result_has_a_table_a_mapping_and_words() -> None:
    fit = a_fit()
    results = [
        residuals(fit),
        influence(fit),
        leave_one_out(fit),
        cumulative(fit),
        blup(fit),
        gosh(fit),
        baujat(fit),
        permutation_test(fit),
        outliers(fit),
        profile_likelihood(fit),
    ]
    for result in results:
        lengths = {len(column) for column in result.table().values()}  # type: ignore[arg-type]
        assert len(lengths) == 1, type(result)
        assert json.loads(json.dumps(result.to_dict(), allow_nan=False))
        assert len(result.summary()) > 20
        with pytest.raises(AttributeError):
            setattr(result, fields(result)[0].name, None)


def test_leave_one_out_of_a_thousand_studies_is_one_computation() -> None:
    y, v = many(1_000)
    found = leave_one_out(random_effects(y, v, method="REML", test="z"))
    assert found.coefficients.shape == (1_000, 1)
    fit = random_effects(np.delete(y, 500), np.delete(v, 500), method="REML", test="z")
    assert found.components[500, 0] == pytest.approx(fit.tau2, rel=1e-10)


@pytest.mark.filterwarnings("error::RuntimeWarning", "ignore::whatworks.synthesis.PossibleMisuse")
@pytest.mark.parametrize("test", ["z", "knha"])
@pytest.mark.parametrize("value", [0.0, 0.2])
def test_effects_without_any_spread_are_answered_too(value: float, test: str) -> None:
    fit = random_effects([value] * 4, [0.1] * 4, method="DL", test=test)
    assert (residuals(fit).raw == 0.0).all()
    assert not influence(fit).is_influential.any()
    assert (baujat(fit).distance == 0.0).all()
    assert not outliers(fit).is_outlier.any()
    found = permutation_test(fit)
    assert found.p_value[0] == (1.0 if value == 0.0 else 2 / 16)
