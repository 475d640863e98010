"""What must hold of effects in classes, of the standards, and of pooled imputations."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whatworks.synthesis import (
    AnalysedEffects,
    Assignment,
    IccRange,
    attrition,
    benjamini_hochberg,
    draw_missing,
    effect_of_coefficient,
    effect_of_gains,
    effect_of_means,
    effect_of_test,
    effect_with_pretest,
    gain_of_effects,
    icc_from_pupils,
    improvement_index,
    impute_and_pool,
    random_effects,
    vi_over_icc,
)

effects = st.floats(-2.0, 2.0).filter(lambda g: abs(g) > 1e-3)
iccs = st.floats(0.001, 0.9)
sizes = st.integers(2, 30)
numbers = st.integers(2, 30)

KINDS: list[Callable[..., AnalysedEffects]] = [
    lambda g, n1, n2, **k: effect_of_means(g, n1, n2, r2=0.3, **k),
    lambda g, n1, n2, **k: effect_of_test(g, n1, n2, t=2.1, **k),
    lambda g, n1, n2, **k: effect_with_pretest(g, n1, n2, r=0.6, **k),
    lambda g, n1, n2, **k: effect_of_coefficient(g, n1, n2, se=2.0, sd=11.0, **k),
    lambda g, n1, n2, **k: effect_of_gains(g, n1, n2, r=0.6, **k),
    lambda g, n1, n2, **k: gain_of_effects(g, 0.1, n1, n2, r=0.6, **k),
]
kinds = st.sampled_from(KINDS)
arms = st.sampled_from(["both", "first", "second"])


@given(kinds, effects, sizes, numbers, numbers, arms, st.booleans(), st.booleans())
def test_without_correlation_within_clusters_all_is_as_for_single_pupils(
    kind: Callable[..., AnalysedEffects],
    g: float,
    size: int,
    m1: int,
    m2: int,
    arm: str,
    handled: bool,
    term: bool,
) -> None:
    clusters = Assignment(icc=0.0, cluster_size=size, clustered=arm, is_handled=handled)
    found = kind(g, m1 * size, m2 * size, assignment=clusters, with_effect_term=term)
    alone = kind(g, m1 * size, m2 * size, with_effect_term=term)
    assert found.vi == pytest.approx(float(alone.vi), rel=1e-12)
    assert found.yi == float(alone.yi)
    assert found.df == pytest.approx(float(alone.df), rel=1e-12)


@given(kinds, effects, iccs, numbers, numbers, st.booleans())
def test_clusters_of_one_are_single_pupils(
    kind: Callable[..., AnalysedEffects],
    g: float,
    icc: float,
    n1: int,
    n2: int,
    handled: bool,
) -> None:
    clusters = Assignment(icc=icc, cluster_size=1, is_handled=handled)
    found, alone = kind(g, n1, n2, assignment=clusters), kind(g, n1, n2)
    assert found.vi == pytest.approx(float(alone.vi), rel=1e-9)
    assert found.df == pytest.approx(float(alone.df), rel=1e-9)


@given(kinds, effects, iccs, iccs, sizes, numbers, numbers)
def test_the_first_term_of_an_unhandled_analysis_rises_with_the_icc(
    kind: Callable[..., AnalysedEffects],
    g: float,
    one: float,
    other: float,
    size: int,
    m1: int,
    m2: int,
) -> None:
    def first(icc: float) -> float:
        clusters = Assignment(icc=icc, cluster_size=size, is_handled=False)
        found = kind(g, m1 * size, m2 * size, assignment=clusters, with_effect_term=False)
        return float(found.vi)

    low, high = sorted((one, other))
    assert first(low) <= first(high) * (1 + 1e-12)


@given(iccs, sizes, numbers, numbers)
def test_gamma_and_eta_stay_within_their_limits(icc: float, size: int, m1: int, m2: int) -> None:
    for arm in ("both", "first", "second"):
        clusters = Assignment(icc=icc, cluster_size=size, clustered=arm, is_handled=False)
        factors = clusters.factors(m1 * size, m2 * size)
        assert 0.0 < factors.gamma <= 1.0
        assert 0.0 < factors.eta <= 1.0 + (size - 1) * icc + 1e-12
        # A standard deviation from clusters is known no better than one from single pupils.
        assert 0.0 < factors.df <= (m1 + m2) * size - 2 + 1e-9


@given(iccs, sizes)
def test_gamma_goes_to_one_with_many_clusters_and_eta_does_not_move(icc: float, size: int) -> None:
    clusters = Assignment(icc=icc, cluster_size=size, is_handled=False)
    factors = clusters.factors(1e6 * size, 1e6 * size)
    assert factors.gamma == pytest.approx(1.0, abs=2e-6)
    assert factors.eta == pytest.approx(1 + (size - 1) * icc)


@given(kinds, effects, iccs, sizes, numbers, numbers)
def test_direction_turns_the_effect_and_leaves_the_variance(
    kind: Callable[..., AnalysedEffects], g: float, icc: float, size: int, m1: int, m2: int
) -> None:
    if kind is KINDS[5]:
        return
    clusters = Assignment(icc=icc, cluster_size=size, is_handled=False)
    one = kind(g, m1 * size, m2 * size, assignment=clusters)
    other = kind(-g, m1 * size, m2 * size, assignment=clusters)
    assert other.yi == -one.yi
    assert other.vi == one.vi


@given(effects, st.floats(0.05, 0.5), st.floats(0.01, 0.15), sizes, numbers, numbers)
@settings(deadline=None)
def test_an_uncertain_icc_moves_the_effect_and_so_adds_variance(
    g: float, mean: float, sd: float, size: int, m1: int, m2: int
) -> None:
    def effect(icc: float) -> AnalysedEffects:
        clusters = Assignment(icc=icc, cluster_size=size, is_handled=False)
        return effect_of_means(g, m1 * size, m2 * size, assignment=clusters)

    found = vi_over_icc(effect, IccRange(mean, sd))
    assert found.between >= 0.0
    assert found.vi >= found.within
    assert (np.diff(np.abs(found.yi_at)) <= 1e-12).all()


@given(
    st.floats(0.0, 57.0),
    st.floats(0.0, 57.0),
    st.floats(0.0, 15.0),
    st.sampled_from(["cautious", "optimistic"]),
)
def test_what_is_low_stays_low_with_a_smaller_difference_and_the_bolder_boundary(
    overall: float, other: float, differential: float, boundary: str
) -> None:
    found = attrition(overall, differential, boundary=boundary)
    assert attrition(overall, -differential, boundary=boundary).is_low == found.is_low
    if found.is_low:
        assert attrition(overall, 0.5 * differential, boundary=boundary).is_low
        assert attrition(overall, differential, boundary="optimistic").is_low
    # From 10 percent on the limit falls as more pupils are lost.
    low, high = sorted((max(overall, 10.0), max(other, 10.0)))
    first, second = (attrition(x, 0.0, boundary=boundary).limit for x in (low, high))
    assert first is not None
    assert second is not None
    assert first >= second


@given(st.floats(-3, 3), st.floats(0.01, 1))
def test_improvement_is_odd_in_the_effect_and_within_its_limits(g: float, se: float) -> None:
    one, other = improvement_index(g, se), improvement_index(-g, se)
    assert float(one.index) == pytest.approx(-float(other.index), abs=1e-10)
    assert one.ci is not None
    assert one.ci[0] < float(one.index) < one.ci[1]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(0.01, 0.5))
def test_adjusted_p_values_say_the_same_as_the_rule(p: list[float], alpha: float) -> None:
    found = benjamini_hochberg(p, alpha=alpha)
    sure = np.abs(found.adjusted_p - alpha) > 1e-12
    assert ((found.adjusted_p < alpha) == found.is_significant)[sure].all()
    assert (found.adjusted_p >= np.array(p) * (1 - 1e-12)).all()


@given(
    st.integers(0, 10_000),
    st.floats(-50, 50),
    st.floats(0.01, 100),
)
@settings(max_examples=30, deadline=None)
def test_an_icc_does_not_move_with_the_unit_or_origin_of_scores(
    seed: int, shift: float, scale: float
) -> None:
    rng = np.random.default_rng(seed)
    code = np.repeat(np.arange(8), rng.integers(2, 9, 8)).tolist()
    scores = rng.normal(0.0, 0.7, 8)[code] + rng.normal(size=len(code))
    one = icc_from_pupils(scores, code)
    other = icc_from_pupils(shift + scale * scores, code)
    assert other.icc == pytest.approx(one.icc, rel=1e-6, abs=1e-9)


@given(st.integers(0, 10_000), st.floats(0.1, 10.0))
@settings(max_examples=15, deadline=None)
def test_pooling_moves_with_the_unit_of_the_effects(seed: int, unit: float) -> None:
    rng = np.random.default_rng(seed)
    difference, n = rng.normal(3.0, 3.0, 8), rng.integers(20, 60, 8)
    sd = np.where(np.arange(8) < 2, np.nan, np.exp(rng.normal(2.3, 0.2, 8)))

    def pooled(unit: float) -> object:
        imputed = draw_missing(sd, scale="log", m=3, rng=np.random.default_rng(seed))
        return impute_and_pool(
            imputed,
            lambda column: random_effects(unit * difference / column, unit**2 * 2.0 / n),
            component_limits=False,
        )

    one, other = pooled(1.0), pooled(unit)
    assert other.coefficients == pytest.approx(unit * one.coefficients, rel=1e-6)  # type: ignore[attr-defined]
    assert other.se == pytest.approx(unit * one.se, rel=1e-6)  # type: ignore[attr-defined]
    assert other.df == pytest.approx(one.df, rel=1e-5)  # type: ignore[attr-defined]
