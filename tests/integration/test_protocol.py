"""A protocol in the store: set once, amended with reasons, shown as it stood; searches beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from tests.builders import a_review
from whatworks.actions.add_search import add_search, search_states
from whatworks.actions.edit_protocol import amend_protocol, protocol_at, set_protocol
from whatworks.actions.import_references import import_references
from whatworks.errors import NotFound, UserError
from whatworks.references import Search
from whatworks.store import Actor, Store

LEAD = Actor(pseudonym="lead-1", role="lead")
FIRST = b"## Question\nWhat helps?\n\n## Eligibility\nAges 5 to 11.\n"
SECOND = b"## Question\nWhat harms?\n\n## Eligibility\nAges 5 to 14.\n"
RIS = b"TY  - JOUR\nTI  - Reading aloud\nER  - \nTY  - JOUR\nTI  - Spelling\nER  - \n"
ERIC = Search("eric", "r", "ERIC", "EBSCOhost", "2026-10-01", "dyslexi*", None, 3, None, "database")


@pytest.fixture
def review(store: Store) -> Store:
    with store.write(actor=LEAD, action="add", object_type="review", object_id="r") as tx:
        tx.append("reviews", [a_review("r"), a_review("other")])
    return store


def set_first(store: Store):
    return set_protocol(store, by=LEAD, review_id="r", data=FIRST, file="p.md")


def amend(store: Store, *sections: str, data: bytes = SECOND, **fields):
    values = {"change": "Older pupils", "reason": "Few studies", "stage": "before-screening"}
    return amend_protocol(
        store,
        by=LEAD,
        review_id="r",
        data=data,
        file="p.md",
        sections=sections,
        amended_on=date(2026, 11, 1),
        **{**values, **fields},
    )


def texts(store: Store, on: date | None = None) -> dict[str, str]:
    return {one.section: one.text for one in protocol_at(store, review_id="r", on=on).sections}


def test_a_changed_protocol_is_refused_until_each_change_has_its_amendment(review):
    set_first(review)
    events = len(review.events())
    set_first(review)
    assert len(review.events()) == events

    with pytest.raises(UserError, match="question: changed") as refusal:
        set_protocol(review, by=LEAD, review_id="r", data=SECOND, file="p.md")
    assert "eligibility: changed" in str(refusal.value)
    assert "--section question" in str(refusal.value)

    amend(review, "eligibility")
    assert texts(review) == {"question": "What helps?", "eligibility": "Ages 5 to 14."}
    state = amend(review, "question", change="Harms", reason="Asked", stage="before_search")
    assert texts(review)["question"] == "What harms?"
    assert [(one.section, one.stage, one.made_by) for one in state.amendments] == [
        ("eligibility", "before_screening", "lead-1"),
        ("question", "before_search", "lead-1"),
    ]
    set_protocol(review, by=LEAD, review_id="r", data=SECOND, file="p.md")
    assert review.check().problems == ()


def test_sections_are_added_and_taken_out_by_amendments(review):
    set_first(review)

    amend(
        review, "eligibility", "outcomes", data=b"## Question\nWhat helps?\n## Outcomes\nReading."
    )

    assert texts(review) == {"question": "What helps?", "outcomes": "Reading."}
    assert len(review.rows("amendments")) == 2


def test_the_protocol_can_be_shown_as_it_stood(review, monkeypatch):
    days = iter([datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, 23, 59, tzinfo=UTC)])
    real = review.write
    monkeypatch.setattr(review, "write", lambda **fields: real(**fields, at=next(days)))
    set_first(review)
    amend(review, "eligibility", data=b"## Question\nWhat helps?\n")

    assert set(texts(review, date(2026, 1, 31))) == {"question", "eligibility"}
    assert protocol_at(review, review_id="r", on=date(2026, 1, 31)).amendments == ()
    assert set(texts(review, date(2026, 2, 1))) == {"question"}
    assert len(protocol_at(review, review_id="r", on=date(2026, 2, 1)).amendments) == 1
    with pytest.raises(NotFound, match="on 2025-12-31"):
        protocol_at(review, review_id="r", on=date(2025, 12, 31))


@pytest.mark.parametrize(
    ("sections", "fields", "message"),
    [
        (("methods",), {}, 'no section "methods". Sections that differ: question, eligibility'),
        (("question",), {"data": FIRST}, "is the same in the file and in the store"),
        (("question",), {"reason": " "}, "says why"),
        (("question",), {"stage": "later"}, "The stage is one of before_search"),
        ((), {}, "at least one section"),
    ],
)
def test_an_amendment_that_says_too_little_is_refused(review, sections, fields, message):
    set_first(review)
    events = len(review.events())

    with pytest.raises(UserError, match=message):
        amend(review, *sections, **fields)

    assert len(review.events()) == events


def test_there_is_nothing_to_amend_without_a_first_protocol(review):
    with pytest.raises(NotFound, match="needs no amendment"):
        amend(review, "question")


def test_files_are_tied_to_their_search_and_stay_tied(review):
    add_search(review, by=LEAD, search=ERIC)
    files = [("eric.ris", RIS)]
    import_references(review, by=LEAD, review_id="r", files=files, search_id="eric")
    events = len(review.events())
    import_references(review, by=LEAD, review_id="r", files=files)
    import_references(review, by=LEAD, review_id="r", files=[("again.ris", RIS)])
    assert len(review.events()) == events

    (state,) = search_states(review, review_id="r")
    assert (state.n_records, state.search.n_hits, state.differs) == (2, 3, True)
    assert [file.name for file in state.files] == ["eric.ris"]

    add_search(review, by=LEAD, search=replace(ERIC, n_hits=2))
    (state,) = search_states(review)
    assert (state.n_versions, state.differs) == (2, False)
    assert review.check().problems == ()


def test_a_search_that_is_not_the_reviews_takes_no_files(review):
    add_search(review, by=LEAD, search=ERIC)
    with pytest.raises(NotFound, match="Its searches: eric"):
        import_references(review, by=LEAD, review_id="r", files=[("a", RIS)], search_id="psycinfo")
    with pytest.raises(NotFound, match="It has none yet"):
        import_references(review, by=LEAD, review_id="other", files=[("a", RIS)], search_id="eric")
    assert not review.rows("raw_files")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"search_id": "eric 1"}, "cannot be called"),
        ({"source_name": " "}, "which source"),
        ({"kind": "library"}, "one of database, register"),
        ({"run_on": "May 2026"}, "is not a date"),
        ({"n_hits": -1}, "cannot return"),
        ({"review_id": "nowhere"}, "no review"),
    ],
)
def test_a_search_that_could_not_be_counted_is_refused(review, fields, message):
    with pytest.raises(UserError, match=message):
        add_search(review, by=LEAD, search=replace(ERIC, **fields))
    assert not review.rows("searches")


def test_a_search_cannot_be_taken_over_by_another_review(review):
    add_search(review, by=LEAD, search=ERIC)
    with pytest.raises(UserError, match='belongs to review "r"'):
        add_search(review, by=LEAD, search=replace(ERIC, review_id="other"))
