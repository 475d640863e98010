"""Screening decisions to files and back: round trips, blindness, matching, what others write."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.screening_store import LEAD, REVIEW, RULES, fill, person, records
from tests.store_places import row
from whatworks.actions.export_decisions import FORMATS, export_decisions
from whatworks.actions.import_decisions import DecisionImportReport, import_decisions
from whatworks.actions.screen_record import settle, vote
from whatworks.actions.screening_board import Board
from whatworks.errors import FileError, NotFound, UserError
from whatworks.references import read_references
from whatworks.screening.standing import Standing
from whatworks.store import Person, Store

TA = "title_abstract"
SECRET = "zebra-crossing note nobody may see"
# ASReview keeps one label for each record, so that no votes come back from it.
WITH_VOTES = ("csv", "xlsx", "ris", "eppi-json")


def say(board: Board, who: str, at: int, value: str, **more: str) -> None:
    vote(
        board,
        by=person(who),
        stage_name=TA,
        record_id=f"r.{at:05}",
        value=value,
        **more,  # type: ignore[arg-type]
    )


def screened(store: Store) -> Board:
    """A board with a record in each state."""
    board = fill(store, n=8)
    for who in "ab":
        say(board, who, 0, "include", note=f"fine, says {who}; \u201cquoted\u201d, = 1")
        say(board, who, 1, "exclude", reason="design")
    say(board, "a", 2, "include")
    say(board, "b", 2, "exclude", reason="population")
    say(board, "a", 3, "exclude", reason="population", note='odd "quotes" | and {braces}')
    say(board, "b", 3, "include")
    settle(
        board,
        by=person("c"),
        stage_name=TA,
        record_id="r.00003",
        value="exclude",
        reason="design",
        note="no comparison",
    )
    say(board, "a", 4, "unsure")
    say(board, "c", 4, "include", note="doi: 10.1000/not-the-record's, PMID: 123")
    say(board, "a", 5, "exclude", reason="design", note=SECRET)
    say(board, "b", 6, "include", note="b alone knows")
    return board


def told(now: Standing) -> tuple[object, ...]:
    """What a standing says, without times and files."""
    votes = sorted(
        (one.reviewer, one.value, one.reason, one.note, one.decided_at, one.criteria_version)
        for one in now.votes.values()
    )
    last = now.reconciled
    return (
        now.state,
        now.outcome,
        now.reason,
        now.settled_by,
        votes,
        (last.reviewer, last.reason, last.note, last.decided_at) if last else None,
    )


def take(store: Store, data: bytes, name: str, **how: object) -> DecisionImportReport:
    return import_decisions(
        store,
        by=LEAD,
        review_id="r",
        stage=TA,
        file_name=name,
        data=data,
        **how,  # type: ignore[arg-type]
    )


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Store]:
    """A second store with the same records and nothing decided."""
    with Store.create(str(tmp_path / "other.db")) as made:
        fill(made, n=8)
        yield made


@pytest.mark.parametrize("format_name", WITH_VOTES)
def test_what_is_exported_comes_back_as_it_was(
    store: Store, other: Store, format_name: str
) -> None:
    board = screened(store)
    content = export_decisions(board, TA, format_name, person="a")

    report = take(other, content, f"out{FORMATS[format_name].suffix}")

    assert not report.skipped
    assert report.n_new_people == 0
    before, after = board.stage(TA), Board(other, "r").stage(TA)
    for name in before.shown:
        one, two = told(before.standing(name)), told(after.standing(name))
        if format_name == "eppi-json":  # it has no place for times and versions
            one, two = _without_times(one), _without_times(two)
        if before.standing(name).is_revealed:
            assert one == two
        else:
            assert set(after.standing(name).votes) == set(before.standing(name).votes) & {"a"}


def _without_times(said: tuple[object, ...]) -> tuple[object, ...]:
    *most, votes, last = said
    return (
        *most,
        [vote[:4] for vote in votes],  # type: ignore[attr-defined]
        last[:3] if last else None,  # type: ignore[index]
    )


def test_an_asreview_project_brings_the_outcomes_back(store: Store, other: Store) -> None:
    board = screened(store)
    content = export_decisions(board, TA, "asreview", person=None)

    report = take(other, content, "out.asreview", are_final=True)

    assert (report.n_records, report.n_new, report.n_outcomes) == (8, 3, 3)
    before, after = board.stage(TA), Board(other, "r").stage(TA)
    for name in before.shown:
        one, two = before.standing(name), after.standing(name)
        assert (two.outcome, two.reason) == (one.outcome, one.reason)


@pytest.mark.parametrize("format_name", FORMATS)
def test_the_same_file_again_changes_nothing(store: Store, other: Store, format_name: str) -> None:
    content = export_decisions(screened(store), TA, format_name, person=None)
    first = take(other, content, "out", are_final=True)
    dump = other.dump_hash()
    last = other.last_event_id()

    again = take(other, content, "out", are_final=True)

    assert first.n_new > 0
    assert (again.n_new, again.n_changed, again.n_same) == (0, 0, first.n_new)
    assert (other.dump_hash(), other.last_event_id()) == (dump, last)


def unpacked(content: bytes) -> str:
    """All text of a file, that of zipped parts too."""
    if not content.startswith(b"PK"):
        return content.decode("utf-8-sig")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "\n".join(
            archive.read(name).decode("utf-8", errors="replace") for name in archive.namelist()
        )


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_vote_that_is_not_revealed_is_in_no_bytes_of_anybody_elses_file(
    store: Store, format_name: str
) -> None:
    board = fill(store, n=4, people=("voter-one", "voter-two"))
    others = (None, "voter-two", LEAD.pseudonym)
    empty = [unpacked(export_decisions(board, TA, format_name, person=who)) for who in others]
    say(board, "voter-one", 0, "exclude", reason="design", note=SECRET)
    say(board, "voter-one", 1, "unsure", note=SECRET)

    own = unpacked(export_decisions(board, TA, format_name, person="voter-one"))
    theirs = [unpacked(export_decisions(board, TA, format_name, person=who)) for who in others]

    assert SECRET in own
    for before, after in zip(empty, theirs, strict=True):
        assert SECRET not in after
        assert "voter-one" not in after
        if format_name == "xlsx":  # its cells are numbers of texts, which a new word moves
            assert after.count("unsure") == before.count("unsure") == 0
        else:
            assert after.replace("waiting", "unread") == before

    say(board, "voter-two", 0, "include")
    assert SECRET in unpacked(export_decisions(board, TA, format_name, person=None)) or (
        format_name == "asreview"  # a conflict has no label
    )


@pytest.mark.parametrize("format_name", FORMATS)
def test_what_a_record_brought_along_of_others_decisions_is_not_exported(
    store: Store, format_name: str
) -> None:
    note = 'RAYYAN-INCLUSION: {"Ama Secret"=>"Excluded"} | USER-NOTES: {"Ama Secret"=>["in confidence"]}'
    board = fill(store, n=1)
    extra = json.dumps({"N1": [note, "a plain note"], "asreview_label": ["1"], "C1": ["kept"]})
    with store.write(actor=LEAD, action="add", object_type="review", object_id="r") as tx:
        tx.append("records", [replace(records(1)[0], extra=extra)])
    board.catch_up()

    content = unpacked(export_decisions(board, TA, format_name, person=None))

    assert "Ama Secret" not in content
    assert "in confidence" not in content
    if format_name == "ris":
        assert "a plain note" in content
        assert "C1  - kept" in content


def test_a_file_says_nothing_of_whether_it_agrees_with_a_vote_that_is_not_revealed(
    store: Store,
) -> None:
    board = fill(store)
    say(board, "a", 0, "include")
    told_of = []
    for value in ("include", "exclude"):
        with pytest.raises(FileError) as error:
            take(store, table("record_id,reviewer,decision", f"r.00000,a,{value}"), "x.csv")
        told_of.append(str(error.value))
    assert told_of[0] == told_of[1]
    assert "a has decided on this record here" in told_of[0]


def test_what_was_decided_here_is_not_changed_by_a_file(store: Store) -> None:
    board = screened(store)
    with pytest.raises(FileError, match="something else on this record here"):
        take(store, table("record_id,reviewer,decision", "r.00000,a,exclude"), "x.csv")
    report = take(store, export_decisions(board, TA, "csv", person=None), "own.csv")
    assert (report.n_new, report.n_changed, report.n_same) == (0, 0, 11)


def test_a_corrected_file_replaces_what_an_earlier_file_said(store: Store) -> None:
    fill(store)
    take(store, table("record_id,reviewer,decision", "r.00000,a,exclude"), "x.csv")
    report = take(store, table("record_id,reviewer,decision", "r.00000,a,include"), "y.csv")
    assert (report.n_new, report.n_changed) == (0, 1)
    versions = store.history("decisions", "r.00000.title_abstract.a")
    assert [one.row.value for one in versions] == ["exclude", "include"]


def table(header: str, *rows: str) -> bytes:
    return "\r\n".join([header, *rows, ""]).encode()


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_rows_that_are_unknown_or_ambiguous_are_named_and_nothing_is_stored(store: Store) -> None:
    fill(store, n=4)
    with store.write(actor=LEAD, action="add", object_type="review", object_id="r") as tx:
        tx.append(
            "records",
            [
                replace(one, title="Twice the same", doi="10.1000/same", year=2000)
                for one in records(2)
            ],
        )
    content = table(
        "title,doi,year,reviewer,decision",
        "Twice the same,10.1000/same,2000,a,include",
        "Twice the same,,2000,a,include",
        "Nowhere to be found,,1999,a,include",
        "Metal fatigue 2 in wings,,,a,exclude",
        ",,,a,exclude",
        "Metal fatigue 3 in wings,,,a,perhaps",
    )
    with pytest.raises(FileError, match='row 7, column "decision": found "perhaps"'):
        take(store, content, "d.csv")
    content = content.replace(b"perhaps", b"maybe")
    with pytest.raises(FileError) as error:
        take(store, content, "d.csv")
    message = str(error.value)
    assert "d.csv, row 2: 2 records have the DOI 10.1000/same (r.00000, r.00001)." in message
    assert "d.csv, row 3: 2 records have the title" in message
    assert 'd.csv, row 4: There is no record "Nowhere to be found" in this review.' in message
    assert "d.csv, row 6: The row says nothing" in message
    assert not store.rows("decisions")
    dry = take(store, content, "d.csv", skip_unknown=True, dry_run=True)
    assert not store.rows("decisions")
    report = take(store, content, "d.csv", skip_unknown=True)
    assert (report.n_skipped, report.n_new) == (dry.n_skipped, dry.n_new) == (4, 2)
    stored = {one.record_id: (one.value, one.source_row) for one in store.rows("decisions")}
    assert stored == {"r.00002": ("exclude", 5), "r.00003": ("unsure", 7)}
    (file,) = [one for one in store.rows("raw_files") if one.name == "d.csv"]
    assert store.file(file.raw_file_id) == content


def test_records_that_are_one_report_are_one_thing_to_find(store: Store) -> None:
    board = fill(store, n=2)
    with store.write(actor=LEAD, action="add", object_type="review", object_id="r") as tx:
        tx.append("records", [replace(one, title="The same") for one in records(2)])
        tx.append("reports", [row("reports", report_id="p", review_id="r")])
        tx.append(
            "report_records",
            [row("report_records", report_id="p", record_id=f"r.{at:05}") for at in range(2)],
        )
    take(store, table("title,reviewer,decision", "The same!,a,include"), "d.csv")
    board.catch_up()
    assert list(board.stage(TA).standing("r.00000").votes) == ["a"]


def test_a_number_that_another_program_gave_is_not_taken_for_a_name_here(store: Store) -> None:
    fill(store, n=4)
    with store.write(actor=LEAD, action="add", object_type="review", object_id="r") as tx:
        tx.append(
            "records",
            [replace(one, record_id=str(at)) for at, one in enumerate(records(4), start=10)],
        )
        tx.withdraw("records", [f"r.{at:05}" for at in range(4)])
    content = table("record_id,title,reviewer,decision", "10,Reading 1 with pupils,a,include")
    with pytest.raises(FileError, match="another title here"):
        take(store, content, "d.csv")


def test_names_become_pseudonyms_and_stay_the_same_next_time(store: Store) -> None:
    fill(store)
    known = store.add_person("Ama Ofori", email="ama@example.org", actor=LEAD)
    content = table(
        "record_id,reviewer,decision",
        "r.00000,ama ofori,include",
        "r.00001,AMA@example.org,include",
        "r.00002,Kofi Mensah,include",
        "r.00003,kofi  mensah,exclude",
        "r.00004,Sam,exclude",
        "r.00005,b,exclude",
    )
    report = take(store, content, "d.csv", people={"Sam": "c"})
    assert report.n_new_people == 1
    (new,) = [one for one in store.people() if one.name == "Kofi Mensah"]
    assert report.people == {known: 2, new.pseudonym: 2, "b": 1, "c": 1}
    assert {one.reviewer for one in store.rows("decisions")} == set(report.people)
    again = take(store, content + b"r.00006,Kofi Mensah,include\r\n", "e.csv", people={"Sam": "c"})
    assert (again.n_new, again.n_new_people) == (1, 0)


def test_two_people_of_one_name_are_asked_about(store: Store) -> None:
    fill(store)
    for _ in range(2):
        store.add_person("Kim Lee", actor=LEAD)
    content = table("record_id,reviewer,decision", "r.00000,Kim Lee,include")
    with pytest.raises(FileError, match='Several people are called "Kim Lee"'):
        take(store, content, "d.csv")
    assert take(store, content, "d.csv", people={"Kim Lee": "a"}).people == {"a": 1}


def test_a_file_that_names_nobody_asks_whose_decisions_they_are(store: Store) -> None:
    fill(store)
    content = table("record_id,decision", "r.00000,include")
    with pytest.raises(FileError, match="does not say who decided"):
        take(store, content, "d.csv")
    take(store, content, "d.csv", reviewer="a")
    (one,) = store.rows("decisions")
    assert (one.role, one.reviewer) == ("individual", "a")
    take(store, content + b" \r\n", "e.csv", are_final=True)
    roles = {(one.role, one.reviewer) for one in store.rows("decisions")}
    assert roles == {("individual", "a"), ("reconciled", "consensus")}


def test_outcomes_and_votes_of_one_table_are_told_apart(store: Store) -> None:
    fill(store)
    content = table(
        "Title,Reviewer 1,Reviewer 2,Consensus,Reason for exclusion",
        "Reading 0 with pupils,Include,Exclude,Exclude,No comparison group",
        "Reading 1 with pupils,yes,yes,,",
        "Reading 2 with pupils,Maybe,,,",
    )
    report = take(store, content, "d.csv", people={"Reviewer 1": "a", "Reviewer 2": "b"})
    assert report.people == {"a": 3, "b": 2, "consensus": 1}
    stage = Board(store, "r").stage(TA)
    first = stage.standing("r.00000")
    assert (first.outcome, first.reason, first.settled_by) == ("exclude", "design", "reconciled")
    assert stage.standing("r.00001").settled_by == "agreed"
    assert stage.standing("r.00002").votes["a"].value == "unsure"


def test_a_stage_that_is_another_is_not_imported(store: Store) -> None:
    content = export_decisions(screened(store), TA, "csv", person=None)
    with pytest.raises(FileError, match='of the stage "title_abstract"'):
        import_decisions(
            store,
            by=LEAD,
            review_id="r",
            stage="full_text",
            file_name="x.csv",
            data=content,
        )
    with pytest.raises(UserError, match="no stage"):
        import_decisions(store, by=LEAD, review_id="r", stage="x", file_name="x.csv", data=content)
    with pytest.raises(NotFound, match="no review"):
        import_decisions(store, by=LEAD, review_id="q", stage=TA, file_name="x.csv", data=content)


def test_decisions_are_imported_before_any_rules_are_set(store: Store) -> None:
    with store.write(actor=LEAD, action="add", object_type="review", object_id="r") as tx:
        tx.append("reviews", [REVIEW])
        tx.append("records", records(2))
    report = take(store, table("record_id,reviewer,decision", "r.00000,Ama,include"), "d.csv")
    assert (report.n_new, report.n_new_people) == (1, 1)


@pytest.mark.parametrize("format_name", ["csv", "xlsx"])
def test_hostile_cells_are_no_formulas_and_come_back_whole(
    store: Store, other: Store, format_name: str
) -> None:
    board = fill(store, n=8)
    notes = ["=1+1", "@SUM(A1)", "+44 20", "-5 points", 'line\nend, "quoted"', "_x0041_ \x07"]
    for at, note in enumerate(notes):
        say(board, "a", at, "exclude", reason="design", note=note)
    content = export_decisions(board, TA, format_name, person="a")
    if format_name == "csv":
        cells = [cell for line in rows_of(content) for cell in line.values()]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    else:
        assert "<f>" not in unpacked(content)
    take(other, content, f"x.{format_name}")
    stored = {one.record_id: one.note for one in other.rows("decisions")}
    kept = [
        " ".join(
            note.replace("\x07", " ")
            .replace("_x0", "_ x0" if format_name == "xlsx" else "_x0")
            .split()
        )
        for note in notes
    ]
    assert [stored[f"r.{at:05}"] for at in range(len(notes))] == kept


def test_a_ris_file_of_decisions_is_a_file_of_references_too(store: Store) -> None:
    board = screened(store)
    content = export_decisions(board, TA, "ris", person=None)
    found = read_references(content, file="x.ris", review_id="q")
    assert [one.title for one in found.records] == [board.records[n].title for n in board.records]
    assert [one.abstract for one in found.records] == [
        one.abstract for one in board.records.values()
    ]
    assert all(one.doi is None and one.pmid is None for one in found.records)
    text = content.decode()
    assert text.count("ASReview_relevant") == 1
    assert text.count("ASReview_irrelevant") == 2
    assert text.count("ASReview_not_seen") == 5
    assert 'RAYYAN-INCLUSION: {"a"=>"Excluded", "b"=>"Excluded"}' in text
    assert "excluded (No comparison group)" in text


def test_an_export_of_a_format_or_stage_that_there_is_not_is_refused(store: Store) -> None:
    board = fill(store)
    with pytest.raises(UserError, match="no format of decisions"):
        export_decisions(board, TA, "docx", person=None)
    with pytest.raises(UserError, match="not set up"):
        export_decisions(board, "full_text", "csv", person=None)


def test_an_eppi_code_set_is_a_screening_set_with_numbers_that_stay(store: Store) -> None:
    board = screened(store)
    content = export_decisions(board, TA, "eppi-json", person=None)
    assert content == export_decisions(Board(store, "r"), TA, "eppi-json", person=None)
    root = json.loads(content)
    known = set()
    for one in root["CodeSets"]:
        assert one["SetType"]["SetTypeId"] == 5
        for code in one["Attributes"]["AttributesList"]:
            assert code["AttributeTypeId"] in (10, 11)
            assert not code["Attributes"]["AttributesList"]  # such a set has one level
            assert code["AttributeId"] not in known
            known.add(code["AttributeId"])
    used = {code["AttributeId"] for item in root["References"] for code in item["Codes"]}
    assert used
    assert used <= known


def test_one_person_screening_alone_goes_out_and_comes_back(store: Store, other: Store) -> None:
    board = fill(store, rules=replace(RULES, reviewers_per_record=1))
    say(board, "a", 0, "include")
    report = take(other, export_decisions(board, TA, "csv", person=None), "x.csv")
    assert (report.n_new, report.n_outcomes) == (1, 0)


def test_a_person_in_the_store_is_found_by_the_name_in_rayyans_note(store: Store) -> None:
    fill(store)
    with store.write(actor=LEAD, action="add_person", object_type="person", object_id="x") as tx:
        tx.add_person(Person("person-abcdefgh", "Kofi", None))
    note = (
        'RAYYAN-INCLUSION: {"Kofi"=>"Included", "Ama"=>"Maybe"} | RAYYAN-LABELS: RCT | '
        'USER-NOTES: {"Kofi"=>["check later"]}'
    )
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["key", "title", "year", "notes"])
    writer.writerow(["rayyan-1", "Reading 0 with pupils", "", note])
    report = take(store, out.getvalue().encode(), "articles.csv")
    assert report.people.pop("person-abcdefgh") == 1
    decisions = {one.reviewer: one for one in store.rows("decisions")}
    assert decisions["person-abcdefgh"].note == "check later"
    assert [decisions[who].value for who in report.people] == ["unsure"]
