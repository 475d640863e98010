"""Write a release: an immutable folder that can be cited, checked and rebuilt."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from whatworks.errors import UserError
from whatworks.release.changes import Changes, changes_text
from whatworks.release.crate import ro_crate
from whatworks.release.descriptor import descriptor
from whatworks.release.evidence import Evidence
from whatworks.release.manifest import MANIFEST, manifest_text
from whatworks.release.read import ReleaseLabel
from whatworks.release.schema import TABLES
from whatworks.release.table_files import csv_bytes, parquet_bytes

__all__ = ["release_files", "write_folder", "write_zip"]

# Zip entries carry this time, so that the same content gives the same bytes.
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def release_files(
    evidence: Evidence,
    label: ReleaseLabel,
    *,
    changes: Changes | None = None,
    previous_version: str | None = None,
    site: Callable[[Evidence, ReleaseLabel], Mapping[str, bytes]] | None = None,
) -> dict[str, bytes]:
    """Return the files of a release by name, manifest included.

    Parameters
    ----------
    changes, previous_version
        What changed since the release before; None for a first release.
    site
        Gives the files of the static site, which go under ``site/``.
    """
    csv_files = {
        table.name: csv_bytes(table, evidence.table(table.name)) for table in TABLES.values()
    }
    files = {f"tables/{name}.csv": data for name, data in csv_files.items()}
    for table in TABLES.values():
        files[f"tables/{table.name}.parquet"] = parquet_bytes(table, evidence.table(table.name))
    files["datapackage.json"] = _json(descriptor(evidence, label, csv_files))
    files["CITATION.cff"] = _citation(label).encode()
    files["CHANGES.md"] = changes_text(
        changes, version=label.version, previous=previous_version
    ).encode()
    files["README.md"] = _readme(evidence, label).encode()
    files["ro-crate-metadata.json"] = _json(ro_crate(evidence, label, sorted(files)))
    if site is not None:
        files.update({f"site/{name}": data for name, data in site(evidence, label).items()})
    files[MANIFEST] = manifest_text(files).encode()
    return files


def _json(value: object) -> bytes:
    """Return readable JSON."""
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()


def _citation(label: ReleaseLabel) -> str:
    """Return CITATION.cff; quoted as JSON, which YAML reads."""
    year = date.fromisoformat(label.released_on)
    return (
        "cff-version: 1.2.0\n"
        'message: "If you use this release, please cite it."\n'
        "type: dataset\n"
        f"title: {json.dumps(label.title, ensure_ascii=False)}\n"
        f"version: {label.version}\n"
        f"date-released: {year.isoformat()}\n"
        "authors:\n"
        '  - name: "whatworks contributors"\n'
    )


def _readme(evidence: Evidence, label: ReleaseLabel) -> str:
    """Return how to use and check the release."""
    tables = "\n".join(
        f"| {table.name} | {len(evidence.table(table.name)):,} | {table.description} |"
        for table in TABLES.values()
    )
    return (
        f"# {label.title}, version {label.version}\n\n"
        f"Released on {label.released_on}, made by whatworks {label.code_version}.\n\n"
        "Check every number from these files alone:\n\n"
        "```\npip install whatworks\nwhatworks release verify .\n```\n\n"
        "See where a number comes from:\n\n"
        "```\nwhatworks why NUMBER --release .\n```\n\n"
        "| table | rows | a row is |\n|---|---|---|\n"
        f"{tables}\n\n"
        "Every evidence set keeps its own licence: see tables/reviews.csv.\n"
    )


def write_folder(files: Mapping[str, bytes], folder: Path) -> None:
    """Write a release's files into a new folder, all or nothing.

    Raises
    ------
    UserError
        The folder exists and is not empty: a release is never overwritten.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UserError(
            f"{folder} exists already. A release is never overwritten: give a new folder, or delete "
            "the old one yourself."
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = folder.with_name(f".{folder.name}.partial")
    _remove(partial)
    try:
        for name, data in files.items():
            path = partial / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        if folder.exists():
            folder.rmdir()
        partial.rename(folder)
    finally:
        _remove(partial)


def _remove(folder: Path) -> None:
    """Remove what an interrupted earlier run left."""
    import shutil

    if folder.exists():
        shutil.rmtree(folder)


def write_zip(files: Mapping[str, bytes], path: Path) -> None:
    """Write a release's files into one zip; the same content gives the same bytes.

    Raises
    ------
    UserError
        The file exists: a release is never overwritten.
    """
    import zipfile

    if path.exists():
        raise UserError(
            f"{path} exists already. A release is never overwritten: give a new name, or delete the "
            "old one yourself."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for name, data in sorted(files.items()):
                archive.writestr(zipfile.ZipInfo(name, ZIP_EPOCH), data, zipfile.ZIP_DEFLATED, 9)
        partial.rename(path)
    finally:
        partial.unlink(missing_ok=True)
