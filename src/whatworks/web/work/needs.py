"""What somebody must be to open a page or to send something to it."""

from __future__ import annotations

from enum import Enum

__all__ = ["ROLES", "Need", "has_role"]

# Each may do what those before it may.
ROLES = ("reader", "reviewer", "lead")


class Need(Enum):
    """What a route asks for."""

    SIGNED_IN = "signed in"
    READER = "reader"
    REVIEWER = "reviewer"
    LEAD = "lead"
    # Who is in the team: its people see it, its leads change it. Administrators do both without being
    # in it, so that a review that lost its lead gets one.
    SEE_TEAM = "reader or administrator"
    TEAM = "lead or administrator"
    ADMINISTRATOR = "administrator"

    @property
    def words(self) -> str:
        """What is said to somebody who is not."""
        return _REFUSED[self]


_REFUSED = {
    Need.SIGNED_IN: "Sign in first.",
    Need.READER: "Only people of this review's team can see this.",
    Need.REVIEWER: (
        "You can read this review but not change it. Ask its lead to make you a reviewer. Nothing "
        "was done."
    ),
    Need.LEAD: "Only a lead of this review can do this. Ask one of them. Nothing was done.",
    Need.SEE_TEAM: "Only people of this review's team and administrators can see this.",
    Need.TEAM: (
        "Only a lead of this review or an administrator can do this. Ask one of them. Nothing was "
        "done."
    ),
    Need.ADMINISTRATOR: "Only an administrator can do this. Ask one of them. Nothing was done.",
}


def has_role(held: str | None, wanted: str) -> bool:
    """Return whether a role is enough where another is asked for.

    Parameters
    ----------
    held : str or None
        Role in the review; None for somebody outside its team.
    wanted : {"reader", "reviewer", "lead"}
    """
    return held in ROLES and ROLES.index(held) >= ROLES.index(wanted)
