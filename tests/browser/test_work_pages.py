"""The working pages in a browser: on both widths, by keyboard alone, and without a script."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import WIDTHS, Watched, serve
from tests.work_files import (
    EDITOR,
    N_FIRST,
    N_IN_DOUBT,
    N_SECOND,
    begin_store,
    fill_store,
    first_search,
    second_search,
)
from whatworks.actions.decide_pair import decide_pair
from whatworks.release import Evidence, ReleaseLabel
from whatworks.store import Store
from whatworks.web.work import Desk

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LABEL = ReleaseLabel("whatworks", "Working copy", "draft", "2026-11-24", "0")
REFUSED_FORM = "error: Failed to load resource: the server responded with a status of 422"


@dataclass
class Working:
    """A store with one review, its desk, and a browser before it."""

    store: Store
    desk: Desk
    watched: Watched
    stop: Iterator[object]

    def decisions(self) -> list[str]:
        return [one.decision for one in self.store.rows("pair_decisions")]

    def focus(self) -> str:
        return self.watched.page.evaluate("document.activeElement.id")

    def tab_to(self, words: str) -> None:
        """Press Tab until a link or button that begins with these words has the focus."""
        keyboard = self.watched.page.keyboard
        for _ in range(60):
            keyboard.press("Tab")
            text = self.watched.page.evaluate("document.activeElement.textContent.trim()")
            if text.startswith(words):
                return
        raise AssertionError(f"Tab never came to {words!r}")

    def press(self, key: str, status: str) -> None:
        """Press one key and wait until the page says what came of it and has the next pair."""
        page = self.watched.page
        page.evaluate("document.getElementById('pair-heading').dataset.before = 'yes'")
        page.keyboard.press(key)
        page.wait_for_function(
            "words => document.getElementById('status').textContent.includes(words)"
            " && document.activeElement.id === 'pair-heading'"
            " && !document.activeElement.dataset.before"
            # The pair is seen a moment before its keys count: htmx settles what it swapped in.
            " && !document.getElementById('pair').hasAttribute('aria-busy')",
            arg=status,
        )


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill_store(begin_store(tmp_path_factory.mktemp("joined") / "work.db"))


@pytest.fixture
def working(
    browser: Browser, joined: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Working]:
    """A copy of the store behind a real server; the width is the test's parameter, or 1200."""
    callspec = getattr(request.node, "callspec", None)
    width = callspec.params.get("width", 1200) if callspec else 1200
    with Store.open(shutil.copy(joined, tmp_path)) as store:
        desk = Desk(store, by=EDITOR, release=LABEL)
        server = serve(Evidence(), LABEL, desk=desk)
        address = next(server).address
        context = browser.new_context(viewport={"width": width, "height": 900})
        watched = Watched(context.new_page(), address)
        watched.watch()
        yield Working(store, desk, watched, server)
        context.close()
        next(server, None)


@pytest.mark.parametrize("width", WIDTHS)
def test_every_working_page_meets_the_rules(working: Working, axe_source: str, width: int) -> None:
    pair = next(one for one in working.store.rows("record_pairs") if one.outcome == "ask")
    decide_pair(
        working.store,
        by=EDITOR,
        review_id="r",
        record_id=pair.record_id,
        other_record_id=pair.other_record_id,
        decision="same",
        note="the same trial",
        join=False,
    )
    (file, *_) = working.store.rows("raw_files")
    address = f"record={pair.record_id}&other={pair.other_record_id}"
    for path in (
        "",
        "new-review",
        "reviews/r",
        "reviews/r/import",
        f"reviews/r/files/{file.raw_file_id}",
        "reviews/r/pairs",
        f"reviews/r/pairs?{address}",
        "reviews/r/check",
        "reviews/r/decided",
        "reviews/r/joined",
        "reviews/r/related",
    ):
        working.watched.open(f"desk/{path}")
        working.watched.check(axe_source)


