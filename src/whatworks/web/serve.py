"""Run the server."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from whatworks.errors import UserError
from whatworks.release.evidence import Evidence
from whatworks.release.read import ReleaseLabel

if TYPE_CHECKING:
    from whatworks.web.team import Door
    from whatworks.web.work import Desk

__all__ = ["run"]


def _listen(host: str, port: int) -> socket.socket:
    """Return a listening socket.

    Raises
    ------
    UserError
        The address is taken, or is not one of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio turns Nagle's algorithm off only for sockets that name
    # it; without, each answer waits 40 ms for the reader's delayed acknowledgement.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(128)
        return listening
    except OSError as error:
        listening.close()
        raise UserError(
            f"Cannot listen on {host}, port {port}: {error.strerror}. Stop what is using it, or choose "
            "another with --port."
        ) from None


def run(
    load_evidence: Callable[[], Evidence],
    release_label: ReleaseLabel,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    desk: Desk | None = None,
    door: Door | None = None,
) -> None:
    """Serve an evidence base until interrupted; print its address once it can be opened.

    Parameters
    ----------
    load_evidence, release_label
        As for `web.app.create_app`.
    host : str
        Address to listen on; by default only this machine can reach it.
    port : int
        Port to listen on; 0 takes a free one.
    desk : Desk, optional
        Whose working pages are shown beside the site. Without a door only on an address that nobody
        but this machine reaches: on any other they are left out, because nobody signs in.
    door : Door, optional
        Where people sign in; its configuration says whose word about senders is taken.

    Raises
    ------
    UserError
        The address cannot be listened on.
    """
    import uvicorn

    from whatworks.web.app import create_app

    if desk is not None and door is None:
        from whatworks.web.work import is_loopback

        desk = desk if is_loopback(host) else None
    listening = _listen(host, port)
    app = create_app(load_evidence, release_label, desk=desk, door=door)
    # Addresses of invitations are secrets: no line is written for each request.
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=door is not None,
        forwarded_allow_ips=list(door.config.trusted_proxies) if door is not None else [],
    )
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{listening.getsockname()[1]}/"
    sys.stdout.write(f"whatworks is at {address} (Ctrl-C stops it)\n")
    if door is not None:
        sys.stdout.write(f"People reach it at {door.config.address}/ and sign in there\n")
    elif desk is not None:
        sys.stdout.write(f"Work on its reviews at {address}desk/\n")
    sys.stdout.flush()
    uvicorn.Server(config).run(sockets=[listening])
