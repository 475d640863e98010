"""The pages that check how well records were joined: draw, check blind, read the estimate."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.test_work_pages import Pages, fields_of, text_of
from tests.work_files import begin_store, fill_store
from whatworks.actions.audit_reports import sample_of
from whatworks.store import Store


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill_store(begin_store(tmp_path_factory.mktemp("joined") / "work.db"))


@pytest.fixture
def pages(joined: Path, tmp_path: Path) -> Iterator[Pages]:
    with Store.open(shutil.copy(joined, tmp_path)) as store:
        yield Pages(store)


def draw(pages: Pages, size: str = "10") -> str:
    sent = pages.client.post("/desk/reviews/r/check", data={"size": size}, follow_redirects=False)
    assert sent.status_code == 303, sent.text
    pages.desk.tasks.settle()
    return pages.client.get(sent.headers["location"]).text


def say(pages: Pages, decision: str) -> str:
    shown = fields_of(pages.get("reviews/r/check/pairs"))
    return pages.post(
        "reviews/r/check/pairs", {**shown, "decision": decision}, **{"HX-Request": "true"}
    )


def test_pairs_are_drawn_and_checked_without_what_the_program_found(pages: Pages) -> None:
    assert "Draw the pairs" in pages.get("reviews/r/check")
    assert "How well were records joined?" in pages.get("reviews/r")
    drawn = draw(pages)
    n = len(sample_of(pages.store, "r").pairs)
    assert f"Done: {n} pairs are drawn." in text_of(drawn)
    first = text_of(pages.get("reviews/r/check/pairs"))
    assert f"Pair 1 of {n}" in first
    assert "For one document" not in first
    assert "likely" not in first.lower()
    assert f"Pair 2 of {n}" in text_of(say(pages, "different"))
    assert f"1 of {n} pairs checked" in text_of(pages.get("reviews/r/check"))
    assert f"Pair 1 of {n}" in text_of(say(pages, "undo"))
    assert sample_of(pages.store, "r").n_checked == 0


def test_the_estimate_stands_when_all_are_checked_and_errors_are_put_right(pages: Pages) -> None:
    draw(pages, "5000")
    pairs = sample_of(pages.store, "r").pairs
    # The pairs in doubt are all the same, against what was done; the joined ones are right.
    for _ in pairs:
        last = say(pages, "same")
    assert f"You have checked all {len(pairs)} pairs" in text_of(last)
    shown = text_of(pages.get("reviews/r/check"))
    apart = sum(not one.is_merged for one in pairs)
    assert apart
    assert f"{len(pairs)} pairs were checked." in shown
    assert f"Missed, estimated {apart} of {apart} pairs compared and kept apart" in shown
    assert f"95% interval {apart} to {apart}" in shown
    assert f"{apart} errors found" in shown
    assert f"Apply {apart} decisions" in shown
    pages.join()
    after = text_of(pages.get("reviews/r/check"))
    assert "they are put right" in after
    assert "Apply" not in after
    assert f"{apart} errors found" in after
    report = {link.record_id: link.report_id for link in pages.store.rows("report_records")}
    assert all(report[one.record_id] == report[one.other_record_id] for one in pairs)


@pytest.mark.parametrize("size", ["", "0", "-3", "many", "5001", "1.5"])
def test_a_number_of_pairs_that_cannot_be_drawn_is_told_at_its_field(
    pages: Pages, size: str
) -> None:
    html = pages.post("reviews/r/check", {"size": size}, 422)
    assert "Enter a number of pairs from 1 to 5,000" in html
    assert f'value="{size}"' in html
    assert sample_of(pages.store, "r").pairs == ()


def test_records_that_were_not_compared_keep_a_sample_from_being_drawn(pages: Pages) -> None:
    pages.upload(("third.ris", b"TY  - JOUR\nTI  - A new one\nER  - \n"))
    shown = text_of(pages.get("reviews/r/check"))
    assert "1 record has not been compared with the others yet. Find duplicates first." in shown
    assert "records were not compared with the others yet" in text_of(draw(pages))
