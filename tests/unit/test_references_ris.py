"""RIS: each trap that loses records or values in other readers."""

from __future__ import annotations

import json

from whatworks.references import ImportResult, Record, read_references


def read(text: str) -> ImportResult:
    return read_references(text.encode(), file="made.ris", review_id="demo")


def only(text: str) -> Record:
    (record,) = read(text).records
    return record


def extra(record: Record) -> dict[str, list[str]]:
    return json.loads(record.extra or "{}")


def test_a_byte_order_mark_does_not_cost_the_first_record():
    result = read("\ufeffTY  - JOUR\nTI  - First\nER  - \nTY  - JOUR\nTI  - Second\nER  - \n")
    assert [record.title for record in result.records] == ["First", "Second"]
    assert result.report.had_bom


def test_a_missing_end_tag_does_not_merge_two_records():
    result = read("TY  - JOUR\nTI  - First\n\nTY  - JOUR\nTI  - Second\nER  - \n")
    assert [record.title for record in result.records] == ["First", "Second"]
    assert [issue.line for issue in result.report.issues] == [1]


def test_a_counter_before_the_next_record_is_not_the_text_of_an_unended_one():
    result = read("TY  - JOUR\nAB  - Text\n\n2. \nTY  - JOUR\nTI  - Second\nER  - \n")
    assert result.records[0].abstract == "Text"
    assert (4, "A counter before a record.") in [(i.line, i.what) for i in result.report.issues]


def test_text_after_the_end_tag_and_header_lines_are_skipped_and_reported():
    result = read(
        "Provider: Somebody\nDatabase: Something\n\n"
        "1. \nTY  - JOUR\nTI  - First\nER  - \nLink to the full text\nhttp://example.org\n"
        "2. \nTY  - JOUR\nTI  - Second\nER  - \n"
    )
    assert [record.title for record in result.records] == ["First", "Second"]
    skipped = {(issue.line, issue.n_lines) for issue in result.report.issues}
    assert skipped == {(1, 2), (4, 1), (8, 3)}


def test_repeated_tags_keep_all_their_values():
    record = only(
        "TY  - JOUR\nT1  - One title\nTI  - Another title\nSN  - 1234-5678\nSN  - 8765-4321\n"
        "UR  - http://a.org/1\nUR  - http://a.org/2\nN1  - one\nN1  - two\nER  - \n"
    )
    assert record.title == "Another title"
    assert record.isbn_issn == "1234-5678; 8765-4321"
    assert record.url == "http://a.org/1"
    assert extra(record) == {"T1": ["One title"], "UR": ["http://a.org/2"], "N1": ["one", "two"]}


def test_longer_tags_are_read():
    record = only("TY  - JOUR\nPMID  - 333\nABCD  - kept\nER  - \n")
    assert record.pmid == "333"
    assert extra(record) == {"ABCD": ["kept"]}


def test_keywords_in_one_value_are_parted():
    assert only("TY  - JOUR\nKW  - a; b; c\nER  - \n").keywords == "a; b; c"
    assert only("TY  - JOUR\nKW  - a, b, c, d\nER  - \n").keywords == "a; b; c; d"
    assert only("TY  - JOUR\nKW  - a\nb\nc\nER  - \n").keywords == "a; b; c"


def test_a_heading_with_a_comma_stays_one_keyword():
    record = only("TY  - JOUR\nKW  - Child, Preschool\nKW  - Reading\nER  - \n")
    assert record.keywords == "Child, Preschool; Reading"


def test_lines_of_an_abstract_that_look_like_tags_are_text():
    record = only(
        "TY  - JOUR\nAB  - We asked\nUS - based schools\nMETHODS - We counted\nER could be\nER  -"
    )
    assert record.abstract == "We asked US - based schools METHODS - We counted ER could be"


def test_paragraphs_of_an_abstract_stay_apart():
    record = only("TY  - JOUR\nAB  - Aim.\n\nResult.\nER  - \n")
    assert record.abstract == "Aim.\nResult."


def test_two_blanks_after_the_hyphen_are_accepted():
    record = only("TY  -  JOUR\nTI  -  Reading aloud\nER  -  \n")
    assert (record.record_type, record.title) == ("article", "Reading aloud")


def test_an_indented_file_and_a_counter_on_the_start_line_are_accepted():
    assert only("  TY  - JOUR\n  TI  - Indented\n  ER  - \n").title == "Indented"
    record = only("7. TY  - JOUR\nTI  - Counted\nER  - \n")
    assert (record.title, record.line, record.byte_offset) == ("Counted", 1, 3)


