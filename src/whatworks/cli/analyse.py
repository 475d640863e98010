"""`whatworks analyse`: bring every number up to date with the evidence."""

from __future__ import annotations

import dataclasses
import json

import click

from whatworks.cli.options import actor_option, as_actor, open_store, store_option

__all__ = ["analyse"]


@click.command()
@store_option
@actor_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def analyse(store_at: str, acting_as: str | None, as_json: bool) -> None:
    """Run every analysis the evidence calls for; what is up to date is left alone.

    \b
    Example: whatworks analyse
    """
    from whatworks.actions.run_analyses import run_analyses

    run = run_analyses(open_store(store_at), by=as_actor(acting_as))
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(run)))
    else:
        click.echo(
            f"{run.n_computed:,} analyses computed, {run.n_kept:,} were up to date, "
            f"{run.n_withdrawn:,} withdrawn."
        )
