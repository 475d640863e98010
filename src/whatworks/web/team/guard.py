"""Who comes in at a team's server: people who are signed in, by its own name, from its own pages.

The working copy is not public, its statistics pages included: decisions must stay blind.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from whatworks.release.read import ReleaseLabel
from whatworks.web.team.door import Door
from whatworks.web.team.next_page import sign_in_address
from whatworks.web.work.guard import SAFE_METHODS, from_elsewhere
from whatworks.web.work.render import door_page

__all__ = ["SignedInOnly"]

_HEALTH = "/healthz"
# Files of the design: the sign-in page needs them, and they say nothing.
_FILES = ("/static/", "/favicon.ico")
_OPEN = ("/sign-in", "/sign-out")
_OPEN_BELOW = ("/invitation/",)
_STRICT_TRANSPORT = "max-age=31536000"
SIGNED_OUT = "You are signed out, and nothing of this was saved. Sign in, then do it again."


class SignedInOnly:
    """ASGI middleware of the whole server.

    Parameters
    ----------
    door : Door
        Who is signed in, and by which name the server is known.
    release : ReleaseLabel
        Name and date at the foot of the pages.
    refuse : callable
        Makes the page of a refusal.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        door: Door,
        release: ReleaseLabel,
        refuse: Callable[[Request, Exception], Response],
    ) -> None:
        self.app = app
        self._door = door
        self._release = release
        self._refuse = refuse
        self._host = urlsplit(door.config.address).netloc.lower()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with the person it comes from in `state.user`, or answer it here."""
        if scope["type"] != "http" or scope["path"] == _HEALTH:
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        answer = await self._answer(request)
        if answer is not None:
            await answer(scope, receive, self._private(scope, send))
            return
        await self.app(scope, receive, self._private(scope, send))

    async def _answer(self, request: Request) -> Response | None:
        """Return the answer to a request that may not pass; None, with its person, if it may."""
        reason = self._refusal(request.method, request.headers)
        if reason is not None:
            return self._refuse(request, HTTPException(403, reason))
        path = request.scope["path"]
        if path.startswith(_FILES):
            return None
        user = await run_in_threadpool(self._door.user, self._door.token(request))
        request.state.user = user
        if user is not None or path in _OPEN or path.startswith(_OPEN_BELOW):
            return None
        if "hx-request" in request.headers:
            return self._to_script(request)
        if request.method in SAFE_METHODS:
            query = f"?{request.url.query}" if request.url.query else ""
            return RedirectResponse(sign_in_address(f"{path}{query}"), status_code=303)
        return door_page(
            request,
            self._release,
            "signed_out.html",
            title="You are signed out",
            values={},
            status=401,
        )

    def _refusal(self, method: str, headers: Headers) -> str | None:
        host = (headers.get("host") or "").lower()
        if _without_usual_port(host, self._door.config.is_https) != self._host:
            return (
                f"This server is reached at {self._door.config.address} and by no other name. Open "
                "that address."
            )
        return from_elsewhere(method, headers, self._door.config.address)

    def _to_script(self, request: Request) -> Response:
        """Answer a script of a page whose session ended: it leads the whole page to signing in."""
        shown = urlsplit(request.headers.get("hx-current-url") or "")
        back = f"{shown.path}?{shown.query}" if shown.query else shown.path
        return HTMLResponse(
            f"<p>{SIGNED_OUT}</p>",
            status_code=401,
            headers={"HX-Redirect": sign_in_address(back)},
        )

    def _private(self, scope: Scope, send: Send) -> Send:
        """Return a way to send that lets nobody keep what only some may see."""
        is_file = scope["path"].startswith(_FILES)

        async def send_private(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if not is_file:
                    headers["Cache-Control"] = "no-store"
                headers["Cross-Origin-Resource-Policy"] = "same-origin"
                if self._door.config.is_https:
                    headers["Strict-Transport-Security"] = _STRICT_TRANSPORT
            await send(message)

        return send_private


def _without_usual_port(host: str, is_https: bool) -> str:
    """Return a Host header without the port that goes without saying."""
    return host.removesuffix(":443" if is_https else ":80")
