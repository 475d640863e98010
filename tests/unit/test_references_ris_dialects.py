"""RIS as other programs, tables and word processors leave it."""

from __future__ import annotations

import json

import pytest

from whatworks.references import ImportResult, read_references


def read(text: str | bytes) -> ImportResult:
    data = text.encode() if isinstance(text, str) else text
    result = read_references(data, file="made", review_id="demo")
    assert result.report.n_start_tags == len(result.records)
    return result


DIALECTS = {
    "one blank before the hyphen": "TY - JOUR\nTI - A title\nAU - Lee, A\nPY - 2001\nER - \n",
    "no blank after the hyphen": "TY -JOUR\nTI -A title\nAU -Lee, A\nPY -2001\nER -\n",
    "no blank before the hyphen": "TY- JOUR\nTI- A title\nAU- Lee, A\nPY- 2001\nER-\n",
    "tabs": "TY\t-\tJOUR\nTI\t-\tA title\nAU\t-\tLee, A\nPY\t-\t2001\nER\t-\t\n",
    "a tab after the hyphen": "TY  -\tJOUR\nTI  -\tA title\nAU  -\tLee, A\nPY  -\t2001\nER  -\t\n",
    "small letters": "ty  - jour\nti  - A title\nau  - Lee, A\npy  - 2001\ner  - \n",
    "hard blanks": "TY\xa0\xa0- JOUR\nTI\xa0\xa0- A title\nAU\xa0\xa0- Lee, A\nPY\xa0\xa0- 2001\nER\xa0\xa0- \n",
    "dashes": "TY  – JOUR\nTI  – A title\nAU  – Lee, A\nPY  – 2001\nER  – \n",
    "an indent": "    TY  - JOUR\n    TI  - A title\n    AU  - Lee, A\n    PY  - 2001\n    ER  - \n",
    "two blanks after the hyphen": "TY  -  JOUR\nTI  -  A title\nAU  -  Lee, A\nPY  -  2001\nER   -\n",
    "a number on the line": "1. TY  - JOUR\nTI  - A title\nAU  - Lee, A\nPY  - 2001\nER  - \n",
    "all on one line": "TY  - JOUR TI  - A title AU  - Lee, A PY  - 2001 ER  - \n",
    "old Macintosh line ends": "TY  - JOUR\rTI  - A title\rAU  - Lee, A\rPY  - 2001\rER  - \r",
    "no end and no line end": "TY  - JOUR\nTI  - A title\nAU  - Lee, A\nPY  - 2001",
    "a type before anything else": "ID  - x\nTY  - JOUR\nTI  - A title\nAU  - Lee, A\nPY  - 2001\nER  - ",
}  # fmt: skip


@pytest.mark.parametrize("text", DIALECTS.values(), ids=DIALECTS.keys())
def test_a_record_is_read_however_its_tags_are_written(text: str):
    (record,) = read(text).records
    assert (record.title, record.authors, record.year) == ("A title", "Lee, A", 2001)
    assert record.record_type == "article"


@pytest.mark.parametrize("text", DIALECTS.values(), ids=DIALECTS.keys())
@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-16-le"])
def test_two_such_records_stay_two_in_any_encoding(text: str, encoding: str):
    assert len(read(f"{text}\n{text}".encode(encoding)).records) == 2


def test_a_record_glued_to_the_end_tag_before_it_is_a_record():
    result = read("TY  - JOUR\nTI  - A\nER  - TY  - BOOK\nTI  - B\nER  - \n")
    assert [(r.title, r.record_type, r.line) for r in result.records] == [
        ("A", "article", 1), ("B", "book", 3),
    ]  # fmt: skip
    assert result.records[1].byte_offset == len("TY  - JOUR\nTI  - A\nER  - ")


def test_tags_before_the_start_tag_belong_to_its_record():
    result = read(
        "ID  - 77\nTY  - JOUR\nTI  - A\nER  - \n\nID  - 78\nTY  - JOUR\nTI  - B\nER  - \n"
    )
    assert [record.accession for record in result.records] == ["77", "78"]
    assert [(issue.line, issue.what) for issue in result.report.issues] == [
        (1, "Tags before the start tag (TY)."), (6, "Tags before the start tag (TY)."),
    ]  # fmt: skip


def test_the_headings_of_cochrane_and_jstor_are_skipped_and_reported():
    result = read(
        "~~~~~~~~~~\n\nRecord #1 of 2\nTY  - JOUR\nTI  - A\nER   -\n\nRecord #2 of 2\n"
        "TY  - JOUR\nTI  - B\nER  -  \n"
    )
    assert [record.title for record in result.records] == ["A", "B"]
    assert [issue.line for issue in result.report.issues] == [1, 3, 8]


def test_tags_without_a_type_and_an_author_are_reported_whole():
    result = read("TY  - JOUR\nTI  - A\nER  - \nTI  - No type\nPB  - Lee\nER  - \n")
    assert [record.title for record in result.records] == ["A"]
    assert [(issue.line, issue.n_lines) for issue in result.report.issues] == [(4, 3)]


def test_text_that_looks_like_tags_of_another_dialect_is_text():
    (record,) = read(
        "TY  - JOUR\nAB  - One.\nUS - based schools\nab - small\nER could not\nTI: x\nER  - \n"
    ).records
    assert record.abstract == "One. US - based schools ab - small ER could not TI: x"


def test_namesakes_are_two_authors():
    (record,) = read("TY  - JOUR\nAU  - Wang, Y\nAU  - Wang, Y\nER  - \n").records
    assert record.authors == "Wang, Y; Wang, Y"


def test_the_accession_number_of_pubmed_is_its_number():
    (record,) = read("TY  - JOUR\nTI  - A\nAN  - 12345678\nDP  - NLM\nER  - \n").records
    assert (record.pmid, record.accession) == ("12345678", None)
    (record,) = read("TY  - JOUR\nTI  - A\nAN  - 12345678\nDP  - CINAHL\nER  - \n").records
    assert (record.pmid, record.accession) == (None, "12345678")


def test_repeated_tags_of_one_field_are_all_kept():
    (record,) = read("TY  - JOUR\nVL  - 1\nVL  - 2\nAB  - x\nAB  - y\nER  - \n").records
    assert record.volume == "1"
    assert json.loads(record.extra or "")["VL"] == ["2"]
    assert record.abstract == "x\ny"
