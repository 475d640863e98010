"""EPPI-Reviewer's JSON report: references in, codes and outcomes kept with them."""

from __future__ import annotations

import json

from whatworks.references import read_references

CODE = {"AttributeId": 7, "AdditionalText": "quote", "ArmId": 0}
OUTCOME = {"OutcomeId": 3, "Title": "Reading", "Data1": 20.0, "SMD": 0.31}
REPORT = {
    "CodeSets": [
        {
            "SetName": "Screening",
            "Attributes": {"AttributesList": [{"AttributeId": 7, "AttributeName": "Include"}]},
        }
    ],
    "References": [
        {
            "ItemId": 123,
            "Title": "Reading aloud",
            "ParentTitle": "Journal",
            "ShortTitle": "Lee (2001)",
            "Year": "2001",
            "StandardNumber": "1234-5678",
            "Volume": "4",
            "Pages": "10-19",
            "Authors": "Lee A M; Jones Bo;",
            "DOI": "https://doi.org/10.1000/ABC",
            "TypeName": "Journal, Article",
            "Keywords": "eppi-reviewer4\r\nspeech",
            "Comments": "",
            "ItemStatus": "I",
            "Codes": [CODE],
            "Outcomes": [OUTCOME],
        },
        {"ItemId": 124, "Title": "A film", "TypeName": "DVD, Video, Media", "Codes": []},
    ],
}


def read(report: object):
    text = json.dumps(report, indent=1)
    return read_references(text.encode(), file="made.json", review_id="demo")


def test_references_are_read_into_their_fields():
    first, second = read(REPORT).records

    assert (first.title, first.authors, first.year) == (
        "Reading aloud",
        "Lee, A M; Jones, Bo",
        2001,
    )
    assert (first.record_type, first.doi, first.accession) == ("article", "10.1000/abc", "123")
    assert (second.title, second.record_type) == ("A film", "other")
    assert json.loads(second.extra or "")["TypeName"] == ["DVD, Video, Media"]


def test_codes_and_outcomes_stay_whole_with_their_reference():
    kept = json.loads(read(REPORT).records[0].extra or "")

    assert json.loads(kept["Codes"][0]) == [CODE]
    assert json.loads(kept["Outcomes"][0]) == [OUTCOME]
    assert kept["ItemStatus"] == ["I"]


def test_the_code_sets_are_reported_as_left_out():
    result = read(REPORT)

    assert (result.report.format, result.report.n_start_tags) == ("eppi-json", 2)
    assert [issue.what for issue in result.report.issues] == ["Code sets (the names of the codes)."]


def test_code_sets_after_the_references_are_reported_too():
    result = read({"References": REPORT["References"], "CodeSets": REPORT["CodeSets"]})

    assert result.report.n_records == 2
    assert [issue.what for issue in result.report.issues] == ["Code sets (the names of the codes)."]


def test_a_report_cut_off_in_the_middle_keeps_what_came_before():
    text = json.dumps(REPORT)
    cut = text[: text.index('"A film"') + 4]

    result = read_references(cut.encode(), file="made.json", review_id="demo")

    assert [record.title for record in result.records] == ["Reading aloud", None]
    assert "A f" in json.loads(result.records[1].extra or "")["unreadable"][0]
