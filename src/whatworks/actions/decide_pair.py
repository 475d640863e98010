"""Say of two records whether they describe one report; take it back."""

from __future__ import annotations

from whatworks.actions.find_reports import FoundReports, find_reports
from whatworks.actions.known_review import require_review
from whatworks.dedupe import PairDecision
from whatworks.errors import NotFound, UserError
from whatworks.store import Actor, Store

__all__ = ["decide_pair", "take_back_pair"]

DECISIONS = ("same", "different")


def decide_pair(
    store: Store,
    *,
    by: Actor,
    review_id: str,
    record_id: str,
    other_record_id: str,
    decision: str,
    note: str | None = None,
    join: bool = True,
) -> FoundReports | None:
    """Record a decision, and join the review's records anew.

    A later decision on the same pair takes the place of the earlier one; both stay in the log.

    Parameters
    ----------
    decision : {"same", "different"}
    join : bool
        False only records it, which takes no time however large the review: `find_reports` later
        makes the reports that follow. None is returned then.

    Raises
    ------
    NotFound
        The review or a record does not exist.
    UserError
        The decision is neither, or the records are one, or of another review.
    """
    require_review(store, review_id)
    if decision not in DECISIONS:
        raise UserError(f"A decision is same or different. Found {decision!r}.")
    pair = _pair(store, review_id, record_id, other_record_id)
    with store.write(
        actor=by,
        action="decide_pair",
        object_type="record",
        object_id=pair[0],
        reason=f"{decision} as {pair[1]}" if decision == "same" else f"different from {pair[1]}",
    ) as tx:
        tx.append(
            "pair_decisions",
            [PairDecision(*pair, review_id, decision, by.pseudonym, note or None)],
        )
    return find_reports(store, by=by, review_id=review_id) if join else None


def take_back_pair(
    store: Store,
    *,
    by: Actor,
    review_id: str,
    record_id: str,
    other_record_id: str,
    join: bool = True,
) -> FoundReports | None:
    """Withdraw a decision, and join the review's records anew (see `decide_pair`).

    Raises
    ------
    NotFound
        There is no such decision.
    """
    require_review(store, review_id)
    pair = _pair(store, review_id, record_id, other_record_id)
    versions = store.history("pair_decisions", pair)
    if not versions or versions[-1].is_withdrawn:
        raise NotFound(
            f"Nobody decided about {pair[0]} and {pair[1]}, so that there is nothing to take back."
        )
    with store.write(
        actor=by, action="take_back_pair", object_type="record", object_id=pair[0]
    ) as tx:
        tx.withdraw("pair_decisions", [pair])
    return find_reports(store, by=by, review_id=review_id) if join else None


def _pair(store: Store, review_id: str, one: str, other: str) -> tuple[str, str]:
    """Return two names of records, the smaller first, if both are of the review."""
    if one == other:
        raise UserError(f"{one} was given twice. Give two records.")
    # Two look-ups, however many records there are.
    for name in (one, other):
        versions = store.history("records", name)
        if not versions or versions[-1].is_withdrawn:
            raise NotFound(
                f'There is no record "{name}". `whatworks reports questions` lists some.'
            )
        review = versions[-1].row.review_id
        if review != review_id:
            raise UserError(f'Record "{name}" belongs to review "{review}".')
    first, second = sorted((one, other))
    return first, second
