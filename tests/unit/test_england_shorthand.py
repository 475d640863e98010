"""Cells of official statistics."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatworks.england import SHORTHAND, read_published
from whatworks.tabular import CellError


@given(st.sampled_from(sorted(SHORTHAND)), st.booleans(), st.booleans())
def test_a_sign_stays_a_sign_and_never_becomes_a_figure(sign, upper, brackets) -> None:
    text = sign.upper() if upper else sign
    published = read_published(f"[{text}]" if brackets else f" {text} ")
    assert published.value is None
    assert published.shorthand == sign


def test_an_empty_cell_is_blank_and_not_zero() -> None:
    assert read_published("  ").shorthand == "blank"
    assert read_published("").value is None


def test_zero_is_a_figure() -> None:
    assert read_published("0").value == 0.0
    assert read_published("0").shorthand is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("638745", 638745.0),
        ("1,071", 1071.0),
        ("1.60%", 1.6),
        ("-1.09", -1.09),
        ("\u22120.5", -0.5),
        ("8.4430000000000005E-2", 0.08443),
        ("1.7999999999999998", 1.8),
    ],
)
def test_figures_as_published_are_read(text: str, value: float) -> None:
    assert read_published(text).value == value


@given(st.integers(min_value=-(10**9), max_value=10**9))
def test_counts_with_and_without_thousands_signs_are_the_same(n: int) -> None:
    assert read_published(f"{n:,}").value == read_published(str(n)).value == float(n)


@pytest.mark.parametrize("text", ["12a", "1,23", "c5", "nan", "inf", "1e999x", "£5"])
def test_anything_else_is_refused_with_the_known_signs(text: str) -> None:
    with pytest.raises(CellError, match="Known signs are c, x, z"):
        read_published(text)
