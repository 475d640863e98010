"""`whatworks import`: references and spreadsheets into the store."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from whatworks.cli.options import actor_option, as_actor, open_store, store_option
from whatworks.errors import NotFound, UserError

if TYPE_CHECKING:
    from whatworks.references import ImportReport

__all__ = ["imports"]


@click.group("import")
def imports() -> None:
    """Import references, decisions and effects."""


def read_input(path: str) -> tuple[bytes, str]:
    """Return the bytes of a file, or of stdin for "-", and the name to use in messages.

    Raises
    ------
    UserError
        The file cannot be read.
    """
    if path == "-":
        return sys.stdin.buffer.read(), "stdin"
    file = Path(path)
    try:
        return file.read_bytes(), file.name
    except FileNotFoundError:
        raise NotFound(f"There is no file {path}. Check the name, then do it again.") from None
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}. Nothing was saved.") from None


def require_one_stdin(paths: Iterable[str | None]) -> None:
    """Refuse to read two files from stdin."""
    if list(paths).count("-") > 1:
        raise UserError("Only one file can be read from stdin (-). Give the others by name.")


@imports.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--review", "review_id", required=True, help="Review the records belong to.")
@click.option("--search", "search_id", help="Search whose result the files are.")
@store_option
@actor_option
@click.option("--json", "as_json", is_flag=True, help="Print the import report as JSON.")
def references(
    files: tuple[str, ...],
    review_id: str,
    search_id: str | None,
    store_at: str,
    acting_as: str | None,
    as_json: bool,
) -> None:
    """Import files of references; the format is recognised from the content.

    If one of several files cannot be read, none is imported.

    \b
    Example: whatworks import references search.ris --review dyslexia
    """
    from whatworks.actions.import_references import import_references

    store = open_store(store_at)
    require_one_stdin(files)
    named = [(name, data) for data, name in map(read_input, files)]
    reports = import_references(
        store, by=as_actor(acting_as), review_id=review_id, files=named, search_id=search_id
    )
    if as_json:
        shown = [dataclasses.asdict(report) for report in reports]
        click.echo(json.dumps(shown, indent=1, ensure_ascii=False))
        return
    for report in reports:
        print_import(report)


def print_import(report: ImportReport) -> None:
    """Print the account of one imported file, each kind of issue once."""
    click.echo(f"{report.file}: {report.n_records:,} records from {report.n_start_tags:,} starts.")
    for line in report.kinds():
        click.echo(f"  {line}")
    if report.issues:
        click.echo(f"Every line: whatworks references check {report.file} --json")


@imports.command()
@click.argument("file", metavar="FILE")
@click.option("--review", "review_id", required=True, help="Review the rows belong to.")
@click.option(
    "--mapping",
    "mapping_path",
    required=True,
    metavar="MAPPING",
    help="TOML file that says which column is what (docs/how-to/map-a-spreadsheet.md).",
)
@click.option(
    "--joined", "joined_path", metavar="FILE", help="Second table, if the mapping joins one."
)
@store_option
@actor_option
@click.option("--json", "as_json", is_flag=True, help="Print the counts and warnings as JSON.")
def spreadsheet(
    file: str,
    review_id: str,
    mapping_path: str,
    joined_path: str | None,
    store_at: str,
    acting_as: str | None,
    as_json: bool,
) -> None:
    """Import a CSV of effects, decisions, studies, accuracy or flow counts by a mapping file.

    \b
    Example: whatworks import spreadsheet effects.csv --review reading --mapping effects.toml
    """
    from whatworks.actions.import_spreadsheet import import_spreadsheet
    from whatworks.extraction import JoinedFile

    store = open_store(store_at)
    require_one_stdin([file, mapping_path, joined_path])
    data, name = read_input(file)
    mapping, mapping_name = read_input(mapping_path)
    joined = None
    if joined_path is not None:
        second, second_name = read_input(joined_path)
        joined = JoinedFile(name=second_name, data=second)
    result = import_spreadsheet(
        store,
        by=as_actor(acting_as),
        review_id=review_id,
        data=data,
        file=name,
        mapping=mapping,
        mapping_file=mapping_name,
        joined=joined,
    )
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(result), indent=1, ensure_ascii=False))
        return
    counts = ", ".join(f"{count:,} {table}" for table, count in result.n_rows.items())
    click.echo(f"{name}: {counts}.")
    for warning in result.warnings:
        click.echo(f"  {warning}")
