"""Invitations: links by which somebody sets a password, once, for a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from whatworks.store.events import utc_text
from whatworks.store.tables import INVITATIONS
from whatworks.store.tokens import new_token, token_hash

__all__ = [
    "INVITATION_LASTS",
    "Invitation",
    "delete_invitations_of",
    "invited_until",
    "new_invitation",
    "person_invited",
]

INVITATION_LASTS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link just made; its token is stored nowhere and can be shown only now.

    Attributes
    ----------
    pseudonym
        Who is invited.
    token
        What the link ends with. It opens the account: keep it from logs and messages.
    expires_at
        UTC, ISO 8601.
    """

    pseudonym: str
    token: str
    expires_at: str

    def __repr__(self) -> str:
        # Tracebacks and logs print objects; this one must not give the secret away.
        return f"Invitation(pseudonym={self.pseudonym!r}, expires_at={self.expires_at!r})"


def new_invitation(
    connection: sa.Connection, pseudonym: str, *, at: datetime, lasts: timedelta
) -> Invitation:
    """Make a link; those that somebody had before no longer work."""
    delete_invitations_of(connection, pseudonym)
    made = Invitation(pseudonym, new_token(), utc_text(at + lasts))
    connection.execute(
        sa.insert(INVITATIONS),
        {
            "token_sha256": token_hash(made.token),
            "pseudonym": pseudonym,
            "created_at": utc_text(at),
            "expires_at": made.expires_at,
        },
    )
    return made


def person_invited(connection: sa.Connection, token: str, *, at: datetime) -> str | None:
    """Return whom a link invites; None if it is none, was used, or has expired."""
    query = sa.select(INVITATIONS.c.pseudonym).where(
        INVITATIONS.c.token_sha256 == token_hash(token), INVITATIONS.c.expires_at > utc_text(at)
    )
    found: str | None = connection.execute(query).scalar()
    return found


def invited_until(connection: sa.Connection, *, at: datetime) -> dict[str, str]:
    """Return until when links work that were not used yet, by pseudonym."""
    query = sa.select(INVITATIONS.c.pseudonym, INVITATIONS.c.expires_at).where(
        INVITATIONS.c.expires_at > utc_text(at)
    )
    return {pseudonym: expires_at for pseudonym, expires_at in connection.execute(query)}


def delete_invitations_of(connection: sa.Connection, pseudonym: str) -> None:
    """Make somebody's links useless."""
    connection.execute(sa.delete(INVITATIONS).where(INVITATIONS.c.pseudonym == pseudonym))
