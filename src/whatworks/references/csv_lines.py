"""Lines of a CSV file to rows of cells, past quotation marks that are never closed."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from whatworks.references.import_report import ReportIssue, quote

__all__ = ["Row", "read_rows"]

# After so many stray marks the file does not use them to quote.
MAX_STRAY = 50
# A cell longer than this many lines is no abstract.
MAX_CELL_LINES = 400


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not blank.

    Attributes
    ----------
    line
        Line of the file it starts at (1 is the first).
    cells
        Text of its cells.
    n_lines
        How many lines it spans.
    """

    line: int
    cells: list[str]
    n_lines: int = 1


def read_rows(
    lines: list[str], at: int, delimiter: str, issues: list[ReportIssue]
) -> Iterator[Row]:
    """Yield the rows of a table.

    A quotation mark that opens a cell and is never closed would swallow all rows below it. Such a
    row is read as its first line alone, marks being letters, and reported.

    Parameters
    ----------
    lines : list of str
        Lines of the file.
    at : int
        Index of the header's line.
    delimiter : str
        Sign between cells.
    issues : list of ReportIssue
        What is repaired is added to it.
    """
    limit = csv.field_size_limit(sys.maxsize)
    try:
        n_stray = 0
        width = 0
        while at < len(lines):
            for start, stop, cells in _plain_rows(lines, at, delimiter, n_stray >= MAX_STRAY):
                alone = _cut(lines[start], delimiter)
                if stop - start > 1 and _is_stray(lines, (start, stop), delimiter, alone, width):
                    n_stray += 1
                    issues.append(
                        ReportIssue(
                            start + 1,
                            "A quotation mark that is not closed.",
                            "The row was read as one line.",
                            quote(lines[start]),
                        )
                    )
                    yield Row(start + 1, [cell.strip().strip('"') for cell in alone])
                    at = start + 1
                    break
                elif _is_odd(lines, (start, stop), delimiter, n_stray >= MAX_STRAY):
                    issues.append(
                        ReportIssue(
                            start + 1,
                            "A quotation mark within a cell that is not doubled.",
                            "The row was kept; see whether its cells stand in their columns.",
                            quote(lines[start]),
                            stop - start,
                        )
                    )
                width = width or len(cells)
                if any(cell.strip() for cell in cells):
                    yield Row(start + 1, cells, stop - start)
            else:
                return
    finally:
        csv.field_size_limit(limit)


def _plain_rows(
    lines: list[str], at: int, delimiter: str, unquoted: bool
) -> Iterator[tuple[int, int, list[str]]]:
    """Rows from a line on, with the indices of their first line and of the line after them."""
    feed = (f"{line}\n" for line in (lines[i] for i in range(at, len(lines))))
    reader = csv.reader(
        feed,
        delimiter=delimiter,
        quoting=csv.QUOTE_NONE if unquoted else csv.QUOTE_MINIMAL,
    )
    start = at
    for cells in reader:
        stop = at + reader.line_num
        yield start, stop, cells
        start = stop


def _cut(line: str, delimiter: str) -> list[str]:
    """Cells of one line in which quotation marks are letters."""
    return next(csv.reader([line], delimiter=delimiter, quoting=csv.QUOTE_NONE), [])


def _is_stray(
    lines: list[str], span: tuple[int, int], delimiter: str, alone: list[str], width: int
) -> bool:
    """Whether a row of several lines begins with a mark that nothing closes."""
    start, stop = span
    block = [f"{line}\n" for line in lines[start:stop]]
    try:
        for _ in csv.reader(block, delimiter=delimiter, strict=True):
            pass
    except csv.Error as error:
        # The end of the file, or a mark in the middle of a later cell, closed it.
        return "unexpected end" in str(error) or len(alone) == width
    return stop - start > MAX_CELL_LINES and len(alone) == width


def _is_odd(lines: list[str], span: tuple[int, int], delimiter: str, unquoted: bool) -> bool:
    """Whether a row has a mark that ends a quoted cell in its middle, so that cells may shift."""
    block = [f"{line}\n" for line in lines[span[0] : span[1]]]
    if unquoted or not any('"' in line for line in block):
        return False
    try:
        for _ in csv.reader(block, delimiter=delimiter, strict=True):
            pass
    except csv.Error:
        return True
    return False
