"""Signing in and out: sessions are facts of the moment and write no event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from whatworks.store import Account, Passwords, Session, SessionLengths, Store
from whatworks.store.accounts import (
    account_of,
    account_with_email,
    password_hash_of,
    update_account,
)
from whatworks.store.events import utc_text
from whatworks.store.sessions import (
    delete_ended_sessions,
    delete_session,
    delete_sessions_of,
    find_session,
    insert_session,
    sessions_of,
    touch_session,
)
from whatworks.store.tokens import token_hash

__all__ = ["SignedIn", "places", "sign_in", "sign_out", "sign_out_of", "signed_in"]

# Writing the time of every request would make every reader a writer.
_SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whom a browser's session belongs to.

    Attributes
    ----------
    account
        The account, enabled.
    session
        The session.
    """

    account: Account
    session: Session


def sign_in(
    store: Store,
    *,
    email: str,
    password: str,
    passwords: Passwords,
    at: datetime,
    lengths: SessionLengths,
    agent: str | None = None,
    instead_of: str | None = None,
) -> str | None:
    """Begin a session if address and password are right.

    A password is compared whether or not the address is known, so that neither the answer nor its
    time tells which addresses have an account.

    Parameters
    ----------
    agent : str, optional
        What the browser said it is: helps people to tell their sessions apart.
    instead_of : str, optional
        Id of a session that the browser had; it ends.

    Returns
    -------
    str or None
        The session's id, for the browser alone; None where the two do not belong together, nobody
        set a password yet, or the account is disabled.
    """
    with store.database.reading() as connection:
        account = account_with_email(connection, email)
        stored = None
        if account is not None and not account.is_disabled:
            stored = password_hash_of(connection, account.pseudonym)
    if not passwords.is_right(stored, password) or account is None or stored is None:
        return None
    newer = passwords.hash(password) if passwords.is_outdated(stored) else None
    with store.database.writing() as connection:
        # While the password was compared it may have been changed, or the account disabled.
        still = account_with_email(connection, email)
        if (
            still is None
            or still.is_disabled
            or password_hash_of(connection, still.pseudonym) != stored
        ):
            return None
        if newer is not None:
            update_account(connection, still.pseudonym, password_hash=newer)
        delete_ended_sessions(connection, at, lengths)
        if instead_of is not None:
            delete_session(connection, still.pseudonym, token_hash(instead_of))
        return insert_session(connection, still.pseudonym, at=at, lengths=lengths, agent=agent)


def signed_in(
    store: Store, token: str, *, at: datetime, lengths: SessionLengths
) -> SignedIn | None:
    """Return whose session an id is; None if it is none, has ended, or the account is disabled."""
    with store.database.reading() as connection:
        session = find_session(connection, token)
        if session is None or session.is_over(at, lengths):
            return None
        account = account_of(connection, session.pseudonym)
    if account.is_disabled:
        return None
    if session.last_seen_at <= utc_text(at - _SEEN_EVERY):
        with store.database.writing() as connection:
            touch_session(connection, session.id_sha256, at)
    return SignedIn(account, session)


def sign_out(store: Store, token: str) -> None:
    """End the session of an id, if there is one."""
    with store.database.writing() as connection:
        session = find_session(connection, token)
        if session is not None:
            delete_session(connection, session.pseudonym, session.id_sha256)


def places(store: Store, pseudonym: str, *, at: datetime, lengths: SessionLengths) -> list[Session]:
    """Return where somebody is signed in, the last seen first."""
    with store.database.reading() as connection:
        return sessions_of(connection, pseudonym, at=at, lengths=lengths)


def sign_out_of(
    store: Store, pseudonym: str, *, session: str | None = None, but: str | None = None
) -> int:
    """End sessions of somebody's; return how many there were.

    Parameters
    ----------
    session : str, optional
        SHA-256 of the id of the one to end; all of them if not given.
    but : str, optional
        SHA-256 of the id of one that goes on when all others end.

    Raises
    ------
    NotFound
        There is no such account.
    """
    with store.database.writing() as connection:
        account_of(connection, pseudonym)
        if session is not None:
            return int(delete_session(connection, pseudonym, session))
        return delete_sessions_of(connection, pseudonym, but=but)
