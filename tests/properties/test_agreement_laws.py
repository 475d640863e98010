"""Laws of agreement, and loops over pairs that judge the fast code."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests import agreement_by_pairs as slow
from whatworks.statistics.agreement import Agreement, agreement_of_raters
from whatworks.statistics.agreement_weights import WEIGHTS, Weights
from whatworks.statistics.krippendorff import krippendorff_alpha

Records = list[list[int | None]]
CORRECTED = ("cohen_kappa", "fleiss_kappa", "brennan_prediger", "gwet_ac", "krippendorff_alpha")
Q = 4
categories = list(range(Q))


@st.composite
def some_records(draw: st.DrawFn, *, fewest: int = 0) -> Records:
    """Draw records of 2 to 4 raters with missing ratings, each with so many ratings at least."""
    r = draw(st.integers(2, 4))
    rating = st.one_of(st.none(), st.integers(0, Q - 1), st.just(1))
    record = st.lists(rating, min_size=r, max_size=r).filter(
        lambda x: sum(v is not None for v in x) >= fewest
    )
    records = draw(st.lists(record, min_size=2, max_size=9))
    pairable = {v for x in records if len(slow.given(x)) > 1 for v in slow.given(x)}
    assume(len(pairable) > 1)
    return records


def raters_of(records: Records) -> list[list[int | None]]:
    return [list(ratings) for ratings in zip(*records, strict=True)]


def measured(records: Records, weights: Weights = "identity") -> Agreement:
    return agreement_of_raters(raters_of(records), categories=categories, weights=weights)


def weight_of(weights: Weights) -> slow.Weight:
    if weights == "identity":
        return lambda a, b: float(a == b)
    power = 1 if weights == "linear" else 2
    return lambda a, b: 1.0 - (abs(a - b) / (Q - 1)) ** power


def by_pairs(records: Records, weights: Weights, mass: slow.Mass) -> dict[str, float]:
    """Return the coefficients by their definitions; alpha without its correction for few values."""
    w = weight_of(weights)
    seen = slow.observed(records, w, mass)
    chance = {
        "cohen_kappa": slow.by_chance_cohen(records, w, mass),
        "fleiss_kappa": slow.by_chance_pooled(records, w, mass),
        "brennan_prediger": slow.by_chance_uniform(w, Q),
        "gwet_ac": slow.by_chance_gwet(records, w, mass, Q),
    }
    return {name: slow.corrected(seen, expected) for name, expected in chance.items()}


@given(some_records(), st.sampled_from(WEIGHTS))
def test_every_figure_is_that_of_its_definition(records: Records, weights: Weights) -> None:
    rated = [record for record in records if slow.given(record)]
    found = measured(records, weights)
    w = weight_of(weights)

    want = by_pairs(rated, weights, slow.even(rated))
    want["percent_agreement"] = slow.observed(rated, w, slow.even(rated))
    want["krippendorff_alpha"] = slow.alpha(records, lambda a, b: 1.0 - w(a, b))
    got = {name: getattr(found, name).value for name in want}
    assert got == pytest.approx(want, rel=1e-11, abs=1e-11)

    for category, figure in found.specific_agreement.items():
        assert isinstance(category, int)
        is_used = any(
            category in slow.given(record) for record in records if len(slow.given(record)) > 1
        )
        if is_used:
            assert figure.value == pytest.approx(slow.specific(records, category), abs=1e-12)
        else:
            assert figure.value is None


@given(some_records())
def test_alpha_of_ranks_and_numbers_is_that_of_its_definition(records: Records) -> None:
    ranks = krippendorff_alpha(raters_of(records), metric="ordinal")
    want = slow.alpha(records, slow.distance_of_ranks(records))
    assert ranks.value == pytest.approx(want, rel=1e-11, abs=1e-11)

    # Categories with a gap: 0, 1, 5, 6 in place of 0, 1, 2, 3.
    moved = [[v if v is None or v < 2 else v + 3 for v in record] for record in records]
    numbers = krippendorff_alpha(raters_of(moved), metric="interval")
    want = slow.alpha(moved, lambda a, b: float((a - b) ** 2))
    assert numbers.value == pytest.approx(want, rel=1e-11, abs=1e-11)


@given(some_records(fewest=2), st.sampled_from(WEIGHTS))
@settings(max_examples=40)
def test_standard_errors_are_those_of_the_derivatives(records: Records, weights: Weights) -> None:
    # A record's influence is the derivative as it gains mass at the cost of all.
    found = measured(records, weights)
    n, step = len(records), 1e-5

    def shifted(i: int, by: float) -> dict[str, float]:
        mass = [(1.0 - by) / n + (by if j == i else 0.0) for j in range(n)]
        return by_pairs(records, weights, mass)

    squares = dict.fromkeys(by_pairs(records, weights, slow.even(records)), 0.0)
    for i in range(n):
        up, down = shifted(i, step), shifted(i, -step)
        for name in squares:
            squares[name] += ((up[name] - down[name]) / (2 * step)) ** 2
    want = {name: sqrt(total / (n * (n - 1))) for name, total in squares.items()}
    got = {name: getattr(found, name).se for name in want}
    assert got == pytest.approx(want, rel=1e-5, abs=1e-6)


def assert_same(found: Agreement, other: Agreement) -> None:
    for name in (*CORRECTED, "percent_agreement"):
        one, two = getattr(found, name), getattr(other, name)
        assert one.value == pytest.approx(two.value, rel=1e-10, abs=1e-12)
        # One record has no standard error, in whatever order it is read.
        assert (one.se is None) == (two.se is None)
        assert one.se is None or one.se == pytest.approx(two.se, rel=1e-9, abs=1e-9)


@given(some_records(), st.randoms(use_true_random=False), st.permutations(categories))
def test_names_and_order_change_nothing(records: Records, random: object, names: list[int]) -> None:
    found = measured(records)
    shuffled = list(records)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    places = list(range(len(records[0])))
    random.shuffle(places)  # type: ignore[attr-defined]
    moved = [[record[p] for p in places] for record in shuffled]
    assert_same(measured(moved), found)

    renamed = [[None if v is None else names[v] for v in record] for record in records]
    assert_same(measured(renamed), found)
    for old, new in enumerate(names):
        one = found.specific_agreement[old]
        assert measured(renamed).specific_agreement[new].value == one.value


@given(some_records(), st.sampled_from(["linear", "quadratic"]))
def test_a_scale_read_backwards_is_the_same_scale(records: Records, weights: Weights) -> None:
    backwards = [[None if v is None else Q - 1 - v for v in record] for record in records]
    assert_same(measured(backwards, weights), measured(records, weights))


@given(some_records())
def test_nobodys_records_and_a_rater_of_nothing_change_nothing(records: Records) -> None:
    padded: Records = [[None, *record] for record in records]
    padded.insert(1, [None] * len(padded[0]))
    assert_same(measured(padded), measured(records))


@given(some_records())
def test_alpha_does_not_see_records_with_one_rating(records: Records) -> None:
    paired = [record for record in records if len(slow.given(record)) > 1]
    one, two = measured(records).krippendorff_alpha, measured(paired).krippendorff_alpha
    assert one == two


@given(st.lists(st.lists(st.sampled_from([None, 2]), min_size=3, max_size=3), min_size=1))
def test_one_category_by_all_has_no_coefficient(records: Records) -> None:
    assume(any(len(slow.given(record)) > 1 for record in records))
    found = measured(records)
    for name in CORRECTED:
        figure = getattr(found, name)
        assert (figure.value, figure.se, figure.ci) == (None, None, None)
        assert figure.reason
    assert found.percent_agreement.value == 1.0


@given(some_records(), st.floats(0.5, 0.99))
def test_intervals_hold_the_value_and_grow_with_the_level(records: Records, level: float) -> None:
    narrow = agreement_of_raters(raters_of(records), level=level)
    wide = agreement_of_raters(raters_of(records), level=(1.0 + level) / 2.0)
    for one, two in zip(narrow.figures().values(), wide.figures().values(), strict=True):
        if one.ci is None or two.ci is None or one.value is None:
            assert one.reason
            continue
        slack = 1e-12
        assert two.ci[0] - slack <= one.ci[0] <= one.value + slack
        assert one.value - slack <= one.ci[1] <= two.ci[1] + slack


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=5)
def test_the_bootstrap_of_two_ranks_has_the_linearised_error(seed: int) -> None:
    # With two categories ranks are names, so that both errors estimate the same.
    generator = np.random.default_rng(seed)
    truth = generator.integers(0, 2, 300)
    raters = [np.where(generator.random(300) < 0.8, truth, 1 - truth).tolist() for _ in range(3)]
    names = krippendorff_alpha(raters, metric="nominal")
    ranks = krippendorff_alpha(raters, metric="ordinal", generator=generator, resamples=1000)
    assert ranks.value == pytest.approx(names.value, rel=1e-12)
    # 1,000 resamples know a standard error to 2.2% (1/sqrt(2 * 1000)); five times that.
    assert ranks.se == pytest.approx(names.se, rel=0.12)
