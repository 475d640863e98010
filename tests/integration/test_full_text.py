"""Full texts: sought, kept, not to be had; the list of work; and that no PDF leaves the store."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.builders import a_decision, a_raw_file, a_record, a_review
from whatworks.actions.build_release import build_release
from whatworks.actions.run_analyses import run_analyses
from whatworks.actions.seek_full_text import (
    keep_full_text,
    say_not_retrieved,
    seek_full_texts,
    stored_full_text,
)
from whatworks.dedupe import Report, ReportRecord
from whatworks.errors import FileError, NotFound, UserError
from whatworks.release.full_texts import full_text_tasks
from whatworks.store import Actor, Store

LEAD = Actor(pseudonym="lead-1", role="lead")
DAY = date(2026, 11, 24)
PDF = b"%PDF-1.7\n secret words \n%%EOF"


def a_report(number: int, **fields) -> Report:
    values = {
        "record_type": "article",
        "title": f"Study {number}",
        "authors": None,
        "year": 2001,
        "container": None,
        "doi": f"10.1000/a<{number}>",
        "pmid": None,
    }
    return Report(report_id=f"report:r:{number}", review_id="r", **{**values, **fields})


@pytest.fixture
def review(store: Store) -> Store:
    numbers = (1, 2, 3)
    with store.write(actor=LEAD, action="add", object_type="review", object_id="r") as tx:
        tx.append("reviews", [a_review("r"), a_review("other")])
        tx.append("raw_files", [a_raw_file()])
        tx.append("records", [a_record(n) for n in numbers])
        tx.append("reports", [a_report(n, pmid="123" if n == 1 else None) for n in numbers])
        tx.append(
            "report_records",
            [ReportRecord(f"r:{n}", f"report:r:{n}", "only_record", None, None) for n in numbers],
        )
        tx.append(
            "decisions",
            [
                a_decision(1, "include"),
                a_decision(1, "exclude", reviewer="b"),
                a_decision(1, "include", role="reconciled"),
                a_decision(2, "include"),
                a_decision(3, "include"),
                a_decision(3, "exclude", reviewer="b"),
            ],
        )
    return store


def tasks(store: Store) -> list[tuple[str, str]]:
    return [(one.report_id, one.status) for one in full_text_tasks(store.evidence(), "r")]


def test_what_was_included_is_to_be_sought_with_links(review):
    found = full_text_tasks(review.evidence(), "r")

    assert [(one.report_id, one.status) for one in found] == [
        ("report:r:1", "to_seek"),
        ("report:r:2", "to_seek"),
    ]
    assert found[0].links == (
        "https://doi.org/10.1000/a%3C1%3E",
        "https://pubmed.ncbi.nlm.nih.gov/123/",
    )


def test_a_full_text_goes_from_sought_to_kept_and_comes_out_as_it_was(review):
    rows = seek_full_texts(review, by=LEAD, review_id="r", on=DAY)
    assert [row.report_id for row in rows] == ["report:r:1", "report:r:2"]
    say_not_retrieved(review, by=LEAD, report_id="report:r:1", reason="No library", on=DAY)
    keep_full_text(review, by=LEAD, report_id="report:r:2", data=PDF, name="two.pdf", on=DAY)
    assert tasks(review) == [("report:r:1", "not_retrieved"), ("report:r:2", "retrieved")]

    keep_full_text(review, by=LEAD, report_id="report:r:1", data=PDF, name="two.pdf", on=DAY)
    held = stored_full_text(review, report_id="report:r:1")
    assert (held.name, held.data) == ("two.pdf", PDF)
    assert {row.reason for row in review.rows("full_texts")} == {None}
    assert seek_full_texts(review, by=LEAD, review_id="r", on=DAY) == []
    assert review.check().problems == ()


def test_no_release_holds_a_full_text(review, tmp_path: Path):
    keep_full_text(review, by=LEAD, report_id="report:r:1", data=PDF, name="one.pdf", on=DAY)
    run_analyses(review, by=LEAD)

    files = build_release(
        review,
        target=tmp_path / "release",
        name="r",
        title="R",
        version="1.0.0",
        released_on=DAY,
    )

    assert not any(b"secret words" in data or b"%PDF" in data for data in files.values())
    pages = [data for name, data in files.items() if name.endswith(".html")]
    assert pages
    assert not any(b"one.pdf" in data for data in pages)


def test_a_report_that_became_part_of_another_is_still_listed(review):
    keep_full_text(review, by=LEAD, report_id="report:r:2", data=PDF, name="two.pdf", on=DAY)
    with review.write(actor=LEAD, action="join", object_type="review", object_id="r") as tx:
        tx.withdraw("reports", ["report:r:2"])
        tx.append("report_records", [ReportRecord("r:2", "report:r:1", "person", None, 1.0)])

    (one,) = [task for task in full_text_tasks(review.evidence(), "r") if task.became]
    assert (one.report_id, one.status, one.became) == ("report:r:2", "retrieved", "report:r:1")


def test_what_cannot_be_recorded_is_refused(review):
    with pytest.raises(FileError, match="not a PDF"):
        keep_full_text(
            review, by=LEAD, report_id="report:r:1", data=b"<html>", name="x.pdf", on=DAY
        )
    with pytest.raises(NotFound, match='no report "report:r:9"'):
        keep_full_text(review, by=LEAD, report_id="report:r:9", data=PDF, name="x", on=DAY)
    with pytest.raises(UserError, match="Say why"):
        say_not_retrieved(review, by=LEAD, report_id="report:r:1", reason=" ", on=DAY)
    with pytest.raises(NotFound, match="holds no full text"):
        stored_full_text(review, report_id="report:r:1")
    with pytest.raises(UserError, match='belongs to review "r"'):
        seek_full_texts(review, by=LEAD, review_id="other", report_ids=["report:r:1"], on=DAY)
    with pytest.raises(UserError, match="One address"):
        seek_full_texts(review, by=LEAD, review_id="r", url="https://example.org", on=DAY)
    assert not review.rows("full_texts")

    keep_full_text(review, by=LEAD, report_id="report:r:1", data=PDF, name="x.pdf", on=DAY)
    with pytest.raises(UserError, match="is in the store since 2026-11-24"):
        say_not_retrieved(review, by=LEAD, report_id="report:r:1", reason="Lost", on=DAY)
    with pytest.raises(UserError, match="is there already"):
        seek_full_texts(review, by=LEAD, review_id="r", report_ids=["report:r:1"], on=DAY)
