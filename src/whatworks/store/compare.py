"""The tables held against the log: every cell that is not what the fold says."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from whatworks.store.bulk import Version
from whatworks.store.chain import Problem
from whatworks.store.fold import Fold
from whatworks.store.tables import FACTS, FILE_CHUNKS, FILES, FactTable, Key
from whatworks.store.values import describe_key

__all__ = ["table_differences", "wrong_files"]


def table_differences(connection: sa.Connection, fold: Fold) -> Iterator[Problem]:
    """Yield every row and cell of the noun tables that the log does not account for."""
    for fact in FACTS.values():
        yield from _differences(connection, fact, fold.versions[fact.name])


def _differences(
    connection: sa.Connection, fact: FactTable, expected: dict[Key, list[Version]]
) -> Iterator[Problem]:
    own = [fact.sql.c[name] for name in ("version", "is_withdrawn", "event_id")]
    names = (*fact.names, *(column.name for column in own))
    # Cells are compared as they lie in the database: reading a column by its type could turn a
    # changed cell, such as 2 for true, back into the expected one.
    raw = [sa.type_coerce(column, sa.types.NullType()) for column in (*fact.noun_columns, *own)]
    unseen = {(key, v.number) for key, versions in expected.items() for v in versions}
    for row in connection.execute(sa.select(*raw)):
        key = fact.key_of(tuple(row))
        number: Any = row[len(fact.names)]
        where = f"{fact.name}, row {describe_key(key)}, version {number}"
        if (key, number) not in unseen:
            yield Problem("table", where, "the log knows no such row: it was put in.")
            continue
        unseen.discard((key, number))
        version = expected[key][number - 1]
        says = (*version.values, version.number, version.is_withdrawn, version.event_id)
        if tuple(row) == says:
            continue
        for name, found, said in zip(names, row, says, strict=True):
            if found != said:
                yield Problem(
                    "table", f'{where}, column "{name}"', f"found {found!r}, the log says {said!r}."
                )
    for key, number in sorted(unseen):
        where = f"{fact.name}, row {describe_key(key)}, version {number}"
        yield Problem("table", where, "it is in the log and not in the table: it was taken out.")


def wrong_files(connection: sa.Connection, fold: Fold) -> Iterator[Problem]:
    """Yield every kept file that is missing, unknown to the log, or not what was imported."""
    kept = {
        sha256: (n_bytes, event_id)
        for sha256, n_bytes, event_id in connection.execute(sa.select(*FILES.columns))
    }
    for sha256 in sorted(kept.keys() - fold.files.keys()):
        yield Problem("file", f"file {sha256}", "the log knows no such file: it was put in.")
    for sha256, said in sorted(fold.files.items()):
        where = f"file {sha256}"
        found = kept.get(sha256)
        if found is None:
            yield Problem("file", where, "it is in the log and not in the store: it was taken out.")
        elif found != said:
            yield Problem("file", where, f"size and event are {found!r}, the log says {said!r}.")
        elif _hash_of_chunks(connection, sha256) != sha256:
            yield Problem("file", where, "its content does not give its hash: it was changed.")


def _hash_of_chunks(connection: sa.Connection, sha256: str) -> str | None:
    """Return the SHA-256 of a kept file's content; None if it cannot be decompressed."""
    digest = hashlib.sha256()
    chunks: Any = connection.scalars(
        sa.select(FILE_CHUNKS.c.data)
        .where(FILE_CHUNKS.c.sha256 == sha256)
        .order_by(FILE_CHUNKS.c.position)
        .execution_options(yield_per=8)
    )
    try:
        for chunk in chunks:
            digest.update(zlib.decompress(chunk))
    except zlib.error:
        return None
    return digest.hexdigest()
