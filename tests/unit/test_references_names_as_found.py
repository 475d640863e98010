"""Names, dates and pages as files are found to have them."""

from __future__ import annotations

import pytest

from whatworks.references import ImportResult, read_references
from whatworks.references.entities import split_at_semicolons, without_entities
from whatworks.references.name_lists import read_cell_names, read_names
from whatworks.references.names import normalise_name
from whatworks.references.values import find_year, join_pages, normalise_pages, split_keywords


def read(text: str) -> ImportResult:
    result = read_references(text.encode(), file="made", review_id="demo")
    assert result.report.n_start_tags == len(result.records)
    return result


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Okafor,Ngozi B.", "Okafor, Ngozi B."),
        ("de la Cruz,M.", "de la Cruz, M."),
        ("Royal Society of Arts,Manufactures", "Royal Society of Arts, Manufactures"),
        ("1,000 Readers Project", "1,000 Readers Project"),
        ("Hill J", "Hill, J"),
        ("van der Hoek K L", "van der Hoek, K L"),
        ("Hill Mary J", "Hill Mary J"),
        ("Univ X", "Univ X"),
        ("Team B", "Team B"),
        ("Oxfam GB", "Oxfam GB"),
    ],
)
def test_a_name_is_turned_where_it_is_a_person_and_its_parts_are_plain(given: str, expected: str):
    assert normalise_name(given) == expected
    assert normalise_name(expected) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Hill Mary J", "Hill, Mary J"),
        ("van der Hoek Karl", "van der Hoek, Karl"),
        ("Hill MJ", "Hill, MJ"),
        ("Department for Education", "Department for Education"),
        ("Education Endowment Foundation", "Education Endowment Foundation"),
        ("RAND Europe", "RAND Europe"),
        ("Ofsted", "Ofsted"),
    ],
)
def test_a_source_that_writes_the_family_first_is_believed_but_for_bodies(
    given: str, expected: str
):
    assert normalise_name(given, family_first=True) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["Hill MJ", "Park S"], ["Hill, MJ", "Park, S"]),
        (["Hill MJ", "Park S."], ["Hill, MJ", "Park, S."]),
        (["Hill MJ", "Park SK"], ["Hill, MJ", "Park, SK"]),
        (["HILL MJ", "PARK S"], ["HILL, MJ", "PARK, S"]),
        (["Garcia Lopez MJ", "Park S"], ["Garcia Lopez, MJ", "Park, S"]),
        (["Hill MJ", "Park S", "Reading Trial Group"], ["Hill, MJ", "Park, S", "Reading Trial Group"]),
        (["Task Force EU"], ["Task Force EU"]),
        (["Oxfam GB", "UNICEF UK"], ["Oxfam GB", "UNICEF UK"]),
        (["WEN SHEN", "JUN LI"], ["WEN SHEN", "JUN LI"]),
        (["WEN SHEN", "JUN LI", "ROY, B"], ["WEN SHEN", "JUN LI", "ROY, B"]),
    ],
)  # fmt: skip
def test_bare_initials_are_told_by_the_whole_list(given: list[str], expected: list[str]):
    assert read_names(given)[0] == expected
    assert read_cell_names("; ".join(given))[0] == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Hill Mary J; Park Sue", ["Hill, Mary J", "Park, Sue"]),
        ("Hill Mary J; Park E Sue; Roy Bo F; Lee An; Leeds Univ", ["Hill, Mary J", "Park, E Sue", "Roy, Bo F", "Lee, An", "Leeds Univ"]),
        ("Hill Mary J; Park Sue Ellen", ["Hill, Mary J", "Park, Sue Ellen"]),
        ("van der Hoek Karl L; Roy Bo; And Others", ["van der Hoek, Karl L", "Roy, Bo", "And Others"]),
        ("Garcia Lopez M; Park S", ["Garcia Lopez, M", "Park, S"]),
        ("Garcia Lopez M; Perez Ruiz J", ["Garcia Lopez M", "Perez Ruiz J"]),
        ("Mary J Hill; Sue Park", ["Mary J Hill", "Sue Park"]),
        ("Hill MJ; Garcia Lopez M", ["Hill MJ", "Garcia Lopez M"]),
    ],
)  # fmt: skip
def test_a_list_with_the_family_first_is_told_by_its_given_names(given: str, expected: list[str]):
    assert read_cell_names(given)[0] == expected


TYPED = {
    "Hill, M. J., Park, S., & Roy, B.": ["Hill, M. J.", "Park, S.", "Roy, B."],
    "Hill, M., Jr., & Park, S.": ["Hill, M., Jr.", "Park, S."],
    "Mary J. Hill, Sue Park": ["Mary J. Hill", "Sue Park"],
    "Mary Hill, Sue Park, Bo Roy": ["Mary Hill", "Sue Park", "Bo Roy"],
    "Mary Hill, Sue Park and Bo Roy": ["Mary Hill", "Sue Park", "Bo Roy"],
    "Hill M, Park SK, Roy B": ["Hill, M", "Park, SK", "Roy, B"],
    "Hill M.J., Park S. and Roy B.": ["Hill, M.J.", "Park, S.", "Roy, B."],
    "Mary Hill and Sue Park": ["Mary Hill", "Sue Park"],
    "Mary Hill & Sue Park": ["Mary Hill", "Sue Park"],
    "Hill, M and Park, S": ["Hill, M", "Park, S"],
    "['Hill, M.', 'Park, S.']": ["Hill, M.", "Park, S."],
    '["O\'Hara, M.", "Park, S."]': ["O'Hara, M.", "Park, S."],
}


