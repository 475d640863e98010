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
    ("a Word file", b"PK\x03\x04 and so on word/document.xml",
     "refs.ris: The file is a Word file, not text. Open it and save it as CSV (UTF-8), then import "
     "that file."),
    ("a zip archive", b"PK\x03\x04 and so on",
     "refs.ris: The file is a zip archive, not text. Unpack it and import what is inside."),
    ("bytes that are no text", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x02\x00\x00\x00\x01\x00\x08\x06",
     "refs.ris: The file is not text: line 3 holds a zero byte. Check that this is the right file, "
     "and export it again as text."),
    ("a letter instead of records", b"Dear all,\nplease find the references below.\n",
     "refs.ris: No record of a known format was found (Excel, PubMed XML, EndNote XML, "
     "EPPI-Reviewer JSON, CSL-JSON, CSV, RIS, PubMed nbib, Web of Science, Ovid, Cochrane "
     "Library, EndNote tagged, RefWorks, BibTeX). Check that this is the right file, or export it again as RIS."),
    ("a web page", b"<!DOCTYPE html><html><body>Please sign in</body></html>",
     "refs.ris: The file is a web page. Sign in where it came from, export the records again, and "
     "import that file."),
    ("XML of another kind", b"<?xml version='1.0'?>\n<catalogue><item>A</item></catalogue>",
     "refs.ris: The file is XML, but neither EndNote's nor PubMed's. Export the records as RIS, "
     "nbib, BibTeX or CSV, then import that file."),
    ("an XML file that declares entities",
     b'<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>\n'
     b"<xml><records><record><titles><title>&b;</title></titles></record></records></xml>",
     "refs.ris: Line 2 declares XML entities, which no export of references does. Do not use this "
     "file; export the records again from where they come from."),
    ("a table without titles", b"author,year,journal\nLee,2001,J\n",
     'refs.ris, row 1: No column holds titles. The columns are "author", "year", "journal". Name the '
     'column of titles "title", then import the file again.'),
    ("a table without rows", b"title,year\n",
     "refs.ris: There is a header but no row below it. Check that the export holds the rows."),
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
    ("a quotation mark never closed", 'title,year\n"Reading,2001\nB,2002\n', 2,
     ['line 2: A quotation mark that is not closed. ""Reading,2001" The row was read as one line.']),
    ("a row broken in two by a line end", "title,year,doi,note\nA,2001,x,y\nB,2002,in\ntwo,z\n", 2,
     ['line 3: A row broken in two by a line end. "in two" Its parts were joined.']),
    ("a row with too many cells", "title,year,doi\nA, and B,2001,10.1000/x\nC,2002,\n", 2,
     ['line 2: A row with more cells than the header. "10.1000/x" It was kept, and what is too much '
      "among the other columns.",
      'line 2: A year that could not be read. "and B" It was kept among the other tags.']),
    ("a row with too few cells", "title,year,doi\nA,2001\n", 1,
     ["line 2: A row with fewer cells than the header. It was kept."]),
    ("lines above the header", "Search of 3 May\n\ntitle,year\nA,2001\n", 1,
     ['line 1: Text above the header. "Search of 3 May" It was skipped.']),
    ("text between entries", "written by X\n@book{a, title={A}}\n", 1,
     ['line 1: Text between entries. "written by X" It was skipped.']),
    ("two records on one line", "TY  - JOUR\nTI  - A\nER  - TY  - JOUR\nTI  - B\nER  - \n", 2,
     ['line 3: Several records or tags on one line. "ER - TY - JOUR" They were parted.']),
    ("text after an end tag", "TY  - JOUR\nTI  - A\nER  - Link to text\n", 1,
     ['line 3: Text after an end tag (ER). "Link to text" It was skipped.']),
    ("a byte-order mark between joined files",
     "TY  - JOUR\nTI  - A\nER  - \n\ufeffTY  - JOUR\nTI  - B\nER  - \n", 2,
     ['line 4: Marks that are no text (a byte-order mark, a page break or an end mark). "TY - JOUR" '
      "They were removed."]),
    ("a sign that XML does not allow",
     "<xml><records>\n<record><titles><title>A & B</title></titles></record>\n</records></xml>", 1,
     ['line 2: Signs that XML does not allow. "d><titles><title>A & B</title></titles></record>" '
      "They were mended or removed."]),
    ("an XML record that is cut off",
     "<xml><records>\n<record><titles><title>A</title></titles><year>20", 1,
     ['line 2: A record without an end tag. "<record><titles><title>A</title></titles><year>20" It '
      "was ended where the next one begins, or at the end of the file.",
      'line 2: A year that could not be read. "20" It was kept among the other tags.']),
    ("a Web of Science record without an end", "PT J\nTI A\nPT J\nTI B\nER\nEF\n", 2,
     ['line 1: A record without an end line (ER). "PT J" It was ended where the next one begins, or '
      "at the end of the file."]),
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
    with pytest.raises(FileError, match=r'no format "endnote"\. Use one of xlsx, pubmed-xml'):
        read_references(
            b"TY  - JOUR\nER  - \n", file="refs.ris", review_id="demo", format="endnote"
        )
