"""People: the one place that holds names and addresses, and their erasure."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import sqlalchemy as sa

from whatworks.errors import NotFound
from whatworks.store.accounts import delete_account
from whatworks.store.invitations import delete_invitations_of
from whatworks.store.sessions import delete_sessions_of
from whatworks.store.tables import PEOPLE

__all__ = [
    "Person",
    "all_people",
    "delete_person",
    "insert_person",
    "new_pseudonym",
    "rename_person",
]

# Letters and digits that are not mistaken for one another when read aloud or copied by hand.
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Person:
    """Who stands behind a pseudonym.

    Attributes
    ----------
    pseudonym
        The name used everywhere else.
    name
        Full name.
    email
        E-mail address, if known.
    """

    pseudonym: str
    name: str
    email: str | None


def new_pseudonym() -> str:
    """Return a pseudonym that says nothing about the person: chance, not a hash of the name."""
    return "person-" + "".join(secrets.choice(_ALPHABET) for _ in range(8))


def insert_person(connection: sa.Connection, person: Person) -> None:
    """Store who stands behind a pseudonym."""
    connection.execute(
        sa.insert(PEOPLE),
        {"pseudonym": person.pseudonym, "name": person.name, "email": person.email},
    )


def delete_person(connection: sa.Connection, pseudonym: str) -> None:
    """Erase who stands behind a pseudonym, with their account and all that signs them in.

    Raises
    ------
    NotFound
        Nobody, or nobody any more, stands behind it.
    """
    deleted = connection.execute(sa.delete(PEOPLE).where(PEOPLE.c.pseudonym == pseudonym))
    if deleted.rowcount == 0:
        raise NotFound(
            f'Nobody is stored under the pseudonym "{pseudonym}": it was never given, or has been '
            "erased already. Nothing was changed."
        )
    delete_account(connection, pseudonym)
    delete_sessions_of(connection, pseudonym)
    delete_invitations_of(connection, pseudonym)


def rename_person(connection: sa.Connection, pseudonym: str, name: str) -> None:
    """Change the name behind a pseudonym."""
    query = sa.update(PEOPLE).where(PEOPLE.c.pseudonym == pseudonym)
    connection.execute(query.values(name=name))


def all_people(connection: sa.Connection) -> list[Person]:
    """Return everyone, by pseudonym."""
    query = sa.select(*PEOPLE.columns).order_by(PEOPLE.c.pseudonym)
    return [Person(*row) for row in connection.execute(query)]
