"""Long work as it goes on, and what it gave."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from whatworks.errors import NotFound
from whatworks.web.work.render import fragment, page, review_address
from whatworks.web.work.seat import Seat
from whatworks.web.work.tasks import Task

__all__ = ["task_page", "task_progress"]

_GONE = (
    "Nothing is known of this work any more: whatworks was started anew since. What it had saved is in "
    "the review."
)


def task_page(desk: Seat, request: Request) -> Response:
    """Show a task."""
    task = desk.task(request.path_params["task_id"])
    if task is None:
        raise NotFound(_GONE)
    review = desk.review(task.review_id)
    return page(
        request,
        desk,
        "task.html",
        title=task.title,
        crumbs=[(review.title, review_address(review.review_id))],
        values=_values(desk, task),
    )


def task_progress(desk: Seat, request: Request) -> Response:
    """Give the part of the page that changes; once the task is over it asks no more."""
    task = desk.task(request.path_params["task_id"])
    if task is None:
        return fragment(request, "_task_gone.html", {"message": _GONE})
    return fragment(request, "_task.html", _values(desk, task))


def _values(desk: Seat, task: Task) -> dict[str, object]:
    counts = desk.overview().of(task.review_id) if task.is_over else None
    may_change = desk.may("reviewer", task.review_id)
    return {"task": task, "counts": counts, "may_change": may_change}
