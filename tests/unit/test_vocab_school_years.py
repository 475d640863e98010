"""School years, grades and ages as phases and key stages of England."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatworks.vocab import (
    KeyStage,
    Phase,
    key_stages_of_ages,
    key_stages_of_grades,
    key_stages_of_years,
    phases_of_ages,
    phases_of_grades,
    phases_of_years,
)

YEARS = st.integers(min_value=-5, max_value=20)


@pytest.mark.parametrize(
    ("lowest", "highest", "phases"),
    [
        (-3, -1, (Phase.EY,)),
        (0, 0, (Phase.EY, Phase.P)),
        (1, 6, (Phase.P,)),
        (5, 7, (Phase.P, Phase.S)),
        (7, 11, (Phase.S,)),
        (11, 13, (Phase.S, Phase.P16)),
        (0, 13, (Phase.EY, Phase.P, Phase.S, Phase.P16)),
    ],
)
def test_phases_of_school_years(lowest, highest, phases) -> None:
    assert phases_of_years(lowest, highest) == phases


@pytest.mark.parametrize(
    ("grade", "phases"),
    [(-1, (Phase.EY, Phase.P)), (0, (Phase.P,)), (5, (Phase.P,)), (6, (Phase.S,))],
)
def test_a_us_grade_is_one_year_below_the_english_year(grade, phases) -> None:
    assert phases_of_grades(grade) == phases


def test_kindergarten_to_grade_six_is_years_1_to_7() -> None:
    assert phases_of_grades(0, 6) == (Phase.P, Phase.S)
    assert key_stages_of_grades(0, 6) == (KeyStage.KS1, KeyStage.KS2, KeyStage.KS3)


@given(YEARS, YEARS)
def test_grades_and_years_agree_one_apart(a: int, b: int) -> None:
    lowest, highest = sorted((a, b))
    assert phases_of_grades(lowest, highest) == phases_of_years(lowest + 1, highest + 1)
    assert key_stages_of_grades(lowest, highest) == key_stages_of_years(lowest + 1, highest + 1)


@given(YEARS, YEARS)
def test_a_range_has_the_phases_of_its_years(a: int, b: int) -> None:
    lowest, highest = sorted((a, b))
    each = {phase for year in range(lowest, highest + 1) for phase in phases_of_years(year)}
    assert set(phases_of_years(lowest, highest)) == each


@given(st.floats(min_value=-4, max_value=15))
def test_a_mean_between_two_years_counts_both(mean: float) -> None:
    import math

    assert phases_of_years(mean) == phases_of_years(math.floor(mean), math.ceil(mean))


def test_key_stages_cover_each_year_once_up_to_year_13() -> None:
    assert [key_stages_of_years(year) for year in range(-1, 15)] == [
        (KeyStage.EYFS,),
        (KeyStage.EYFS,),
        *[(KeyStage.KS1,)] * 2,
        *[(KeyStage.KS2,)] * 4,
        *[(KeyStage.KS3,)] * 3,
        *[(KeyStage.KS4,)] * 2,
        *[(KeyStage.KS5,)] * 2,
        (),
    ]


def test_ages_are_full_years_at_the_start_of_the_school_year() -> None:
    assert phases_of_ages(5, 10.9) == (Phase.P,)
    assert phases_of_ages(11) == (Phase.S,)
    assert phases_of_ages(19, 25) == (Phase.P16,)
    assert key_stages_of_ages(7.2) == (KeyStage.KS2,)


@pytest.mark.parametrize("call", [phases_of_years, phases_of_grades, phases_of_ages])
@pytest.mark.parametrize("bounds", [(5, 3), (float("nan"), 3), (1, float("inf"))])
def test_a_range_that_runs_backwards_or_has_no_end_is_refused(call, bounds) -> None:
    with pytest.raises(ValueError, match=r"^found"):
        call(*bounds)
