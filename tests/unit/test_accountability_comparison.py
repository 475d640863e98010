"""Limits of a count, bands of a setting, and what is never shown."""

from __future__ import annotations

from math import comb

import pytest

from whatworks.accountability import Comparison, LimitKind, compare_with_expected, proportion_limits
from whatworks.errors import UserError


def compare(observed: int, pupils: int, expected: float, **changes: object) -> Comparison:
    options = {"margin": 1.5, "fewest_pupils": 10, "kind": "mid-p", "level": 0.8, **changes}
    return compare_with_expected(observed, pupils, expected, **options)  # type: ignore[arg-type]


def _tail(count: int, n: int, p: float, kind: LimitKind) -> float:
    """Slow and obvious: the probability of `count` or more, half of `count` itself by mid-p."""
    terms = [comb(n, x) * p**x * (1 - p) ** (n - x) for x in range(count, n + 1)]
    return sum(terms) - (terms[0] / 2 if kind == "mid-p" else 0.0)


@pytest.mark.parametrize("kind", ["exact", "mid-p"])
@pytest.mark.parametrize(("count", "n"), [(1, 5), (3, 41), (40, 41), (17, 212)])
def test_limits_leave_the_stated_probability_in_each_tail(
    count: int, n: int, kind: LimitKind
) -> None:
    low, high = proportion_limits(count, n, kind=kind, level=0.95)
    assert _tail(count, n, low, kind) == pytest.approx(0.025, rel=1e-10)
    assert _tail(n - count, n, 1 - high, kind) == pytest.approx(0.025, rel=1e-10)


def test_limits_reach_the_ends_exactly() -> None:
    assert proportion_limits(0, 7, kind="exact", level=0.95)[0] == 0.0
    assert proportion_limits(7, 7, kind="mid-p", level=0.95)[1] == 1.0
    # R 4.2.2: binom.test(3, 41)$conf.int
    assert proportion_limits(3, 41, kind="exact", level=0.95) == pytest.approx(
        (0.0153514715334167, 0.1992459783766629), rel=1e-13
    )
    # P(X = 0)/2 = (1 - p)^7/2 = 0.025 by mid-p.
    assert proportion_limits(0, 7, kind="mid-p", level=0.95)[1] == pytest.approx(
        1 - 0.05 ** (1 / 7)
    )


@pytest.mark.parametrize(
    ("observed", "pupils", "expected", "band"),
    [
        (60, 200, 20.0, "higher than expected"),
        (10, 400, 60.0, "lower than expected"),
        (200, 2000, 200.0, "about as expected"),
        (8, 40, 6.0, "cannot say"),
    ],
)
def test_bands(observed: int, pupils: int, expected: float, band: str) -> None:
    found = compare(observed, pupils, expected)
    assert found.band == band
    assert (found.observed, found.pupils) == (observed, pupils)
    assert (found.reason is None) == (band != "cannot say")


def test_a_small_setting_is_only_ever_cannot_say_and_shows_no_figure() -> None:
    found = compare(9, 9, 1.0)
    assert found.band == "cannot say"
    assert found.reason == "There are fewer than 10 pupils."
    shown = (found.pupils, found.observed, found.expected, found.rate, found.limits)
    assert shown == (None, None, None, None, None)


@pytest.mark.parametrize("observed", [1, 2, 3, 4, 36, 37, 38, 39])
def test_a_small_cell_is_not_shown_nor_anything_that_gives_it_away(observed: int) -> None:
    found = compare(observed, 40, 6.0)
    assert (found.observed, found.rate, found.limits) == (None, None, None)
    assert found.pupils == 40


def test_a_small_cell_keeps_its_band_where_all_its_counts_agree() -> None:
    assert compare(4, 400, 60.0).band == "lower than expected"
    # The upper limit of 1 of 40 alone lies below the margin, that of 4 of 40 does not.
    assert proportion_limits(1, 40, kind="mid-p", level=0.8)[1] < 1 / 7
    assert compare(1, 40, 8.0).band == "cannot say"


def test_zero_is_shown() -> None:
    found = compare(0, 100, 20.0)
    assert (found.observed, found.rate, found.band) == (0, 0.0, "lower than expected")


def test_the_mirror_image_gets_the_mirrored_band() -> None:
    high, low = compare(60, 200, 20.0), compare(140, 200, 180.0)
    assert (high.band, low.band) == ("higher than expected", "lower than expected")
    assert high.limits is not None
    assert low.limits is not None
    assert low.limits == pytest.approx((1 - high.limits[1], 1 - high.limits[0]), rel=1e-12)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"fewest_pupils": 5}, "at least 6"),
        ({"margin": 1.0}, "odds ratio above 1"),
        ({"level": 95}, "between 0 and 1"),
        ({"kind": "wald"}, "'exact' or 'mid-p'"),
    ],
)
@pytest.mark.parametrize("pupils", [8, 40])
def test_options_out_of_range_are_refused_even_for_small_settings(
    changes: dict[str, object], message: str, pupils: int
) -> None:
    with pytest.raises(UserError, match=message):
        compare(3, pupils, 2.0, **changes)


@pytest.mark.parametrize("mean_of_years", [3.5, 3.0])
def test_a_mean_of_counts_does_not_slip_past_the_small_cells(mean_of_years: float) -> None:
    with pytest.raises(UserError, match=r"The count is 3\.\d\. Give a whole number"):
        compare(mean_of_years, 40, 6.0)  # type: ignore[arg-type]


def test_counts_that_cannot_be_are_refused() -> None:
    with pytest.raises(UserError, match="41 of 40 pupils were counted"):
        compare(41, 40, 6.0)
    with pytest.raises(UserError, match=r"40\.0 of 40 pupils were expected"):
        compare(4, 40, 40.0)
    with pytest.raises(UserError, match="The count is 3 out of 0"):
        proportion_limits(3, 0, kind="exact", level=0.95)


def test_counts_of_one_cell_look_the_same() -> None:
    first = compare(1, 40, 6.0)
    assert all(compare(count, 40, 6.0) == first for count in (2, 3, 4))
