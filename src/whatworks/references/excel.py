"""Excel workbooks (.xlsx): sheets with a column of titles, wherever their header stands."""

from __future__ import annotations

import datetime
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any

from whatworks.errors import FileError, FileProblem
from whatworks.references.csv_fields import find_columns
from whatworks.references.entries import Entry, Parsed
from whatworks.references.import_report import ReportIssue, quote
from whatworks.references.table_rows import n_footers, names_columns

__all__ = ["parse_excel", "read_sheets"]

# A workbook of a million records takes less; more is not a table of references.
MAX_UNPACKED_BYTES = 1 << 30
# Tables of text shrink to a tenth, repetitive ones to a fiftieth.
MAX_RATIO = 500
SMALL_BYTES = 1 << 24
# Rows that may stand above the header: titles, dates, the search.
MAX_PREAMBLE = 50
MIN_KNOWN_COLUMNS = 2
# Characters that Excel writes out, such as _x000D_ for a carriage return.
WRITTEN_OUT = re.compile(r"_x([0-9A-Fa-f]{4})_")
SURROGATE = re.compile(r"[\ud800-\udfff]")

Row = tuple[int, list[str]]


def parse_excel(data: bytes, *, file: str) -> Parsed:
    """Read the rows of a workbook.

    Every sheet that has a column of titles is read; the others are reported. The header may stand
    below other rows, which are reported too.

    Parameters
    ----------
    data : bytes
        The workbook.
    file : str
        Its name, for messages.

    Returns
    -------
    Parsed
        One entry per row that is not blank; its line is the number of the row.

    Raises
    ------
    FileError
        No workbook, a damaged one, one that would unpack to far more than it says, or no sheet
        with a column of titles.
    """
    _check_archive(data, file)
    entries: list[Entry] = []
    issues: list[ReportIssue] = []
    names: list[str] = []
    for name, rows in _sheets(data, file, issues):
        found = _read_sheet(name, rows, issues)
        if found is not None:
            entries.extend(found)
            names.append(name)
    if not names:
        raise FileError(
            file,
            [
                FileProblem(
                    "No sheet has a column of titles.",
                    'Name the column of titles "title", then import the file again.',
                )
            ],
        )
    if len(names) > 1:
        listed = ", ".join(f'"{name}"' for name in names)
        issues.append(
            ReportIssue(1, "More than one sheet with titles.", "All were read.", quote(listed))
        )
    return Parsed(len(entries), entries, issues)


def read_sheets(data: bytes, *, file: str) -> list[tuple[str, list[Row]]]:
    """Return the name of each sheet with its rows that are not blank: number, and texts of the cells.

    Raises
    ------
    FileError
        No workbook, a damaged one, or one that would unpack to far more than it says.
    """
    _check_archive(data, file)
    return [(name, list(rows)) for name, rows in _sheets(data, file, [])]


def _check_archive(data: bytes, file: str) -> None:
    """Refuse what is no archive, and what would fill the memory."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            # zipfile reads no more of a part than it says it holds.
            unpacked = sum(part.file_size for part in parts)
            is_locked = any(part.flag_bits & 1 for part in parts)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError):
        raise FileError(file, [_damaged()]) from None
    if is_locked:
        raise FileError(
            file,
            [FileProblem("The workbook has a password.", "Save it without one, then import it.")],
        )
    if unpacked > MAX_UNPACKED_BYTES or unpacked > max(SMALL_BYTES, MAX_RATIO * len(data)):
        raise FileError(
            file,
            [
                FileProblem(
                    f"The workbook of {len(data):,} bytes would unpack to {unpacked:,} bytes.",
                    "Check where it came from; save the sheet as CSV to import it all the same.",
                )
            ],
        )


def _damaged() -> FileProblem:
    return FileProblem(
        "The workbook is damaged, or no .xlsx workbook.",
        "Open it in a spreadsheet program, save it as .xlsx or CSV, then import that file.",
    )


def _sheets(
    data: bytes, file: str, issues: list[ReportIssue]
) -> Iterator[tuple[str, Iterator[Row]]]:
    """Yield the name and rows of each sheet with cells."""
    try:
        values = _open(data, formulas=False)
        formulas = _open(data, formulas=True) if _has_formulas(data) else None
        for sheet in values.worksheets:
            computed = None if formulas is None else formulas[sheet.title]
            # What a program says of the size of its sheet is wrong at times.
            for one in (sheet, computed):
                if one is not None:
                    one.reset_dimensions()
            yield sheet.title, iter(list(_rows(sheet, computed, issues)))
    except FileError:
        raise
    except Exception:  # openpyxl lets through whatever the parts of a damaged workbook cause
        raise FileError(file, [_damaged()]) from None


def _open(data: bytes, *, formulas: bool) -> Any:
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        # They are about styles, print areas and validation, of which nothing is read.
        warnings.simplefilter("ignore")
        return load_workbook(
            io.BytesIO(data), read_only=True, data_only=not formulas, keep_links=False
        )


def _has_formulas(data: bytes) -> bool:
    """Whether a cell of any sheet is computed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for part in archive.infolist():
            if not part.filename.startswith("xl/worksheets/"):
                continue
            with archive.open(part) as sheet:
                before = b""
                while piece := sheet.read(1 << 20):
                    if re.search(rb"<(\w+:)?f[ >]", before + piece):
                        return True
                    before = piece[-16:]
    return False


