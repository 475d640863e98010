"""Spark: the same questions on a cluster, through a session that is handed in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

__all__ = ["SparkEngine", "SparkSession"]

Ints = npt.NDArray[np.int64]


class SparkSession(Protocol):
    """What is used of `pyspark.sql.SparkSession`, which need not be installed."""

    @property
    def catalog(self) -> Any:
        """Names of tables and views."""
        ...

    def createDataFrame(self, data: Any, schema: Any) -> Any:
        """Make a frame of rows."""
        ...

    def sql(self, sqlQuery: str) -> Any:
        """Make a frame of the answer to a question."""
        ...


class SparkEngine:
    """Tables as cached views of a session.

    Parameters
    ----------
    session : pyspark.sql.SparkSession
        It stays open. Each task of a shuffle works on one of `spark.sql.shuffle.partitions` shares of the
        keys: that bounds the memory of a worker, the parts of `candidate_pairs` that of the driver.

    Notes
    -----
    `register` sends rows as Python numbers, which is slow beyond some ten million of them; views that
    are in the session already can be asked about without it.
    """

    def __init__(self, session: SparkSession) -> None:
        self._session = session
        self._frames: dict[str, Any] = {}

    def register(self, name: str, columns: dict[str, Ints]) -> None:
        """Make a table of columns of one length; one of this name is replaced."""
        rows = list(zip(*(values.tolist() for values in columns.values()), strict=True))
        schema = ", ".join(f"{column} BIGINT" for column in columns)
        self._hold(name, self._session.createDataFrame(rows, schema))

    def keep(self, name: str, sql: str) -> None:
        """Make a table of the answer to a question; one of this name is replaced."""
        self._hold(name, self._session.sql(sql))

    def query(self, sql: str) -> Iterator[tuple[Ints, ...]]:
        """Yield the columns of the answer in one chunk, or none if it is empty."""
        rows = self._session.sql(sql).collect()
        if rows:
            yield tuple(np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))

    def drop(self, name: str) -> None:
        """Forget a table; nothing happens where there is none."""
        frame = self._frames.pop(name, None)
        if frame is not None:
            self._session.catalog.dropTempView(name)
            frame.unpersist()

    def _hold(self, name: str, frame: Any) -> None:
        self.drop(name)
        frame = frame.persist()
        # A frame is a recipe; counting makes it, so that what it was made of may be dropped.
        frame.count()
        frame.createOrReplaceTempView(name)
        self._frames[name] = frame