@pytest.mark.parametrize("width", WIDTHS)
def test_three_pairs_are_decided_and_one_undone_by_keyboard_alone(
    working: Working, axe_source: str, width: int
) -> None:
    page = working.watched.page
    working.watched.open("desk/")
    working.tab_to("Reading & more")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/reviews/r")
    working.tab_to(f"Look at {N_IN_DOUBT} pairs")
    page.keyboard.press("Enter")
    page.wait_for_url("**/pairs")
    page.wait_for_load_state()

    working.press("s", "Saved: same. Press Z to undo.")
    working.press("d", "Saved: different. Press Z to undo.")
    working.press("Space", "Skipped")
    working.press("s", "Saved: same.")
    assert sorted(working.decisions()) == ["different", "same", "same"]
    assert page.locator("#pair-heading").inner_text() == f"Pair {N_IN_DOUBT} of {N_IN_DOUBT}"
    working.watched.check(axe_source)

    working.press("z", "Taken back: same.")
    assert sorted(working.decisions()) == ["different", "same"]
    working.press("k", "Skipped")
    for _ in range(2):
        working.press("d", "Saved: different.")
    assert page.locator("#pair-heading").inner_text() == f"You have decided all {N_IN_DOUBT} pairs"
    working.tab_to("Apply 1 decision")
    page.keyboard.press("Enter")
    page.get_by_text("Done:").wait_for()
    assert page.get_by_text("Duplicates removed").locator("xpath=..").inner_text().split()[2] == "2"
    working.watched.check(axe_source)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_sample_is_drawn_checked_and_estimated_by_keyboard_alone(
    working: Working, axe_source: str, width: int
) -> None:
    page = working.watched.page
    working.watched.open("desk/reviews/r")
    working.tab_to("How well were records joined?")
    page.keyboard.press("Enter")
    page.wait_for_url("**/check")
    working.tab_to("Draw the pairs")
    page.keyboard.press("Enter")
    page.get_by_text("Done:").wait_for()
    working.watched.check(axe_source)
    working.tab_to("Check the pairs")
    page.keyboard.press("Enter")
    page.wait_for_url("**/check/pairs")
    page.wait_for_load_state()
    working.watched.check(axe_source)
    n = len(working.store.rows("sampled_pairs"))
    working.press("d", "Saved: different.")
    working.watched.open("desk/reviews/r/check")
    working.watched.check(axe_source)
    working.tab_to("Go on checking")
    page.keyboard.press("Enter")
    page.wait_for_url("**/check/pairs")
    page.wait_for_load_state()
    for _ in range(n - 1):
        working.press("s", "Saved: same.")
    working.tab_to("See the estimate")
    page.keyboard.press("Enter")
    page.wait_for_url("**/check")
    assert f"{n} pairs were checked." in page.locator("main").inner_text()
    working.watched.check(axe_source)


def test_keys_are_off_in_text_fields_and_can_be_switched_off(working: Working) -> None:
    page = working.watched.page
    working.watched.open("desk/reviews/r/pairs")
    page.locator("#note").focus()
    page.keyboard.type("sd z")
    page.keyboard.press("Enter")
    assert page.locator("#note").input_value() == "sd z\n"
    working.tab_to("Turn keys off")
    assert page.locator("kbd").first.is_visible()
    page.keyboard.press("Enter")
    assert not page.locator("kbd").first.is_visible()
    page.keyboard.press("s")
    page.reload()
    page.keyboard.press("s")
    assert not page.locator("kbd").first.is_visible(), "the choice outlasts the page"
    page.get_by_role("button", name="Turn keys on").click()
    page.keyboard.press("Control+s")
    page.keyboard.press("Alt+d")
    assert working.decisions() == []
    working.press("s", "Saved: same.")
    assert working.decisions() == ["same"]


def test_keys_in_quick_succession_count_once_the_pair_is_in_place(working: Working) -> None:
    working.watched.open("desk/reviews/r/pairs")
    # A browser under load takes its time to settle; the next key must still be of the next pair.
    working.watched.page.evaluate("htmx.config.defaultSettleDelay = 500")
    for _ in range(3):
        working.press("d", "Saved: different.")
    assert working.decisions() == ["different"] * 3


