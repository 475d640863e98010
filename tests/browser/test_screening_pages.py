"""Screening in a browser: on both widths, by keyboard, with keys of one's own, in the dark, and offline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import WIDTHS, Watched, serve
from tests.screening_store import LEAD, fill, person, reading_is_out
from whatworks.actions.certify_screening import begin_certification
from whatworks.actions.screen_record import vote
from whatworks.actions.screening_board import Board
from whatworks.actions.suggest_for_records import suggest_for_records
from whatworks.release import Evidence, ReleaseLabel
from whatworks.store import Store
from whatworks.web.work import Desk

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LABEL = ReleaseLabel("whatworks", "Working copy", "draft", "2026-11-24", "0")
TA = "title_abstract"
HERE = "desk/reviews/r"


@dataclass
class Screening:
    """A store with records to screen, and a browser before it."""

    store: Store
    board: Board
    watched: Watched
    stop: Iterator[object]

    def press(self, key: str, status: str) -> None:
        """Press one key and wait until the page says what came of it, and keys count again."""
        page = self.watched.page
        page.evaluate("document.getElementById('pair-heading').dataset.before = 'yes'")
        page.keyboard.press(key)
        page.wait_for_function(
            "words => document.getElementById('status').textContent.includes(words)"
            " && !document.getElementById('pair-heading').dataset.before"
            " && !document.getElementById('pair').hasAttribute('aria-busy')",
            arg=status,
        )

    def decided(self) -> list[str]:
        return [one.value for one in self.store.rows("decisions")]

    def say(self, who: str, record_id: str, value: str) -> None:
        vote(self.board, by=person(who), stage_name=TA, record_id=record_id, value=value)


@pytest.fixture
def screening(
    browser: Browser, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Screening]:
    """A review of 20 records behind a real server; the width is the test's parameter, or 1200."""
    callspec = getattr(request.node, "callspec", None)
    width = callspec.params.get("width", 1200) if callspec else 1200
    with Store.create(str(tmp_path / "s.db")) as store:
        board = fill(store)
        server = serve(Evidence(), LABEL, desk=Desk(store, by=LEAD, release=LABEL))
        address = next(server).address
        context = browser.new_context(viewport={"width": width, "height": 900})
        watched = Watched(context.new_page(), address)
        watched.watch()
        yield Screening(store, board, watched, server)
        context.close()
        next(server, None)


@pytest.mark.parametrize("width", WIDTHS)
def test_every_screening_page_meets_the_rules(
    screening: Screening, axe_source: str, width: int
) -> None:
    for at in range(6):
        screening.say("a", f"r.{at:05}", "include")
        screening.say("b", f"r.{at:05}", "include" if at % 2 else "exclude")
    pages = (
        "screening",
        "criteria",
        "rules/title-abstract",
        "rules/full-text",
        "screen/title-abstract",
        "screen/title-abstract?record=r.00000",
        "conflicts/title-abstract",
        "records/title-abstract",
        "records/title-abstract?words=nothing",
        "records/title-abstract/r.00000",
        "records/title-abstract/r.00019",
        "decisions/title-abstract",
        "agreement/title-abstract",
        "suggestions/title-abstract",
        "stopping/title-abstract",
    )
    for path in pages:
        screening.watched.open(f"{HERE}/{path}")
        screening.watched.check(axe_source)
    # With suggestions, these hold more.
    suggest_for_records(
        screening.store, by=LEAD, review_id="r", stage=TA, provider=reading_is_out()
    )
    begin_certification(screening.board, by=LEAD, stage_name=TA)
    for path in (
        "stopping/title-abstract",
        "screen/title-abstract",
        "suggestions/title-abstract",
        "records/title-abstract/r.00001",
    ):
        screening.watched.open(f"{HERE}/{path}")
        screening.watched.check(axe_source)


