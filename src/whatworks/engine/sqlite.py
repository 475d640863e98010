"""SQLite: the second engine, which must give the same pairs; part of Python."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

__all__ = ["SQLiteEngine"]

Ints = npt.NDArray[np.int64]

CHUNK = 50_000


class SQLiteEngine:
    """Tables in a private database; its file is deleted with it."""

    def __init__(self) -> None:
        # An empty name: in memory, spilled to a temporary file when it grows.
        self._connection = sqlite3.connect("")

    def register(self, name: str, columns: dict[str, Ints]) -> None:
        """Make a table of columns of one length; one of this name is replaced."""
        self.drop(name)
        listed = ", ".join(f'"{column}" INTEGER' for column in columns)
        self._connection.execute(f'CREATE TABLE "{name}" ({listed})')
        marks = ", ".join("?" for _ in columns)
        rows = zip(*(values.tolist() for values in columns.values()), strict=True)
        self._connection.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows)
        self._index(name)

    def keep(self, name: str, sql: str) -> None:
        """Make a table of the answer to a question; one of this name is replaced."""
        self._connection.execute(f'CREATE TEMP TABLE "new {name}" AS {sql}')
        self.drop(name)
        self._connection.execute(f'ALTER TABLE "new {name}" RENAME TO "{name}"')
        self._index(name)

    def query(self, sql: str) -> Iterator[tuple[Ints, ...]]:
        """Yield the columns of the answer in chunks of rows, none of them empty."""
        cursor = self._connection.execute(sql)
        while rows := cursor.fetchmany(CHUNK):
            yield tuple(np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))

    def drop(self, name: str) -> None:
        """Forget a table; nothing happens where there is none."""
        self._connection.execute(f'DROP TABLE IF EXISTS "{name}"')

    def _index(self, name: str) -> None:
        """Make its joins and ranges fast; DuckDB and Spark need no telling."""
        columns = self._connection.execute("SELECT name FROM pragma_table_info(?)", (name,))
        for (column,) in columns.fetchall():
            self._connection.execute(f'CREATE INDEX "{name} {column}" ON "{name}" ("{column}")')
