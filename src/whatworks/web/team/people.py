"""Everybody who may sign in, for administrators."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from whatworks.actions.accounts import (
    email_problem,
    invite_again,
    name_problem,
    set_administrator,
    set_disabled,
)
from whatworks.actions.signing_in import sign_out_of
from whatworks.errors import UserError
from whatworks.store.accounts import account_of
from whatworks.store.invitations import invited_until
from whatworks.web.team.door import Door
from whatworks.web.team.fields import fields_of
from whatworks.web.team.inviting import invite_and_deliver, limit_links
from whatworks.web.team.place_words import time_words
from whatworks.web.work.render import page, see_other
from whatworks.web.work.seat import Seat

__all__ = ["change_person", "invite_to_server", "people_page"]

_HERE = "desk/people"
_FIELDS = ("name", "email", "administrator")
Errors = list[tuple[str, str]]


def people_page(door: Door, desk: Seat, request: Request) -> Response:
    """List everybody, with what can be done."""
    return _page(door, desk, request, dict.fromkeys(_FIELDS, ""), [])


async def invite_to_server(door: Door, desk: Seat, request: Request) -> Response:
    """Invite somebody new."""
    said = await fields_of(request, _FIELDS)
    return await run_in_threadpool(_invite, door, desk, request, said)


async def change_person(door: Door, desk: Seat, request: Request) -> Response:
    """Do what a button beside a person says."""
    did = (await fields_of(request, ("do",)))["do"]
    return await run_in_threadpool(_change, door, desk, request, did)


def _invite(door: Door, desk: Seat, request: Request, said: dict[str, str]) -> Response:
    errors = _errors(said)
    if not errors:
        limit_links(door, desk)
        try:
            _, words = invite_and_deliver(
                door,
                desk,
                name=said["name"],
                email=said["email"],
                is_administrator=said["administrator"] == "yes",
            )
        except UserError as error:
            errors = [("email", str(error))]
        else:
            desk.sitting(_HERE).tell(words)
            return see_other(request, _HERE)
    return _page(door, desk, request, said, errors)


def _errors(said: dict[str, str]) -> Errors:
    problems = [
        ("name", name_problem(" ".join(said["name"].split()))),
        ("email", email_problem(said["email"].strip())),
    ]
    return [(field, words) for field, words in problems if words is not None]


def _change(door: Door, desk: Seat, request: Request, did: str) -> Response:
    pseudonym = request.path_params["pseudonym"]
    try:
        words = _do(door, desk, pseudonym, did)
    except UserError as error:
        return _page(door, desk, request, dict.fromkeys(_FIELDS, ""), [("people", str(error))])
    desk.sitting(_HERE).tell(words)
    return see_other(request, _HERE)


def _do(door: Door, desk: Seat, pseudonym: str, did: str) -> str:
    store, by, now = desk.store, desk.by, door.clock()
    with store.database.reading() as connection:
        account = account_of(connection, pseudonym)
    name = account.name or pseudonym
    if did == "link":
        limit_links(door, desk)
        made = invite_again(
            store, by=by, pseudonym=pseudonym, at=now, lasts=door.config.invitation_lasts
        )
        return door.deliver(made, name=account.name, email=account.email or "")
    if did in ("disable", "enable"):
        set_disabled(store, by=by, pseudonym=pseudonym, is_disabled=did == "disable", at=now)
        return f"{name} can {'no longer' if did == 'disable' else 'now'} sign in."
    if did in ("administrator", "not-administrator"):
        is_one = did == "administrator"
        set_administrator(store, by=by, pseudonym=pseudonym, is_administrator=is_one, at=now)
        return f"{name} is {'now' if is_one else 'no longer'} an administrator."
    if did == "sign-out":
        sign_out_of(store, pseudonym)
        return f"{name} is signed out everywhere."
    raise UserError("This button is not known. Load the page again. Nothing was changed.")


def _page(
    door: Door, desk: Seat, request: Request, said: dict[str, str], errors: Errors
) -> Response:
    with desk.store.database.reading() as connection:
        until = invited_until(connection, at=door.clock())
    accounts = sorted(desk.store.accounts(), key=lambda one: (one.name.casefold(), one.pseudonym))
    reviews = sorted(desk.store.rows("reviews"), key=lambda review: review.title.casefold())
    return page(
        request,
        desk,
        "people.html",
        title="People",
        values={
            "accounts": accounts,
            "until": {pseudonym: time_words(at) for pseudonym, at in until.items()},
            "reviews": reviews,
            "said": said,
            "message": desk.sitting(_HERE).told(),
        },
        errors=errors,
        section="people",
    )
