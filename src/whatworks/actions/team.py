"""Who works on a review, and in which role."""

from __future__ import annotations

from whatworks.screening.nouns import TeamMember
from whatworks.store import Store

__all__ = ["role_in", "roles_of", "team_of"]


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
