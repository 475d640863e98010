"""All records of a stage in a table: search, filter, sort, and download with what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from whatworks.actions.export_decisions import FORMATS, export_decisions
from whatworks.actions.rank_screening import Orders
from whatworks.actions.screening_board import STAGE_WORDS, Board
from whatworks.errors import NotFound
from whatworks.references import Record
from whatworks.screening.stage import Stage
from whatworks.screening.standing import CONFLICT, SETTLED, UNREAD, WAITING, Standing
from whatworks.web.work.paging import pages_of
from whatworks.web.work.render import page, review_address
from whatworks.web.work.screen import known_stage_name
from whatworks.web.work.seat import Seat

__all__ = ["download_decisions", "records_page"]

PER_PAGE = 50
# What a filter is called in an address, and what it lets through.
SHOWS = {
    "all": "All",
    "unread": "Not read",
    "waiting": "Wait for another person",
    "conflict": "In conflict",
    "include": "Included",
    "exclude": "Excluded",
    "mine": "Decided by you",
    "notes": "With a note",
}
SORTS = {"order": "As they come", "title": "Title", "year": "Year, newest first"}
_STATES = {"unread": UNREAD, "waiting": WAITING, "conflict": CONFLICT}


@dataclass(frozen=True, slots=True)
class Row:
    """One record of the table.

    Attributes
    ----------
    record
        The record.
    now
        Where it stands.
    own
        What this person decided; None if nothing.
    note
        The person's own note, and once all have decided everybody's.
    """

    record: Record
    now: Standing
    own: str | None
    note: str | None


def records_page(desk: Seat, request: Request) -> Response:
    """Show the records of a stage that pass the filters."""
    review = desk.review(request.path_params["review_id"])
    stage_name = known_stage_name(request)
    board, orders = desk.screening(review.review_id)
    stage = board.stage(stage_name)
    asked = request.query_params
    show = asked.get("show", "all") if asked.get("show", "all") in SHOWS else "all"
    sort = asked.get("sort", "order") if asked.get("sort", "order") in SORTS else "order"
    words = " ".join(asked.get("words", "").split())[:200]
    with board.lock:
        rows = _rows(board, orders, stage, stage_name, desk.by.pseudonym)
    kept = [row for row in rows if _passes(row, show) and _has_words(row, words)]
    _sort(kept, sort)
    here = review_address(review.review_id, f"/records/{request.path_params['stage']}")
    query = urlencode([("show", show), ("sort", sort), ("words", words)])
    return page(
        request,
        desk,
        "screen_table.html",
        title=f"All records on {STAGE_WORDS[stage_name]}",
        crumbs=[
            (review.title, review_address(review.review_id)),
            ("Screening", review_address(review.review_id, "/screening")),
        ],
        values={
            "review_id": review.review_id,
            "stage_path": request.path_params["stage"],
            "lines": pages_of(
                kept, asked.get("page"), size=PER_PAGE, address=here, query=f"{query}&"
            ),
            "n_all": len(rows),
            "show": show,
            "shows": SHOWS,
            "sort": sort,
            "sorts": SORTS,
            "words": words,
            "labels": {one.code: one.label for one in board.setting.reasons},
            "formats": FORMATS,
            "may_lead": desk.may("lead", review.review_id),
        },
    )


def download_decisions(desk: Seat, request: Request) -> Response:
    """Give the records of a stage with what was decided, as a file.

    Raises
    ------
    NotFound
        There is no such format.
    """
    review = desk.review(request.path_params["review_id"])
    stage_name = known_stage_name(request)
    wanted = str(request.path_params["format"])
    if wanted not in FORMATS:
        raise NotFound(f'There is no format "{wanted}". There are {", ".join(FORMATS)}.')
    board, _orders = desk.screening(review.review_id)
    content = export_decisions(board, stage_name, wanted, person=desk.by.pseudonym)
    name = f"{review.review_id}-{request.path_params['stage']}{FORMATS[wanted].suffix}"
    return Response(
        content,
        media_type=FORMATS[wanted].media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _rows(board: Board, orders: Orders, stage: Stage, stage_name: str, person: str) -> list[Row]:
    """Return all records in the order in which they come."""
    ordered = dict.fromkeys([*orders.order(stage_name), *stage.shown])
    rows = []
    for name in ordered:
        if name not in stage:
            continue
        now = stage.standing(name)
        own = now.votes.get(person)
        seen = now.votes.values() if now.is_revealed else [own] if own else []
        notes = [one.note for one in (*seen, now.reconciled) if one is not None and one.note]
        rows.append(
            Row(board.records[name], now, own.value if own else None, "; ".join(notes) or None)
        )
    return rows


def _passes(row: Row, show: str) -> bool:
    if show == "all":
        return True
    if show == "mine":
        return row.own is not None
    if show == "notes":
        return row.note is not None
    if show in _STATES:
        return row.now.state == _STATES[show]
    return row.now.state == SETTLED and row.now.outcome == show


def _has_words(row: Row, words: str) -> bool:
    """Whether all words stand in the record."""
    if not words:
        return True
    record = row.record
    text = f"{record.title or ''} {record.abstract or ''} {record.authors or ''} {record.record_id}".casefold()
    return all(word in text for word in words.casefold().split())


def _sort(rows: list[Row], sort: str) -> None:
    if sort == "title":
        rows.sort(key=lambda row: (row.record.title or "\uffff").casefold())
    elif sort == "year":
        rows.sort(key=lambda row: -(row.record.year or 0))
