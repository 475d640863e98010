"""Where somebody wanted to go before they had to sign in: a page of this server, or the first one."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

__all__ = ["FIRST_PAGE", "local_page", "sign_in_address"]

FIRST_PAGE = "/desk/"
_LONGEST = 2_000
_NOT_BACK_TO = ("/sign-in", "/sign-out", "/invitation/")


def local_page(wanted: str | None) -> str:
    r"""Return an address as a path of this server; the first page where it is anything else.

    Browsers read "//host", "/\host" and control characters in ways that lead elsewhere.
    """
    if not wanted or len(wanted) > _LONGEST or not wanted.startswith("/"):
        return FIRST_PAGE
    if wanted.startswith("//") or "\\" in wanted or not wanted.isprintable() or " " in wanted:
        return FIRST_PAGE
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return FIRST_PAGE
    if parts.scheme or parts.netloc or parts.path.startswith(_NOT_BACK_TO):
        return FIRST_PAGE
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def sign_in_address(wanted: str | None) -> str:
    """Return the address of the sign-in page that leads on to a page."""
    page = local_page(wanted)
    return "/sign-in" if page == FIRST_PAGE else f"/sign-in?next={quote(page, safe='')}"
