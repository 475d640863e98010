"""CSV exports: the header found, rows as entries, and what does not fit the header said."""

from __future__ import annotations

import csv
from collections.abc import Iterable

from whatworks.errors import FileError, FileProblem
from whatworks.references.csv_fields import KNOWN, find_columns, plain_name
from whatworks.references.csv_lines import Row, read_rows
from whatworks.references.csv_upright import upright
from whatworks.references.entries import Entry, Parsed
from whatworks.references.import_report import ReportIssue, quote
from whatworks.references.table_rows import TITLES, is_rule, n_footers, names_columns
from whatworks.references.table_values import is_empty_word
from whatworks.tabular import column_letters, numbered_names

__all__ = ["is_header", "parse_csv"]

DELIMITERS = (",", ";", "\t", "|")
MAX_NAMES_SHOWN = 20
# Fewer known names than this do not make a header.
MIN_KNOWN_COLUMNS = 2
# Longer than any header; a whole XML file may be one line.
MAX_HEADER = 20_000
# Lines that may stand above the header: what was searched, when, by whom.
MAX_PREAMBLE = 50


def is_header(line: str) -> bool:
    """Return whether a line names a title column, alone or beside others, or two other columns."""
    if len(line) > MAX_HEADER:
        return False
    for delimiter in DELIMITERS:
        cells = {plain_name(cell) for cell in _cells(line, delimiter)}
        if len(cells) == 1 and cells <= TITLES:
            return True
        if len(cells) > 1 and (TITLES & cells or len(KNOWN & cells) >= MIN_KNOWN_COLUMNS):
            return True
    return False


def parse_csv(lines: list[str], *, file: str) -> Parsed:
    """Read the rows of a CSV export, or of several that were put together.

    Text above the header, lines of text among the rows, repeated headers and totals at the end are
    skipped and reported; a row with fewer cells than the header, or more, is kept and reported. A
    row that names other columns begins a table of its own.

    Returns
    -------
    Parsed
        One entry per row that is not blank, with the columns of its table.

    Raises
    ------
    FileError
        No rows, or no column of titles.
    """
    issues: list[ReportIssue] = []
    at, delimiter = _find_header(lines, issues)
    rows = list(read_rows(lines, at, delimiter, issues))
    if not rows:
        raise FileError(file, [FileProblem("The file has no rows.", "Check the export.")])
    entries: list[Entry] = []
    for table in _tables(upright(rows) or rows, (lines, delimiter), issues):
        entries += _entries(table, file, issues)
    if not entries:
        raise FileError(
            file,
            [
                FileProblem(
                    "There is a header but no row below it.",
                    "Check that the export holds the rows.",
                )
            ],
        )
    return Parsed(len(entries), entries, issues)


def _tables(
    rows: list[Row], text: tuple[list[str], str], issues: list[ReportIssue]
) -> Iterable[list[Row]]:
    """Yield the tables of a file, header first; joined exports have several."""
    lines, delimiter = text
    own = rows[:1]
    for row in rows[1:]:
        other = _other_delimiter(lines, row, delimiter)
        if other is None and (row.cells == own[0].cells or not names_columns(row.cells)):
            own.append(row)
            continue
        yield own
        issues.append(
            ReportIssue(
                row.line,
                "A header with other columns.",
                "The rows below it were read as a table of their own.",
                quote(" ".join(row.cells)),
            )
        )
        if other is not None:
            rest = list(read_rows(lines, row.line - 1, other, issues))
            yield from _tables(rest, (lines, other), issues)
            return
        own = [row]
    yield own


def _other_delimiter(lines: list[str], row: Row, delimiter: str) -> str | None:
    """Sign between the cells of a header that another sign than the table's cuts."""
    line = lines[row.line - 1] if row.n_lines == 1 and len(row.cells) <= 2 else ""
    if not line or len(line) > MAX_HEADER:
        return None
    for other in DELIMITERS:
        if other != delimiter and other in line and names_columns(_cells(line, other)):
            return other
    return None


def _entries(table: list[Row], file: str, issues: list[ReportIssue]) -> list[Entry]:
    """Entries of one table.

    Raises
    ------
    FileError
        No column of titles.
    """
    header_row, *body = table
    n_last = n_footers([row.cells for row in body])
    for row in body[len(body) - n_last :]:
        text = quote(" ".join(row.cells))
        issues.append(
            ReportIssue(row.line, "A row about the table.", "It was skipped.", text, row.n_lines)
        )
    body = body[: len(body) - n_last]
    header = _name_columns(header_row.cells, body)
    columns = find_columns(header)
    if "title" not in columns.by_field:
        raise FileError(file, [_no_title(header, header_row.line)])
    title = header.index(columns.by_field["title"])
    return [
        entry
        for row in _mended(body, len(header), issues)
        if (entry := _entry(row, header, header_row.cells, title, issues)) is not None
    ]


def _cells(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])


