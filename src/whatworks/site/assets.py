"""Addresses of static files, with the digits of their content so that readers can keep them."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

__all__ = ["asset"]

_DIGITS = 10


@cache
def asset(name: str) -> str:
    """Return the address of a static file from the site's root.

    The digits after "?v=" change when the file does; a web server and a file system ignore them.
    """
    body = (files("whatworks.site") / "static" / name).read_bytes()
    return f"static/{name}?v={hashlib.sha256(body).hexdigest()[:_DIGITS]}"
