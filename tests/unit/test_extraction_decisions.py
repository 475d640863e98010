"""Screening trails, references, studies, flow counts: tables with one row for each thing."""

from __future__ import annotations

import hashlib

import pytest

from whatworks.errors import FileError
from whatworks.extraction import SpreadsheetResult, load_mapping, read_spreadsheet

TRAIL = """
kind = "decisions"

[record]
key = { column = "id" }
title = { column = "title" }

[[decision]]
stage = "title_abstract"
role = "individual"
reviewer = { column = "who1" }
value = { column = "what1" }

[[decision]]
stage = "title_abstract"
role = "individual"
reviewer = { column = "who2" }
value = { column = "what2" }

[[decision]]
stage = "title_abstract"
role = "reconciled"
reviewer = { constant = "team" }
value = { column = "final" }
"""
HEADER = "id,title,who1,what1,who2,what2,final"

STUDIES = """
kind = "studies"
[study]
key = { column = "name" }
label = { column = "name" }
doi = { column = "doi" }
in_synthesis = { column = "used" }
[[judgement]]
tool = "ROBINS-I"
domain = "overall"
judgement = { column = "rob" }
"""

FLOW = """
kind = "flow_counts"
[[count]]
box = "records_screened"
key = "screened"
[[count]]
box = "database_results"
detail = "ERIC"
key = "sources.ERIC"
"""


def read(mapping: str, text: str, file: str = "t.csv") -> SpreadsheetResult:
    return read_spreadsheet(
        text.encode(), load_mapping(mapping.encode(), file="m.toml"), file=file, review_id="r"
    )


def problems_of(mapping: str, text: str) -> list[str]:
    with pytest.raises(FileError) as caught:
        read(mapping, text)
    return str(caught.value).splitlines()


def test_each_group_of_columns_gives_a_decision_and_empty_groups_give_none() -> None:
    result = read(TRAIL, f"{HEADER}\n7,On A,S1,include,S2,exclude,include\n8,On B,S1,exclude,,,\n")
    assert [
        (d.decision_id, d.reviewer, d.role, d.value, d.source_row)
        for d in result.tables["decisions"]
    ] == [
        ("r/7/title_abstract/s1", "S1", "individual", "include", 2),
        ("r/7/title_abstract/s2", "S2", "individual", "exclude", 2),
        ("r/7/title_abstract/reconciled", "team", "reconciled", "include", 2),
        ("r/8/title_abstract/s1", "S1", "individual", "exclude", 3),
    ]


def test_a_trail_with_titles_gives_its_records_too() -> None:
    result = read(TRAIL, f"{HEADER}\n7,On A,S1,include,,,\n")
    (record,) = result.tables["records"]
    assert (record.record_id, record.title, record.accession) == ("r/7", "On A", "7")
    without = read(TRAIL.replace('title = { column = "title" }', ""), f"{HEADER}\n7,,S1,include,,,")
    assert "records" not in without.tables


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            "7,On A,S1,,,,",
            't.csv, row 2, column "who1 and what1": Reviewer "S1" has no decision. '
            "Fill in include, exclude or unsure, or empty the reviewer's cell.",
        ),
        (
            "7,On A,,include,,,",
            't.csv, row 2, column "who1 and what1": The decision "include" has no reviewer. '
            "Fill in who decided; a pseudonym will do.",
        ),
        (
            "7,On A,S1,include,S1,exclude,",
            't.csv, row 2, column "who2 and what2": Reviewer "S1" has two decisions about this '
            "record. Keep one of them.",
        ),
        (
            "7,On A,S1,maybe,,,",
            't.csv, row 2, column "what1": Found "maybe", which is not one of include, exclude, '
            "unsure. Correct the cell, or give it a meaning under values in the mapping.",
        ),
    ],
)
def test_a_decision_that_cannot_be_is_told_with_its_place(row: str, message: str) -> None:
    assert problems_of(TRAIL, f"{HEADER}\n{row}\n")[0] == message


def test_a_record_in_two_rows_is_told() -> None:
    assert problems_of(TRAIL, f"{HEADER}\n7,On A,S1,include,,,\n7,On A,S2,include,,,\n")[0] == (
        't.csv, row 3, column "id": Found "7", which is also in row 2. '
        "Give each row an identifier of its own, or remove one of the rows."
    )


def test_a_table_of_studies_gives_studies_and_judgements() -> None:
    result = read(STUDIES, "name,doi,used,rob\nAsh (2001),https://doi.org/10.1/AB,no,critical\n")
    (study,) = result.tables["studies"]
    assert (study.study_id, study.doi, study.in_synthesis) == ("r/ash-2001", "10.1/ab", False)
    (judgement,) = result.tables["judgements"]
    assert (judgement.study_id, judgement.judgement) == ("r/ash-2001", "critical")


def test_flow_counts_come_from_json_and_from_a_table_alike() -> None:
    from_json = read(FLOW, '{"screened": 120, "sources": {"ERIC": 90}}', "flow.json")
    table = FLOW.replace("[[count]]", 'name_column = "name"\nvalue_column = "n"\n[[count]]', 1)
    from_table = read(table, "name,n\nscreened,120\nsources.ERIC,90\n")
    counts = from_json.tables["flow_counts"]
    assert counts == from_table.tables["flow_counts"]
    assert [(c.flow_count_id, c.n, c.detail) for c in counts] == [
        ("r/records-screened", 120, None),
        ("r/database-results-eric", 90, "ERIC"),
    ]
    assert [r.tables["raw_files"][0].format for r in (from_json, from_table)] == ["json", "csv"]


def test_a_flow_count_that_is_missing_or_no_count_is_told() -> None:
    assert problems_of(FLOW, '{"screened": "many"}')[:2] == [
        't.csv, column "screened": Found "many", which is not a number. '
        "Write a whole number, such as 24, or leave the cell empty.",
        't.csv: There is no number called "sources.ERIC". The names are screened.',
    ]
    assert problems_of(FLOW, "screened: 3")[0] == (
        "t.csv: The file is not JSON: line 1 cannot be read. "
        "Correct it, or name name_column and value_column for a table."
    )


def test_the_file_is_known_by_its_content() -> None:
    text = f"{HEADER}\n7,On A,S1,include,,,\n"
    result = read(TRAIL, text, "trail.csv")
    (raw,) = result.tables["raw_files"]
    assert raw.raw_file_id == hashlib.sha256(text.encode()).hexdigest()
    assert (raw.name, raw.n_bytes, raw.n_items) == ("trail.csv", len(text), 1)
    assert {d.raw_file_id for d in result.tables["decisions"]} == {raw.raw_file_id}
