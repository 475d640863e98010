"""`whatworks protocol`: what a review plans, and every dated change of it."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import click

from whatworks.cli.imports import read_input
from whatworks.cli.options import actor_option, as_actor, open_store, store_option

if TYPE_CHECKING:
    from whatworks.actions.edit_protocol import ProtocolState

__all__ = ["protocol"]

review_option = click.option("--review", "review_id", required=True, help="Review it plans.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def protocol() -> None:
    """Protocols: set, amend with date and reason, show."""


@protocol.command("set")
@click.argument("file", metavar="FILE")
@review_option
@store_option
@actor_option
def set_(file: str, review_id: str, store_at: str, acting_as: str | None) -> None:
    """Store a review's first protocol: a Markdown file whose "## " headings are its sections.

    \b
    Example: whatworks protocol set protocol.md --review dyslexia
    """
    from whatworks.actions.edit_protocol import set_protocol

    data, name = read_input(file)
    state = set_protocol(
        open_store(store_at), by=as_actor(acting_as), review_id=review_id, data=data, file=name
    )
    _tell(state, review_id)


@protocol.command()
@click.argument("file", metavar="FILE")
@review_option
@click.option(
    "--section", "sections", multiple=True, required=True, help="Section; may be repeated."
)
@click.option("--change", required=True, help="What was changed, in a sentence.")
@click.option("--reason", required=True, help="Why.")
@click.option(
    "--stage",
    required=True,
    help="What had been done: before-search, before-screening, before-extraction, "
    "before-synthesis or after-synthesis.",
)
@click.option("--on", "amended_on", metavar="DATE", help="Day it was decided [default: today].")
@store_option
@actor_option
def amend(
    file: str,
    review_id: str,
    sections: tuple[str, ...],
    change: str,
    reason: str,
    stage: str,
    amended_on: str | None,
    store_at: str,
    acting_as: str | None,
) -> None:
    """Take changed sections from the file, with the reason; all others stay as they are.

    \b
    Example: whatworks protocol amend protocol.md --review dyslexia --section eligibility
                 --change "Year 7 added" --reason "Few studies in primary" --stage before-screening
    """
    from whatworks.actions.edit_protocol import amend_protocol
    from whatworks.cli.dates import day_or_today

    data, name = read_input(file)
    state = amend_protocol(
        open_store(store_at),
        by=as_actor(acting_as),
        review_id=review_id,
        data=data,
        file=name,
        sections=sections,
        amended_on=day_or_today(amended_on, what="the day it was decided"),
        change=change,
        reason=reason,
        stage=stage,
    )
    _tell(state, review_id)


@protocol.command()
@review_option
@click.option("--at", "on", metavar="DATE", help="As it stood at the end of this day (UTC).")
@store_option
@json_option
def show(review_id: str, on: str | None, store_at: str, as_json: bool) -> None:
    """Print a protocol as Markdown, with the table of its amendments.

    \b
    Example: whatworks protocol show --review dyslexia --at 2026-10-01
    """
    from whatworks.actions.edit_protocol import protocol_at
    from whatworks.cli.dates import day_or_today
    from whatworks.references.protocol import protocol_markdown

    day = day_or_today(on, what="the day") if on is not None else None
    state = protocol_at(open_store(store_at), review_id=review_id, on=day)
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(state), indent=1, ensure_ascii=False))
        return
    click.echo(protocol_markdown(state.sections, state.amendments), nl=False)


@protocol.command()
@review_option
@store_option
@json_option
def amendments(review_id: str, store_at: str, as_json: bool) -> None:
    """List the amendments of a protocol, oldest first.

    \b
    Example: whatworks protocol amendments --review dyslexia
    """
    from whatworks.actions.edit_protocol import protocol_at

    state = protocol_at(open_store(store_at), review_id=review_id)
    if as_json:
        shown = [dataclasses.asdict(one) for one in state.amendments]
        click.echo(json.dumps(shown, indent=1, ensure_ascii=False))
        return
    for one in state.amendments:
        click.echo(f"{one.amended_on} {one.section} ({one.stage.replace('_', ' ')}): {one.change}")
        click.echo(f"  Why: {one.reason} ({one.made_by})")
    if not state.amendments:
        click.echo("The protocol stands as it was first stored.")


def _tell(state: ProtocolState, review_id: str) -> None:
    """Say how the protocol stands now."""
    n_sections, n_amendments = len(state.sections), len(state.amendments)
    click.echo(
        f"The protocol of {review_id} has {n_sections:,} "
        f"{'section' if n_sections == 1 else 'sections'} and {n_amendments:,} "
        f"{'amendment' if n_amendments == 1 else 'amendments'}."
    )
