"""Import a file of references into a review."""

from __future__ import annotations

from whatworks.actions.known_review import require_review
from whatworks.references import ImportReport, read_references
from whatworks.store import Actor, Store

__all__ = ["import_references"]


def import_references(
    store: Store, *, by: Actor, review_id: str, data: bytes, file: str
) -> ImportReport:
    """Read a file and store it whole, with its records, in one transaction.

    Importing the same bytes again into the same review changes nothing.

    Returns
    -------
    ImportReport
        Every line that was skipped or repaired, and the counts.

    Raises
    ------
    FileError
        The file cannot be read; nothing is stored.
    NotFound
        The review does not exist.
    """
    require_review(store, review_id)
    result = read_references(data, file=file, review_id=review_id)
    with store.write(
        actor=by, action="import_references", object_type="review", object_id=review_id, reason=file
    ) as tx:
        tx.put_file(data)
        tx.append("raw_files", [result.raw_file])
        tx.append("records", result.records)
    return result.report
