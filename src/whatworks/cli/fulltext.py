"""`whatworks fulltext`: full texts sought, held and not to be had."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from whatworks.cli.imports import read_input
from whatworks.cli.options import actor_option, as_actor, open_store, store_option
from whatworks.errors import UserError

if TYPE_CHECKING:
    from whatworks.release.full_texts import FullTextTask

__all__ = ["fulltext"]

review_option = click.option("--review", "review_id", required=True, help="Review.")
day_option = click.option(
    "--on", "day", metavar="DATE", help="Day of the attempt [default: today]."
)
STATUSES = ("to-seek", "sought", "retrieved", "not-retrieved")


@click.group()
def fulltext() -> None:
    """Full texts: what to seek and where, what is held, what could not be had."""


@fulltext.command("list")
@review_option
@click.option("--status", type=click.Choice(STATUSES), help="Only these.")
@store_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(review_id: str, status: str | None, store_at: str, as_json: bool) -> None:
    """List the reports whose full text is wanted, with links; nothing is ever fetched.

    \b
    Example: whatworks fulltext list --review dyslexia --status to-seek
    """
    from whatworks.actions.known_review import require_review
    from whatworks.release.full_texts import full_text_tasks
    from whatworks.release.screened import SCREENED_TABLES

    store = open_store(store_at)
    require_review(store, review_id)
    tasks = full_text_tasks(store.evidence(*SCREENED_TABLES, "full_texts", "reports"), review_id)
    chosen = [one for one in tasks if status is None or one.status == status.replace("-", "_")]
    if as_json:
        shown = [dataclasses.asdict(one) for one in chosen]
        click.echo(json.dumps(shown, indent=1, ensure_ascii=False))
        return
    for one in chosen:
        _print_task(one)
    counts = ", ".join(
        f"{sum(one.status == name.replace('-', '_') for one in tasks):,} {name.replace('-', ' ')}"
        for name in STATUSES
    )
    click.echo(f"{counts}.")


def _print_task(one: FullTextTask) -> None:
    """Print one report with what is known of its full text."""
    click.echo(f"{one.report_id} [{one.status.replace('_', ' ')}]")
    described = ". ".join(
        str(value) for value in (one.authors, one.year, one.title, one.container) if value
    )
    if described:
        click.echo(f"  {described}")
    if one.became:
        click.echo(f"  It has become part of {one.became}: record its full text there.")
    for link in one.links:
        click.echo(f"  {link}")
    if one.reason:
        click.echo(f"  {one.reason} ({one.checked_on})")


@fulltext.command()
@click.argument("report_ids", metavar="[REPORT...]", nargs=-1)
@review_option
@click.option("--url", help="Where a report is looked for, if not by its DOI.")
@day_option
@store_option
@actor_option
def sought(
    report_ids: tuple[str, ...],
    review_id: str,
    url: str | None,
    day: str | None,
    store_at: str,
    acting_as: str | None,
) -> None:
    """Record that full texts are sought; without names, all reports included so far.

    \b
    Example: whatworks fulltext sought --review dyslexia
    """
    from whatworks.actions.seek_full_text import seek_full_texts
    from whatworks.cli.dates import day_or_today

    rows = seek_full_texts(
        open_store(store_at),
        by=as_actor(acting_as),
        review_id=review_id,
        report_ids=report_ids,
        url=url,
        on=day_or_today(day, what="the day of the attempt"),
    )
    click.echo(f"{len(rows):,} {'report is' if len(rows) == 1 else 'reports are'} now sought.")


@fulltext.command()
@click.argument("report_id", metavar="REPORT")
@click.argument("file", metavar="FILE.pdf")
@click.option("--url", help="Where it came from.")
@day_option
@store_option
@actor_option
def retrieved(
    report_id: str,
    file: str,
    url: str | None,
    day: str | None,
    store_at: str,
    acting_as: str | None,
) -> None:
    """Keep a report's PDF in the store; it is never published.

    \b
    Example: whatworks fulltext retrieved report:r:ab12:4 lee-2001.pdf
    """
    from whatworks.actions.seek_full_text import keep_full_text
    from whatworks.cli.dates import day_or_today

    data, name = read_input(file)
    row = keep_full_text(
        open_store(store_at),
        by=as_actor(acting_as),
        report_id=report_id,
        data=data,
        name=name,
        url=url,
        on=day_or_today(day, what="the day of the attempt"),
    )
    click.echo(f"The full text of {report_id} is kept: {len(data):,} bytes, {row.raw_file_id}.")


@fulltext.command("not-retrieved")
@click.argument("report_id", metavar="REPORT")
@click.option("--reason", required=True, help="Why it could not be had.")
@day_option
@store_option
@actor_option
def not_retrieved(
    report_id: str, reason: str, day: str | None, store_at: str, acting_as: str | None
) -> None:
    """Record that a full text could not be had, and why.

    \b
    Example: whatworks fulltext not-retrieved report:r:ab12:4 --reason "No library holds it"
    """
    from whatworks.actions.seek_full_text import say_not_retrieved
    from whatworks.cli.dates import day_or_today

    say_not_retrieved(
        open_store(store_at),
        by=as_actor(acting_as),
        report_id=report_id,
        reason=reason,
        on=day_or_today(day, what="the day of the attempt"),
    )
    click.echo(f"The full text of {report_id} is recorded as not retrieved.")


@fulltext.command()
@click.argument("report_id", metavar="REPORT")
@click.argument("out", metavar="OUT.pdf", type=click.Path(path_type=Path))
@store_option
def save(report_id: str, out: Path, store_at: str) -> None:
    """Write a report's PDF from the store to a file that is not there yet.

    \b
    Example: whatworks fulltext save report:r:ab12:4 lee-2001.pdf
    """
    from whatworks.actions.seek_full_text import stored_full_text

    held = stored_full_text(open_store(store_at), report_id=report_id)
    try:
        with out.open("xb") as stream:
            stream.write(held.data)
    except FileExistsError:
        raise UserError(f"{out} is there already. Give another name.") from None
    click.echo(f"{out}: {len(held.data):,} bytes, imported as {held.name}.")
