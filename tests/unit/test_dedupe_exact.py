"""Exact identifiers: what is joined, what is kept apart, what the report takes."""

from __future__ import annotations

from typing import Any

import pytest

from whatworks.dedupe import exact_reports
from whatworks.references import Record

TITLE = "Small classes and reading in primary schools"


def record(name: str, **values: Any) -> Record:
    fields: dict[str, Any] = dict.fromkeys(Record.__dataclass_fields__)
    fields.update(record_type="article", position=1, raw_file_id="f", title=TITLE, year=2001)
    return Record(**(fields | {"record_id": f"demo:{name}", "review_id": "demo"} | values))


def groups(*records: Record) -> list[list[str]]:
    found = exact_reports(records, review_id="demo")
    by_report: dict[str, list[str]] = {}
    for link in found.links:
        by_report.setdefault(link.report_id, []).append(link.record_id.removeprefix("demo:"))
    return sorted(by_report.values())


def test_records_with_one_doi_are_one_report():
    found = exact_reports([record("b", doi="10.1/x"), record("a", doi="10.1/x")], review_id="demo")
    assert [report.report_id for report in found.reports] == ["report:demo:a"]
    assert {(link.rule, link.evidence) for link in found.links} == {("same_doi", "10.1/x")}


def test_a_record_alone_is_its_own_report():
    found = exact_reports([record("a")], review_id="demo")
    assert [(link.rule, link.evidence) for link in found.links] == [("only_record", None)]


def test_records_without_identifiers_are_not_joined():
    assert groups(record("a"), record("b")) == [["a"], ["b"]]


def test_a_chain_through_two_identifiers_is_one_report():
    chain = record("a", doi="10.1/x"), record("b", doi="10.1/x", pmid="7"), record("c", pmid="7")
    assert groups(*chain) == [["a", "b", "c"]]


def test_a_chain_with_a_contradiction_is_cut_and_told():
    first = record("a", doi="10.1/x")
    bridge = record("b", doi="10.1/x", pmid="7", title=None, year=None)
    other = record("c", pmid="7", title="Kidney function after surgery", year=1990)
    found = exact_reports([first, bridge, other], review_id="demo")
    assert groups(first, bridge, other) == [["a", "b"], ["c"]]
    assert [(p.record_id, p.other_record_id) for p in found.kept_apart] == [("demo:b", "demo:c")]
    assert "contradicts" in found.conflicts[0]


def test_one_doi_on_two_different_works_is_kept_apart_and_told():
    a = record("a", doi="10.1/x")
    b = record("b", doi="10.1/x", title="Kidney function after surgery", year=2015)
    found = exact_reports([a, b], review_id="demo")
    assert len(found.reports) == 2
    assert found.conflicts == (
        "demo:a and demo:b share doi 10.1/x and were kept apart: their titles and years differ.",
    )


def test_abstracts_of_one_supplement_are_kept_apart():
    a = record("a", doi="10.1/s", pages="S1", authors="Lee, A.")
    b = record(
        "b", doi="10.1/s", pages="S2", authors="Lee, A.", title="Kidney function after surgery"
    )
    assert groups(a, b) == [["a"], ["b"]]


def test_a_translated_title_with_the_same_pages_is_joined():
    a = record("a", doi="10.1/x", pages="5-9", authors="Lee, A.")
    b = record("b", doi="10.1/x", pages="5-9", authors="Lee, A.", title="Kleine Klassen und Lesen")
    assert groups(a, b) == [["a", "b"]]


@pytest.mark.parametrize(
    "notice", ["Erratum: ", "Correction to: ", "Retraction: ", "Reply: ", "Comment on "]
)
def test_a_notice_with_the_doi_of_what_it_is_about_is_kept_apart(notice: str):
    a = record("a", doi="10.1/x")
    assert groups(a, record("b", doi="10.1/x", title=notice + TITLE)) == [["a"], ["b"]]


def test_a_chapter_and_its_book_are_kept_apart():
    a = record("a", doi="10.1/x", record_type="book")
    assert groups(a, record("b", doi="10.1/x", record_type="chapter")) == [["a"], ["b"]]


def test_a_shared_isbn_joins_nothing():
    chapters = [
        record(
            name, isbn_issn="9780306406157", record_type="chapter", title=f"Chapter {name} of it"
        )
        for name in "ab"
    ]
    assert groups(*chapters) == [["a"], ["b"]]


def test_one_pubmed_number_with_two_dois_is_joined_only_under_one_title():
    a = record("a", pmid="7", doi="10.1/x")
    assert groups(a, record("b", pmid="7", doi="10.1/y")) == [["a", "b"]]
    other = record("b", pmid="7", doi="10.1/y", title="Reading and other things at home")
    assert groups(a, other) == [["a"], ["b"]]


def test_the_report_takes_the_best_field_of_each_record():
    found = exact_reports(
        [
            record(
                "a",
                doi="10.1/x",
                title=TITLE.upper() + ": A TRIAL",
                authors="Lee, A.",
                record_type="other",
            ),
            record("b", doi="10.1/x", authors="Lee, Ann; Roy, Ben", container="J Educ"),
            record("c", doi="10.1/x", year=2002, container="Journal of Education", pmid="7"),
        ],
        review_id="demo",
    )
    (report,) = found.reports
    assert (report.title, report.authors, report.year) == (TITLE, "Lee, Ann; Roy, Ben", 2001)
    assert (report.container, report.doi, report.pmid) == ("Journal of Education", "10.1/x", "7")
    assert report.record_type == "article"


def test_two_records_of_one_name_are_refused():
    with pytest.raises(ValueError, match="two records are named"):
        exact_reports([record("a"), record("a")], review_id="demo")


def test_a_record_of_another_review_is_refused():
    with pytest.raises(ValueError, match='belongs to "other"'):
        exact_reports([record("a", review_id="other")], review_id="demo")
