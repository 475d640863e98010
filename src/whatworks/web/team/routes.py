"""The addresses of the door and of the team's pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from starlette.routing import Route

from whatworks.release.read import ReleaseLabel
from whatworks.web.team.account import account_page, save_name, save_password, sign_out_there
from whatworks.web.team.door import Door
from whatworks.web.team.invitation import accept, invitation_form
from whatworks.web.team.people import change_person, invite_to_server, people_page
from whatworks.web.team.review_team import change_team, team_page
from whatworks.web.team.sign_in import leave, sign_in_form, take_in
from whatworks.web.work.needs import Need
from whatworks.web.work.routes import WorkPage

__all__ = ["door_routes", "team_pages"]

_ACCOUNT, _PEOPLE = "/desk/account", "/desk/people"
_TEAM = "/desk/reviews/{review_id}/team"

_PAGES: Sequence[tuple[str, str, Callable[..., Any], Need]] = (
    ("GET", _ACCOUNT, account_page, Need.SIGNED_IN),
    ("POST", f"{_ACCOUNT}/name", save_name, Need.SIGNED_IN),
    ("POST", f"{_ACCOUNT}/password", save_password, Need.SIGNED_IN),
    ("POST", f"{_ACCOUNT}/sign-out", sign_out_there, Need.SIGNED_IN),
    ("GET", _PEOPLE, people_page, Need.ADMINISTRATOR),
    ("POST", _PEOPLE, invite_to_server, Need.ADMINISTRATOR),
    ("POST", f"{_PEOPLE}/{{pseudonym}}", change_person, Need.ADMINISTRATOR),
    ("GET", _TEAM, team_page, Need.SEE_TEAM),
    ("POST", _TEAM, change_team, Need.TEAM),
)


def team_pages(door: Door) -> list[WorkPage]:
    """Return the pages that only a server with signing in has, besides those of the work."""
    return [
        WorkPage(method, path, partial(endpoint, door), need)
        for method, path, endpoint, need in _PAGES
    ]


def door_routes(door: Door, release: ReleaseLabel) -> list[Route]:
    """Return the routes that need no signing in: those by which people come in and go."""
    pages: Sequence[tuple[str, str, Callable[..., Any]]] = (
        ("GET", "/sign-in", sign_in_form),
        ("POST", "/sign-in", take_in),
        ("GET", "/sign-out", leave),
        ("POST", "/sign-out", leave),
        ("GET", "/invitation/{token}", invitation_form),
        ("POST", "/invitation/{token}", accept),
    )
    return [
        Route(path, partial(endpoint, door, release), methods=[method], name=endpoint.__name__)
        for method, path, endpoint in pages
    ]
