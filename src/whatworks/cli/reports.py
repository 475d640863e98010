"""`whatworks reports`: which records describe the same document."""

from __future__ import annotations

import dataclasses
import json

import click

from whatworks.cli.options import actor_option, as_actor, open_store, store_option

__all__ = ["reports"]


@click.group()
def reports() -> None:
    """Reports: join records of the same document."""


@reports.command()
@click.option("--review", "review_id", required=True, help="Review whose records are joined.")
@store_option
@actor_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def find(review_id: str, store_at: str, acting_as: str | None, as_json: bool) -> None:
    """Join records that share a DOI or PubMed identifier.

    \b
    Example: whatworks reports find --review dyslexia
    """
    from whatworks.actions.find_reports import find_reports

    found = find_reports(open_store(store_at), by=as_actor(acting_as), review_id=review_id)
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(found), indent=1, ensure_ascii=False))
        return
    click.echo(f"{found.n_records:,} records describe {found.n_reports:,} reports.")
    for conflict in found.conflicts:
        click.echo(f"  kept apart: {conflict}")
