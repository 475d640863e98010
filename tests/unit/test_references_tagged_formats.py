"""Web of Science, Ovid, EndNote and RefWorks tagged text, and nbib without blank lines."""

from __future__ import annotations

import json

from whatworks.references import ImportResult, Record, read_references


def read(text: str, kind: str) -> ImportResult:
    result = read_references(text.encode(), file="made", review_id="demo")
    assert result.report.format == kind
    assert result.report.n_start_tags == len(result.records)
    return result


def extra(record: Record) -> dict[str, list[str]]:
    return json.loads(record.extra or "{}")


WOS = """FN Clarivate Analytics Web of Science
VR 1.0
PT J
AU Lee, A
   Kim, BC
AF Lee, Ann
   Kim, Bo Chan
TI A title that
   is wrapped
SO JOURNAL OF X
DT Article; Early Access
DE one; two
ID THREE
AB Abstract that
   is wrapped.
C1 [Lee, Ann] Univ A.
   [Kim, Bo Chan] Univ B.
CR A, 2001, J X
   B, 2002, J Y
SP Sponsor of the meeting
CY MAY 01-04, 2001
SN 1234-5678
EI 8765-4321
PD MAY
PY 2002
VL 3
IS 2
BP 10
EP 19
DI 10.1000/ABC
PM 12345678
UT WOS:000123
FX Thanks to X
ER

PT S
AU Roe, J
TI A paper
SO Proceedings
DT Proceedings Paper
AR 77
EA SEP 2024
UT BIOSIS:PREV2
ER

EF
"""


def test_web_of_science_tags_mean_what_they_mean_there():
    first, second = read(WOS, "wos").records
    assert first.title == "A title that is wrapped"
    assert first.authors == "Lee, Ann; Kim, Bo Chan"
    assert (first.year, first.volume, first.issue, first.pages) == (2002, "3", "2", "10-19")
    assert (first.doi, first.pmid, first.isbn_issn) == (
        "10.1000/abc", "12345678", "1234-5678; 8765-4321",
    )  # fmt: skip
    assert first.keywords == "one; two; THREE"
    assert (first.record_type, first.database) == ("article", "Web of Science")
    rest = extra(first)
    assert rest["SP"] == ["Sponsor of the meeting"]
    assert rest["CR"] == ["A, 2001, J X", "B, 2002, J Y"]
    assert rest["C1"] == ["[Lee, Ann] Univ A.", "[Kim, Bo Chan] Univ B."]
    assert (second.record_type, second.pages, second.year, second.database) == (
        "conference", "77", 2024, "BIOSIS",
    )  # fmt: skip


def test_web_of_science_records_are_found_without_a_heading_and_in_joined_files():
    bare = WOS.split("VR 1.0\n")[1]
    assert len(read(bare, "wos").records) == 2
    assert len(read(WOS + WOS, "wos").records) == 4
    assert len(read(bare.replace("ER\n", ""), "wos").records) == 2


def test_the_same_export_as_a_table_says_the_same():
    table = (
        "PT\tAU\tAF\tTI\tSO\tSP\tPY\tVL\tBP\tEP\tDI\tUT\n"
        "J\tLee, A; Kim, BC\tLee, Ann; Kim, Bo\tA title\tJ X\tSponsor\t2002\t3\t10\t19\t10.1000/ABC\tWOS:1\n"
    )
    (record,) = read(table, "csv").records
    assert (record.authors, record.pages, record.doi) == (
        "Lee, Ann; Kim, Bo", "10-19", "10.1000/abc",
    )  # fmt: skip
    assert extra(record)["SP"] == ["Sponsor"]


