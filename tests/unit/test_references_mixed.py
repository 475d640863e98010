"""Files in which exports of several formats were put together."""

from __future__ import annotations

from itertools import permutations

import pytest

from whatworks.references import read_references

RIS = "TY  - JOUR\nTI  - Reading aloud\nAU  - Smith, Anna\nDO  - 10.1000/ris\nER  - \n"
NBIB = "PMID- 123\nOWN - NLM\nTI  - Sleep and\n      attention\nAU  - Jones B\nLID - 10.1000/nbib [doi]\n"
WOS = "FN Clarivate\nVR 1.0\nPT J\nAU Lee, C\nTI Peer tutoring\nDI 10.1000/wos\nER\n\nEF\n"
ENW = "%0 Journal Article\n%T Class size\n%A Kim, Dora\n%R 10.1000/enw\n"
BIB = "@article{k1,\n  title = {Phonics},\n  author = {Roe, Eva},\n  doi = {10.1000/bib}\n}\n"
REFWORKS = "RT Journal Article\nT1 Spelling\nA1 Fox, Ida\nDO 10.1000/refworks\n"
PARTS = {"ris": RIS, "nbib": NBIB, "wos": WOS, "enw": ENW, "bib": BIB, "refworks": REFWORKS}


@pytest.mark.parametrize(("first", "second"), list(permutations(PARTS, 2)))
def test_records_of_two_formats_are_all_read(first: str, second: str) -> None:
    text = f"{PARTS[first]}\n{PARTS[second]}\n{PARTS[first].replace('10.1000/', '10.2000/')}"
    found = read_references(text.encode(), file="all.txt", review_id="r")
    assert [record.doi for record in found.records] == [
        f"10.1000/{first}",
        f"10.1000/{second}",
        f"10.2000/{first}",
    ]
    assert found.report.n_start_tags == 3
    assert all(record.title and record.authors for record in found.records)
    lines = text.split("\n")
    for record in found.records:
        assert record.line is not None
        assert lines[record.line - 1].strip()
    said = [issue.what for issue in found.report.issues]
    assert any(words.startswith("The file holds records of several formats") for words in said)


def test_a_start_of_another_format_in_an_abstract_is_text() -> None:
    text = RIS.replace(
        "DO  -", "AB  - We exported\n@article{k1, as text\nPMID- 99\n%0 Journal Article\nDO  -"
    )
    (record,) = read_references(text.encode(), file="a.ris", review_id="r").records
    assert "@article{k1, as text" in str(record.abstract)
    assert record.pmid is None
    assert record.doi == "10.1000/ris"


def test_one_format_is_not_called_several() -> None:
    found = read_references((RIS + "\n" + RIS).encode(), file="a.ris", review_id="r")
    assert not [one for one in found.report.issues if "several formats" in one.what]


def test_a_format_that_a_person_named_is_the_only_one() -> None:
    found = read_references((RIS + "\n" + BIB).encode(), file="a", review_id="r", format="bibtex")
    assert [record.doi for record in found.records] == ["10.1000/bib"]
