"""How a published table in long format is to be read into figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = ["OGL_V3", "FigureColumn", "FigureLayout"]

OGL_V3 = (
    "Open Government Licence v3.0. "
    "Contains public sector information licensed under the Open Government Licence v3.0."
)


@dataclass(frozen=True, slots=True)
class FigureColumn:
    """One column of figures.

    Attributes
    ----------
    column
        Its header.
    series
        Series it belongs to.
    measure
        What is counted, as a sentence fragment; the same in all columns of a series.
    need
        Need code, if the column is about one need.
    phase
        Phase code, if the column is about one phase.
    breakdown
        What else the column is about, such as a type of setting.
    """

    column: str
    series: str
    measure: str
    need: str | None = None
    phase: str | None = None
    breakdown: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureLayout:
    """How a published table in long format is to be read.

    Attributes
    ----------
    columns
        The columns of figures.
    source
        Publication, with date.
    note
        Breaks and footnotes a reader must know, for every figure.
    need_notes
        Further notes by need code.
    licence
        Licence and its attribution text.
    period
        Column of the period.
    level
        Column of the geographic level; None where every row kept is about England.
    levels
        Levels to keep, in the noun's words.
    keep
        Column -> texts; a row is kept if all these columns hold one of their texts.
    need
        Column that holds the need in words; `need_prefix` is cut off before it is looked up.
    need_prefix
        See `need`.
    phase
        Column that holds a type of school.
    phases
        Type of school -> phase code. Other types stay as breakdown.
    breakdown
        Columns that hold the breakdown. Where two hold the same text it is a total.
    totals
        Texts that mean no breakdown, such as Total.
    labels
        Text of a breakdown or type of school as published -> text to give instead.
    """

    columns: tuple[FigureColumn, ...]
    source: str
    note: str | None = None
    need_notes: Mapping[str, str] | None = None
    licence: str = OGL_V3
    period: str = "time_period"
    level: str | None = "geographic_level"
    levels: tuple[str, ...] = ("national",)
    keep: Mapping[str, Sequence[str]] | None = None
    need: str | None = None
    need_prefix: str = ""
    phase: str | None = None
    phases: Mapping[str, str] | None = None
    breakdown: tuple[str, ...] = ()
    totals: tuple[str, ...] = ("Total",)
    labels: Mapping[str, str] | None = None

    def used_columns(self) -> list[str]:
        """Return the columns the table must have."""
        optional = (self.level, self.need, self.phase)
        named = [self.period, *self.breakdown, *(self.keep or {})]
        named += [column for column in optional if column is not None]
        return named + [column.column for column in self.columns]
