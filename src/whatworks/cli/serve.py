"""`whatworks serve`: an evidence base as a website."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from whatworks.cli.options import (
    DEFAULT_STORE,
    actor_option,
    as_actor,
    evidence_options,
    open_source,
    open_store,
)
from whatworks.errors import UserError

if TYPE_CHECKING:
    from whatworks.release import ReleaseLabel

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
@click.option(
    "--team",
    "team_at",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="CONFIG.toml",
    help="Serve a store to a team that signs in, as the file says; --host and --port are left alone.",
)
@actor_option
def serve(
    store_at: str | None,
    release_at: Path | None,
    host: str,
    port: int,
    with_work: bool,
    team_at: Path | None,
    acting_as: str | None,
) -> None:
    """Serve an evidence base as a website, until Ctrl-C.

    A store served to this machine alone (as by default) has pages under /desk/ to import references
    and look at pairs. Behind another server add --no-work, or let people sign in with --team.

    \b
    Example: whatworks serve --store whatworks.db --port 8000
    """
    from whatworks.actions.live_evidence import live_evidence
    from whatworks.release import read_label, read_release
    from whatworks.release.files import ReleaseFiles
    from whatworks.web.serve import run

    if team_at is not None:
        _serve_team(store_at, release_at, team_at)
        return
    by = as_actor(acting_as)
    source = open_source(store_at, release_at)
    if isinstance(source, ReleaseFiles):
        label, evidence = read_label(source), read_release(source)
        run(lambda: evidence, label, host=host, port=port)
        return
    label = _working_copy()
    from whatworks.web.work import Desk

    desk = Desk(source, by=by, release=label) if with_work else None
    run(live_evidence(source), label, host=host, port=port, desk=desk)


def _serve_team(store_at: str | None, release_at: Path | None, team_at: Path) -> None:
    """Serve a store to people who sign in."""
    from whatworks.actions.live_evidence import live_evidence
    from whatworks.web.serve import run
    from whatworks.web.team import Door, read_team_config
    from whatworks.web.work import Desk

    if release_at is not None:
        raise UserError("A team works on a store. Leave out --release, or leave out --team.")
    config = read_team_config(team_at)
    store = open_store(store_at or DEFAULT_STORE)
    if not any(one.is_administrator and not one.is_disabled for one in store.accounts()):
        raise UserError(
            "Nobody could sign in: there is no administrator yet. Invite the first one:\n"
            f"whatworks team invite NAME E-MAIL --administrator --team {team_at}"
        )
    label = _working_copy()
    run(
        live_evidence(store),
        label,
        host=config.host,
        port=config.port,
        desk=Desk(store, by=None, release=label),
        door=Door(store, config),
    )


def _working_copy() -> ReleaseLabel:
    """Return how the pages of a store are called."""
    from datetime import UTC, datetime

    from whatworks import __version__
    from whatworks.release import ReleaseLabel

    today = datetime.now(UTC).date().isoformat()
    return ReleaseLabel("whatworks", "Working copy, not a release", "draft", today, __version__)
