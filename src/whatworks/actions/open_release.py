"""Open a release as a new store."""

from __future__ import annotations

from whatworks.release.files import ReleaseFiles
from whatworks.release.read import read_label, read_release
from whatworks.release.schema import TABLES
from whatworks.store import Actor, Store

__all__ = ["open_release"]


def open_release(store: Store, *, by: Actor, files: ReleaseFiles) -> str:
    """Store every row of a release in one transaction; return the release's version.

    Raises
    ------
    FileError
        A table is missing or has a cell that cannot be read; nothing is stored.
    """
    label = read_label(files)
    evidence = read_release(files)
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
