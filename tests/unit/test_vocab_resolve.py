"""From people's words to codes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatworks.errors import NotFound
from whatworks.vocab import LISTS, codes, label, plain_label, resolve, term, terms

ALL_TERMS = st.sampled_from(terms())


@given(ALL_TERMS)
def test_a_code_a_label_and_plain_words_resolve_to_their_code(row) -> None:
    assert resolve(row.list_name, row.code) == row.code
    assert resolve(row.list_name, row.label) == row.code
    assert resolve(row.list_name, row.plain_label) == row.code


@pytest.mark.parametrize("row", terms(), ids=lambda row: row.term_id)
def test_every_synonym_resolves_to_its_own_term(row) -> None:
    for synonym in (row.synonyms or "").split("|"):
        if synonym:
            assert resolve(row.list_name, synonym) == row.code, synonym


@given(ALL_TERMS, st.randoms(use_true_random=False))
def test_case_blanks_and_punctuation_do_not_matter(row, random) -> None:
    noisy = "".join(
        (ch.upper() if random.random() < 0.5 else ch.lower()) + random.choice(["", "", " ", "-"])
        for ch in row.label
    )
    assert resolve(row.list_name, f"  {noisy}.") == row.code


@given(st.sampled_from(sorted(LISTS)), st.text(max_size=40))
def test_any_text_gives_a_code_of_the_list_or_one_sentence(list_name: str, text: str) -> None:
    try:
        answer = resolve(list_name, text)
    except ValueError as error:
        answer = str(error)
    sentence = answer.startswith(f'found "{text}", which is not in the list {list_name}.')
    assert answer in codes(list_name) or sentence
    assert any(code in answer for code in codes(list_name))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("SpLD - Specific Learning Difficulty", "SPLD"),
        ("spld", "SPLD"),
        ("VI - Visual Impairment", "VI"),
        ("Speech, language and communications needs", "SLCN"),
        ("Social_emotional_and_mental_health", "SEMH"),
        ("Down\u2019s syndrome", "DS"),
        ("Attention-Deficit/Hyperactivity Disorder", "ADHD"),
        ("ｓｅｍｈ", "SEMH"),
    ],
)
def test_names_of_other_sources_resolve(text: str, code: str) -> None:
    assert resolve("need", text) == code


def test_a_spelling_mistake_is_answered_with_the_nearest() -> None:
    with pytest.raises(ValueError, match=r"nearest are: small_group_tuition"):
        resolve("approach", "smal group tution")


def test_a_word_of_another_list_names_that_list() -> None:
    with pytest.raises(ValueError, match="It is in the list need_legacy"):
        resolve("need", "BESD")


@pytest.mark.parametrize("text", ["", "   ", "--", "?"])
def test_text_without_letters_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not in the list"):
        resolve("phase", text)


def test_a_list_that_is_not_there_is_said() -> None:
    with pytest.raises(NotFound):
        resolve("colour", "red")


def test_label_and_plain_label_are_those_of_the_term() -> None:
    assert label("need", "SPLD") == term("need", "SPLD").label
    assert "dyslexia" in plain_label("need", "SPLD")
