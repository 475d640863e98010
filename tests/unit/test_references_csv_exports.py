"""Tables as databases export them: one row of each, by the names of its columns."""

from __future__ import annotations

import json

import pytest

from whatworks.references import ImportResult, Record, read_references

BASIC = ("A title", "Lee, Ann; Kim, Bo", 2001, "J of X", "3", "2", "10-19", "10.1000/x")

# Header and row; what is read of it: title, authors, year, journal, volume, issue, pages, DOI.
EXPORTS = {
    "Springer": (
        "Item Title,Publication Title,Book Series Title,Journal Volume,Journal Issue,Item DOI,Authors,Publication Year,URL,Content Type",
        "A title,J of X,,3,2,10.1000/x,Ann Lee,2001,http://example.org,Article",
        ("A title", "Ann Lee", 2001, "J of X", "3", "2", None, "10.1000/x"),
    ),
    "IEEE Xplore": (
        '"Document Title",Authors,"Author Affiliations","Publication Title",Date Added To Xplore,"Publication Year","Volume","Issue","Start Page","End Page","Abstract","ISSN",ISBNs,"DOI",PDF Link,"Author Keywords","IEEE Terms"',
        '"A title","Lee, Ann; Kim, Bo","U","J of X","1 May 2001","2001","3","2","10","19","T","1234-5678","","10.1000/x","http://example.org","one;two","three"',
        BASIC,
    ),
    "EBSCO": (
        "Article Title,Author,Journal Title,ISSN,ISBN,Publication Date,Volume,Issue,First Page,Page Count,Accession Number,DOI,Publisher,Doctype,Subjects,Keywords,Abstract,PLink",
        'A title,"Lee, Ann; Kim, Bo",J of X,12345678,,20010501,3,2,10,9,77,10.1000/x,P,Article,s,k,T,http://example.org',
        ("A title", "Lee, Ann; Kim, Bo", 2001, "J of X", "3", "2", "10", "10.1000/x"),
    ),
    "ProQuest": (
        "Title,Abstract,StoreId,ArticleType,Authors,documentType,issn,issue,language,pages,pubdate,pubtitle,subjectTerms,url,vol,year,digitalObjectIdentifier,Database",
        'A title,T,77,Journal Article,"Lee, Ann; Kim, Bo",Article,12345678,2,English,10-19,May 2001,J of X,s,http://example.org,3,2001,10.1000/x,ERIC',
        BASIC,
    ),
    "Dimensions": (
        "\"About the data: Exported on May 3, 2024. Criteria: 'reading'\"\nRank,Publication ID,DOI,PMID,PMCID,Title,Abstract,Source title,MeSH terms,PubYear,Volume,Issue,Pagination,Publication Type,Authors,Dimensions URL",
        '1,pub.1,10.1000/x,5,PMC1,A title,T,J of X,m,2001,3,2,10-19,Article,"Lee, Ann; Kim, Bo",http://example.org',
        BASIC,
    ),
    "Lens.org": (
        "Lens ID,Title,Date Published,Publication Year,Publication Type,Source Title,ISSNs,Publisher,Author/s,Abstract,Volume,Issue Number,Start Page,End Page,Keywords,MeSH Terms,Source URLs,PMID,DOI",
        '001-002,A title,2001-05-03,2001,journal article,J of X,12345678; 87654321,P,"Lee, Ann; Kim, Bo",T,3,2,10,19,k,m,http://example.org,5,10.1000/x',
        BASIC,
    ),
    "OpenAlex": (
        "id,display_name,publication_year,type,doi,authorships.author.display_name,primary_location.source.display_name,biblio.volume,biblio.issue,biblio.first_page,biblio.last_page",
        'https://openalex.org/W1,A title,2001,article,https://doi.org/10.1000/X,"Lee, Ann|Kim, Bo",J of X,3,2,10,19',
        BASIC,
    ),
    "Publish or Perish": (
        "Cites,Authors,Title,Year,Source,Publisher,ArticleURL,CitesURL,GSRank,Type,DOI,ISSN,Volume,Issue,StartPage,EndPage,Abstract",
        '3,"A Lee, B Kim, ...",A title,2001,J of X,P,http://example.org,,1,PDF,10.1000/x,,3,2,10,19,T',
        ("A title", "A Lee; B Kim; ...", *BASIC[2:]),
    ),
    "Google Scholar": (
        "Authors,Title,Publication,Volume,Number,Pages,Year,Publisher",
        '"Lee, Ann; Kim, Bo; ",A title,J of X,3,2,10-19,2001,P',
        (*BASIC[:7], None),
    ),
    "Zotero": (
        '"Key","Item Type","Publication Year","Author","Title","Publication Title","ISBN","ISSN","DOI","Url","Abstract Note","Date","Pages","Num Pages","Issue","Volume","Manual Tags","Automatic Tags"',
        '"K","journalArticle","2001","Lee, Ann; Kim, Bo","A title","J of X","","1234-5678","10.1000/x","http://example.org","T","2001-05-03","10-19","","2","3","one","two"',
        BASIC,
    ),
    "Embase": (
        "Title,Author Names,Source,Abstract,Publication Year,DOI",
        '"A title","Lee A., Kim B.C.","J of X (2001) 3:2 (10-19). Date of Publication: 3 May 2001",T,2001,10.1000/x',
        ("A title", "Lee, A.; Kim, B.C.", *BASIC[2:]),
    ),
    "German Excel": (
        "sep=;\nTitel;Autoren;Jahr;Zeitschrift;Band;Heft;Seiten;DOI",
        "A title;Lee, Ann | Kim, Bo;2001;J of X;3;2;10-19;10.1000/x",
        BASIC,
    ),
    "French tabs": (
        "Titre\tAuteurs\tAnnée\tRevue\tVolume\tNuméro\tPages\tDOI",
        "A title\tLee, Ann; Kim, Bo\t2001\tJ of X\t3\t2\t10-19\t10.1000/x",
        BASIC,
    ),
}


