"""The addresses of the working pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from starlette.middleware import Middleware
from starlette.routing import Route

from whatworks.web.work.check import check_page, draw_pairs
from whatworks.web.work.decided import decided_page, take_back
from whatworks.web.work.desk import Desk
from whatworks.web.work.guard import LocalOnly
from whatworks.web.work.import_report import issues_csv, report_page
from whatworks.web.work.importing import import_files, import_form
from whatworks.web.work.joined import joined_page
from whatworks.web.work.joining import join
from whatworks.web.work.pairs import decide, decide_sampled, pairs_page, sampled_page
from whatworks.web.work.related import related_page
from whatworks.web.work.review import review_page
from whatworks.web.work.reviews import create_review, new_review_form, reviews_page
from whatworks.web.work.task_page import task_page, task_progress

__all__ = ["work_routes"]

_READ = ("GET",)
_BOTH = ("GET", "POST")
_REVIEW = "/desk/reviews/{review_id}"

_PAGES: Sequence[tuple[str, Callable[..., Any], tuple[str, ...]]] = (
    ("/desk/", reviews_page, _READ),
    ("/desk/new-review", new_review_form, _READ),
    ("/desk/new-review", create_review, ("POST",)),
    ("/desk/tasks/{task_id}", task_page, _READ),
    ("/desk/tasks/{task_id}/progress", task_progress, _READ),
    (_REVIEW, review_page, _READ),
    (f"{_REVIEW}/import", import_form, _READ),
    (f"{_REVIEW}/import", import_files, ("POST",)),
    (f"{_REVIEW}/files/{{raw_file_id}}", report_page, _READ),
    (f"{_REVIEW}/files/{{raw_file_id}}/issues.csv", issues_csv, _READ),
    (f"{_REVIEW}/join", join, _BOTH),
    (f"{_REVIEW}/pairs", pairs_page, _READ),
    (f"{_REVIEW}/pairs", decide, ("POST",)),
    (f"{_REVIEW}/check", check_page, _READ),
    (f"{_REVIEW}/check", draw_pairs, ("POST",)),
    (f"{_REVIEW}/check/pairs", sampled_page, _READ),
    (f"{_REVIEW}/check/pairs", decide_sampled, ("POST",)),
    (f"{_REVIEW}/decided", decided_page, _READ),
    (f"{_REVIEW}/take-back", take_back, _BOTH),
    (f"{_REVIEW}/joined", joined_page, _READ),
    (f"{_REVIEW}/related", related_page, _READ),
)


def work_routes(desk: Desk) -> list[Route]:
    """Return the routes of the working pages of a desk, each behind the guard."""
    return [
        Route(
            path,
            partial(endpoint, desk),
            methods=list(methods),
            name=endpoint.__name__,
            middleware=[Middleware(LocalOnly)],
        )
        for path, endpoint, methods in _PAGES
    ]
