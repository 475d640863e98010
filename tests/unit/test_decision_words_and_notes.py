"""The words of decisions, and the notes in which programs put them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store_places import row
from whatworks.extraction.decision_files.note_dialects import (
    asreview_said,
    covidence_said,
    is_about_screening,
    rayyan_note,
    rayyan_said,
)
from whatworks.extraction.decision_files.nouns import Decided, Said
from whatworks.extraction.decision_files.own_decision_note import decision_note, read_decision_note
from whatworks.extraction.decision_files.words import decision_in, signed_decision
from whatworks.extraction.decision_files.write_notes import write_decision_ris
from whatworks.references import read_references
from whatworks.references.fields import load_extra

VALUES = st.sampled_from(["include", "exclude", "unsure"])
DECISION = row(
    "decisions",
    record_id="r.1",
    reviewer="person-22222222",
    stage="title_abstract",
    role="individual",
    value="exclude",
)
RECORD = row("records", record_id="r.1", review_id="r", record_type="article", title="Reading")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Include", "include"),
        (" INCLUDED ", "include"),
        ("1", "include"),
        ("1.0", "include"),
        ("Yes", "include"),
        ("TRUE", "include"),
        ("Relevant", "include"),
        ("ASReview_relevant", "include"),
        ("+", "include"),
        ("0", "exclude"),
        ("0.0", "exclude"),
        ("no", "exclude"),
        ("not relevant", "exclude"),
        ("Irrelevant", "exclude"),
        ("-", "exclude"),
        ("Maybe", "unsure"),
        ("?", "unsure"),
        ("unclear", "unsure"),
        ("", None),
        ("NA", None),
        ("NaN", None),
        ("Undecided", None),
        ("not seen", None),
        ("Conflict", None),
    ],
)
def test_a_word_stands_for_a_decision(text: str, value: str | None) -> None:
    assert decision_in(text) == (value, None)


@pytest.mark.parametrize(
    ("text", "value", "reason"),
    [
        ("Exclude - wrong population", "exclude", "wrong population"),
        ("Excluded: no comparison group", "exclude", "no comparison group"),
        ("EXCLUDE (age)", "exclude", "age"),
        ("Maybe; check methods", "unsure", "check methods"),
    ],
)
def test_a_reason_may_stand_behind_the_word(text: str, value: str, reason: str) -> None:
    assert decision_in(text) == (value, reason)


@pytest.mark.parametrize("text", ["perhaps", "2", "-1", "included by Ana", "0.5", "inclu"])
def test_what_is_no_word_for_a_decision_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decision_in(text)


def test_where_minus_one_occurs_nought_is_unsure() -> None:
    assert [signed_decision(text)[0] for text in ("-1", "0", "1", "-1.0", "")] == [
        "exclude",
        "unsure",
        "include",
        "exclude",
        None,
    ]


def test_rayyans_note_tells_what_each_person_decided() -> None:
    text = (
        'a note of the database | RAYYAN-INCLUSION: {"Ana B."=>"Included", "Bo"=>"Excluded", '
        '"Cy"=>"Maybe", "Di"=>"Undecided"} | RAYYAN-LABELS: RCT,school | '
        "RAYYAN-EXCLUSION-REASONS: wrong population,background article | "
        'USER-NOTES: {"Bo"=>["too old", "see p. 3"]}'
    )
    assert rayyan_said([text]) == [
        Said("include", "Ana B."),
        Said(
            "exclude", "Bo", reason="wrong population,background article", note="too old see p. 3"
        ),
        Said("unsure", "Cy"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        '{"Bo"=&gt;"Included"}',
        '{\\"Bo\\"=>\\"Included\\"}',
        "{'Bo'=>'Included'}",
        '{"Bo": "Included"}',
        '{"Bo"=>true}',
    ],
)
def test_rayyans_note_is_read_as_other_programs_pass_it_on(text: str) -> None:
    assert rayyan_said([f"RAYYAN-INCLUSION: {text}"]) == [Said("include", "Bo")]


def test_a_note_that_is_no_note_of_rayyan_is_none_and_a_broken_one_is_refused() -> None:
    assert rayyan_said(["nothing about it"]) is None
    assert rayyan_said(["RAYYAN-INCLUSION: {}"]) == []
    with pytest.raises(ValueError, match="RAYYAN-INCLUSION"):
        rayyan_said(['RAYYAN-INCLUSION: {"Bo"=>"Incl'])
    with pytest.raises(ValueError, match=r"RAYYAN-INCLUSION|Perhaps"):
        rayyan_said(['RAYYAN-INCLUSION: {"Bo"=>"Perhaps"}'])


@given(st.dictionaries(st.from_regex(r"[A-Za-z][A-Za-z0-9._-]{0,12}", fullmatch=True), VALUES))
def test_a_note_written_for_rayyan_says_the_same_when_it_is_read(said: dict[str, str]) -> None:
    written = [Said(value, name) for name, value in said.items()]
    assert rayyan_said([rayyan_note(written)]) == written


def test_asreviews_notes_tell_the_label_the_note_and_the_time() -> None:
    notes = [
        "ASReview_irrelevant",
        'asreview_note: "no pupils"',
        'asreview_time: "2025-09-07 11:00:00"',
    ]
    assert asreview_said(notes) == Said(
        "exclude", note="no pupils", decided_at="2025-09-07 11:00:00"
    )
    assert asreview_said(["ASReview_not_seen"]) is None
    with pytest.raises(ValueError, match="relevant and irrelevant"):
        asreview_said(["ASReview_relevant", "ASReview_irrelevant"])


def test_covidences_notes_tell_an_exclusion_that_was_agreed() -> None:
    found = covidence_said("Exclusion reason: Wrong study design; ")
    assert found == Said("exclude", is_final=True, reason="Wrong study design")
    assert covidence_said("Reason unknown") is None


@given(
    value=VALUES,
    note=st.text(st.characters(exclude_categories=("Cs",)), max_size=80),
    reason=st.none() | st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=30),
    is_final=st.booleans(),
)
def test_a_decision_in_a_note_of_a_ris_file_is_read_back_whole(
    value: str, note: str, reason: str | None, is_final: bool
) -> None:
    decision = replace(
        DECISION,
        value=value,
        note=note,
        reason=reason,
        role="reconciled" if is_final else "individual",
    )
    votes, last = ((), decision) if is_final else ((decision,), None)
    one = Decided(
        RECORD, "title_abstract", "settled", value if value != "unsure" else None, reason, None,
        "reconciled" if is_final else "one", last, votes, None,
    )  # fmt: skip
    (record,) = read_references(write_decision_ris([one]), file="x.ris", review_id="q").records
    texts = load_extra(record.extra)["N1"]
    (found,) = [told for text in texts if (told := read_decision_note(text))]
    assert found == (
        "r.1",
        "title_abstract",
        Said(value, "person-22222222", is_final, reason, note),
    )
    assert (record.title, record.doi, record.pmid) == ("Reading", None, None)


def test_a_note_that_somebody_cut_short_is_refused_and_zoteros_paragraphs_are_read() -> None:
    one = Decided(
        RECORD, "title_abstract", "settled", None, None, None, None, None, (DECISION,), None
    )
    text = decision_note(one, DECISION)
    told = read_decision_note("<p>" + text.replace('"', "&quot;") + "</p>")
    assert told is not None
    assert told == read_decision_note(text)
    with pytest.raises(ValueError, match="whatworks-decision"):
        read_decision_note(text[:-20])
    with pytest.raises(ValueError, match="whatworks-decision"):
        read_decision_note(text.replace('"exclude"', '"perhaps"'))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('RAYYAN-INCLUSION: {"A"=>"Included"}', True),
        ("ASReview_relevant", True),
        ('whatworks-decision: {"record": "r"}', True),
        ("Screened by hand in 2010", False),
    ],
)
def test_notes_about_screening_are_known(text: str, expected: bool) -> None:
    assert is_about_screening(text) is expected
