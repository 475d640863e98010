"""Cells of a table: numbers, counts, yes and no, and what is missing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatworks.tabular import (
    CellError,
    parse_boolean,
    parse_integer,
    parse_number,
    parse_text,
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0.35", 0.35),
        (" -1.5 ", -1.5),
        ("\u22120.2", -0.2),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e-3", 0.001),
        ("0,35", 0.35),
        ("1,5", 1.5),
        ("0,123", 0.123),
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("1,234,567", 1234567.0),
        ("12 345", 12345.0),
        ("12\u202f345,6", 12345.6),
    ],
)
def test_a_number_is_read_where_there_is_one_reading(text: str, number: float) -> None:
    assert parse_number(text) == number


@pytest.mark.parametrize("text", ["", "  ", "NA", "n/a", "NaN", "null", "#N/A"])
def test_missing_markers_are_none_for_every_kind_of_cell(text: str) -> None:
    assert parse_number(text) is None
    assert parse_integer(text) is None
    assert parse_boolean(text) is None
    assert parse_text(text) is None


def test_a_comma_with_two_readings_is_refused() -> None:
    with pytest.raises(CellError) as caught:
        parse_number("1,234")
    assert str(caught.value) == (
        'Found "1,234", which can be read as 1234 or as 1.234. Write it without the comma.'
    )


@pytest.mark.parametrize(
    "text", ["abc", "12%", "1.2.3", "<0.001", "1,2,3", "inf", "1e999", "0x10", "1 2", "--1"]
)
def test_text_in_a_number_cell_is_refused_with_what_was_found(text: str) -> None:
    with pytest.raises(CellError) as caught:
        parse_number(text)
    assert f'"{text}"' in caught.value.found
    assert caught.value.fix.endswith(".")


@pytest.mark.parametrize(
    ("text", "count"), [("24", 24), ("24.0", 24), ("1,234", 1234), ("1,234,567", 1234567)]
)
def test_a_count_may_have_thousands_signs_and_an_empty_fraction(text: str, count: int) -> None:
    assert parse_integer(text) == count


@pytest.mark.parametrize("text", ["24.5", "about 20", "1,23"])
def test_a_count_with_a_fraction_or_words_is_refused(text: str) -> None:
    with pytest.raises(CellError):
        parse_integer(text)


def test_yes_and_no_are_read_in_their_usual_spellings() -> None:
    assert [parse_boolean(text) for text in ("Yes", "TRUE", "1", "1.0")] == [True] * 4
    assert [parse_boolean(text) for text in ("no", "False", "0", "0.0")] == [False] * 4
    with pytest.raises(CellError, match="Write yes or no"):
        parse_boolean("0.5")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_number_comes_back_as_it_was_written(number: float) -> None:
    assert parse_number(repr(number)) == number


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_thousands_signs_do_not_change_a_count(count: int) -> None:
    assert parse_integer(f"{count:,}") == count


@given(st.text(max_size=12))
def test_any_text_is_a_number_or_missing_or_refused_with_a_sentence(text: str) -> None:
    found: object
    try:
        found = parse_number(text)
    except CellError as error:
        found = error.found
    assert found is None or isinstance(found, float) or str(found).startswith("Found ")
