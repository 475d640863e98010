"""Accounts: invite, accept, change and reset passwords, disable, make administrators.

Each writes an event that names pseudonyms only. Passwords and tokens are in no event and no message.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from whatworks.errors import UserError
from whatworks.store import INVITATION_LASTS, Actor, Invitation, Passwords, Person, Store
from whatworks.store.accounts import (
    account_of,
    account_with_email,
    all_accounts,
    comparable_email,
    insert_account,
    password_hash_of,
    require_administrator_left,
    update_account,
)
from whatworks.store.events import utc_text
from whatworks.store.invitations import delete_invitations_of, new_invitation, person_invited
from whatworks.store.passwords import password_problem
from whatworks.store.people import all_people, new_pseudonym, rename_person
from whatworks.store.sessions import delete_sessions_of

__all__ = [
    "accept_invitation",
    "change_name",
    "change_password",
    "invite_again",
    "invite_person",
    "set_administrator",
    "set_disabled",
]

# Whether an address works is found out by writing to it; this catches slips of the hand.
_EMAIL = re.compile(r"[^\s@<>\",;]+@[^\s@<>\",;]+\.[^\s@<>\",;.]+")
_LONGEST = 200

LINK_GONE = (
    "This link does not work: it was used already, has expired, or a newer one was sent. Ask whoever "
    "invited you for a new one."
)


def invite_person(
    store: Store,
    *,
    by: Actor,
    name: str,
    email: str,
    is_administrator: bool = False,
    at: datetime,
    lasts: timedelta = INVITATION_LASTS,
) -> Invitation:
    """Make an account for somebody, and a link by which they choose a password.

    Somebody whose name and address the store has, but who has no account (as after a move by log),
    keeps their pseudonym.

    Raises
    ------
    UserError
        The name or address is none, or somebody with the address has an account.
    """
    name, email = " ".join(name.split()), email.strip()
    problem = name_problem(name) or email_problem(email)
    if problem is not None:
        raise UserError(f"{problem}. Nobody was invited.")
    pseudonym = _known_without_account(store, email) or new_pseudonym()
    with store.write(
        actor=by, action="invite_person", object_type="person", object_id=pseudonym, at=at
    ) as tx:
        there = account_with_email(tx.connection, email)
        if there is not None:
            raise UserError(
                f"Somebody with this address has an account already, under {there.pseudonym}. Send "
                "them a new link if they cannot sign in. Nobody was invited."
            )
        if any(person.pseudonym == pseudonym for person in all_people(tx.connection)):
            rename_person(tx.connection, pseudonym, name)
        else:
            tx.add_person(Person(pseudonym, name, email))
        insert_account(
            tx.connection, pseudonym, is_administrator=is_administrator, created_at=utc_text(at)
        )
        tx.note_person("invite administrator" if is_administrator else "invite", pseudonym)
        return new_invitation(tx.connection, pseudonym, at=at, lasts=lasts)


def invite_again(
    store: Store,
    *,
    by: Actor,
    pseudonym: str,
    at: datetime,
    lasts: timedelta = INVITATION_LASTS,
) -> Invitation:
    """Make a new link for somebody who has an account: to accept the invitation, or to reset a password.

    The old password, if there is one, works until a new one is chosen.

    Raises
    ------
    NotFound
        There is no such account.
    UserError
        The account is disabled.
    """
    with store.write(
        actor=by, action="invite_again", object_type="person", object_id=pseudonym, at=at
    ) as tx:
        if account_of(tx.connection, pseudonym).is_disabled:
            raise UserError(
                f"The account {pseudonym} is disabled. Enable it first. No link was made."
            )
        tx.note_person("invite again", pseudonym)
        return new_invitation(tx.connection, pseudonym, at=at, lasts=lasts)


def accept_invitation(
    store: Store, *, token: str, password: str, passwords: Passwords, at: datetime
) -> str:
    """Set the password of whom a link invites, and use the link up; return the pseudonym.

    Everywhere they were signed in they are signed out.

    Raises
    ------
    UserError
        The link does not work, or the password may not be chosen.
    """
    with store.database.reading() as connection:
        pseudonym = person_invited(connection, token, at=at)
        if pseudonym is None:
            raise UserError(LINK_GONE)
        account = account_of(connection, pseudonym)
    problem = password_problem(password, name=account.name, email=account.email)
    if problem is not None:
        raise UserError(f"{problem}.")
    # Outside the transaction: hashing takes long, and writers wait for one another.
    password_hash = passwords.hash(password)
    with store.write(
        actor=Actor(pseudonym, "member"),
        action="accept_invitation",
        object_type="person",
        object_id=pseudonym,
        at=at,
    ) as tx:
        # Two browsers may have opened the link: the first one wins.
        is_gone = person_invited(tx.connection, token, at=at) != pseudonym
        if is_gone or account_of(tx.connection, pseudonym).is_disabled:
            raise UserError(LINK_GONE)
        update_account(tx.connection, pseudonym, password_hash=password_hash)
        delete_invitations_of(tx.connection, pseudonym)
        delete_sessions_of(tx.connection, pseudonym)
        tx.note_person("set password", pseudonym)
    return pseudonym


def change_password(
    store: Store,
    *,
    by: Actor,
    old: str,
    new: str,
    session: str | None,
    passwords: Passwords,
    at: datetime,
) -> None:
    """Change one's own password; everywhere else one is signed out.

    Parameters
    ----------
    session : str or None
        SHA-256 of the id of the session that goes on.

    Raises
    ------
    UserError
        The old password is wrong, or the new one may not be chosen.
    """
    with store.database.reading() as connection:
        account = account_of(connection, by.pseudonym)
        stored = password_hash_of(connection, by.pseudonym)
    if not passwords.is_right(stored, old):
        raise UserError("The password you have now is not this one. Nothing was changed.")
    problem = password_problem(new, name=account.name, email=account.email)
    if problem is not None:
        raise UserError(f"{problem}.")
    password_hash = passwords.hash(new)
    with store.write(
        actor=by,
        action="change_password",
        object_type="person",
        object_id=by.pseudonym,
        at=at,
    ) as tx:
        if password_hash_of(tx.connection, by.pseudonym) != stored:
            raise UserError(
                "Your password was changed elsewhere in this moment. Sign in again. Nothing was "
                "changed here."
            )
        update_account(tx.connection, by.pseudonym, password_hash=password_hash)
        delete_sessions_of(tx.connection, by.pseudonym, but=session)
        # A link sent before would open the account to whoever has it.
        delete_invitations_of(tx.connection, by.pseudonym)
        tx.note_person("set password", by.pseudonym)


def change_name(store: Store, *, by: Actor, name: str, at: datetime) -> None:
    """Change one's own name as it is shown to others.

    Raises
    ------
    UserError
        It is empty or too long.
    """
    name = " ".join(name.split())
    problem = name_problem(name)
    if problem is not None:
        raise UserError(f"{problem}.")
    with store.write(
        actor=by, action="change_name", object_type="person", object_id=by.pseudonym, at=at
    ) as tx:
        account_of(tx.connection, by.pseudonym)
        rename_person(tx.connection, by.pseudonym, name)
        tx.note_person("rename", by.pseudonym)


def set_disabled(
    store: Store, *, by: Actor, pseudonym: str, is_disabled: bool, at: datetime
) -> None:
    """Forbid somebody to sign in, and sign them out; or let them in again.

    Raises
    ------
    NotFound
        There is no such account.
    UserError
        It is the last administrator who can sign in.
    """
    with store.write(
        actor=by,
        action="disable_account" if is_disabled else "enable_account",
        object_type="person",
        object_id=pseudonym,
        at=at,
    ) as tx:
        if account_of(tx.connection, pseudonym).is_disabled == is_disabled:
            return
        update_account(tx.connection, pseudonym, is_disabled=is_disabled)
        if is_disabled:
            require_administrator_left(tx.connection)
            delete_sessions_of(tx.connection, pseudonym)
            delete_invitations_of(tx.connection, pseudonym)
        tx.note_person("disable" if is_disabled else "enable", pseudonym)


def set_administrator(
    store: Store, *, by: Actor, pseudonym: str, is_administrator: bool, at: datetime
) -> None:
    """Let somebody begin reviews and manage people, or no longer.

    Raises
    ------
    NotFound
        There is no such account.
    UserError
        It is the last administrator who can sign in.
    """
    with store.write(
        actor=by,
        action="make_administrator" if is_administrator else "unmake_administrator",
        object_type="person",
        object_id=pseudonym,
        at=at,
    ) as tx:
        if account_of(tx.connection, pseudonym).is_administrator == is_administrator:
            return
        update_account(tx.connection, pseudonym, is_administrator=is_administrator)
        require_administrator_left(tx.connection)
        tx.note_person("administrator" if is_administrator else "not administrator", pseudonym)


def name_problem(name: str) -> str | None:
    """Return why a name cannot be one; None if it can."""
    if not name:
        return "Enter the full name"
    if len(name) > _LONGEST:
        return f"Enter a name of at most {_LONGEST} characters"
    return None if name.isprintable() else "Enter a name without control characters"


def email_problem(email: str) -> str | None:
    """Return why an address cannot be one; None if it can."""
    if not email:
        return "Enter the e-mail address"
    if len(email) > _LONGEST or not email.isprintable() or not _EMAIL.fullmatch(email):
        return "Enter an e-mail address in the form name@example.org"
    return None


def _known_without_account(store: Store, email: str) -> str | None:
    """Return the pseudonym of somebody with this address who has no account."""
    with store.database.reading() as connection:
        have_account = {account.pseudonym for account in all_accounts(connection)}
        people = all_people(connection)
    wanted = comparable_email(email)
    return next(
        (
            person.pseudonym
            for person in people
            if person.pseudonym not in have_account
            and person.email is not None
            and comparable_email(person.email) == wanted
        ),
        None,
    )
