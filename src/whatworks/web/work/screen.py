"""Screening one record after the other: decide, pass over, undo; the next one comes at once."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from whatworks.actions.screen_record import take_in_hand, undo_last, vote
from whatworks.actions.screening_board import STAGE_WORDS
from whatworks.errors import NotFound, UserError
from whatworks.web.work.render import fragment, page, review_address, see_other
from whatworks.web.work.screen_view import record_view
from whatworks.web.work.seat import Seat
from whatworks.web.work.uploads import form_of

__all__ = ["decide_record", "screen_page"]

_FORM_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True)
class Status:
    """What was done last: its words, and whether it can be undone."""

    words: str
    can_undo: bool = False
    is_error: bool = False


def screen_page(desk: Seat, request: Request) -> Response:
    """Show the next record, or the one that the address names."""
    review = desk.review(request.path_params["review_id"])
    stage_name = known_stage_name(request)
    told = desk.screen_sitting(review.review_id, stage_name).told()
    return page(
        request,
        desk,
        "screen.html",
        title=f"Screen on {STAGE_WORDS[stage_name]}",
        crumbs=[
            (review.title, review_address(review.review_id)),
            ("Screening", review_address(review.review_id, "/screening")),
        ],
        values={
            **_values(desk, review.review_id, stage_name, request.query_params.get("record")),
            "status": Status(told) if told else None,
            "is_fragment": False,
        },
    )


async def decide_record(desk: Seat, request: Request) -> Response:
    """Record what was decided, pass over, or undo; answer with the record that comes then."""
    form = await form_of(request, limit=_FORM_LIMIT)
    return await run_in_threadpool(_decide, desk, request, form)


def known_stage_name(request: Request) -> str:
    """Return the stage that an address names.

    Raises
    ------
    NotFound
        There is none of this name.
    """
    name = str(request.path_params["stage"]).replace("-", "_")
    if name not in STAGE_WORDS:
        raise NotFound(f'There is no stage "{name}".')
    return name


def _decide(desk: Seat, request: Request, form: FormData) -> Response:
    review_id = desk.review(request.path_params["review_id"]).review_id
    stage_name = known_stage_name(request)
    try:
        status, wanted = _do(desk, review_id, stage_name, form)
    except UserError as error:
        status = Status(f"Not saved. {error}", is_error=True)
        wanted = str(form.get("record") or "") or None
    if "hx-request" in request.headers:
        values = {
            **_values(desk, review_id, stage_name, wanted),
            "status": status,
            "is_fragment": True,
        }
        return fragment(request, "_screen_answer.html", values)
    desk.screen_sitting(review_id, stage_name).tell(status.words)
    rest = f"/screen/{request.path_params['stage']}"
    return see_other(
        request, review_address(review_id, rest if wanted is None else f"{rest}?record={wanted}")
    )


def _do(desk: Seat, review_id: str, stage_name: str, form: FormData) -> tuple[Status, str | None]:
    """Do what a button says; return what to tell, and the record to show instead of the next."""
    board, _orders = desk.screening(review_id)
    sitting = desk.screen_sitting(review_id, stage_name)
    did = str(form.get("decision") or "")
    if did == "undo":
        undone = undo_last(board, by=desk.by, stage_name=stage_name, without=sitting.seen)
        if undone is None:
            return Status("There is nothing to undo."), None
        shown = board.known_stage(stage_name).shown_for(undone.record_id)
        return Status(f"Taken back: {undone.value}. Decide anew.", can_undo=True), shown
    record_id = str(form.get("record") or "")
    if did == "skip":
        sitting.skip(record_id)
        return Status("Passed over; it comes again at the end."), None
    if did == "again":
        sitting.come_back()
        return Status("Here they are again."), None
    value, _, code = did.partition(":")
    reason = code or str(form.get("reason") or "") or None
    vote(
        board,
        by=desk.by,
        stage_name=stage_name,
        record_id=record_id,
        value=value,
        reason=reason if value == "exclude" else None,
        note=str(form.get("note") or ""),
        why=str(form.get("why") or ""),
    )
    sitting.come_back(record_id)
    words = value
    if value == "exclude" and reason:
        labels = {one.code: one.label for one in board.setting.reasons}
        words = f"exclude ({labels.get(reason, reason)})"
    return Status(f"Saved: {words}.", can_undo=True), None


def _values(desk: Seat, review_id: str, stage_name: str, wanted: str | None) -> dict[str, object]:
    """Return what the template shows: the record wanted, else the next for this person."""
    board, orders = desk.screening(review_id)
    person = desk.by.pseudonym
    sitting = desk.screen_sitting(review_id, stage_name)
    stage = board.stage(stage_name)
    values: dict[str, object] = {
        "review_id": review_id,
        "stage_name": stage_name,
        "stage_path": stage_name.replace("_", "-"),
        "rules": stage.rules,
        "criteria": board.setting.criteria,
        "reasons": board.setting.reasons,
        "needs_reason": stage_name == "full_text" and bool(board.setting.reasons),
        "shown": None,
        "n_skipped": 0,
        "is_drawn": False,
    }
    orders.refresh_in_background(stage_name)
    if wanted is not None and wanted in stage:
        shown = wanted
    elif not stage.rules.is_open or not desk.may("reviewer", review_id):
        shown = None
    else:
        order = orders.order(stage_name)
        names = take_in_hand(board, stage_name, person, order, without=sitting.skipped)
        shown = names[0] if names else None
    if shown is not None:
        values["shown"] = record_view(board, orders, stage_name, shown, person)
        certification = board.setting.certifications.get(stage_name)
        values["is_drawn"] = certification is not None and certification.state == "open"
    own = stage.own(person)
    progress = stage.progress()
    values["progress"] = progress
    values["n_own"] = len(own)
    values["can_undo"] = bool(own)
    values["n_skipped"] = sum(
        stage.may_vote(name, person) for name in sitting.skipped if name in stage
    )
    return values
