"""Tables and JSON as people have them: joined, with totals, words for nothing, pages made dates."""

from __future__ import annotations

import datetime
import io
import json

import pytest

from whatworks.errors import FileError
from whatworks.references import read_references
from whatworks.references.import_report import ImportResult
from whatworks.references.table_values import (
    MADE_A_DATE,
    MAY_BE_A_DATE,
    pages_from_date,
    shown_texts,
)


def read(text: str | bytes, file: str = "made.csv") -> ImportResult:
    data = text.encode() if isinstance(text, str) else text
    result = read_references(data, file=file, review_id="r")
    assert result.report.n_start_tags == len(result.records)
    return result


def told(result: ImportResult) -> list[str]:
    return [issue.what for issue in result.report.issues]


def book(*rows: list[object]) -> bytes:
    from openpyxl import Workbook

    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


FIRST = "Title,Authors,Year\nReading aloud,Ann Lee,2001\n"


@pytest.mark.parametrize(
    "second",
    [
        "Authors,Year,Title,DOI\nBo Kim,2002,Counting on,10.1000/x\n",
        "Authors;Year;Title;DOI\nBo Kim;2002;Counting on;10.1000/x\n",
        "Authors\tYear\tTitle\tDOI\nBo Kim\t2002\tCounting on\t10.1000/x\n",
    ],
)
def test_a_row_that_names_other_columns_begins_a_table_of_its_own(second: str):
    result = read(FIRST + second)
    one, two = result.records
    assert (one.title, one.authors, one.year) == ("Reading aloud", "Ann Lee", 2001)
    assert (two.title, two.authors, two.year, two.doi) == (
        "Counting on",
        "Bo Kim",
        2002,
        "10.1000/x",
    )
    assert told(result) == ["A header with other columns."]


def test_a_title_of_column_names_is_a_record():
    assert len(read(FIRST + "Title and authors,Source,2002\n").records) == 2


def test_a_workbook_may_hold_two_tables_in_one_sheet():
    data = book(
        ["Title", "Authors", "Year"],
        ["Reading aloud", "Lee A", 2001],
        ["Title", "Authors", "Year"],
        ["Authors", "Title", "DOI"],
        ["Kim B", "Counting on", "10.1000/x"],
    )
    result = read(data, "made.xlsx")
    assert [record.title for record in result.records] == ["Reading aloud", "Counting on"]
    assert told(result) == ["The header again.", "A header with other columns."]


@pytest.mark.parametrize(
    "row",
    [
        "Total records: 1,,",
        "Total,1,",
        "Exported from Some Database on 2024-01-01,,",
        "© 2024 Some Publisher,,",
        "1 result,,",
        "Source: Some Database,,",
    ],
)
def test_a_row_about_the_table_at_its_end_is_skipped_and_told(row: str):
    result = read(FIRST + row + "\n")
    assert len(result.records) == 1
    assert told(result) == ["A row about the table."]


@pytest.mark.parametrize(
    "text",
    [
        FIRST + "Total hip replacement,,\n",
        FIRST + "Total records: 1,,\nCounting on,Kim B,2002\n",
        "Title\nReading aloud\nTotal: 3\n",
    ],
)
def test_a_title_that_begins_as_a_total_is_kept(text: str):
    assert len(read(text).records) == len(text.splitlines()) - 1


def test_a_total_below_a_sheet_is_skipped_and_told():
    data = book(["Title", "Authors"], ["Reading aloud", "Lee A"], [None], ["Total", 1])
    result = read(data, "made.xlsx")
    assert len(result.records) == 1
    assert told(result) == ["A row about the table."]


@pytest.mark.parametrize("word", ["NA", "N/A", "#N/A", "NULL", "nan", "[No author name available]"])
def test_a_word_for_an_empty_cell_is_no_author_and_is_told(word: str):
    result = read(f"Title,Authors,Year\nReading aloud,{word},{word}\n")
    (record,) = result.records
    assert (record.authors, record.year) == (None, None)
    assert told(result) == ["A word for an empty cell."]


