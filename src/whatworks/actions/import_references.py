"""Import files of references into a review."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from whatworks.actions.add_search import require_search
from whatworks.actions.known_review import require_review
from whatworks.references import ImportReport, read_references
from whatworks.store import Actor, Store

__all__ = ["import_references"]


def import_references(
    store: Store,
    *,
    by: Actor,
    review_id: str,
    files: Sequence[tuple[str, bytes]],
    search_id: str | None = None,
) -> list[ImportReport]:
    """Read files and store them whole, with their records, in one transaction.

    Importing the same bytes again into the same review changes nothing, but may tie them to a
    search, or to another one.

    Parameters
    ----------
    files : sequence of (name, content)
        All are read before anything is stored, so that one faulty file leaves none half imported.
    search_id : str, optional
        Search whose result the files are. Without it, a file keeps the search it is tied to.

    Returns
    -------
    list of ImportReport
        For each file, every line that was skipped or repaired, and the counts.

    Raises
    ------
    FileError
        A file cannot be read; nothing of any file is stored.
    NotFound
        The review does not exist, or has no such search.
    """
    require_review(store, review_id)
    if search_id is not None:
        require_search(store, search_id=search_id, review_id=review_id)
    results = [read_references(data, file=name, review_id=review_id) for name, data in files]
    # The same bytes under two names are one file; the first name is kept.
    different = {result.raw_file.raw_file_id: result for result in reversed(results)}
    there = {row.raw_file_id: row for row in store.rows("raw_files") if row.review_id == review_id}
    with store.write(
        actor=by,
        action="import_references",
        object_type="review",
        object_id=review_id,
        reason=", ".join(name for name, _ in files),
    ) as tx:
        for _, data in files:
            tx.put_file(data)
        for result in reversed(different.values()):
            file = result.raw_file
            old = there.get(file.raw_file_id)
            tied_to = search_id or (old.search_id if old is not None else None)
            name = old.name if old is not None else file.name
            tx.append("raw_files", [replace(file, name=name, search_id=tied_to)])
            tx.append("records", result.records)
    return [result.report for result in results]
