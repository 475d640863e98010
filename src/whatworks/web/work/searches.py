"""The searches of a review as people know them."""

from __future__ import annotations

from whatworks.references import Search
from whatworks.site.figures import date_in_words
from whatworks.store import Store

__all__ = ["search_names"]


def search_names(store: Store, review_id: str) -> dict[str, str]:
    """Return "ERIC (Ovid), 3 May 2026" for each search of a review, by its id."""
    return {
        search.search_id: _name(search)
        for search in store.rows("searches")
        if search.review_id == review_id
    }


def _name(search: Search) -> str:
    platform = f" ({search.platform})" if search.platform else ""
    run_on = f", {date_in_words(search.run_on)}" if search.run_on else ""
    return f"{search.source_name}{platform}{run_on}"
