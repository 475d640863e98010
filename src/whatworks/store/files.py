"""Imported files, kept whole and named by their content."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator

import sqlalchemy as sa

from whatworks.errors import NotFound, UserError
from whatworks.store.tables import FILE_CHUNKS, FILES

__all__ = ["CHUNK_BYTES", "compressed_chunks", "file_bytes", "has_file", "insert_file"]

# Small enough to stream and to fit every database's limits, large enough to compress well.
CHUNK_BYTES = 1_000_000


def compressed_chunks(data: bytes) -> Iterator[bytes]:
    """Return the data in compressed pieces of at most `CHUNK_BYTES` each before compression."""
    for start in range(0, len(data), CHUNK_BYTES):
        yield zlib.compress(data[start : start + CHUNK_BYTES], 6)


def has_file(connection: sa.Connection, sha256: str) -> bool:
    """Return whether a file of this content is kept."""
    query = sa.select(FILES.c.sha256).where(FILES.c.sha256 == sha256)
    return connection.execute(query).first() is not None


def insert_file(connection: sa.Connection, data: bytes, *, event_id: str) -> str:
    """Keep a file that is not kept yet; return its SHA-256."""
    sha256 = hashlib.sha256(data).hexdigest()
    connection.execute(
        sa.insert(FILES), {"sha256": sha256, "n_bytes": len(data), "event_id": event_id}
    )
    for position, chunk in enumerate(compressed_chunks(data)):
        connection.execute(
            sa.insert(FILE_CHUNKS), {"sha256": sha256, "position": position, "data": chunk}
        )
    return sha256


def file_bytes(connection: sa.Connection, sha256: str) -> bytes:
    """Return a file's bytes.

    Raises
    ------
    NotFound
        No file of this content is kept.
    UserError
        What is kept is not what was imported.
    """
    if not has_file(connection, sha256):
        raise NotFound(
            f"The store keeps no file with the SHA-256 {sha256}. Give the raw_file_id of a row of "
            "raw_files; a store opened from a release has the rows but not the files."
        )
    chunks = connection.scalars(
        sa.select(FILE_CHUNKS.c.data)
        .where(FILE_CHUNKS.c.sha256 == sha256)
        .order_by(FILE_CHUNKS.c.position)
    )
    try:
        data = b"".join(zlib.decompress(chunk) for chunk in chunks)
    except zlib.error:
        data = None
    if data is None or hashlib.sha256(data).hexdigest() != sha256:
        raise UserError(
            f"The file {sha256} is not what was imported: its content has been changed in the "
            "store. Restore a backup, or import the file again into a new store."
        )
    return data
