"""Notices, plain titles, journals and clusters, each by itself."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.test_dedupe_traps import record
from whatworks.dedupe.clusters import joined
from whatworks.dedupe.fingerprint import fingerprint_of
from whatworks.dedupe.journals import journal_likeness
from whatworks.dedupe.notices import notice_of
from whatworks.dedupe.plain_text import bare_title, plain, words_of


@pytest.mark.parametrize(
    ("title", "notice"),
    [
        ("Erratum: Reading aloud", "correction"),
        ("Author Correction: Reading aloud", "correction"),
        ("Corrigendum to 'Reading aloud'", "correction"),
        ("Correction", "correction"),
        ("Corrections officers and reading", ""),
        ("Reading aloud (vol 12, pg 3, 2009)", "correction"),
        ("Reading aloud (Journal of Reading (2009) 12 (3-9))", "correction"),
        ("Notice of retraction: Reading aloud", "retraction"),
        ("Withdrawn: Reading aloud", "retraction"),
        ("Reading aloud - Reply", "reply"),
        ("Reading aloud. Authors' reply", "reply"),
        ("Re: Reading aloud", "reply"),
        ("Reading and its reply", ""),
        ("Response to Intervention in primary schools", ""),
        ("Comment on: Reading aloud", "comment"),
        ("Commentary on reading aloud", "comment"),
        ("Expression of concern: Reading aloud", "concern"),
        ("Reading aloud [Erratum appears in J Read 2009;1:2]", ""),
        ("", ""),
    ],
)
def test_notices_are_told_from_titles(title: str, notice: str) -> None:
    assert notice_of(title) == notice


@pytest.mark.parametrize(
    ("title", "bare"),
    [
        ("Reading aloud [Review] [33 refs]", "Reading aloud"),
        ("Reading aloud. [French]", "Reading aloud."),
        ("[Reading aloud to the whole class]. [German]", "Reading aloud to the whole class."),
        ("[Letter] Reading aloud", "Reading aloud"),
        ("Reading aloud (Provisional abstract)", "Reading aloud"),
        ("Reading aloud (in a second language)", "Reading aloud (in a second language)"),
        ("Reading <i>aloud</i> &amp; silently", "Reading  aloud    silently"),
        ("Reading aloud and much more of it [Erratum appe", "Reading aloud and much more of it"),
        ("More on reading... N Engl J Med. 2009 Jan 29;360(5):544-6", "More on reading"),
    ],
)
def test_what_indexers_add_to_titles_is_left_out(title: str, bare: str) -> None:
    assert bare_title(title) == bare


def test_words_are_plain_in_every_script_and_spelling() -> None:
    assert words_of(plain("Straße Œuvre Łódź naïve β-blockers, don’t")) == [
        *("strasse", "oeuvre", "lodz", "naive", "beta", "blockers", "dont")
    ]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("n engl j med", "new england journal medicine"),
        ("jama", "journal american medical association"),
        ("j learn disabil", "journal learning disabilities"),
        ("dtsch arztebl", "deutsches arzteblatt"),
        ("clin virol", "journal clinical virology"),
        ("bmj", "bmj clinical research ed"),
    ],
)
def test_abbreviated_journals_are_alike(a: str, b: str) -> None:
    assert journal_likeness(a, b) >= 0.9
    assert journal_likeness(a, b) == journal_likeness(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("pediatrics", "vaccine"),
        ("journal learning disabilities", "learning disability quarterly"),
        ("british journal haematology", "haematologica"),
    ],
)
def test_other_journals_are_not_alike(a: str, b: str) -> None:
    assert journal_likeness(a, b) < 0.9


@pytest.mark.parametrize(
    ("pages", "first", "last"),
    [
        ("201-215", "201", "215"),
        ("201-15", "201", "215"),
        ("S12-S20", "s12", "20"),
        ("e0123456", "e123456", ""),
        ("12-12", "12", ""),
        ("0012", "12", ""),
        ("", "", ""),
    ],
)
def test_pages_are_written_out(pages: str, first: str, last: str) -> None:
    found = fingerprint_of(record(1, {"title": "x", "pages": pages or None}))
    assert (found.first_page, found.last_page) == (first, last)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("p16INK4a in 2,916 samples", "p16 (INK4a) in 2916 samples", True),
        ("Reading. Part II", "Reading. Part 2", True),
        ("Reading. Part I", "Reading. Part II", False),
        ("I read, you read", "I read", True),
    ],
)
def test_numbers_of_titles_are_digits_wherever_they_stand(one: str, other: str, same: bool) -> None:
    left, right = (fingerprint_of(record(1, {"title": t})).numbers for t in (one, other))
    assert ("".join(left) == "".join(right)) == same


def never_asked(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    raise AssertionError("a pair was compared again")


def test_a_chain_does_not_join_what_differs() -> None:
    pairs = np.array([[0, 1], [1, 2], [0, 2]])
    found = joined(
        3, pairs, np.array([0.99, 0.95, 0.01]), same=0.9, different=0.02, compare=never_asked
    )
    assert found.of.tolist() == [0, 0, 2]


def test_pairs_that_were_not_compared_are_compared_before_groups_join() -> None:
    pairs = np.array([[0, 1], [2, 3], [1, 2]])
    likely = np.array([0.99, 0.98, 0.95])
    asked: list[tuple[int, int]] = []

    def compare(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        asked.extend(zip(a.tolist(), b.tolist(), strict=True))
        return np.full(a.size, 0.5)

    found = joined(4, pairs, likely, same=0.9, different=0.02, compare=compare)
    assert found.of.tolist() == [0, 0, 0, 0]
    assert sorted(asked) == [(0, 2), (0, 3), (1, 3)]
    apart = joined(
        4, pairs, likely, same=0.9, different=0.02, compare=lambda a, b: np.zeros(a.size)
    )
    assert apart.of.tolist() == [0, 0, 2, 2]
