"""Months of progress: edges, rounding, the end of the table, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest

from whatworks.errors import NotFound, UserError
from whatworks.synthesis import DEFAULT_MONTHS_TABLE, months_of_progress, months_table


@pytest.mark.parametrize(
    ("effect", "months"),
    [
        (0.0, 0),
        (0.0149, 0),
        (0.015, 1),
        (0.0949, 1),
        (0.095, 2),
        # Stored as 0.18499999999999999778: a half all the same.
        (0.185, 3),
        (0.1849, 2),
        (0.265, 4),
        (0.355, 5),
        (0.445, 6),
        (0.525, 7),
        (0.615, 8),
        (0.695, 9),
        (0.785, 10),
        (0.875, 11),
        (0.955, 12),
        (1.0, 12),
        (-0.185, -3),
        (-0.0149, 0),
    ],
)
def test_effects_are_rounded_half_up_and_then_looked_up(effect: float, months: int) -> None:
    assert months_of_progress(effect, is_attainment=True).months == months


def test_bands_follow_each_other_without_gap() -> None:
    bands = months_table().bands
    assert [band.months for band in bands] == list(range(13))
    for lower, upper in pairwise(bands):
        assert upper.lowest - lower.highest == Decimal("0.01")


def test_ends_of_the_interval_and_the_table_are_told() -> None:
    found = months_of_progress(0.30, is_attainment=True, ci=(-0.02, 0.62))
    assert (found.months, found.ci, found.label) == (4, (-1, 8), "moderate")
    assert found.table == DEFAULT_MONTHS_TABLE
    assert not found.is_capped
    assert "+4 months (-1 to +8)" in found.summary()


def test_beyond_the_table_the_last_line_is_taken_and_said() -> None:
    found = months_of_progress(1.4, is_attainment=True)
    assert (found.months, found.is_capped) == (12, True)
    assert found.note is not None
    assert "read the effect size 1.40" in found.note


def test_outcomes_that_are_not_attainment_are_refused() -> None:
    with pytest.raises(UserError, match="attainment only"):
        months_of_progress(0.3, is_attainment=False)


def test_unknown_tables_and_numbers_are_refused() -> None:
    with pytest.raises(NotFound, match=DEFAULT_MONTHS_TABLE):
        months_of_progress(0.3, is_attainment=True, table="2014")
    with pytest.raises(UserError, match="finite"):
        months_of_progress(float("nan"), is_attainment=True)
