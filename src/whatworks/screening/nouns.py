"""Noun of screening: the decision."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Decision"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What one reviewer decided about one record at one stage.

    Attributes
    ----------
    decision_id
        Unique name within the evidence base.
    review_id
        Review it belongs to.
    record_id
        Record it is about.
    reviewer
        Pseudonym of who decided, or of the group that reconciled.
    stage
        title_abstract or full_text.
    role
        individual, or reconciled (the outcome after discussion).
    value
        include, exclude or unsure.
    reason
        Reason code or text; None if none was given.
    source
        Who made it: human, rule or model.
    decided_at
        UTC time, ISO 8601; None where the trail does not say.
    raw_file_id
        File it was imported from; None if made here.
    source_row
        Row of that file, the header being row 1.
    """

    decision_id: str
    review_id: str
    record_id: str
    reviewer: str
    stage: str
    role: str
    value: str
    reason: str | None
    source: str
    decided_at: str | None
    raw_file_id: str | None
    source_row: int | None
