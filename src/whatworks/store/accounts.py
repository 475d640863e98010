"""Accounts: who may sign in. They stand outside the log, because a hash of a password may not be kept for ever."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from whatworks.errors import NotFound, UserError
from whatworks.store.tables import ACCOUNTS, PEOPLE

__all__ = [
    "Account",
    "account_of",
    "account_with_email",
    "all_accounts",
    "comparable_email",
    "delete_account",
    "insert_account",
    "password_hash_of",
    "require_administrator_left",
    "update_account",
]


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in, or was invited to.

    Attributes
    ----------
    pseudonym
        The name used everywhere else.
    name, email
        Who it is; "" and None where they are not known.
    has_password
        Whether an invitation was accepted.
    is_administrator
        Whether they may begin reviews and manage people.
    is_disabled
        Whether signing in is forbidden at the moment.
    created_at
        When they were first invited: UTC, ISO 8601.
    """

    pseudonym: str
    name: str
    email: str | None
    has_password: bool
    is_administrator: bool
    is_disabled: bool
    created_at: str


def comparable_email(email: str) -> str:
    """Return an address as it is compared: case and the way accents are written do not matter."""
    return unicodedata.normalize("NFC", email.strip()).casefold()


def all_accounts(connection: sa.Connection) -> list[Account]:
    """Return every account, by pseudonym."""
    return [_account(row) for row in connection.execute(_query().order_by(ACCOUNTS.c.pseudonym))]


def account_of(connection: sa.Connection, pseudonym: str) -> Account:
    """Return somebody's account.

    Raises
    ------
    NotFound
        Nobody with this pseudonym was invited.
    """
    row = connection.execute(_query().where(ACCOUNTS.c.pseudonym == pseudonym)).first()
    if row is None:
        raise NotFound(
            f'There is no account "{pseudonym}". `whatworks team list` names those there are.'
        )
    return _account(row)


def account_with_email(connection: sa.Connection, email: str) -> Account | None:
    """Return the account of an address; None if there is none.

    All are compared here and not by the database, whose idea of upper case ends with ASCII.
    """
    wanted = comparable_email(email)
    return next(
        (
            account
            for account in all_accounts(connection)
            if account.email is not None and comparable_email(account.email) == wanted
        ),
        None,
    )


def password_hash_of(connection: sa.Connection, pseudonym: str) -> str | None:
    """Return the hash of somebody's password; None where there is no account or no password."""
    query = sa.select(ACCOUNTS.c.password_hash).where(ACCOUNTS.c.pseudonym == pseudonym)
    found: str | None = connection.execute(query).scalar()
    return found


def insert_account(
    connection: sa.Connection, pseudonym: str, *, is_administrator: bool, created_at: str
) -> None:
    """Store an account without a password: nobody can sign in with it until one is set."""
    connection.execute(
        sa.insert(ACCOUNTS),
        {
            "pseudonym": pseudonym,
            "password_hash": None,
            "is_administrator": is_administrator,
            "is_disabled": False,
            "created_at": created_at,
        },
    )


def update_account(connection: sa.Connection, pseudonym: str, **values: str | bool | None) -> None:
    """Change columns of an account; it must be there."""
    query = sa.update(ACCOUNTS).where(ACCOUNTS.c.pseudonym == pseudonym)
    connection.execute(query.values(**values))


def delete_account(connection: sa.Connection, pseudonym: str) -> None:
    """Delete an account, if there is one."""
    connection.execute(sa.delete(ACCOUNTS).where(ACCOUNTS.c.pseudonym == pseudonym))


def require_administrator_left(connection: sa.Connection) -> None:
    """Refuse a change after which no administrator could sign in; called within its transaction.

    Raises
    ------
    UserError
        Nobody would be left who can invite people. The transaction is undone.
    """
    accounts = all_accounts(connection)
    if not any(account.is_administrator and not account.is_disabled for account in accounts):
        raise UserError(
            "This is the last administrator. Make somebody else an administrator first. Nothing was "
            "changed."
        )


def _query() -> sa.Select[Any]:
    return sa.select(
        ACCOUNTS.c.pseudonym,
        PEOPLE.c.name,
        PEOPLE.c.email,
        ACCOUNTS.c.password_hash,
        ACCOUNTS.c.is_administrator,
        ACCOUNTS.c.is_disabled,
        ACCOUNTS.c.created_at,
    ).join_from(ACCOUNTS, PEOPLE, ACCOUNTS.c.pseudonym == PEOPLE.c.pseudonym, isouter=True)


def _account(row: sa.Row[Any]) -> Account:
    return Account(
        row.pseudonym,
        row.name or "",
        row.email,
        row.password_hash is not None,
        row.is_administrator,
        row.is_disabled,
        row.created_at,
    )
