"""One request to a server, with limits: where it may lead, how long it may take, how much may come back."""

from __future__ import annotations

import http.client
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import urlsplit

from whatworks.actions.model_server.config import is_this_machine

__all__ = ["Reply", "TooLarge", "TooSlow", "Unreachable", "post"]

_PIECE = 65_536


class Unreachable(Exception):
    """Nothing answers at the address, or not as a server should; the message says what happened."""


class TooSlow(Exception):
    """The answer, or its end, did not come in time, or the connection broke off."""


class TooLarge(Exception):
    """The answer is longer than what is read."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back.

    Attributes
    ----------
    status
        HTTP status.
    retry_after
        What the header Retry-After says; None if there is none.
    body
        Whole body.
    """

    status: int
    retry_after: str | None
    body: bytes


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: texts and key go to the address that was written down, and nowhere else."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Return no further request, so that the redirect is the reply."""
        return None


def post(
    address: str,
    body: bytes,
    *,
    headers: Mapping[str, str],
    timeout_seconds: float,
    max_bytes: int,
) -> Reply:
    """Send one request and read the reply, whatever its status.

    Parameters
    ----------
    timeout_seconds : float
        For the whole of it; a server that sends a little at a time gains nothing.
    max_bytes : int
        Longest body that is read.

    Raises
    ------
    Unreachable, TooSlow, TooLarge
    """
    request = urllib.request.Request(address, data=body, headers=dict(headers), method="POST")
    handlers: list[urllib.request.BaseHandler] = [_NoRedirect()]
    if is_this_machine(urlsplit(address).hostname or ""):
        # A proxy of the surroundings does not know this machine.
        handlers.append(urllib.request.ProxyHandler({}))
    opener = urllib.request.build_opener(*handlers)
    deadline = time.monotonic() + timeout_seconds
    try:
        try:
            response = opener.open(request, timeout=timeout_seconds)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            return Reply(
                int(response.status or 0),
                response.headers.get("Retry-After"),
                _read(response, deadline, max_bytes),
            )
    except urllib.error.URLError as error:
        _tell(error.reason if isinstance(error.reason, Exception) else error)
    except (OSError, http.client.HTTPException) as error:
        _tell(error)
    except UnicodeError:
        raise Unreachable("that is no name of a host") from None


def _tell(error: Exception) -> NoReturn:
    """Raise what a fault of the connection means."""
    if isinstance(error, TimeoutError):
        raise TooSlow("no answer in time") from None
    if isinstance(error, ConnectionRefusedError):
        raise Unreachable("nothing answers there (connection refused)") from None
    if isinstance(error, socket.gaierror):
        raise Unreachable("there is no such host") from None
    if isinstance(error, ConnectionError | http.client.HTTPException):
        raise TooSlow("the connection broke off") from None
    raise Unreachable(str(getattr(error, "strerror", None) or error)) from None


def _read(response: Any, deadline: float, max_bytes: int) -> bytes:
    """Return the body, if it ends in time and is not too long."""
    announced = response.headers.get("Content-Length", "")
    if announced.isdigit() and int(announced) > max_bytes:
        raise TooLarge
    read = bytearray()
    while piece := response.read1(_PIECE):
        read += piece
        if len(read) > max_bytes:
            raise TooLarge
        if time.monotonic() > deadline:
            raise TimeoutError
    if announced.isdigit() and len(read) < int(announced):
        raise ConnectionError
    return bytes(read)
