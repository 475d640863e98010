"""Writers: what other programs find in the files, and what our own note is for."""

from __future__ import annotations

import csv
import io
import json

import pytest

from whatworks.errors import UserError
from whatworks.references import (
    Record,
    format_of_name,
    read_references,
    write_csv,
    write_excel,
    write_references,
    write_ris,
)
from whatworks.references.fields import Fields
from whatworks.references.own_note import note_text, read_note

RIS = (
    "TY  - JOUR\nTI  - Reading aloud with DNA & friends\nAU  - Lee, Ann\nAU  - WHO Group\n"
    "PY  - 2001\nJF  - Journal of Reading\nVL  - 4\nIS  - 2\nSP  - 10\nEP  - 19\nAB  - Text.\n"
    "DO  - 10.1000/abc\nSN  - 1234-5678\nUR  - https://example.org/a\nKW  - reading\nKW  - speech\n"
    "LA  - en\nDB  - ERIC\nPMID- 12345\nAN  - EJ1\nPB  - Press\nA2  - Ed, It\nER  - \n"
)


def records(text: str = RIS) -> tuple[Record, ...]:
    return read_references(text.encode(), file="made.ris", review_id="demo").records


def tag_lines(data: bytes) -> list[str]:
    return data.decode().split("\r\n")


def back(data: bytes) -> tuple[Record, ...]:
    return read_references(data, file="own", review_id="demo").records


def says(record: Record) -> tuple[object, ...]:
    return (record.title, record.authors, record.year, record.keywords, record.extra)


@pytest.mark.parametrize(
    ("flavour", "expected"),
    [
        (None, {"TI  - Reading aloud with DNA & friends", "JF  - Journal of Reading", "EP  - 19"}),
        ("endnote", {"T2  - Journal of Reading", "SP  - 10-19", "AN  - EJ1"}),
        ("zotero", {"T2  - Journal of Reading", "SP  - 10", "AN  - EJ1"}),
        ("eppi", {"T1  - Reading aloud with DNA & friends", "A1  - Lee, Ann"}),
    ],
)
def test_each_flavour_has_the_tags_its_program_reads(flavour, expected):
    assert expected <= set(tag_lines(write_ris(records(), flavour=flavour)))


@pytest.mark.parametrize(
    ("flavour", "tag"), [(None, "AN"), ("endnote", "LB"), ("zotero", "CN"), ("eppi", "U1")]
)
def test_the_name_of_a_record_stands_where_the_program_keeps_it(flavour, tag):
    (record,) = records()

    lines = tag_lines(write_ris([record], flavour=flavour))

    assert f"{tag}  - whatworks:demo/{record.record_id}" in lines


def test_a_plain_record_needs_no_note():
    data = write_ris(records("TY  - JOUR\nTI  - T\nAU  - Lee, Ann\nPY  - 2001\nER  - \n"))

    assert b"whatworks-fields" not in data


def test_a_value_that_looks_like_an_end_tag_is_still_shown_to_other_programs():
    (record,) = records()
    record = Record(**{**_as_dict(record), "abstract": "First\nER  - \nlast"})

    data = write_ris([record])

    assert b"AB  - First ER - last" in data
    assert back(data)[0].abstract == "First\nER  - \nlast"


def test_a_field_that_was_changed_in_another_program_is_believed():
    data = write_ris(records("TY  - JOUR\nTI  - Old\nKW  - a, b\nKW  - c\nER  - \n"))
    record = Record(**{**_as_dict(back(data)[0]), "title": "Old\ttitle"})
    data = write_ris([record])
    assert back(data)[0].title == "Old\ttitle"

    changed = data.replace(b"TI  - Old", b"TI  - New")

    assert back(changed)[0].title.startswith("New")


def test_a_note_that_another_program_added_is_kept_beside_ours():
    data = write_references(back(write_ris(records())), format="bibtex")
    exported = write_ris(back(data))

    (record,) = back(exported.replace(b"ER  - ", b"N1  - ASReview_relevant\r\nER  - "))

    assert "ASReview_relevant" in json.loads(record.extra or "{}")["N1"]


def test_the_note_survives_as_zotero_gives_notes_back():
    wanted = Fields(title='A "b" & <c>  d', extra={"x y": ["1"]})
    note = "whatworks-fields: " + note_text(wanted, Fields())
    html = f"<p>{note}</p>".replace("  ", "&nbsp;&nbsp;").replace('"', "&quot;")

    told = read_note(html)

    assert told is not None
    assert told.apply(Fields()) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "whatworks-fields: {",
        "whatworks-fields: []",
        'whatworks-fields: {"title": "T"}',
        'whatworks-fields: {"year": ["0", "2001"]}',
        'whatworks-fields: {"nothing": ["0", "x"]}',
        'whatworks-fields: {"extra": {"N1": ["0", "x"]}}',
    ],
)
def test_a_note_that_was_spoilt_is_a_note_like_any_other(text):
    assert read_note(text) is None


