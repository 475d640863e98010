"""Mapping files: what is read, and messages that name the key."""

from __future__ import annotations

import pytest

from whatworks.errors import FileError
from whatworks.extraction import load_mapping
from whatworks.extraction.field_source import columns_of

MAPPING = """
kind = "effects"
routes = ["reported_g_se"]

[study]
key = { column = "study" }
label = { template = "{study} ({year})" }

[arm]
name = { constant = "Tutoring" }

[comparison_arm]
name = { constant = "Usual lessons" }

[measure]
name = { column = "test" }
outcome = { constant = "reading" }

[effect]
reported_g = { column = "g" }
reported_se = { first_of = [{ column = "se" }, { column = "se2" }] }
"""


def problems_of(text: str) -> list[str]:
    with pytest.raises(FileError) as caught:
        load_mapping(text.encode(), file="m.toml")
    return [f"{problem.found} {problem.fix}" for problem in caught.value.problems]


def test_a_mapping_names_every_column_it_needs() -> None:
    mapping = load_mapping(MAPPING.encode(), file="m.toml")
    assert mapping.kind == "effects"
    assert set(columns_of(mapping)) == {"study", "year", "test", "g", "se", "se2"}


def test_windows_line_endings_and_a_byte_order_mark_do_not_matter() -> None:
    data = b"\xef\xbb\xbf" + MAPPING.replace("\n", "\r\n").encode()
    assert load_mapping(data, file="m.toml") == load_mapping(MAPPING.encode(), file="m.toml")


def test_a_misspelt_field_is_named_with_the_nearest() -> None:
    text = MAPPING.replace("reported_g =", "reportd_g =")
    assert problems_of(text) == [
        'The key "effect" has a field "reportd_g", which is not known. Is it "reported_g"? '
        "Correct the mapping."
    ]


def test_a_misspelt_key_is_named_by_its_path() -> None:
    text = MAPPING.replace('{ column = "study" }', '{ colum = "study" }')
    assert 'The key "study.key.colum" is not known. Remove it or correct its spelling.' in (
        problems_of(text)
    )


def test_a_field_that_every_row_needs_must_be_mapped() -> None:
    text = MAPPING.replace('outcome = { constant = "reading" }', "")
    assert problems_of(text) == [
        'The key "measure" must say where "outcome" comes from. Correct the mapping.'
    ]


def test_a_missing_section_is_named() -> None:
    start, end = MAPPING.index("[arm]"), MAPPING.index("[comparison_arm]")
    assert problems_of(MAPPING[:start] + MAPPING[end:]) == ['The key "arm" is missing. Add it.']


def test_a_source_is_exactly_one_thing() -> None:
    text = MAPPING.replace('{ column = "test" }', '{ column = "test", constant = "x" }')
    assert problems_of(text) == [
        'The key "measure.name" needs exactly one of column, constant, template, flags, first_of '
        "and all_of; found column and constant. Correct the mapping."
    ]


def test_an_unknown_route_is_refused_with_those_there_are() -> None:
    (problem,) = problems_of(MAPPING.replace("reported_g_se", "reported_g"))
    assert problem.startswith('The key "routes" holds "reported_g". The routes are reported_g_se,')


def test_a_pattern_needs_one_group() -> None:
    text = MAPPING.replace('{ column = "test" }', "{ column = \"test\", pattern = '^.*' }")
    assert problems_of(text) == [
        'The key "measure.name.pattern" needs one pair of brackets around the part to take. '
        "Correct the mapping."
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("routes = []", "There is no key kind. Write one of effects, studies,"),
        ("kind = 'effect'", 'The key kind holds "effect". Write one of effects, studies,'),
        ("kind = ", "The mapping is not valid TOML:"),
    ],
)
def test_what_is_no_mapping_is_refused(text: str, problem: str) -> None:
    assert problems_of(text)[0].startswith(problem)