def test_a_decision_is_not_lost_in_silence_when_the_server_is_gone(working: Working) -> None:
    page = working.watched.page
    working.watched.open("desk/reviews/r/pairs")
    heading = page.locator("#pair-heading").inner_text()
    next(working.stop, None)
    page.keyboard.press("s")
    page.get_by_text("Not saved: whatworks does not answer.").wait_for()
    assert page.locator("#pair-heading").inner_text() == heading


@pytest.mark.parametrize("width", WIDTHS)
def test_files_are_sent_followed_and_reported(
    working: Working, axe_source: str, tmp_path: Path, width: int
) -> None:
    page = working.watched.page
    files = {"first.ris": first_search(), "second.ris": second_search(), "photo.png": b"\x89PNG\0"}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    working.watched.open("desk/new-review")
    page.get_by_label("Title").fill("Sleep")
    page.get_by_label("Question").fill("What helps?")
    page.get_by_role("button", name="Start the review").click()
    page.get_by_role("link", name="Import files").click()
    page.get_by_label("Files").set_input_files([str(tmp_path / name) for name in files])
    assert page.locator("[data-chosen] li").count() == len(files)
    working.watched.check(axe_source)
    page.get_by_role("button", name="Import").click()
    page.get_by_text("Done:").wait_for()
    assert f"{N_FIRST + N_SECOND:,} records from 2 files. 1 file could not be read." in (
        page.locator("#task").inner_text()
    )
    working.watched.check(axe_source)
    page.get_by_role("link", name="Import report of first.ris").click()
    assert "Text outside any record." in page.locator("main").inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download every line as CSV").click()
    assert download.value.suggested_filename.startswith("import-report-first")
    page.get_by_role("link", name="Back to the review").click()
    page.get_by_role("button", name="Find duplicates").click()
    page.get_by_text("Done:").wait_for()
    assert page.get_by_role("link", name=f"Look at {N_IN_DOUBT} pairs").is_visible()
    working.watched.check(axe_source)


def test_files_too_large_are_refused_before_they_are_sent(working: Working, tmp_path: Path) -> None:
    working.desk.upload_limit = 1_000
    page = working.watched.page
    (tmp_path / "first.ris").write_bytes(first_search())
    working.watched.open("desk/reviews/r/import")
    page.get_by_label("Files").set_input_files(str(tmp_path / "first.ris"))
    page.get_by_role("button", name="Import").click()
    assert "more than 1,000 bytes together" in page.locator("[data-chosen]").inner_text()
    assert page.url.endswith("/import")
    assert working.focus() == "files"


def test_what_is_wrong_with_a_form_is_read_first_and_leads_to_the_field(
    working: Working, axe_source: str
) -> None:
    page = working.watched.page
    working.watched.open("desk/new-review")
    page.get_by_role("button", name="Start the review").click()
    page.wait_for_selector(".govuk-error-summary")
    assert page.title().startswith("Error: Start a review")
    assert page.evaluate("document.activeElement.className") == "govuk-error-summary"
    page.get_by_role("link", name="Enter the title").click()
    assert working.focus() == "title"
    assert all(one.startswith(REFUSED_FORM) for one in working.watched.complaints)
    working.watched.check_layout(axe_source)


def test_the_walk_works_without_a_script(browser: Browser, working: Working) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{working.watched.home}/desk/reviews/r/pairs")
    assert not page.locator("kbd").first.is_visible()
    assert not page.get_by_role("button", name="Turn keys off").is_visible()
    page.get_by_role("button", name="Same").click()
    assert "Saved: same." in page.locator("#status").inner_text()
    page.get_by_role("button", name="Undo").click()
    assert "Taken back: same." in page.locator("#status").inner_text()
    page.get_by_role("button", name="Different").click()
    page.goto(f"{working.watched.home}/desk/reviews/r/decided")
    page.get_by_role("button", name=re.compile("Take back")).click()
    assert "The decision is taken back." in page.locator("main").inner_text()
    assert working.decisions() == []
    context.close()
