"""Set up the screening of a review: rules of a stage, eligibility criteria, records known beforehand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from whatworks.actions.known_review import require_review
from whatworks.actions.screening_board import STAGES
from whatworks.errors import NotFound, UserError
from whatworks.screening.nouns import (
    EligibilityCriteria,
    ExclusionReason,
    ScreeningRules,
    SeedRecord,
)
from whatworks.store import Actor, Store

__all__ = ["current_criteria", "name_seeds", "set_rules", "write_criteria"]

CONFLICT_RULES = ("third", "agreement")
ORDERS = ("ranked", "random")
_LONGEST_CODE = 40


def set_rules(store: Store, *, by: Actor, rules: ScreeningRules, reason: str | None = None) -> None:
    """Set or change the rules of a stage.

    The seed stays what it was: what was drawn at random before must not be drawn anew.

    Raises
    ------
    NotFound
        The review does not exist.
    UserError
        A rule is none there can be; the message says which.
    """
    require_review(store, rules.review_id)
    problem = _problem(rules)
    if problem is not None:
        raise UserError(f"{problem} Nothing was saved.")
    versions = store.history("screening_rules", (rules.review_id, rules.stage))
    if versions:
        rules = replace(rules, seed=versions[0].row.seed)
    with store.write(
        actor=by,
        action="set_screening_rules",
        object_type="review",
        object_id=rules.review_id,
        reason=reason,
    ) as tx:
        tx.append("screening_rules", [rules])


def _problem(rules: ScreeningRules) -> str | None:
    """Return what is wrong with rules; None if nothing is."""
    if rules.stage not in STAGES:
        return f'There is no stage "{rules.stage}". The stages are {" and ".join(STAGES)}.'
    if rules.reviewers_per_record not in (1, 2):
        return f"One or two people decide on a record. Found {rules.reviewers_per_record}."
    if not 0.0 <= rules.doubled_share <= 1.0:
        return f"The share decided by two is between 0 and 1. Found {rules.doubled_share:g}."
    if rules.conflict_rule not in CONFLICT_RULES:
        return f"A conflict is settled by third or agreement. Found {rules.conflict_rule!r}."
    if rules.record_order not in ORDERS:
        return f"Records come ranked or random. Found {rules.record_order!r}."
    for what, value in (("recall", rules.recall_target), ("confidence", rules.level)):
        if not 0.0 < value < 1.0:
            return f"The {what} is between 0 and 1, such as 0.95. Found {value:g}."
    return None


def current_criteria(
    store: Store, review_id: str
) -> tuple[EligibilityCriteria | None, tuple[ExclusionReason, ...]]:
    """Return the criteria in force and their exclusion reasons, in order."""
    held = store.evidence("eligibility_criteria", "exclusion_reasons")
    own = [one for one in held.eligibility_criteria if one.review_id == review_id]
    if not own:
        return None, ()
    newest = max(own, key=lambda one: one.criteria_version)
    reasons = [
        one
        for one in held.exclusion_reasons
        if one.review_id == review_id and one.criteria_version == newest.criteria_version
    ]
    return newest, tuple(sorted(reasons, key=lambda one: one.position))


def write_criteria(
    store: Store,
    *,
    by: Actor,
    review_id: str,
    text: str,
    reasons: Sequence[tuple[str, str]],
    include_terms: Sequence[str] = (),
    exclude_terms: Sequence[str] = (),
    why_changed: str | None = None,
) -> EligibilityCriteria:
    """Write the eligibility criteria, or a new version of them.

    Decisions made before keep the version they were made by. Criteria equal to those in force are not
    written again.

    Parameters
    ----------
    text : str
        What makes a record eligible, a line for each criterion.
    reasons : sequence of (str, str)
        Code and words of each exclusion reason, in the order in which PRISMA is to count them.
    include_terms, exclude_terms : sequences of str
        Words that speak for and against a record.
    why_changed : str, optional
        What changed and why; asked for from the second version on.

    Raises
    ------
    NotFound
        The review does not exist.
    UserError
        The text is empty, a code is no name or is given twice, or the reason for a change is missing.
    """
    require_review(store, review_id)
    before, reasons_before = current_criteria(store, review_id)
    version = 1 if before is None else before.criteria_version + 1
    new = EligibilityCriteria(
        review_id,
        version,
        "\n".join(line.strip() for line in text.strip().splitlines()),
        _terms(include_terms),
        _terms(exclude_terms),
        (why_changed or "").strip() or None,
    )
    if not new.text:
        raise UserError(
            "The criteria are empty. Write what makes a record eligible. Nothing was saved."
        )
    _require_codes(reasons)
    rows = [
        ExclusionReason(review_id, version, code, position, " ".join(label.split()))
        for position, (code, label) in enumerate(reasons, start=1)
    ]
    if before is not None:
        same = replace(
            new, criteria_version=before.criteria_version, why_changed=before.why_changed
        )
        as_before = [replace(row, criteria_version=before.criteria_version) for row in rows]
        if same == before and tuple(as_before) == reasons_before:
            return before
        if new.why_changed is None:
            raise UserError(
                "Say what changed in the criteria and why: decisions were made by the version before. "
                "Nothing was saved."
            )
    with store.write(
        actor=by,
        action="write_criteria",
        object_type="review",
        object_id=review_id,
        reason=new.why_changed,
    ) as tx:
        tx.append("eligibility_criteria", [new])
        tx.append("exclusion_reasons", rows)
    return new


def _terms(terms: Sequence[str]) -> str | None:
    """Return terms as they are kept: each once, as first written."""
    kept: dict[str, str] = {}
    for term in terms:
        words = " ".join(term.replace(";", " ").split())
        if words:
            kept.setdefault(words.casefold(), words)
    return "; ".join(kept.values()) or None


def _require_codes(reasons: Sequence[tuple[str, str]]) -> None:
    """Refuse reasons that decisions could not name."""
    seen = set()
    for code, label in reasons:
        if (
            not code
            or len(code) > _LONGEST_CODE
            or not code.replace("-", "").replace("_", "").isalnum()
        ):
            raise UserError(
                f'"{code}" cannot name an exclusion reason. Use letters, digits and hyphens, such as '
                "wrong-age. Nothing was saved."
            )
        if code in seen:
            raise UserError(
                f'The reason "{code}" is given twice. Give each once. Nothing was saved.'
            )
        if not label.strip():
            raise UserError(f'The reason "{code}" has no words. Write them. Nothing was saved.')
        seen.add(code)


def name_seeds(store: Store, *, by: Actor, review_id: str, seeds: Mapping[str, bool]) -> int:
    """Say of records whether they are known to be relevant; the ranking begins with them.

    It is no decision: the records are screened like all others.

    Returns
    -------
    int
        Number of records of which something new was said.

    Raises
    ------
    NotFound
        A record is not one of the review.
    """
    require_review(store, review_id)
    for record_id in seeds:
        versions = store.history("records", record_id)
        if not versions or versions[-1].is_withdrawn or versions[-1].row.review_id != review_id:
            raise NotFound(f'There is no record "{record_id}" in this review. Nothing was saved.')
    rows = [SeedRecord(review_id, name, value) for name, value in seeds.items()]
    with store.write(
        actor=by, action="name_seed_records", object_type="review", object_id=review_id
    ) as tx:
        return tx.append("seed_records", rows)
