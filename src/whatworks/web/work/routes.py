"""The addresses of the working pages, and what each asks of whoever comes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from inspect import iscoroutinefunction
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from whatworks.web.work.agreement import agreement_page, download_agreement
from whatworks.web.work.check import check_page, draw_pairs
from whatworks.web.work.conflicts import conflicts_page, record_page, settle_conflict
from whatworks.web.work.decided import decided_page, take_back
from whatworks.web.work.decisions_in import decisions_form, take_decisions
from whatworks.web.work.desk import Desk
from whatworks.web.work.guard import LocalOnly
from whatworks.web.work.import_report import issues_csv, report_page
from whatworks.web.work.importing import import_files, import_form
from whatworks.web.work.joined import joined_page
from whatworks.web.work.joining import join
from whatworks.web.work.needs import Need
from whatworks.web.work.pairs import decide, decide_sampled, pairs_page, sampled_page
from whatworks.web.work.related import related_page
from whatworks.web.work.review import review_page
from whatworks.web.work.reviews import create_review, new_review_form, reviews_page
from whatworks.web.work.screen import decide_record, screen_page
from whatworks.web.work.screen_setup import (
    change_criteria,
    change_rules,
    criteria_form,
    rules_form,
)
from whatworks.web.work.screen_table import download_decisions, records_page
from whatworks.web.work.screening import screening_page
from whatworks.web.work.seat import Seat
from whatworks.web.work.stopping import change_stopping, download_statement, stopping_page
from whatworks.web.work.suggestions import suggestions_page
from whatworks.web.work.task_page import task_page, task_progress
from whatworks.web.work.user import User

__all__ = ["PAGES", "WorkPage", "work_routes"]

_REVIEW = "/desk/reviews/{review_id}"


@dataclass(frozen=True, slots=True)
class WorkPage:
    """One address of the working pages and one way to ask it.

    Attributes
    ----------
    method
        GET or POST.
    path
        Address; those of a review name it as {review_id}.
    endpoint
        Called with the person's seat and the request.
    need
        What the person must be.
    """

    method: str
    path: str
    endpoint: Callable[..., Any]
    need: Need


PAGES: Sequence[WorkPage] = (
    WorkPage("GET", "/desk/", reviews_page, Need.SIGNED_IN),
    WorkPage("GET", "/desk/new-review", new_review_form, Need.ADMINISTRATOR),
    WorkPage("POST", "/desk/new-review", create_review, Need.ADMINISTRATOR),
    # A task's page asks which review it is of, and shows it to that review's team.
    WorkPage("GET", "/desk/tasks/{task_id}", task_page, Need.SIGNED_IN),
    WorkPage("GET", "/desk/tasks/{task_id}/progress", task_progress, Need.SIGNED_IN),
    WorkPage("GET", _REVIEW, review_page, Need.READER),
    WorkPage("GET", f"{_REVIEW}/import", import_form, Need.REVIEWER),
    WorkPage("POST", f"{_REVIEW}/import", import_files, Need.REVIEWER),
    WorkPage("GET", f"{_REVIEW}/files/{{raw_file_id}}", report_page, Need.READER),
    WorkPage("GET", f"{_REVIEW}/files/{{raw_file_id}}/issues.csv", issues_csv, Need.READER),
    WorkPage("GET", f"{_REVIEW}/join", join, Need.READER),
    WorkPage("POST", f"{_REVIEW}/join", join, Need.REVIEWER),
    WorkPage("GET", f"{_REVIEW}/pairs", pairs_page, Need.REVIEWER),
    WorkPage("POST", f"{_REVIEW}/pairs", decide, Need.REVIEWER),
    WorkPage("GET", f"{_REVIEW}/check", check_page, Need.READER),
    WorkPage("POST", f"{_REVIEW}/check", draw_pairs, Need.REVIEWER),
    WorkPage("GET", f"{_REVIEW}/check/pairs", sampled_page, Need.REVIEWER),
    WorkPage("POST", f"{_REVIEW}/check/pairs", decide_sampled, Need.REVIEWER),
    WorkPage("GET", f"{_REVIEW}/decided", decided_page, Need.READER),
    WorkPage("GET", f"{_REVIEW}/take-back", take_back, Need.READER),
    WorkPage("POST", f"{_REVIEW}/take-back", take_back, Need.REVIEWER),
    WorkPage("GET", f"{_REVIEW}/joined", joined_page, Need.READER),
    WorkPage("GET", f"{_REVIEW}/related", related_page, Need.READER),
    WorkPage("GET", f"{_REVIEW}/screening", screening_page, Need.READER),
    WorkPage("GET", f"{_REVIEW}/criteria", criteria_form, Need.LEAD),
    WorkPage("POST", f"{_REVIEW}/criteria", change_criteria, Need.LEAD),
    WorkPage("GET", f"{_REVIEW}/rules/{{stage}}", rules_form, Need.LEAD),
    WorkPage("POST", f"{_REVIEW}/rules/{{stage}}", change_rules, Need.LEAD),
    WorkPage("GET", f"{_REVIEW}/screen/{{stage}}", screen_page, Need.REVIEWER),
    WorkPage("POST", f"{_REVIEW}/screen/{{stage}}", decide_record, Need.REVIEWER),
    WorkPage("GET", f"{_REVIEW}/conflicts/{{stage}}", conflicts_page, Need.REVIEWER),
    WorkPage("POST", f"{_REVIEW}/conflicts/{{stage}}", settle_conflict, Need.REVIEWER),
    WorkPage("GET", f"{_REVIEW}/decisions/{{stage}}", decisions_form, Need.LEAD),
    WorkPage("POST", f"{_REVIEW}/decisions/{{stage}}", take_decisions, Need.LEAD),
    WorkPage("GET", f"{_REVIEW}/agreement/{{stage}}", agreement_page, Need.READER),
    WorkPage("GET", f"{_REVIEW}/agreement/{{stage}}/figures.csv", download_agreement, Need.READER),
    WorkPage("GET", f"{_REVIEW}/suggestions/{{stage}}", suggestions_page, Need.LEAD),
    WorkPage("GET", f"{_REVIEW}/stopping/{{stage}}", stopping_page, Need.READER),
    WorkPage("POST", f"{_REVIEW}/stopping/{{stage}}", change_stopping, Need.LEAD),
    WorkPage(
        "GET", f"{_REVIEW}/stopping/{{stage}}/certificate.json", download_statement, Need.READER
    ),
    WorkPage("GET", f"{_REVIEW}/records/{{stage}}", records_page, Need.READER),
    WorkPage(
        "GET",
        f"{_REVIEW}/records/{{stage}}/download/{{format}}",
        download_decisions,
        Need.READER,
    ),
    WorkPage("GET", f"{_REVIEW}/records/{{stage}}/{{record_id:path}}", record_page, Need.READER),
)


def work_routes(desk: Desk, pages: Sequence[WorkPage] = PAGES) -> list[Route]:
    """Return the routes of the working pages of a desk, each with its need.

    For one person each stands behind the guard of this machine; where people sign in, the guard
    stands before the whole server and says who sent a request in `request.state.user`.
    """
    middleware = [] if desk.local_user is None else [Middleware(LocalOnly)]
    return [
        Route(
            page.path,
            _seated(desk, page),
            methods=[page.method],
            name=getattr(page.endpoint, "__name__", None),
            middleware=middleware,
        )
        for page in pages
    ]


def _seated(desk: Desk, page: WorkPage) -> Callable[..., Any]:
    """Return an endpoint that seats the person, checks the page's need, and answers."""
    answer = _answer_async if _is_async(page.endpoint) else _answer
    return partial(answer, desk, page)


def _answer(desk: Desk, page: WorkPage, request: Request) -> Response:
    response: Response = page.endpoint(_seat(desk, page, request), request)
    return response


async def _answer_async(desk: Desk, page: WorkPage, request: Request) -> Response:
    # Roles are read from the store.
    seat = await run_in_threadpool(_seat, desk, page, request)
    response: Response = await page.endpoint(seat, request)
    return response


def _seat(desk: Desk, page: WorkPage, request: Request) -> Seat:
    user = desk.local_user or getattr(request.state, "user", None)
    if not isinstance(user, User):
        raise HTTPException(401, Need.SIGNED_IN.words)
    seat = Seat(desk, user, request.path_params.get("review_id"))
    seat.require(page.need)
    return seat


def _is_async(endpoint: Callable[..., Any]) -> bool:
    """Return whether an endpoint, or the function behind a partial one, is a coroutine function."""
    while isinstance(endpoint, partial):
        endpoint = endpoint.func
    return iscoroutinefunction(endpoint)
