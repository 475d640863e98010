"""`whatworks release`: build, verify and compare releases."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from whatworks.cli.options import open_store, store_option

__all__ = ["release"]

EXIT_PROBLEMS = 2


@click.group()
def release() -> None:
    """Releases: build, verify, compare."""


@release.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--version", "version", required=True, metavar="X.Y.Z", help="Version of the release."
)
@click.option("--name", default="whatworks", show_default=True, help="Short name of the base.")
@click.option("--title", default="What works in inclusive education", show_default=True)
@click.option(
    "--date",
    "released_on",
    type=click.DateTime(["%Y-%m-%d"]),
    default=None,
    help="Date of release [default: today, UTC].",
)
@click.option("--previous", type=click.Path(path_type=Path), help="Release to compare with.")
@click.option("--no-site", is_flag=True, help="Leave the static site out.")
@store_option
def build(
    folder: Path,
    version: str,
    name: str,
    title: str,
    released_on: datetime | None,
    previous: Path | None,
    no_site: bool,
    store_at: str,
) -> None:
    """Write a release of the store into a new FOLDER (or a file ending in .zip).

    \b
    Example: whatworks release build release-1.0.0 --version 1.0.0
    """
    from whatworks.actions.build_release import build_release

    day = (released_on or datetime.now(UTC)).date()
    files = build_release(
        open_store(store_at),
        target=folder,
        name=name,
        title=title,
        version=version,
        released_on=day,
        previous=previous,
        with_site=not no_site,
    )
    size = sum(len(data) for data in files.values())
    click.echo(
        f"{folder}: {len(files):,} files, {size / 1e6:.1f} MB. Check it: whatworks release verify {folder}"
    )


@release.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def verify(folder: Path, as_json: bool) -> None:
    """Check every file, cell, effect and number of a release, from the release alone.

    Exit code 0 when all holds, 2 when anything does not.

    \b
    Example: whatworks release verify release-1.0.0
    """
    from whatworks.release.files import open_release_files
    from whatworks.release.verify import verify_release
    from whatworks.site import site_files

    report = verify_release(
        open_release_files(folder),
        site=site_files,
        progress=lambda stage: click.echo(f"checking {stage}", err=True),
    )
    if as_json:
        click.echo(
            json.dumps(
                {
                    "ok": report.ok,
                    "files": report.n_files,
                    "cells": report.n_cells,
                    "effects": report.n_effects,
                    "numbers": report.n_numbers,
                    "pages": report.n_pages,
                    "problems": report.problems,
                },
                indent=1,
                ensure_ascii=False,
            )
        )
    else:
        for problem in report.problems:
            click.echo(problem)
        verdict = "Everything holds" if report.ok else f"{len(report.problems):,} problems"
        click.echo(
            f"{verdict}: {report.n_files:,} files hashed, {report.n_cells:,} cells compared, "
            f"{report.n_effects:,} effects and {report.n_numbers:,} numbers recomputed, "
            f"{report.n_pages:,} pages made again."
        )
    if not report.ok:
        sys.exit(EXIT_PROBLEMS)


@release.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
def changes(old: Path, new: Path) -> None:
    """Print what changed from one release to another.

    \b
    Example: whatworks release changes release-1.0.0 release-1.1.0
    """
    from whatworks.release.changes import changes_between, changes_text
    from whatworks.release.files import open_release_files
    from whatworks.release.read import read_label, read_release

    before, after = open_release_files(old), open_release_files(new)
    found = changes_between(read_release(before), read_release(after))
    click.echo(
        changes_text(found, version=read_label(after).version, previous=read_label(before).version)
    )


@release.command("open")
@click.argument("folder", type=click.Path(path_type=Path))
@store_option
def open_(folder: Path, store_at: str) -> None:
    """Open a release as a new store, to go on working from it.

    \b
    Example: whatworks release open release-1.0.0 --store continued.db
    """
    from whatworks.actions.open_release import open_as_new_store
    from whatworks.cli.options import as_actor
    from whatworks.release.files import open_release_files

    version = open_as_new_store(store_at, by=as_actor(None), files=open_release_files(folder))
    click.echo(f"{store_at} holds version {version}.")
