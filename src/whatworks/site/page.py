"""What the site is made of: pages and the files they offer for download."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Download", "Page"]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the site.

    Attributes
    ----------
    path
        Address below the site's root, "/" between folders, ends in .html.
    title
        Its heading; the browser's title starts with it.
    html
        The whole document. Links in it are relative, so it works in any folder and from disk.
    """

    path: str
    title: str
    html: str


@dataclass(frozen=True, slots=True)
class Download:
    """One file a page offers.

    Attributes
    ----------
    path
        Address below the site's root.
    media_type
        Media type to serve it with.
    content
        Its bytes.
    """

    path: str
    media_type: str
    content: bytes
