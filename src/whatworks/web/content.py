"""Bodies ready to send: plain and compressed, with an entity tag."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

__all__ = ["Content", "respond"]

# Below this compression gains nothing.
_SMALLEST_COMPRESSED = 1_000
_COMPRESSIBLE = ("text/", "application/json", "image/svg+xml")


@dataclass(frozen=True, slots=True)
class Content:
    """One body with its media type.

    Attributes
    ----------
    media_type
        Media type to send it with.
    body
        The bytes.
    compressed
        The same in gzip; None where that gains nothing.
    etag
        Entity tag, quotes included.
    """

    media_type: str
    body: bytes
    compressed: bytes | None
    etag: str

    @classmethod
    def of(cls, body: bytes, media_type: str) -> Content:
        """Return a body made ready."""
        worth_it = len(body) >= _SMALLEST_COMPRESSED and media_type.startswith(_COMPRESSIBLE)
        compressed = gzip.compress(body, 6, mtime=0) if worth_it else None
        return cls(media_type, body, compressed, f'"{hashlib.sha256(body).hexdigest()[:20]}"')


def respond(
    request: Request, content: Content, *, cache_control: str, status: int = 200
) -> Response:
    """Return a response: not modified where the reader has it, compressed where the reader can read it."""
    headers = {"ETag": content.etag, "Cache-Control": cache_control, "Vary": "Accept-Encoding"}
    known = {
        tag.strip().removeprefix("W/")
        for tag in request.headers.get("if-none-match", "").split(",")
    }
    if status == 200 and content.etag in known:
        return Response(status_code=304, headers=headers)
    body = content.body
    if content.compressed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        body = content.compressed
        headers["Content-Encoding"] = "gzip"
    return Response(body, status_code=status, media_type=content.media_type, headers=headers)
