"""A SQLite store copied whole while it is in use."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from whatworks.errors import UserError

__all__ = ["copy_sqlite", "is_sqlite_file"]

_MAGIC = b"SQLite format 3\x00"


def is_sqlite_file(path: Path) -> bool:
    """Return whether a file begins as a SQLite database does."""
    with path.open("rb") as stream:
        return stream.read(len(_MAGIC)) == _MAGIC


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a SQLite database to a new file, as it was at one moment; readers and writers go on.

    The copy stands under its name only when it is whole and on disk.

    Raises
    ------
    UserError
        The target exists, there is no room for it, or the source is damaged.
    """
    if target.exists():
        raise UserError(f"{target} exists already and is not overwritten. Give another name.")
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(target.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(unfinished)) as new:
            old.backup(new)
            # One file, without a write-ahead log beside it.
            new.execute("PRAGMA journal_mode = DELETE")
            (verdict,) = new.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok":
            raise UserError(f"{source}: the file is damaged ({verdict}). No copy was made.")
        with unfinished.open("rb+") as stream:
            os.fsync(stream.fileno())
        unfinished.rename(target)
    except sqlite3.Error as error:
        raise UserError(
            f"{source} could not be copied to {target}: {error}. "
            "Check the disk's free space and the rights of the folder. No copy was made."
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)
