"""Reads: current rows as nouns, the history of a row, and the log."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from whatworks.errors import NotFound
from whatworks.store.events import Event, unpack_payload
from whatworks.store.tables import EVENTS, PAYLOADS, FactTable
from whatworks.store.values import as_key

__all__ = [
    "RowVersion",
    "current_rows",
    "event_payload",
    "events_of",
    "last_event",
    "payloads_since",
    "row_history",
]


@dataclass(frozen=True, slots=True)
class RowVersion:
    """One version of a row, as its history shows it.

    Attributes
    ----------
    version
        1 for the first; the version before is the one it supersedes.
    is_withdrawn
        Whether this version took the row back.
    event_id
        The event that wrote it.
    row
        The noun; in a withdrawal, the row that was taken back.
    """

    version: int
    is_withdrawn: bool
    event_id: str
    row: Any


def current_rows(
    connection: sa.Connection, fact: FactTable, where: Mapping[str, Any] | None = None
) -> list[Any]:
    """Return the current rows of a table as nouns, in key order; with `where`, those of equal values."""
    same = [fact.sql.c[name] == value for name, value in (where or {}).items()]
    query = sa.select(*fact.noun_columns).where(*same, fact.is_current())
    query = query.order_by(*fact.key_columns)
    noun = fact.schema.noun
    return [noun(*values) for values in connection.execute(query)]


def row_history(
    connection: sa.Connection, fact: FactTable, key: str | Sequence[Any]
) -> list[RowVersion]:
    """Return all versions of a row, oldest first; none if there never was one."""
    parts = as_key(fact, key)
    same_key = [column == part for column, part in zip(fact.key_columns, parts, strict=True)]
    own = [fact.sql.c[name] for name in ("version", "is_withdrawn", "event_id")]
    query = sa.select(*own, *fact.noun_columns).where(*same_key).order_by(fact.sql.c.version)
    noun = fact.schema.noun
    return [
        RowVersion(version, is_withdrawn, event_id, noun(*values))
        for version, is_withdrawn, event_id, *values in connection.execute(query)
    ]


def events_of(
    connection: sa.Connection,
    *,
    object_type: str | None = None,
    object_id: str | None = None,
    action: str | None = None,
    event_id: str | None = None,
    newest_first: bool = False,
    limit: int | None = None,
) -> list[Event]:
    """Return events that meet all conditions given, in the order of the log."""
    query = sa.select(*EVENTS.columns)
    conditions = (
        (EVENTS.c.object_type, object_type),
        (EVENTS.c.object_id, object_id),
        (EVENTS.c.action, action),
        (EVENTS.c.id, event_id),
    )
    for column, value in conditions:
        if value is not None:
            query = query.where(column == value)
    order = EVENTS.c.position.desc() if newest_first else EVENTS.c.position
    query = query.order_by(order).limit(limit)
    return [Event(*row) for row in connection.execute(query)]


def last_event(connection: sa.Connection, *, besides: Collection[str] = ()) -> Event | None:
    """Return the newest event that is none of some actions; None where there is none."""
    query = sa.select(*EVENTS.columns).order_by(EVENTS.c.position.desc()).limit(1)
    if besides:
        query = query.where(EVENTS.c.action.not_in(list(besides)))
    row = connection.execute(query).first()
    return None if row is None else Event(*row)


def event_payload(connection: sa.Connection, event_id: str) -> Any:
    """Return what an event changed, in the form `store.fold` describes.

    Raises
    ------
    NotFound
        There is no such event.
    """
    body = connection.scalar(
        sa.select(PAYLOADS.c.body)
        .join(EVENTS, EVENTS.c.payload_hash == PAYLOADS.c.hash)
        .where(EVENTS.c.id == event_id)
    )
    if body is None:
        raise NotFound(
            f'There is no event "{event_id}" in this store. Check the name, or the store.'
        )
    _hash, payload = unpack_payload(body)
    return payload


def payloads_since(connection: sa.Connection, position: int) -> list[tuple[int, Any]]:
    """Return position and payload of each event after a position, in the order of the log."""
    query = (
        sa.select(EVENTS.c.position, PAYLOADS.c.body)
        .join(PAYLOADS, EVENTS.c.payload_hash == PAYLOADS.c.hash)
        .where(EVENTS.c.position > position)
        .order_by(EVENTS.c.position)
    )
    return [(place, unpack_payload(body)[1]) for place, body in connection.execute(query)]
