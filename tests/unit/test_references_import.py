"""The common pipeline: places, repairs, names, and the account of an import."""

from __future__ import annotations

import gzip
import hashlib

import pytest

from whatworks.errors import FileError
from whatworks.references import read_references

RIS = "TY  - JOUR\nTI  - Größe\nER  - \n\nTY  - JOUR\nTI  - Übung\nER  - \n"


def read(data: bytes):
    return read_references(data, file="made.ris", review_id="demo")


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_each_record_names_the_byte_it_starts_at(encoding: str, line_end: str):
    data = RIS.replace("\n", line_end).encode(encoding)
    result = read(data)
    assert [record.title for record in result.records] == ["Größe", "Übung"]
    plain = "utf-16-le" if encoding == "utf-16" else encoding.replace("-sig", "")
    for record in result.records:
        assert record.byte_offset is not None
        assert data[record.byte_offset :].startswith("TY  - JOUR".encode(plain))
    assert [record.line for record in result.records] == [1, 5]


def test_records_are_named_after_review_file_and_position():
    data = RIS.encode()
    digest = hashlib.sha256(data).hexdigest()
    result = read(data)
    assert [record.record_id for record in result.records] == [
        f"demo:{digest[:12]}:1",
        f"demo:{digest[:12]}:2",
    ]
    assert result.raw_file.raw_file_id == digest
    assert result.raw_file.n_items == 2


def test_a_compressed_file_is_read_and_named_by_its_own_bytes():
    data = gzip.compress(RIS.encode())
    result = read(data)
    assert len(result.records) == 2
    assert result.records[0].byte_offset is None
    assert result.raw_file.raw_file_id == hashlib.sha256(data).hexdigest()


def test_an_encoding_that_was_guessed_is_reported():
    result = read(RIS.encode("cp1252"))
    assert result.report.encoding == "cp1252"
    assert "guess" in result.report.issues[0].what


def test_written_out_bytes_are_put_back_and_reported():
    result = read(b"TY  - JOUR\nTI  - A<e2><80><94>b <3> <b>\nER  - \n")
    assert result.records[0].title == "A—b <3> <b>"
    assert [(issue.line, issue.text) for issue in result.report.issues] == [(2, "<e2><80><94>")]


def test_single_zero_bytes_are_removed_and_reported():
    data = (
        b"TY  - JOUR\nTI  - Re\x00ading"
        + b" well" * 20
        + b"\nER  - \nTY  - JOUR\nTI  - B\nER  - \n"
    )
    result = read(data)
    assert result.records[0].title == "Reading" + " well" * 20
    assert [issue.line for issue in result.report.issues] == [2]
    assert data[result.records[1].byte_offset or 0 :].startswith(b"TY  - JOUR\nTI  - B")


def test_mixed_line_ends_are_reported_at_the_first_that_differs():
    result = read(b"TY  - JOUR\r\nTI  - A\nER  - \r\n")
    assert result.report.line_endings == "mixed"
    assert [issue.line for issue in result.report.issues] == [2]


def test_the_summary_counts_each_kind_of_issue():
    result = read(b"1. \nTY  - JOUR\nTI  - A\nER  - \n2. \nTY  - JOUR\nTI  - B\nER  - \n")
    assert result.report.summary() == (
        "made.ris: 2 records from 2 record starts (ris, utf-8, line ends LF).\n"
        "2 x (first at line 1) A counter before a record. It was skipped."
    )


def test_reading_twice_gives_the_same():
    assert read(RIS.encode()) == read(RIS.encode())


@pytest.mark.parametrize("line", [b"TY  - JOUR\n", b"\n", b" ", b"<record/>", b"@a{b}\n", b"\0"])
def test_a_gzip_bomb_is_refused(line: bytes):
    bomb = gzip.compress(line * (40_000_000 // len(line)))
    assert len(bomb) < 200_000
    with pytest.raises(FileError):
        read(bomb)


def test_a_mark_that_joining_files_left_in_the_middle_costs_no_record():
    part = "\ufeffTY  - JOUR\nTI  - A\nER  - \n\x1a"
    result = read((part + "\n" + part).encode())
    assert len(result.records) == 2
    assert [issue.line for issue in result.report.issues] == [4, 5, 8]
