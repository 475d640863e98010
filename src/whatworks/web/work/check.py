"""How well records were joined: draw pairs at random, and what people found in them."""

from __future__ import annotations

import secrets

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from whatworks.actions.audit_reports import PairSample, draw_sample, sample_of
from whatworks.site.figures import count
from whatworks.web.work.questions import find_records, place_in_file, raw_files_of
from whatworks.web.work.render import page, review_address, see_other
from whatworks.web.work.seat import Seat
from whatworks.web.work.tasks import Report
from whatworks.web.work.uploads import form_of

__all__ = ["check_page", "draw_pairs"]

TITLE = "How well were records joined?"
SIZE = 200
_MOST = 5_000
_FORM_LIMIT = 10_000
_SEEDS = 2**31


def check_page(desk: Seat, request: Request) -> Response:
    """Show how far the check is, and the estimate once all pairs of the sample are checked."""
    return _page(desk, request, str(SIZE), [])


async def draw_pairs(desk: Seat, request: Request) -> Response:
    """Begin to draw pairs."""
    form = await form_of(request, limit=_FORM_LIMIT)
    size = form.get("size")
    return await run_in_threadpool(_start, desk, request, size if isinstance(size, str) else "")


def _start(desk: Seat, request: Request, size: str) -> Response:
    review_id = desk.review(request.path_params["review_id"]).review_id
    wanted = int(size) if size.strip().isdecimal() else 0
    if not 1 <= wanted <= _MOST:
        errors = [("size", f"Enter a number of pairs from 1 to {count(_MOST)}")]
        return _page(desk, request, size, errors)

    def work(report: Report) -> PairSample:
        n_records = desk.overview().of(review_id).n_records
        report(f"Comparing {count(n_records)} records with one another", None)
        return draw_sample(
            desk.store,
            by=desk.by,
            review_id=review_id,
            size=wanted,
            seed=secrets.randbelow(_SEEDS),
        )

    task = desk.tasks.start(
        work, review_id=review_id, kind="sample", title="Drawing pairs to check"
    )
    return see_other(request, f"desk/tasks/{task.task_id}")


def _page(desk: Seat, request: Request, size: str, errors: list[tuple[str, str]]) -> Response:
    review = desk.review(request.path_params["review_id"])
    review_id = review.review_id
    counts = desk.overview().of(review_id)
    sample = sample_of(desk.store, review_id)
    is_over = bool(sample.pairs) and sample.n_checked == len(sample.pairs)
    wrong = sample.errors if is_over else ()
    names = {name for one in wrong for name in one.pair}
    return page(
        request,
        desk,
        "check.html",
        title=TITLE,
        crumbs=[(review.title, review_address(review_id))],
        values={
            "review": review,
            "counts": counts,
            "sample": sample,
            "found": sample.estimate() if is_over else None,
            "wrong": wrong,
            "records": find_records(desk.store, names),
            "files": raw_files_of(desk.store, review_id) if wrong else {},
            "place": place_in_file,
            "n_waiting": len(counts.waiting)
            - desk.last_joining(review_id).unheeded(counts.waiting),
            "size": size,
        },
        errors=errors,
    )
