"""The store: one evidence base with its log, on SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from whatworks.errors import NotFound
from whatworks.release.evidence import Evidence
from whatworks.store.accounts import Account, all_accounts
from whatworks.store.check import CheckReport, check_store
from whatworks.store.database import Database, connect_to
from whatworks.store.dump import ByteSink, Discard, write_dump
from whatworks.store.events import Actor, Event
from whatworks.store.files import file_bytes
from whatworks.store.log_file import LogSummary, read_log, write_log
from whatworks.store.opening import create_schema, opening_problem
from whatworks.store.people import (
    Person,
    all_people,
    new_pseudonym,
)
from whatworks.store.reads import (
    RowVersion,
    current_rows,
    event_payload,
    events_of,
    last_event,
    payloads_since,
    row_history,
)
from whatworks.store.rebuild import RebuildReport, rebuild_tables
from whatworks.store.tables import (
    ACCOUNTS,
    FACTS,
    INVITATIONS,
    PEOPLE,
    SESSIONS,
    fact_table,
)
from whatworks.store.transaction import Heading, Transaction

__all__ = ["Store"]


class Store:
    """An evidence base: current rows to read, one way to write, and the log behind them.

    Got from `Store.open` or `Store.create`. Safe to share between threads: readers do not wait,
    writers wait for one another.

    Attributes
    ----------
    database : Database
        Where it is kept.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    @classmethod
    def open(cls, location: str | Path, *, create: bool = False) -> Self:
        """Open a store.

        Parameters
        ----------
        location : str or Path
            A SQLite file, or a SQLAlchemy URL of SQLite or PostgreSQL.
        create : bool
            Whether to create it where there is none.

        Raises
        ------
        NotFound
            There is no store; the message says how to create one.
        UserError
            The store was made by an older or newer version, or cannot be reached.
        """
        database = connect_to(location)
        try:
            problem = opening_problem(database)
        except NotFound:
            if create:
                return cls.create(location)
            raise
        if problem is not None:
            database.close()
            raise problem
        return cls(database)

    @classmethod
    def create(cls, location: str | Path) -> Self:
        """Create an empty store, with the folders it lies in.

        Raises
        ------
        UserError
            There is a store already, or the database holds other tables.
        """
        database = connect_to(location)
        create_schema(database)
        return cls(database)

    def close(self) -> None:
        """Close all connections; the store can be opened again."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def write(
        self,
        *,
        actor: Actor,
        action: str,
        object_type: str,
        object_id: str,
        reason: str | None = None,
        at: datetime | None = None,
    ) -> Iterator[Transaction]:
        """Begin a write: all of the block is stored with one event, or nothing of it.

        A block that changes nothing (equal rows, files kept already) writes no event.

        Parameters
        ----------
        actor : Actor
            Who acts, under a pseudonym.
        action : str
            What is done: a verb with its object, such as import_references.
        object_type, object_id : str
            What it is done to.
        reason : str, optional
            Why, in words without names of people.
        at : datetime, optional
            When, with time zone; now if not given.

        Yields
        ------
        Transaction
            What rows and files are written with.

        Raises
        ------
        UserError
            Nothing could be stored: the disk is full, another program holds the file, ...
        """
        heading = Heading(
            actor,
            action,
            object_type,
            object_id,
            reason,
            at if at is not None else datetime.now(UTC),
        )
        with self.database.writing() as connection:
            transaction = Transaction(connection, heading)
            yield transaction
            transaction.finish()

    def rows(self, table: str, *, where: Mapping[str, Any] | None = None) -> list[Any]:
        """Return the current rows of a table as nouns, in key order.

        Parameters
        ----------
        where : mapping, optional
            Column to value: only rows that have these values.
        """
        fact = fact_table(table)
        with self.database.reading() as connection:
            return current_rows(connection, fact, where)

    def evidence(self, *tables: str) -> Evidence:
        """Return the current rows of the named tables, or of all, as they were at one moment."""
        facts = [fact_table(name) for name in tables or FACTS]
        with self.database.reading() as connection:
            return Evidence(**{fact.name: current_rows(connection, fact) for fact in facts})

    def evidence_at(self, *tables: str) -> tuple[Evidence, int]:
        """Return the current rows of the named tables, and the log's position they belong to."""
        facts = [fact_table(name) for name in tables]
        with self.database.reading() as connection:
            last = last_event(connection)
            rows = {fact.name: current_rows(connection, fact) for fact in facts}
        return Evidence(**rows), 0 if last is None else last.position

    def payloads_since(self, position: int) -> list[tuple[int, Any]]:
        """Return position and payload of each event after a position: what changed since then."""
        with self.database.reading() as connection:
            return payloads_since(connection, position)

    def history(self, table: str, key: str | Sequence[Any]) -> list[RowVersion]:
        """Return all versions of a row, oldest first."""
        fact = fact_table(table)
        with self.database.reading() as connection:
            return row_history(connection, fact, key)

    def file(self, sha256: str) -> bytes:
        """Return an imported file, whole."""
        with self.database.reading() as connection:
            return file_bytes(connection, sha256)

    def events(
        self,
        *,
        object_type: str | None = None,
        object_id: str | None = None,
        action: str | None = None,
        event_id: str | None = None,
        newest_first: bool = False,
        limit: int | None = None,
    ) -> list[Event]:
        """Return the events that meet all conditions given, in the order of the log."""
        with self.database.reading() as connection:
            return events_of(
                connection,
                object_type=object_type,
                object_id=object_id,
                action=action,
                event_id=event_id,
                newest_first=newest_first,
                limit=limit,
            )

    def payload(self, event_id: str) -> Any:
        """Return what an event changed, in the form `store.fold` describes."""
        with self.database.reading() as connection:
            return event_payload(connection, event_id)

    def last_event_id(self, *, besides: Collection[str] = ()) -> str | None:
        """Return the id of the newest event that is none of some actions; None if there is none."""
        with self.database.reading() as connection:
            event = last_event(connection, besides=besides)
        return None if event is None else event.id

    def dump(self, stream: ByteSink) -> str:
        """Write all current rows as canonical JSON lines; return the SHA-256 of what was written."""
        with self.database.reading() as connection:
            return write_dump(connection, stream)

    def dump_hash(self) -> str:
        """Return the SHA-256 of the dump."""
        with self.database.reading() as connection:
            return write_dump(connection, Discard())

    def add_person(
        self, name: str, *, email: str | None = None, actor: Actor, at: datetime | None = None
    ) -> str:
        """Store a person and return the pseudonym that stands for them everywhere else.

        The event says that a pseudonym was given, and by whom; never the name.
        """
        pseudonym = new_pseudonym()
        with self.write(
            actor=actor, action="add_person", object_type="person", object_id=pseudonym, at=at
        ) as transaction:
            transaction.add_person(Person(pseudonym, name, email))
        return pseudonym

    def erase_person(
        self,
        pseudonym: str,
        *,
        actor: Actor,
        reason: str | None = None,
        at: datetime | None = None,
    ) -> None:
        """Erase a person's name, address and account; the pseudonym and the log stay as they are.

        Raises
        ------
        NotFound
            Nobody stands behind the pseudonym.
        UserError
            It is the last administrator.
        """
        with self.write(
            actor=actor,
            action="erase_person",
            object_type="person",
            object_id=pseudonym,
            reason=reason,
            at=at,
        ) as transaction:
            transaction.erase_person(pseudonym)
            # Nobody waits for somebody who cannot come any more.
            transaction.append(
                "team_members",
                [
                    replace(member, has_left=True)
                    for member in current_rows(transaction.connection, fact_table("team_members"))
                    if member.person == pseudonym
                ],
            )
        for table in (PEOPLE, ACCOUNTS, SESSIONS, INVITATIONS):
            self.database.scrub(table.name)

    def accounts(self) -> list[Account]:
        """Return everybody who may sign in or was invited to, by pseudonym."""
        with self.database.reading() as connection:
            return all_accounts(connection)

    def people(self) -> list[Person]:
        """Return everyone, by pseudonym."""
        with self.database.reading() as connection:
            return all_people(connection)

    def check(self, *, known_hash: str | None = None) -> CheckReport:
        """Check the log's chain, and everything the store holds against the log.

        Parameters
        ----------
        known_hash : str, optional
            Hash of an event written down earlier, such as in a release: it must be in the log.
        """
        with self.database.reading() as connection:
            return check_store(connection, known_hash=known_hash)

    def rebuild(self) -> RebuildReport:
        """Write the noun tables anew from the log alone, in one transaction.

        Raises
        ------
        UserError
            The log itself is broken.
        """
        with self.database.writing() as connection:
            return rebuild_tables(connection)

    def export_log(self, stream: ByteSink, *, people: bool = False) -> LogSummary:
        """Write the log, with imported files, as JSON lines that any store can import.

        Parameters
        ----------
        stream : binary stream
            Where the lines go.
        people : bool
            Whether names and addresses go along: for a backup or a move, not for handing on.
        """
        with self.database.reading() as connection:
            return write_log(connection, stream, people=people)

    def import_log(self, stream: Iterable[bytes]) -> LogSummary:
        """Write an exported log into this store, which must be empty.

        Raises
        ------
        UserError
            The store is not empty, or the log is broken or cut short. Nothing was saved.
        """
        with self.database.writing() as connection:
            return read_log(connection, stream)
