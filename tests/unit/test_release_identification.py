"""Records identified and duplicates removed, counted from searches, files, records and reports."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import a_decision, a_flow_count, a_raw_file, a_record
from whatworks.dedupe import ReportRecord
from whatworks.references import Search
from whatworks.references.nouns import FullText
from whatworks.release.evidence import Evidence
from whatworks.release.identification import identification
from whatworks.release.prisma import prisma_flow


def a_search(search_id: str, *, kind: str | None = "database", hits: int | None = None) -> Search:
    return Search(search_id, "r", search_id.upper(), None, None, None, None, hits, None, kind)


def a_link(number: int, report: str) -> ReportRecord:
    return ReportRecord(f"r:{number}", report, "only_record", None, None)


def searched(files: dict[str, str | None], records: dict[int, str], **tables) -> Evidence:
    """Return a review whose files are tied to searches and whose records lie in files."""
    return Evidence(
        raw_files=[a_raw_file(name, search_id=search) for name, search in files.items()],
        records=[a_record(number, raw_file_id=file) for number, file in records.items()],
        **tables,
    )


def counted(evidence: Evidence) -> dict[str, int | None]:
    return {box.box: box.counted for box in prisma_flow(evidence, "r").boxes}


def test_records_are_counted_by_the_kind_of_their_source_and_duplicates_by_reports():
    evidence = searched(
        {"a": "eric", "b": "isrctn", "c": "google"},
        {1: "a", 2: "a", 3: "b", 4: "c"},
        searches=[
            a_search("eric", hits=2),
            a_search("isrctn", kind="register"),
            a_search("google", kind="website", hits=7),
        ],
        report_records=[a_link(1, "x"), a_link(2, "y"), a_link(3, "x"), a_link(4, "z")],
    )

    assert counted(evidence) == {
        "database_results": 2,
        "register_results": 1,
        "website_results": 1,
        "duplicates": 1,
        "records_after_removal": 3,
    }
    flow = prisma_flow(evidence, "r")
    assert flow.boxes[0].details == (("ERIC", 2),)
    assert [(check.ok, check.sentence) for check in flow.checks] == [
        (True, "It reported 2 records; 2 were imported."),
        (False, "It reported 7 records; 1 were imported."),
        (True, "Of 4 records, 0 are in files that are tied to no search."),
    ]


def test_nothing_is_identified_while_no_file_is_tied_to_a_search():
    evidence = searched(
        {"a": None}, {1: "a"}, searches=[a_search("eric")], report_records=[a_link(1, "x")]
    )

    assert counted(evidence) == {}


def test_duplicates_wait_until_every_record_is_joined():
    evidence = searched({"a": "eric"}, {1: "a", 2: "a"}, searches=[a_search("eric")])

    assert counted(evidence) == {"database_results": 2}


def test_records_of_no_search_are_told():
    evidence = searched({"a": "eric", "b": None}, {1: "a", 2: "b"}, searches=[a_search("eric")])

    assert identification(evidence, "r").untied == 1
    assert not prisma_flow(evidence, "r").checks[-1].ok


def test_what_was_published_stays_beside_what_is_counted():
    evidence = searched(
        {"a": "eric"},
        {1: "a"},
        searches=[a_search("eric")],
        flow_counts=[a_flow_count("database_results", 5, "ERIC and others")],
    )
    (box,) = prisma_flow(evidence, "r").boxes

    assert (box.counted, box.published, box.details) == (1, 5, (("ERIC and others", 5),))


def test_reports_sought_and_not_retrieved_come_from_the_full_texts():
    evidence = Evidence(
        decisions=[a_decision(n, "include", role="reconciled") for n in (1, 2)],
        full_texts=[
            FullText("x", "r", "retrieved", None, None, None, None),
            FullText("y", "r", "not_retrieved", None, None, "closed", None),
        ],
    )

    boxes = counted(evidence)
    assert (boxes["dbr_sought_reports"], boxes["dbr_notretrieved_reports"]) == (2, 1)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 5)), max_size=30))
def test_identified_less_duplicates_are_the_reports(rows):
    evidence = searched(
        {"a": "one", "b": "two", "c": "three"},
        {number: file for number, (file, _) in enumerate(rows)},
        searches=[a_search("one"), a_search("two", kind="register"), a_search("three", kind=None)],
        report_records=[a_link(number, f"x{report}") for number, (_, report) in enumerate(rows)],
    )
    boxes = counted(evidence)
    identified = sum(boxes.get(box) or 0 for box in ("database_results", "register_results"))

    assert identified == len(rows)
    if rows:
        assert identified - boxes["duplicates"] == boxes["records_after_removal"]
        assert boxes["records_after_removal"] == len({report for _, report in rows})
