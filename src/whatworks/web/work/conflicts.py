"""Conflicts: records on which people do not agree, with what each said, to be settled."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from whatworks.actions.screen_record import may_settle, settle
from whatworks.actions.screening_board import STAGE_WORDS, Board
from whatworks.actions.shown_suggestions import suggestions_to_show
from whatworks.errors import UserError
from whatworks.screening.nouns import Decision
from whatworks.screening.stage import Stage
from whatworks.screening.standing import CONFLICT, Standing
from whatworks.web.work.render import page, review_address, see_other
from whatworks.web.work.screen import known_stage_name
from whatworks.web.work.screen_view import RecordView, record_view
from whatworks.web.work.seat import Seat
from whatworks.web.work.uploads import form_of

__all__ = ["conflicts_page", "record_page", "settle_conflict"]

_FORM_LIMIT = 1_000_000
PER_PAGE = 5


@dataclass(frozen=True, slots=True)
class Settling:
    """One record to settle: its text, where it stands, and whether this person may settle it."""

    view: RecordView
    now: Standing
    votes: tuple[Decision, ...]
    may_settle: bool


def conflicts_page(desk: Seat, request: Request) -> Response:
    """Show the conflicts of a stage, the oldest first."""
    return _list(desk, request, [])


def record_page(desk: Seat, request: Request) -> Response:
    """Show one record with its outcome and, once all have decided, who said what."""
    review = desk.review(request.path_params["review_id"])
    stage_name = known_stage_name(request)
    board, _orders = desk.screening(review.review_id)
    stage = board.stage(stage_name)
    record_id = str(request.path_params["record_id"])
    board.record(record_id)
    if record_id not in stage:
        raise UserError("This record was not included on title and abstract.")
    return page(
        request,
        desk,
        "screened_record.html",
        title="One record",
        crumbs=_crumbs(review.title, review.review_id),
        values={
            **_shared(desk, board, review.review_id, stage_name),
            "one": _settling(desk, board, stage, stage_name, record_id),
            "suggestions": suggestions_to_show(board, stage=stage_name, record_id=record_id),
            "message": desk.screen_sitting(review.review_id, stage_name).told(),
        },
    )


async def settle_conflict(desk: Seat, request: Request) -> Response:
    """Settle a record as the form says."""
    form = await form_of(request, limit=_FORM_LIMIT)
    return await run_in_threadpool(_settle, desk, request, form)


def _settle(desk: Seat, request: Request, form: FormData) -> Response:
    review_id = desk.review(request.path_params["review_id"]).review_id
    stage_name = known_stage_name(request)
    board, _orders = desk.screening(review_id)
    record_id = str(form.get("record") or "")
    value, _, code = str(form.get("decision") or "").partition(":")
    try:
        found = settle(
            board,
            by=desk.by,
            stage_name=stage_name,
            record_id=record_id,
            value=value,
            reason=code or str(form.get("reason") or "") or None,
            note=str(form.get("note") or ""),
        )
    except UserError as error:
        return _list(desk, request, [(f"note-{record_id}", str(error))])
    sitting = desk.screen_sitting(review_id, stage_name)
    sitting.tell(f"Settled as {found.outcome}. The votes stay as they were.")
    back = "records" if form.get("back") == "record" else "conflicts"
    rest = f"/{back}/{request.path_params['stage']}"
    return see_other(
        request, review_address(review_id, f"{rest}/{record_id}" if back == "records" else rest)
    )


def _list(desk: Seat, request: Request, errors: list[tuple[str, str]]) -> Response:
    review = desk.review(request.path_params["review_id"])
    stage_name = known_stage_name(request)
    board, _orders = desk.screening(review.review_id)
    stage = board.stage(stage_name)
    with board.lock:
        names = sorted(stage.with_state(CONFLICT), key=lambda name: _since(stage.standing(name)))
    return page(
        request,
        desk,
        "conflicts.html",
        title=f"Conflicts on {STAGE_WORDS[stage_name]}",
        crumbs=_crumbs(review.title, review.review_id),
        errors=errors,
        values={
            **_shared(desk, board, review.review_id, stage_name),
            "conflicts": [
                _settling(desk, board, stage, stage_name, name) for name in names[:PER_PAGE]
            ],
            "n_conflicts": len(names),
            "message": desk.screen_sitting(review.review_id, stage_name).told(),
        },
    )


def _shared(desk: Seat, board: Board, review_id: str, stage_name: str) -> dict[str, object]:
    return {
        "review_id": review_id,
        "stage_path": stage_name.replace("_", "-"),
        "stage_words": STAGE_WORDS[stage_name],
        "reasons": board.setting.reasons,
        "labels": {one.code: one.label for one in board.setting.reasons},
        "rules": board.known_stage(stage_name).rules,
        "names": desk.names(),
    }


def _settling(desk: Seat, board: Board, stage: Stage, stage_name: str, record_id: str) -> Settling:
    """Return a record to settle. Whoever is shown others' votes can no longer undo the own one."""
    person = desk.by.pseudonym
    now = stage.standing(record_id)
    if now.is_revealed and person in now.votes:
        desk.screen_sitting(board.review_id, stage_name).saw(record_id)
    _board, orders = desk.screening(board.review_id)
    members = board.setting.members
    deciding = frozenset(
        one.person for one in members.values() if one.role != "reader" and not one.has_left
    )
    may = desk.may("reviewer", board.review_id) and (
        not members
        or may_settle(
            stage,
            now,
            person,
            is_lead=desk.may("lead", board.review_id),
            others=deciding,
        )
    )
    return Settling(
        record_view(board, orders, stage_name, record_id, person),
        now,
        tuple(now.votes[name] for name in sorted(now.votes)) if now.is_revealed else (),
        may and now.is_revealed,
    )


def _since(now: Standing) -> str:
    """Return when the last vote of a conflict came."""
    return max((vote.decided_at or "" for vote in now.votes.values()), default="")


def _crumbs(title: str, review_id: str) -> list[tuple[str, str]]:
    return [
        (title, review_address(review_id)),
        ("Screening", review_address(review_id, "/screening")),
    ]
