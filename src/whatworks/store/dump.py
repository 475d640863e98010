"""The dump: all current rows and files as canonical JSON lines, the same on every database."""

from __future__ import annotations

import hashlib
from typing import Protocol

import sqlalchemy as sa

from whatworks.release.hashing import canonical_json
from whatworks.store.tables import FACTS, FILES

__all__ = ["ByteSink", "Discard", "write_dump"]


class ByteSink(Protocol):
    """Where bytes can be written: a file, a gzip file, standard output's buffer."""

    def write(self, data: bytes, /) -> object:
        """Write some bytes."""


class Discard:
    """A stream that keeps nothing, for when only the dump's hash is asked for."""

    def write(self, data: bytes, /) -> int:
        """Count the bytes and forget them."""
        return len(data)


def write_dump(connection: sa.Connection, stream: ByteSink) -> str:
    """Write every current row as one line; return the SHA-256 of all that was written.

    Tables stand in the order of their names and rows in the order of their keys. Versions, events
    and people are left out: two stores with equal content give equal bytes, whatever their past.
    """
    digest = hashlib.sha256()

    def write(table: str, row: dict[str, object]) -> None:
        line = canonical_json({"row": row, "table": table}).encode() + b"\n"
        digest.update(line)
        stream.write(line)

    for name in sorted((*FACTS, FILES.name)):
        if name == FILES.name:
            for sha256, n_bytes in connection.execute(
                sa.select(FILES.c.sha256, FILES.c.n_bytes).order_by(FILES.c.sha256)
            ):
                write(name, {"n_bytes": n_bytes, "sha256": sha256})
            continue
        fact = FACTS[name]
        query = sa.select(*fact.noun_columns).where(fact.is_current()).order_by(*fact.key_columns)
        for row in connection.execute(query):
            write(name, dict(zip(fact.names, row, strict=True)))
    return digest.hexdigest()
