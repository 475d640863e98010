"""Names of rows that do not depend on the order of a file."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from whatworks.extraction.identifiers import MAX_SLUG, names_of, slug


def test_a_name_is_plain_letters_and_hyphens() -> None:
    assert slug("Höök & Fälth (2013a)") == "hook-falth-2013a"


def test_texts_without_latin_letters_still_have_names_of_their_own() -> None:
    assert slug("漢字") != slug("仮名")


@given(st.text())
def test_a_name_is_short_and_safe_in_an_address(text: str) -> None:
    assert re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", slug(text))
    assert len(slug(text)) <= MAX_SLUG


ITEMS = st.lists(st.tuples(st.text(max_size=4), st.integers(0, 3)), max_size=12)


@given(ITEMS)
def test_different_things_have_different_names(items: list[tuple[str, int]]) -> None:
    names = names_of(items)
    assert len(set(names.values())) == len(set(items))


@given(ITEMS)
def test_names_do_not_depend_on_the_order(items: list[tuple[str, int]]) -> None:
    assert names_of(items) == names_of(list(reversed(items)))
