"""Files that a browser sends: read whole, counted, and never trusted with a name."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.types import Message

__all__ = ["Upload", "form_of", "megabytes", "uploads_of"]

MAX_FILES = 500
MAX_FIELDS = 50
_LONGEST_NAME = 150
# What is too large is still taken in and thrown away, up to this many times the limit: a browser that
# cannot finish sending shows a broken connection and not the answer.
_TIMES_DRAINED = 20


@dataclass(frozen=True, slots=True)
class Upload:
    """One file as it was sent: its name, for people only, and its bytes."""

    name: str
    content: bytes


class _TooLarge(Exception):
    """More came than may come."""


def megabytes(n_bytes: int) -> str:
    """Return a size for a person."""
    return f"{n_bytes / 1_000_000:,.0f} MB" if n_bytes >= 1_000_000 else f"{n_bytes:,} bytes"


def shown_name(name: str) -> str:
    """Return the last part of a file's name on one line; it is shown and stored, never opened."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(char if unicodedata.category(char)[0] != "C" else " " for char in last)
    short = " ".join(kept.split())
    return short[-_LONGEST_NAME:] or "file without a name"


async def form_of(request: Request, *, limit: int) -> FormData:
    """Return a form that was sent, with its files.

    Parameters
    ----------
    limit : int
        Most bytes of the whole form.

    Raises
    ------
    HTTPException
        413, too large; 400, not a form.
    """
    counted = 0
    is_complete = False

    async def receive() -> Message:
        nonlocal counted, is_complete
        message = await request.receive()
        counted += len(message.get("body", b""))
        is_complete = message["type"] != "http.request" or not message.get("more_body")
        if counted > limit:
            raise _TooLarge
        return message

    try:
        if int(request.headers.get("content-length") or 0) > limit:
            raise _TooLarge
        counting = Request(request.scope, receive)
        return await counting.form(max_files=MAX_FILES, max_fields=MAX_FIELDS)
    except _TooLarge:
        if not is_complete:
            await _drain(request, limit * _TIMES_DRAINED)
        raise HTTPException(
            413,
            f"The files are larger than {megabytes(limit)} together. Nothing was saved. Send fewer at a "
            "time, or use the command line: whatworks import references FILE --review NAME.",
        ) from None
    except MultiPartException as error:
        raise HTTPException(400, f"The form could not be read: {error.message}") from None


async def _drain(request: Request, most: int) -> None:
    """Take in the rest of a body; asking once more after its end would wait for ever."""
    taken = 0
    while taken < most:
        message = await request.receive()
        taken += len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body"):
            return


async def uploads_of(form: FormData, field: str) -> list[Upload]:
    """Return the files of one field; a field left empty sends one without name and content."""
    found = []
    for value in form.getlist(field):
        if isinstance(value, UploadFile) and (value.filename or value.size):
            found.append(Upload(shown_name(value.filename or ""), await value.read()))
    return found
