"""Pairs that deduplicators are known to get wrong, one by one."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from whatworks.dedupe import Thresholds, find_duplicates
from whatworks.engine import SQLiteEngine, candidate_pairs
from whatworks.references import Record

TITLE = "Reading comprehension interventions for pupils with dyslexia: a randomised trial"
ARTICLE: dict[str, Any] = {
    "title": TITLE,
    "authors": "Smith, Anna; Jones, Bob",
    "year": 2012,
    "container": "Journal of Learning Disabilities",
    "volume": "45",
    "issue": "3",
    "pages": "201-215",
}
EDITORIAL: dict[str, Any] = ARTICLE | {
    "title": "Editorial",
    "authors": "Smith, A.",
    "pages": "201-202",
}
EMPTY: dict[str, Any] = dict.fromkeys(
    (
        *("title", "authors", "year", "container", "volume", "issue", "pages", "abstract", "doi"),
        *("pmid", "isbn_issn", "url", "keywords", "language", "accession", "database", "extra"),
        *("line", "byte_offset"),
    )
)


def record(position: int, fields: dict[str, Any]) -> Record:
    place = {"review_id": "r", "raw_file_id": "f", "position": position, "record_type": "article"}
    return Record(record_id=f"r:{position}", **(EMPTY | place | fields))


def outcome(one: dict[str, Any], other: dict[str, Any]) -> str:
    """Return same, ask, different or the relation of two records, whichever comes first."""
    found = {
        find_outcome([record(1, first), record(2, second)])
        for first, second in ((one, other), (other, one))
    }
    assert len(found) == 1
    return found.pop()


def find_outcome(records: list[Record]) -> str:
    found = find_duplicates(
        records,
        pairs=partial(candidate_pairs, SQLiteEngine()),
        thresholds=Thresholds(most_asked=1.0),
    )
    if found.n_removed:
        return "same"
    if found.asked:
        return "ask"
    return found.related[0].outcome if found.related else "different"


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"container": "J Learn Disabil", "authors": "Smith, A.; Jones, B.", "pages": "201-15"},
        {"title": TITLE.upper(), "authors": "SMITH, A.; JONES, B."},
        {"title": f"{TITLE} [Review] [33 refs]"},
        {"title": f"{TITLE}. [Erratum appears in J Learn Disabil. 2012;45(6):455]"},
        {"title": f"{TITLE} (Provisional abstract)"},
        {"title": f"<i>{TITLE}</i>"},
        {"title": f"RETRACTED: {TITLE}"},
        {"title": TITLE.partition(":")[0]},
        {"title": TITLE.replace("comprehension", "comprehenson").replace("ised", "ized")},
        {"volume": None, "issue": None, "pages": None},
        {"volume": None, "issue": None, "pages": None, "year": 2011},
        {"volume": None, "issue": None, "pages": None, "container": None},
        {"pages": "e0123456"},
        {"pages": "Suppl-15"},
        {"pages": "215"},
        {"authors": "Reading Study Group"},
        {"authors": "Smith A, Jones B"},
        {"title": "Intervenciones de comprension lectora para alumnos con dislexia"},
        {"title": "[Reading lessons for dyslexic pupils]. [German]"},
    ],
)
def test_one_article_as_databases_write_it_is_one_report(changes: dict[str, Any]) -> None:
    assert outcome(ARTICLE, ARTICLE | changes) == "same"


def test_a_doi_with_its_title_is_enough() -> None:
    assert outcome(ARTICLE | {"doi": "10.1000/a"}, {"doi": "10.1000/a", "title": TITLE}) == "same"
    other = {"doi": "10.1000/a", "title": "Sleep in teenagers with long journeys to school"}
    assert outcome(ARTICLE | {"doi": "10.1000/a"}, other) == "different"


def test_an_article_of_two_dois_at_one_place_is_one_report() -> None:
    assert outcome(ARTICLE | {"doi": "10.1000/a"}, ARTICLE | {"doi": "10.1000/b"}) == "same"
    bare = {"title": TITLE, "authors": "Smith, A.", "year": 2012}
    assert outcome(bare | {"doi": "10.1000/a"}, bare | {"doi": "10.1000/b"}) == "other publication"


@pytest.mark.parametrize(
    "changes",
    [
        {"issue": "4", "pages": "301-302"},
        {"issue": None, "pages": "301-302"},
        {"year": 2013, "volume": "46"},
        {"year": 2013, "volume": "46", "issue": "1", "pages": "1-2"},
    ],
)
def test_editorials_of_other_issues_are_other_reports(changes: dict[str, Any]) -> None:
    assert outcome(EDITORIAL, EDITORIAL | changes) == "different"


def test_an_editorial_without_its_place_is_not_merged_with_its_like() -> None:
    bare = EDITORIAL | {"volume": None, "issue": None, "pages": None}
    assert outcome(bare, bare) != "same"


@pytest.mark.parametrize(
    "changes",
    [{"issue": "4", "pages": "301"}, {"year": 2013, "volume": "46", "pages": "201"}],
)
def test_a_long_title_that_recurs_is_not_merged(changes: dict[str, Any]) -> None:
    column = EDITORIAL | {"title": "In this issue of the Journal of Learning Disabilities"}
    assert outcome(column, column | changes) in ("ask", "other publication")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (". Part I", ". Part II"),
        (". Part 1", ". Part 2"),
        (". Part A", ". Part B"),
        (": report of 2012", ": report of 2013"),
    ],
)
@pytest.mark.parametrize("pages", ["216-230", None])
def test_parts_of_a_series_are_other_reports(first: str, second: str, pages: str | None) -> None:
    one = ARTICLE | {"title": TITLE + first}
    other = ARTICLE | {"title": TITLE + second, "pages": pages}
    assert outcome(one, other) in ("ask", "different")


@pytest.mark.parametrize("page", ["S12", "12", "12-12"])
def test_abstracts_on_one_page_are_other_reports(page: str) -> None:
    one = ARTICLE | {"title": "Working memory training: teacher ratings at six months"}
    other = ARTICLE | {"title": "Executive function and sleep of adolescents with autism"}
    assert outcome(one | {"pages": page}, other | {"pages": page}) == "different"
    near = ARTICLE | {"title": "Working memory training: parent ratings at twelve months"}
    assert outcome(one | {"pages": page}, near | {"pages": page}) != "same"


@pytest.mark.parametrize(
    ("changes", "relation"),
    [
        ({"title": f"Erratum: {TITLE}", "pages": "455", "issue": "6"}, "correction"),
        ({"title": f"{TITLE} (vol 45, pg 201, 2012)", "pages": "455", "issue": "6"}, "correction"),
        ({"title": f"Retraction: {TITLE}", "year": 2014, "volume": "47"}, "retraction"),
        ({"title": f"{TITLE} - Reply", "authors": "Lee, C.", "pages": "216-217"}, "reply"),
        ({"title": f"Comment on: {TITLE}", "authors": "Lee, C.", "pages": "216-217"}, "comment"),
        ({"container": "PsyArXiv", "volume": None, "issue": None, "pages": None}, "preprint"),
        (
            {"container": "European Congress of Psychology", "record_type": "conference"}
            | {"volume": None, "issue": None, "pages": "S44", "year": 2011},
            "conference abstract",
        ),
        (
            {"container": None, "record_type": "thesis", "authors": "Smith, Anna", "year": 2010}
            | {"volume": None, "issue": None, "pages": None},
            "thesis",
        ),
        ({"container": "Dyslexia", "volume": "18", "pages": "1-20"}, "other publication"),
    ],
)
def test_reports_about_one_work_are_linked_and_not_merged(
    changes: dict[str, Any], relation: str
) -> None:
    assert outcome(ARTICLE, ARTICLE | changes) == relation


def test_trials_of_two_groups_are_other_reports() -> None:
    one = {"title": "Methylphenidate in adult patients with attention deficit disorder: a trial"}
    other = {
        "title": "Methylphenidate in pediatric patients with attention deficit disorder: a trial"
    }
    assert outcome(one | {"authors": "Maker"}, other | {"authors": "Maker"}) != "same"
    numbered = {"authors": "Nct", "year": 2012}
    assert (
        outcome(numbered | {"title": "NCT01234567"}, numbered | {"title": "NCT01234568"}) != "same"
    )


def test_a_title_alone_is_asked_about() -> None:
    assert outcome(ARTICLE, {"title": TITLE}) == "ask"


def test_a_record_that_fits_two_issues_is_asked_about_and_merged_with_neither() -> None:
    column = EDITORIAL | {"title": "Highlights of recent research on learning disabilities"}
    vague = column | {"issue": None, "pages": None}
    assert outcome(vague, column) == "same"
    records = [
        record(at, fields)
        for at, fields in enumerate(
            [vague, column, column | {"issue": "4", "pages": "301-302"}], start=1
        )
    ]
    found = find_duplicates(
        records,
        pairs=partial(candidate_pairs, SQLiteEngine()),
        thresholds=Thresholds(most_asked=1.0),
    )
    assert found.n_removed == 0
    assert {(pair.a, pair.b) for pair in found.asked} >= {(0, 1), (0, 2)}


@pytest.mark.parametrize("cut", [f"{TITLE[:48]}...", TITLE[:52], TITLE.partition(":")[0]])
def test_a_title_that_was_cut_off_is_found_by_its_beginning(cut: str) -> None:
    assert outcome(ARTICLE, ARTICLE | {"title": cut}) == "same"
    bare = {"volume": None, "issue": None, "pages": None, "container": None}
    assert outcome(ARTICLE, ARTICLE | bare | {"title": cut}) in ("same", "ask")


def test_the_whole_is_not_its_part() -> None:
    bare = {"pages": None, "issue": None}
    assert outcome(ARTICLE | bare, ARTICLE | bare | {"title": f"{TITLE}. Part I"}) != "same"
