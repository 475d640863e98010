"""What a person is told when a table of effects is wrong, word for word.

The table below is right. Each test spoils one thing in it and shows the message. In every case
nothing is saved.

    study      n1  n2  g     var     need
    Ash 2001   20  20  0.10  0.1001  SPLD
    Birch 2010 40  40  0.30  0.0506  SPLD
    Cedar 2015 30  30  0.20  0.0670  MLD
    Dogwood    60  60  0.25  0.0336  MLD
"""

from __future__ import annotations

import gzip

import pytest

from whatworks.errors import FileError
from whatworks.extraction import EffectImport, load_mapping, read_effects
from whatworks.extraction.mapping import EffectsMapping

MAPPING = """
kind = "effects"
routes = ["reported_g_se"]
[study]
key = { column = "study" }
label = { column = "study" }
[arm]
name = { constant = "Tutoring" }
[comparison_arm]
name = { constant = "Usual lessons" }
[measure]
name = { constant = "Reading test" }
outcome = { constant = "reading" }
[effect]
key = { column = "study" }
needs = { column = "need" }
n_intervention = { column = "n1" }
n_comparison = { column = "n2" }
reported_g = { column = "g" }
reported_variance = { column = "var" }
"""
TABLE = """study,n1,n2,g,var,need
Ash 2001,20,20,0.10,0.1001,SPLD
Birch 2010,40,40,0.30,0.0506,SPLD
Cédar 2015,30,30,0.20,0.0670,MLD
Dogwood 2020,60,60,0.25,0.0336,MLD
"""


def read(data: bytes | str, mapping: str = MAPPING) -> EffectImport:
    found = load_mapping(mapping.encode(), file="mapping.toml")
    assert isinstance(found, EffectsMapping)
    content = data.encode() if isinstance(data, str) else data
    return read_effects(content, found, file="effects.csv", review_id="demo", raw_file_id="0" * 64)


def message(data: bytes | str, mapping: str = MAPPING) -> str:
    with pytest.raises(FileError) as caught:
        read(data, mapping)
    return str(caught.value)


def test_the_table_as_it_stands_is_read() -> None:
    result = read(TABLE)
    assert [effect.yi for effect in result.effects] == [0.10, 0.30, 0.20, 0.25]
    assert result.warnings == ()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_does_not_matter(encoding: str) -> None:
    assert read(TABLE.encode(encoding)).studies == read(TABLE).studies


def test_compression_and_windows_line_endings_do_not_matter() -> None:
    assert read(gzip.compress(TABLE.encode())).studies == read(TABLE).studies
    assert read(TABLE.replace("\n", "\r\n")).effects == read(TABLE).effects


def test_another_encoding_is_guessed_and_told() -> None:
    result = read(TABLE.encode("cp1252"))
    assert [study.label for study in result.studies][2] == "Cédar 2015"
    assert result.warnings == (
        "Read as cp1252, a guess: the file is not UTF-8. Check the accented letters.",
    )


def test_wrong_encoding() -> None:
    named = MAPPING.replace("routes", 'encoding = "utf-8"\nroutes', 1)
    assert message(TABLE.encode("cp1252"), named) == (
        "effects.csv: Line 4 is not utf-8, which the file should be. "
        "Save it as UTF-8 text (in Excel: CSV UTF-8), then import it again.\n"
        "Nothing was saved."
    )


def test_empty_file() -> None:
    assert message(b"") == (
        "effects.csv: The file is empty. Export it again and check that it holds rows.\n"
        "Nothing was saved."
    )


def test_header_without_rows() -> None:
    assert message(TABLE.splitlines()[0]) == (
        "effects.csv: There is a header but no row below it. "
        "Check that the export holds the rows.\n"
        "Nothing was saved."
    )


def test_a_workbook_in_place_of_text() -> None:
    assert message(b"PK\x03\x04\x14\x00 xl/workbook.xml") == (
        "effects.csv: The file is an Excel file, not text. "
        "Open it and save it as CSV (UTF-8), then import that file.\n"
        "Nothing was saved."
    )
    assert message(b"PK\x03\x04\x14\x00") == (
        "effects.csv: The file is a zip archive, not text. Unpack it and import what is inside.\n"
        "Nothing was saved."
    )


def test_missing_column() -> None:
    assert message(TABLE.replace("need", "needs", 1)) == (
        'effects.csv: There is no column "need". Is it "needs"? '
        "Rename the column, or change the mapping.\n"
        "Nothing was saved."
    )


