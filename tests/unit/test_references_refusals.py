"""Encodings that are hard to tell, bytes that are no text, and files of other kinds."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from click.testing import CliRunner

from whatworks.cli.references import references
from whatworks.errors import FileError
from whatworks.references import read_references
from whatworks.references.import_report import ImportResult

RIS = "TY  - JOUR\r\nTI  - {}\r\nPY  - 2001\r\nER  - \r\n"


def read(data: bytes, **options: str) -> ImportResult:
    result = read_references(data, file="made", review_id="r", **options)
    assert result.report.n_start_tags == len(result.records)
    return result


@pytest.mark.parametrize(
    ("title", "encoding"),
    [
        ("Чтение вслух и счёт у детей младшего возраста", "cp1251"),
        ("Głośne czytanie: jakość życia uczniów źle śpiących, łóżka też", "cp1250"),
        ("儿童朗读与算术能力的临床研究方法", "gb18030"),
        ("Étude randomisée sur la lecture à l´école, Größe 5 µg", "cp1252"),
        ("Müller’s “reading” – a trial", "cp1252"),
    ],
)
def test_a_short_text_is_read_in_its_own_encoding(title: str, encoding: str):
    result = read(RIS.format(title).encode(encoding))
    assert result.records[0].title == title
    assert "a guess" in result.report.issues[0].what


@pytest.mark.parametrize("n", [1, 3])
def test_utf8_and_windows_exports_in_one_file_are_both_read(n: int):
    title = "Größe und Müdigkeit älterer Schüler"
    one = RIS.format(title)
    result = read(one.encode() + one.encode("cp1252") * n)
    assert [record.title for record in result.records] == [title] * (1 + n)
    assert f"(first in line {6})" in result.report.issues[0].what


def test_a_letter_before_a_quotation_mark_does_not_make_a_windows_text_utf8():
    title = "Le CAFÉ” à l’école était fermé, très fermé"
    result = read(RIS.format(title).encode("cp1252"))
    assert (result.records[0].title, result.report.encoding) == (title, "cp1252")


def test_an_encoding_that_is_named_is_not_guessed():
    result = read(RIS.format("Žluťoučký kůň").encode("cp1250"), encoding="cp1250")
    assert result.records[0].title == "Žluťoučký kůň"
    assert not result.report.issues


@pytest.mark.parametrize("n", [1, 4096])
def test_zeros_at_the_end_of_a_file_are_taken_off_and_told(n: int):
    result = read(RIS.format("Reading aloud").encode() + b"\0" * n)
    assert len(result.records) == 1
    assert [issue.what for issue in result.report.issues] == [
        f"{n:,} zero bytes at the end of the file."
    ]


def test_the_zeros_of_wide_text_are_no_padding():
    result = read(RIS.format("Reading aloud").encode("utf-16-le"))
    assert not [issue for issue in result.report.issues if "zero" in issue.what]


@pytest.mark.parametrize("marked", ["all", "commas"])
def test_ris_lines_that_a_spreadsheet_quoted_are_read_and_told(marked: str):
    lines = RIS.format('Reading "aloud", twice').splitlines()
    saved = [
        '"' + line.replace('"', '""') + '"' if marked == "all" or "," in line else line
        for line in lines
    ]
    result = read("\n".join(saved).encode())
    assert result.records[0].title == 'Reading "aloud", twice'
    assert "quotation marks" in result.report.issues[0].what


def test_a_title_in_quotation_marks_keeps_them():
    result = read(RIS.format('"Reading aloud"').encode())
    assert result.records[0].title == '"Reading aloud"'
    assert not result.report.issues


def zipped(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, RIS.format("Reading aloud"))
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (zipped("search.ris"), "Unpack it and import what is inside"),
        (zipped("word/document.xml"), "is a Word file"),
        (rb"{\rtf1\ansi TY  - JOUR\par}", "save it as plain text"),
        (b"{Reference Type}: Journal Article\n{Title}: Reading\n", "NoteExpress"),
        (b"<html><body><table><tr><th>Title</th></tr></table></body></html>", "as .xlsx"),
        (b"<html><body><form>Sign in</form></body></html>", "Sign in"),
        (b"1: Lee A. Reading aloud. J. 2001;4:12.\nPMID: 31234567.\n", 'format "PubMed"'),
        (b"1. J. 2001;4:12.\n\nReading aloud.\n\nPMID: 31234567\n", 'format "PubMed"'),
        (b"31234567\n31234568\n", 'format "PubMed"'),
        (b"[\n]\n", "empty JSON list"),
        (
            b"<?xml version='1.0'?><Trials_downloaded_from_ICTRP><Trial/>"
            b"</Trials_downloaded_from_ICTRP>",
            "as CSV",
        ),
    ],
)
def test_a_file_of_another_kind_is_refused_with_what_to_do(data: bytes, said: str):
    with pytest.raises(FileError) as refused:
        read(data)
    assert said in str(refused.value)


def test_a_check_as_json_says_how_many_lines_an_issue_spans():
    text = "Some words\nand more\nTitle,Authors\nReading aloud,Lee A\n"
    run = CliRunner().invoke(references, ["check", "-", "--json"], input=text)
    assert json.loads(run.stdout)["issues"][0]["n_lines"] == 2


def test_a_check_takes_the_name_of_an_encoding():
    data = RIS.format("Žluťoučký kůň").encode("cp1250")
    run = CliRunner().invoke(
        references, ["check", "-", "--encoding", "cp1250", "--json"], input=data
    )
    assert json.loads(run.stdout)["encoding"] == "cp1250"
