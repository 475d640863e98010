"""Add a search of a source to a review, or correct what is said of one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from whatworks.actions.known_review import require_review
from whatworks.errors import NotFound, UserError
from whatworks.references.nouns import RawFile, Search
from whatworks.store import Actor, Store

__all__ = ["SEARCH_KINDS", "SearchState", "add_search", "require_search", "search_states"]

SEARCH_KINDS = ("database", "register", "website", "organisation", "citations")
SEARCH_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")


@dataclass(frozen=True, slots=True)
class SearchState:
    """A search beside what was imported from it.

    Attributes
    ----------
    search
        As it is recorded.
    n_versions
        How often it was written; the earlier versions stay in the log.
    files
        Files tied to it.
    n_records
        Records in them.
    """

    search: Search
    n_versions: int
    files: tuple[RawFile, ...]
    n_records: int

    @property
    def differs(self) -> bool:
        """Whether the source reported another number than was imported."""
        return self.search.n_hits is not None and self.search.n_hits != self.n_records


def add_search(store: Store, *, by: Actor, search: Search) -> SearchState:
    """Store a search; one that exists gets a new version, and the earlier ones stay in the log.

    Raises
    ------
    NotFound
        The review does not exist.
    UserError
        A name, date, number or kind is not one, or the search belongs to another review.
    """
    require_review(store, search.review_id)
    _require_sound(search)
    there = {row.search_id: row for row in store.rows("searches")}
    old = there.get(search.search_id)
    if old is not None and old.review_id != search.review_id:
        raise UserError(
            f'The search "{search.search_id}" belongs to review "{old.review_id}". Give this one '
            "another name. Nothing was saved."
        )
    with store.write(
        actor=by, action="add_search", object_type="search", object_id=search.search_id
    ) as tx:
        tx.append("searches", [search])
    (state,) = _states(store, [search])
    return state


def _require_sound(search: Search) -> None:
    """Refuse a search that could not be named, dated or counted."""
    if not SEARCH_ID.fullmatch(search.search_id):
        raise UserError(
            f'A search cannot be called "{search.search_id}". Use letters, digits, "-", "_", "." '
            'and "/", such as eric-2026. Nothing was saved.'
        )
    if not search.source_name.strip():
        raise UserError("Say which source was searched, such as ERIC. Nothing was saved.")
    if search.kind is not None and search.kind not in SEARCH_KINDS:
        raise UserError(
            f'The kind of a source is one of {", ".join(SEARCH_KINDS)}. Found "{search.kind}". '
            "Nothing was saved."
        )
    if search.run_on is not None:
        try:
            date.fromisoformat(search.run_on)
        except ValueError:
            raise UserError(
                f'"{search.run_on}" is not a date. Write the day the search was run as '
                "2026-11-24. Nothing was saved."
            ) from None
    if search.n_hits is not None and search.n_hits < 0:
        raise UserError(
            f"A source cannot return {search.n_hits} records. Give the number it reported. "
            "Nothing was saved."
        )


def require_search(store: Store, *, search_id: str, review_id: str) -> Search:
    """Return a review's search.

    Raises
    ------
    NotFound
        The review has no such search; the message names those it has.
    """
    searches: dict[str, Search] = {row.search_id: row for row in store.rows("searches")}
    own = [name for name, row in searches.items() if row.review_id == review_id]
    found = searches.get(search_id)
    if found is None or found.review_id != review_id:
        listed = f"Its searches: {', '.join(own)}." if own else "It has none yet."
        raise NotFound(
            f'Review "{review_id}" has no search "{search_id}". {listed} Add it with '
            f"`whatworks search add {search_id} --review {review_id} --source ...`. "
            "Nothing was saved."
        )
    return found


def search_states(store: Store, *, review_id: str | None = None) -> list[SearchState]:
    """Return searches with what was imported from each, by name.

    Parameters
    ----------
    review_id : str, optional
        Only the searches of this review.

    Raises
    ------
    NotFound
        The review does not exist.
    """
    if review_id is not None:
        require_review(store, review_id)
    return _states(
        store,
        [row for row in store.rows("searches") if review_id in (None, row.review_id)],
    )


def _states(store: Store, searches: Sequence[Search]) -> list[SearchState]:
    """Return the searches beside the files and records that are tied to them."""
    evidence = store.evidence("raw_files", "records")
    counted: dict[tuple[str, str], int] = {}
    for record in evidence.records:
        file = (record.raw_file_id, record.review_id)
        counted[file] = counted.get(file, 0) + 1
    states = []
    for search in searches:
        files = tuple(file for file in evidence.raw_files if file.search_id == search.search_id)
        n_records = sum(counted.get((file.raw_file_id, file.review_id), 0) for file in files)
        n_versions = len(store.history("searches", search.search_id))
        states.append(SearchState(search, n_versions, files, n_records))
    return states
