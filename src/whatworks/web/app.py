"""The server: the site's pages live, its static files, and for one person or a team the working pages."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from whatworks.errors import UserError
from whatworks.release.evidence import Evidence
from whatworks.release.read import ReleaseLabel
from whatworks.site import static_files
from whatworks.web.content import Content, respond
from whatworks.web.errors import ErrorPages
from whatworks.web.headers import SecurityHeaders
from whatworks.web.live_site import LiveSite

if TYPE_CHECKING:
    from whatworks.web.team import Door
    from whatworks.web.work import Desk

__all__ = ["create_app"]

# Pages link to static files with the digits of their content: such an address never changes.
_FOR_EVER = "public, max-age=31536000, immutable"
_AN_HOUR = "public, max-age=3600"
# A reader's copy of a page is asked about each time, and mostly answered "not modified".
_ASK_AGAIN = "no-cache"
_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}


def _media_type(name: str) -> str:
    """Return the media type of a static file."""
    suffix = f".{name.rpartition('.')[2]}"
    return _MEDIA_TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"


def create_app(
    load_evidence: Callable[[], Evidence],
    release_label: ReleaseLabel,
    *,
    desk: Desk | None = None,
    door: Door | None = None,
) -> Starlette:
    """Return the server of an evidence base.

    Parameters
    ----------
    load_evidence : callable
        Returns the evidence base; called on every request, so it must be cheap when nothing has
        changed, and must then return the same object.
    release_label : ReleaseLabel
        Name, version and date shown on every page.
    desk : Desk, optional
        Whose working pages stand under /desk/; without it nothing can be changed here.
    door : Door, optional
        Where people sign in, at a desk that several use; without it nobody has to.
    """
    live = LiveSite(load_evidence, release_label)
    errors = ErrorPages(release_label)
    static = {name: Content.of(body, _media_type(name)) for name, body in static_files().items()}

    def page(request: Request) -> Response:
        path = request.path_params["path"] or "index.html"
        content = live.content(path)
        if content is None:
            raise HTTPException(404)
        return respond(request, content, cache_control=_ASK_AGAIN)

    async def static_file(request: Request) -> Response:
        content = static.get(f"static/{request.path_params['path']}")
        if content is None:
            raise HTTPException(404)
        lasting = "v" in request.query_params or request.url.path.endswith(".woff2")
        return respond(request, content, cache_control=_FOR_EVER if lasting else _AN_HOUR)

    async def favicon(request: Request) -> Response:
        return respond(request, static["static/favicon.ico"], cache_control=_AN_HOUR)

    async def health(request: Request) -> Response:
        return PlainTextResponse("ok", headers={"Cache-Control": "no-store"})

    working: list[Route] = []
    guards = [Middleware(SecurityHeaders)]
    if (door is None) != (desk is None or desk.local_user is not None):
        raise ValueError("a desk that several people use has a door, and no other has")
    if desk is not None:
        from whatworks.web.work import PAGES, work_routes, work_static_files

        pages = PAGES
        if door is not None:
            from whatworks.web.team import SignedInOnly, door_routes, team_pages

            pages = (*PAGES, *team_pages(door))
            guards.append(
                Middleware(SignedInOnly, door=door, release=release_label, refuse=errors.http_error)
            )
            working.extend(door_routes(door, release_label))
        working.extend(work_routes(desk, pages))
        for name, body in work_static_files().items():
            static[name] = Content.of(body, _media_type(name))

    return Starlette(
        routes=[
            Route("/healthz", health),
            Route("/favicon.ico", favicon),
            Route("/static/{path:path}", static_file),
            *working,
            Route("/{path:path}", page),
        ],
        middleware=guards,
        exception_handlers={
            HTTPException: errors.http_error,
            UserError: errors.user_error,
            Exception: errors.bug,
        },
    )