def _rows(sheet: Any, computed: Any, issues: list[ReportIssue]) -> Iterator[Row]:
    """Yield number and texts of the rows that are not blank."""
    formulas = None if computed is None else computed.iter_rows(values_only=True)
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells = [_text(value) for value in row]
        if formulas is not None:
            for at, formula in enumerate(next(formulas, ())):
                if at < len(cells) and row[at] is None and formula is not None:
                    cells[at] = _text(formula)
                    issues.append(
                        ReportIssue(
                            number,
                            "A formula without a result.",
                            "The formula was kept.",
                            quote(cells[at]),
                        )
                    )
        if any(cell.strip() for cell in cells):
            yield number, cells


def _text(value: object) -> str:
    """Text of a cell as a person sees it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    text = WRITTEN_OUT.sub(lambda match: chr(int(match[1], 16)), str(value))
    if SURROGATE.search(text):
        # Both halves of a character make one; half of one is none.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _read_sheet(name: str, rows: Iterator[Row], issues: list[ReportIssue]) -> list[Entry] | None:
    """Entries of a sheet; None if it has no column of titles."""
    above: list[Row] = []
    header: list[str] = []
    body: list[Row] = []
    for number, cells in rows:
        if header:
            body.append((number, cells))
        elif len(above) < MAX_PREAMBLE and _is_header(cells):
            header = cells
        else:
            above.append((number, cells))
    if not header:
        header, body, above = _single_title(above)
    if not header:
        if above:
            issues.append(
                ReportIssue(
                    above[0][0],
                    f'The sheet "{name}" has no column of titles.',
                    f"Its {len(above):,} rows were left out.",
                    quote(" ".join(above[0][1])),
                    len(above),
                )
            )
        return None
    for number, cells in above:
        issues.append(
            ReportIssue(
                number, "A row above the header.", "It was skipped.", quote(" ".join(cells))
            )
        )
    n_last = n_footers([cells for _, cells in body])
    for number, cells in body[len(body) - n_last :]:
        issues.append(
            ReportIssue(number, "A row about the table.", "It was skipped.", quote(" ".join(cells)))
        )
    body = body[: len(body) - n_last]
    names = _column_names(header, body)
    entries = []
    for number, cells in body:
        if _bare(cells) == _bare(header):
            issues.append(ReportIssue(number, "The header again.", "It was skipped."))
            continue
        if names_columns(cells):
            issues.append(
                ReportIssue(
                    number,
                    "A header with other columns.",
                    "The rows below it were read as a table of their own.",
                    quote(" ".join(cells)),
                )
            )
            at = [row for row, _ in body].index(number)
            names = _column_names(cells, body[at + 1 :])
            header = cells
            continue
        filled = [*cells, *[""] * (len(names) - len(cells))]
        values = {column: [cell] for column, cell in zip(names, filled, strict=False)}
        entries.append(Entry(number, 0, values))
    return entries


def _bare(cells: list[str]) -> list[str]:
    """Cells without blanks around them and without empty ones at the end."""
    bare = [cell.strip() for cell in cells]
    while bare and not bare[-1]:
        bare.pop()
    return bare


def _is_header(cells: list[str]) -> bool:
    """Whether a row names a column of titles and another that is known."""
    fields = find_columns(tuple(cells)).by_field
    return "title" in fields and len(fields) >= MIN_KNOWN_COLUMNS


def _single_title(rows: list[Row]) -> tuple[list[str], list[Row], list[Row]]:
    """Header, body and rows above of a sheet in which only titles have a known name."""
    for at, (_, cells) in enumerate(rows[:MAX_PREAMBLE]):
        if "title" in find_columns(tuple(cells)).by_field:
            return cells, rows[at + 1 :], rows[:at]
    return [], [], rows


def _column_names(header: list[str], body: list[Row]) -> list[str]:
    """Names of all columns, each once; one without a name is called by its number."""
    width = max([len(header), *(len(cells) for _, cells in body)])
    names: list[str] = []
    for at in range(width):
        name = header[at].strip() if at < len(header) else ""
        name = name or f"column {at + 1}"
        n = 1
        while (name if n == 1 else f"{name} ({n})") in names:
            n += 1
        names.append(name if n == 1 else f"{name} ({n})")
    return names
