"""BibTeX that other readers drop or garble."""

from __future__ import annotations

import json

import pytest

from whatworks.references import ImportResult, Record, read_references


def read(text: str) -> ImportResult:
    result = read_references(text.encode(), file="made.bib", review_id="demo")
    assert result.report.format == "bibtex"
    assert result.report.n_start_tags == len(result.records)
    return result


def extra(record: Record) -> dict[str, list[str]]:
    return json.loads(record.extra or "{}")


def test_macros_and_parts_put_together_are_resolved():
    (record,) = read(
        '@string{jx = "Journal of " # "X"}\n@STRING(word = {big})\n'
        '@article{a, title = "A " # word # { one}, journal = jx, month = jan # "~1"}\n'
    ).records
    assert (record.title, record.container) == ("A big one", "Journal of X")
    assert extra(record)["month"] == ["jan 1"]


def test_a_sign_of_number_in_a_plain_value_stays():
    (record,) = read("@article{a, title = {Number # one}, note = {#1 # 2}}\n").records
    assert record.title == "Number # one"
    assert extra(record)["note"] == ["#1 # 2"]


def test_a_part_takes_from_the_whole_what_it_lacks_and_no_identifier():
    part, whole = read(
        "@inproceedings{p, title={Part}, author={A, B}, crossref={W}, pages={1--9}}\n"
        "@proceedings{w, title={Whole}, year=2005, editor={E, F}, doi={10.1000/whole}}\n"
    ).records
    assert (part.title, part.container, part.year, part.doi) == ("Part", "Whole", 2005, None)
    assert (whole.title, whole.doi) == ("Whole", "10.1000/whole")


def test_an_entry_that_refers_to_itself_or_to_nothing_is_read():
    records = read(
        "@book{a, title={A}, crossref={a}}\n@book{b, title={B}, crossref={zz}}\n"
    ).records
    assert [record.title for record in records] == ["A", "B"]


@pytest.mark.parametrize(
    ("date", "year"),
    [("2018-05/2019-01", 2018), ("2018-21", 2018), ("/2017", 2017), ("2018~", 2018), ("2018?", 2018),
     ("2018-05-03", 2018), ("2018-05-03T10:00:00Z", 2018)],
)  # fmt: skip
def test_the_dates_of_biblatex_give_a_year_and_stay(date: str, year: int):
    (record,) = read(f"@article{{a, title={{A}}, date={{{date}}}}}\n").records
    assert record.year == year


@pytest.mark.parametrize(
    "entry",
    [
        "@article(a, title = {A (very) title}, author = {Lee, Ann}, year = 2001)",
        "@ARTICLE { a ,\n TITLE = \"{A (very) title}\" ,\n Author = {Ann Lee} , Year = {2001} , }",
        "@article{a,\n title={A (very) title}\n author={Lee, Ann}\n year=2001\n}",
        "@article{a,\n title={A {(very) title},\n author={Lee, Ann},\n year=2001\n}",
        "@article{a,\n % title = {old},\n title={A (very) title}, % the new one\n author={Lee, Ann},\n year=2001}",
        "@article{title={A (very) title}, author={Lee, Ann}, year=2001}",
        "@article{ключ-ä, title={A (very) title}, author={Lee, Ann}, year=2001}",
        "@article{, title={A (very) title}, author={Lee, Ann}, year=2001}",
        "@article{a b c, title={A (very) title}, author={Lee, Ann}, year=2001}",
        "@article{a,\n title={A (very) title},\n author={Lee, Ann},\n year=2001\n",
        "@article{a,\n title={A\n  (very)\n  title},\n author={Lee,\n Ann},\n year=\"2001\"\n}",
    ],
)  # fmt: skip
def test_an_entry_is_read_however_it_is_written_or_broken(entry: str):
    result = read(f"{entry}\n\n@book{{next, title={{Next}}}}\n")
    first, second = result.records
    assert (first.title, first.authors, first.year) == ("A (very) title", "Lee, Ann", 2001)
    assert second.title == "Next"


def test_what_is_no_entry_is_reported():
    result = read(
        'Written by X\n@comment{jabref-meta: y}\n@preamble{"\\def\\x{y}"}\n@string{unused = {Z}}\n'
        "@book{a, title={A}}, stray\n"
    )
    assert [(issue.line, issue.what) for issue in result.report.issues] == [
        (1, "Text between entries."),
        (2, "A comment."),
        (3, "A preamble."),
        (4, "A macro (@string) that no entry names."),
        (5, "Text between entries."),
    ]  # fmt: skip


def test_an_entry_without_any_field_keeps_its_text():
    first, second = read("@misc{just some words}\n@book{b, title={B}}\n").records
    assert "just some words" in (first.extra or "")
    assert second.title == "B"
