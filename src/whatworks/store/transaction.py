"""A write: rows appended and withdrawn, files kept, and the one event that records them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from ulid import ULID

import whatworks
from whatworks.errors import NotFound, UserError
from whatworks.store.accounts import all_accounts, require_administrator_left
from whatworks.store.bulk import Version, insert_rows, insert_versions, newest_versions
from whatworks.store.events import (
    GENESIS_HASH,
    Actor,
    Event,
    event_hash,
    pack_payload,
    utc_text,
)
from whatworks.store.files import has_file, insert_file
from whatworks.store.fold import appended, withdrawn
from whatworks.store.people import Person, delete_person, insert_person
from whatworks.store.tables import EVENTS, PAYLOADS, FactTable, Key, Values, fact_table
from whatworks.store.values import (
    as_key,
    checked_text,
    describe_key,
    row_address,
    row_values,
    state_hash,
)

__all__ = ["Heading", "Transaction"]


@dataclass(frozen=True, slots=True)
class Heading:
    """What an event says besides its changes."""

    actor: Actor
    action: str
    object_type: str
    object_id: str
    reason: str | None
    at: datetime


class Transaction:
    """The writer of one transaction; got from `Store.write`.

    Attributes
    ----------
    event_id : str
        ULID the event will have, and that every row it writes carries.
    event : Event or None
        The event once it is written; None before, and when nothing was changed.
    """

    def __init__(self, connection: sa.Connection, heading: Heading) -> None:
        for name, text in (
            ("pseudonym", heading.actor.pseudonym),
            ("role", heading.actor.role),
            ("action", heading.action),
            ("object type", heading.object_type),
            ("object", heading.object_id),
            ("reason", heading.reason or ""),
        ):
            checked_text(text, name)
        self._connection = connection
        self._heading = heading
        self._at = utc_text(heading.at)
        self.event_id = str(ULID.from_datetime(heading.at))
        self.event: Event | None = None
        self._newest: dict[str, dict[Key, Version | None]] = {}
        self._before: dict[tuple[str, Key], str | None] = {}
        self._changes: list[dict[str, Any]] = []
        self._files: list[list[Any]] = []
        self._people: list[list[str]] = []

    def append(self, table: str, rows: Iterable[Any]) -> int:
        """Append rows; a row whose key exists becomes its next version.

        Parameters
        ----------
        table : str
            Name of a table of `release.schema`.
        rows : iterable of nouns
            Instances of the table's noun. A row equal to the current one is left out.

        Returns
        -------
        int
            Number of rows written.

        Raises
        ------
        UserError
            Two different rows in one call have the same key, or a value cannot be kept.
        """
        fact = fact_table(table)
        incoming = _by_key(fact, rows)
        newest = self._look_up(fact, incoming)
        changed: dict[Key, Version] = {}
        for key, values in incoming.items():
            old = newest[key]
            if old is None or old.is_withdrawn or old.values != values:
                changed[key] = appended(old, values, self.event_id)
        if changed:
            written = [list(version.values) for version in changed.values()]
            self._write(fact, changed, {"columns": list(fact.names), "rows": written})
        return len(changed)

    def withdraw(self, table: str, keys: Iterable[str | Sequence[Any]]) -> int:
        """Take rows back: they stay in the history and are no longer current.

        Parameters
        ----------
        table : str
            Name of a table of `release.schema`.
        keys : iterable of str or tuple
            Keys of current rows; plain text where the key is one column.

        Returns
        -------
        int
            Number of rows withdrawn.

        Raises
        ------
        NotFound
            A key has no current row.
        """
        fact = fact_table(table)
        wanted = dict.fromkeys(as_key(fact, key) for key in keys)
        newest = self._look_up(fact, wanted)
        changed: dict[Key, Version] = {}
        for key in wanted:
            old = newest[key]
            if old is None or old.is_withdrawn:
                raise NotFound(
                    f"{table} has no current row {describe_key(key)} to withdraw. "
                    "Check its name. Nothing was saved."
                )
            changed[key] = withdrawn(old, self.event_id)
        if changed:
            self._write(fact, changed, {"withdrawn": [list(key) for key in changed]})
        return len(changed)

    def put_file(self, data: bytes) -> str:
        """Keep a file whole; return its SHA-256. A file that is kept already is not kept twice."""
        sha256 = hashlib.sha256(data).hexdigest()
        if not has_file(self._connection, sha256):
            insert_file(self._connection, data, event_id=self.event_id)
            self._files.append([sha256, len(data)])
        return sha256

    def add_person(self, person: Person) -> None:
        """Store a person; the payload says the pseudonym only."""
        checked_text(person.name, "name")
        checked_text(person.email or "", "e-mail address")
        insert_person(self._connection, person)
        self._people.append(["add", person.pseudonym])

    def erase_person(self, pseudonym: str) -> None:
        """Erase a person's name, address and account; NotFound if there are none."""
        was_administrator = any(
            account.pseudonym == pseudonym and account.is_administrator
            for account in all_accounts(self._connection)
        )
        delete_person(self._connection, pseudonym)
        if was_administrator:
            require_administrator_left(self._connection)
        self._people.append(["erase", pseudonym])

    @property
    def connection(self) -> sa.Connection:
        """The connection, for what stands outside the log: accounts, sessions, invitations."""
        return self._connection

    def note_person(self, verb: str, pseudonym: str) -> None:
        """Let the event say what was done to somebody where the tables do not show it."""
        self._people.append([verb, pseudonym])

    def finish(self) -> Event | None:
        """Write the event and its payload; called once by `Store.write`."""
        if not (self._changes or self._files or self._people):
            return None
        payload = {"changes": self._changes, "files": self._files, "people": self._people}
        payload_hash, body = pack_payload(payload)
        known = sa.select(PAYLOADS.c.hash).where(PAYLOADS.c.hash == payload_hash)
        if self._connection.execute(known).first() is None:
            self._connection.execute(sa.insert(PAYLOADS), {"hash": payload_hash, "body": body})
        last = self._connection.execute(
            sa.select(EVENTS.c.position, EVENTS.c.hash).order_by(EVENTS.c.position.desc()).limit(1)
        ).first()
        heading = self._heading
        draft = Event(
            position=1 if last is None else last.position + 1,
            id=self.event_id,
            at=self._at,
            actor=heading.actor.pseudonym,
            role=heading.actor.role,
            app_version=whatworks.__version__,
            action=heading.action,
            object_type=heading.object_type,
            object_id=heading.object_id,
            reason=heading.reason,
            payload_hash=payload_hash,
            before_hash=state_hash(self._before),
            after_hash=state_hash(self._after()),
            previous_hash=GENESIS_HASH if last is None else last.hash,
            hash="",
        )
        self.event = replace(draft, hash=event_hash(draft))
        names = tuple(column.name for column in EVENTS.columns)
        insert_rows(
            self._connection, EVENTS, names, [tuple(getattr(self.event, name) for name in names)]
        )
        return self.event

    def _look_up(self, fact: FactTable, keys: Iterable[Key]) -> dict[Key, Version | None]:
        """Return the newest versions under keys, as this transaction left them."""
        known = self._newest.setdefault(fact.name, {})
        missing = [key for key in keys if key not in known]
        found = newest_versions(self._connection, fact, missing)
        known.update((key, found.get(key)) for key in missing)
        return known

    def _write(self, fact: FactTable, changed: dict[Key, Version], change: dict[str, Any]) -> None:
        """Insert versions and remember them for the payload and the hashes."""
        newest = self._newest[fact.name]
        for key, version in changed.items():
            self._before.setdefault((fact.name, key), _address(fact, newest[key]))
            newest[key] = version
        insert_versions(self._connection, fact, changed.values())
        self._changes.append({"table": fact.name, **change})

    def _after(self) -> dict[tuple[str, Key], str | None]:
        """Return the addresses of the touched keys' rows as they are now."""
        return {
            (name, key): _address(fact_table(name), self._newest[name][key])
            for name, key in self._before
        }


def _address(fact: FactTable, version: Version | None) -> str | None:
    """Return the address of the current row; None where there is none."""
    if version is None or version.is_withdrawn:
        return None
    return row_address(fact, version.values)


def _by_key(fact: FactTable, rows: Iterable[Any]) -> dict[Key, Values]:
    """Return checked values by key; equal rows become one."""
    incoming: dict[Key, Values] = {}
    for row in rows:
        values = row_values(fact, row)
        key = fact.key_of(values)
        if incoming.setdefault(key, values) != values:
            differing = next(
                name
                for name, one, other in zip(fact.names, incoming[key], values, strict=True)
                if one != other
            )
            raise UserError(
                f"{fact.name}: two rows have the name {describe_key(key)} and differ in "
                f'"{differing}". Give each row its own name. Nothing was saved.'
            )
    return incoming
