"""A new search in a running review: what is new, known and retracted; names and decisions stay."""

from __future__ import annotations

import pytest

from tests.builders import a_decision, a_review, a_study
from whatworks.actions.find_reports import find_reports
from whatworks.actions.import_references import import_references
from whatworks.actions.update_review import update_review
from whatworks.errors import FileError
from whatworks.store import Actor, Store

LEAD = Actor(pseudonym="lead-1", role="lead")
READING = {
    "TI": "Reading aloud with pupils who find it hard: a trial",
    "AU": "Lee, Ann",
    "PY": "2001",
    "JO": "Journal of Reading",
    "VL": "3",
    "SP": "1",
    "EP": "10",
    "DO": "10.1000/abc",
}
SPELLING = {
    "TI": "Spelling games in small groups of pupils with dyslexia",
    "AU": "Poe, Bo",
    "PY": "2005",
    "JO": "Journal of Spelling",
    "VL": "8",
    "SP": "20",
    "EP": "31",
}
SLEEP = {"TI": "Sleep and sums in the last year of school", "AU": "Roe, C", "PY": "2026"}


def ris(*records: dict[str, str]) -> bytes:
    texts = []
    for tags in records:
        texts += ["TY  - JOUR", *(f"{tag}  - {value}" for tag, value in tags.items()), "ER  - "]
    return "\n".join([*texts, ""]).encode()


def notice(kind: str, about: dict[str, str], number: int = 1) -> dict[str, str]:
    """Return a notice about an article, as journals title and place it."""
    return {
        **{tag: value for tag, value in about.items() if tag in ("AU", "JO")},
        "TI": f"{kind}: {about['TI']}",
        "PY": "2026",
        "VL": "30",
        "SP": str(90 + number),
        "DO": f"10.1000/notice{number}",
    }


@pytest.fixture
def review(store: Store) -> Store:
    with store.write(actor=LEAD, action="add", object_type="review", object_id="r") as tx:
        tx.append("reviews", [a_review("r")])
    import_references(store, by=LEAD, review_id="r", files=[("a.ris", ris(READING, SPELLING))])
    find_reports(store, by=LEAD, review_id="r")
    return store


def report_of(store: Store, title: str) -> str:
    (found,) = [report for report in store.rows("reports") if report.title == title]
    return str(found.report_id)


def update(store: Store, *records: dict[str, str], name: str = "b.ris"):
    return update_review(store, by=LEAD, review_id="r", files=[(name, ris(*records))])


def test_new_and_known_reports_are_told_apart_and_keep_their_names_and_decisions(review):
    known = report_of(review, READING["TI"])
    links = {link.record_id: link.report_id for link in review.rows("report_records")}
    record_id = next(record for record, report in links.items() if report == known)
    with review.write(actor=LEAD, action="decide", object_type="review", object_id="r") as tx:
        decision = a_decision(1, "include", role="reconciled")
        tx.append("decisions", [type(decision)(**{**_fields(decision), "record_id": record_id})])

    updated = update(review, READING | {"JO": "J Read", "AU": "Lee, A."}, SLEEP)

    assert updated.n_records == 2
    assert updated.known_reports == (known,)
    assert [name for name in updated.new_reports if name == report_of(review, SLEEP["TI"])]
    assert len(updated.new_reports) == 1
    assert updated.changes == ()
    after = {link.record_id: link.report_id for link in review.rows("report_records")}
    assert {record: after[record] for record in links} == links
    assert [one.record_id for one in review.rows("decisions")] == [record_id]


def _fields(row: object) -> dict[str, object]:
    return {name: getattr(row, name) for name in type(row).__dataclass_fields__}


def test_the_same_file_a_second_time_is_nothing_new(review):
    first = update(review, SLEEP, notice("Retraction", READING))
    events = len(review.events())

    again = update(review, SLEEP, notice("Retraction", READING), name="renamed.ris")

    assert (first.n_records, len(first.changes)) == (2, 1)
    assert (again.n_records, again.new_reports, again.known_reports, again.changes) == (
        0,
        (),
        (),
        (),
    )
    assert len(review.events()) == events


@pytest.mark.parametrize(
    ("title", "change"),
    [
        ("Retraction", "retraction"),
        ("Notice of retraction", "retraction"),
        ("Expression of concern", "concern"),
        ("Corrigendum", "correction"),
    ],
)
def test_a_notice_about_a_known_report_is_told(review, title, change):
    (told,) = update(review, notice(title, READING)).changes

    assert (told.report_id, told.change) == (report_of(review, READING["TI"]), change)
    assert told.notice_title == f"{title}: {READING['TI']}"
    assert told.studies == ()


def test_a_second_copy_of_a_known_notice_tells_nothing(review):
    update(review, notice("Retraction", READING))

    assert update(review, notice("Retraction", READING) | {"AU": "Lee, A."}).changes == ()


def test_a_new_copy_that_pubmed_marks_as_retracted_is_told_once(review):
    pubmed = (
        b"PMID- 7\nTI  - Reading aloud with pupils who find it hard: a trial\nAU  - Lee A\n"
        b"DP  - 2001\nTA  - J Read\nVI  - 3\nPG  - 1-10\nLID - 10.1000/abc [doi]\n"
        b"PT  - Journal Article\nPT  - Retracted Publication\n\n"
    )

    updated = update_review(review, by=LEAD, review_id="r", files=[("p.nbib", pubmed)])

    assert updated.new_reports == ()
    assert [one.change for one in updated.changes] == ["retraction"]
    later = pubmed.replace(b"PMID- 7\n", b"PMID- 7\nSTAT- MEDLINE\n")
    again = update_review(review, by=LEAD, review_id="r", files=[("q.nbib", later)])
    assert (again.n_records, again.changes) == (1, ())


@pytest.mark.parametrize("title", ["RETRACTED: ", "RETRACTED ARTICLE: "])
def test_a_new_copy_whose_title_says_retracted_is_told_whether_it_is_joined_or_not(review, title):
    (told,) = update(review, READING | {"TI": title + READING["TI"]}).changes

    assert (told.change, told.notice_title) == ("retraction", title + READING["TI"])
    assert update(review, READING | {"TI": title + READING["TI"], "PB": "A press"}).changes == ()


def test_what_studies_rest_on_comes_first(review):
    spelling = report_of(review, SPELLING["TI"])
    with review.write(actor=LEAD, action="extract", object_type="review", object_id="r") as tx:
        tx.append("studies", [a_study("r/s1", report_id=spelling)])

    changes = update(
        review, notice("Retraction", READING), notice("Corrigendum", SPELLING, 2)
    ).changes

    assert [(one.report_id, one.change, one.studies) for one in changes] == [
        (spelling, "correction", ("r/s1",)),
        (report_of(review, READING["TI"]), "retraction", ()),
    ]


def test_an_update_that_stopped_after_the_import_is_finished_by_doing_it_again(review):
    file = [("b.ris", ris(SLEEP))]
    import_references(review, by=LEAD, review_id="r", files=file)

    updated = update_review(review, by=LEAD, review_id="r", files=file)

    assert (updated.n_records, len(updated.new_reports)) == (1, 1)


def test_a_file_that_cannot_be_read_changes_nothing(review):
    events = len(review.events())

    with pytest.raises(FileError):
        update_review(review, by=LEAD, review_id="r", files=[("b.ris", b"nothing here")])

    assert len(review.events()) == events
