"""Pairs that differ in one word, one number or one year, and pairs that differ in all but that."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.test_dedupe_traps import ARTICLE, TITLE, outcome
from whatworks.dedupe.notices import notice_of
from whatworks.dedupe.words_apart import words_apart

REPORT: dict[str, Any] = {
    "title": "Peer Tutoring. Intervention report",
    "authors": "Evidence Clearinghouse (ED)",
    "container": "Evidence Clearinghouse",
    "year": 2010,
    "record_type": "report",
}
REVIEW: dict[str, Any] = ARTICLE | {
    "title": "Psychological therapies for anxiety in children and adolescents",
    "container": "Cochrane Database of Systematic Reviews",
    "volume": None,
    "issue": "6",
    "pages": "CD004690",
    "year": 2013,
}
TRIAL: dict[str, Any] = {
    "title": "Omega 3 for attention",
    "authors": "Nct",
    "year": 2008,
    "container": "https://clinicaltrials.gov/show/NCT00844545",
}
SPARSE = {"volume": None, "issue": None, "pages": None}
POOR = {"authors": "Guo et al.", "container": "J Learn Disabil", "year": 2012, **SPARSE}
THESIS = {"title": TITLE, "authors": "Singh, Maria", "year": 2006, "record_type": "thesis"}


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("maternal depression and reading", "paternal depression and reading", 1),
        ("eculizumab in males", "eculizumab in females", 1),
        ("citalopram in children", "escitalopram in children", 1),
        ("typical readers at school", "atypical readers at preschool", 2),
        ("hyperactive pupils", "hypoactive pupils", 1),
        ("training for men", "training for women", 1),
        ("pupils with disabilities", "pupils without disabilities", 1),
        ("haemolytic anaemia in paediatric care", "hemolytic anemia in pediatric care", 0),
        ("pre school programmes", "preschool programme", 0),
        ("a decision making aid", "a decisionmaking aid", 0),
        ("tutoring vs teaching", "tutoring versus teaching", 0),
        ("tutoring in schools: a randomi", "tutoring in schools a randomised trial", 0),
        ("the effecto n reading", "the effect on reading", 0),
        ("opst training tests", "post training tests", 0),
        ("comprehenson of readers", "comprehension of readers", 0),
        ("reading", "reading aloud to young children", 0),
    ],
)
def test_words_are_told_from_spellings(one: str, other: str, apart: int) -> None:
    assert words_apart(one, other) == words_apart(other, one) == apart


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("in boys", "in girls"),
        ("of maternal ratings", "of paternal ratings"),
        ("in men", "in women"),
    ],
)
@pytest.mark.parametrize(
    "changes",
    [
        {"pages": "216-230"},
        {"pages": "S333"},
        {"pages": "e37422"},
        {"pages": None, "volume": None, "issue": None},
        {},
    ],
)
def test_sister_papers_are_not_merged(word: str, other: str, changes: dict[str, Any]) -> None:
    pages = {"pages": {"S333": "S332", "e37422": "e16534"}.get(changes.get("pages", ""), "12")}
    one = ARTICLE | pages | {"title": f"{TITLE} {word}"}
    assert outcome(one, one | changes | {"title": f"{TITLE} {other}"}) != "same"


@pytest.mark.parametrize(
    "changes",
    [
        {"year": 2011},
        {"year": 2016, "abstract": "The program is for pupils in grades 4 to 10. " * 5},
        {"title": "Reading Together. Intervention report"},
    ],
)
def test_reports_of_a_series_are_not_merged(changes: dict[str, Any]) -> None:
    one = REPORT | ({"abstract": changes["abstract"]} if "abstract" in changes else {})
    assert outcome(one, REPORT | changes) != "same"


@pytest.mark.parametrize(
    "addition", [". Addendum", ": Statistical Analysis Plan", ": executive summary", ": Protocol"]
)
def test_what_accompanies_a_report_is_another(addition: str) -> None:
    one = ARTICLE | SPARSE | {"container": "Evidence Foundation", "record_type": "report"}
    found = outcome(one, one | {"title": TITLE + addition})
    assert found in ("companion", "correction")


@pytest.mark.parametrize(
    "changes", [{"year": 2017, "issue": "11"}, {"year": 2013, "issue": "2"}, {"year": 2016}]
)
def test_versions_of_a_cochrane_review_are_reports_of_their_own(changes: dict[str, Any]) -> None:
    assert outcome(REVIEW, REVIEW | changes) != "same"
    assert outcome(REVIEW | {"doi": "10.1002/14651858.cd004690.pub3"}, REVIEW | changes) != "same"
    assert outcome(REVIEW, REVIEW | {"authors": "Smith A., Jones B."}) == "same"


def test_records_of_a_register_are_told_by_the_trial_s_number() -> None:
    number = {"container": "https://clinicaltrials.gov/show/NCT00844844"}
    assert outcome(TRIAL, TRIAL | number) != "same"
    full = {
        "title": "A double blind study of fatty acids in primary pupils with ADHD",
        "year": 2009,
    }
    assert outcome(TRIAL, TRIAL | full | {"authors": "NCT00844545"}) == "same"
    assert outcome(TRIAL, ARTICLE | {"abstract": "Registered as NCT00844545."}) == "different"


@pytest.mark.parametrize(
    ("first", "second"),
    [(", part one", ", part two"), (": first report", ": second report"), (". Teil 1", ". Teil 2")],
)
def test_parts_counted_in_words_are_other_reports(first: str, second: str) -> None:
    one = ARTICLE | {"title": TITLE + first}
    assert outcome(one, one | {"title": TITLE + second, "pages": "216-230"}) in ("ask", "different")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ARTICLE | {"authors": "Guo, M.; Hu, L."}, {"title": TITLE, **POOR}),
        (
            THESIS | {"container": "ProQuest LLC", "pages": "187"},
            THESIS
            | {
                "container": "Dissertation Abstracts International Section A",
                "authors": "Singh, M.",
            }
            | {
                "volume": "67",
                "issue": "5-A",
                "pages": "1549",
                "year": 2007,
                "record_type": "article",
            },
        ),
        (
            ARTICLE | SPARSE | {"container": "Centre for Evaluation", "record_type": "report"},
            ARTICLE | SPARSE | {"container": "Regional Laboratory", "record_type": "report"},
        ),
        (
            ARTICLE | {"title": "[Reading training in children].", "doi": "10.1024/a"} | SPARSE,
            ARTICLE | {"title": "Lesetraining bei Kindern mit Dyslexie", "doi": "10.1024/a"},
        ),
        (
            {"title": TITLE, "container": "J Learn Disabil", "year": 2012},
            {"title": TITLE, "container": "Journal of Learning Disabilities", "year": 2012},
        ),
        (ARTICLE, ARTICLE | {"title": TITLE.replace(":", " â€“")}),
    ],
)
def test_records_that_say_little_in_common_are_one_report(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    assert outcome(one, other) == "same"


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Addendum: Reading aloud", "correction"),
        ("Reading aloud [Erratum]", "correction"),
        ("Reading aloud [Erratum appears in J Read 2009;1:2]", ""),
        ("Rejoinder: reading aloud", "reply"),
        ("Reading aloud [Protocol]", "companion"),
        ("Response to Intervention in primary schools", ""),
        ("Reading aloud: a summary of the evidence", ""),
        ("Protocols of reading aloud", ""),
    ],
)
def test_notices_are_told_from_titles(title: str, kind: str) -> None:
    assert notice_of(title) == kind