def test_tags_of_medline_are_not_written_as_tags_of_ris():
    nbib = (
        "PMID- 1\nTI  - T\nFAU - Lee, Ann\nAU  - Lee A\nIS  - 1234-5678 (Print)\nPL  - England\n"
        "JID - 9\nPHST- 2018\n"
    )
    (record,) = read_references(nbib.encode(), file="x", review_id="demo").records

    lines = tag_lines(write_ris([record]))

    assert [line for line in lines if line.startswith("AU  -")] == ["AU  - Lee, Ann"]
    assert not [line for line in lines if line.startswith("IS  -")]
    assert says(back(write_ris([record]))[0]) == says(record)


def test_a_cell_that_begins_like_a_formula_is_only_text():
    (record,) = records()
    record = Record(**{**_as_dict(record), "title": "=cmd|' /C calc'!A0", "volume": "-1"})

    rows = list(csv.DictReader(io.StringIO(write_csv([record]).decode(), newline="")))

    assert rows[0]["title"].startswith("'=")
    assert rows[0]["volume"] == "'-1"
    assert (back(write_csv([record]))[0].title, back(write_csv([record]))[0].volume) == (
        "=cmd|' /C calc'!A0",
        "-1",
    )


def test_excel_holds_text_and_no_formula():
    from openpyxl import load_workbook

    (record,) = records()
    record = Record(**{**_as_dict(record), "title": "=1+1", "url": "http://example.org"})

    sheet = load_workbook(io.BytesIO(write_excel([record]))).active

    kinds = {sheet.cell(1, at).value: sheet.cell(2, at) for at in range(1, sheet.max_column + 1)}
    assert (kinds["title"].value, kinds["title"].data_type) == ("=1+1", "s")
    assert (kinds["year"].value, kinds["year"].data_type) == (2001, "n")
    assert kinds["url"].hyperlink is None


@pytest.mark.parametrize(("format", "length"), [("xlsx", 32_767), ("csv", 131_072)])
def test_a_text_longer_than_a_cell_may_be_comes_back_whole(format, length):
    long = "word 😀 " * (length // 3)
    (record,) = records()
    record = Record(**{**_as_dict(record), "abstract": long, "extra": json.dumps({"N1": [long]})})

    (again,) = back(write_references([record], format=format))

    assert again.abstract == long
    assert json.loads(again.extra or "") == {"N1": [long]}


def test_the_same_records_give_the_same_workbook():
    assert write_excel(records()) == write_excel(records())


def test_an_entry_that_refers_to_another_comes_back_without_taking_from_it_again():
    bib = (
        b"@inproceedings{a, title={A}, crossref={b}}\n"
        b"@proceedings{b, title={B}, publisher={P}, year={2001}}\n"
    )
    part, whole = back(bib)
    part = Record(**{**_as_dict(part), "year": None})

    again = back(write_references([part, whole], format="bibtex"))

    assert [says(record) for record in again] == [says(part), says(whole)]


def test_a_column_that_a_person_adds_to_our_table_is_kept():
    data = write_csv(records()).decode()
    lines = data.splitlines()
    made = "\r\n".join([lines[0] + ",my decision", lines[1] + ",include"])

    (record,) = back(made.encode())

    assert json.loads(record.extra or "")["my decision"] == ["include"]


def test_the_ending_of_a_name_tells_the_format():
    assert [format_of_name(name) for name in ("a.RIS", "a.bib", "a.json", "a.csv", "a.xlsx")] == [
        "ris",
        "bibtex",
        "csl-json",
        "csv",
        "xlsx",
    ]
    assert format_of_name("a.docx") is None


@pytest.mark.parametrize(
    ("format", "flavour", "message"),
    [
        ("docx", None, "Use one of ris"),
        ("ris", "mendeley", "Use one of endnote"),
        ("csv", "zotero", "Only RIS has flavours"),
    ],
)
def test_what_cannot_be_written_is_refused_with_the_choices(format, flavour, message):
    with pytest.raises(UserError, match=message):
        write_references(records(), format=format, flavour=flavour)


def _as_dict(record: Record) -> dict[str, object]:
    return {name: getattr(record, name) for name in Record.__dataclass_fields__}
