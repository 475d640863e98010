"""Add reviews, or correct what is said of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from whatworks.errors import UserError
from whatworks.references.nouns import Review, Search
from whatworks.screening.nouns import TeamMember
from whatworks.store import Actor, Store

__all__ = ["add_reviews"]

# The names of studies, effects and records begin with the review's, and lists of reviews hold ";".
REVIEW_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def add_reviews(
    store: Store,
    *,
    by: Actor,
    reviews: Sequence[Review],
    searches: Sequence[Search] = (),
    lead: str | None = None,
) -> None:
    """Add reviews and the searches made for them; one that exists gets a new version.

    Parameters
    ----------
    lead : str, optional
        Pseudonym of who leads them from the start.

    Raises
    ------
    UserError
        A review's name cannot be part of other names, or its title or question is empty.
    """
    for review in reviews:
        _require_sound(review)
    ids = ",".join(review.review_id for review in reviews)
    with store.write(actor=by, action="add_reviews", object_type="review", object_id=ids) as tx:
        tx.append("reviews", reviews)
        tx.append("searches", searches)
        if lead is not None:
            team = [TeamMember(review.review_id, lead, "lead", False) for review in reviews]
            tx.append("team_members", team)


def _require_sound(review: Review) -> None:
    """Refuse a review that could not be named or understood."""
    if not REVIEW_ID.fullmatch(review.review_id):
        raise UserError(
            f'A review cannot be called "{review.review_id}". Use letters, digits, hyphens and '
            "underscores, such as dyslexia or class-size. Nothing was saved."
        )
    for what, text in (("title", review.title), ("question", review.question)):
        if not text.strip():
            raise UserError(f"The {what} of the review is empty. Write one. Nothing was saved.")