def test_a_name_like_a_word_for_nothing_and_an_answer_in_another_column_are_kept():
    (record,) = read("Title,Authors,Phases\nReading aloud,Na,NA\n").records
    assert record.authors == "Na"
    assert "NA" in (record.extra or "")


@pytest.mark.parametrize(
    ("found", "pages", "what"),
    [
        ("19-Dec", "12-19", MADE_A_DATE),
        ("Dec-19", "12-19", MADE_A_DATE),
        ("3-May", "3-5", MADE_A_DATE),
        ("Jan-45", "1-45", MADE_A_DATE),
        ("2024-12-19", "12-19", MADE_A_DATE),
        # 9-11, or 11-9 for 11-19.
        ("9-Nov", "9-Nov", MAY_BE_A_DATE),
        ("Mar-05", "Mar-05", MAY_BE_A_DATE),
        ("2024-12-01", "2024-12-01", MAY_BE_A_DATE),
        ("12/19/2024", "12/19/2024", MAY_BE_A_DATE),
        ("12-19", "12-19", None),
        ("e123", "e123", None),
        ("S1-S5", "S1-S5", None),
        ("101-110", "101-110", None),
    ],
)
def test_pages_that_were_made_a_date_are_turned_back_where_that_is_sure(
    found: str, pages: str, what: str | None
):
    assert pages_from_date(found) == (pages, what)


def test_a_date_among_the_pages_of_a_sheet_is_told():
    data = book(["Title", "Pages"], ["Reading aloud", datetime.datetime(2024, 12, 19)])  # noqa: DTZ001
    result = read(data, "made.xlsx")
    assert result.records[0].pages == "12-19"
    (issue,) = result.report.issues
    assert (issue.what, issue.text) == (MADE_A_DATE, "2024-12-19")


@pytest.mark.parametrize(
    ("cell", "texts"),
    [
        ('="12-19"', ["12-19"]),
        ('="a ""b"""', ['a "b"']),
        ('=HYPERLINK("https://example.org/a","Read")', ["Read", "https://example.org/a"]),
        ('=HYPERLINK("https://example.org/a")', ["https://example.org/a"]),
        ("=A1+1", ["=A1+1"]),
        ("a = b", ["a = b"]),
    ],
)
def test_a_formula_is_read_as_what_it_shows(cell: str, texts: list[str]):
    assert shown_texts(cell) == texts


def test_a_link_gives_its_doi_and_is_told():
    link = '"=HYPERLINK(""https://doi.org/10.1000/x"",""Full text"")"'
    result = read(f"Title,DOI\nReading aloud,{link}\n")
    assert result.records[0].doi == "10.1000/x"
    assert told(result) == ["A cell that is a formula."]


def test_a_mark_that_ends_a_cell_in_its_middle_is_told():
    result = read(FIRST + '"Not closed,"Kim, Bo",2002\n')
    (issue,) = result.report.issues
    assert (issue.line, issue.what) == (3, "A quotation mark within a cell that is not doubled.")


def test_doubled_marks_are_as_they_should_be():
    assert told(read(FIRST + '"He said ""no"", twice","Kim, Bo",2002\n')) == []


def test_a_table_in_markdown_has_no_record_of_dashes():
    text = "| Title | Authors | Year |\n|---|:--|---|\n| Reading aloud | Lee A | 2001 |\n"
    result = read(text, "made.md")
    assert [record.title for record in result.records] == ["Reading aloud"]
    assert told(result) == ["A line of dashes."]


@pytest.mark.parametrize(
    ("header", "row", "field", "due"),
    [
        ("AU,TI,SO,BP,EP", "LEE A;KIM B,Reading aloud,J,12,19", "pages", "12-19"),
        ("AU,TI,SO,BP,EP", "LEE AB;KIM B,Reading aloud,J,12,19", "authors", "LEE, AB; KIM, B"),
        ("NCT Number,Study Title", "NCT00000001,Reading aloud", "accession", "NCT00000001"),
        ("Document Title,Document Identifier", "Reading aloud,IEEE Journals", "accession", None),
        ("Author,Article Title,Title", "Lee A,Reading aloud,J of X", "title", "Reading aloud"),
        ("TrialID,Public_title,Scientific_title", "X1,Reading aloud,S", "title", "Reading aloud"),
        ("Trial ID,Scientific title,Acronym", "X1,Reading aloud,S", "accession", "X1"),
    ],
)
def test_columns_of_registers_and_tools_are_found(
    header: str, row: str, field: str, due: str | None
):
    (record,) = read(f"{header}\n{row}\n").records
    assert getattr(record, field) == due


