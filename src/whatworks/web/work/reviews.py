"""All reviews and how far they are; begin a new one."""

from __future__ import annotations

import re

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from whatworks.actions.add_reviews import add_reviews
from whatworks.errors import UserError
from whatworks.references import Review
from whatworks.web.work.render import page, review_address, see_other
from whatworks.web.work.seat import Seat
from whatworks.web.work.uploads import form_of

__all__ = ["create_review", "new_review_form", "reviews_page"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_LONGEST_NAME = 40
_FORM_LIMIT = 1_000_000
_FIELDS = ("title", "question", "name")


def reviews_page(desk: Seat, request: Request) -> Response:
    """Show the reviews with their counts."""
    overview = desk.overview()
    reviews = sorted(desk.reviews(), key=lambda review: review.title.casefold())
    return page(
        request,
        desk,
        "reviews.html",
        title="Your reviews",
        values={"rows": [(review, overview.of(review.review_id)) for review in reviews]},
    )


def new_review_form(desk: Seat, request: Request) -> Response:
    """Ask what the new review is about."""
    return _form(desk, request, dict.fromkeys(_FIELDS, ""), [])


async def create_review(desk: Seat, request: Request) -> Response:
    """Add the review that was described, or say what is missing."""
    form = await form_of(request, limit=_FORM_LIMIT)
    return await run_in_threadpool(_create, desk, request, _texts(form))


def _create(desk: Seat, request: Request, said: dict[str, str]) -> Response:
    name = said["name"] or _name_from(said["title"])
    errors = _problems(desk, said, name)
    if not errors:
        review = Review(
            review_id=name,
            title=said["title"],
            question=said["question"],
            citation=said["title"],
            doi=None,
            licence="not yet stated",
            licence_note=None,
            source="made here",
            published_year=None,
            note=None,
        )
        try:
            add_reviews(
                desk.store,
                by=desk.by,
                reviews=[review],
                lead=desk.person.pseudonym if desk.is_team else None,
            )
        except UserError as error:
            errors = [("title", str(error))]
        else:
            return see_other(request, review_address(name))
    return _form(desk, request, said, errors)


def _problems(desk: Seat, said: dict[str, str], name: str) -> list[tuple[str, str]]:
    """Return what keeps the review from being added, by field."""
    errors = []
    if not said["title"]:
        errors.append(("title", "Enter the title of the review"))
    if not said["question"]:
        errors.append(("question", "Enter the question the review asks, in one sentence"))
    if said["title"] and not _NAME.fullmatch(name):
        errors.append(
            ("name", "Enter a short name of letters, digits and hyphens, such as class-size")
        )
    elif len(name) > _LONGEST_NAME:
        errors.append(("name", f"Enter a short name of at most {_LONGEST_NAME} characters"))
    # On some systems addresses and file names do not tell upper case from lower.
    elif name.lower() in {review.review_id.lower() for review in desk.store.rows("reviews")}:
        errors.append(
            ("name", f"There is a review called {name} already. Enter another short name")
        )
    return errors


def _texts(form: FormData) -> dict[str, str]:
    return {
        field: " ".join(value.split()) if isinstance(value := form.get(field), str) else ""
        for field in _FIELDS
    }


def _name_from(title: str) -> str:
    """Return a short name made of a title's first words."""
    name = ""
    for word in re.findall(r"[a-z0-9]+", title.lower()):
        if len(name) + len(word) >= _LONGEST_NAME:
            break
        name = f"{name}-{word}" if name else word
    return name


def _form(
    desk: Seat, request: Request, said: dict[str, str], errors: list[tuple[str, str]]
) -> Response:
    return page(
        request,
        desk,
        "new_review.html",
        title="Start a review",
        values={"said": said},
        errors=errors,
    )
