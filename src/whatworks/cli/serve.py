"""`whatworks serve`: an evidence base as a website."""

from __future__ import annotations

from pathlib import Path

import click

from whatworks.cli.options import actor_option, as_actor, evidence_options, open_source

__all__ = ["serve"]


def _named_host(_context: click.Context, _parameter: click.Parameter, host: str) -> str:
    """Refuse an empty address, which sockets read as every address of the machine."""
    if not host.strip():
        raise click.BadParameter("it is empty; give an address such as 127.0.0.1.")
    return host


host_option = click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    callback=_named_host,
    help="Address to listen on.",
)
port_option = click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Port to listen on; 0 takes a free one.",
)


@click.command()
@evidence_options
@host_option
@port_option
@click.option(
    "--work/--no-work",
    "with_work",
    default=True,
    show_default=True,
    help="Whether a store on this machine alone is shown with its working pages.",
)
@actor_option
def serve(
    store_at: str | None,
    release_at: Path | None,
    host: str,
    port: int,
    with_work: bool,
    acting_as: str | None,
) -> None:
    """Serve an evidence base as a website, until Ctrl-C.

    A store served to this machine alone (as by default) has pages under /desk/ to import references
    and look at pairs. Behind another server add --no-work: there is no signing in yet.

    \b
    Example: whatworks serve --store whatworks.db --port 8000
    """
    from datetime import UTC, datetime

    from whatworks import __version__
    from whatworks.actions.live_evidence import live_evidence
    from whatworks.release import ReleaseLabel, read_label, read_release
    from whatworks.release.files import ReleaseFiles
    from whatworks.web.serve import run

    by = as_actor(acting_as)
    source = open_source(store_at, release_at)
    if isinstance(source, ReleaseFiles):
        label, evidence = read_label(source), read_release(source)
        run(lambda: evidence, label, host=host, port=port)
        return
    today = datetime.now(UTC).date().isoformat()
    label = ReleaseLabel("whatworks", "Working copy, not a release", "draft", today, __version__)
    from whatworks.web.work import Desk

    desk = Desk(source, by=by, release=label) if with_work else None
    run(live_evidence(source), label, host=host, port=port, desk=desk)
