"""Published numbers as pages show them: text, and the way to how each was computed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from whatworks.release.dependent_pool import TRUSTED_DF
from whatworks.release.evidence import Evidence
from whatworks.release.nouns import Analysis, Number
from whatworks.site.figures import in_unit, without_unit
from whatworks.site.paths import analysis_path
from whatworks.site.sentences import Interval

__all__ = ["Figure", "Numbers", "figure_of", "is_trusted"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One published number on a page.

    Attributes
    ----------
    number_id
        Its id, carried in the page as ``data-number``.
    href
        Address of how it was computed, from the site's root.
    text
        Value as people read it; "not available" where there is none.
    bare
        The same without its unit, for the lower end of a range.
    label
        What it is.
    note
        Why there is no value, or how to read it.
    value
        Value in full precision.
    """

    number_id: str
    href: str
    text: str
    bare: str
    label: str
    note: str | None
    value: float | None


def figure_of(number: Number) -> Figure:
    """Return a number as a page shows it."""
    text = "not available" if number.value is None else in_unit(number.value, number.unit)
    return Figure(
        number_id=number.number_id,
        href=analysis_path(number.analysis_id, number.field),
        text=text,
        bare="not available" if number.value is None else without_unit(number.value, number.unit),
        label=number.label,
        note=number.note,
        value=number.value,
    )


def is_trusted(analysis: Analysis | None, df: float | None) -> bool:
    """Return whether an interval by robust inference has enough degrees of freedom to be trusted.

    One study has none: its interval is the normal one, which is exact for what it claims.
    """
    robust = analysis is not None and analysis.kind in ("dependent_effects", "rho_sensitivity")
    return not robust or df is None or df >= TRUSTED_DF


@dataclass(frozen=True)
class Numbers:
    """Look-ups of published numbers by what they are about."""

    evidence: Evidence

    @cached_property
    def _fields(self) -> dict[tuple[str, str], Number]:
        return {(number.analysis_id, number.field): number for number in self.evidence.numbers}

    @cached_property
    def _analyses(self) -> dict[tuple[str, str], Analysis]:
        return {(row.subject, row.role): row for row in self.evidence.analyses}

    def analysis(self, subject: str, role: str) -> Analysis | None:
        """Return the analysis of a subject in a role."""
        return self._analyses.get((subject, role))

    def of_kind(self, kind: str) -> list[Analysis]:
        """Return all analyses of a kind."""
        return [row for row in self.evidence.analyses if row.kind == kind]

    def figure(self, analysis: Analysis | None, field: str) -> Figure | None:
        """Return one number of an analysis; None where it is not published."""
        if analysis is None:
            return None
        number = self._fields.get((analysis.analysis_id, field))
        return None if number is None else figure_of(number)

    def value(self, analysis: Analysis | None, field: str) -> float | None:
        """Return the value of one number of an analysis, if it is published and exists."""
        figure = self.figure(analysis, field)
        return None if figure is None else figure.value

    def interval(self, analysis: Analysis | None) -> Interval | None:
        """Return the average effect and its confidence interval; None where there is no effect."""
        estimate = self.value(analysis, "estimate")
        if estimate is None:
            return None
        return Interval(
            estimate,
            self.value(analysis, "ci_lb"),
            self.value(analysis, "ci_ub"),
            is_trusted=is_trusted(analysis, self.value(analysis, "df")),
        )