def read(text: str) -> ImportResult:
    result = read_references(text.encode(), file="made.csv", review_id="demo")
    assert result.report.format == "csv"
    assert result.report.n_start_tags == len(result.records)
    return result


def extra(record: Record) -> dict[str, list[str]]:
    return json.loads(record.extra or "{}")


@pytest.mark.parametrize(("header", "row", "due"), EXPORTS.values(), ids=EXPORTS.keys())
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_the_columns_of_each_source_are_found(
    header: str, row: str, due: tuple[object, ...], line_end: str
):
    (record,) = read(f"{header}\n{row}\n".replace("\n", line_end)).records
    assert (
        record.title, record.authors, record.year, record.container,
        record.volume, record.issue, record.pages, record.doi,
    ) == due  # fmt: skip


def test_cells_beyond_the_header_and_of_unknown_columns_are_kept():
    (record,) = read("title,year,mystery\nA,2001,kept,more,and more\n").records
    assert extra(record) == {"mystery": ["kept"], "column D": ["more"], "column E": ["and more"]}


def test_columns_of_one_name_are_all_kept():
    (record,) = read("title,note,note,\nA,one,two,three\n").records
    assert extra(record) == {"note": ["one"], "note (2)": ["two"], "column D": ["three"]}


def test_a_stray_quotation_mark_does_not_swallow_the_rows_below():
    rows = "".join(f"T{n},200{n},x\n" for n in range(1, 6))
    result = read(f'title,year,note\n"Open,2000,x\n{rows}')
    assert len(result.records) == 6
    assert [record.year for record in result.records] == [2000, 2001, 2002, 2003, 2004, 2005]
    # A mark further down closes it by chance.
    result = read(f'title,year,note\n"Open,2000,x\n{rows}T6,2006,5" long\n')
    assert len(result.records) == 7


def test_line_ends_inside_quotation_marks_are_part_of_the_cell():
    result = read('title,year\n"A, ""quoted""\nand long",2001\nB,2002\n')
    assert [record.title for record in result.records] == ['A, "quoted"\nand long', "B"]
    assert [record.line for record in result.records] == [2, 4]
    assert result.report.issues == ()


def test_a_header_repeated_by_joining_files_is_no_record():
    result = read("title,year\nA,2001\ntitle,year\nB,2002\n")
    assert [record.title for record in result.records] == ["A", "B"]
    assert [(issue.line, issue.what) for issue in result.report.issues] == [
        (3, "The header again.")
    ]


def test_a_cell_longer_than_pythons_limit_is_read():
    (record,) = read(f'title,abstract\nA,"{"word " * 60_000}"\n').records
    assert len(record.abstract or "") > 250_000


def test_a_table_that_lists_fields_below_one_another_is_turned_upright():
    result = read(
        '"TITLE","First"\n"AUTHOR NAMES","Liu R.","Adler D.G."\n"PUBLICATION YEAR","2014"\n'
        '"DOI","10.1000/x"\n\n"TITLE","Second"\n"AUTHOR NAMES","Kim B."\n"ODD FIELD","kept"\n'
    )
    first, second = result.records
    assert (first.title, first.authors, first.year) == ("First", "Liu, R.; Adler, D.G.", 2014)
    assert (second.title, second.line) == ("Second", 6)
    assert extra(second) == {"ODD FIELD": ["kept"]}
