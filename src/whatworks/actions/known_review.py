"""The check every import makes first: that the review exists."""

from __future__ import annotations

from whatworks.errors import NotFound
from whatworks.store import Store

__all__ = ["require_review"]


def require_review(store: Store, review_id: str) -> None:
    """Refuse a review that does not exist, naming those that do.

    Raises
    ------
    NotFound
        No review has this id.
    """
    known = [review.review_id for review in store.rows("reviews")]
    if review_id not in known:
        listed = f"Reviews here: {', '.join(known)}." if known else "There is no review here yet."
        raise NotFound(
            f'There is no review "{review_id}". {listed} '
            f'Add it with `whatworks review add {review_id} --title "..."`.'
        )
