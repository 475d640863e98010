"""From the bytes of a CSV file to rows by column name, with all its faults told at once."""

from __future__ import annotations

import csv
import difflib
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from whatworks.errors import FileError, FileProblem
from whatworks.tabular.column_names import column_letters, numbered_names
from whatworks.tabular.decoding import decode, unpack

__all__ = ["CsvRow", "CsvTable", "read_csv"]

DELIMITERS = (",", ";", "\t", "|")
DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
SNIFFED_ROWS = 50


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row of a table.

    Attributes
    ----------
    number
        Row number as a spreadsheet shows it; the header is row 1.
    cells
        Text of each cell by column name, as it stands in the file.
    line
        Line of the file the row starts at; more than `number` below cells with line breaks.
    n_cells
        Cells the row has in the file; fewer than the header where trailing ones were left out.
    """

    number: int
    cells: dict[str, str]
    line: int = 0
    n_cells: int = 0


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A table as it stands in a file.

    Attributes
    ----------
    file
        Name of the file, for messages.
    header
        Column names in order, without surrounding blanks. A column without a name is called by
        its letter, such as "column A".
    rows
        Rows in file order; blank rows are left out but counted in the numbers.
    encoding
        Encoding the file was read with.
    delimiter
        Sign between cells.
    repairs
        What was guessed or mended while decoding.
    """

    file: str
    header: tuple[str, ...]
    rows: tuple[CsvRow, ...]
    encoding: str
    delimiter: str
    repairs: tuple[str, ...]

    def require(self, columns: Iterable[str]) -> None:
        """Check that the columns are there.

        Raises
        ------
        FileError
            One problem for each column that is missing, with the nearest name there is.
        """
        problems = []
        for column in dict.fromkeys(columns):
            if column in self.header:
                continue
            near = difflib.get_close_matches(column, self.header, n=1, cutoff=0.6)
            if near:
                fix = f'Is it "{near[0]}"? Rename the column, or change the mapping.'
            else:
                shown = ", ".join(f'"{name}"' for name in self.header[:20])
                more = len(self.header) - 20
                fix = f"The columns are {shown}{f' and {more} more' if more > 0 else ''}."
            problems.append(FileProblem(f'There is no column "{column}".', fix))
        if problems:
            raise FileError(self.file, problems)


def read_csv(
    data: bytes, *, file: str, encoding: str | None = None, lenient: bool = False
) -> CsvTable:
    """Read a delimited text table, compressed with gzip or not.

    Parameters
    ----------
    data : bytes
        Content of the file. The sign between cells may be a comma, semicolon, tab or bar.
    file : str
        Name of the file, for messages.
    encoding : str, optional
        Encoding the person says the file has; guessed otherwise, see `decode`.
    lenient : bool
        For exports of other programs, which repeat column names and leave out trailing cells:
        the second column of a name is called "name (2)", missing trailing cells are empty.
        Otherwise such a file is refused. A row broken in two by a line break is always refused.

    Raises
    ------
    FileError
        Empty or binary file, unknown encoding, no header, two columns of one name, rows with too
        many or too few cells, a quote that is never closed, or no rows.
    """
    decoded = decode(unpack(data, file=file), file=file, encoding=encoding)
    if decoded.text.lstrip()[:14].lower().startswith(("<!doctype html", "<html")):
        raise FileError(
            file,
            [
                FileProblem(
                    "The file is a web page, not a table.",
                    "Sign in where it came from, download the table again, and import that file.",
                )
            ],
        )
    text, named = _named_delimiter(decoded.text)
    delimiter = named or _sniff_delimiter(text)
    first_line = 2 if named else 1
    numbered = list(_records(text, delimiter, file, first_line))
    if not numbered:
        raise FileError(file, [FileProblem("The file has no rows.", "Check the export.")])
    (first_number, _, first), body = numbered[0], numbered[1:]
    header = _header(first, body, first_number, file, lenient)
    rows, problems = [], []
    broken = _broken_rows([cells for _, _, cells in body], len(header))
    for at, (number, line, cells) in enumerate(body):
        extra = cells[len(header) :]
        is_short = len(cells) < len(header) and (at in broken or not lenient)
        if is_short or any(cell.strip() for cell in extra):
            problems.append(_wrong_width(number, len(cells), len(header), delimiter))
            continue
        filled = dict.fromkeys(header, "") | dict(zip(header, cells, strict=False))
        rows.append(CsvRow(number, filled, line, len(cells)))
    if problems:
        raise FileError(file, problems)
    if not rows:
        raise FileError(
            file,
            [
                FileProblem(
                    "There is a header but no row below it.",
                    "Check that the export holds the rows.",
                )
            ],
        )
    return CsvTable(file, header, tuple(rows), decoded.encoding, delimiter, decoded.repairs)


