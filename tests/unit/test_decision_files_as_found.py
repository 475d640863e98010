"""Files of decisions as other programs and teams write them."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import zipfile
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatworks.actions.asreview_project import is_asreview_project, read_asreview_project
from whatworks.errors import FileError
from whatworks.extraction.decision_files import DecisionFile, Said, read_decision_file


def table(*rows: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def said(found: DecisionFile) -> list[tuple[Said, ...]]:
    assert not found.problems
    return [one.said for one in found.records]


def test_asreviews_csv() -> None:
    found = read_decision_file(
        table(
            ["record_id", "title", "abstract", "doi", "included", "asreview_label", "asreview_time", "asreview_note"],
            ["0", "One", "a", "https://doi.org/10.1000/ABC", "", "1", "2025-09-07 11:00:00", "good"],
            ["1", "Two", "b", "", "1", "0.0", "", ""],
            ["2", "Three", "c", "", "", "", "", ""],
        ),
        file="asreview_dataset.csv",
    )  # fmt: skip
    assert said(found) == [
        (Said("include", note="good", decided_at="2025-09-07 11:00:00"),),
        (Said("exclude"),),
        (),
    ]
    first = found.records[0]
    assert (first.record_id, first.title, first.doi) == ("0", "One", "10.1000/abc")
    assert found.warnings == ("Also of decisions by their names, and not read: included.",)


def test_rayyans_csv_and_ris() -> None:
    note = 'RAYYAN-INCLUSION: {"Ana"=>"Included", "Bo"=>"Excluded"} | RAYYAN-EXCLUSION-REASONS: wrong age'
    expected = [(Said("include", "Ana"), Said("exclude", "Bo", reason="wrong age")), ()]
    found = read_decision_file(
        table(
            ["key", "title", "year", "month", "journal", "authors", "abstract", "notes", "pubmed_id"],
            ["rayyan-1", "One", "2020", "1", "J", "Lee, A", "a", note, "123"],
            ["rayyan-2", "Two", "2021", "1", "J", "Lee, A", "a", "a note of the database", ""],
        ),
        file="articles.csv",
    )  # fmt: skip
    assert said(found) == expected
    assert (found.records[0].pmid, found.records[0].year) == ("123", 2020)
    ris = f"TY  - JOUR\nTI  - One\nN1  - {note}\nER  - \n\nTY  - JOUR\nTI  - Two\nER  - \n"
    found = read_decision_file(ris.encode(), file="articles.ris")
    assert said(found) == expected
    assert found.format == "ris"


def test_rayyans_notes_in_the_export_of_another_program_are_told_of_and_not_read() -> None:
    note = 'RAYYAN-INCLUSION: {"Ana"=>"Included"}'
    rows = (["title", "notes", "asreview_label"], ["One", note, "0"])
    found = read_decision_file(table(*rows), file="a.csv")
    assert said(found) == [(Said("exclude", note=note),)]
    assert found.warnings == ("Rayyan's notes are in the table too, and were not read.",)
    chosen = read_decision_file(table(*rows), file="a.csv", columns={"decision": "notes"})
    assert said(chosen) == [(Said("include", "Ana"),)]


def test_covidences_csv_of_what_was_excluded_and_of_what_was_included() -> None:
    header = [
        "Title",
        "Authors",
        "Abstract",
        "Published Year",
        "DOI",
        "Covidence #",
        "Study",
        "Notes",
        "Tags",
    ]
    content = table(
        header,
        ["One", "Lee", "", "2020", "10.1000/one", "#12", "Lee 2020", "Exclusion reason: Wrong setting; ", ""],
        ["Two", "Lee", "", "2021", "", "#13", "Lee 2021", "", ""],
    )  # fmt: skip
    found = read_decision_file(content, file="review_1_excluded.csv")
    assert said(found) == [(Said("exclude", is_final=True, reason="Wrong setting"),), ()]
    found = read_decision_file(content, file="review_1_included.csv", all_are="include")
    assert [one.said[0].value for one in found.records] == ["include", "include"]
    assert (found.records[0].year, found.records[0].doi) == (2020, "10.1000/one")


def test_a_table_with_a_row_for_each_vote() -> None:
    found = read_decision_file(
        "Title;Screener;Decision;Reason;Screened at\nOne;Ana;Exclude;age;2026-01-02\nOne;Bo;1;;\n".encode(
            "utf-16"
        ),
        file="votes.csv",
    )
    assert said(found) == [
        (Said("exclude", "Ana", reason="age", decided_at="2026-01-02"),),
        (Said("include", "Bo"),),
    ]


def test_a_table_with_columns_for_each_person_in_several_ways() -> None:
    for header in (
        ["title", "reviewer_1", "decision_1", "reason_1", "reviewer_2", "decision_2"],
        ["title", "Reviewer 1", "Reviewer 1 decision", "Reviewer 1 reason", "Screener 2", "Screener 2 vote"],
    ):  # fmt: skip
        found = read_decision_file(
            table(header, ["One", "Ana", "exclude", "age", "Bo", "maybe"]), file="a.csv"
        )
        assert said(found) == [(Said("exclude", "Ana", reason="age"), Said("unsure", "Bo"))]
    found = read_decision_file(
        table(["title", "vote 1", "vote 2"], ["One", "y", "n"]), file="a.csv"
    )
    assert said(found) == [(Said("include", "reviewer 1"), Said("exclude", "reviewer 2"))]


def test_a_table_with_both_stages_gives_the_decisions_of_the_one_wanted() -> None:
    content = table(
        ["title", "Title/Abstract decision", "Full-text decision", "Exclusion reason"],
        ["One", "include", "exclude", "age"],
    )
    for stage, value in (("title_abstract", "include"), ("full_text", "exclude")):
        found = read_decision_file(content, file="a.csv", stage=stage)
        assert [one[0].value for one in said(found)] == [value]


def test_abstrackrs_minus_one() -> None:
    found = read_decision_file(
        table(["title", "label"], ["One", "1"], ["Two", "0"], ["Three", "-1"], ["Four", "o"]),
        file="a.csv",
    )
    assert [[one.value for one in row] for row in said(found)] == [
        ["include"], ["unsure"], ["exclude"], [],
    ]  # fmt: skip


def test_a_column_can_be_named() -> None:
    content = table(["Titel", "Ana meint"], ["Eins", "ja"], ["Zwei", "include"])
    with pytest.raises(FileError, match=r'No column tells decisions. The columns are "Titel"'):
        read_decision_file(content, file="a.csv")
    found = read_decision_file(content, file="a.csv", columns={"decision": "Ana meint"})
    (problem,) = found.problems
    assert (problem.row, problem.column, problem.found) == (2, "Ana meint", 'found "ja".')
    assert found.records[1].said == (Said("include"),)
    with pytest.raises(FileError, match='There is no column "Bo"'):
        read_decision_file(content, file="a.csv", columns={"decision": "Bo"})
    with pytest.raises(FileError, match='"judgement" is nothing'):
        read_decision_file(content, file="a.csv", columns={"judgement": "Titel"})


def test_a_workbook_whose_decisions_are_on_its_second_sheet() -> None:
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    about = book.add_worksheet("About")
    about.write_row(0, 0, ["What", "Who"])
    about.write_row(1, 0, ["Screening", "us"])
    sheet = book.add_worksheet("Votes")
    sheet.write_row(0, 0, ["Title", "Year", "Reviewer", "Decision"])
    sheet.write_row(1, 0, ["One", 2020, "Ana", 1])
    sheet.write_row(2, 0, ["Two", 2021, "Ana", 0])
    book.close()
    found = read_decision_file(out.getvalue(), file="votes.xlsx")
    assert said(found) == [(Said("include", "Ana"),), (Said("exclude", "Ana"),)]
    assert [one.year for one in found.records] == [2020, 2021]
    assert [one.row for one in found.records] == [2, 3]


def code(number: int, name: str, kind: int, *below: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"AttributeId": number, "AttributeName": name, "AttributeTypeId": kind}
    return found | ({"Attributes": {"AttributesList": list(below)}} if below else {})


def report(*items: tuple[str, list[int]]) -> dict[str, Any]:
    def a_set(name: str, kind: int, *codes: dict[str, Any]) -> dict[str, Any]:
        return {
            "SetName": name,
            "SetType": {"SetTypeId": kind},
            "Attributes": {"AttributesList": list(codes)},
        }

    return {
        "CodeSets": [
            a_set("Countries", 3, code(1, "England", 2)),
            a_set(
                "Screen on Title & Abstract",
                5,
                code(2, "INCLUDE on title & abstract", 10),
                code(3, "EXCLUDE on population", 11),
                code(4, "EXCLUDE on title and abstract", 11),
                code(5, "INCLUDE for second opinion", 10),
            ),
            a_set("Screen on full text", 5, code(6, "Include", 10), code(7, "Exclude", 11, code(8, "Date", 11))),
        ],
        "References": [
            {
                "ItemId": at,
                "Title": title,
                "Year": "2020",
                "DOI": "",
                "Codes": [{"AttributeId": one, "AdditionalText": "beside" if one == 3 else ""} for one in codes],
            }
            for at, (title, codes) in enumerate(items, start=10)
        ],
    }  # fmt: skip


def test_eppi_reviewers_report_with_two_screening_sets() -> None:
    root = report(("One", [1, 2, 6]), ("Two", [3]), ("Three", [4]), ("Four", [5]), ("Five", [2, 8]))
    content = json.dumps(root).encode()
    with pytest.raises(FileError, match="Several screening code sets"):
        read_decision_file(content, file="x.json")
    found = read_decision_file(content, file="x.json", stage="title_abstract")
    assert said(found) == [
        (Said("include"),),
        (Said("exclude", reason="population", note="beside"),),
        (Said("exclude"),),
        (Said("unsure"),),
        (Said("include"),),
    ]
    found = read_decision_file(content, file="x.json", columns={"decision": "Screen on full text"})
    assert said(found) == [(Said("include"),), (), (), (), (Said("exclude", reason="Date"),)]


def test_eppi_reviewers_report_that_contradicts_itself_or_has_no_screening_set() -> None:
    found = read_decision_file(json.dumps(report(("One", [2, 3]))).encode(), file="x.json")
    (problem,) = found.problems
    assert '"One" is both included and excluded' in problem.found
    for content, match in (
        (b'{"References": []}', "no screening code set"),
        (b'{"CodeSets": []}', "no list"),
        (b'{"CodeSets": [', "no well-formed JSON"),
    ):
        with pytest.raises(FileError, match=match):
            read_decision_file(content, file="x.json")


def project(*, version: int = 3, changed: bool = False) -> bytes:
    """A project as ASReview 3 makes it, with its columns and nothing else."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(
            "CREATE TABLE record (dataset_row INTEGER, dataset_id TEXT, title TEXT, abstract TEXT, authors JSON,"
            " keywords JSON, year INTEGER, doi TEXT, url TEXT, included INTEGER, record_id INTEGER);"
            "CREATE TABLE results (record_id INTEGER, label INTEGER, classifier TEXT, querier TEXT, balancer TEXT,"
            " feature_extractor TEXT, training_set INTEGER, time FLOAT, note TEXT, tags JSON, user_id INTEGER);"
            "CREATE TABLE decision_changes (record_id INTEGER, label INTEGER, time FLOAT, user_id INTEGER);"
            "PRAGMA user_version = 3;"
        )
        for at, title in enumerate(["One", "Two", "Three"]):
            database.execute(
                "INSERT INTO record (dataset_row, title, year, doi, record_id) VALUES (?, ?, 2020, ?, ?)",
                (at, title, "https://doi.org/10.1000/One" if at == 0 else None, at),
            )
        for at, label, note in ((0, 1, "good"), (1, 0, None)):
            database.execute(
                "INSERT INTO results (record_id, label, time, note, user_id) VALUES (?, ?, 86400.5, ?, 1)",
                (at, label, note),
            )
        if changed:
            database.execute("INSERT INTO decision_changes VALUES (0, 0, 1.0, 1)")
            database.execute("INSERT INTO decision_changes VALUES (2, 0, 1.0, 1)")
        database.commit()
        content = database.serialize()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("project.json", json.dumps({"project_file_version": version, "id": "x"}))
        archive.writestr("results.db", content)
    return out.getvalue()


