"""One setting beside what is expected of the same pupils: a band, which may be "cannot say"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from whatworks.accountability.exact_limits import LimitKind, proportion_limits, whole_number
from whatworks.errors import UserError

__all__ = ["HIDDEN_COUNTS", "Band", "Comparison", "compare_with_expected"]

Band = Literal["higher than expected", "about as expected", "lower than expected", "cannot say"]

# Official statistics on pupils do not show these counts; neither do we, whoever asks.
HIDDEN_COUNTS = range(1, 5)
# A setting with fewer pupils is only ever "cannot say".
FEWEST_PUPILS_EVER = 6


@dataclass(frozen=True, slots=True)
class Comparison:
    """What may be published of one setting's count beside its expectation.

    Attributes
    ----------
    band
        The finding. "cannot say" is not "as expected".
    reason
        Why nothing can be said, or why figures are left out; None where neither is so.
    pupils
        Pupils counted; None below the threshold.
    observed
        Pupils with the outcome; None where it or its complement is a small cell.
    expected
        Expected count; None below the threshold.
    rate, expected_rate
        Counts over pupils; None as the counts are.
    limits
        Limits of the rate; None where `observed` is, since the count could be worked out of them.
    kind, level
        What the limits are.
    margin
        Odds ratio that makes a difference worth naming.
    """

    band: Band
    reason: str | None
    pupils: int | None
    observed: int | None
    expected: float | None
    rate: float | None
    expected_rate: float | None
    limits: tuple[float, float] | None
    kind: LimitKind
    level: float
    margin: float


def compare_with_expected(
    observed: int,
    pupils: int,
    expected: float,
    *,
    margin: float,
    fewest_pupils: int,
    kind: LimitKind,
    level: float,
) -> Comparison:
    """Say whether a setting's count lies beyond a margin around what is expected.

    Parameters
    ----------
    observed : int
        Pupils with the outcome, from 0 to `pupils`.
    pupils : int
        Pupils counted.
    expected : float
        Pupils expected to have it, were these the pupils of the average setting; between 0 and
        `pupils`, and taken as known.
    margin : float
        Odds ratio above 1 within which a difference does not count. A choice of the advisory
        group, so it has no default.
    fewest_pupils : int
        With fewer pupils nothing is said or shown; at least 6.
    kind, level
        Limits of the rate (see `proportion_limits`). A level of 0.8 leaves 0.1 on each side.

    Returns
    -------
    Comparison
        "higher" ("lower") when the whole interval lies beyond the margin above (below) the
        expected rate, "about as expected" when it lies within the margin, else "cannot say".

    Raises
    ------
    UserError
        An argument is out of range.

    Notes
    -----
    A small cell (1-4 pupils with the outcome, or 1-4 without) must not be worked out from what is
    published. So such a count is given a band only if every count of that cell would give the same;
    otherwise it is "cannot say", and the result is the same for all of them.

    Pupils differ in their chances, so their count varies less than the binomial assumes and the
    limits are, as a rule, a little too wide (Hoeffding 1956, Annals of Mathematical Statistics
    27:713-721); pupils who influence each other make them too narrow. There is no shrinkage: of many settings compared, some reach a
    band by chance.
    """
    _check(observed, pupils, expected, margin, fewest_pupils)
    if pupils < fewest_pupils:
        # The limits check kind and level; a small setting must not hide a slip in them.
        proportion_limits(observed, pupils, kind=kind, level=level)
        reason = f"There are fewer than {fewest_pupils} pupils."
        return Comparison(
            "cannot say", reason, None, None, None, None, None, None, kind, level, margin
        )
    cell = _cell_of(observed, pupils)
    found = {
        _band(count, pupils, expected, margin=margin, kind=kind, level=level) for count in cell
    }
    band: Band = found.pop() if len(found) == 1 else "cannot say"
    if len(cell) > 1:
        hidden = "The count is not shown, because few pupils have, or lack, this outcome."
        return Comparison(
            band, hidden, pupils, None, expected, None, expected / pupils, None, kind, level, margin
        )
    reason_why = (
        "The limits reach across the margin: these numbers cannot tell."
        if band == "cannot say"
        else None
    )
    limits = proportion_limits(observed, pupils, kind=kind, level=level)
    return Comparison(
        band=band,
        reason=reason_why,
        pupils=pupils,
        observed=observed,
        expected=expected,
        rate=observed / pupils,
        expected_rate=expected / pupils,
        limits=limits,
        kind=kind,
        level=level,
        margin=margin,
    )


def _check(observed: int, pupils: int, expected: float, margin: float, fewest_pupils: int) -> None:
    whole_number(observed, "The count")
    whole_number(pupils, "The number of pupils")
    if pupils <= 0 or not 0 <= observed <= pupils:
        raise UserError(
            f"{observed} of {pupils} pupils were counted. The count must lie between 0 and the "
            "number of pupils, and there must be at least one pupil."
        )
    if not 0.0 < expected < pupils:
        raise UserError(
            f"{expected!r} of {pupils} pupils were expected. The expectation must lie between 0 "
            "and the number of pupils."
        )
    if not 1.0 < margin < float("inf"):
        raise UserError(f"The margin is {margin!r}. Give an odds ratio above 1, such as 1.5.")
    if fewest_pupils < FEWEST_PUPILS_EVER:
        raise UserError(
            f"fewest_pupils is {fewest_pupils}. It must be at least {FEWEST_PUPILS_EVER}: smaller "
            "groups can be recognised."
        )


def _cell_of(observed: int, pupils: int) -> list[int]:
    """Return the counts that must look the same as this one to a reader."""
    few = {c for c in HIDDEN_COUNTS if c <= pupils}
    few_without = {pupils - c for c in HIDDEN_COUNTS if c <= pupils}
    # In a small group the two cells touch or overlap; a count of one must not unmask the other.
    if few & few_without and observed in few | few_without:
        return sorted(few | few_without)
    for cell in (few, few_without):
        if observed in cell:
            return sorted(cell)
    return [observed]


def _band(
    count: int, pupils: int, expected: float, *, margin: float, kind: LimitKind, level: float
) -> Band:
    low, high = proportion_limits(count, pupils, kind=kind, level=level)
    odds = expected / (pupils - expected)
    upper, lower = odds * margin / (1.0 + odds * margin), odds / (margin + odds)
    if low > upper:
        return "higher than expected"
    if high < lower:
        return "lower than expected"
    return "about as expected" if lower <= low and high <= upper else "cannot say"
