"""Noun of official statistics: one published figure."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["OfficialFigure"]


@dataclass(frozen=True, slots=True)
class OfficialFigure:
    """One figure of a published official statistic.

    Attributes
    ----------
    figure_id
        Unique name within the evidence base.
    series
        Short name of the series, such as ehc_plans_by_need.
    period
        Time period as published, such as 202425.
    area_level
        national, regional or local_authority.
    area_code
        ONS code of the area.
    area_name
        Name of the area.
    need
        Need code of the vocabulary; None for all needs.
    phase
        Phase code of the vocabulary; None for all.
    breakdown
        Other breakdown as published, such as age group or type of setting.
    measure
        What is counted, as a sentence fragment.
    value
        The figure; None where it is suppressed.
    shorthand
        Why there is no figure, as published: c, x, z, k, low.
    source
        Publication it comes from, with date.
    licence
        Licence and its attribution text.
    note
        Breaks and footnotes a reader must know.
    """

    figure_id: str
    series: str
    period: str
    area_level: str
    area_code: str | None
    area_name: str
    need: str | None
    phase: str | None
    breakdown: str | None
    measure: str
    value: float | None
    shorthand: str | None
    source: str
    licence: str
    note: str | None
