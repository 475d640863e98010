"""When to stop: what each rule says, what being sure would cost, and the certificate while it is earned."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from whatworks.actions.certify_screening import (
    ISSUED,
    OPEN,
    Look,
    begin_certification,
    give_up_certification,
    issue_certificate,
    look,
    ranked_advice,
    stated,
)
from whatworks.actions.screening_board import STAGE_WORDS, Board
from whatworks.errors import UserError
from whatworks.references import Record
from whatworks.screening.certificate import level_of_attempt
from whatworks.screening.stage import Stage
from whatworks.screening.strata import StrataCertificate, certify_strata
from whatworks.web.work.render import page, review_address, see_other
from whatworks.web.work.screen import known_stage_name
from whatworks.web.work.seat import Seat
from whatworks.web.work.uploads import form_of

__all__ = ["change_stopping", "download_statement", "stopping_page"]

_FORM_LIMIT = 100_000
KINDS = {"abstract": "With and without abstract", "language": "Language"}


def stopping_page(desk: Seat, request: Request) -> Response:
    """Show what is known of how much has been found."""
    return _page(desk, request, [])


async def change_stopping(desk: Seat, request: Request) -> Response:
    """Freeze, end with a certificate, or go back to ranked screening."""
    form = await form_of(request, limit=_FORM_LIMIT)
    return await run_in_threadpool(_change, desk, request, form)


def download_statement(desk: Seat, request: Request) -> Response:
    """Give all that the certificate follows from, as JSON."""
    review = desk.review(request.path_params["review_id"])
    board, _orders = desk.screening(review.review_id)
    statement = stated(board, known_stage_name(request))
    name = f"{review.review_id}-{request.path_params['stage']}-certificate.json"
    return Response(
        json.dumps(statement.to_dict(), indent=1, ensure_ascii=False),
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _change(desk: Seat, request: Request, form: FormData) -> Response:
    review_id = desk.review(request.path_params["review_id"]).review_id
    stage_name = known_stage_name(request)
    board, _orders = desk.screening(review_id)
    did = str(form.get("do") or "")
    try:
        if did == "begin":
            made = begin_certification(board, by=desk.by, stage_name=stage_name)
            words = (
                f"Ranked screening is frozen. {made.n_records:,} records are drawn from at random."
            )
        elif did == "issue":
            words = issue_certificate(board, by=desk.by, stage_name=stage_name).statement or ""
        elif did == "give_up":
            give_up_certification(board, by=desk.by, stage_name=stage_name)
            words = "Likely relevant records come first again."
        else:
            raise UserError("Choose what is to be done.")
    except UserError as error:
        return _page(desk, request, [("do", str(error))])
    desk.screen_sitting(review_id, stage_name).tell(words)
    return see_other(
        request, review_address(review_id, f"/stopping/{request.path_params['stage']}")
    )


def _page(desk: Seat, request: Request, errors: list[tuple[str, str]]) -> Response:
    review = desk.review(request.path_params["review_id"])
    stage_name = known_stage_name(request)
    board, orders = desk.screening(review.review_id)
    stage = board.stage(stage_name)
    now = look(board, stage_name)
    is_open = now is not None and now.certification.state == OPEN
    is_issued = now is not None and now.certification.state == ISSUED
    wanted = request.query_params.get("by")
    by = wanted if wanted in KINDS else "abstract"
    return page(
        request,
        desk,
        "stopping.html",
        title=f"When to stop screening on {STAGE_WORDS[stage_name]}",
        crumbs=[
            (review.title, review_address(review.review_id)),
            ("Screening", review_address(review.review_id, "/screening")),
        ],
        errors=errors,
        values={
            "review_id": review.review_id,
            "stage_path": request.path_params["stage"],
            "rules": stage.rules,
            "progress": stage.progress(),
            "now": now if is_open or is_issued else None,
            "is_open": is_open,
            "advice": ()
            if is_open or is_issued
            else ranked_advice(board, stage_name, orders.scores(stage_name)),
            "strata": _by_kind(board, stage, now, by) if is_open and now is not None else None,
            "kinds": KINDS,
            "by": by,
            "may_lead": desk.may("lead", review.review_id),
            "message": desk.screen_sitting(review.review_id, stage_name).told(),
        },
    )


def _by_kind(board: Board, stage: Stage, now: Look, by: str) -> StrataCertificate | None:
    """Return the bounds of each kind of records; None where all are of one kind, or none was drawn."""
    made = now.certification
    names = board.setting.drawn_records[made.stage]
    kinds = [_kind(board.records.get(stage.shown_for(name) or name), by) for name in names]
    drawn = set(names)
    before = Counter(
        _kind(board.records.get(name), by)
        for name in stage.shown
        if name not in drawn and stage.standing(name).outcome == "include"
    )
    if not now.n_drawn or len(set(kinds) | set(before)) < 2:
        return None
    found = certify_strata(
        kinds,
        range(now.n_drawn),
        now.statement.relevant,
        found_before=before,
        names=sorted(before),
        is_one_sample=True,
        level=level_of_attempt(made.level, made.attempt),
    )
    # As the certificate itself: that at which all attempts together hold.
    return replace(found, level=made.level)


def _kind(record: Record | None, by: str) -> str:
    if record is None:
        return "Not here any more"
    if by == "language":
        return (record.language or "Language not given").strip().capitalize()
    return "With an abstract" if (record.abstract or "").strip() else "No abstract"
