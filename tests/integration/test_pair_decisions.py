"""Joining records in a store: names that stay, decisions that stand and can be taken back."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.test_dedupe_traps import ARTICLE, record
from whatworks.actions.audit_reports import draw_sample, sample_of, sample_sheet, take_sheet
from whatworks.actions.decide_pair import decide_pair, take_back_pair
from whatworks.actions.find_reports import find_reports
from whatworks.errors import FileError, NotFound, UserError
from whatworks.references import RawFile, Record, Review
from whatworks.references.nouns import FullText
from whatworks.store import Actor, Store

EDITOR = Actor(pseudonym="editor-1", role="lead")
REVIEW = Review("r", "A review", "What works?", "Citation", None, "none", None, "here", None, None)
# A meeting abstract and the article in one volume: likely, not sure.
ABSTRACT = ARTICLE | {"pages": "12-14", "issue": None}


def open_store(folder: Path, records: list[Record]) -> Store:
    store = Store.create(str(folder / "reviews.db"))
    with store.write(actor=EDITOR, action="add", object_type="review", object_id="r") as tx:
        tx.append("reviews", [REVIEW])
        tx.append("raw_files", [RawFile("f", "r", "a.ris", "ris", "utf-8", 1, len(records))])
        tx.append("records", records)
    return store


def reports_of(store: Store) -> dict[str, str]:
    return {link.record_id: link.report_id for link in store.rows("report_records")}


def decide(store: Store, one: str, other: str, decision: str) -> None:
    decide_pair(
        store, by=EDITOR, review_id="r", record_id=one, other_record_id=other, decision=decision
    )


def test_a_question_is_answered_and_the_answer_taken_back(tmp_path: Path) -> None:
    # Enough other records that one pair is no more than a hundredth of them.
    others = [
        record(at, {"title": f"Study {at} of pupils who read {at} books"}) for at in range(10, 250)
    ]
    store = open_store(tmp_path, [record(1, ARTICLE), record(2, ABSTRACT), *others])
    first = find_reports(store, by=EDITOR, review_id="r")
    assert (first.n_reports, first.n_asked) == (242, 1)
    (question,) = [pair for pair in store.rows("record_pairs") if pair.outcome == "ask"]
    assert (question.record_id, question.other_record_id) == ("r:1", "r:2")
    assert "first pages differ" in question.evidence

    decide(store, "r:2", "r:1", "same")
    assert reports_of(store)["r:1"] == reports_of(store)["r:2"]
    rules = {link.record_id: link.rule for link in store.rows("report_records")}
    assert (rules["r:1"], rules["r:2"], rules["r:10"]) == ("person", "person", "only_record")
    assert not [pair for pair in store.rows("record_pairs") if pair.outcome == "ask"]

    decide(store, "r:1", "r:2", "different")
    assert reports_of(store)["r:1"] != reports_of(store)["r:2"]
    assert not [pair for pair in store.rows("record_pairs") if pair.outcome == "ask"]

    take_back_pair(store, by=EDITOR, review_id="r", record_id="r:1", other_record_id="r:2")
    assert [pair.outcome for pair in store.rows("record_pairs")] == ["ask"]
    assert not store.rows("pair_decisions")
    assert store.check().problems == ()


def test_a_person_can_undo_what_the_evidence_joined(tmp_path: Path) -> None:
    store = open_store(tmp_path, [record(1, ARTICLE), record(2, ARTICLE), record(3, ARTICLE)])
    find_reports(store, by=EDITOR, review_id="r")
    assert len(set(reports_of(store).values())) == 1
    kept = reports_of(store)["r:1"]
    decide(store, "r:1", "r:2", "different")
    after = reports_of(store)
    assert after["r:1"] != after["r:2"]
    # The third joins one of the two; the report with more records keeps its name.
    assert kept in after.values()
    assert len(set(after.values())) == 2
    assert sorted(after.values()).count(kept) == 2


def test_reports_keep_their_names_when_a_new_search_comes_in(tmp_path: Path) -> None:
    store = open_store(
        tmp_path, [record(5, ARTICLE), record(6, {"title": "Another study of sleep"})]
    )
    find_reports(store, by=EDITOR, review_id="r")
    before = reports_of(store)
    # A name that sorts before all others must not rename the report it joins.
    new = [record(1, ARTICLE | {"container": "J Learn Disabil"}), record(2, {"title": "A third"})]
    with store.write(actor=EDITOR, action="add", object_type="review", object_id="r") as tx:
        tx.append("records", [replace(one, raw_file_id="f") for one in new])
    found = find_reports(store, by=EDITOR, review_id="r")
    after = reports_of(store)
    assert after["r:1"] == after["r:5"] == before["r:5"]
    assert after["r:6"] == before["r:6"]
    assert (found.n_reports, found.n_new, found.n_withdrawn) == (3, 1, 0)


def test_running_again_changes_nothing(tmp_path: Path) -> None:
    store = open_store(tmp_path, [record(1, ARTICLE), record(2, ARTICLE), record(3, ABSTRACT)])
    find_reports(store, by=EDITOR, review_id="r")
    events = len(store.events())
    find_reports(store, by=EDITOR, review_id="r")
    assert len(store.events()) == events


def test_what_cannot_be_decided_is_said(tmp_path: Path) -> None:
    store = open_store(tmp_path, [record(1, ARTICLE), record(2, ABSTRACT)])
    with pytest.raises(NotFound, match='no record "r:9"'):
        decide(store, "r:1", "r:9", "same")
    with pytest.raises(UserError, match="given twice"):
        decide(store, "r:1", "r:1", "same")
    with pytest.raises(UserError, match="same or different"):
        decide(store, "r:1", "r:2", "maybe")
    with pytest.raises(NotFound, match="Nobody decided"):
        take_back_pair(store, by=EDITOR, review_id="r", record_id="r:1", other_record_id="r:2")
    with pytest.raises(NotFound):
        decide_pair(
            store,
            by=EDITOR,
            review_id="elsewhere",
            record_id="r:1",
            other_record_id="r:2",
            decision="same",
        )


def sampled_store(folder: Path) -> Store:
    """Forty reports held twice, of one team and alike, and joined."""
    copies = [
        record(
            at,
            ARTICLE
            | {"title": f"{ARTICLE['title']} in region {at}", "pages": f"{10 * at}-{10 * at + 9}"},
        )
        for at in range(1, 41)
    ]
    again = [replace(one, record_id=f"{one.record_id}:again", pages=None) for one in copies]
    return open_store(folder, [*copies, *again])


def filled_in(sheet: bytes, verdict: Callable[[dict[str, str]], str]) -> bytes:
    rows = list(csv.DictReader(io.StringIO(sheet.decode("utf-8-sig"))))
    filled = io.StringIO()
    writer = csv.DictWriter(filled, rows[0].keys())
    writer.writeheader()
    writer.writerows({**row, "verdict": verdict(row)} for row in rows)
    return filled.getvalue().encode()


def by_title(row: dict[str, str]) -> str:
    return "Same" if row["title"] == row["other_title"] else "different"


def test_a_sample_is_drawn_filled_in_and_estimated(tmp_path: Path) -> None:
    store = sampled_store(tmp_path)
    find_reports(store, by=EDITOR, review_id="r")
    drawn = draw_sample(store, by=EDITOR, review_id="r", size=60, seed=3)
    assert 40 <= len(drawn.pairs) <= 90
    assert [one.place for one in drawn.pairs] == list(range(1, len(drawn.pairs) + 1))
    assert drawn == sample_of(store, "r")
    assert drawn == draw_sample(store, by=EDITOR, review_id="r", size=60, seed=3)
    sheet = sample_sheet(store, "r")
    assert not any(name in sheet.decode().partition("\n")[0] for name in ("low", "merged"))

    half = filled_in(sheet, lambda row: by_title(row) if row["record_id"] < "r:20" else "")
    left = take_sheet(store, by=EDITOR, review_id="r", data=half, file="half.csv")
    assert 0 < left.n_checked < len(drawn.pairs)
    with pytest.raises(UserError, match="are not checked yet"):
        left.estimate()
    rest = filled_in(sample_sheet(store, "r"), by_title)
    checked = take_sheet(store, by=EDITOR, review_id="r", data=rest, file="check.csv")
    found = checked.estimate()
    assert (found.wrong, found.missed, found.n_merged) == (0.0, 0.0, 40)
    assert found.n_checked == len(drawn.pairs)
    assert checked.errors == ()
    # What was decided is known, and is not drawn again.
    anew = draw_sample(store, by=EDITOR, review_id="r", size=10**6, seed=3)
    assert not {(one.record_id, one.other_record_id) for one in anew.pairs} & set(checked.said)
    assert store.check().problems == ()


def test_errors_that_a_sample_shows_are_put_right(tmp_path: Path) -> None:
    store = sampled_store(tmp_path)
    before = find_reports(store, by=EDITOR, review_id="r")
    draw_sample(store, by=EDITOR, review_id="r", size=10**6, seed=1)
    sheet = sample_sheet(store, "r")
    odd = filled_in(
        sheet, lambda row: "different" if row["record_id"] == "r:7" else by_title(row).lower()
    )
    checked = take_sheet(store, by=EDITOR, review_id="r", data=odd, file="check.csv")
    found = checked.estimate()
    assert (found.wrong, found.wrong_interval) == (1.0, (1.0, 1.0))
    assert [one.record_id for one in checked.errors] == ["r:7"]
    after = find_reports(store, by=EDITOR, review_id="r")
    assert after.n_reports == before.n_reports + 1
    assert sample_of(store, "r").estimate() == found, "the estimate is of the time of the draw"


def test_a_sample_says_what_it_lacks(tmp_path: Path) -> None:
    store = sampled_store(tmp_path)
    with pytest.raises(UserError, match="80 of 80 records were not compared"):
        draw_sample(store, by=EDITOR, review_id="r", size=60, seed=3)
    with pytest.raises(UserError, match="No sample is drawn"):
        sample_of(store, "r").estimate()
    with pytest.raises(UserError, match="No sample is drawn"):
        sample_sheet(store, "r")
    find_reports(store, by=EDITOR, review_id="r")
    draw_sample(store, by=EDITOR, review_id="r", size=10, seed=3)
    before = store.last_event_id()
    for data, said in (
        (filled_in(sample_sheet(store, "r"), lambda row: "yes"), 'column "verdict": found "yes"'),
        (b"verdict,record_id\nsame,r:1\n", "row 2: this pair is not in the sample"),
        (b"verdict\n", "no pair"),
        ("verdict\nsämé\n".encode("cp1252"), "not in UTF-8"),
    ):
        with pytest.raises(FileError, match=said):
            take_sheet(store, by=EDITOR, review_id="r", data=data, file="check.csv")
    assert store.last_event_id() == before
    with pytest.raises(NotFound):
        draw_sample(store, by=EDITOR, review_id="none", size=10, seed=3)


def test_what_hangs_on_a_report_goes_where_its_records_go(tmp_path: Path) -> None:
    store = open_store(
        tmp_path, [record(1, ARTICLE), record(2, {"title": "Another study of sleep"})]
    )
    find_reports(store, by=EDITOR, review_id="r")
    before = reports_of(store)
    hanging = FullText(before["r:2"], "r", "sought", None, None, None, None)
    with store.write(actor=EDITOR, action="add", object_type="review", object_id="r") as tx:
        tx.append("full_texts", [hanging])
    # The name that something hangs on is kept, though the other sorts first.
    decide(store, "r:1", "r:2", "same")
    assert set(reports_of(store).values()) == {before["r:2"]}
    assert store.check().problems == ()
    take_back_pair(store, by=EDITOR, review_id="r", record_id="r:1", other_record_id="r:2")
    with store.write(actor=EDITOR, action="add", object_type="review", object_id="r") as tx:
        tx.append(
            "full_texts",
            [replace(hanging, report_id=reports_of(store)["r:1"], status="retrieved")],
        )
    decide(store, "r:1", "r:2", "same")
    (kept,) = set(reports_of(store).values())
    assert [one.report_id for one in store.rows("full_texts")] == [kept]
    assert store.check().problems == ()
