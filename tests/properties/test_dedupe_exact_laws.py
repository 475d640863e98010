"""Laws of joining records by exact identifiers."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from whatworks.dedupe import ExactReports, Report, exact_reports
from whatworks.dedupe.likeness import likeness_of, why_apart
from whatworks.references import Record

TITLES = (
    None,
    "Small classes and reading",
    "Small classes and reading in primary schools",
    "Erratum: Small classes and reading",
    "Kidney function after surgery",
    "Outcomes of renal care",
)


def record(name: str, **values: Any) -> Record:
    fields: dict[str, Any] = dict.fromkeys(Record.__dataclass_fields__)
    return Record(
        **(
            fields
            | {"record_id": name, "review_id": "demo", "raw_file_id": "f", "position": 1}
            | values
        )
    )


@st.composite
def record_lists(draw: st.DrawFn) -> list[Record]:
    n = draw(st.integers(min_value=1, max_value=8))
    return [
        record(
            f"demo:{at}",
            record_type=draw(st.sampled_from(["article", "book", "chapter", "other"])),
            title=draw(st.sampled_from(TITLES)),
            year=draw(st.sampled_from([None, 2000, 2001, 2010])),
            authors=draw(st.sampled_from([None, "Lee, A.", "Roy, B."])),
            pages=draw(st.sampled_from([None, "1-5", "7"])),
            doi=draw(st.sampled_from([None, "10.1/x", "10.1/y"])),
            pmid=draw(st.sampled_from([None, "1", "2"])),
        )
        for at in range(n)
    ]


def partition(found: ExactReports) -> set[frozenset[str]]:
    groups: dict[str, set[str]] = {}
    for link in found.links:
        groups.setdefault(link.report_id, set()).add(link.record_id)
    return {frozenset(group) for group in groups.values()}


def as_record(report: Report) -> Record:
    names = ("record_type", "title", "authors", "year", "container", "doi", "pmid")
    return record(report.report_id, **{name: getattr(report, name) for name in names})


@given(record_lists(), st.randoms(use_true_random=False))
def test_the_order_of_the_records_does_not_matter(records: list[Record], random: Any):
    shuffled = list(records)
    random.shuffle(shuffled)
    assert exact_reports(shuffled, review_id="demo") == exact_reports(records, review_id="demo")


@given(record_lists())
def test_every_record_belongs_to_one_report_that_exists(records: list[Record]):
    found = exact_reports(records, review_id="demo")
    assert sorted(link.record_id for link in found.links) == sorted(r.record_id for r in records)
    assert {link.report_id for link in found.links} == {r.report_id for r in found.reports}


@given(record_lists())
def test_no_two_records_of_a_report_contradict_each_other(records: list[Record]):
    looks = {r.record_id: likeness_of(r) for r in records}
    for group in partition(exact_reports(records, review_id="demo")):
        for a in group:
            assert all(why_apart(looks[a], looks[b]) is None for b in group)


@given(record_lists())
def test_what_keeps_two_records_apart_is_symmetrical(records: list[Record]):
    looks = [likeness_of(r) for r in records]
    for a in looks:
        for b in looks:
            assert (why_apart(a, b) is None) == (why_apart(b, a) is None)


@given(record_lists())
def test_joining_the_records_of_one_report_again_gives_that_report(records: list[Record]):
    found = exact_reports(records, review_id="demo")
    by_name = {r.record_id: r for r in records}
    for group in partition(found):
        again = exact_reports([by_name[name] for name in group], review_id="demo")
        assert len(again.reports) == 1
        assert again.reports[0] in found.reports


@given(record_lists())
def test_joining_reports_again_changes_nothing_where_nothing_was_kept_apart(records: list[Record]):
    found = exact_reports(records, review_id="demo")
    if not found.kept_apart:
        again = exact_reports([as_record(r) for r in found.reports], review_id="demo")
        assert len(again.reports) == len(found.reports)


@given(record_lists())
def test_a_pair_that_shares_an_identifier_is_joined_or_told(records: list[Record]):
    found = exact_reports(records, review_id="demo")
    together = {frozenset((a, b)) for group in partition(found) for a in group for b in group}
    told = {frozenset((p.record_id, p.other_record_id)) for p in found.kept_apart}
    for a in records:
        for b in records:
            shares = (a.doi and a.doi == b.doi) or (a.pmid and a.pmid == b.pmid)
            if a is not b and shares:
                pair = frozenset((a.record_id, b.record_id))
                assert (pair in together) != (pair in told)
