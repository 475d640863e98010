"""Nouns of grading: the certainty of a strand's evidence, step by step."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Certainty", "CertaintyStep"]


@dataclass(frozen=True, slots=True)
class Certainty:
    """How sure we are of one strand's main result.

    Attributes
    ----------
    certainty_id
        Unique name within the evidence base.
    strand_id
        Strand it is about.
    scheme
        Scheme and version, such as GRADE.
    start_level
        Level before any step: high, moderate, low or very_low.
    start_reason
        Why the judgement starts there.
    level
        Level after the steps.
    judged_by
        Pseudonym of who judged.
    judged_on
        Date, ISO 8601.
    summary
        The judgement in one plain sentence.
    """

    certainty_id: str
    strand_id: str
    scheme: str
    start_level: str
    start_reason: str
    level: str
    judged_by: str
    judged_on: str
    summary: str


@dataclass(frozen=True, slots=True)
class CertaintyStep:
    """One reason to be less, or more, sure.

    Attributes
    ----------
    certainty_step_id
        Unique name within the evidence base.
    certainty_id
        Judgement it belongs to.
    domain
        risk_of_bias, inconsistency, indirectness, imprecision, publication_bias, large_effect,
        dose_response or confounding_opposes.
    step
        Levels up (positive) or down (negative); 0 records that the domain was considered.
    reason
        Why, in words.
    numbers
        Fields of the strand's main analysis it rests on, ";" between; None if none.
    """

    certainty_step_id: str
    certainty_id: str
    domain: str
    step: int
    reason: str
    numbers: str | None