TITLE = "Reading aloud"
ZOTERO = {
    "itemType": "journalArticle",
    "title": TITLE,
    "creators": [{"creatorType": "author", "firstName": "Ann", "lastName": "Lee"}],
    "date": "2001-05-01",
    "pages": "12-19",
    "DOI": "10.1000/x",
    "publicationTitle": "J of X",
    "tags": [{"tag": "reading"}],
}
DIALECTS: dict[str, object] = {
    "Better BibTeX": {"config": {"id": "x"}, "items": [ZOTERO]},
    "Zotero's API": [{"key": "A", "version": 1, "data": ZOTERO}],
    "Publish or Perish": [
        {
            "title": TITLE,
            "authors": ["Ann Lee"],
            "year": 2001,
            "source": "J of X",
            "startpage": 12,
            "endpage": 19,
            "doi": "10.1000/x",
            "type": "",
        }
    ],
    "Crossref": {
        "message": {
            "items": [
                {
                    "type": "journal-article",
                    "title": [TITLE],
                    "author": [{"family": "Lee", "given": "Ann"}],
                    "issued": {"date-parts": [[2001, 5]]},
                    "page": "12-19",
                    "DOI": "10.1000/x",
                    "container-title": ["J of X"],
                }
            ]
        }
    },
    "OpenAlex": {
        "meta": {"count": 1},
        "results": [
            {
                "title": TITLE,
                "authorships": [{"author": {"display_name": "Ann Lee"}}],
                "publication_year": 2001,
                "biblio": {"first_page": "12", "last_page": "19"},
                "doi": "https://doi.org/10.1000/x",
                "primary_location": {"source": {"display_name": "J of X"}},
            }
        ],
    },
    "Semantic Scholar": {
        "total": 1,
        "data": [
            {
                "title": TITLE,
                "authors": [{"authorId": "1", "name": "Ann Lee"}],
                "year": 2001,
                "externalIds": {"DOI": "10.1000/x"},
                "journal": {"name": "J of X", "pages": "12-19"},
            }
        ],
    },
    "Europe PMC": {
        "resultList": {
            "result": [
                {
                    "title": TITLE,
                    "authorString": "Lee A.",
                    "pubYear": "2001",
                    "pageInfo": "12-19",
                    "doi": "10.1000/x",
                    "journalTitle": "J of X",
                }
            ]
        }
    },
}


@pytest.mark.parametrize("found", DIALECTS.values(), ids=DIALECTS.keys())
def test_the_json_of_other_programs_is_read(found: object):
    (record,) = read(json.dumps(found), "made.json").records
    assert (record.title, record.year, record.doi) == (TITLE, 2001, "10.1000/x")
    assert (record.pages, record.container) == ("12-19", "J of X")
    assert record.authors in ("Lee, Ann", "Ann Lee", "Lee, A")


def test_what_is_not_understood_in_an_item_is_kept():
    item = {"title": TITLE, "authors": [{"name": "Ann Lee", "orcid": "0000-1"}], "cites": 3}
    (record,) = read(json.dumps([item]), "made.json").records
    assert record.authors == "Ann Lee"
    assert "0000-1" in (record.extra or "")
    assert "cites" in (record.extra or "")


@pytest.mark.parametrize(
    "found",
    [
        {"items": []},
        {"name": "x", "type": "module", "dependencies": {"a": "1"}},
        {"type": "FeatureCollection", "features": [{"properties": {"title": "x"}}]},
        [{"protocolSection": {"title": "x"}, "hasResults": False}],
        [{"title": "Buy bread", "completed": True}],
    ],
)
def test_json_that_holds_no_references_is_refused(found: object):
    with pytest.raises(FileError, match="no list of references"):
        read(json.dumps(found), "made.json")
