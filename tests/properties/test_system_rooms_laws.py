"""Laws of panel, fair comparison, training plans and places that hold whatever the numbers."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from whatworks.accountability import (
    LimitKind,
    compare_with_expected,
    funnel,
    proportion_limits,
    standardised_ratio,
)
from whatworks.panel import PercentileType, appropriateness, consensus, votes_on_item
from whatworks.places import p_median, travel_plan
from whatworks.workforce import Course, SchoolCourses, bundles_worth_having, plan_training

ratings = st.lists(st.integers(1, 9), min_size=1, max_size=25)
definitions = st.sampled_from(["type 6", "type 7"])
kinds = st.sampled_from(["exact", "mid-p"])
OPPOSITE = {
    "appropriate": "inappropriate",
    "inappropriate": "appropriate",
    "uncertain": "uncertain",
}


@given(ratings, definitions, st.randoms(), st.integers(0, 4))
def test_order_and_absence_change_no_rating_result(
    given_ratings: list[int], percentiles: PercentileType, random: object, absent: int
) -> None:
    shuffled: list[int | None] = [*given_ratings, *[None] * absent]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    found = appropriateness(shuffled, percentiles=percentiles)
    assert replace(found, abstained=0) == appropriateness(given_ratings, percentiles=percentiles)
    assert found.abstained == absent


@given(ratings, definitions)
def test_turning_the_scale_round_turns_the_class_round(
    given_ratings: list[int], percentiles: PercentileType
) -> None:
    found = appropriateness(given_ratings, percentiles=percentiles)
    turned = appropriateness([10 - r for r in given_ratings], percentiles=percentiles)
    assert turned.spread.ipr == found.spread.ipr
    assert turned.spread.has_disagreement == found.spread.has_disagreement
    # 3.5 and 6.5 go up both ways, so they alone do not turn.
    if found.median not in (3.5, 6.5):
        assert turned.classification == OPPOSITE[found.classification]


@given(ratings, definitions)
def test_disagreement_is_an_index_above_one(
    given_ratings: list[int], percentiles: PercentileType
) -> None:
    spread = appropriateness(given_ratings, percentiles=percentiles).spread
    exact = Fraction(spread.ipr).limit_denominator(10)
    threshold = Fraction(235, 100) + Fraction(3, 2) * Fraction(spread.asymmetry).limit_denominator(
        20
    )
    assert spread.has_disagreement == (exact > threshold)
    assert spread.disagreement_index >= 0.0


@given(ratings, st.floats(0.51, 1.0), st.floats(0.01, 1.0))
def test_no_item_is_in_and_out(given_ratings: list[int], agree: float, oppose: float) -> None:
    found = consensus(votes_on_item(given_ratings), agree=agree, oppose=oppose, quorum=1.0)
    turned = consensus(
        votes_on_item([10 - r for r in given_ratings]), agree=agree, oppose=oppose, quorum=1.0
    )
    assert {"in": "out", "out": "in", "none": "none"}[found.decision] == turned.decision


@given(st.integers(1, 400), st.data(), kinds, st.floats(0.5, 0.999))
def test_limits_hold_the_rate_and_mid_p_is_the_shorter(
    n: int, data: st.DataObject, kind: LimitKind, level: float
) -> None:
    count = data.draw(st.integers(0, n))
    low, high = proportion_limits(count, n, kind=kind, level=level)
    assert 0.0 <= low <= count / n <= high <= 1.0
    exact = proportion_limits(count, n, kind="exact", level=level)
    assert exact[0] <= low * (1 + 1e-12)
    assert high <= exact[1] * (1 + 1e-12)


@given(st.integers(10, 60), st.data(), kinds)
def test_nothing_published_tells_two_small_counts_apart(
    pupils: int, data: st.DataObject, kind: LimitKind
) -> None:
    expected = data.draw(st.floats(0.01, 0.99)) * pupils
    shown = {
        repr(
            compare_with_expected(
                count, pupils, expected, margin=1.5, fewest_pupils=10, kind=kind, level=0.8
            )
        )
        for count in (1, 2, 3, 4)
    }
    assert len(shown) == 1


@given(st.integers(20, 300), st.data())
def test_more_events_never_lower_the_band(pupils: int, data: st.DataObject) -> None:
    order = ["lower than expected", "about as expected", "higher than expected"]
    expected = data.draw(st.floats(0.05, 0.95)) * pupils
    bands = [
        compare_with_expected(
            count, pupils, expected, margin=1.5, fewest_pupils=10, kind="exact", level=0.8
        ).band
        for count in range(pupils + 1)
    ]
    places = [order.index(band) for band in bands if band != "cannot say"]
    assert all(low <= high for low, high in pairwise(places))


@given(st.integers(0, 150), st.floats(1.0, 500.0), st.floats(0.5, 0.998))
def test_a_ratio_lies_within_its_exact_limits(observed: int, expected: float, level: float) -> None:
    found = standardised_ratio(observed, expected, level=level)
    assert found.exact[0] <= found.ratio <= found.exact[1]
    assert 0.0 < found.mid_p_value <= 1.0


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(50, 900)), min_size=3, max_size=30))
def test_the_order_of_settings_does_not_matter_to_a_funnel(rows: list[tuple[int, int]]) -> None:
    y, n = zip(*rows, strict=True)
    found = funnel(y, n, kind="proportion", trim=0.1)
    turned = funnel(y[::-1], n[::-1], kind="proportion", trim=0.1)
    assert np.allclose(turned.z[::-1], found.z, rtol=1e-9, atol=1e-9)
    assert np.isclose(turned.tau2, found.tau2, rtol=1e-9, atol=1e-12)
    assert np.all(found.overdispersed.low_95 <= found.chance.low_95 + 1e-12)
    assert np.all(found.overdispersed.high_95 >= found.chance.high_95 - 1e-12)


NEEDS = ["ASD", "SLCN", "SEMH"]
COURSES = [
    Course("a", frozenset({"ASD"})),
    Course("b", frozenset({"SLCN", "SEMH"})),
    Course("c", frozenset(NEEDS)),
]
one_school = st.tuples(
    st.tuples(*[st.integers(0, 20)] * 3),
    st.tuples(*[st.integers(1, 40)] * 3),
    st.sets(st.sampled_from(NEEDS)),
)


def _schools(rows: list[tuple[tuple[int, ...], tuple[int, ...], set[str]]]) -> list[SchoolCourses]:
    return [
        SchoolCourses(
            school=str(s),
            pupils=dict(zip(NEEDS, pupils, strict=True)),
            covered=frozenset(covered),
            cost_pounds=dict(zip("abc", prices, strict=True)),
        )
        for s, (pupils, prices, covered) in enumerate(rows)
    ]


@given(st.lists(one_school, max_size=8), st.integers(0, 200), st.sampled_from([1, 3, 1000]))
def test_a_plan_keeps_to_its_budget_and_its_bound(
    rows: list[tuple[tuple[int, ...], tuple[int, ...], set[str]]], budget: int, most_states: int
) -> None:
    schools = _schools(rows)
    plan = plan_training(schools, COURSES, budget_pounds=budget, most_states=most_states)
    best = plan_training(schools, COURSES, budget_pounds=budget, most_states=100_000)
    by_name = {b.courses: b for school in schools for b in bundles_worth_having(school, COURSES)}

    assert best.is_proven
    assert plan.cost_pounds <= budget
    assert plan.pupils <= best.pupils <= plan.bound
    assert all(courses in by_name for _, courses in plan.choices)
    # A plan by pupils per pound misses the bound by less than one school's whole step.
    largest = max((b.pupils for s in schools for b in bundles_worth_having(s, COURSES)), default=0)
    assert plan.bound - plan.pupils <= largest


@given(st.lists(one_school, min_size=1, max_size=6), st.integers(0, 150), st.integers(0, 50))
def test_more_money_never_reaches_fewer(
    rows: list[tuple[tuple[int, ...], tuple[int, ...], set[str]]], budget: int, more: int
) -> None:
    schools = _schools(rows)
    less, rich = (
        plan_training(schools, COURSES, budget_pounds=money, most_states=100_000)
        for money in (budget, budget + more)
    )
    assert less.pupils <= rich.pupils


@given(st.integers(0, 2**32 - 1), st.integers(2, 8), st.integers(1, 20))
@settings(max_examples=40, deadline=None)
def test_more_sites_never_cost_more_and_units_do_not_matter(
    seed: int, n_sites: int, n_points: int
) -> None:
    costs = np.random.default_rng(seed).uniform(0.0, 30.0, (n_points, n_sites))
    values = []
    for p in range(1, n_sites + 1):
        found = p_median(costs, p, most_branches=300)
        assert found.is_proven
        assert np.isclose(travel_plan(costs, found.plan.sites).total, found.value, rtol=1e-12)
        values.append(found.value)
    assert all(fewer >= more - 1e-9 * fewer for fewer, more in pairwise(values))
    assert np.isclose(values[-1], costs.min(axis=1).sum(), rtol=1e-12)
    scaled = p_median(1e-6 * costs, 2, most_branches=300)
    assert np.isclose(scaled.value, 1e-6 * values[1], rtol=1e-8)
