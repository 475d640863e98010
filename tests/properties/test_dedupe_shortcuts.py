"""What deduplication does fast is what the long way gives."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import fields

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from whatworks.dedupe.block_keys import block_keys, keys_of
from whatworks.dedupe.comparison import Comparator, Comparison
from whatworks.dedupe.find import find_duplicates
from whatworks.dedupe.fingerprint import fingerprints
from whatworks.dedupe.plain_text import SAME_LETTERS, WORD, plain, words_of
from whatworks.engine import SQLiteEngine, pair_source
from whatworks.references import Record

ODD_WORDS = """Reading reading-aloud Read's école Straße & `quoted` p16(INK4a) II 2nd of the a
    αlpha _ […] kinder-\u00adgarten ﬁrst É"""
WORDS = st.sampled_from(re.split(r"\s+", ODD_WORDS))
TEXTS = st.one_of(st.text(max_size=30), st.lists(WORDS, max_size=8).map(" ".join))


@given(TEXTS)
def test_a_text_is_made_plain_as_letter_by_letter(text: str) -> None:
    low = text.lower().translate(SAME_LETTERS)
    split = unicodedata.normalize("NFKD", low)
    assert plain(text) == "".join(sign for sign in split if not unicodedata.combining(sign))


@given(TEXTS)
def test_words_are_runs_of_letters_and_digits(text: str) -> None:
    assert words_of(text) == WORD.findall(text)


def test_every_ascii_sign_is_made_plain_as_the_table_says() -> None:
    for code in range(128):
        assert plain(chr(code)) == chr(code).lower().translate(SAME_LETTERS)


def record(title: str, authors: str, year: int | None, journal: str, pages: str) -> Record:
    given_fields = {
        "title": title,
        "authors": authors,
        "year": year,
        "container": journal,
        "pages": pages,
        "volume": pages[:1] or None,
        "abstract": 8 * title,
        "isbn_issn": "1234-5678" if year else None,
    }
    empty = dict.fromkeys(field.name for field in fields(Record))
    words = {"record_id": "r", "review_id": "x", "raw_file_id": "f", "record_type": "article"}
    return Record(**{**empty, **words, "position": 1, **given_fields})  # type: ignore[arg-type]


RECORDS = st.builds(
    record,
    TEXTS,
    st.lists(TEXTS, max_size=3).map("; ".join),
    st.one_of(st.none(), st.integers(2000, 2002)),
    TEXTS,
    st.sampled_from(["", "1-9", "12", "e12", "S3", "12-15"]),
)


@given(st.lists(RECORDS, max_size=6))
def test_keys_are_hashed_once_for_each_record(records: list[Record]) -> None:
    prints = fingerprints(records)
    at, keys = block_keys(prints)
    own = [keys[at == i] for i in range(len(prints))]
    assert at.size == keys.size
    assert [len(set(found.tolist())) for found in own] == [len(set(keys_of(one))) for one in prints]
    for i, one in enumerate(prints):
        again = block_keys([one])[1]
        assert set(again.tolist()) == set(own[i].tolist())


@settings(deadline=None)
@given(st.lists(RECORDS, min_size=2, max_size=5))
def test_pairs_compared_at_once_are_as_those_compared_alone_and_turned_round(
    records: list[Record],
) -> None:
    prints = fingerprints(records)
    a, b = (np.array(side) for side in np.triu_indices(len(prints), k=1))
    comparator = Comparator(prints)
    together = comparator.compare(a, b)
    for field in fields(Comparison):
        whole = getattr(together, field.name)
        turned = getattr(comparator.compare(b, a), field.name)
        np.testing.assert_array_equal(whole, turned, err_msg=field.name)
        for i in range(a.size):
            alone = getattr(comparator.compare(a[i : i + 1], b[i : i + 1]), field.name)
            np.testing.assert_array_equal(alone, whole[i : i + 1], err_msg=field.name)


@settings(deadline=None)
@given(st.lists(RECORDS, max_size=6))
def test_records_may_come_one_by_one(records: list[Record]) -> None:
    source = pair_source(SQLiteEngine())
    streamed = find_duplicates(iter(records), pairs=source)
    whole = find_duplicates(records, pairs=source)
    assert streamed.cluster.tolist() == whole.cluster.tolist()
    assert (streamed.merged, streamed.asked) == (whole.merged, whole.asked)
