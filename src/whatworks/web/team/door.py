"""What stands at the entrance of a team's server, shared by all its requests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from whatworks.actions.signing_in import signed_in
from whatworks.store import Invitation, Passwords, Store
from whatworks.web.team.config import TeamConfig
from whatworks.web.team.delivery import deliver_link
from whatworks.web.team.rate_limit import Limits
from whatworks.web.work.user import User

__all__ = ["Door"]

Result = TypeVar("Result")

# 64 MiB each: two at once keep both cores of a small server busy, and its memory free.
_HASHED_AT_ONCE = 2
_MOST_WAITING = 50
BUSY = "Too many people are signing in at this moment. Wait a few seconds, then try again."


class Door:
    """Signing in at one store.

    Parameters
    ----------
    store : Store
        Whose people sign in.
    config : TeamConfig
        How the server is reached and how links go out.
    passwords : Passwords
        How passwords are hashed.
    limits : Limits
        How often things may be tried.
    clock : callable
        The time now, with time zone.
    """

    def __init__(
        self,
        store: Store,
        config: TeamConfig,
        *,
        passwords: Passwords | None = None,
        limits: Limits | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.store = store
        self.config = config
        self.passwords = passwords or Passwords()
        self.limits = limits or Limits.usual()
        self.clock = clock
        self._hashing = CapacityLimiter(_HASHED_AT_ONCE)

    @property
    def cookie(self) -> str:
        """Name of the cookie; the prefix keeps other hosts and paths from setting it."""
        return "__Host-whatworks" if self.config.is_https else "whatworks"

    def token(self, request: Request) -> str | None:
        """Return the id of the session that a request carries."""
        return request.cookies.get(self.cookie)

    def user(self, token: str | None) -> User | None:
        """Return who is signed in by an id; None if nobody is."""
        if not token:
            return None
        found = signed_in(self.store, token, at=self.clock(), lengths=self.config.lengths)
        if found is None:
            return None
        return User(
            found.account.pseudonym,
            found.account.name,
            found.account.is_administrator,
            found.session.id_sha256,
        )

    def give_cookie(self, response: Response, token: str) -> None:
        """Let the browser keep a session's id until it is closed, out of reach of scripts."""
        response.set_cookie(
            self.cookie,
            token,
            path="/",
            secure=self.config.is_https,
            httponly=True,
            samesite="lax",
        )

    def take_cookie(self, response: Response) -> None:
        """Let the browser forget it."""
        response.delete_cookie(
            self.cookie, path="/", secure=self.config.is_https, httponly=True, samesite="lax"
        )

    async def hashing(self, work: Callable[[], Result]) -> Result:
        """Do work that hashes a password, in a thread, few at once.

        Raises
        ------
        HTTPException
            503: too many wait already.
        """
        if self._hashing.statistics().tasks_waiting >= _MOST_WAITING:
            raise HTTPException(503, BUSY, headers={"Retry-After": "5"})
        return await to_thread.run_sync(work, limiter=self._hashing)

    def deliver(self, invitation: Invitation, *, name: str, email: str) -> str:
        """Hand a link over; return where it went."""
        return deliver_link(
            self.config, name=name, email=email, invitation=invitation, at=self.clock()
        )
