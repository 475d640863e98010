"""Import a spreadsheet by a mapping file: effects, decisions, studies, accuracy or flow counts."""

from __future__ import annotations

from dataclasses import dataclass

from whatworks.actions.known_review import require_review
from whatworks.extraction import JoinedFile, load_mapping, read_spreadsheet
from whatworks.store import Actor, Store

__all__ = ["SpreadsheetImport", "import_spreadsheet"]


@dataclass(frozen=True, slots=True)
class SpreadsheetImport:
    """What was read: rows by table, and what a person should look at."""

    n_rows: dict[str, int]
    warnings: tuple[str, ...]


def import_spreadsheet(
    store: Store,
    *,
    by: Actor,
    review_id: str,
    data: bytes,
    file: str,
    mapping: bytes,
    mapping_file: str,
    joined: JoinedFile | None = None,
) -> SpreadsheetImport:
    """Read a spreadsheet by its mapping and store all of it in one transaction.

    Importing the same bytes by the same mapping again changes nothing.

    Raises
    ------
    FileError
        The mapping or the spreadsheet has faults; all are named and nothing is stored.
    NotFound
        The review does not exist.
    """
    require_review(store, review_id)
    plan = load_mapping(mapping, file=mapping_file)
    result = read_spreadsheet(data, plan, file=file, review_id=review_id, joined=joined)
    with store.write(
        actor=by,
        action=f"import_{plan.kind}",
        object_type="review",
        object_id=review_id,
        reason=f"{file} by {mapping_file}",
    ) as tx:
        tx.put_file(data)
        tx.put_file(mapping)
        if joined is not None:
            tx.put_file(joined.data)
        for table, rows in result.tables.items():
            tx.append(table, rows)
    return SpreadsheetImport(
        {table: len(rows) for table, rows in result.tables.items() if table != "raw_files"},
        result.warnings,
    )
