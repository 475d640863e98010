"""Backup and restore of a whole store, people included."""

from __future__ import annotations

import gzip
import os
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from whatworks.errors import NotFound, UserError
from whatworks.store.check import CheckReport
from whatworks.store.database import connect_to
from whatworks.store.opening import opening_problem
from whatworks.store.sqlite_copy import copy_sqlite, is_sqlite_file
from whatworks.store.store import Store

__all__ = ["BackupReport", "backup", "restore"]

_GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What a backup holds.

    Attributes
    ----------
    path
        The file.
    n_bytes
        Its size.
    check
        Check of what was written, read back from the file.
    """

    path: Path
    n_bytes: int
    check: CheckReport


def backup(store: Store, path: str | Path) -> BackupReport:
    """Write a whole store to a new file, and check what was written.

    A SQLite store gives a SQLite file; one on PostgreSQL gives its log, as gzipped JSON lines.
    Both hold names and addresses: keep them where the store itself could be kept.

    Raises
    ------
    UserError
        The file exists, or cannot be written. Nothing was left behind.
    """
    target = Path(path)
    source = store.database.path
    if source is not None:
        copy_sqlite(source, target)
        with Store.open(target) as copy:
            check = copy.check()
    else:
        _write_log_file(store, target)
        check = store.check()
    return BackupReport(target, target.stat().st_size, check)


def restore(path: str | Path, location: str | Path) -> CheckReport:
    """Make a store at a new place from a backup, of either kind, on either database.

    Parameters
    ----------
    path : str or Path
        File that `backup` wrote, or a SQLite store.
    location : str or Path
        Where the store is to stand: a SQLite file that is not there yet, or the URL of an empty
        PostgreSQL database.

    Returns
    -------
    CheckReport
        Check of the store that was made.

    Raises
    ------
    NotFound
        There is no such backup.
    UserError
        The file is no backup, or a store stands at the place already.
    """
    source = Path(path)
    if not source.is_file():
        raise NotFound(f"There is no file {source}. Give the name of a backup.")
    target = connect_to(location)
    if is_sqlite_file(source):
        if target.path is not None:
            copy_sqlite(source, target.path)
            problem = opening_problem(target)
            target.close()
            if problem is not None:
                raise problem
        else:
            _move(source, location)
    elif _is_gzip(source):
        _restore_log(source, location)
    else:
        raise UserError(
            f"{source} is not a backup: it is neither a SQLite file nor a gzipped log. "
            "Give a file that whatworks store backup wrote."
        )
    with Store.open(location) as store:
        return store.check()


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC


def _write_log_file(store: Store, target: Path) -> None:
    """Write a store's log to a new gzipped file, which gets its name when it is whole."""
    if target.exists():
        raise UserError(f"{target} exists already and is not overwritten. Give another name.")
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(target.name + ".unfinished")
    try:
        with unfinished.open("wb") as raw:
            # No file name and time inside: equal stores give equal backups.
            with gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as stream:
                store.export_log(stream, people=True)
            raw.flush()
            os.fsync(raw.fileno())
        unfinished.rename(target)
    except OSError as error:
        raise UserError(
            f"{target} could not be written: {error}. Check the disk's free space. "
            "No backup was made."
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)


def _restore_log(source: Path, location: str | Path) -> None:
    """Fill a new or still empty store from a gzipped log."""
    try:
        with gzip.open(source, "rb") as stream, Store.open(location, create=True) as store:
            store.import_log(stream)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UserError(
            f"{source} is damaged or cut short ({error}). Use another backup. Nothing was saved."
        ) from None


def _move(source: Path, location: str | Path) -> None:
    """Fill a new or still empty store on PostgreSQL from a SQLite store."""
    with (
        tempfile.TemporaryFile() as spool,
        Store.open(source) as old,
        Store.open(location, create=True) as new,
    ):
        old.export_log(spool, people=True)
        spool.seek(0)
        new.import_log(spool)
