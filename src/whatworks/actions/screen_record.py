"""Decide on records: take the next ones in hand, vote, undo, change, settle a conflict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from whatworks.actions.screening_board import Board
from whatworks.errors import UserError
from whatworks.screening.nouns import Decision
from whatworks.screening.stage import Stage
from whatworks.screening.standing import CONFLICT, Standing
from whatworks.store import Actor
from whatworks.store.events import utc_text
from whatworks.store.leases import active_leases, drop_leases, give_leases

__all__ = ["may_settle", "settle", "take_in_hand", "undo_last", "vote"]

VALUES = ("include", "exclude", "unsure")
# Long enough to read an abstract over lunch; who closes the page gives the record back by then.
LEASE = timedelta(minutes=30)
# A few at a time, so that the next record is there at once and few writes are for leases.
IN_HAND = 4
_REASON_STAGE = "full_text"


def take_in_hand(
    board: Board,
    stage_name: str,
    person: str,
    order: Sequence[str],
    *,
    at: datetime | None = None,
    most: int = IN_HAND,
    without: frozenset[str] = frozenset(),
) -> list[str]:
    """Return the records that a person should decide on now, and keep them out of others' hands.

    Those in hand come first, in the order given. No two people are given a record for which one decision is
    needed, and none is passed over: what is not decided within half an hour goes to whoever asks next.

    Parameters
    ----------
    order : sequence of str
        Shown records in the order in which they are to come.
    without : frozenset of str
        Records to pass over for now, as the person asked.
    """
    now = at or datetime.now(UTC)
    database = board.store.database
    with database.reading() as connection:
        leases = active_leases(connection, board.review_id, stage_name, now=now)
    stage = board.stage(stage_name)
    own = [
        one.record_id
        for one in leases
        if one.person == person
        and one.record_id in stage
        and one.record_id not in without
        and stage.may_vote(one.record_id, person)
    ]
    # The last one is shown already; the next must be there when it is decided.
    if len(own) > 1:
        return _in_order(own, order)
    with database.writing() as connection:
        # Nobody writes meanwhile, so that what is read now still holds when it is written.
        leases = active_leases(connection, board.review_id, stage_name, now=now)
        board.catch_up()
        with board.lock:
            stage = board.known_stage(stage_name)
            gone = {one.person for one in board.setting.members.values() if one.has_left}
            others = Counter(
                one.record_id
                for one in leases
                # Who has decided, or left, has it in hand no longer, though the lease has not lapsed.
                if one.person != person
                and one.person not in gone
                and one.record_id in stage
                and one.person not in stage.standing(one.record_id).votes
            )
            got = stage.next_for(
                person,
                order,
                in_hand=lambda name: others[name],
                most=most,
                without=without | frozenset(own),
            )
        drop_leases(connection, board.review_id, stage_name, person)
        give_leases(
            connection, board.review_id, stage_name, person, [*own, *got], until=now + LEASE
        )
    return [*own, *got]


def _in_order(own: list[str], order: Sequence[str]) -> list[str]:
    """Return records in the order of a longer list."""
    wanted = set(own)
    ordered = [name for name in order if name in wanted]
    return [*ordered, *(name for name in own if name not in set(ordered))]


def vote(
    board: Board,
    *,
    by: Actor,
    stage_name: str,
    record_id: str,
    value: str,
    reason: str | None = None,
    note: str | None = None,
    why: str | None = None,
    at: datetime | None = None,
) -> Standing:
    """Record what a person decided about a record; return where it stands then.

    A later decision of the same person takes the place of the earlier; both stay in the log.

    Parameters
    ----------
    value : {"include", "exclude", "unsure"}
    reason : str, optional
        Code of an exclusion reason; needed to exclude at full text.
    note : str, optional
        What the person wrote beside it.
    why : str, optional
        Why a decision was changed.

    Raises
    ------
    NotFound
        The record is not one to screen.
    UserError
        The stage is closed or not set up; the record is not of this stage; the value or reason is none there
        can be; or the record is settled by others, or its votes are revealed, so that it can only be settled.
    """
    stage = board.stage(stage_name)
    board.record(record_id)
    if record_id not in stage:
        raise UserError("This record was not included on title and abstract. Nothing was saved.")
    if not stage.rules.is_open:
        raise UserError("This stage is closed. The lead can open it again. Nothing was saved.")
    if value not in VALUES:
        raise UserError(f"A decision is include, exclude or unsure. Found {value!r}.")
    reason = _checked_reason(board, stage_name, value, reason)
    now = stage.standing(record_id)
    if now.is_revealed and now.n_needed > 1:
        raise UserError(
            "Both people have decided on this record, and their votes stand. Its outcome is changed in the "
            "list of conflicts. Nothing was saved."
        )
    if now.settled_by == "reconciled":
        raise UserError(
            "This record is settled. Its outcome is changed on its page. Nothing was saved."
        )
    if now.is_revealed and by.pseudonym not in now.votes:
        raise UserError(
            "Somebody else has decided on this record meanwhile, and one decision is enough. Go on with the "
            "next."
        )
    decision = _decision(
        board, by, stage_name, record_id, value, reason=reason, note=note, at=at, role="individual"
    )
    _save(board, by, decision, action="screen_record", why=why)
    return board.stage(stage_name).standing(record_id)


def may_settle(
    stage: Stage, now: Standing, person: str, *, is_lead: bool, others: frozenset[str]
) -> bool:
    """Whether a person may settle a record, or change its outcome.

    Under the rule "third" it must be somebody who did not vote, as long as there is such a person; under
    "agreement" those who voted, once they have talked, and the lead always.

    Parameters
    ----------
    others : frozenset of str
        People of the team who decide and have not left.
    """
    if not now.is_revealed:
        return False
    if stage.rules.conflict_rule == "agreement":
        return is_lead or person in now.votes
    third = others - now.votes.keys()
    return person not in now.votes or not third


def settle(
    board: Board,
    *,
    by: Actor,
    stage_name: str,
    record_id: str,
    value: str,
    reason: str | None = None,
    note: str | None = None,
    at: datetime | None = None,
) -> Standing:
    """Settle a conflict, or change an outcome; the votes stay as they are.

    Raises
    ------
    NotFound
        The record is not one to screen.
    UserError
        Not all who must decide have decided; the value or reason is none there can be; an outcome that was
        agreed is changed and the note does not say why; or the rules leave it to somebody else.
    """
    stage = board.stage(stage_name)
    board.record(record_id)
    if record_id not in stage:
        raise UserError("This record is not one of this stage. Nothing was saved.")
    now = stage.standing(record_id)
    if not now.is_revealed:
        raise UserError(
            "Not everybody who must decide on this record has done so. It is settled after that. Nothing "
            "was saved."
        )
    if value not in ("include", "exclude"):
        raise UserError(f"A record is settled as include or exclude. Found {value!r}.")
    reason = _checked_reason(board, stage_name, value, reason)
    if now.state != CONFLICT and not _text(note):
        raise UserError("Say why the outcome is changed. Nothing was saved.")
    members = board.setting.members
    if members:
        mine = members.get(by.pseudonym)
        deciding = frozenset(
            one.person for one in members.values() if one.role != "reader" and not one.has_left
        )
        is_lead = mine is not None and mine.role == "lead"
        if not may_settle(stage, now, by.pseudonym, is_lead=is_lead, others=deciding):
            whom = (
                "one of the two who voted, or the lead"
                if stage.rules.conflict_rule == "agreement"
                else "somebody who did not vote"
            )
            raise UserError(
                f"By the rules of this review {whom} settles this record. Nothing was saved."
            )
    decision = _decision(
        board, by, stage_name, record_id, value, reason=reason, note=note, at=at, role="reconciled"
    )
    _save(board, by, decision, action="settle_record", why=None)
    return board.stage(stage_name).standing(record_id)


def undo_last(
    board: Board, *, by: Actor, stage_name: str, without: frozenset[str] = frozenset()
) -> Decision | None:
    """Take back a person's last decision of a stage and return it; None if there is none left.

    The record is undecided again, for this person. It can be repeated to the very first decision.

    Parameters
    ----------
    without : frozenset of str
        Records whose other votes the person has seen since: those stand.
    """
    stage = board.stage(stage_name)
    for decision in reversed(stage.own(by.pseudonym)):
        if decision.record_id in without or decision.raw_file_id is not None:
            continue
        if stage.standing(stage.shown_for(decision.record_id) or "").settled_by == "reconciled":
            continue
        break
    else:
        return None
    with board.store.write(
        actor=by, action="undo_decision", object_type="record", object_id=decision.record_id
    ) as tx:
        tx.withdraw("decisions", [decision.decision_id])
    board.catch_up()
    return decision


def _decision(
    board: Board,
    by: Actor,
    stage_name: str,
    record_id: str,
    value: str,
    *,
    reason: str | None,
    note: str | None,
    at: datetime | None,
    role: str,
) -> Decision:
    """Return a decision made here; its name is that of the record, the stage and the person or outcome."""
    criteria = board.setting.criteria
    whose = by.pseudonym if role == "individual" else "outcome"
    return Decision(
        decision_id=f"{record_id}.{stage_name}.{whose}",
        review_id=board.review_id,
        record_id=record_id,
        reviewer=by.pseudonym,
        stage=stage_name,
        role=role,
        value=value,
        reason=reason,
        source="human",
        decided_at=utc_text(at or datetime.now(UTC)),
        raw_file_id=None,
        source_row=None,
        note=_text(note),
        criteria_version=None if criteria is None else criteria.criteria_version,
    )


def _save(board: Board, by: Actor, decision: Decision, *, action: str, why: str | None) -> None:
    """Write a decision, and take in that it was written."""
    with board.store.write(
        actor=by,
        action=action,
        object_type="record",
        object_id=decision.record_id,
        reason=_text(why),
    ) as tx:
        tx.append("decisions", [decision])
    board.catch_up()


def _checked_reason(board: Board, stage_name: str, value: str, reason: str | None) -> str | None:
    """Return the reason that goes with a decision.

    Raises
    ------
    UserError
        It is missing where it must be given, or is none of the criteria's.
    """
    if value != "exclude":
        return None
    known = [one.code for one in board.setting.reasons]
    if not reason:
        if stage_name == _REASON_STAGE and known:
            raise UserError("Choose why the full text is excluded. Nothing was saved.")
        return None
    if reason not in known:
        raise UserError(
            f'"{reason}" is none of the exclusion reasons ({", ".join(known) or "there are none"}). '
            "Nothing was saved."
        )
    return reason


def _text(words: str | None) -> str | None:
    return " ".join((words or "").split()) or None
