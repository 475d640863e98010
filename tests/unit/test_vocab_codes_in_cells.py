"""Several codes in one cell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatworks.vocab import Need, join_codes, split_codes, terms

CODES = st.lists(st.sampled_from([row.code for row in terms()]), unique=True)


@given(CODES)
def test_splitting_undoes_joining(codes: list[str]) -> None:
    assert split_codes(join_codes(codes)) == tuple(codes)


@given(CODES)
def test_joining_undoes_splitting(codes: list[str]) -> None:
    cell = join_codes(codes)
    assert join_codes(split_codes(cell)) == cell


@given(CODES)
def test_repeats_are_kept_once_in_the_order_first_met(codes: list[str]) -> None:
    assert split_codes(join_codes(codes + codes[::-1])) == tuple(codes)


def test_no_codes_are_an_empty_cell() -> None:
    assert join_codes([]) is None
    assert split_codes(None) == split_codes("") == split_codes(" ; ;") == ()


def test_blanks_are_dropped_and_members_become_text() -> None:
    assert split_codes(" SPLD ;MLD;SPLD") == ("SPLD", "MLD")
    cell = join_codes([Need.SPLD, Need.MLD])
    assert cell == "SPLD;MLD"
    assert type(cell) is str


@pytest.mark.parametrize("bad", ["SPLD;MLD", "", " SPLD"])
def test_what_cannot_be_a_code_is_not_joined(bad: str) -> None:
    with pytest.raises(ValueError, match="cannot be a code"):
        join_codes([bad])
