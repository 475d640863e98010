"""Single values: DOIs, pages, names."""

from __future__ import annotations

import pytest

from whatworks.references.identifiers import find_doi, normalise_doi, serial_numbers
from whatworks.references.name_lists import read_cell_names
from whatworks.references.names import normalise_name
from whatworks.references.values import normalise_pages


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("10.1000/ABC", "10.1000/abc"),
        ("https://doi.org/10.1000/abc", "10.1000/abc"),
        ("http://dx.doi.org/10.1000/abc.", "10.1000/abc"),
        ("doi:10.1000/abc", "10.1000/abc"),
        ("DOI: https://doi.org/10.1000/abc", "10.1000/abc"),
        ("10.1000/abc [doi]", "10.1000/abc"),
        ("https://doi.org/10.1000%2Fabc", "10.1000/abc"),
        ("10.1016/S0140-6736(05)66740-9", "10.1016/s0140-6736(05)66740-9"),
        ("(10.1000/abc)", None),
        (
            "10.1002/(SICI)1097-0258(19980815)17:15<1661::AID-SIM968>3.0.CO;2-2",
            "10.1002/(sici)1097-0258(19980815)17:15<1661::aid-sim968>3.0.co;2-2",
        ),
        ("n/a", None),
        ("", None),
        ("10.1000", None),
        ("10.1000/two words", None),
    ],
)
def test_a_doi_has_one_spelling(given: str, expected: str | None):
    assert normalise_doi(given) == expected


def test_a_doi_in_a_note_must_be_called_one():
    assert find_doi("J Ed. 2018;5:2. doi: 10.1000/abc. Epub 2018.") == "10.1000/abc"
    assert find_doi("Version 10.1000/abc") is None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("1069--75", "1069-1075"),
        ("67–76", "67-76"),
        ("S1-S10", "S1-S10"),
        ("75-9", "75-79"),
        ("180-20", "180-20"),
        ("e12", "e12"),
    ],
)
def test_pages_are_written_out(given: str, expected: str):
    assert normalise_pages(given) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Wilson L.N.", "Wilson, L.N."),
        ("Wilson, L.N.", "Wilson, L.N."),
        ("Eberth D A", "Eberth, D A"),
        ("World Health Organization", "World Health Organization"),
        ("Task Force EU", "Task Force EU"),
    ],
)
def test_names_are_turned_only_where_the_parts_are_plain(given: str, expected: str):
    assert normalise_name(given) == expected


def test_name_lists_are_parted_by_what_they_use():
    assert read_cell_names("Lee, A.\n and Roy, B.\n")[0] == ["Lee, A.", "Roy, B."]
    assert read_cell_names("Lee A, Roy BC.", pubmed=True)[0] == ["Lee, A", "Roy, BC"]


def test_serial_numbers_lose_their_labels():
    assert serial_numbers("20457758 (ISSN); 978-0-306-40615-7") == ["20457758", "978-0-306-40615-7"]
    assert serial_numbers("no number") == []
