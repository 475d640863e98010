"""Who may use the working pages: a browser on this machine, from these pages alone.

On one person's machine nobody signs in: what stands between the store and others is where the request
comes from. Three things are checked:

- the Host is a name of this machine. A page elsewhere can let its own name point here (DNS rebinding);
  its requests then carry that name.
- no program stands between. A proxy that passes requests on from elsewhere would pass for a local browser.
- what changes something was sent by these pages: the browser says so in Sec-Fetch-Site and Origin, which
  scripts of other pages cannot set.
"""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["SAFE_METHODS", "LocalOnly", "from_elsewhere", "is_loopback"]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITES = frozenset({"same-origin", "none"})
_PROXY_HEADERS = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")

NOT_LOCAL = (
    "The working pages are for a browser on the machine that whatworks runs on. Open them at "
    "http://127.0.0.1 or http://localhost, with the port that whatworks printed."
)
BEHIND_PROXY = (
    "The working pages are not shown through another server, because nobody signs in here. Open them on "
    "the machine that whatworks runs on, or let it serve a team: whatworks serve --team."
)
FROM_ELSEWHERE = "This request did not come from these pages, so nothing was done. Open the page here, and do it again."


def is_loopback(host: str) -> bool:
    """Return whether an address, or "localhost", is this machine and reached by nobody else."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def _host_name(host: str | None) -> str:
    """Return a Host header without its port; "" where it is missing or no name."""
    if not host:
        return ""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def refusal(method: str, scheme: str, headers: Headers) -> str | None:
    """Return why a request is refused; None if it may pass."""
    host = headers.get("host")
    if not is_loopback(_host_name(host)):
        return NOT_LOCAL
    if any(name in headers for name in _PROXY_HEADERS):
        return BEHIND_PROXY
    return from_elsewhere(method, headers, f"{scheme}://{host}")


def from_elsewhere(method: str, headers: Headers, own_origin: str) -> str | None:
    """Return why a request that changes something is not from these pages; None if it is.

    Parameters
    ----------
    own_origin : str
        Scheme, host and port of these pages, as browsers write them.
    """
    if method in SAFE_METHODS:
        return None
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if origin is not None and origin != own_origin:
        return FROM_ELSEWHERE
    if site is None:
        return None if origin is not None else FROM_ELSEWHERE
    return None if site in _OWN_SITES else FROM_ELSEWHERE


class LocalOnly:
    """ASGI middleware of the working pages' routes: refuses, and lets nobody keep what it answers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on if it may.

        Raises
        ------
        HTTPException
            403, with the reason for the person.
        """
        reason = refusal(scope["method"], scope["scheme"], Headers(scope=scope))
        if reason is not None:
            raise HTTPException(403, reason)

        async def send_private(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Cache-Control"] = "no-store"
                headers["Cross-Origin-Resource-Policy"] = "same-origin"
            await send(message)

        await self.app(scope, receive, send_private)