def test_line_separators_inside_values_do_not_cut_them():
    assert (
        only("TY  - JOUR\nTI  - One\u2028two\u2029three\nER  - \n").title
        == "One\u2028two\u2029three"
    )


def test_carriage_returns_alone_end_lines():
    result = read("TY  - JOUR\rTI  - First\rER  - \rTY  - JOUR\rTI  - Second\rER  - \r")
    assert [record.line for record in result.records] == [1, 4]
    assert result.report.line_endings == "CR"


def test_the_longer_of_two_abstracts_is_kept_and_the_other_not_lost():
    record = only("TY  - JOUR\nAB  - Short\nN2  - Much longer text\nER  - \n")
    assert record.abstract == "Much longer text"
    assert extra(record) == {"AB": ["Short"]}


def test_a_year_that_cannot_be_read_is_kept_and_reported():
    result = read("TY  - JOUR\nTI  - A\nPY  - 10 15\nER  - \n")
    assert result.records[0].year is None
    assert extra(result.records[0]) == {"PY": ["10 15"]}
    assert [issue.text for issue in result.report.issues] == ["10 15"]


def test_a_full_date_gives_the_year_and_stays():
    record = only("TY  - JOUR\nPY  - 2018\nDA  - 2018/05/03/\nER  - \n")
    assert record.year == 2018
    assert extra(record) == {"DA": ["2018/05/03/"]}
    assert only("TY  - JOUR\nY1  - 1989//\nER  - \n").year == 1989


def test_pages_come_from_first_and_last_page_from_a_range_or_an_article_number():
    assert only("TY  - JOUR\nSP  - 1069\nEP  - 75\nER  - \n").pages == "1069-1075"
    assert only("TY  - JOUR\nSP  - 67-76\nER  - \n").pages == "67-76"
    assert only("TY  - JOUR\nC7  - e1234\nER  - \n").pages == "e1234"


def test_the_doi_is_found_where_vendors_put_it():
    for tag in (
        "DO  - 10.1000/AbC",
        "M3  - doi:10.1000/abc",
        "L3  - 10.1000/abc",
        "N1  - See doi: 10.1000/abc.",
        "UR  - https://dx.doi.org/10.1000/abc",
        "ID  - 10.1000/abc",
        "DO  - 10.1000/abc     LK  - http://library.org",
    ):
        assert only(f"TY  - JOUR\n{tag}\nER  - \n").doi == "10.1000/abc", tag


def test_the_pubmed_number_is_found_where_vendors_put_it():
    for tags in (
        "C2  - 123456\nDB  - Scopus",
        "C5  - 123456\nDB  - Embase",
        "C3  - PUBMED 123456",
        "C3  - PUBMED 123456,EMBASE 99",
        "UR  - https://pubmed.ncbi.nlm.nih.gov/123456/",
    ):
        assert only(f"TY  - JOUR\n{tags}\nER  - \n").pmid == "123456", tags
    assert only("TY  - JOUR\nC2  - PMC123\nER  - \n").pmid is None


def test_web_entries_with_journal_and_volume_are_articles():
    record = only("TY  - ELEC\nJF  - Journal\nVL  - 3\nER  - \n")
    assert record.record_type == "article"
    assert extra(record) == {"TY": ["ELEC"]}
    assert only("TY  - ELEC\nT2  - A site\nER  - \n").record_type == "web"


def test_a_title_of_a_whole_book_may_stand_in_bt():
    record = only("TY  - BOOK\nBT  - The book\nER  - \n")
    assert (record.title, record.container) == ("The book", None)


def test_several_authors_in_one_value_are_parted():
    assert only("TY  - JOUR\nAU  - Lee, A.; Roy, B.\nER  - \n").authors == "Lee, A.; Roy, B."
    assert only("TY  - JOUR\nAU  - Babur O.\nER  - \n").authors == "Babur, O."


def test_labels_of_serial_numbers_stay_with_the_other_tags():
    record = only("TY  - JOUR\nSN  - 1999-7777(Electronic),0222-6666(Print)\nER  - \n")
    assert record.isbn_issn == "1999-7777; 0222-6666"
    assert extra(record) == {"SN": ["1999-7777(Electronic),0222-6666(Print)"]}


def test_an_empty_record_is_still_a_record():
    result = read("TY  - JOUR\nER  - \nTY  - JOUR\nER  - \n")
    assert len(result.records) == result.report.n_start_tags == 2