@pytest.mark.parametrize("width", WIDTHS)
def test_records_are_decided_and_undone_by_keyboard_alone(
    screening: Screening, axe_source: str, width: int
) -> None:
    screening.watched.open(f"{HERE}/screen/title-abstract")
    screening.press("i", "Saved: include. Press Z to undo.")
    screening.press("e", "Saved: exclude.")
    screening.press("2", "Saved: exclude (No comparison group).")
    screening.press("u", "Saved: unsure.")
    screening.press("k", "Passed over")
    assert sorted(screening.decided()) == ["exclude", "exclude", "include", "unsure"]
    screening.press("z", "Taken back: unsure.")
    screening.press("z", "Taken back: exclude.")
    assert sorted(screening.decided()) == ["exclude", "include"]
    assert screening.watched.page.evaluate("document.activeElement.id") == "pair-heading"
    screening.watched.check(axe_source)


def test_keys_can_be_chosen_and_are_remembered(screening: Screening) -> None:
    page = screening.watched.page
    screening.watched.open(f"{HERE}/screen/title-abstract")
    page.get_by_text("Keys, text size and dark mode").click()
    page.get_by_label("Include", exact=True).fill("r")
    page.get_by_label("Include", exact=True).blur()
    page.get_by_label("Exclude", exact=True).fill("r")
    page.get_by_label("Exclude", exact=True).blur()
    assert page.get_by_text("The letter R is used already").is_visible()
    page.reload()
    page.locator("#pair-heading").focus()
    page.keyboard.press("i")
    screening.press("r", "Saved: include.")
    assert screening.decided() == ["include"]
    assert page.locator("button[value=include] kbd").inner_text() == "R"


def test_keys_are_off_in_text_fields(screening: Screening) -> None:
    page = screening.watched.page
    screening.watched.open(f"{HERE}/screen/title-abstract")
    page.locator("#note").fill("")
    page.locator("#note").press_sequentially("i e u 1")
    assert page.locator("#note").input_value() == "i e u 1"
    page.get_by_role("button", name="Include").click()
    page.get_by_text("Saved: include.").wait_for()
    assert [one.note for one in screening.store.rows("decisions")] == ["i e u 1"]


@pytest.mark.parametrize("width", WIDTHS)
def test_dark_mode_and_large_text_can_be_read(
    screening: Screening, axe_source: str, width: int
) -> None:
    page = screening.watched.page
    screening.watched.open(f"{HERE}/screen/title-abstract")
    page.get_by_text("Keys, text size and dark mode").click()
    page.get_by_role("button", name="Dark mode").click()
    page.get_by_role("button", name="Largest").click()
    page.reload()
    assert page.evaluate("document.documentElement.classList.contains('wk-dark')")
    assert (
        page.locator(".wk-abstract").first.evaluate("e => getComputedStyle(e).fontSize") == "30px"
    )
    screening.watched.check(axe_source)
    page.get_by_text("Keys, text size and dark mode").click()
    screening.watched.check(axe_source)


def test_a_phone_has_the_decision_at_hand_wherever_it_has_scrolled(
    browser: Browser, screening: Screening
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 700}, has_touch=True)
    page = context.new_page()
    page.goto(f"{screening.watched.home}/{HERE}/screen/title-abstract")
    for place in (0, 10_000):
        page.evaluate(f"window.scrollTo(0, {place})")
        box = page.get_by_role("button", name="Include").bounding_box()
        assert box is not None
        assert 0 < box["y"] < 700 - box["height"]
        assert box["height"] >= 24
    page.get_by_role("button", name="Include").tap()
    page.get_by_text("Saved: include.").wait_for()
    context.close()


def test_a_decision_made_without_a_connection_is_sent_when_there_is_one(
    screening: Screening,
) -> None:
    page = screening.watched.page
    screening.watched.open(f"{HERE}/screen/title-abstract")
    page.context.set_offline(True)
    page.keyboard.press("i")
    page.get_by_text("Not saved yet").wait_for()
    assert screening.decided() == []
    page.context.set_offline(False)
    page.get_by_text("Saved: include.").wait_for()
    assert screening.decided() == ["include"]


def test_the_walk_works_without_a_script(browser: Browser, screening: Screening) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{screening.watched.home}/{HERE}/screen/title-abstract")
    page.get_by_role("button", name="Include").click()
    assert page.get_by_role("status").inner_text().startswith("Saved: include.")
    page.get_by_role("button", name="Not pupils").click()
    assert "Not pupils" in page.get_by_role("status").inner_text()
    page.get_by_role("button", name="Undo").click()
    assert screening.decided() == ["include"]
    context.close()
