"""Add reviews, or correct what is said of them."""

from __future__ import annotations

from collections.abc import Sequence

from whatworks.references.nouns import Review, Search
from whatworks.store import Actor, Store

__all__ = ["add_reviews"]


def add_reviews(
    store: Store, *, by: Actor, reviews: Sequence[Review], searches: Sequence[Search] = ()
) -> None:
    """Add reviews and the searches made for them; one that exists gets a new version."""
    ids = ",".join(review.review_id for review in reviews)
    with store.write(actor=by, action="add_reviews", object_type="review", object_id=ids) as tx:
        tx.append("reviews", reviews)
        tx.append("searches", searches)
