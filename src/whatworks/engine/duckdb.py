"""DuckDB: the engine that is used; it spills to disk what does not fit its memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

__all__ = ["DuckDBEngine"]

Ints = npt.NDArray[np.int64]

CHUNK = 500_000


class DuckDBEngine:
    """Tables in memory, and on disk beyond the limit.

    Parameters
    ----------
    memory : str, optional
        Most memory, such as "2GB"; DuckDB's own limit if not given.
    threads : int, optional
        Threads; as many as there are cores if not given.
    folder : str, optional
        Where it spills to.
    """

    def __init__(
        self, *, memory: str | None = None, threads: int | None = None, folder: str | None = None
    ) -> None:
        import duckdb

        config: dict[str, str | bool | int | float | list[str]] = {}
        if memory is not None:
            config["memory_limit"] = memory
        if threads is not None:
            config["threads"] = threads
        if folder is not None:
            config["temp_directory"] = folder
        self._connection = duckdb.connect(":memory:", config=config)

    def register(self, name: str, columns: dict[str, Ints]) -> None:
        """Make a table of columns of one length; one of this name is replaced."""
        frame = {column: np.ascontiguousarray(values) for column, values in columns.items()}
        self._connection.register("incoming", frame)
        try:
            self.keep(name, "SELECT * FROM incoming")
        finally:
            self._connection.unregister("incoming")

    def keep(self, name: str, sql: str) -> None:
        """Make a table of the answer to a question; one of this name is replaced."""
        self._connection.execute(f'CREATE OR REPLACE TABLE "{name}" AS {sql}')

    def query(self, sql: str) -> Iterator[tuple[Ints, ...]]:
        """Yield the columns of the answer in chunks of rows, none of them empty."""
        # Through NumPy whole: chunks of a result would need pandas or Arrow. Questions are asked in
        # parts for that.
        found = self._connection.execute(sql).fetchnumpy()
        columns = [np.asarray(values, dtype=np.int64) for values in found.values()]
        for i in range(0, columns[0].size, CHUNK):
            yield tuple(column[i : i + CHUNK] for column in columns)

    def drop(self, name: str) -> None:
        """Forget a table; nothing happens where there is none."""
        self._connection.execute(f'DROP TABLE IF EXISTS "{name}"')
