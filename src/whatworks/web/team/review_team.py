"""The team of a review: its people, their roles, and who comes new."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from whatworks.actions.accounts import email_problem, name_problem
from whatworks.actions.team import TEAM_ROLES, add_member, change_role, leave_team, team_of
from whatworks.errors import UserError
from whatworks.web.team.door import Door
from whatworks.web.team.fields import fields_of
from whatworks.web.team.inviting import invite_and_deliver, limit_links
from whatworks.web.work.render import page, review_address, see_other
from whatworks.web.work.seat import Seat

__all__ = ["change_team", "team_page"]

_FIELDS = ("do", "person", "role", "name", "email")
_NOTHING = dict.fromkeys(_FIELDS, "")
Errors = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One member as the page shows them."""

    person: str
    name: str
    role: str
    has_left: bool
    note: str | None


def team_page(door: Door, desk: Seat, request: Request) -> Response:
    """Show who is in the team."""
    return _page(door, desk, request, _NOTHING, [])


async def change_team(door: Door, desk: Seat, request: Request) -> Response:
    """Add somebody, invite somebody new, change a role, or let somebody leave."""
    said = await fields_of(request, _FIELDS)
    return await run_in_threadpool(_change, door, desk, request, said)


def _change(door: Door, desk: Seat, request: Request, said: dict[str, str]) -> Response:
    review_id = desk.shared.review(request.path_params["review_id"]).review_id
    errors = _errors(said)
    if not errors:
        try:
            words = _do(door, desk, review_id, said)
        except UserError as error:
            field = {"invite": "email", "add": "person"}.get(said["do"], "team")
            errors = [(field, str(error))]
        else:
            here = review_address(review_id, "/team")
            desk.sitting(here).tell(words)
            # Whoever took themselves out of the team cannot look at it any more.
            gone = said["person"] == desk.person.pseudonym and said["do"] == "leave"
            is_out = gone and not desk.person.is_administrator
            return see_other(request, "desk/" if is_out else here)
    return _page(door, desk, request, said, errors)


def _errors(said: dict[str, str]) -> Errors:
    """Return what is missing from a form, by field."""
    errors: list[tuple[str, str | None]] = []
    if said["do"] == "invite":
        errors.append(("name", name_problem(" ".join(said["name"].split()))))
        errors.append(("email", email_problem(said["email"].strip())))
    if said["do"] == "add" and not said["person"]:
        errors.append(("person", "Choose somebody"))
    if said["do"] in ("invite", "add") and said["role"] not in TEAM_ROLES:
        errors.append((f"{said['do']}-role", "Choose a role"))
    return [(field, words) for field, words in errors if words is not None]


def _do(door: Door, desk: Seat, review_id: str, said: dict[str, str]) -> str:
    """Do what was asked; return what to say."""
    store, by, now, person = desk.store, desk.by, door.clock(), said["person"]
    did, role = said["do"], said["role"]
    if did == "invite":
        limit_links(door, desk)
        person, words = invite_and_deliver(door, desk, name=said["name"], email=said["email"])
        add_member(store, by=by, review_id=review_id, person=person, role=role, at=now)
        return words
    if did == "add":
        add_member(store, by=by, review_id=review_id, person=person, role=role, at=now)
        return f"{desk.name_of(person)} is in the team as {role}."
    if did == "role":
        change_role(store, by=by, review_id=review_id, person=person, role=role, at=now)
        return f"{desk.name_of(person)} is now {role}."
    if did == "leave":
        leave_team(store, by=by, review_id=review_id, person=person, at=now)
        return f"{desk.name_of(person)} has left the team. Decisions made stay."
    raise UserError("This button is not known. Load the page again. Nothing was changed.")


def _page(
    door: Door, desk: Seat, request: Request, said: dict[str, str], errors: Errors
) -> Response:
    review = desk.shared.review(request.path_params["review_id"])
    accounts = {account.pseudonym: account for account in desk.store.accounts()}
    members = []
    for member in team_of(desk.store, review.review_id):
        account = accounts.get(member.person)
        note = None
        if account is None:
            note = "no account any more"
        elif account.is_disabled:
            note = "cannot sign in at the moment"
        elif not account.has_password:
            note = "invited, has not come yet"
        members.append(
            MemberRow(
                member.person,
                desk.name_of(member.person),
                member.role,
                member.has_left,
                None if member.has_left else note,
            )
        )
    members.sort(key=lambda row: (row.has_left, row.name.casefold()))
    there = {row.person for row in members if not row.has_left}
    others = [
        one for one in accounts.values() if one.pseudonym not in there and not one.is_disabled
    ]
    address = review_address(review.review_id)
    here = review_address(review.review_id, "/team")
    return page(
        request,
        desk,
        "team.html",
        title="Team",
        crumbs=[(review.title, address)] if desk.may("reader") else [],
        values={
            "review": review,
            "members": members,
            "others": sorted(others, key=lambda one: one.name.casefold()),
            "roles": TEAM_ROLES,
            "said": said,
            "here": here,
            "message": desk.sitting(here).told(),
        },
        errors=errors,
    )