OVID_TAGS = """Database: Ovid MEDLINE(R)

<1. >
VN  - Ovid Technologies
DB  - Ovid MEDLINE(R)
UI  - 12345678
AU  - Smith J
AU  - Jones AB
TI  - A title that
      is wrapped.
SO  - Journal of Things. 12(3):123-30, 2010 Mar.
IS  - 1234-5678
PT  - Journal Article

<2. >
VN  - Ovid Technologies
DB  - PsycINFO
AN  - 2002-001
TI  - Second
SO  - School Psychology Review, Vol 31(2), 2002. pp. 167-180.

<3. >
VN  - Ovid Technologies
DB  - Embase
TI  - Third
SO  - Lancet. 367 (9506) (pp 225-232), 2006. Date of Publication: 2006.
"""


def test_ovid_tags_are_read_and_the_source_line_is_taken_apart():
    first, second, third = read(OVID_TAGS, "ovid").records
    assert (first.title, first.authors) == ("A title that is wrapped.", "Smith, J; Jones, AB")
    assert (first.container, first.volume, first.issue, first.pages, first.year) == (
        "Journal of Things", "12", "3", "123-130", 2010,
    )  # fmt: skip
    assert (first.pmid, first.database) == ("12345678", "Ovid MEDLINE(R)")
    assert extra(first)["SO"] == ["Journal of Things. 12(3):123-30, 2010 Mar."]
    assert (second.container, second.volume, second.issue, second.pages, second.year) == (
        "School Psychology Review", "31", "2", "167-180", 2002,
    )  # fmt: skip
    assert second.accession == "2002-001"
    assert (third.container, third.volume, third.issue, third.pages, third.year) == (
        "Lancet", "367", "9506", "225-232", 2006,
    )  # fmt: skip


def test_ovid_records_without_counters_begin_at_the_vendor():
    bare = "".join(line for line in OVID_TAGS.splitlines(True) if not line.startswith("<"))
    assert [record.title for record in read(bare, "ovid").records][1:] == ["Second", "Third"]


def test_ovid_field_names_with_indented_values_are_read():
    text = (
        "<1>\nAccession Number\n  0123.\nAuthor\n  Lee, Ann 1;  Kim, Bo 1,2\nTitle\n  A title.[Article]\n"
        "Source\n  J Things.   8(6):10-19, September 2015.\nAbstract\n  First.\n\n  Second.\n"
        "DOI Number\n  10.1000/ABC\nReferences\n  One. 2001.\n\n  Two. 2002.\nOdd Field\n  kept\n"
        "<2>\nTitle\n  B\n"
    )
    first, second = read(text, "ovid").records
    assert (first.title, first.authors) == ("A title.", "Lee, Ann; Kim, Bo")
    assert (first.volume, first.issue, first.pages, first.year) == ("8", "6", "10-19", 2015)
    assert (first.abstract, first.doi) == ("First.\nSecond.", "10.1000/abc")
    assert extra(first)["References"] == ["One. 2001.", "Two. 2002."]
    assert extra(first)["Odd Field"] == ["kept"]
    assert extra(first)["Title"] == ["A title.[Article]"]
    assert second.title == "B"


def test_a_counter_before_ris_does_not_make_the_file_ovid_text():
    read("<1. >\nTY  - JOUR\nTI  - A\nER  - \n", "ris")


ENW = """%0 Journal Article
%A Lee, Ann
%A Kim, Bo
%T A title
%J Journal of X
%D 2001
%V 3
%N 2
%P 10-9
%@ 1234-5678
%K one
two
%X First paragraph.

Second paragraph.
%R 10.1000/ABC
%! Short
%8 May 3

%0 Book Section
%T Second
%B The whole
"""


def test_endnote_tags_are_read_with_paragraphs_and_lists():
    first, second = read(ENW, "enw").records
    assert (first.authors, first.title, first.container) == (
        "Lee, Ann; Kim, Bo", "A title", "Journal of X",
    )  # fmt: skip
    assert (first.abstract, first.keywords) == ("First paragraph.\nSecond paragraph.", "one; two")
    assert (first.doi, first.isbn_issn, first.year) == ("10.1000/abc", "1234-5678", 2001)
    assert extra(first) == {"%0": ["Journal Article"], "%!": ["Short"], "%8": ["May 3"]}
    assert (second.record_type, second.container) == ("chapter", "The whole")


