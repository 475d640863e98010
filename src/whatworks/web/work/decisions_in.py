"""Bring decisions into a stage that were made elsewhere: choose a file, check it, import it."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from whatworks.actions.import_decisions import DecisionImportReport, import_decisions
from whatworks.actions.screening_board import STAGE_WORDS
from whatworks.errors import FileError, UserError
from whatworks.web.work.render import page, review_address
from whatworks.web.work.screen import known_stage_name
from whatworks.web.work.seat import Seat
from whatworks.web.work.uploads import Upload, form_of, megabytes, uploads_of

__all__ = ["decisions_form", "take_decisions"]

# Rows named on the page; the message of the action says how many more there are.
_MOST_NAMED = 50


@dataclass(frozen=True, slots=True)
class Said:
    """What the form says."""

    reviewer: str = ""
    are_final: bool = False
    skip_unknown: bool = False
    only_check: bool = True


def decisions_form(desk: Seat, request: Request) -> Response:
    """Ask for a file of decisions."""
    return _page(desk, request, Said(), [], None)


async def take_decisions(desk: Seat, request: Request) -> Response:
    """Check the file, and import it if that is asked for."""
    form = await form_of(request, limit=desk.upload_limit)
    try:
        uploads = await uploads_of(form, "file")
        said = Said(
            str(form.get("reviewer") or ""),
            form.get("are_final") == "yes",
            form.get("skip_unknown") == "yes",
            form.get("do") != "import",
        )
    finally:
        await form.close()
    return await run_in_threadpool(_take, desk, request, uploads, said)


def _take(desk: Seat, request: Request, uploads: list[Upload], said: Said) -> Response:
    if len(uploads) != 1:
        return _page(desk, request, said, [("file", "Choose one file")], None)
    (upload,) = uploads
    try:
        report = import_decisions(
            desk.store,
            by=desk.by,
            review_id=request.path_params["review_id"],
            stage=known_stage_name(request),
            file_name=upload.name,
            data=upload.content,
            reviewer=said.reviewer or None,
            are_final=said.are_final,
            skip_unknown=said.skip_unknown,
            dry_run=said.only_check,
        )
    except FileError as error:
        lines = str(error).splitlines()
        return _page(desk, request, said, [("file", line) for line in lines[:_MOST_NAMED]], None)
    except UserError as error:
        return _page(desk, request, said, [("file", str(error))], None)
    return _page(desk, request, said, [], report)


def _page(
    desk: Seat,
    request: Request,
    said: Said,
    errors: list[tuple[str, str]],
    report: DecisionImportReport | None,
) -> Response:
    review = desk.review(request.path_params["review_id"])
    stage_name = known_stage_name(request)
    board, _orders = desk.screening(review.review_id)
    board.stage(stage_name)
    return page(
        request,
        desk,
        "decisions_in.html",
        title=f"Import decisions on {STAGE_WORDS[stage_name]}",
        crumbs=[
            (review.title, review_address(review.review_id)),
            ("Screening", review_address(review.review_id, "/screening")),
        ],
        errors=errors,
        values={
            "review_id": review.review_id,
            "stage_path": request.path_params["stage"],
            "said": said,
            "report": report,
            "members": sorted(board.setting.members.values(), key=lambda one: one.person),
            "names": desk.names(),
            "limit": desk.upload_limit,
            "limit_words": megabytes(desk.upload_limit),
        },
    )
