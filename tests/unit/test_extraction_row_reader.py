"""How a value comes from the cells of a row."""

from __future__ import annotations

from typing import Any

import pytest

from whatworks.errors import FileProblem
from whatworks.extraction.field_source import FieldSource
from whatworks.extraction.fields import Field
from whatworks.extraction.row_reader import RowReader
from whatworks.tabular import CsvRow

TEXT = Field("text")
NUMBER = Field("number")
COUNT = Field("integer")
APPROACHES = Field("codes", list_name="approach")
PHASES = Field("codes", list_name="phase")
NEED = Field("code", list_name="need", required=True)
DESIGN = Field("word", ("randomised", "quasi_experimental"), default="randomised")


def read(
    source: dict[str, Any], field: Field = TEXT, **cells: str
) -> tuple[Any, list[FileProblem]]:
    problems: list[FileProblem] = []
    reader = RowReader(CsvRow(7, cells), problems)
    return reader.field(FieldSource.model_validate(source), field), problems


def value(source: dict[str, Any], field: Field = TEXT, **cells: str) -> Any:
    found, problems = read(source, field, **cells)
    assert problems == []
    return found


def test_a_column_gives_its_cell_with_blanks_tidied() -> None:
    assert value({"column": "a"}, a="  WJ-III\n Math  Fluency ") == "WJ-III Math Fluency"


def test_a_template_joins_columns_and_parts() -> None:
    source = {
        "template": "{first} ({y})",
        "parts": {"first": {"column": "cite", "pattern": "^([^,]+),"}},
    }
    assert value(source, cite="Leming, J. S.", y="2001") == "Leming (2001)"


def test_a_template_does_not_read_braces_in_cells_as_columns() -> None:
    assert value({"template": "{a}-{b}"}, a="{b}", b="x") == "{b}-x"
    assert value({"template": "{a}!"}, a="{0.__class__}") == "{0.__class__}!"


def test_a_template_whose_parts_are_all_missing_is_missing() -> None:
    assert value({"template": "{a}-{b}"}, a="", b="NA") is None


@pytest.mark.parametrize("cell", ["1", "1.0", "1.00"])
def test_a_value_map_knows_a_number_in_every_spelling(cell: str) -> None:
    assert value({"column": "a", "values": {"1": "yes"}}, a=cell) == "yes"


def test_a_value_map_keeps_other_cells_unless_only_listed() -> None:
    mapped = {"column": "a", "values": {"x": "y"}}
    assert value(mapped, a="z") == "z"
    assert value({**mapped, "only_listed": True, "default": "none"}, a="z") == "none"


def test_a_value_map_can_give_nothing_a_meaning() -> None:
    assert value({"column": "a", "values": {"": "unknown"}}, a="") == "unknown"
    assert value({"column": "a", "values": {"all": ""}}, a="all") is None


def test_flags_give_all_the_first_or_the_only_code() -> None:
    flags = {"flags": {"small": "small_group_tuition", "cai": "computer_assisted_instruction"}}
    both = {"small": "1", "cai": "yes"}
    assert value(flags, APPROACHES, **both) == "small_group_tuition;computer_assisted_instruction"
    assert value({**flags, "pick": "first"}, APPROACHES, **both) == "small_group_tuition"
    assert value({**flags, "pick": "only"}, APPROACHES, **both) is None
    assert value({**flags, "pick": "only"}, APPROACHES, small="0", cai="1") == (
        "computer_assisted_instruction"
    )


def test_a_flag_that_is_neither_yes_nor_no_is_told_by_its_column() -> None:
    _, problems = read({"flags": {"small": "small_group_tuition"}}, APPROACHES, small="0.5")
    assert [(p.row, p.column, p.found) for p in problems] == [(7, "small", 'Found "0.5".')]


def test_the_first_source_with_a_value_counts() -> None:
    source = {"first_of": [{"column": "a"}, {"column": "b"}], "default": "c"}
    assert value(source, a="", b="x") == "x"
    assert value(source, a="", b="") == "c"


def test_all_sources_are_joined_without_repeats() -> None:
    source = {"all_of": [{"constant": "decoding"}, {"column": "a", "split": ","}]}
    assert value({**source}, APPROACHES, a="fluency;decoding") == "decoding;fluency"


def test_several_codes_in_one_cell_are_split() -> None:
    source = {"column": "a", "split": "/"}
    assert value(source, APPROACHES, a="Phonics / Small group") == "decoding;small_group_tuition"


@pytest.mark.parametrize(
    ("kind", "cell", "phases"),
    [
        ("us_grade", "0", "P"),
        ("us_grade", "5.65", "P;S"),
        ("us_grade", "K", None),
        ("school_year", "5-7", "P;S"),
        ("school_year", "0", "EY;P"),
        ("age", "11 to 14", "S"),
    ],
)
def test_years_grades_and_ages_become_phases(kind: str, cell: str, phases: str | None) -> None:
    found, problems = read({"column": "a", "years_from": kind}, PHASES, a=cell)
    assert found == phases
    assert bool(problems) == (phases is None)


def test_a_mapped_phase_is_not_read_as_a_year() -> None:
    source = {"column": "a", "years_from": "age", "values": {"first grade": "P"}}
    assert value(source, PHASES, a="First grade") == "P"


def test_scale_turns_per_cents_and_directions() -> None:
    assert value({"column": "a", "scale": 0.01}, NUMBER, a="56") == pytest.approx(0.56)
    assert value({"column": "a", "scale": -1}, NUMBER, a="-0.14") == 0.14


def test_counts_with_a_fraction_need_leave_to_be_rounded() -> None:
    assert value({"column": "a", "round": True}, COUNT, a="436.7") == 437
    found, problems = read({"column": "a"}, COUNT, a="436.7")
    assert found is None
    assert problems[0].found == 'Found "436.7", which is not a whole number.'


def test_a_code_that_is_not_in_the_vocabulary_is_told_with_the_nearest() -> None:
    _, (problem,) = read({"column": "need"}, NEED, need="SPDL")
    assert problem.describe("t.csv").startswith(
        't.csv, row 7, column "need": Found "SPDL", which is not in the list need. The nearest are'
    )


def test_a_required_cell_that_is_empty_is_told() -> None:
    _, (problem,) = read({"column": "need"}, NEED, need=" ")
    assert (problem.found, problem.fix) == (
        "The cell is empty.",
        "Fill it in, or leave the row out.",
    )


def test_a_word_that_is_not_allowed_is_told_with_those_that_are() -> None:
    assert value({"column": "a"}, DESIGN, a="Quasi-experimental") == "quasi_experimental"
    _, (problem,) = read({"column": "a"}, DESIGN, a="cohort")
    assert problem.found == ('Found "cohort", which is not one of randomised, quasi_experimental.')
