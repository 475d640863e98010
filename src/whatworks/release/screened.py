"""What screening came to in a review: the outcome of each record at each stage."""

from __future__ import annotations

from collections.abc import Mapping

from whatworks.release.evidence import Evidence
from whatworks.screening.stage import outcomes, shown_records
from whatworks.screening.standing import SETTLED, Standing

__all__ = ["SCREENED_TABLES", "left_unread", "reasons_in_words", "settled_records"]

STAGES = ("title_abstract", "full_text")
# Tables the outcomes follow from.
SCREENED_TABLES = (
    "decisions",
    "eligibility_criteria",
    "exclusion_reasons",
    "records",
    "report_records",
    "screening_rules",
)


def settled_records(evidence: Evidence, review_id: str) -> dict[str, dict[str, Standing]]:
    """Return the records of each stage that are settled, one for each report.

    By the rules of the stage; in a trail without rules, which was imported, by what is reconciled.
    """
    decisions = [one for one in evidence.decisions if one.review_id == review_id]
    if not decisions:
        return {}
    rules = {one.stage: one for one in evidence.screening_rules if one.review_id == review_id}
    newest = _newest_criteria(evidence, review_id)
    order = {
        one.code: one.position
        for one in evidence.exclusion_reasons
        if one.review_id == review_id and one.criteria_version == newest
    }
    report_of = {link.record_id: link.report_id for link in evidence.report_records}
    own = {one.record_id for one in evidence.records if one.review_id == review_id}
    shown_for = shown_records(own | {one.record_id for one in decisions}, report_of)
    found = {}
    for stage in STAGES:
        standing = outcomes(
            decisions, rules.get(stage), stage, shown_for=shown_for, reason_order=order
        )
        found[stage] = {name: one for name, one in standing.items() if one.state == SETTLED}
    if rules.get("full_text") is not None:
        # A report whose inclusion was taken back is no longer one to assess.
        included = {
            name for name, one in found["title_abstract"].items() if one.outcome == "include"
        }
        found["full_text"] = {
            name: one for name, one in found["full_text"].items() if name in included
        }
    return found


def left_unread(evidence: Evidence, review_id: str) -> int | None:
    """Return how many records were left unread when screening ended with a certificate; None without one.

    PRISMA 2020 counts what an automation tool kept from being screened.
    """
    stage = "title_abstract"
    own = [
        one for one in evidence.certifications if one.review_id == review_id and one.stage == stage
    ]
    latest = max(own, key=lambda one: one.attempt, default=None)
    if latest is None or latest.state != "issued":
        return None
    report_of = {link.record_id: link.report_id for link in evidence.report_records}
    shown_for = shown_records(
        (one.record_id for one in evidence.records if one.review_id == review_id), report_of
    )
    read = {
        shown_for.get(one.record_id, one.record_id)
        for one in evidence.decisions
        if one.review_id == review_id and one.stage == stage and one.source == "human"
    }
    return len(set(shown_for.values()) - read)


def reasons_in_words(
    evidence: Evidence, review_id: str, counts: Mapping[str, int]
) -> list[tuple[str, int]]:
    """Return counts by reason in words, in the order of the criteria; unknown ones by their code."""
    labels: dict[str, tuple[int, str]] = {}
    for one in sorted(evidence.exclusion_reasons, key=lambda one: one.criteria_version):
        if one.review_id == review_id:
            labels[one.code] = (one.position, one.label)
    ordered = sorted(counts, key=lambda code: (labels.get(code, (len(labels) + 1, "")), code))
    return [(labels[code][1] if code in labels else code, counts[code]) for code in ordered]


def _newest_criteria(evidence: Evidence, review_id: str) -> int:
    """Return the version of the criteria in force; 0 if there are none."""
    return max(
        (
            one.criteria_version
            for one in evidence.eligibility_criteria
            if one.review_id == review_id
        ),
        default=0,
    )
