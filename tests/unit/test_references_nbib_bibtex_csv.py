"""MEDLINE, BibTeX and CSV: what each format hides from a hasty reader."""

from __future__ import annotations

import json

from whatworks.references import ImportResult, read_references


def read(text: str, name: str = "made.txt") -> ImportResult:
    return read_references(text.encode(), file=name, review_id="demo")


PUBMED = (
    "PMID- 11\nOWN - NLM\nIS  - 1759-8486 (Electronic)\nTI  - A title that is\n"
    "      wrapped.\nPG  - 1069-75\nLID - S1-X [pii]\nLID - 10.1000/AB [doi]\nDP  - 2018 Apr\n"
    "FAU - Roy, Ann B\nAU  - Roy AB\nCN  - The Group\nMH  - Schools\nOT  - reading\n"
    "PT  - Journal Article\nJT  - A journal\n"
)


def test_pubmed_tags_become_fields():
    (record,) = read(PUBMED).records
    assert record.title == "A title that is wrapped."
    assert record.authors == "Roy, Ann B; The Group"
    assert (record.year, record.pages, record.doi, record.pmid) == (
        2018,
        "1069-1075",
        "10.1000/ab",
        "11",
    )
    assert (record.keywords, record.isbn_issn) == ("Schools; reading", "1759-8486")
    kept = json.loads(record.extra or "")
    assert kept["AU"] == ["Roy AB"]
    assert kept["LID"] == ["S1-X [pii]"]


def test_pubmed_records_need_no_blank_line_between_them():
    result = read(PUBMED + PUBMED.replace("11", "12"))
    assert [record.pmid for record in result.records] == ["11", "12"]


def test_pubmed_central_records_start_at_their_own_tag():
    text = "\nPMC - PMC1\nPMID- 1\nTI  - One\n\nPMC - PMC2\nTI  - Two\n"
    result = read(text)
    assert [(r.accession, r.pmid) for r in result.records] == [("PMC1", "1"), ("PMC2", None)]
    assert result.report.n_start_tags == 2


def test_eric_records_start_with_their_owner():
    text = "OWN - ERIC\nTI  - One\nPT  - Reports - Research\nOID - ED1\n\nOWN - ERIC\nTI  - Two\n"
    records = read(text).records
    assert [(r.title, r.record_type, r.database) for r in records] == [
        ("One", "report", "ERIC"),
        ("Two", "other", "ERIC"),
    ]


def test_bibtex_entries_with_a_used_key_or_a_repeated_field_are_kept():
    result = read("@article{a, title={X}}\n@article{a, title={Y}, title={Z}}\n")
    assert [record.title for record in result.records] == ["X", "Y"]
    assert json.loads(result.records[1].extra or "")["title"] == ["Z"]
    assert len(result.report.issues) > 0


def test_an_unbalanced_bibtex_entry_is_read_as_far_as_it_goes():
    result = read("@article{a,\n title={X {Y},\n year=2001\n}\n\n@book{b, title={Z}}\n")
    assert [(r.title, r.year) for r in result.records] == [("X Y", 2001), ("Z", None)]
    assert [issue.line for issue in result.report.issues if "well-formed" in issue.what] == [1]


def test_bibtex_comments_strings_and_preambles_are_no_records():
    text = (
        '@comment{x}\n@preamble{"y"}\n@string{j = {A journal}}\n'
        '@article{a, journal=j, title="T"}\n%@article{b, title={Commented out}}\n'
    )
    result = read(text)
    assert [(r.title, r.container) for r in result.records] == [("T", "A journal")]
    assert ("An entry commented out.", 5) in [(i.what, i.line) for i in result.report.issues]


def test_several_bibtex_entries_may_stand_on_one_line():
    result = read("@article{a, title={X}}@article{b, title={Y}}")
    assert [(r.title, r.byte_offset) for r in result.records] == [("X", 0), ("Y", 22)]


def test_tex_accents_and_braces_become_plain_text():
    (record,) = read(
        "@article{a, title={The {DNA} of caf\\'e \\& bar}, author={K\\\"uhne, Thomas and "
        "{World and Health} and Ludwig van Beethoven}, pages={67--76}}"
    ).records
    assert record.title == "The DNA of café & bar"
    assert record.authors == "Kühne, Thomas; World and Health; van Beethoven, Ludwig"
    assert record.pages == "67-76"


def test_a_bibtex_key_is_no_identifier():
    (record,) = read("@article{smith2001, title={X}}").records
    assert record.accession is None
    assert json.loads(record.extra or "") == {"key": ["smith2001"]}


def test_csv_columns_are_found_by_many_names():
    scopus = read(
        '"Authors","Title","Year","Source title","Page start","Page end","EID"\n'
        '"Lee A.; Roy B.","T",2001,"J","10","12","2-s2.0-1"\n'
    ).records[0]
    assert (scopus.authors, scopus.container, scopus.pages) == ("Lee, A.; Roy, B.", "J", "10-12")
    pubmed = read(
        "PMID,Title,Authors,Journal/Book,Publication Year,Create Date\n"
        '"7","T","Lee A, Roy BC.","J","2001","2001/02/03"\n'
    ).records[0]
    assert (pubmed.authors, pubmed.pmid, pubmed.year) == ("Lee, A; Roy, BC", "7", 2001)
    rayyan = read('key,title,authors,pubmed_id\nr-1,T,"Lee, A. and Roy, B.",\n').records[0]
    assert (rayyan.authors, rayyan.accession) == ("Lee, A.; Roy, B.", "r-1")


def test_csv_columns_without_a_field_are_kept():
    (record,) = read("title;Cited by;Cited by\nT;3;4\n").records
    assert json.loads(record.extra or "") == {"Cited by": ["3"], "Cited by (2)": ["4"]}


def test_csv_lines_are_those_of_the_file_even_below_cells_with_line_breaks():
    result = read('title,abstract\nA,"one\ntwo"\nB,x\n')
    assert [(r.line, r.byte_offset) for r in result.records] == [(2, 15), (4, 27)]


def test_csv_headings_between_rows_are_skipped_and_short_rows_kept():
    result = read("title,a,b,c\nA,1,2,3\nnot yet labelled\nB,1\n")
    assert [record.title for record in result.records] == ["A", "B"]
    assert [issue.line for issue in result.report.issues] == [3, 4]


def test_the_format_is_told_from_the_content_not_from_the_name():
    assert read(PUBMED, "export.ris").report.format == "nbib"
    assert read("TY  - JOUR\nER  - \n", "export.csv").report.format == "ris"
    assert read("title,year\nTY  - a,2001\n", "export.bib").report.format == "csv"
