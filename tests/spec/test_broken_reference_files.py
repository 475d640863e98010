"""What is said when a file of references is broken, and what becomes of it.

Each row: what is wrong, the file, and the message. A file that cannot be read stores nothing; a
file that can is imported whole, and the account says what was done at which line.
"""

from __future__ import annotations

import pytest

from whatworks.errors import FileError
from whatworks.references import read_references

REFUSED = [
    ("an empty file", b"",
     "refs.ris: The file is empty. Export it again and check that it holds rows."),
    ("a PDF", b"%PDF-1.7 and so on",
     "refs.ris: The file is a PDF, not text. Export the records or the table as text, then import "
     "that file."),
    ("an Excel file", b"PK\x03\x04 and so on",
     "refs.ris: The file is a zip archive or an Excel, Word or OpenDocument file, not text. Open it "
     "and save it as CSV (UTF-8), then import that file."),
    ("bytes that are no text", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x02\x00\x00\x00\x01\x00\x08\x06",
     "refs.ris: The file is not text: line 3 holds a zero byte. Check that this is the right file, "
     "and export it again as text."),
    ("a letter instead of records", b"Dear all,\nplease find the references below.\n",
     "refs.ris: No record of a known format was found (RIS, nbib, BibTeX, or CSV with a title "
     "column). Check that this is the right file, or export it again as RIS."),
    ("a format that cannot be read yet", b"FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\n",
     "refs.ris: The file is Web of Science tagged text, which cannot be read yet. Export the records "
     "as RIS, nbib, BibTeX or CSV, then import that file."),
    ("a table without titles", b"author,year,journal\nLee,2001,J\n",
     'refs.ris, row 1: No column holds titles. The columns are "author", "year", "journal". Name the '
     'column of titles "title", then import the file again.'),
    ("a table without rows", b"title,year\n",
     "refs.ris: There is a header but no row below it. Check that the export holds the rows."),
    ("a quotation mark never closed", b'title,year\n"Reading,2001\n',
     "refs.ris, row 2: A quotation mark opens in this row and is never closed. Close it, or write a "
     'quotation mark inside a cell as "".'),
    ("a row broken in two by a line end", b"title,year,doi\nA long\ntitle,2001,10.1/x\n",
     "refs.ris, row 2: The row has 1 cell, the header has 3. Add the missing cells, or put quotation "
     "marks around cells that hold a comma or a line break."),
]  # fmt: skip

IMPORTED = [
    ("no end line", "TY  - JOUR\nTI  - A\nTY  - JOUR\nTI  - B\nER  - \n", 2,
     ['line 1: A record without an end line (ER). "TY - JOUR" It was ended where the next one '
      "begins, or at the end of the file."]),
    ("a header and counters", "Provider: X\n\n1. \nTY  - JOUR\nTI  - A\nER  - \n", 1,
     ['line 1: Text outside any record. "Provider: X" It was skipped.',
      'line 3: A counter before a record. "1." It was skipped.']),
    ("a year that is none", "TY  - JOUR\nTI  - A\nPY  - 98\nER  - \n", 1,
     ['line 1: A year that could not be read. "98" It was kept among the other tags.']),
    ("a record without a title", "TY  - JOUR\nER  - \n", 1,
     ["line 1: A record without a title. It was kept."]),
    ("an unbalanced brace", "@article{a,\n title={A {B},\n}\n\n@book{b, title={C}}\n", 2,
     ['line 1: An entry that is not well-formed BibTeX. "@article{a," Its fields were read as far as '
      "they could be told apart."]),
    ("a key used twice", "@book{a, title={A}}\n@book{a, title={B}}\n", 2,
     ['line 2: A key used by an earlier entry. "@book{a, title={B}}" The entry was kept.']),
    ("written-out bytes", "TY  - JOUR\nTI  - A<e2><80><94>B\nER  - \n", 1,
     ['line 2: Characters written out as bytes. "<e2><80><94>" They were put back as characters.']),
    ("line ends of two kinds", "TY  - JOUR\r\nTI  - A\nER  - \n", 1,
     ["line 2: Line ends of more than one kind. All were read as line ends."]),
    ("a row without a title", "title,year\nA,2001\n,2002\n", 2,
     ["line 3: A row without a title. It was kept."]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "message"), [row[1:] for row in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_a_file_that_cannot_be_read_is_refused_with_one_message(data: bytes, message: str):
    with pytest.raises(FileError) as refused:
        read_references(data, file="refs.ris", review_id="demo")
    assert str(refused.value) == f"{message}\nNothing was saved."


@pytest.mark.parametrize(
    ("text", "n_records", "account"), [row[1:] for row in IMPORTED], ids=[r[0] for r in IMPORTED]
)
def test_a_damaged_file_is_imported_whole_and_says_what_was_done(
    text: str, n_records: int, account: list[str]
):
    result = read_references(text.encode(), file="refs.ris", review_id="demo")
    assert len(result.records) == result.report.n_start_tags == n_records
    assert [issue.describe() for issue in result.report.issues] == account


def test_a_format_that_does_not_exist_is_refused():
    with pytest.raises(FileError, match=r'no format "endnote"\. Use one of ris, nbib, bibtex, csv'):
        read_references(
            b"TY  - JOUR\nER  - \n", file="refs.ris", review_id="demo", format="endnote"
        )
