"""Connections: SQLite by file, PostgreSQL by URL, and how each is read and written safely."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from whatworks.errors import UserError
from whatworks.store.locks import writer_lock
from whatworks.store.trouble import explain

__all__ = ["Database", "connect_to"]

BUSY_SECONDS = 60.0
# More than the 40 threads of a server, so that a reader never waits for a connection.
POOL_SIZE = 10
POOL_OVERFLOW = 50


class Database:
    """One store's database.

    Attributes
    ----------
    engine
        SQLAlchemy engine.
    path
        The SQLite file; None on PostgreSQL.
    name
        How messages call it: the file, or the URL without its password.
    """

    def __init__(self, url: URL, path: Path | None) -> None:
        self.path = path
        self.name = str(path) if path is not None else url.render_as_string(hide_password=True)
        self.engine = _sqlite_engine(url) if path is not None else _postgres_engine(url)
        self._lock = writer_lock(self.name)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is a SQLite file."""
        return self.path is not None

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Give the one connection that may write; commit at the end, undo all on any exception.

        Raises
        ------
        UserError
            The disk is full, the file is locked by another program, the server is gone, ...
        """
        with self._lock.held(), self._told("Nothing was saved."):
            writer = self.engine.execution_options(whatworks_writes=True)
            with writer.begin() as connection:
                if not self.is_sqlite:
                    # Held to the end of the transaction: the chain has one order on all machines.
                    connection.execute(
                        sa.text(
                            "SELECT pg_advisory_xact_lock("
                            "hashtext('whatworks store'), hashtext(current_schema()))"
                        )
                    )
                yield connection

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Give a connection that sees one state of the store until it is closed."""
        with self._told("Nothing was changed."):
            engine = self.engine
            if not self.is_sqlite:
                engine = engine.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            with engine.connect() as connection:
                yield connection

    def scrub(self, table: str) -> None:
        """Overwrite what was deleted from a table, so that the disk does not keep it either."""
        with self._told("What was deleted may still be readable in the file."):
            raw = self.engine.execution_options(isolation_level="AUTOCOMMIT")
            with raw.connect() as connection:
                if self.is_sqlite:
                    checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)"
                    is_busy, *_pages = connection.exec_driver_sql(checkpoint).one()
                    if is_busy:
                        raise UserError(
                            f"It was erased from the store. Another program is reading, so that "
                            f"an old page may stand in {self.name}-wal until every program has "
                            "closed the store: stop and start them once."
                        )
                else:
                    connection.exec_driver_sql(f'VACUUM "{table}"')

    @contextmanager
    def _told(self, outcome: str) -> Iterator[None]:
        """Turn the database's errors that a person can mend into messages."""
        try:
            yield
        except DBAPIError as error:
            words = explain(error)
            if words is None:
                raise
            raise UserError(f"{self.name}: {words}, then do it again. {outcome}") from error

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def connect_to(location: str | Path) -> Database:
    """Return the database at a path or SQLAlchemy URL, without opening it yet.

    Raises
    ------
    UserError
        The location names no file, or a database that is neither SQLite nor PostgreSQL.
    """
    text = str(location)
    if "://" not in text:
        return _sqlite(Path(text))
    try:
        url = make_url(text)
        backend = url.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError):
        backend = ""
    if backend == "sqlite":
        return _sqlite(Path(url.database or ""))
    if backend == "postgresql":
        return Database(url.set(drivername="postgresql+psycopg"), None)
    raise UserError(
        f'"{text.partition("://")[0]}://..." is not the address of a store. Give a file name, or a '
        "URL such as postgresql://NAME:PASSWORD@SERVER/DATABASE."
    )


def _sqlite(path: Path) -> Database:
    """Return the database of a SQLite file."""
    if str(path) in ("", ".", ":memory:"):
        raise UserError("A store is a file: give its name, such as evidence.db.")
    # One name for one file, however it was reached: the writer's lock depends on it.
    path = path.expanduser().resolve()
    return Database(URL.create("sqlite+pysqlite", database=str(path)), path)


def _sqlite_engine(url: URL) -> sa.Engine:
    """Return an engine whose transactions begin when we say so, and are on disk when they end."""
    engine = sa.create_engine(
        url,
        # Python's driver would begin transactions late, and end them before DDL.
        connect_args={"isolation_level": None, "timeout": BUSY_SECONDS},
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
    )

    @sa.event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        # Erased names are overwritten, not only unlinked.
        cursor.execute("PRAGMA secure_delete = ON")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("whatworks_writes", False)
        # A transaction that begins as a reader can fail when it turns into a writer.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgres_engine(url: URL) -> sa.Engine:
    """Return an engine for PostgreSQL."""
    try:
        return sa.create_engine(url, pool_size=POOL_SIZE, max_overflow=POOL_OVERFLOW)
    except ModuleNotFoundError:
        raise UserError(
            'PostgreSQL needs one more package: pip install "whatworks[postgres]".'
        ) from None
