"""CSV exports: rows as entries, with the columns found by their names."""

from __future__ import annotations

from whatworks.errors import FileError, FileProblem
from whatworks.references.csv_fields import Columns, find_columns
from whatworks.references.entries import Entry, Parsed
from whatworks.references.import_report import ReportIssue, quote
from whatworks.tabular import CsvTable, read_csv

__all__ = ["parse_csv"]

MAX_NAMES_SHOWN = 20


def parse_csv(data: bytes, *, file: str) -> tuple[Parsed, Columns]:
    """Read the rows of a CSV export.

    Returns
    -------
    tuple
        One entry per row that is not blank, and which column holds which field.

    Raises
    ------
    FileError
        No title column, or what `whatworks.tabular.read_csv` refuses.
    """
    table = read_csv(data, file=file, lenient=True)
    columns = find_columns(table.header)
    if "title" not in columns.by_field:
        raise FileError(file, [_no_title(table)])
    entries: list[Entry] = []
    issues: list[ReportIssue] = []
    for row in table.rows:
        if row.n_cells == 1 and len(table.header) > 2:
            # Abstrackr puts headings between its rows.
            text = next(iter(row.cells.values()))
            issues.append(
                ReportIssue(
                    row.line, "A line of text among the rows.", "It was skipped.", quote(text)
                )
            )
            continue
        if row.n_cells < len(table.header):
            issues.append(
                ReportIssue(row.line, "A row with fewer cells than the header.", "It was kept.")
            )
        entries.append(Entry(row.line, 0, {name: [cell] for name, cell in row.cells.items()}))
        if not row.cells[columns.by_field["title"]].strip():
            issues.append(ReportIssue(row.line, "A row without a title.", "It was kept."))
    return Parsed(len(entries), entries, issues), columns


def _no_title(table: CsvTable) -> FileProblem:
    names = ", ".join(f'"{name}"' for name in table.header[:MAX_NAMES_SHOWN])
    more = len(table.header) - MAX_NAMES_SHOWN
    return FileProblem(
        f"No column holds titles. The columns are {names}{f' and {more} more' if more > 0 else ''}.",
        'Name the column of titles "title", then import the file again.',
        row=1,
    )
