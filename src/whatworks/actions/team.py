"""Who works on a review, and in which role."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from whatworks.actions.known_review import require_review
from whatworks.errors import NotFound, UserError
from whatworks.screening.nouns import TeamMember
from whatworks.store import Actor, Store
from whatworks.store.accounts import account_of
from whatworks.store.reads import current_rows
from whatworks.store.tables import fact_table

if TYPE_CHECKING:
    import sqlalchemy as sa

__all__ = [
    "TEAM_ROLES",
    "add_member",
    "change_role",
    "leave_team",
    "role_in",
    "roles_of",
    "team_of",
]

TEAM_ROLES = ("lead", "reviewer", "reader")


def add_member(
    store: Store, *, by: Actor, review_id: str, person: str, role: str, at: datetime | None = None
) -> None:
    """Add somebody who has an account to a review's team; who had left is back.

    Parameters
    ----------
    person : str
        Pseudonym.
    role : {"lead", "reviewer", "reader"}

    Raises
    ------
    NotFound
        The review or the account does not exist.
    UserError
        The role is none, or they are in the team already.
    """
    require_review(store, review_id)
    _require_role(role)
    with store.database.reading() as connection:
        account_of(connection, person)
    held = role_in(store, review_id, person)
    if held is not None:
        raise UserError(
            f'{person} is in the team of "{review_id}" already, as {held}. Change the role instead. '
            "Nothing was changed."
        )
    _write(store, by, "add_member", TeamMember(review_id, person, role, False), at)


def change_role(
    store: Store, *, by: Actor, review_id: str, person: str, role: str, at: datetime | None = None
) -> None:
    """Give a member of a review's team another role.

    Raises
    ------
    NotFound
        They are not in the team.
    UserError
        The role is none, or nobody would lead the review.
    """
    _require_role(role)
    _require_member(store, review_id, person)
    _write(store, by, "change_role", TeamMember(review_id, person, role, False), at)


def leave_team(
    store: Store, *, by: Actor, review_id: str, person: str, at: datetime | None = None
) -> None:
    """Let somebody stop working on a review; their decisions stay, what was open goes to others.

    Raises
    ------
    NotFound
        They are not in the team.
    UserError
        Nobody would lead the review.
    """
    role = _require_member(store, review_id, person)
    _write(store, by, "leave_team", TeamMember(review_id, person, role, True), at)


def role_in(store: Store, review_id: str, person: str) -> str | None:
    """Return somebody's role in a review; None for who is not in its team, or has left it."""
    # One look-up by key, however many people and reviews there are: it is asked on every request.
    versions = store.history("team_members", (review_id, person))
    if not versions or versions[-1].is_withdrawn:
        return None
    member: TeamMember = versions[-1].row
    return None if member.has_left else member.role


def roles_of(store: Store, person: str) -> dict[str, str]:
    """Return somebody's roles by review."""
    return {
        member.review_id: member.role
        for member in store.rows("team_members")
        if member.person == person and not member.has_left
    }


def team_of(store: Store, review_id: str) -> list[TeamMember]:
    """Return everybody who works or worked on a review, by pseudonym."""
    return [member for member in store.rows("team_members") if member.review_id == review_id]


def _write(store: Store, by: Actor, action: str, member: TeamMember, at: datetime | None) -> None:
    """Store a member as they are now, unless the review would be left without a lead."""
    with store.write(
        actor=by,
        action=action,
        object_type="review",
        object_id=member.review_id,
        reason=f"{member.person}: {'left' if member.has_left else member.role}",
        at=at,
    ) as tx:
        before = _leads(tx.connection, member.review_id)
        tx.append("team_members", [member])
        if before and not _leads(tx.connection, member.review_id):
            raise UserError(
                f'{member.person} is the only lead of "{member.review_id}". Make somebody else a '
                "lead first. Nothing was changed."
            )


def _leads(connection: sa.Connection, review_id: str) -> list[TeamMember]:
    """Return who leads a review, as the transaction sees it."""
    return [
        member
        for member in current_rows(connection, fact_table("team_members"))
        if member.review_id == review_id and member.role == "lead" and not member.has_left
    ]


def _require_role(role: str) -> None:
    if role not in TEAM_ROLES:
        raise UserError(
            f"A role is {', '.join(TEAM_ROLES[:-1])} or {TEAM_ROLES[-1]}. Found {role!r}."
        )


def _require_member(store: Store, review_id: str, person: str) -> str:
    """Return somebody's role, or say that they have none."""
    require_review(store, review_id)
    held = role_in(store, review_id, person)
    if held is None:
        raise NotFound(f'{person} is not in the team of "{review_id}". Nothing was changed.')
    return held