def test_the_type_may_follow_the_title_or_be_missing():
    text = "%T One\n%0 Journal Article\n%D 2001\n\n\n%T Two\n%B J\n%D 2002\n\n\n%T Three\n%0 Book\n"
    assert [r.title for r in read(text, "enw").records] == ["One", "Two", "Three"]


def test_records_without_blank_lines_and_of_unix_refer_are_parted():
    glued = "%0 Book\n%T One\n%0 Book\n%T Two\n%0 Book\n%T Three\n"
    assert [r.title for r in read(glued, "enw").records] == ["One", "Two", "Three"]
    refer = "%A Ann Lee\n%T One\n%J J\n%D 2001\n\n%A Bo Kim\n%T Two\n%I Press\n%D 2002\n"
    records = read(refer, "enw").records
    assert [(r.title, r.authors) for r in records] == [("One", "Ann Lee"), ("Two", "Bo Kim")]


def test_refworks_tags_are_read():
    text = (
        "RT Journal Article\nSR Electronic\nID 5\nA1 Lee, Ann\nA1 Kim, Bo\nT1 A title\nJF J X\nYR 2001\n"
        "FD May 3\nVO 3\nIS 2\nSP 10\nOP 19\nK1 one\nK1 two\nAB Text.\nUS schools.\nSN 1234-5678\n"
        "DO 10.1000/ABC\nLK https://example.org/x\n\nRT Dissertation/Thesis\nT1 Second\nER\n"
    )
    first, second = read(text, "refworks").records
    assert (first.authors, first.title, first.pages) == ("Lee, Ann; Kim, Bo", "A title", "10-19")
    assert (first.abstract, first.keywords) == ("Text. US schools.", "one; two")
    assert (first.doi, first.url, first.accession) == (
        "10.1000/abc", "https://example.org/x", "5",
    )  # fmt: skip
    assert extra(first) == {"RT": ["Journal Article"], "SR": ["Electronic"], "FD": ["May 3"]}
    assert (second.record_type, second.title) == ("thesis", "Second")


def test_nbib_without_blank_lines_between_records():
    text = "PMID- 1\nOWN - NLM\nTI  - A\nPMID- 2\nOWN - NLM\nTI  - B\nPMC - PMC9\n"
    assert [record.pmid for record in read(text, "nbib").records] == ["1", "2"]


def test_the_text_of_the_cochrane_library_is_read():
    text = (
        "Record #1 of 2\nID: CN-01\nAU: Smith J\nAU: Lee AB\nTI: A title\nSO: Lancet\nYR: 2001\n"
        "VL: 1\nNO: 2\nPG: 10-19\nPM: PUBMED 123,EMBASE 4\nDOI: 10.1000/ABC\n"
        "AB: First.\nAIM: to find.\n\nRecord #2 of 2\nID: CN-02\nTI: B\n"
    )
    first, second = read(text, "cochrane").records
    assert (first.title, first.authors, first.pmid) == ("A title", "Smith, J; Lee, AB", "123")
    assert (first.volume, first.issue, first.pages) == ("1", "2", "10-19")
    assert (first.abstract, first.accession) == ("First. AIM: to find.", "CN-01")
    assert second.title == "B"


def test_ovid_articles_that_are_not_yet_in_an_issue():
    text = (
        "<1>\nAuthor\n  Verbeek, Jan MD *;  van Vugt, Arie MD, PhD +\nTitle\n  A.[Article]\n"
        "Source\n  Journal of Things. \nStatus\n  Publish Ahead of Print, 30 November 2015\n"
    )
    (record,) = read(text, "ovid").records
    assert record.authors == "Verbeek, Jan; van Vugt, Arie"
    assert (record.container, record.year) == ("Journal of Things", 2015)
