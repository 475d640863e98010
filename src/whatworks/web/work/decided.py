"""What people decided about pairs; each decision can be taken back."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from whatworks.actions.decide_pair import take_back_pair
from whatworks.web.work.paging import pages_of
from whatworks.web.work.questions import decisions_of, find_records, place_in_file, raw_files_of
from whatworks.web.work.render import page, review_address, see_other
from whatworks.web.work.seat import Seat
from whatworks.web.work.uploads import form_of

__all__ = ["decided_page", "take_back"]

_SHOWN = 40
_FORM_LIMIT = 100_000


def decided_page(desk: Seat, request: Request) -> Response:
    """List the decisions."""
    review = desk.review(request.path_params["review_id"])
    review_id = review.review_id
    shown = pages_of(
        decisions_of(desk.store, review_id),
        request.query_params.get("page"),
        size=_SHOWN,
        address=review_address(review_id, "/decided"),
    )
    names = {name for one in shown.rows for name in one.pair}
    counts = desk.overview().of(review_id)
    sitting = desk.sitting(review_id)
    return page(
        request,
        desk,
        "decided.html",
        title="Pairs decided",
        crumbs=[(review.title, review_address(review_id))],
        values={
            "review": review,
            "lines": shown,
            "records": find_records(desk.store, names),
            "files": raw_files_of(desk.store, review_id),
            "place": place_in_file,
            "look": {
                one.record_id + one.other_record_id: review_address(
                    review_id,
                    f"/pairs?{urlencode({'record': one.record_id, 'other': one.other_record_id})}",
                )
                for one in shown.rows
            },
            "n_waiting": len(counts.waiting)
            - desk.last_joining(review_id).unheeded(counts.waiting),
            "message": sitting.told(),
        },
    )


async def take_back(desk: Seat, request: Request) -> Response:
    """Take one decision back."""
    review_id = request.path_params["review_id"]
    if request.method == "POST":
        form = await form_of(request, limit=_FORM_LIMIT)
        record, other = (str(form.get(name) or "") for name in ("record", "other"))
        await run_in_threadpool(_take_back, desk, review_id, record, other)
    return see_other(request, review_address(review_id, "/decided"))


def _take_back(desk: Seat, review_id: str, record: str, other: str) -> None:
    desk.review(review_id)
    take_back_pair(
        desk.store,
        by=desk.by,
        review_id=review_id,
        record_id=record,
        other_record_id=other,
        join=False,
    )
    desk.sitting(review_id).tell(
        "The decision is taken back. Reports follow when you find duplicates again."
    )
