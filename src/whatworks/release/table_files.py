"""A release's tables as files: CSV for people, Parquet for programs, the same content in both."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from whatworks.errors import FileError, FileProblem
from whatworks.release.cells import Value, cell_text, cell_value
from whatworks.release.schema import Column, Table

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "csv_bytes",
    "parquet_bytes",
    "published_columns",
    "read_csv_cells",
    "read_parquet_cells",
    "rows_from_cells",
]


def published_columns(table: Table) -> tuple[Column, ...]:
    """Return the columns a release carries: all but the withheld ones."""
    return tuple(column for column in table.columns if column.name not in table.withheld)


def csv_bytes(table: Table, rows: Sequence[Any]) -> bytes:
    """Return the rows as CSV: UTF-8, comma, CRLF (RFC 4180), one header row."""
    columns = [column.name for column in published_columns(table)]
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([cell_text(getattr(row, name)) for name in columns] for row in rows)
    return stream.getvalue().encode()


def _parquet_schema(table: Table) -> dict[str, pl.DataType]:
    """Return the Parquet types of the published columns."""
    import polars as pl

    types: dict[str, Any] = {
        "string": pl.String(),
        "integer": pl.Int64(),
        "number": pl.Float64(),
        "boolean": pl.Boolean(),
    }
    return {column.name: types[column.type] for column in published_columns(table)}


def parquet_bytes(table: Table, rows: Sequence[Any]) -> bytes:
    """Return the rows as Parquet, compressed with zstd."""
    import polars as pl

    names = [column.name for column in published_columns(table)]
    data = {name: [getattr(row, name) for row in rows] for name in names}
    stream = io.BytesIO()
    pl.DataFrame(data, schema=_parquet_schema(table)).write_parquet(stream, compression="zstd")
    return stream.getvalue()


def read_csv_cells(table: Table, data: bytes, *, file: str) -> list[dict[str, Value]]:
    """Return the rows of a release's CSV as typed cells.

    Raises
    ------
    FileError
        Naming row and column of every cell that is not of its column's type.
    """
    # A record keeps every line of its source, however long: a cell may be of any length here.
    limit = csv.field_size_limit(max(csv.field_size_limit(), len(data)))
    try:
        return _read_csv_cells(table, data, file=file)
    finally:
        csv.field_size_limit(limit)


def _read_csv_cells(table: Table, data: bytes, *, file: str) -> list[dict[str, Value]]:
    """Read the cells with whatever limit the csv module has."""
    columns = published_columns(table)
    names = [column.name for column in columns]
    try:
        lines = list(csv.reader(io.StringIO(data.decode(), newline="")))
    except UnicodeDecodeError as error:
        raise FileError(
            file, [FileProblem(f"byte {error.start:,} is not UTF-8.", "Get the release again.")]
        ) from None
    except csv.Error as error:
        raise FileError(
            file, [FileProblem(f"this is not a table ({error}).", "Get the release again.")]
        ) from None
    if not lines or lines[0] != names:
        found = ", ".join(lines[0]) if lines else "nothing"
        raise FileError(
            file,
            [FileProblem(f"the header is {found}.", f"It must be {', '.join(names)}.", row=1)],
        )
    problems: list[FileProblem] = []
    rows: list[dict[str, Value]] = []
    for number, line in enumerate(lines[1:], start=2):
        if len(line) != len(names):
            problems.append(
                FileProblem(f"found {len(line)} cells.", f"There must be {len(names)}.", row=number)
            )
            continue
        row: dict[str, Value] = {}
        for column, text in zip(columns, line, strict=True):
            try:
                row[column.name] = cell_value(text, column)
            except ValueError as error:
                problems.append(
                    FileProblem(
                        str(error), "Get the release again.", row=number, column=column.name
                    )
                )
        rows.append(row)
    if problems:
        raise FileError(file, problems)
    return rows


def read_parquet_cells(table: Table, data: bytes, *, file: str) -> list[dict[str, Value]]:
    """Return the rows of a release's Parquet file as typed cells.

    Raises
    ------
    FileError
        The file is not Parquet, or its columns are not those of the table.
    """
    import polars as pl

    try:
        frame = pl.read_parquet(io.BytesIO(data))
    except pl.exceptions.PolarsError as error:
        raise FileError(
            file,
            [
                FileProblem(
                    f"this is not a readable Parquet file ({error}).", "Get the release again."
                )
            ],
        ) from None
    names = [column.name for column in published_columns(table)]
    if frame.columns != names:
        raise FileError(
            file,
            [
                FileProblem(
                    f"the columns are {', '.join(frame.columns)}.",
                    f"They must be {', '.join(names)}.",
                )
            ],
        )
    return list(frame.iter_rows(named=True))


def rows_from_cells(table: Table, cells: Sequence[dict[str, Value]]) -> tuple[Any, ...]:
    """Return typed cells as instances of the table's noun; columns that are not there are missing."""
    there = {column.name for column in published_columns(table)}
    absent = dict.fromkeys(
        field.name for field in dataclasses.fields(table.noun) if field.name not in there
    )
    return tuple(table.noun(**row, **absent) for row in cells)
