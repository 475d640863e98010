"""A team's server in a browser: invited, signed in, at work, signed out; on both widths."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import WIDTHS, Watched, serve
from tests.team_server import LABEL, PASSWORD, Server, email_of
from tests.work_files import N_IN_DOUBT, begin_store, fill_store
from whatworks.release import Evidence
from whatworks.store import Store

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

REFUSED = re.compile(r"error: Failed to load resource: the server responded with a status of 4\d\d")


@dataclass
class Team:
    """A server with an administrator and a lead, and browsers before it."""

    server: Server
    browser: Browser
    width: int
    home: str
    contexts: list[BrowserContext] = field(default_factory=list)

    def new_browser(self, *, script: bool = True) -> Watched:
        context = self.browser.new_context(
            viewport={"width": self.width, "height": 900}, java_script_enabled=script
        )
        self.contexts.append(context)
        watched = Watched(context.new_page(), self.home)
        watched.watch()
        return watched

    def signed_in(self, name: str) -> Watched:
        watched = self.new_browser()
        watched.open("desk/")
        sign_in(watched.page, name)
        return watched


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.get_by_label("E-mail address").fill(email_of(name))
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill_store(begin_store(tmp_path_factory.mktemp("joined") / "work.db"))


@pytest.fixture
def team(
    browser: Browser, joined: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Team]:
    callspec = getattr(request.node, "callspec", None)
    width = callspec.params.get("width", 1200) if callspec else 1200
    with Store.open(shutil.copy(joined, tmp_path)) as store:
        made: list[Server] = []

        def door_at(address: str):
            made.append(Server(store, tmp_path / "outbox", address=address))
            return made[0].door

        # The door's address holds the port, and the desk is asked for before it is known.
        running = serve(Evidence(), LABEL, desk=team_desk(store), door_at=door_at)
        home = next(running).address
        (server,) = made
        server.person("Ada Boss", is_administrator=True)
        server.person("Rita Lead", r="lead")
        server.person("Rita Reader", r="reader")
        found = Team(server, browser, width, home)
        yield found
        for context in found.contexts:
            context.close()
        next(running, None)


def team_desk(store: Store):
    from whatworks.web.work import Desk

    return Desk(store, by=None, release=LABEL)


@pytest.mark.parametrize("width", WIDTHS)
def test_somebody_is_invited_comes_works_and_goes(team: Team, axe_source: str, width: int) -> None:
    lead = team.signed_in("Rita Lead")
    lead.open("desk/reviews/r")
    lead.page.get_by_role("link", name="Team of this review").click()
    lead.check(axe_source)
    lead.page.get_by_label("Full name").fill("Zoe New")
    lead.page.locator("#email").fill(email_of("Zoe New"))
    lead.page.locator("#invite-role").select_option("reviewer")
    lead.page.get_by_role("button", name="Invite").click()
    lead.page.get_by_text("invited, has not come yet").wait_for()
    lead.check(axe_source)

    (link,) = team.server.links()
    zoe = team.new_browser()
    page = zoe.page
    zoe.open(link.removeprefix("/"))
    zoe.check(axe_source)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    page.get_by_role("button", name="Accept the invitation").click()
    page.get_by_text("Your password is set.").wait_for()
    zoe.check(axe_source)
    sign_in(page, "Zoe New")
    zoe.check(axe_source)
    page.get_by_role("link", name="Reading & more", exact=True).click()
    page.get_by_role("link", name=f"Look at {N_IN_DOUBT} pairs").click()
    page.get_by_role("button", name="Same").click()
    page.get_by_text("Saved: same.").wait_for()
    page.get_by_role("link", name="Your account: Zoe New").click()
    zoe.check(axe_source)
    assert page.locator("h2", has_text="Where you are signed in").is_visible()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_text("You are signed out.").wait_for()
    zoe.check(axe_source)
    zoe.open("desk/reviews/r")
    assert page.url.endswith("/sign-in?next=%2Fdesk%2Freviews%2Fr")
    (decision,) = team.server.store.rows("pair_decisions")
    people = {account.name: account.pseudonym for account in team.server.store.accounts()}
    assert decision.decided_by == people["Zoe New"]


@pytest.mark.parametrize("width", WIDTHS)
def test_an_administrator_sees_to_people(team: Team, axe_source: str, width: int) -> None:
    boss = team.signed_in("Ada Boss")
    page = boss.page
    boss.open("desk/people")
    boss.check(axe_source)
    page.get_by_role("button", name="Stop from signing in (Rita Reader)").click()
    page.get_by_text("Rita Reader can no longer sign in.").wait_for()
    boss.check(axe_source)
    page.get_by_role("button", name="No longer administrator (Ada Boss)").click()
    page.get_by_role("link", name="This is the last administrator").click()
    assert page.evaluate("document.activeElement.id") == "people"
    boss.check_layout(axe_source)
    page.get_by_label("Full name").fill("Zoe New")
    page.get_by_role("button", name="Invite").click()
    page.get_by_role("link", name="Enter the e-mail address").click()
    assert page.evaluate("document.activeElement.id") == "email"
    assert page.get_by_label("Full name").input_value() == "Zoe New"
    assert page.title().startswith("Error: People")
    boss.check_layout(axe_source)
    page.get_by_role("link", name="Reading & more", exact=True).click()
    page.get_by_role("heading", name="Team", level=1).wait_for()
    boss.complaints = [one for one in boss.complaints if not REFUSED.match(one)]
    boss.check(axe_source)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_session_that_ended_elsewhere_leads_to_signing_in_and_back(
    team: Team, axe_source: str, width: int
) -> None:
    here, there = team.signed_in("Rita Lead"), team.signed_in("Rita Lead")
    here.open("desk/reviews/r/pairs")
    there.open("desk/account")
    there.check(axe_source)
    there.page.get_by_role("button", name="Sign out everywhere else").click()
    there.page.get_by_text("1 session ended.").wait_for()
    there.check(axe_source)
    here.page.keyboard.press("s")
    here.page.wait_for_url("**/sign-in?next=*")
    sign_in(here.page, "Rita Lead")
    assert here.page.url.endswith("/desk/reviews/r/pairs")
    assert team.server.store.rows("pair_decisions") == []


@pytest.mark.parametrize("width", WIDTHS)
def test_what_is_wrong_at_the_door_is_read_first(team: Team, axe_source: str, width: int) -> None:
    watched = team.new_browser()
    page = watched.page
    watched.open("sign-in")
    watched.check(axe_source)
    page.get_by_label("E-mail address").fill("nobody@school.example")
    page.get_by_label("Password").fill("some password")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_selector(".govuk-error-summary")
    assert page.title().startswith("Error: Sign in")
    assert page.evaluate("document.activeElement.className") == "govuk-error-summary"
    assert page.get_by_label("Password").input_value() == ""
    watched.check_layout(axe_source)
    watched.open("invitation/none")
    watched.check_layout(axe_source)
    assert page.locator("h1").inner_text() == "This link does not work"


def test_what_was_sent_after_the_session_ended_can_be_sent_again(
    team: Team, axe_source: str
) -> None:
    lead = team.signed_in("Rita Lead")
    page = lead.page
    lead.open("desk/account")
    page.get_by_label("Full name").fill("Rita Renamed")
    team.server.clock.move(hours=9)
    page.get_by_role("button", name="Save the name").click()
    page.get_by_role("heading", name="You are signed out").wait_for()
    lead.check_layout(axe_source)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in again").click()
    sign_in(opened.value, "Rita Lead")
    page.reload()
    page.get_by_text("Your name is changed.").wait_for()
    names = {account.name for account in team.server.store.accounts()}
    assert "Rita Renamed" in names


def test_coming_in_and_going_needs_no_script(team: Team) -> None:
    watched = team.new_browser(script=False)
    page = watched.page
    page.goto(f"{team.home}/desk/reviews/r/team")
    sign_in(page, "Rita Lead")
    assert page.locator("h1").inner_text() == "Team"
    page.locator("#person").select_option(label="Ada Boss")
    page.locator("#add-role").select_option("reader")
    page.get_by_role("button", name="Add to the team").click()
    assert "Ada Boss is in the team as reader." in page.locator("main").inner_text()
    page.get_by_role("button", name="Has left the team (Ada Boss)").click()
    assert "Ada Boss has left the team." in page.locator("main").inner_text()
    page.get_by_role("button", name="Sign out").click()
    assert page.locator("h1").inner_text() == "Sign in"