@pytest.mark.parametrize(("given", "expected"), TYPED.items(), ids=TYPED.keys())
def test_a_typed_list_of_names_is_parted(given: str, expected: list[str]):
    assert read_cell_names(given)[0] == expected
    names, notes = read_names([given])
    assert names == expected
    assert notes == [("A list of names in one value.", given)]


@pytest.mark.parametrize(
    "name",
    [
        "Hill, Mary J.",
        "Garcia Lopez, Maria Jose",
        "Toloza O Costa, Maria Cecilia",
        "Hill, M., Jr.",
        "Hill, M, MD, MA",
        "Hill MJ, PhD RN",
        "Centre for Reading and Language",
        "Department of Health and Social Care",
        "Health Services and Delivery Research",
        "Marks and Spencer",
        "Johnson & Johnson",
        "Food and Drug Administration",
        "USA Food and Drug Board",
        "[Anonymous]",
        "['unclosed, M.'",
    ],
)
def test_one_author_stays_one(name: str):
    assert read_names([name]) == ([name], [])


def test_names_with_entities_are_decoded_before_they_are_parted():
    (record,) = (
        result := read("TY  - JOUR\nAU  - L&ouml;w, J&#246;rg\nAU  - O&#39;Hara, S\nER  - \n")
    ).records
    assert record.authors == "Löw, Jörg; O'Hara, S"
    assert [issue.what for issue in result.report.issues][:2] == ["Names with HTML entities."] * 2


def test_what_is_no_entity_parts_as_ever():
    assert split_keywords(["Q&A; caf&eacute; visits; R&D"]) == ["Q&A", "caf&eacute; visits", "R&D"]
    assert split_at_semicolons("a&foo;b") == ["a&foo", "b"]
    assert without_entities("A&B &amp; C") == "A&B & C"


def test_eppi_reviewer_and_refworks_write_names_their_own_way():
    eppi = '{"CodeSets": [], "References": [{"ItemId": 1, "Title": "T", "Authors": "Hill Mary J; Park SK;"}]}'
    assert read(eppi).records[0].authors == "Hill, Mary J; Park, SK"
    refworks = "RT Journal Article\nA1 Hill,Mary J.\nA1 Park,Sue\nT1 T\nOP 161-3\n"
    assert read(refworks).records[0].authors == "Hill, Mary J.; Park, Sue"
    assert read(refworks).records[0].pages == "161-163"


@pytest.mark.parametrize(
    ("value", "year"),
    [("20190501", 2019), (" 18991231 ", 1899), ("20191301", None), ("120190501", None), ("190501", None)],
)  # fmt: skip
def test_a_day_in_eight_digits_has_a_year(value: str, year: int | None):
    assert find_year(value) == year


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("pp. 12–19", "12-19"),
        ("p. e5", "e5"),
        ("pp xi-xx", "xi-xx"),
        ("pp12-19", "12-19"),
        ("Pages: 12-9", "12-19"),
        ("P12", "P12"),
        ("supplement pp. 3", "supplement pp. 3"),
        ("S112-9", "S112-S119"),
        ("S112-19", "S112-S119"),
        ("A327-8", "A327-A328"),
        ("e133-e139", "e133-e139"),
        ("S9-12", "S9-12"),
        ("P12-3", "P12-3"),
        ("9" * 5000 + "-1", "9" * 5000 + "-1"),
    ],
)
def test_pages_lose_their_label_and_keep_their_letter(given: str, expected: str):
    assert normalise_pages(given) == expected
    assert normalise_pages(expected) == expected


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [("12", "12-19", "12-19"), ("S112", "9", "S112-S119"), ("12", "9", "12-19"), ("pp. 12", "19", "12-19")],
)  # fmt: skip
def test_first_and_last_page_are_one_range(first: str, last: str, expected: str):
    assert join_pages(first, last) == expected


def test_ris_pages_may_stand_in_the_tag_of_medline():
    (record,) = read("TY  - JOUR\nTI  - T\nPG  - 12‐19\nER  - \n").records
    assert record.pages == "12-19"


def test_medline_without_pages_and_doi_has_them_in_its_source_line():
    (record,) = read(
        "PMID- 5\nOWN - NLM\nTI  - T.\nDEP - 20190501\n"
        "SO  - J Test. 2019 May 1;4(1):12-9. doi: 10.1000/abc.1.\n"
    ).records
    assert (record.year, record.pages, record.doi) == (2019, "12-19", "10.1000/abc.1")
