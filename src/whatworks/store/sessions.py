"""Sessions: where somebody is signed in. The browser holds the id; the store only its hash."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from whatworks.store.events import utc_text
from whatworks.store.tables import SESSIONS
from whatworks.store.tokens import new_token, token_hash

__all__ = [
    "Session",
    "SessionLengths",
    "delete_ended_sessions",
    "delete_session",
    "delete_sessions_of",
    "find_session",
    "insert_session",
    "sessions_of",
    "touch_session",
]

_LONGEST_AGENT = 300


@dataclass(frozen=True, slots=True)
class SessionLengths:
    """How long a session lasts.

    Attributes
    ----------
    idle
        Time without a request after which it ends.
    absolute
        Time after signing in when it ends in any case.
    """

    idle: timedelta = timedelta(hours=8)
    absolute: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Session:
    """One place where somebody is signed in.

    Attributes
    ----------
    id_sha256
        SHA-256 of the id that the browser holds: a name for the session that opens nothing.
    pseudonym
        Who is signed in.
    created_at, last_seen_at, expires_at
        UTC, ISO 8601; `last_seen_at` may be a minute old.
    agent
        What the browser said it is; None if it said nothing.
    """

    id_sha256: str
    pseudonym: str
    created_at: str
    last_seen_at: str
    expires_at: str
    agent: str | None

    def is_over(self, at: datetime, lengths: SessionLengths) -> bool:
        """Return whether the session has ended by itself."""
        idle_since = utc_text(at - lengths.idle)
        return self.expires_at <= utc_text(at) or self.last_seen_at <= idle_since


def insert_session(
    connection: sa.Connection,
    pseudonym: str,
    *,
    at: datetime,
    lengths: SessionLengths,
    agent: str | None,
) -> str:
    """Begin a session and return its id, which is stored nowhere."""
    token = new_token()
    now = utc_text(at)
    connection.execute(
        sa.insert(SESSIONS),
        {
            "id_sha256": token_hash(token),
            "pseudonym": pseudonym,
            "created_at": now,
            "last_seen_at": now,
            "expires_at": utc_text(at + lengths.absolute),
            # PostgreSQL refuses the character 0.
            "agent": agent.replace("\x00", "")[:_LONGEST_AGENT] if agent else None,
        },
    )
    return token


def find_session(connection: sa.Connection, token: str) -> Session | None:
    """Return the session of an id, over or not; None if there is none."""
    query = sa.select(*SESSIONS.columns).where(SESSIONS.c.id_sha256 == token_hash(token))
    row = connection.execute(query).first()
    return None if row is None else Session(*row)


def sessions_of(
    connection: sa.Connection, pseudonym: str, *, at: datetime, lengths: SessionLengths
) -> list[Session]:
    """Return where somebody is signed in, the last seen first."""
    query = (
        sa.select(*SESSIONS.columns)
        .where(SESSIONS.c.pseudonym == pseudonym)
        .order_by(SESSIONS.c.last_seen_at.desc(), SESSIONS.c.id_sha256)
    )
    found = [Session(*row) for row in connection.execute(query)]
    return [session for session in found if not session.is_over(at, lengths)]


def touch_session(connection: sa.Connection, id_sha256: str, at: datetime) -> None:
    """Remember that a session was used."""
    query = sa.update(SESSIONS).where(SESSIONS.c.id_sha256 == id_sha256)
    connection.execute(query.values(last_seen_at=utc_text(at)))


def delete_session(connection: sa.Connection, pseudonym: str, id_sha256: str) -> bool:
    """End one session of somebody's; return whether there was one."""
    query = sa.delete(SESSIONS).where(
        SESSIONS.c.id_sha256 == id_sha256, SESSIONS.c.pseudonym == pseudonym
    )
    return connection.execute(query).rowcount > 0


def delete_sessions_of(connection: sa.Connection, pseudonym: str, *, but: str | None = None) -> int:
    """End all sessions of somebody's but one, named by its hash; return how many there were."""
    query = sa.delete(SESSIONS).where(SESSIONS.c.pseudonym == pseudonym)
    if but is not None:
        query = query.where(SESSIONS.c.id_sha256 != but)
    return connection.execute(query).rowcount


def delete_ended_sessions(connection: sa.Connection, at: datetime, lengths: SessionLengths) -> None:
    """Delete the sessions that ended by themselves."""
    over = sa.or_(
        SESSIONS.c.expires_at <= utc_text(at),
        SESSIONS.c.last_seen_at <= utc_text(at - lengths.idle),
    )
    connection.execute(sa.delete(SESSIONS).where(over))
