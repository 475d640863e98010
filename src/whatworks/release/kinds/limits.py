"""The two limits of an interval as results, or the reason why there are none."""

from __future__ import annotations

from math import isinf

from whatworks.release.results import Result

__all__ = ["limits_of"]


def limits_of(
    name: str,
    limits: tuple[float, float] | None,
    unit: str,
    label: str,
    why_not: str,
    note: str | None = None,
) -> list[Result]:
    """Return the two limits of an interval, or the reason why there is none.

    Parameters
    ----------
    name : str
        Fields are `name` with "_lb" and "_ub".
    limits : (float, float) or None
        Lower and upper limit; an infinite one becomes no value with a note.
    unit, label : str
        Unit, and what the interval is of.
    why_not : str
        Note where there are no limits.
    note : str, optional
        Note where there are.
    """
    said = note if limits is not None else why_not
    rows = []
    for end, words, position in (("lb", "Lower", 0), ("ub", "Upper", 1)):
        value = None if limits is None else limits[position]
        is_open = value is not None and isinf(value)
        rows.append(
            Result(
                f"{name}_{end}",
                None if is_open else value,
                unit,
                f"{words} limit of the {label}",
                "The data set no limit at this end." if is_open else said,
            )
        )
    return rows
