"""A review screened by a team in three browsers: set up, two reviewers, a conflict, a certificate, to the end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import WIDTHS, Watched, serve
from tests.screening_store import REVIEW, records
from tests.team_server import LABEL, PASSWORD, Server, email_of
from whatworks.references import RawFile
from whatworks.release import Evidence
from whatworks.store import Actor, Store
from whatworks.web.team import Door
from whatworks.web.work import Desk

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

N = 6
HERE = "desk/reviews/r"
# Each person's decisions; the third settles what the two do not agree on.
ANNA = {
    "r.00000": "i",
    "r.00001": "i",
    "r.00002": "e",
    "r.00003": "e",
    "r.00004": "e",
    "r.00005": "u",
}
BEN = {**ANNA, "r.00001": "e", "r.00005": "e"}


@dataclass
class Team:
    """A team's server, and browsers before it."""

    store: Store
    browser: Browser
    width: int
    home: str
    contexts: list[BrowserContext] = field(default_factory=list)

    def signed_in(self, name: str) -> Watched:
        """A browser of its own in which somebody has signed in."""
        context = self.browser.new_context(viewport={"width": self.width, "height": 900})
        self.contexts.append(context)
        watched = Watched(context.new_page(), self.home)
        watched.watch()
        watched.open("desk/")
        page = watched.page
        page.get_by_label("E-mail address").fill(email_of(name))
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("button", name="Sign out").wait_for()
        return watched


@pytest.fixture
def team(browser: Browser, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Team]:
    width = request.node.callspec.params["width"]
    with Store.create(str(tmp_path / "s.db")) as store:
        with store.write(
            actor=Actor("local", "lead"), action="add", object_type="review", object_id="r"
        ) as tx:
            tx.append("reviews", [REVIEW])
            tx.append("raw_files", [RawFile("f", "r", "a.ris", "ris", "utf-8", 1, N)])
            tx.append("records", records(N))
        made: list[Server] = []

        def door_at(address: str) -> Door:
            made.append(Server(store, tmp_path / "outbox", address=address))
            return made[0].door

        desk = Desk(store, by=None, release=LABEL)
        running = serve(Evidence(), LABEL, desk=desk, door_at=door_at)
        home = next(running).address
        (server,) = made
        server.person("Rita Lead", is_administrator=True, r="lead")
        for name in ("Anna Reviewer", "Ben Reviewer", "Cleo Reviewer"):
            server.person(name, r="reviewer")
        found = Team(store, browser, width, home)
        yield found
        for context in found.contexts:
            context.close()
        next(running, None)


def screen_all(watched: Watched, decisions: dict[str, str]) -> list[str]:
    """Decide by keyboard on whatever comes until nothing does; return the records in their order."""
    page = watched.page
    watched.open(f"{HERE}/screen/title-abstract")
    seen = []
    while page.locator("#pair input[name=record]").count():
        record = page.locator("#pair input[name=record]").get_attribute("value") or ""
        seen.append(record)
        page.evaluate("document.getElementById('pair-heading').dataset.before = 'yes'")
        page.keyboard.press(decisions[record])
        page.wait_for_function(
            "() => !document.getElementById('pair-heading').dataset.before"
            " && !document.getElementById('pair').hasAttribute('aria-busy')"
        )
        assert "Saved:" in page.locator("#status").inner_text()
    return seen


@pytest.mark.parametrize("width", WIDTHS)
def test_two_reviewers_and_a_conflict_to_the_end(team: Team, axe_source: str, width: int) -> None:
    lead = team.signed_in("Rita Lead")
    page = lead.page
    lead.open(f"{HERE}/criteria")
    page.get_by_label("What makes a record eligible").fill("Pupils\nA comparison group")
    page.get_by_label("Reasons to exclude").fill("Not pupils\nNo comparison group")
    page.get_by_role("button", name="Put them in force").click()
    page.get_by_text("Version 1 of the criteria is in force.").wait_for()
    lead.check(axe_source)
    page.get_by_role("link", name="Set the rules").first.click()
    lead.check(axe_source)
    page.get_by_role("button", name="Set the rules").click()
    page.get_by_text("The rules of screening on title and abstract are set.").wait_for()

    # Anna is given every record once, by keyboard; nothing of it shows to Ben.
    anna = team.signed_in("Anna Reviewer")
    assert sorted(screen_all(anna, ANNA)) == sorted(ANNA)
    anna.check(axe_source)
    ben = team.signed_in("Ben Reviewer")
    ben.open(f"{HERE}/records/title-abstract/r.00001")
    assert "Waits for another person" in ben.page.locator("main").inner_text()
    assert "Anna" not in ben.page.locator("main").inner_text()
    ben.open(f"{HERE}/conflicts/title-abstract")
    assert "No record is in conflict" in ben.page.locator("main").inner_text()
    assert sorted(screen_all(ben, BEN)) == sorted(BEN)

    # Both have decided: two conflicts, with names, that neither of the two may settle.
    anna.open(f"{HERE}/conflicts/title-abstract")
    words = anna.page.locator("main").inner_text()
    assert words.count("This one waits for somebody who did not vote.") == 2
    assert "Ben Reviewer" in words
    anna.check(axe_source)
    cleo = team.signed_in("Cleo Reviewer")
    cleo.open(f"{HERE}/screening")
    row = cleo.page.get_by_role("row", name=re.compile("Cleo Reviewer"))
    assert row.locator("td").all_inner_texts() == ["0", "0", "2"]
    cleo.open(f"{HERE}/conflicts/title-abstract")
    for _ in range(2):
        cleo.page.get_by_role("button", name="Include", exact=True).first.click()
        cleo.page.get_by_text("Settled as include.").wait_for()
    cleo.check(axe_source)

    # The end: all is settled, agreement is known, the flow can be counted.
    lead.open(f"{HERE}/screening")
    assert "6 of 6 records settled" in page.locator("main").inner_text()
    lead.open(f"{HERE}/agreement/title-abstract")
    assert "Two people or more decided on 6 records" in page.locator("main").inner_text()
    lead.check(axe_source)
    lead.open(f"{HERE}/records/title-abstract?show=include")
    assert page.locator("tbody tr").count() == 3
    held = {(one.role, one.record_id): one.value for one in team.store.rows("decisions")}
    assert held["reconciled", "r.00001"] == "include"
    assert len([one for one in team.store.rows("decisions") if one.role == "individual"]) == 12
    assert not team.store.check().problems
