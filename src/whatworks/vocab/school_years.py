"""From school years, US grades and ages to phases and key stages of England.

A year is a number: 0 is Reception, 1 to 13 are Years 1 to 13, below 0 is before school. US grade g
(0 is kindergarten) is Year g + 1; a pupil aged a at the start of the school year is in Year a - 4.
Source of ages: national curriculum, Year 1 is ages 5-6 and Year 11 is ages 15-16.
"""

from __future__ import annotations

import math

from whatworks.vocab.codes import KeyStage, Phase

__all__ = [
    "key_stages_of_ages",
    "key_stages_of_grades",
    "key_stages_of_years",
    "phases_of_ages",
    "phases_of_grades",
    "phases_of_years",
]

YEARS_PER_GRADE_OFFSET = 1
AGE_AT_START_OF_RECEPTION = 4

# First and last year of each; Reception is in the early years foundation stage and in primary
# schools, so a sample of Reception pupils belongs to both phases.
PHASE_YEARS = {
    Phase.EY: (-math.inf, 0.0),
    Phase.P: (0.0, 6.0),
    Phase.S: (7.0, 11.0),
    Phase.P16: (12.0, math.inf),
}
KEY_STAGE_YEARS = {
    KeyStage.EYFS: (-math.inf, 0.0),
    KeyStage.KS1: (1.0, 2.0),
    KeyStage.KS2: (3.0, 6.0),
    KeyStage.KS3: (7.0, 9.0),
    KeyStage.KS4: (10.0, 11.0),
    KeyStage.KS5: (12.0, 13.0),
}


def _whole_years(lowest: float, highest: float | None) -> tuple[int, int]:
    """Return the range in whole years; a mean between two years covers both."""
    last = lowest if highest is None else highest
    if not (math.isfinite(lowest) and math.isfinite(last)):
        raise ValueError(f"found {lowest} to {last}: both ends must be numbers.")
    if last < lowest:
        raise ValueError(f"found {lowest} to {last}: the first must not be above the second.")
    return math.floor(lowest), math.ceil(last)


def phases_of_years(lowest: float, highest: float | None = None) -> tuple[Phase, ...]:
    """Return the phases that school years from `lowest` to `highest` touch, youngest first.

    Parameters
    ----------
    lowest : float
        First year, 0 is Reception. A fraction, such as a mean of 6.5, stands for the years on
        both sides of it.
    highest : float, optional
        Last year; the same as `lowest` if not given.

    Raises
    ------
    ValueError
        The range runs backwards or is not finite.

    Examples
    --------
    >>> phases_of_years(5, 7)
    (<Phase.P: 'P'>, <Phase.S: 'S'>)
    """
    first, last = _whole_years(lowest, highest)
    return tuple(phase for phase, (lo, hi) in PHASE_YEARS.items() if first <= hi and last >= lo)


def key_stages_of_years(lowest: float, highest: float | None = None) -> tuple[KeyStage, ...]:
    """Return the key stages that school years touch; see `phases_of_years`. None above Year 13."""
    first, last = _whole_years(lowest, highest)
    return tuple(stage for stage, (lo, hi) in KEY_STAGE_YEARS.items() if first <= hi and last >= lo)


def _years_of_grades(lowest: float, highest: float | None) -> tuple[float, float | None]:
    """Turn US grades into school years."""
    shift = YEARS_PER_GRADE_OFFSET
    return lowest + shift, None if highest is None else highest + shift


def phases_of_grades(lowest: float, highest: float | None = None) -> tuple[Phase, ...]:
    """Return the phases of US grades, 0 being kindergarten and -1 pre-kindergarten."""
    return phases_of_years(*_years_of_grades(lowest, highest))


def key_stages_of_grades(lowest: float, highest: float | None = None) -> tuple[KeyStage, ...]:
    """Return the key stages of US grades, 0 being kindergarten and -1 pre-kindergarten."""
    return key_stages_of_years(*_years_of_grades(lowest, highest))


def _years_of_ages(lowest: float, highest: float | None) -> tuple[float, float]:
    """Turn ages at the start of the school year into years; ages are counted in full years."""
    last = lowest if highest is None else highest
    if not (math.isfinite(lowest) and math.isfinite(last)):
        raise ValueError(f"found ages {lowest} to {last}: both ends must be numbers.")
    return (
        math.floor(lowest) - AGE_AT_START_OF_RECEPTION,
        math.floor(last) - AGE_AT_START_OF_RECEPTION,
    )


def phases_of_ages(lowest: float, highest: float | None = None) -> tuple[Phase, ...]:
    """Return the phases of pupils aged `lowest` to `highest` at the start of the school year.

    An age of 10.7 counts as 10 full years, Year 6. Ages taken late in a school year run one year
    high, so prefer years or grades where a study gives them.
    """
    return phases_of_years(*_years_of_ages(lowest, highest))


def key_stages_of_ages(lowest: float, highest: float | None = None) -> tuple[KeyStage, ...]:
    """Return the key stages of pupils of these ages; see `phases_of_ages`."""
    return key_stages_of_years(*_years_of_ages(lowest, highest))
