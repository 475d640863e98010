"""Workbooks as people keep them: preambles, several sheets, numbers, formulas; and hostile ones."""

from __future__ import annotations

import datetime
import io
import json
import zipfile

import pytest
from openpyxl import Workbook, load_workbook

from whatworks.errors import FileError
from whatworks.references import ImportResult, read_references, write_excel


def book(**sheets: list[list[object]]) -> bytes:
    made = Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def read(data: bytes) -> ImportResult:
    return read_references(data, file="made.xlsx", review_id="demo")


HEADER = ["Title", "Authors", "Year", "Journal", "DOI"]


def test_rows_are_read_by_the_names_of_their_columns():
    data = book(a=[HEADER, ["Reading", "Lee, A.; Jo, B.", 2001, "J", "10.1000/ABC"]])

    result = read(data)

    (record,) = result.records
    assert (result.report.format, record.line) == ("xlsx", 2)
    assert (record.title, record.authors, record.year, record.doi) == (
        "Reading",
        "Lee, A.; Jo, B.",
        2001,
        "10.1000/abc",
    )


def test_a_header_under_a_preamble_is_found_and_the_preamble_reported():
    data = book(a=[["Search of 3 May"], [], ["", "Hits", 2], HEADER, ["T", "", 2001]])

    result = read(data)

    assert [record.title for record in result.records] == ["T"]
    assert [(issue.line, issue.what) for issue in result.report.issues] == [
        (1, "A row above the header."),
        (3, "A row above the header."),
    ]


def test_all_sheets_with_titles_are_read_and_the_others_named():
    data = book(a=[HEADER, ["A"]], notes=[["what we did"]], b=[["title"], ["B"]])

    result = read(data)

    assert [record.title for record in result.records] == ["A", "B"]
    assert any('"notes" has no column of titles' in issue.what for issue in result.report.issues)
    assert any("More than one sheet" in issue.what for issue in result.report.issues)


def test_numbers_dates_and_truth_are_kept_as_a_person_sees_them():
    data = book(
        a=[
            [*HEADER, "n", "seen", "on"],
            ["T", "", 2001.0, "", "", 0.5, True, datetime.date(2020, 5, 3)],
        ]
    )

    (record,) = read(data).records

    assert record.year == 2001
    assert json.loads(record.extra or "") == {"n": ["0.5"], "seen": ["TRUE"], "on": ["2020-05-03"]}


def test_a_formula_without_a_result_is_kept_as_the_formula():
    data = book(a=[HEADER, ['=CONCAT("A","B")', "", 2001]])

    result = read(data)

    assert result.records[0].title == '=CONCAT("A","B")'
    assert any(issue.what == "A formula without a result." for issue in result.report.issues)


def test_cells_beyond_the_header_and_repeated_names_are_kept():
    data = book(a=[[*HEADER, "DOI"], ["T", "", 2001, "", "10.1/x", "other", "beyond"]])

    (record,) = read(data).records

    kept = json.loads(record.extra or "")
    assert (kept["DOI (2)"], kept["column 7"]) == (["other"], ["beyond"])


def test_written_out_characters_of_excel_are_put_back():
    data = book(a=[HEADER, ["a_x000D_\nb", "", 2001]])

    assert read(data).records[0].title == "a\nb"


def test_our_own_workbook_saved_by_another_program_comes_back_whole():
    ris = b"TY  - JOUR\nTI  - A\tB\nN1  - x\nZZ  - y\nAB  - " + b"w " * 20_000 + b"\nER  - \n"
    written = read_references(ris, file="x", review_id="demo").records
    opened = load_workbook(io.BytesIO(write_excel(written)))
    out = io.BytesIO()
    opened.save(out)

    (record,) = read(out.getvalue()).records

    assert (record.title, record.abstract, record.extra) == (
        written[0].title,
        written[0].abstract,
        written[0].extra,
    )


def test_no_column_of_titles_is_refused_with_what_to_do():
    with pytest.raises(FileError, match='Name the column of titles "title"'):
        read(book(a=[["x", "y"], [1, 2]]))


def rezip(data: bytes, **changed: bytes) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            new.writestr(part.filename, changed.get(part.filename, old.read(part)))
    return out.getvalue()


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    data = rezip(book(a=[HEADER, ["T"]]), **{"xl/worksheets/sheet1.xml": b" " * 100_000_000})

    with pytest.raises(FileError, match="would unpack to 100,"):
        read(data)


def test_an_entity_bomb_in_a_sheet_is_refused():
    bomb = (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
        + b"".join(b'<!ENTITY %c "%s">' % (97 + i, b"&%c;" % (96 + i) * 10) for i in range(1, 9))
        + b']><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&i;</t></is></c></row></sheetData>'
        b"</worksheet>"
    )
    data = rezip(book(a=[HEADER, ["T"]]), **{"xl/worksheets/sheet1.xml": bomb})

    with pytest.raises(FileError, match="damaged"):
        read(data)


@pytest.mark.parametrize("cut", [40, 0.5, 0.99])
def test_a_workbook_cut_off_is_refused_with_what_to_do(cut):
    data = book(a=[HEADER, ["T"]])

    with pytest.raises(FileError, match="save it as"):
        read(data[: int(cut if cut > 1 else len(data) * cut)])
