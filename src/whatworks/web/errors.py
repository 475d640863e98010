"""What people see when something goes wrong: a page in the site's design that says what to do."""

from __future__ import annotations

import logging

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from whatworks.errors import NotFound, UserError
from whatworks.release.evidence import Evidence
from whatworks.release.read import ReleaseLabel
from whatworks.site import Site
from whatworks.web.headers import SECURITY_HEADERS

__all__ = ["ErrorPages"]

_LOG = logging.getLogger(__name__)
# Raised by the working pages with words for the person.
_TOLD = frozenset({400, 403, 413, 429, 503})


class ErrorPages:
    """Handlers of errors; they need no evidence, so they work when it cannot be read."""

    def __init__(self, release: ReleaseLabel) -> None:
        self._site = Site(Evidence(), release)

    def _page(
        self, request: Request, status: int, title: str, advice: str, detail: str | None = None
    ) -> Response:
        """Return an error page. Its links start at the server's root: it is shown at any address."""
        root = request.scope.get("root_path", "").rstrip("/") + "/"
        page = self._site.error(title=title, advice=advice, detail=detail, root=root)
        return HTMLResponse(page.html, status_code=status, headers={"Cache-Control": "no-store"})

    def http_error(self, request: Request, error: Exception) -> Response:
        """Answer an address that is not there, or a method that is not allowed."""
        status = error.status_code if isinstance(error, HTTPException) else 404
        if isinstance(error, HTTPException) and status in _TOLD:
            told = self._page(request, status, "This cannot be done here", error.detail)
            told.headers.update(error.headers or {})
            return told
        if status == 404:
            root = request.scope.get("root_path", "").rstrip("/") + "/"
            page = self._site.not_found(root=root)
            return HTMLResponse(page.html, status_code=404, headers={"Cache-Control": "no-store"})
        response = self._page(
            request,
            status,
            "This cannot be done here",
            "These pages can be read, and nothing can be sent to them.",
        )
        if isinstance(error, HTTPException) and error.headers:
            response.headers.update(error.headers)
        return response

    def user_error(self, request: Request, error: Exception) -> Response:
        """Answer an error that a person can mend, in its own words."""
        if isinstance(error, NotFound):
            return self._page(
                request, 404, "Page not found", "Check the address, or start again.", str(error)
            )
        return self._page(
            request,
            422,
            "There is a problem",
            "The page cannot be shown until this is mended.",
            str(error) if isinstance(error, UserError) else None,
        )

    def bug(self, request: Request, error: Exception) -> Response:
        """Answer a fault of the program; its traceback goes to the log, not to the reader."""
        _LOG.error("fault at %s", request.url.path, exc_info=error)
        response = self._page(
            request,
            500,
            "Sorry, there is a problem with this page",
            "This is a fault in the program. Try again later. If it stays, report it with the "
            "address of the page and the time.",
        )
        # The outermost handler stands outside the middleware that sets these.
        response.headers.update(SECURITY_HEADERS)
        return response
