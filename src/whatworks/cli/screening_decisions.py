"""`whatworks screening decisions`: to files and from files."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from whatworks.cli.imports import read_input
from whatworks.cli.options import actor_option, as_actor, open_store, store_option
from whatworks.cli.text import counted
from whatworks.cli.whole_file import refuse_existing, write_whole
from whatworks.errors import UserError

if TYPE_CHECKING:
    from whatworks.actions.import_decisions import DecisionImportReport

__all__ = ["decisions"]

MAX_SHOWN = 50


@click.group()
def decisions() -> None:
    """Screening decisions: export them, import those made elsewhere."""


_review_option = click.option("--review", "review_id", required=True, help="Review they belong to.")
_stage_option = click.option(
    "--stage", required=True, metavar="STAGE", help="title_abstract or full_text."
)


@decisions.command()
@click.argument("out", metavar="OUT")
@_review_option
@_stage_option
@click.option(
    "--format",
    "format_name",
    required=True,
    metavar="FORMAT",
    help="csv, xlsx, ris, eppi-json or asreview.",
)
@click.option("--force", is_flag=True, help="Replace OUT if it is there.")
@store_option
@actor_option
def export(
    out: str,
    review_id: str,
    stage: str,
    format_name: str,
    force: bool,
    store_at: str,
    acting_as: str | None,
) -> None:
    """Write the records of a stage with what was decided on them; "-" is stdout.

    What people decided is in the file only where all who must decide on a record have done so; before that,
    only what the person named with --as decided.

    \b
    Example: whatworks screening decisions export decisions.xlsx --review reading --stage title_abstract --format xlsx
    """
    from whatworks.actions.export_decisions import export_decisions
    from whatworks.actions.screening_board import Board

    if out != "-":
        refuse_existing(out, force=force)
    as_actor(acting_as)
    board = Board(open_store(store_at), review_id)
    content = export_decisions(board, stage, format_name, person=acting_as)
    if out == "-":
        sys.stdout.buffer.write(content)
        return
    write_whole(Path(out), content)
    n = board.stage(stage).progress()
    click.echo(
        f"{out}: {counted(n.n_records, 'record')}, {n.n_settled:,} settled ({n.n_included:,} included, "
        f"{n.n_excluded:,} excluded), {counted(n.n_conflicts, 'conflict')}.",
        err=True,
    )


@decisions.command("import")
@click.argument("file", metavar="FILE")
@_review_option
@_stage_option
@click.option(
    "--reviewer",
    metavar="PSEUDONYM",
    help="Who made the decisions for which the file names nobody.",
)
@click.option(
    "--person",
    "people",
    multiple=True,
    metavar="NAME=PSEUDONYM",
    help="Whom a name in the file stands for; without it, whoever is stored under the name, or somebody new.",
)
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="FIELD=COLUMN",
    help='Which column holds what, such as decision="Anna says"; for JSON, which code set.',
)
@click.option(
    "--all",
    "all_are",
    metavar="VALUE",
    help="The file lists records of one decision: include, exclude or unsure.",
)
@click.option("--final", "are_final", is_flag=True, help="They are outcomes that were agreed on.")
@click.option(
    "--skip-unknown",
    is_flag=True,
    help="Leave out rows that cannot be taken over, and store the others.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be stored, and store nothing.")
@store_option
@actor_option
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def import_(
    file: str,
    review_id: str,
    stage: str,
    reviewer: str | None,
    people: tuple[str, ...],
    columns: tuple[str, ...],
    all_are: str | None,
    are_final: bool,
    skip_unknown: bool,
    dry_run: bool,
    store_at: str,
    acting_as: str | None,
    as_json: bool,
) -> None:
    """Import decisions from CSV, Excel, RIS with notes, EPPI-Reviewer's JSON or an ASReview project.

    Records are found by their name here, DOI, PubMed number, or title and year. A row whose record is not
    found, or may be one of several, is named, and nothing is stored.

    \b
    Example: whatworks screening decisions import rayyan.csv --review reading --stage title_abstract --dry-run
    """
    from whatworks.actions.import_decisions import import_decisions

    if reviewer is not None:
        as_actor(reviewer)
    data, name = read_input(file)
    report = import_decisions(
        open_store(store_at),
        by=as_actor(acting_as),
        review_id=review_id,
        stage=stage,
        file_name=name,
        data=data,
        columns=_pairs("--column", columns),
        people=_pairs("--person", people),
        reviewer=reviewer,
        all_are=all_are,
        are_final=are_final,
        skip_unknown=skip_unknown,
        dry_run=dry_run,
    )
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(report), indent=1, ensure_ascii=False))
        return
    for line in _lines(report):
        click.echo(line)


def _pairs(option: str, given: tuple[str, ...]) -> dict[str, str]:
    """Return what stands before and behind the sign "=" of each value of an option."""
    pairs = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise UserError(f'{option}: found "{text}". Write two things with "=" between them.')
        pairs[name.strip()] = value.strip()
    return pairs


def _lines(report: DecisionImportReport) -> list[str]:
    """Return the account of an import in words."""
    would = "would be " if report.is_dry_run else ""
    found = ", ".join(f"{n:,} by {by}" for by, n in sorted(report.n_matched.items())) or "none"
    lines = [
        f"{report.file} ({report.format}): {counted(report.n_records, 'record')}, "
        f"{report.n_without:,} without a decision. Found in the review: {found}.",
        f"{counted(report.n_new, 'decision')} {would}new, {report.n_changed:,} changed, {report.n_same:,} "
        f"there already; {counted(report.n_outcomes, 'outcome')} among them.",
        *(f"  {who}: {counted(n, 'decision')}" for who, n in report.people.items()),
    ]
    if report.n_new_people:
        lines.append(f"New pseudonyms {would}given: {report.n_new_people:,}.")
    lines += list(report.warnings)
    if report.n_skipped:
        lines.append(f"{counted(report.n_skipped, 'row')} {would}left out:")
        lines += [f"  {one.describe(report.file)}" for one in report.skipped[:MAX_SHOWN]]
        if len(report.skipped) > MAX_SHOWN:
            lines.append(f"  and {len(report.skipped) - MAX_SHOWN:,} more.")
    return lines
