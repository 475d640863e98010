"""Import files of references into a review."""

from __future__ import annotations

from collections.abc import Sequence

from whatworks.actions.known_review import require_review
from whatworks.references import ImportReport, read_references
from whatworks.store import Actor, Store

__all__ = ["import_references"]


def import_references(
    store: Store, *, by: Actor, review_id: str, files: Sequence[tuple[str, bytes]]
) -> list[ImportReport]:
    """Read files and store them whole, with their records, in one transaction.

    Importing the same bytes again into the same review changes nothing.

    Parameters
    ----------
    files : sequence of (name, content)
        All are read before anything is stored, so that one faulty file leaves none half imported.

    Returns
    -------
    list of ImportReport
        For each file, every line that was skipped or repaired, and the counts.

    Raises
    ------
    FileError
        A file cannot be read; nothing of any file is stored.
    NotFound
        The review does not exist.
    """
    require_review(store, review_id)
    results = [read_references(data, file=name, review_id=review_id) for name, data in files]
    # The same bytes under two names are one file; the first name is kept.
    different = {result.raw_file.raw_file_id: result for result in reversed(results)}
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
            tx.append("raw_files", [result.raw_file])
            tx.append("records", result.records)
    return [result.report for result in results]
