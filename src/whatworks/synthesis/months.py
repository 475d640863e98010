"""Months of progress: an effect on attainment in the unit that schools know.

The table is data with a version, because its publisher has changed it and prints different ones
for different purposes. Every figure carries the version it was read from.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from importlib import resources

import numpy as np

from whatworks.errors import NotFound, UserError
from whatworks.synthesis.inputs import number
from whatworks.synthesis.summarised import Summarised

__all__ = [
    "DEFAULT_MONTHS_TABLE",
    "MonthsBand",
    "MonthsOfProgress",
    "MonthsTable",
    "months_of_progress",
    "months_table",
]

# The table that was read on the publisher's own page; versions known second hand are not here.
DEFAULT_MONTHS_TABLE = "eef-toolkit-read-2026-11"


@dataclass(frozen=True, slots=True)
class MonthsBand:
    """One line of a table.

    Attributes
    ----------
    months
        Months of progress.
    lowest, highest
        Effect sizes, two decimals, both included.
    label
        The publisher's word for it.
    """

    months: int
    lowest: Decimal
    highest: Decimal
    label: str


@dataclass(frozen=True, slots=True)
class MonthsTable:
    """One version of the table.

    Attributes
    ----------
    version
        Its name.
    scale
        What the publisher uses it for: toolkit.
    title, source, read_on
        What it is, where it stands, and when it was read there.
    bands
        Lines by ascending months.
    """

    version: str
    scale: str
    title: str
    source: str
    read_on: str
    bands: tuple[MonthsBand, ...]


@dataclass(frozen=True, slots=True, repr=False)
class MonthsOfProgress(Summarised):
    """An effect in months, with the ends of its interval.

    Attributes
    ----------
    months
        Months for the effect; negative for a negative effect, which does not mean that pupils go
        backwards but that they make less progress than similar pupils.
    ci
        Months for the ends of the interval; None where none was given.
    label
        The publisher's word for the size.
    effect
        The effect, rounded as the table asks.
    is_capped
        The effect or an end of its interval lies beyond the table; the last line was taken.
    table
        Version of the table.
    note
        What must be said beside the figure.
    """

    months: int
    ci: tuple[int, int] | None
    label: str
    effect: float
    is_capped: bool
    table: str
    note: str | None

    def summary(self) -> str:
        """Return the figure in words."""
        interval = f" ({self.ci[0]:+d} to {self.ci[1]:+d})" if self.ci is not None else ""
        unit = "month" if abs(self.months) == 1 else "months"
        note = f" {self.note}" if self.note else ""
        return f"{self.months:+d} {unit}{interval}, table {self.table}.{note}"


@cache
def _tables() -> dict[str, MonthsTable]:
    text = resources.files("whatworks.synthesis").joinpath("months_tables.json").read_text("utf-8")
    content = json.loads(text)
    return {
        entry["version"]: MonthsTable(
            version=entry["version"],
            scale=entry["scale"],
            title=entry["title"],
            source=entry["source"],
            read_on=entry["read_on"],
            bands=tuple(
                MonthsBand(
                    band["months"], Decimal(band["from"]), Decimal(band["to"]), band["label"]
                )
                for band in entry["bands"]
            ),
        )
        for entry in content["tables"]
    }


def months_table(version: str = DEFAULT_MONTHS_TABLE) -> MonthsTable:
    """Return a version of the table.

    Raises
    ------
    NotFound
        There is no such version; the message lists those there are.
    """
    tables = _tables()
    if version not in tables:
        raise NotFound(
            f"There is no months table {version!r}. The versions are {', '.join(tables)}."
        )
    return tables[version]


def months_of_progress(
    effect: float,
    *,
    is_attainment: bool,
    ci: tuple[float, float] | None = None,
    table: str = DEFAULT_MONTHS_TABLE,
) -> MonthsOfProgress:
    """Turn an effect on attainment into months of progress.

    The effect is rounded to two decimals, halves away from zero, and then looked up; a negative
    one is looked up as its mirror image.

    Parameters
    ----------
    effect : float
        Hedges' g.
    is_attainment : bool
        Whether the outcome is attainment. Months are not defined for behaviour, wellbeing or
        identification.
    ci : tuple of float, optional
        Ends of its interval.
    table : str
        Version of the table.

    Raises
    ------
    UserError
        The outcome is not attainment, or a number is not finite.
    NotFound
        There is no such version.
    """
    if not is_attainment:
        raise UserError(
            "Months of progress are defined for attainment only. Show this outcome as an effect "
            "size with its interval."
        )
    lines = months_table(table)
    effect = number(effect, "effect", "a finite number")
    months, band, capped = _look_up(lines, effect)
    ends = None
    if ci is not None:
        if not isinstance(ci, (tuple, list, np.ndarray)) or len(ci) != 2:
            raise UserError(f"ci must be two numbers. Supplied value was {ci!r}.")
        ci = (
            number(ci[0], "ci, lower end", "a finite number"),
            number(ci[1], "ci, upper end", "a finite number"),
        )
        low, high = _look_up(lines, ci[0]), _look_up(lines, ci[1])
        ends = (low[0], high[0])
        capped = capped or low[2] or high[2]
    note = None
    if capped:
        last = lines.bands[-1]
        note = (
            f"The table ends at {last.highest} ({last.months} months); what lies beyond is shown "
            f"as {last.months} months: read the effect size {effect:.2f}."
        )
    return MonthsOfProgress(
        months=months,
        ci=ends,
        label=band.label,
        effect=float(_rounded(effect)),
        is_capped=capped,
        table=table,
        note=note,
    )


def _rounded(effect: float) -> Decimal:
    """Round the shortest decimal that is this double: 0.185 is a half, though stored below it."""
    return Decimal(repr(float(effect))).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def _look_up(table: MonthsTable, effect: float) -> tuple[int, MonthsBand, bool]:
    value = _rounded(effect)
    size, sign = abs(value), -1 if value < 0 else 1
    for band in table.bands:
        if size <= band.highest:
            return sign * band.months, band, False
    return sign * table.bands[-1].months, table.bands[-1], True
