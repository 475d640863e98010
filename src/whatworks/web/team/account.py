"""A person's own account: name, password, and where they are signed in."""

from __future__ import annotations

from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from whatworks.actions.accounts import change_name, change_password, name_problem
from whatworks.actions.signing_in import places, sign_out_of
from whatworks.errors import UserError
from whatworks.site.figures import plural
from whatworks.store.accounts import account_of
from whatworks.store.passwords import password_problem
from whatworks.web.team.door import Door
from whatworks.web.team.fields import fields_of
from whatworks.web.team.invitation import AGAIN
from whatworks.web.team.place_words import browser_words, time_words
from whatworks.web.work.render import page, see_other
from whatworks.web.work.seat import Seat

__all__ = ["account_page", "save_name", "save_password", "sign_out_there"]

_HERE = "desk/account"
Errors = list[tuple[str, str]]


def account_page(door: Door, desk: Seat, request: Request) -> Response:
    """Show the account."""
    return _page(door, desk, request, [])


async def save_name(door: Door, desk: Seat, request: Request) -> Response:
    """Change the name that others see."""
    name = " ".join((await fields_of(request, ("name",)))["name"].split())

    def save() -> Response:
        problem = name_problem(name)
        if problem is not None:
            return _page(door, desk, request, [("name", problem)], name=name)
        change_name(desk.store, by=desk.by, name=name, at=door.clock())
        desk.sitting(_HERE).tell("Your name is changed.")
        return see_other(request, _HERE)

    return await run_in_threadpool(save)


async def save_password(door: Door, desk: Seat, request: Request) -> Response:
    """Change the password; everywhere else the person is signed out."""
    said = await fields_of(request, ("old", "password", "again"))
    errors = await run_in_threadpool(_password_errors, desk, said)
    if not errors:
        # A stolen session must not find out the password by trying.
        seconds = door.limits.account.wait(f"change {desk.person.pseudonym}")
        if seconds:
            errors = [("old", f"Too many tries. Wait {plural(seconds, 'second')}, then try again")]
            response = await run_in_threadpool(_page, door, desk, request, errors, status=429)
            response.headers["Retry-After"] = str(seconds)
            return response
        try:
            await door.hashing(
                partial(
                    change_password,
                    desk.store,
                    by=desk.by,
                    old=said["old"],
                    new=said["password"],
                    session=desk.person.session,
                    passwords=door.passwords,
                    at=door.clock(),
                )
            )
        except UserError as error:
            errors = [("old", str(error))]
    if errors:
        return await run_in_threadpool(_page, door, desk, request, errors)
    desk.sitting(_HERE).tell("Your password is changed. Everywhere else you are signed out.")
    return see_other(request, _HERE)


async def sign_out_there(door: Door, desk: Seat, request: Request) -> Response:
    """End one other session of the person's, or all others."""
    session = (await fields_of(request, ("session",)))["session"]
    ended = await run_in_threadpool(
        partial(
            sign_out_of,
            desk.store,
            desk.person.pseudonym,
            session=session or None,
            but=desk.person.session,
        )
    )
    # One that had ended already is out as well.
    words = "You are signed out there." if session else f"{plural(ended, 'session')} ended."
    desk.sitting(_HERE).tell(words)
    return see_other(request, _HERE)


def _password_errors(desk: Seat, said: dict[str, str]) -> Errors:
    if not said["old"]:
        return [("old", "Enter the password you have now")]
    with desk.store.database.reading() as connection:
        account = account_of(connection, desk.person.pseudonym)
    problem = password_problem(said["password"], name=account.name, email=account.email)
    if problem is not None:
        return [("password", problem)]
    return [] if said["again"] == said["password"] else [("again", AGAIN)]


def _page(
    door: Door,
    desk: Seat,
    request: Request,
    errors: Errors,
    *,
    name: str | None = None,
    status: int = 200,
) -> Response:
    now = door.clock()
    pseudonym = desk.person.pseudonym
    with desk.store.database.reading() as connection:
        account = account_of(connection, pseudonym)
    sessions = [
        (
            session.id_sha256,
            browser_words(session.agent),
            time_words(session.created_at),
            time_words(session.last_seen_at),
            session.id_sha256 == desk.person.session,
        )
        for session in places(desk.store, pseudonym, at=now, lengths=door.config.lengths)
    ]
    return page(
        request,
        desk,
        "account.html",
        title="Your account",
        values={
            "account": account,
            "name": account.name if name is None else name,
            "sessions": sessions,
            "message": desk.sitting(_HERE).told(),
        },
        errors=errors,
        status=status,
        section="account",
    )
