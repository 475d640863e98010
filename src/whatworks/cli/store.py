"""`whatworks store`: create, check, rebuild, back up and move the store."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from whatworks.cli.options import open_store, store_option
from whatworks.errors import UserError

__all__ = ["store"]

EXIT_PROBLEMS = 2


@click.group()
def store() -> None:
    """The store: create, check, rebuild, back up."""


@store.command()
@store_option
def create(store_at: str) -> None:
    """Create an empty store.

    \b
    Example: whatworks store create --store whatworks.db
    """
    from whatworks.store import Store

    Store.create(store_at).close()
    click.echo(f"{store_at} is ready.")


@store.command()
@click.option("--known-hash", help="Hash of the newest event, written down earlier.")
@store_option
def check(known_hash: str | None, store_at: str) -> None:
    """Walk the event log's hash chain and compare every table with it.

    Exit code 0 when all holds, 2 when anything does not.

    \b
    Example: whatworks store check
    """
    report = open_store(store_at).check(known_hash=known_hash)
    click.echo(report.summary())
    if not report.is_sound:
        sys.exit(EXIT_PROBLEMS)


@store.command()
@store_option
def rebuild(store_at: str) -> None:
    """Make the tables anew from the event log, and prove that nothing changed.

    \b
    Example: whatworks store rebuild
    """
    click.echo(open_store(store_at).rebuild().summary())


@store.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@store_option
def dump(file: Path | None, store_at: str) -> None:
    """Write the current tables as canonical JSON lines, to a new FILE or stdout.

    \b
    Example: whatworks store dump current.jsonl
    """
    opened = open_store(store_at)
    if file is None:
        opened.dump(sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return
    try:
        # A slip of the hand must not overwrite a file, least of all the store itself.
        with file.open("xb") as stream:
            opened.dump(stream)
    except FileExistsError:
        raise UserError(
            f"{file} exists already and is not overwritten. Give another name."
        ) from None
    except BaseException:
        file.unlink(missing_ok=True)
        raise


@store.command()
@click.argument("file", type=click.Path(path_type=Path))
@store_option
def backup(file: Path, store_at: str) -> None:
    """Copy the store into FILE while it is in use, and check the copy.

    \b
    Example: whatworks store backup backup.db
    """
    from whatworks.store import backup as back_up

    report = back_up(open_store(store_at), file)
    click.echo(f"{report.path}: {report.n_bytes:,} bytes. {report.check.summary()}")


@store.command()
@click.argument("file", type=click.Path(path_type=Path))
@store_option
def restore(file: Path, store_at: str) -> None:
    """Make a new store from a backup FILE; an existing store is never overwritten.

    \b
    Example: whatworks store restore backup.db --store restored.db
    """
    from whatworks.store import restore as restore_backup

    report = restore_backup(file, store_at)
    click.echo(f"{store_at} is restored from {file}. {report.summary()}")


@store.command()
@store_option
def upgrade(store_at: str) -> None:
    """Bring a store of an older version up to date, after a backup.

    \b
    Example: whatworks store upgrade
    """
    from whatworks.store import upgrade as upgrade_store

    click.echo(upgrade_store(store_at).summary())


@store.command("export-log")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--people", is_flag=True, help="Take the names and addresses of people along.")
@store_option
def export_log(file: Path, people: bool, store_at: str) -> None:
    """Write the whole event log and all files as JSON lines, to move a store to another database.

    \b
    Example: whatworks store export-log log.jsonl
    """
    from whatworks.errors import UserError

    opened = open_store(store_at)
    if file.exists():
        raise UserError(f"{file} exists already. Give a new file.")
    with file.open("wb") as stream:
        summary = opened.export_log(stream, people=people)
    click.echo(f"{file}: {summary.n_events:,} events.")


@store.command("import-log")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@store_option
def import_log(file: Path, store_at: str) -> None:
    """Make a new store from an exported log, on SQLite or PostgreSQL.

    \b
    Example: whatworks store import-log log.jsonl --store moved.db
    """
    from whatworks.store import Store

    with file.open("rb") as stream, Store.create(store_at) as made:
        summary = made.import_log(stream)
    click.echo(f"{store_at}: {summary.n_events:,} events.")
