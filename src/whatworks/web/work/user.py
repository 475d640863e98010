"""Whoever a request comes from."""

from __future__ import annotations

from dataclasses import dataclass

from whatworks.store import Actor

__all__ = ["User"]


@dataclass(frozen=True, slots=True)
class User:
    """A person at the working pages.

    Attributes
    ----------
    pseudonym
        Under which every change is recorded.
    name
        For display to the person and the team; "" for the one person of a machine.
    is_administrator
        Whether the person may begin reviews and manage people.
    session
        SHA-256 of the session's id; None where there is no signing in.
    local
        How the one person of this machine acts; None where people sign in.
    """

    pseudonym: str
    name: str
    is_administrator: bool
    session: str | None = None
    local: Actor | None = None

    @classmethod
    def of_this_machine(cls, by: Actor) -> User:
        """Return the one person of a machine without accounts, who may do everything."""
        return cls(by.pseudonym, "", is_administrator=True, local=by)