def test_a_project_of_asreview() -> None:
    content = project(changed=True)
    assert is_asreview_project(content)
    found = read_asreview_project(content, file="x.asreview")
    assert said(found) == [
        (Said("include", note="good", decided_at="1970-01-02T00:00:00.500000+00:00"),),
        (Said("exclude", decided_at="1970-01-02T00:00:00.500000+00:00"),),
        (),
    ]
    first = found.records[0]
    assert (first.title, first.year, first.doi, first.row) == ("One", 2020, "10.1000/one", 1)
    # The label of the third record was taken off: there is no decision to be changed.
    assert found.warnings == ("1 labels were changed in ASReview; the last of each was read.",)


def test_a_project_that_is_old_damaged_or_none_is_refused() -> None:
    with pytest.raises(FileError, match="file version 2"):
        read_asreview_project(project(version=2), file="x.asreview")
    assert not is_asreview_project(b"PK\x03\x04 no zip")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("project.json", '{"project_file_version": 3}')
        archive.writestr("results.db", b"SQLite format 3\0 and then nothing of the kind")
    with pytest.raises(FileError, match="database in the project cannot be read"):
        read_asreview_project(out.getvalue(), file="x.asreview")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02",
        b"title,decision\n",
        b"nothing here",
        b"PK\x03\x04 no zip",
        b"TY  - JOUR\nTI  - One\nER  - \n",
        b"[1, 2]",
    ],
)
def test_a_file_without_decisions_is_refused_with_a_message(content: bytes) -> None:
    with pytest.raises(FileError, match=r"x\.csv: .+\nNothing was saved"):
        read_decision_file(content, file="x.csv")


