"""Many rows in and out: inserts, and reads of the newest version under many keys."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from whatworks.store.tables import FactTable, Key, Values

__all__ = ["Version", "insert_rows", "insert_versions", "newest_versions"]

# SQLite allows 32,766 variables in a statement; PostgreSQL plans shorter lists better.
KEYS_PER_QUERY = 5_000


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a row.

    Attributes
    ----------
    number
        1 for the first row under its key.
    is_withdrawn
        Whether this version takes the row back; its values are then those taken back.
    event_id
        The event that wrote it.
    values
        The noun's values, in column order.
    """

    number: int
    is_withdrawn: bool
    event_id: str
    values: Values


def insert_rows(
    connection: sa.Connection, table: sa.Table, names: Sequence[str], rows: Iterable[Values]
) -> None:
    """Insert rows given as values in the order of `names`."""
    named = [dict(zip(names, row, strict=True)) for row in rows]
    if named:
        connection.execute(sa.insert(table), named)


def insert_versions(
    connection: sa.Connection, fact: FactTable, versions: Iterable[Version]
) -> None:
    """Insert versions of a noun's rows."""
    names = (*fact.names, "version", "is_withdrawn", "event_id")
    rows = ((*v.values, v.number, v.is_withdrawn, v.event_id) for v in versions)
    insert_rows(connection, fact.sql, names, rows)


def newest_versions(
    connection: sa.Connection, fact: FactTable, keys: Iterable[Key]
) -> dict[Key, Version]:
    """Return the newest version, withdrawn or not, under each key that has one."""
    wanted = set(keys)
    first = fact.key_columns[0]
    columns = (
        *fact.noun_columns,
        *(fact.sql.c[n] for n in ("version", "is_withdrawn", "event_id")),
    )
    found: dict[Key, Version] = {}
    # Only the key's first part is asked for: exact enough, and one index range for each.
    for some in _batches(sorted({key[0] for key in wanted}), KEYS_PER_QUERY):
        query = sa.select(*columns).where(first.in_(some)).order_by(fact.sql.c.version)
        for *values, number, is_withdrawn, event_id in connection.execute(query):
            key = fact.key_of(tuple(values))
            if key in wanted:
                found[key] = Version(number, is_withdrawn, event_id, tuple(values))
    return found


def _batches(items: Sequence[Any], size: int) -> Iterator[list[Any]]:
    iterator = iter(items)
    while batch := list(itertools.islice(iterator, size)):
        yield batch
