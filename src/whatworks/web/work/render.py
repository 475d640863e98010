"""Working pages as HTML: the public site's frame and styles, with templates of their own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from whatworks.release.read import ReleaseLabel
from whatworks.site.context import environment
from whatworks.web.work.questions import cited
from whatworks.web.work.seat import Seat

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = [
    "Crumb",
    "door_page",
    "fragment",
    "page",
    "review_address",
    "root_of",
    "see_other",
    "work_static_files",
]

# Words and address of one step above a page.
Crumb = tuple[str, str]
_STATIC = ("screen.js", "work.css", "work.js")
_DIGITS = 10


@cache
def work_static_files() -> dict[str, bytes]:
    """Return the styles and scripts that only working pages use, by address."""
    folder = files("whatworks.web.work") / "static"
    return {f"static/{name}": (folder / name).read_bytes() for name in _STATIC}


def _work_asset(name: str) -> str:
    """Return the address of such a file, with the digits of its content."""
    body = work_static_files()[f"static/{name}"]
    return f"static/{name}?v={hashlib.sha256(body).hexdigest()[:_DIGITS]}"


@cache
def _environment() -> Environment:
    from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader

    site = environment()
    if site.loader is None:
        raise AssertionError("the site has no templates")
    own = PrefixLoader({"work": PackageLoader("whatworks.web.work")})
    env = site.overlay(loader=ChoiceLoader([own, site.loader]))
    # An overlay shares what it was made from; the site's own must not grow.
    env.globals = {
        **site.globals,
        "work_asset": _work_asset,
        "review_address": review_address,
        "cited": cited,
    }
    return env


def root_of(request: Request) -> str:
    """Return the way to the server's root."""
    return f"{request.scope.get('root_path', '').rstrip('/')}/"


def review_address(review_id: str, rest: str = "") -> str:
    """Return the address of a review's working page, from the root."""
    return f"desk/reviews/{quote(review_id, safe='')}{rest}"


def page(
    request: Request,
    desk: Seat,
    template: str,
    *,
    title: str,
    values: Mapping[str, object],
    crumbs: Sequence[Crumb] = (),
    errors: Sequence[tuple[str, str]] = (),
    status: int = 200,
    section: str = "work",
) -> HTMLResponse:
    """Return a working page.

    Parameters
    ----------
    template : str
        Name of the template, without folder.
    title : str
        Its heading.
    values : mapping
        What the template shows.
    crumbs : sequence of (str, str)
        Words and addresses of the pages above it, below the list of reviews.
    errors : sequence of (str, str)
        Names of fields and what is wrong with them; shown above the form.
    section : str
        Part of the menu it belongs to: work, people or account.
    """
    html = (
        _environment()
        .get_template(f"work/{template}")
        .render(
            **values,
            root=root_of(request),
            title=title,
            section=section,
            release=desk.release,
            desk=desk,
            crumbs=[("Reviews", "desk/"), *crumbs] if template != "reviews.html" else [],
            errors=list(errors),
        )
    )
    return HTMLResponse(html, status_code=422 if errors and status == 200 else status)


def door_page(
    request: Request,
    release: ReleaseLabel,
    template: str,
    *,
    title: str,
    values: Mapping[str, object],
    errors: Sequence[tuple[str, str]] = (),
    status: int = 200,
) -> HTMLResponse:
    """Return a page for somebody who is not signed in; the parameters are those of `page`."""
    html = (
        _environment()
        .get_template(f"work/{template}")
        .render(
            **values,
            root=root_of(request),
            title=title,
            section="sign-in",
            release=release,
            desk=None,
            crumbs=[],
            errors=list(errors),
        )
    )
    return HTMLResponse(html, status_code=422 if errors and status == 200 else status)


def fragment(request: Request, template: str, values: Mapping[str, object]) -> HTMLResponse:
    """Return a part of a page, for a script that puts it in."""
    html = _environment().get_template(f"work/{template}").render(**values, root=root_of(request))
    return HTMLResponse(html)


def see_other(request: Request, address: str) -> RedirectResponse:
    """Send a browser on after something was done, so that loading again does not do it again."""
    return RedirectResponse(f"{root_of(request)}{address}", status_code=303)
