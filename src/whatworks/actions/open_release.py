"""Open a release as a new store."""

from __future__ import annotations

from whatworks.release.evidence import Evidence
from whatworks.release.files import ReleaseFiles
from whatworks.release.read import ReleaseLabel, read_label, read_release
from whatworks.release.schema import TABLES
from whatworks.store import Actor, Store

__all__ = ["open_as_new_store", "open_release"]


def open_release(store: Store, *, by: Actor, files: ReleaseFiles) -> str:
    """Store every row of a release in one transaction; return the release's version.

    Raises
    ------
    FileError
        A table is missing or has a cell that cannot be read; nothing is stored.
    """
    return _save(store, by, read_label(files), read_release(files))


def open_as_new_store(location: str, *, by: Actor, files: ReleaseFiles) -> str:
    """Create a store that holds a release; return the release's version.

    The release is read first: one that cannot be read leaves no empty store behind.

    Raises
    ------
    FileError
        A table is missing or has a cell that cannot be read; no store is created.
    UserError
        There is a store already.
    """
    label, evidence = read_label(files), read_release(files)
    with Store.create(location) as store:
        return _save(store, by, label, evidence)


def _save(store: Store, by: Actor, label: ReleaseLabel, evidence: Evidence) -> str:
    """Store every row in one transaction."""
    with store.write(
        actor=by,
        action="open_release",
        object_type="release",
        object_id=f"{label.name} {label.version}",
        reason=f"opened from {label.title}, released on {label.released_on}",
    ) as tx:
        for name in TABLES:
            tx.append(name, evidence.table(name))
    return label.version