def test_text_in_a_number_column() -> None:
    assert message(TABLE.replace("0.0506", "about 0.05").replace("20,20", "20,20 pupils")) == (
        'effects.csv, row 2, column "n2": Found "20 pupils", which is not a number. '
        "Write a whole number, such as 24, or leave the cell empty.\n"
        'effects.csv, row 3, column "var": Found "about 0.05", which is not a number. '
        "Write a number, such as 0.35, or leave the cell empty.\n"
        "Nothing was saved."
    )


def test_a_variance_that_cannot_be() -> None:
    assert message(TABLE.replace("0.0506", "-0.05")) == (
        'effects.csv, row 3, column "var": Found -0.05 for reported variance, which must be above '
        "0. Correct the cell, or empty it if the number is not known.\n"
        "Nothing was saved."
    )


def test_standard_errors_offered_as_variances() -> None:
    spoilt = TABLE
    for variance, error in (
        ("0.1001", "0.3164"),
        ("0.0506", "0.2249"),
        ("0.0670", "0.2588"),
        ("0.0336", "0.1833"),
    ):
        spoilt = spoilt.replace(variance, error)
    assert message(spoilt) == (
        'effects.csv, column "var": The column is mapped as variances, but its numbers agree with '
        "the numbers of pupils only as standard errors: the first is 0.3164, and that many pupils "
        "give a variance of about 0.1001. Map the column as reported_se, or set scale_checked = "
        "true if you have checked it.\n"
        "Nothing was saved."
    )
    as_errors = MAPPING.replace("reported_variance", "reported_se")
    assert [e.vi for e in read(spoilt, as_errors).effects] == pytest.approx(
        [0.1001, 0.0506, 0.0670, 0.0336], abs=1e-4
    )


def test_variances_offered_as_standard_errors() -> None:
    as_errors = MAPPING.replace("reported_variance", "reported_se")
    assert message(TABLE, as_errors) == (
        'effects.csv, column "var": The column is mapped as standard errors, but its numbers agree '
        "with the numbers of pupils only as variances: the first is 0.1001, and that many pupils "
        "give a standard error of about 0.3164. Map the column as reported_variance, or set "
        "scale_checked = true if you have checked it.\n"
        "Nothing was saved."
    )


def test_a_person_who_has_checked_the_scale_is_believed() -> None:
    checked = MAPPING.replace("reported_variance", "reported_se").replace(
        "routes", "scale_checked = true\nroutes", 1
    )
    assert len(read(TABLE, checked).effects) == 4


def test_duplicate_ids() -> None:
    assert message(TABLE.replace("Dogwood 2020", "Ash 2001")) == (
        'effects.csv, row 5, column "study": Found "Ash 2001", which is also in row 2. '
        "Give each row an identifier of its own, or remove one of the rows.\n"
        "Nothing was saved."
    )


def test_a_code_that_is_not_in_the_vocabulary() -> None:
    assert message(TABLE.replace("0.1001,SPLD", "0.1001,SPLF")) == (
        'effects.csv, row 2, column "need": Found "SPLF", which is not in the list need. '
        "The nearest are: SPLD (Specific learning difficulty). "
        "Write a code or label of the list.\n"
        "Nothing was saved."
    )


def test_a_row_with_too_few_cells() -> None:
    assert message(TABLE.replace("0.0506,SPLD", "0.0506")) == (
        "effects.csv, row 3: The row has 5 cells, the header has 6. "
        "Add the missing cells, or put quotation marks around cells that hold a comma or a line "
        "break.\n"
        "Nothing was saved."
    )


def test_a_misspelt_key_in_the_mapping() -> None:
    assert message(TABLE, MAPPING.replace("n_comparison", "n_comparisson")) == (
        'mapping.toml: The key "effect" has a field "n_comparisson", which is not known. '
        'Is it "n_comparison"? Correct the mapping.\n'
        "Nothing was saved."
    )


def test_faults_are_shown_up_to_fifty_and_counted_beyond() -> None:
    header, first = TABLE.splitlines()[:2]
    rows = [first.replace("Ash 2001", f"S{n}").replace("0.10,", "?,") for n in range(57)]
    lines = message("\n".join((header, *rows))).splitlines()
    assert len(lines) == 52
    assert lines[-2:] == ["and 7 more problems in effects.csv.", "Nothing was saved."]
