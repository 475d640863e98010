"""Two records side by side: nothing of the text is lost, and what is marked is what differs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.test_dedupe_traps import ARTICLE, record
from whatworks.web.work.guard import is_loopback
from whatworks.web.work.pair_view import compare_texts, field_rows
from whatworks.web.work.pair_words import likelihood, reasons_of

words = st.lists(
    st.sampled_from(["Reading", "reading", "aloud", "-", "é", "e", "12-19"]), max_size=9
)


def marked(pieces) -> list[str]:
    return [piece.text for piece in pieces if piece.differs]


@given(words, words)
def test_the_pieces_together_are_the_text_and_both_sides_are_told_alike(a, b) -> None:
    one, other = " ".join(a), " ".join(b)
    first, second, state = compare_texts(one, other)
    assert "".join(piece.text for piece in first) == one
    assert "".join(piece.text for piece in second) == other
    assert compare_texts(other, one)[2] == state
    assert (state == "differ") == bool(marked(first) or marked(second))
    assert all(text == text.strip() for text in marked(first) + marked(second))


@given(words)
def test_a_text_against_itself_has_no_mark(a) -> None:
    text = " ".join(a)
    first, second, _ = compare_texts(text, text)
    assert not marked(first)
    assert not marked(second)


def test_words_that_differ_are_marked_and_capitals_accents_and_points_are_not() -> None:
    first, second, state = compare_texts(
        "Café reading: a randomised trial.", "CAFE READING – a cluster trial"
    )
    assert (marked(first), marked(second), state) == (["randomised"], ["cluster"], "differ")
    assert compare_texts("Café: one", "CAFE one.")[2] == "alike"


def test_where_one_record_has_nothing_nothing_is_marked() -> None:
    first, second, state = compare_texts("45", "")
    assert (marked(first), second, state) == ([], (), "one")


def test_long_texts_are_marked_by_the_words_the_other_has_fewer_of() -> None:
    text = " ".join(f"word{at}" for at in range(2_000))
    first, second, _ = compare_texts(text, text.replace("word1500", "other"))
    assert (marked(first), marked(second)) == (["word1500"], ["other"])


def test_fields_neither_record_has_are_left_out_and_identifiers_of_a_source_are_not_compared() -> (
    None
):
    one, other = (record(at, ARTICLE | {"accession": f"id{at}"}) for at in (1, 2))
    rows = {row.name: row.state for row in field_rows(one, other)}
    assert rows["title"] == "same"
    assert rows["accession"] == "source"
    assert "abstract" not in rows


@pytest.mark.parametrize(
    ("probability", "words"),
    [(0.31, "Probably two"), (0.5, "Could be either"), (0.72, "Probably one"), (1.0, "Almost")],
)
def test_a_probability_is_said_in_words(probability: float, words: str) -> None:
    assert likelihood(probability).startswith(words)


def test_reasons_are_told_apart_with_the_strongest_first() -> None:
    found = reasons_of(
        "same journal (+1.5); first pages differ (-3.0); same DOI (+6.0); odd; x (-7)"
    )
    assert found.for_it == ("odd", "same DOI (strong)", "same journal (weak)")
    assert found.against_it == ("x (strong)", "first pages differ (fair)")


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("[::1]", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.0.4", False),
        ("localhost.example", False),
        ("", False),
    ],
)
def test_only_names_of_this_machine_are_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