def _find_header(lines: list[str], issues: list[ReportIssue]) -> tuple[int, str]:
    """Index of the header's line and the sign between cells; lines above it are reported."""
    first = next((at for at, line in enumerate(lines) if line.strip()), 0)
    named = ""
    # Excel writes and hides a line that names the sign.
    if lines[first].lower().startswith("sep=") and len(lines[first].strip()) <= 5:
        named = lines[first][4:5]
        first += 1
    for at in range(first, min(first + MAX_PREAMBLE, len(lines))):
        if is_header(lines[at]) and (at == first or _has_title(lines[at])):
            skipped = [line for line in lines[first:at] if line.strip()]
            if skipped:
                issues.append(
                    ReportIssue(
                        first + 1,
                        "Text above the header.",
                        "It was skipped.",
                        quote(" ".join(skipped)),
                        at - first,
                    )
                )
            return at, named or _delimiter(lines, at)
    return first, named or _delimiter(lines, first)


def _has_title(line: str) -> bool:
    return any(
        TITLES & {plain_name(cell) for cell in cells} and len(cells) > 1
        for cells in (_cells(line, delimiter) for delimiter in DELIMITERS)
    )


def _delimiter(lines: list[str], at: int) -> str:
    """Sign that cuts the header into the most known names, then into the most cells."""
    line = lines[at] if at < len(lines) else ""

    def score(delimiter: str) -> tuple[int, int]:
        cells = _cells(line, delimiter)
        return len(KNOWN & {plain_name(cell) for cell in cells}) if len(cells) > 1 else 0, len(
            cells
        )

    return max(DELIMITERS, key=score)


def _name_columns(cells: list[str], body: list[Row]) -> tuple[str, ...]:
    """Names of the columns: repeated ones numbered, nameless ones called by their letters."""
    names = [" ".join(name.split()) for name in cells]
    while names and not names[-1]:
        at = len(names) - 1
        if any(len(row.cells) > at and row.cells[at].strip() for row in body):
            break
        names.pop()
    named = (name or f"column {column_letters(at)}" for at, name in enumerate(names))
    return numbered_names(tuple(named))


def _mended(rows: list[Row], width: int, issues: list[ReportIssue]) -> Iterable[Row]:
    """Rows, two of which are one where a line break in a cell without quotation marks parts them."""
    at = 0
    while at < len(rows):
        row = rows[at]
        following = rows[at + 1] if at + 1 < len(rows) else None
        if (
            following is not None
            and 1 < len(row.cells) < width
            and 1 < len(following.cells) < width
            and len(row.cells) + len(following.cells) - 1 == width
        ):
            broken = f"{row.cells[-1]}\n{following.cells[0]}"
            issues.append(
                ReportIssue(
                    row.line,
                    "A row broken in two by a line end.",
                    "Its parts were joined.",
                    quote(broken),
                    2,
                )
            )
            yield Row(row.line, [*row.cells[:-1], broken, *following.cells[1:]])
            at += 2
            continue
        yield row
        at += 1


def _entry(
    row: Row, header: tuple[str, ...], first: list[str], title: int, issues: list[ReportIssue]
) -> Entry | None:
    """Row as an entry; None if it is a line of text or the header again."""
    cells = row.cells
    if cells == first:
        issues.append(ReportIssue(row.line, "The header again.", "It was skipped."))
        return None
    if is_rule(cells):
        issues.append(
            ReportIssue(row.line, "A line of dashes.", "It was skipped.", quote(" ".join(cells)))
        )
        return None
    filled = [cell for cell in cells if cell.strip()]
    if len(cells) == 1 and len(header) > 2:
        # Abstrackr puts headings between its rows; others end with a line about themselves.
        issues.append(
            ReportIssue(
                row.line,
                "A line of text among the rows.",
                "It was skipped.",
                quote(filled[0]),
                row.n_lines,
            )
        )
        return None
    values = dict(zip(header, ([cell] for cell in cells), strict=False))
    more = {
        f"column {column_letters(at)}": [cell]
        for at, cell in enumerate(cells)
        if at >= len(header) and cell.strip()
    }
    if more:
        issues.append(
            ReportIssue(
                row.line,
                "A row with more cells than the header.",
                "It was kept, and what is too much among the other columns.",
                quote(" ".join(found[0] for found in more.values())),
            )
        )
    elif len(cells) < len(header):
        issues.append(
            ReportIssue(row.line, "A row with fewer cells than the header.", "It was kept.")
        )
    if title >= len(cells) or is_empty_word(cells[title]):
        issues.append(ReportIssue(row.line, "A row without a title.", "It was kept."))
    return Entry(row.line, 0, {name: [""] for name in header} | values | more)


def _no_title(header: tuple[str, ...], line: int) -> FileProblem:
    names = ", ".join(f'"{name}"' for name in header[:MAX_NAMES_SHOWN])
    more = len(header) - MAX_NAMES_SHOWN
    return FileProblem(
        f"No column holds titles. The columns are {names}{f' and {more} more' if more > 0 else ''}.",
        'Name the column of titles "title", then import the file again.',
        row=line,
    )
