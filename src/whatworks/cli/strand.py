"""`whatworks strand`: the answers an evidence base gives."""

from __future__ import annotations

import click

from whatworks.cli.imports import read_input
from whatworks.cli.options import actor_option, as_actor, open_store, store_option

__all__ = ["strand"]


@click.group()
def strand() -> None:
    """Strands: define, with their certainty."""


@strand.command()
@click.argument("file", metavar="FILE")
@store_option
@actor_option
def define(file: str, store_at: str, acting_as: str | None) -> None:
    """Define strands and their certainty from a TOML file (docs/how-to/write-a-strand.md).

    \b
    Example: whatworks strand define strands.toml
    """
    from whatworks.actions.define_strands import define_strands

    data, name = read_input(file)
    parsed = define_strands(open_store(store_at), by=as_actor(acting_as), data=data, file=name)
    click.echo(
        f"{name}: {len(parsed.strands):,} strands, {len(parsed.certainties):,} of them with a judgement "
        "of certainty. Run `whatworks analyse` to compute their numbers."
    )
