"""`whatworks why`: explain a number down to its source rows."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import click

from whatworks.cli.options import evidence_options, open_evidence

__all__ = ["why"]

CHILDREN_SHOWN = 12


@click.command()
@click.argument("number_id")
@evidence_options
@click.option("--depth", type=click.IntRange(min=0), help="Levels to print [default: all].")
@click.option("--all", "all_children", is_flag=True, help="Print every input, not the first 12.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def why(
    number_id: str,
    store_at: str | None,
    release_at: Path | None,
    depth: int | None,
    all_children: bool,
    as_json: bool,
) -> None:
    """Explain a number down to its source rows.

    \b
    Example: whatworks why targeted-k6.main.estimate --depth 3
    """
    from whatworks.release.why import explain, render_tree

    tree = explain(open_evidence(store_at, release_at), number_id)
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(tree), indent=1, ensure_ascii=False))
    else:
        click.echo(render_tree(tree, depth=depth, width=None if all_children else CHILDREN_SHOWN))
