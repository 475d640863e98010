"""Noun of appraisal: the judgement."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Judgement"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """One risk-of-bias judgement on one domain of one tool.

    Attributes
    ----------
    judgement_id
        Unique name within the evidence base.
    review_id
        Review it belongs to.
    study_id
        Study judged.
    tool
        Tool and version, as the source names it.
    domain
        Domain of the tool, or overall.
    judgement
        Level in the tool's own words.
    reason
        Why; None where the source gives none.
    judged_by
        Pseudonym, or the source review.
    raw_file_id
        File it came from; None if made here.
    source_row
        Row of that file, the header being row 1.
    """

    judgement_id: str
    review_id: str
    study_id: str
    tool: str
    domain: str
    judgement: str
    reason: str | None
    judged_by: str
    raw_file_id: str | None
    source_row: int | None