def _named_delimiter(text: str) -> tuple[str, str | None]:
    """Take off the line "sep=;" that Excel writes and hides."""
    line, _, rest = text.partition("\n")
    line = line.rstrip("\r")
    if line.lower().startswith("sep=") and len(line) == 5:
        return rest, line[4]
    return text, None


def _sniff_delimiter(text: str) -> str:
    """Return the sign that cuts the first rows into the same number of cells, two at least."""
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        widths = _widths(text, delimiter)
        if not widths or widths[0] < 2:
            continue
        score = (widths.count(widths[0]) / len(widths), widths[0])
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _widths(text: str, delimiter: str) -> list[int]:
    """Count the cells of the first rows, as far as they can be read."""
    widths: list[int] = []
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if cells:
                widths.append(len(cells))
            if len(widths) == SNIFFED_ROWS:
                break
    except csv.Error:
        pass  # told with its row when the table is read
    return widths


def _records(
    text: str, delimiter: str, file: str, first_line: int
) -> Iterator[tuple[int, int, list[str]]]:
    """Yield the rows that are not blank, with their spreadsheet numbers and first lines."""
    number = 0
    # Strict reading finds a quote that is never closed; its other complaints, such as a letter
    # after a closing quote, stand in real exports and spreadsheets read past them.
    strict = not _has_letters_after_quotes(text, delimiter)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)
    while True:
        number += 1
        line = first_line + reader.line_num
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            found, fix = "The row cannot be read.", "Check its quotation marks."
            if "unexpected end" in str(error):
                found = "A quotation mark opens in this row and is never closed."
                fix = 'Close it, or write a quotation mark inside a cell as "".'
            elif "field larger" in str(error):
                found = "A cell is longer than 131,072 characters."
                fix = "Check for a quotation mark that is not closed."
            raise FileError(file, [FileProblem(found, fix, number)]) from None
        if any(cell.strip() for cell in cells):
            yield number, line, cells


def _has_letters_after_quotes(text: str, delimiter: str) -> bool:
    """Say whether strict reading stops at anything but the end of the text."""
    try:
        for _ in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            pass
    except csv.Error as error:
        return "expected after" in str(error)
    return False


def _header(
    first: list[str],
    body: list[tuple[int, int, list[str]]],
    number: int,
    file: str,
    lenient: bool,
) -> tuple[str, ...]:
    """Name the columns; empty columns at the right edge are dropped."""
    names = [name.strip() for name in first]
    while names and not names[-1]:
        at = len(names) - 1
        if any(len(cells) > at and cells[at].strip() for _, _, cells in body):
            break
        names.pop()
    header = tuple(name or f"column {column_letters(at)}" for at, name in enumerate(names))
    repeated = [name for name, n in Counter(header).items() if n > 1]
    if repeated and lenient:
        return numbered_names(header)
    if repeated:
        raise FileError(
            file,
            [
                FileProblem(
                    f"{header.count(name)} columns have this name.",
                    "Give each column a name of its own.",
                    number,
                    name,
                )
                for name in repeated
            ],
        )
    return header


def _broken_rows(rows: list[list[str]], width: int) -> set[int]:
    """Find short rows that make one row with the next: a line break in an unquoted cell."""
    broken: set[int] = set()
    for at in range(len(rows) - 1):
        first, second = len(rows[at]), len(rows[at + 1])
        if first < width and first + second - 1 == width:
            broken |= {at, at + 1}
    return broken


def _wrong_width(number: int, found: int, expected: int, delimiter: str) -> FileProblem:
    sign = DELIMITER_NAMES.get(delimiter, delimiter)
    fix = (
        f"Add the missing cells, or put quotation marks around cells that hold a {sign} "
        "or a line break."
        if found < expected
        else f"Put quotation marks around cells that hold a {sign}, or name the extra columns."
    )
    return FileProblem(
        f"The row has {found:,} cell{'s' if found != 1 else ''}, the header has {expected:,}.",
        fix,
        number,
    )
