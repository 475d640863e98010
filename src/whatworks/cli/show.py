"""`whatworks show`: what there is, one strand, or one study."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from whatworks.cli.options import evidence_options, open_evidence
from whatworks.errors import NotFound

if TYPE_CHECKING:
    from whatworks.release import Evidence

__all__ = ["show"]


@click.command()
@click.argument("name", required=False)
@evidence_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def show(name: str | None, store_at: str | None, release_at: Path | None, as_json: bool) -> None:
    """Show what there is, or one strand or study.

    \b
    Example: whatworks show targeted-k6 --json
    """
    from whatworks.release.show import list_strands, show_strand, show_study

    evidence = open_evidence(store_at, release_at)
    if name is None:
        _print(list_strands(evidence), as_json)
    elif name in evidence.strand_by_id:
        _print(show_strand(evidence, name), as_json)
    elif name in evidence.study_by_id:
        _print(show_study(evidence, name), as_json)
    else:
        raise NotFound(_nothing_called(evidence, name))


def _nothing_called(evidence: Evidence, name: str) -> str:
    """Return a message that names the nearest strands and studies."""
    import difflib

    known = [*evidence.strand_by_id, *evidence.study_by_id]
    near = difflib.get_close_matches(name, known, n=5, cutoff=0.3)
    hint = f" Nearest: {', '.join(near)}." if near else ""
    return f'There is no strand or study called "{name}".{hint} `whatworks show` lists the strands.'


def _print(shown: Any, as_json: bool) -> None:
    """Print what is shown."""
    if as_json:
        click.echo(json.dumps(shown, indent=2, ensure_ascii=False))
        return
    from whatworks.cli.text import as_text

    click.echo(as_text(shown))
