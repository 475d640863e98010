"""Find a review's duplicates in the background, following what people decided."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from whatworks.actions.find_reports import FoundReports, find_reports
from whatworks.site.figures import count
from whatworks.web.work.render import review_address, see_other
from whatworks.web.work.seat import Seat
from whatworks.web.work.tasks import Report

__all__ = ["join"]


def join(desk: Seat, request: Request) -> Response:
    """Begin to join records; where that is under way for this review, lead there."""
    review_id = desk.review(request.path_params["review_id"]).review_id
    if request.method != "POST":
        return see_other(request, review_address(review_id))
    waiting = [
        task
        for task in desk.tasks.under_way(review_id)
        # A running one may have read the decisions before the newest was made.
        if task.kind == "join" and task.state == "waiting"
    ]
    if waiting:
        return see_other(request, f"desk/tasks/{waiting[0].task_id}")

    def work(report: Report) -> FoundReports:
        n_records = desk.overview().of(review_id).n_records
        report(f"Comparing {count(n_records)} records with one another", None)
        found = find_reports(desk.store, by=desk.by, review_id=review_id)
        desk.last_joining(review_id).joined(desk.overview().of(review_id).waiting)
        return found

    task = desk.tasks.start(work, review_id=review_id, kind="join", title="Finding duplicates")
    return see_other(request, f"desk/tasks/{task.task_id}")