SEEDS = (
    table(["title", "reviewer_1", "decision_1", "consensus"], ["One", "Ana", "1", "exclude"]),
    table(["title", "notes"], ["One", 'RAYYAN-INCLUSION: {"Ana"=>"Included"}']),
    json.dumps(report(("One", [2, 7]), ("Two", [3]))).encode(),
    b'TY  - JOUR\nTI  - One\nN1  - whatworks-decision: {"record": "r.1", "stage": "full_text", "value": "include"}\n'
    b"N1  - ASReview_relevant\nER  - \n",
    project(),
)


@given(
    seed=st.sampled_from(SEEDS),
    changes=st.lists(st.tuples(st.integers(0, 10_000), st.binary(max_size=3)), max_size=6),
    name=st.sampled_from(["x.csv", "x.ris", "x.json", "x"]),
)
def test_a_damaged_file_is_read_or_refused_and_nothing_else(
    seed: bytes, changes: list[tuple[int, bytes]], name: str
) -> None:
    data = bytearray(seed)
    for at, piece in changes:
        place = at % (len(data) + 1)
        data[place : place + len(piece)] = piece
    content, refusal = bytes(data), f"{name}:"
    try:
        if is_asreview_project(content):
            read_asreview_project(content, file=name)
        else:
            read_decision_file(content, file=name)
    except FileError as error:
        refusal = str(error)
    assert refusal.startswith(name)
