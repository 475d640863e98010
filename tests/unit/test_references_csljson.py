"""CSL-JSON: items kept whole, broken ones too."""

from __future__ import annotations

import json

import pytest

from whatworks.references import ImportResult, Record, read_references


def read(text: str) -> ImportResult:
    return read_references(text.encode(), file="made.json", review_id="demo")


def only(item: dict[str, object]) -> Record:
    (record,) = read(json.dumps([item])).records
    return record


def extra(record: Record) -> dict[str, list[str]]:
    return json.loads(record.extra or "{}")


def test_an_article_is_read_into_its_fields():
    record = only(
        {
            "id": "lee2001",
            "type": "article-journal",
            "title": "Reading",
            "author": [{"family": "Lee", "given": "Ann", "suffix": "Jr."}, {"literal": "WHO"}],
            "issued": {"date-parts": [["2001"]]},
            "container-title": "Journal",
            "volume": 4,
            "page": "10\u201319",
            "DOI": "10.1000/ABC",
            "ISSN": "1234-5678",
            "keyword": "a, b",
            "PMID": "12",
        }
    )

    assert (record.record_type, record.authors, record.year) == (
        "article",
        "Lee, Ann, Jr.; WHO",
        2001,
    )
    assert (record.volume, record.pages, record.doi) == ("4", "10-19", "10.1000/abc")
    assert (record.isbn_issn, record.keywords, record.pmid) == ("1234-5678", "a; b", "12")
    assert extra(record) == {"id": ["lee2001"]}


@pytest.mark.parametrize(
    ("csl_type", "kind", "kept"),
    [
        ("paper-conference", "conference", None),
        ("article", "unpublished", None),
        ("manuscript", "unpublished", ["manuscript"]),
        ("motion_picture", "other", ["motion_picture"]),
        ("document", "other", None),
    ],
)
def test_a_type_that_is_not_the_usual_word_for_its_kind_is_kept(csl_type, kind, kept):
    record = only({"type": csl_type, "title": "T"})

    assert (record.record_type, extra(record).get("type")) == (kind, kept)


@pytest.mark.parametrize(
    ("issued", "year", "is_kept"),
    [
        ({"date-parts": [[2001]]}, 2001, False),
        ({"date-parts": [[2001, 5]]}, 2001, True),
        ({"date-parts": [[2001], [2002]]}, 2001, True),
        ({"date-parts": [[2001]], "circa": True}, 2001, True),
        ({"raw": "Spring 1999"}, 1999, True),
        ("2001-05", 2001, True),
        ({"literal": "forthcoming"}, None, True),
        ({"date-parts": [[]]}, None, True),
        ({"date-parts": [[None]]}, None, True),
    ],
)
def test_a_date_that_says_more_than_a_year_is_kept(issued, year, is_kept):
    record = only({"type": "book", "title": "T", "issued": issued})

    assert record.year == year
    assert ("issued" in extra(record)) is is_kept


def test_particles_are_part_of_the_name_and_kept_apart_as_well():
    name = {"family": "Berg", "given": "Ann", "non-dropping-particle": "van den"}

    record = only({"type": "book", "title": "T", "author": [name]})

    assert record.authors == "van den Berg, Ann"
    assert json.loads(extra(record)["author"][0]) == name


@pytest.mark.parametrize(
    "text",
    [
        '{"items": [{"title": "A"}, {"title": "B"}]}',
        '{"title": "A"}\n{"title": "B"}',
        '[{"title": "A"} {"title": "B"}]',
        '[{"title": "A", {"title": "B"}]',
        '[{"title": "A"},\n {"title": "B", "n": [{"x": 1}]}',
        '\ufeff[{"title": "A"},{"title": "B"},]',
    ],
)
def test_every_item_is_counted_wherever_it_stands(text):
    result = read(text)

    assert (result.report.n_start_tags, result.report.n_records) == (2, 2)


def test_a_broken_item_is_kept_as_its_text_and_reported():
    result = read('[{"title": "A"},\n{"title": "B" "year": 1},\n{"title": "C"}]')

    assert [record.title for record in result.records] == ["A", None, "C"]
    assert extra(result.records[1]) == {"unreadable": ['{"title": "B" "year": 1}']}
    assert any(
        issue.line == 2 and "not well-formed" in issue.what for issue in result.report.issues
    )


def test_a_key_given_twice_keeps_both_values():
    record = read('[{"title": "A", "note": "x", "note": "y"}]').records[0]

    assert (extra(record)["note"], extra(record)["note (2)"]) == (["x"], ["y"])


def test_text_between_items_is_reported():
    result = read('[{"title": "A"}, "stray", {"title": "B"}]')

    assert any(
        issue.what == "Text outside any item." and "stray" in issue.text
        for issue in result.report.issues
    )


def test_half_of_a_character_does_not_stop_the_import():
    result = read('[{"title": "A \\ud83d B"}]')

    assert result.records[0].title == "A \ufffd B"
    assert any("lone surrogate" in issue.what for issue in result.report.issues)


def test_items_nested_a_hundred_thousand_deep_do_not_stop_the_import():
    text = '[{"title": "A", "x": ' + "[" * 100_000 + "]" * 100_000 + '}, {"title": "B"}]'

    assert [record.title for record in read(text).records] == [None, "B"]


def test_a_line_end_inside_a_text_is_read_though_it_is_not_json():
    assert read('[{"title": "A\nB"}, {"title": "C"}]').records[0].title == "A\nB"


def test_a_text_that_is_not_closed_costs_one_item():
    result = read('[{"title": "A},\n{"title": "B"},\n{"title": "C"}]')

    assert [record.title for record in result.records] == [None, "B", "C"]


def test_twenty_thousand_items_on_lines_of_their_own_take_no_square_time():
    text = "\n".join('{"title": "A"}' for _ in range(20_000))

    assert len(read(text).records) == 20_000
