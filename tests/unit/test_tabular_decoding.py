"""From bytes to text: marks, guesses and refusals."""

from __future__ import annotations

import codecs
import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatworks.errors import FileError
from whatworks.tabular import decode, unpack

SENTENCE = "author,title\nGarcía,Evaluación de la educación especial\n"


@pytest.mark.parametrize(
    ("data", "encoding", "had_bom"),
    [
        (SENTENCE.encode(), "utf-8", False),
        (SENTENCE.encode("utf-8-sig"), "utf-8", True),
        (codecs.BOM_UTF16_LE + SENTENCE.encode("utf-16-le"), "utf-16-le", True),
        (codecs.BOM_UTF16_BE + SENTENCE.encode("utf-16-be"), "utf-16-be", True),
        (codecs.BOM_UTF32_LE + SENTENCE.encode("utf-32-le"), "utf-32-le", True),
        (SENTENCE.encode("utf-16-le"), "utf-16-le", False),
        (SENTENCE.encode("cp1252"), "cp1252", False),
    ],
)
def test_text_comes_back_whatever_its_encoding(data: bytes, encoding: str, had_bom: bool) -> None:
    decoded = decode(data, file="export.csv")
    assert (decoded.text, decoded.encoding, decoded.had_bom) == (SENTENCE, encoding, had_bom)


def test_a_guess_is_told_and_clean_utf8_has_nothing_to_tell() -> None:
    assert decode(SENTENCE.encode(), file="x").repairs == ()
    assert decode(SENTENCE.encode("cp1252"), file="x").repairs == (
        "Read as cp1252, a guess: the file is not UTF-8. Check the accented letters.",
    )


def test_stray_windows_bytes_in_a_utf8_file_are_mended_and_told() -> None:
    data = "Müller äöü ÄÖÜ\n".encode() + b"it\x92s\n"
    decoded = decode(data, file="joined.ris")
    assert decoded.text == "Müller äöü ÄÖÜ\nit\u2019s\n"
    assert decoded.repairs == ("1 byte is not UTF-8 (first in line 2); read as Windows-1252.",)


@pytest.mark.parametrize(
    ("text", "endings"),
    [("a\nb\n", "\n"), ("a\r\nb\r\n", "\r\n"), ("a\rb", "\r"), ("a\nb\r\n", "mixed"), ("a", "")],
)
def test_line_endings_are_named_and_left_as_they_are(text: str, endings: str) -> None:
    decoded = decode(text.encode(), file="x")
    assert (decoded.text, decoded.line_endings) == (text, endings)


def test_an_encoding_the_person_names_is_kept_to() -> None:
    assert decode("Größe".encode("cp850"), file="x", encoding="cp850").text == "Größe"
    with pytest.raises(FileError, match="Line 2 is not utf-8, which the file should be"):
        decode("a\nGröße".encode("cp1252"), file="x", encoding="utf-8")
    with pytest.raises(FileError, match='No encoding is called "utf-9"'):
        decode(b"a", file="x", encoding="utf-9")


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "The file is empty."),
        (b" \r\n\t\n", "The file is empty."),
        (codecs.BOM_UTF8, "The file is empty."),
        (b"PK\x03\x04rest", "is a zip archive"),
        (b"%PDF-1.7", "is a PDF"),
        (b"a,b\n1,\x00\n", "line 2 holds a zero byte"),
        (bytes(range(128, 256)) + b"\x01\x02\x03\x7f", "not text in any encoding"),
    ],
)
def test_what_is_not_text_is_refused(data: bytes, found: str) -> None:
    with pytest.raises(FileError, match=found):
        decode(data, file="x")


def test_gzip_is_unpacked_and_damage_is_told() -> None:
    packed = gzip.compress(b"a,b\n1,2\n")
    assert unpack(packed, file="x") == b"a,b\n1,2\n"
    assert unpack(b"a,b\n", file="x") == b"a,b\n"
    with pytest.raises(FileError, match="cut off or damaged"):
        unpack(packed[:-6], file="x")


@given(
    st.text(min_size=1).filter(lambda text: text.strip(" \t\r\n\x1a") != "" and "\0" not in text)
)
def test_any_utf8_text_comes_back_unchanged(text: str) -> None:
    if text.startswith(("\ufeff", "%PDF", "PAR1", "PK")):
        return
    assert decode(text.encode(), file="x").text == text


@given(st.binary(max_size=200))
def test_any_bytes_give_text_or_a_refusal(data: bytes) -> None:
    try:
        outcome = f"x: {decode(data, file='x').encoding}"
    except FileError as error:
        outcome = str(error)
    assert outcome.startswith("x: ")
