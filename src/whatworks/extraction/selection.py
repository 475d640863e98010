"""The rows of a table that a mapping asks for, with the columns of a second table added."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

from whatworks.errors import FileError, FileProblem
from whatworks.tabular import (
    CellError,
    CsvRow,
    CsvTable,
    is_missing,
    parse_number,
    read_csv,
)

if TYPE_CHECKING:
    from whatworks.extraction.field_source import Condition
    from whatworks.extraction.mapping import Join, TableMapping

__all__ = ["JoinedFile", "select_rows"]


@dataclasses.dataclass(frozen=True, slots=True)
class JoinedFile:
    """A second file that a mapping's `join` refers to.

    Attributes
    ----------
    name
        Name of the file, for messages.
    data
        Its content.
    """

    name: str
    data: bytes


def select_rows(
    data: bytes, mapping: TableMapping, *, file: str, joined: JoinedFile | None = None
) -> CsvTable:
    """Read a table, add the second table's columns, and keep the rows the mapping asks for.

    Raises
    ------
    FileError
        The table cannot be read, lacks a column the mapping names, a row has no partner in the
        second table, or no row meets the conditions.
    """
    from whatworks.extraction.field_source import columns_of

    table = read_csv(data, file=file, encoding=mapping.encoding)
    if mapping.join is not None:
        if joined is None:
            raise FileError(
                file,
                [
                    FileProblem(
                        "The mapping joins a second table, and none was given.",
                        "Give the second file too, or take join out of the mapping.",
                    )
                ],
            )
        table = _join(table, mapping.join, joined)
    table.require(columns_of(mapping))
    problems: list[FileProblem] = []
    rows = tuple(row for row in table.rows if _meets_all(row, mapping.where, problems))
    if problems:
        raise FileError(file, problems)
    if not rows:
        raise FileError(
            file,
            [
                FileProblem(
                    "No row meets the conditions of the mapping.",
                    "Check the cells named under where.",
                )
            ],
        )
    return dataclasses.replace(table, rows=rows)


def _join(table: CsvTable, join: Join, joined: JoinedFile) -> CsvTable:
    """Add to each row the cells of its partner in the second table."""
    second = read_csv(joined.data, file=joined.name)
    table.require(join.on)
    second.require(join.on.values())
    partners: dict[tuple[str, ...], CsvRow] = {}
    problems = []
    for row in second.rows:
        key = tuple(row.cells[column].strip() for column in join.on.values())
        if key in partners and any(key):
            problems.append(
                FileProblem(
                    f"Found {_quoted(key)}, which is also in row {partners[key].number:,}.",
                    "Keep one row for each, so that it is clear which to join.",
                    row.number,
                    " and ".join(join.on.values()),
                )
            )
        partners[key] = row
    if problems:
        raise FileError(second.file, problems)
    empty = dict.fromkeys(second.header, "")
    rows = []
    for row in table.rows:
        key = tuple(row.cells[column].strip() for column in join.on)
        partner = partners.get(key) if any(key) else None
        if partner is None and join.required:
            problems.append(
                FileProblem(
                    f"Found {_quoted(key)}, which has no row in {second.file}.",
                    "Correct the cell, or add the row there.",
                    row.number,
                    " and ".join(join.on),
                )
            )
        added = empty if partner is None else partner.cells
        extra = {f"{join.prefix}{name}": cell for name, cell in added.items()}
        rows.append(CsvRow(row.number, {**row.cells, **extra}))
    if problems:
        raise FileError(table.file, problems)
    header = (*table.header, *(f"{join.prefix}{name}" for name in second.header))
    return dataclasses.replace(table, header=header, rows=tuple(rows))


def _meets_all(row: CsvRow, rules: Sequence[Condition], problems: list[FileProblem]) -> bool:
    return all(_meets(row, rule, problems) for rule in rules)


def _meets(row: CsvRow, rule: Condition, problems: list[FileProblem]) -> bool:
    """Say whether a row meets one rule; a text where a number is needed is a fault."""
    if rule.any is not None:
        return any(_meets(row, part, problems) for part in rule.any)
    assert rule.column is not None  # the mapping was checked: a column or any
    cell = row.cells[rule.column].strip()
    if rule.one_of is not None and cell not in rule.one_of:
        return False
    if rule.none_of is not None and cell in rule.none_of:
        return False
    if rule.present is not None and rule.present == is_missing(cell):
        return False
    if rule.at_least is None and rule.at_most is None:
        return True
    try:
        number = parse_number(cell)
    except CellError as error:
        problems.append(FileProblem(error.found, error.fix, row.number, rule.column))
        return False
    if number is None:
        return False
    low = rule.at_least is None or number >= rule.at_least
    high = rule.at_most is None or number <= rule.at_most
    return low and high


def _quoted(key: tuple[str, ...]) -> str:
    return " and ".join(f'"{part}"' for part in key)
