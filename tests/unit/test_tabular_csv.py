"""From a CSV file to rows by column name."""

from __future__ import annotations

import csv
import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatworks.errors import FileError
from whatworks.tabular import CsvTable, read_csv


def read(text: str) -> CsvTable:
    return read_csv(text.encode(), file="table.csv")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_sign_between_cells_is_found(delimiter: str) -> None:
    table = read(f"name{delimiter}size\nMüller{delimiter}1\n")
    assert table.delimiter == delimiter
    assert table.rows[0].cells == {"name": "Müller", "size": "1"}


def test_decimal_commas_do_not_pass_for_separators() -> None:
    assert read("study;g;v\nA;0,5;0,1\nB;0,2;0,04\n").header == ("study", "g", "v")


def test_excels_hidden_first_line_is_taken_off() -> None:
    table = read("sep=;\r\na;b\r\n1;2\r\n")
    assert (table.header, table.rows[0].number) == (("a", "b"), 2)


def test_rows_are_numbered_as_a_spreadsheet_does() -> None:
    table = read('a,b\n1,"two\nlines"\n\n3,4\n')
    assert [(row.number, row.cells["a"]) for row in table.rows] == [(2, "1"), (4, "3")]


def test_a_compressed_table_is_read() -> None:
    assert read_csv(gzip.compress(b"a,b\n1,2\n"), file="t.csv.gz").rows[0].cells["b"] == "2"


def test_a_column_without_a_name_is_called_by_its_letter() -> None:
    assert read(",a\n1,2\n").header == ("column A", "a")


def test_empty_columns_and_cells_at_the_right_edge_are_dropped() -> None:
    table = read("a,b,,\n1,2,,\n3,4,,,\n")
    assert table.header == ("a", "b")
    assert table.rows[1].cells == {"a": "3", "b": "4"}


def test_letters_after_a_closing_quote_are_read_as_spreadsheets_do() -> None:
    assert read('a,b\n"x"y,1\n').rows[0].cells["a"] == "xy"


def test_all_rows_of_a_wrong_width_are_told_at_once() -> None:
    with pytest.raises(FileError) as caught:
        read("a,b,c\n1,2\n1,2,3\n1,2,3,4\n")
    assert [(p.row, p.found) for p in caught.value.problems] == [
        (2, "The row has 2 cells, the header has 3."),
        (4, "The row has 4 cells, the header has 3."),
    ]


def test_more_than_fifty_problems_are_counted() -> None:
    with pytest.raises(FileError) as caught:
        read("a,b\n" + "1\n" * 62 + "1,2\n")
    assert "and 12 more problems in table.csv." in str(caught.value)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a,b\n", "There is a header but no row below it."),
        ("a,a\n1,2\n", "2 columns have this name."),
        ('a,b\n1,"2\n3,4\n', "A quotation mark opens in this row and is never closed."),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(text: str, found: str) -> None:
    with pytest.raises(FileError) as caught:
        read(text)
    assert caught.value.problems[0].found == found


def test_a_missing_column_is_told_with_the_nearest_there_is() -> None:
    with pytest.raises(FileError) as caught:
        read("study,effect_size\n1,2\n").require(["effect size", "weight"])
    assert [p.found + " " + p.fix for p in caught.value.problems] == [
        'There is no column "effect size". Is it "effect_size"? Rename the column, or change the '
        "mapping.",
        'There is no column "weight". The columns are "study", "effect_size".',
    ]


# Texts that a CSV writer can carry; a row of blanks only is a blank row.
CELL = st.text(
    st.characters(blacklist_characters="\x00\r", blacklist_categories=("Cs",)), max_size=8
)


@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=6))
def test_cells_come_back_as_they_were_written(rows: list[tuple[str, str, str]]) -> None:
    written = io.StringIO(newline="")
    csv.writer(written).writerows([("one", "two", "three"), *rows])
    kept = [row for row in rows if any(cell.strip() for cell in row)]
    if not kept:
        return
    table = read_csv(written.getvalue().encode(), file="t.csv")
    assert [tuple(row.cells.values()) for row in table.rows] == kept
