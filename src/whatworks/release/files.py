"""The files of a release, in a folder or in one zip, behind one view."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from whatworks.errors import NotFound, UserError

__all__ = ["ReleaseFiles", "open_release_files"]


@dataclass(frozen=True, slots=True)
class ReleaseFiles:
    """Names of a release's files ("/" between folders), and a way to read each."""

    location: str
    names: Sequence[str]
    read: Callable[[str], bytes]


def _folder(path: Path) -> ReleaseFiles:
    """Return the view of a folder."""
    names = sorted(
        found.relative_to(path).as_posix() for found in path.rglob("*") if found.is_file()
    )
    return ReleaseFiles(str(path), names, lambda name: (path / name).read_bytes())


def _zip(path: Path) -> ReleaseFiles:
    """Return the view of a zip; it is read whole, so nothing stays open."""
    with zipfile.ZipFile(path) as archive:
        content = {
            info.filename: archive.read(info) for info in archive.infolist() if not info.is_dir()
        }
    return ReleaseFiles(str(path), sorted(content), content.__getitem__)


def open_release_files(path: Path) -> ReleaseFiles:
    """Open a release.

    Raises
    ------
    NotFound
        There is nothing at the path.
    UserError
        What is there is not a release.
    """
    if not path.exists():
        raise NotFound(f"There is no release at {path}. Give the folder or zip of a release.")
    try:
        files = _folder(path) if path.is_dir() else _zip(path)
    except zipfile.BadZipFile:
        raise UserError(f"{path} is not a zip file. Give the folder or zip of a release.") from None
    if "datapackage.json" not in files.names:
        raise UserError(
            f"{path} is not a release: it has no datapackage.json. Give the folder that "
            "`whatworks release build` wrote."
        )
    return files
