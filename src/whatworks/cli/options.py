"""Options that several commands share, and what they open."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from whatworks.errors import UserError

if TYPE_CHECKING:
    from whatworks.release import Evidence
    from whatworks.release.files import ReleaseFiles
    from whatworks.store import Actor, Store

__all__ = [
    "actor_option",
    "as_actor",
    "evidence_options",
    "open_evidence",
    "open_source",
    "open_store",
    "store_option",
]

F = TypeVar("F", bound=Callable[..., Any])

DEFAULT_STORE = "whatworks.db"
PSEUDONYM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def store_option(function: F) -> F:
    """Add --store: the store a command works on."""
    return click.option(
        "--store",
        "store_at",
        envvar="WHATWORKS_STORE",
        default=DEFAULT_STORE,
        show_default=True,
        show_envvar=True,
        metavar="PATH|URL",
        help="SQLite file, or postgresql+psycopg://... URL.",
    )(function)


def actor_option(function: F) -> F:
    """Add --as: who acts."""
    return click.option(
        "--as",
        "acting_as",
        envvar="WHATWORKS_ACTOR",
        default=None,
        metavar="PSEUDONYM",
        help="Pseudonym recorded as the actor [default: local].",
    )(function)


def evidence_options(function: F) -> F:
    """Add --store and --release: where a reading command reads."""
    function = click.option(
        "--release",
        "release_at",
        type=click.Path(path_type=Path),
        metavar="FOLDER",
        help="Read a release (folder or zip) instead of a store.",
    )(function)
    return click.option(
        "--store",
        "store_at",
        envvar="WHATWORKS_STORE",
        default=None,
        show_envvar=True,
        metavar="PATH|URL",
        help=f"Store to read [default: {DEFAULT_STORE} here, else the demo evidence base].",
    )(function)


def open_store(store_at: str) -> Store:
    """Open the store a command works on."""
    from whatworks.store import Store

    return Store.open(store_at)


def as_actor(acting_as: str | None) -> Actor:
    """Return who acts; the login name is never stored."""
    from whatworks.store import Actor

    if acting_as and not PSEUDONYM.fullmatch(acting_as):
        raise UserError(
            f'"{acting_as}" is not a pseudonym. Use letters, digits, "-", "_" and ".", without '
            "blanks; a name or address could never be erased from the log."
        )
    return Actor(pseudonym=acting_as or "local", role="lead")


def open_source(store_at: str | None, release_at: Path | None) -> Store | ReleaseFiles:
    """Return what a reading command reads, and say on stderr when it is the demo.

    A release that is named goes before a store; without either, the store here, else the demo.
    """
    if release_at is not None:
        from whatworks.release.files import open_release_files

        return open_release_files(release_at)
    if store_at is None and Path(DEFAULT_STORE).exists():
        store_at = DEFAULT_STORE
    if store_at is not None:
        return open_store(store_at)
    from whatworks.demo import demo_release

    click.echo("Showing the demo evidence base (no store was named).", err=True)
    return demo_release()


def open_evidence(store_at: str | None, release_at: Path | None) -> Evidence:
    """Return the evidence a reading command is about."""
    from whatworks.release import read_release
    from whatworks.release.files import ReleaseFiles

    source = open_source(store_at, release_at)
    return read_release(source) if isinstance(source, ReleaseFiles) else source.evidence()
