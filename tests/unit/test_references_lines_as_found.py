"""Lines of tagged files as files are found to have them."""

from __future__ import annotations

import pytest

from whatworks.references import ImportResult, read_references


def read(text: str) -> ImportResult:
    result = read_references(text.encode(), file="made", review_id="demo")
    assert result.report.n_start_tags == len(result.records)
    return result


def whats(result: ImportResult) -> list[str]:
    return [issue.what for issue in result.report.issues]


RIS = "TY  - JOUR\nTI  - A title\nAU  - Lee, A\nPY  - 2001\nER  - \n"
WRITTEN = {
    "wide blanks": RIS.replace("  - ", "\u3000-\u3000"),
    "hyphens that do not break": RIS.replace("-", "‑"),
    "wide hyphens": RIS.replace("-", "－"),
    "quoted in a mail": "".join(f"> {line}\n" for line in RIS.splitlines()) + ">\n",
    "quoted twice": "".join(f"> > {line}\n" for line in RIS.splitlines()),
}


@pytest.mark.parametrize("text", WRITTEN.values(), ids=WRITTEN.keys())
def test_ris_is_read_with_other_blanks_hyphens_and_marks(text: str):
    result = read(text * 2)
    assert [(r.title, r.authors, r.year) for r in result.records] == [
        ("A title", "Lee, A", 2001)
    ] * 2
    assert ("Lines that a mail quotes (>)." in whats(result)) == text.startswith(">")


def test_the_place_of_a_quoted_record_is_that_of_its_tag():
    result = read("Hello,\n" + WRITTEN["quoted in a mail"])
    assert (result.records[0].line, result.records[0].byte_offset) == (2, len("Hello,\n> "))


def test_a_line_of_an_abstract_that_looks_like_a_tag_is_text_where_tags_have_two_blanks():
    result = read(
        "TY  - JOUR\nTI  - T\nAU  - Lee, A\nAB  - The unit is the\nAU - astronomical unit.\n"
        "SP - Streptococcus.\nKW  - space\nER  - \n"
    )
    (record,) = result.records
    assert record.authors == "Lee, A"
    assert record.abstract == "The unit is the AU - astronomical unit. SP - Streptococcus."
    assert (record.pages, record.keywords) == (None, "space")
    assert whats(result) == ["A line of an abstract or note that looks like a tag."] * 2


@pytest.mark.parametrize(
    "text",
    [
        "TY  - JOUR\nTI - T\nAB  - One.\nKW - space\nER  - \n",
        "TY  - JOUR\nTI  - T\nAB  - One.\nKW - space\nPY - 2001\nER  - \n",
        "TY - JOUR\nTI  - T\nAB  - One.\nKW - space\nER  - \n",
    ],
)
def test_a_tag_with_one_blank_is_a_tag_where_others_have_one(text: str):
    assert read(text).records[0].keywords == "space"


def test_a_record_that_lost_its_start_tag_is_a_record():
    headless = RIS.removeprefix("TY  - JOUR\n")
    result = read(f"{headless}\n{RIS}{headless}{RIS}")
    assert [record.title for record in result.records] == ["A title"] * 4
    assert [record.record_type for record in result.records] == ["other", "article"] * 2
    assert [(issue.line, issue.what) for issue in result.report.issues] == [
        (1, "A record without its start tag (TY)."), (11, "A record without its start tag (TY)."),
    ]  # fmt: skip


@pytest.mark.parametrize("end", ["ER  - ", "ER  -", " ER  - "])
def test_an_end_tag_glued_to_the_last_value_is_one(end: str):
    result = read(
        f"TY  - JOUR\nTI  - T\nDO  - 10.1000/x.1{end}\n\n{RIS}".removesuffix("ER  - \n")
        + "KW  - spaceER  -"
    )
    assert [record.doi for record in result.records] == ["10.1000/x.1", None]
    assert result.records[1].keywords == "space"
    assert whats(result) == ["Several records or tags on one line."] * 2


def test_an_end_tag_within_a_value_is_text():
    (record,) = read("TY  - JOUR\nTI  - Closed by ER  -\nPY  - 2001\nER  - \n").records
    assert (record.title, record.year) == ("Closed by ER  -", 2001)


@pytest.mark.parametrize("first", ["PMID-123", "PMID - 123", "PMID  -123 "])
def test_a_pubmed_number_written_by_other_hands_is_read(first: str):
    record = f"{first}\nOWN - NLM\nTI  - T\nFAU - Lee, Ann\n\n"
    result = read(record * 2)
    assert [(record.pmid, record.title) for record in result.records] == [("123", "T")] * 2
    assert whats(result) == ["A PubMed number (PMID) not written as PubMed does."] * 2


def test_a_pubmed_number_in_ris_begins_no_record():
    (record,) = read("TY  - JOUR\nTI  - T\nAB  - One.\n\nPMID - 123\nER  - \n").records
    assert (record.title, record.pmid) == ("T", "123")


PUBMED = "PMID- {0}\nOWN - NLM\nTI  - T{0}\nPMC - PMC{0}\nAB  - One.\n"
CENTRAL = "PMC - PMC{0}\nTI  - T{0}\n"


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        (
            f"PMID- 1\nOWN - NLM\nTI  - T1\n\n{CENTRAL.format(2)}\n{CENTRAL.format(3)}",
            ["T1", "T2", "T3"],
        ),
        (PUBMED.format(1) + PUBMED.format(2), ["T1", "T2"]),
        (f"{PUBMED.format(1)}\n      Two.\nSO  - x\n{PUBMED.format(2)}", ["T1", "T2"]),
        ((PUBMED.format(1) + PUBMED.format(2)).replace("\n", "\n\n"), ["T1", "T2"]),
        ("OWN - ERIC\nTI  - T1\n\nOWN - ERIC\nTI  - T2\n", ["T1", "T2"]),
    ],
    ids=["joined", "without blank lines", "a blank line within", "a blank line after each", "ERIC"],
)
def test_medline_records_are_counted_as_they_are_cut(text: str, titles: list[str]):
    assert [record.title for record in read(text).records] == titles


def test_endnote_tags_may_be_followed_by_a_tab():
    result = read("%0\tJournal Article\n%T\tOne\n%A\tLee, Ann\n\n%0\tBook\n%T\tTwo\n")
    assert [(record.title, record.authors) for record in result.records] == [
        ("One", "Lee, Ann"), ("Two", None),
    ]  # fmt: skip
