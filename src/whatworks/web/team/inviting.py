"""Invite from a page: make the account, then hand the link over."""

from __future__ import annotations

from starlette.exceptions import HTTPException

from whatworks.actions.accounts import invite_person
from whatworks.errors import UserError
from whatworks.site.figures import plural
from whatworks.web.team.door import Door
from whatworks.web.work.seat import Seat

__all__ = ["invite_and_deliver", "limit_links"]


def invite_and_deliver(
    door: Door, desk: Seat, *, name: str, email: str, is_administrator: bool = False
) -> tuple[str, str]:
    """Invite somebody; return their pseudonym, and in words where the link went.

    A link that cannot be handed over does not undo the invitation: the words say so, and an
    administrator can send another.

    Raises
    ------
    UserError
        Nobody was invited.
    """
    made = invite_person(
        door.store,
        by=desk.by,
        name=name,
        email=email,
        is_administrator=is_administrator,
        at=door.clock(),
        lasts=door.config.invitation_lasts,
    )
    try:
        words = door.deliver(made, name=" ".join(name.split()), email=email.strip())
    except UserError as error:
        words = f"The account is made, but: {error}"
    return made.pseudonym, words


def limit_links(door: Door, desk: Seat) -> None:
    """Refuse more links than a person would send.

    Raises
    ------
    HTTPException
        429, with how long to wait.
    """
    seconds = door.limits.links.wait(desk.person.pseudonym)
    if seconds:
        raise HTTPException(
            429,
            f"You have sent many links. Wait {plural(seconds, 'second')}, then go on.",
            headers={"Retry-After": str(seconds)},
        )
