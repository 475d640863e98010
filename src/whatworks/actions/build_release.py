"""Build a release from the store: join the data package and the static site."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from whatworks import __version__
from whatworks.errors import UserError
from whatworks.release.build import release_files, write_folder, write_zip
from whatworks.release.changes import changes_between
from whatworks.release.evidence import Evidence
from whatworks.release.files import open_release_files
from whatworks.release.plan import planned_analyses
from whatworks.release.read import ReleaseLabel, read_label, read_release
from whatworks.store import Store
from whatworks.synthesis import DEFAULT_MONTHS_TABLE

__all__ = ["build_release", "require_current_analyses"]

VERSION = re.compile(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}", re.ASCII)
# What the Data Package standard allows in a name.
NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")


def build_release(
    store: Store,
    *,
    target: Path,
    name: str,
    title: str,
    version: str,
    released_on: date,
    previous: Path | None = None,
    with_site: bool = True,
) -> dict[str, bytes]:
    """Write a release of the store as it is now.

    Parameters
    ----------
    target : Path
        New folder, or a file ending in .zip.
    previous : Path, optional
        The release before, to tell what changed.

    Returns
    -------
    dict
        The files written, by name.

    Raises
    ------
    UserError
        The version, name or title is not one, the target exists, or analyses are not up to date
        with the evidence.
    """
    label = ReleaseLabel(name, title, version, released_on.isoformat(), __version__)
    _require_sound(label)
    evidence = store.evidence()
    require_current_analyses(evidence)
    changes, previous_version = None, None
    if previous is not None:
        before = open_release_files(previous)
        previous_version = read_label(before).version
        changes = changes_between(read_release(before), evidence)
    files = release_files(
        evidence,
        label,
        changes=changes,
        previous_version=previous_version,
        site=_site if with_site else None,
    )
    if target.suffix == ".zip":
        write_zip(files, target)
    else:
        write_folder(files, target)
    return files


def _require_sound(label: ReleaseLabel) -> None:
    """Refuse a label that could not be cited, or that Data Package readers refuse."""
    if not VERSION.fullmatch(label.version):
        raise UserError(
            f'"{label.version}" is not a version. Write three numbers, such as 1.0.0. '
            "Nothing was written."
        )
    if not NAME.fullmatch(label.name):
        raise UserError(
            f'A release cannot be called "{label.name}". Use lower-case letters, digits, ".", "_" '
            'and "-". Nothing was written.'
        )
    if not label.title.strip():
        raise UserError("The title of the release is empty. Write one. Nothing was written.")


def _site(evidence: Evidence, label: ReleaseLabel) -> Mapping[str, bytes]:
    """Return the static site's files."""
    from whatworks.site import site_files

    return site_files(evidence, label)


def require_current_analyses(evidence: Evidence) -> None:
    """Refuse evidence whose analyses do not follow from its present rows.

    Raises
    ------
    UserError
        Naming the analyses that are stale or missing.
    """
    wanted = {
        analysis.analysis_id: analysis
        for analysis, _ in planned_analyses(
            evidence, code_version=__version__, months_table=DEFAULT_MONTHS_TABLE
        )
    }
    missing = [
        f"{analysis.subject} ({analysis.role})"
        for identity, analysis in wanted.items()
        if identity not in evidence.analysis_by_id
    ]
    if missing:
        shown = ", ".join(missing[:5]) + (
            f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        )
        raise UserError(
            f"{len(missing)} analyses are not up to date with the evidence: {shown}. "
            "Run `whatworks analyse`, then build the release again."
        )
