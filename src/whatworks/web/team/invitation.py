"""Accept an invitation, or reset a password: a link that works once leads here."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from whatworks.actions.accounts import LINK_GONE, accept_invitation
from whatworks.errors import UserError
from whatworks.release.read import ReleaseLabel
from whatworks.site.figures import plural
from whatworks.store import Account
from whatworks.store.accounts import account_of
from whatworks.store.invitations import person_invited
from whatworks.store.passwords import password_problem
from whatworks.web.team.door import Door
from whatworks.web.team.fields import fields_of
from whatworks.web.team.rate_limit import address_key
from whatworks.web.work.render import door_page

__all__ = ["accept", "invitation_form"]

AGAIN = "Enter the same password twice"


def invitation_form(door: Door, release: ReleaseLabel, request: Request) -> Response:
    """Ask for a password, if the link works. Looking at it does not use it up: mail programs do."""
    _limit(door, request)
    account = _invited(door, request.path_params["token"])
    if account is None:
        return _gone(release, request)
    return _form(release, request, account, [])


async def accept(door: Door, release: ReleaseLabel, request: Request) -> Response:
    """Set the password, and lead on to signing in."""
    said = await fields_of(request, ("password", "again"))
    _limit(door, request)
    token = request.path_params["token"]
    account = await run_in_threadpool(_invited, door, token)
    if account is None:
        return _gone(release, request)
    problem = password_problem(said["password"], name=account.name, email=account.email)
    errors = [("password", problem)] if problem else []
    if not errors and said["again"] != said["password"]:
        errors = [("again", AGAIN)]
    if errors:
        return _form(release, request, account, errors)
    try:
        await door.hashing(
            lambda: accept_invitation(
                door.store,
                token=token,
                password=said["password"],
                passwords=door.passwords,
                at=door.clock(),
            )
        )
    except UserError:
        # Between the two looks the link was used in another browser.
        return _gone(release, request)
    response = RedirectResponse("/sign-in?done=set", status_code=303)
    # Whoever was signed in here before, it is over.
    door.take_cookie(response)
    return response


def _limit(door: Door, request: Request) -> None:
    host = address_key(request.client.host if request.client else None)
    seconds = door.limits.address.wait(host)
    if seconds:
        raise HTTPException(
            429,
            f"Too many tries. Wait {plural(seconds, 'second')}, then open the link again.",
            headers={"Retry-After": str(seconds)},
        )


def _invited(door: Door, token: str) -> Account | None:
    """Return the account a link is for; None if the link does not work."""
    with door.store.database.reading() as connection:
        pseudonym = person_invited(connection, token, at=door.clock())
        return None if pseudonym is None else account_of(connection, pseudonym)


def _form(
    release: ReleaseLabel, request: Request, account: Account, errors: list[tuple[str, str]]
) -> Response:
    return door_page(
        request,
        release,
        "invitation.html",
        title="Choose a new password" if account.has_password else "Choose a password",
        values={"account": account},
        errors=errors,
    )


def _gone(release: ReleaseLabel, request: Request) -> Response:
    return door_page(
        request,
        release,
        "link_gone.html",
        title="This link does not work",
        values={"words": LINK_GONE},
        status=404,
    )
