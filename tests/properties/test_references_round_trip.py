"""Laws of the reference readers and writers."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from whatworks.references import Record, read_references, write_references, write_ris
from whatworks.references.fields import FIELD_NAMES
from whatworks.references.identifiers import normalise_doi
from whatworks.references.names import normalise_name
from whatworks.references.ris import count_ris_starts
from whatworks.references.values import normalise_pages, split_keywords

# Everything a person or a broken program may put into a value, hard cases often.
TEXT = st.text(max_size=40) | st.sampled_from(
    [
        "TY  - JOUR",
        "a\nER  - \nb",
        "a\r\nTY  - BOOK",
        "<e2><80><94>",
        "10.1000/ABC",
        " padded ",
        "a; b",
        "a, b, c, d",
        "PUBMED 12",
        "whatworks:x",
        "whatworks-fields: {}",
        "AU  - X",
        "1998//",
        "=1+1",
        "-2; +3; @x",
        "{unclosed",
        "closed} and {",
        "a} @article{k, title = {b}",
        "50% of $x_1$ & \\\\LaTeX{} ~ ^ # -- ---",
        "say \"it\" 'now'",
        "Lee; Ann, and Jo and {World Health}",
        "Ann and Bo",
        "\u202eright to left\u202c שלום مرحبا",
        "👩\u200d🔬 \U0001f600 e\u0301",
        "\x00\x01\x1b\x7f\x85\u2028\ufffe\ufeff",
        "_x0041_ &amp; &#65; <b>x</b>",
        "\t\n\r\n \r",
        "word " * 9_000,
        "😀" * 40_000,
        "[1, 2]",
        '{"family": "Lee", "given": null}',
        "null",
    ]
)
FIELD = st.none() | TEXT
TAG = st.from_regex(r"[A-Z][A-Z0-9]", fullmatch=True) | st.sampled_from(
    ["TY", "AN", "N1", "mesh", "key", "note", "editor", "type", "id", "custom", "crossref"]
)
EXTRA = st.dictionaries(TAG | TEXT, st.lists(TEXT, min_size=1, max_size=3), max_size=4)
TEXT_FIELDS = tuple(name for name in FIELD_NAMES if name not in ("record_type", "year"))


@st.composite
def records(draw: st.DrawFn) -> Record:
    extra = draw(EXTRA)
    return Record(
        record_id="demo:000000000000:1",
        review_id="demo",
        raw_file_id="0" * 64,
        position=1,
        line=1,
        byte_offset=0,
        record_type=draw(st.sampled_from(["article", "book", "chapter", "web", "other", "thesis"])),
        year=draw(st.none() | st.integers(min_value=-10, max_value=3000)),
        **{name: draw(FIELD) for name in TEXT_FIELDS},
        extra=json.dumps(extra, ensure_ascii=False, sort_keys=True) if extra else None,
    )


def placeless(record: Record) -> Record:
    """The record without its place in a file."""
    return dataclasses.replace(
        record, record_id="", raw_file_id="", position=0, line=None, byte_offset=None
    )


# Texts of all lengths are drawn, and a workbook is packed each time: the time of one example says
# nothing.
SLOW = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ],
)
WAYS = [
    ("ris", None),
    ("ris", "endnote"),
    ("ris", "zotero"),
    ("ris", "eppi"),
    ("bibtex", None),
    ("csl-json", None),
    ("csv", None),
    ("xlsx", None),
]


@pytest.mark.parametrize(("format", "flavour"), WAYS)
@SLOW
@given(written=st.lists(records(), min_size=1, max_size=3))
def test_a_file_gives_back_every_field_and_tag_of_any_record(
    format: str, flavour: str | None, written: list[Record]
):
    data = write_references(written, format=format, flavour=flavour)
    result = read_references(data, file="own", review_id="demo")
    assert result.report.format == format
    assert [placeless(r) for r in result.records] == [placeless(r) for r in written]


@cache
def read_shared(path: Path) -> tuple[Record, ...]:
    return read_references(path.read_bytes(), file=path.name, review_id="demo").records


@pytest.mark.shared
@pytest.mark.parametrize(("format", "flavour"), WAYS)
def test_real_files_come_back_from_every_format(shared: Path, format: str, flavour: str | None):
    for path in sorted((shared / "data" / "references").iterdir()):
        if path.name in ("README.md", "expected.json"):
            continue
        # The longest files hold a thousand of the same kind.
        records = read_shared(path)[:100]
        data = write_references(records, format=format, flavour=flavour)
        back = read_references(data, file="own", review_id="demo").records
        assert [placeless(r) for r in back] == [placeless(r) for r in records], path.name


@SLOW
@given(written=records(), title=st.text(min_size=1, max_size=20).filter(str.isalnum))
def test_a_title_that_a_person_changed_in_our_csv_is_the_new_title(written: Record, title: str):
    data = write_references([written], format="csv").decode()
    header, row = csv.reader(io.StringIO(data, newline=""))
    row[header.index("title")] = title
    out = io.StringIO(newline="")
    csv.writer(out).writerows([header, row])
    (record,) = read_references(out.getvalue().encode(), file="own", review_id="demo").records
    assert record.title == title


LINE = st.sampled_from(
    [
        "TY  - JOUR",
        "TY  - BOOK",
        "ER  - ",
        "",
        "2. ",
        "AU  - Lee, A.",
        "KW  - a; b",
        "PY  - 2001",
        "Y1  - 2001/02/03",
        "N2  - Text",
        "AB  - More text",
        "continued",
        "UR  - http://a.org",
        "SP  - 10",
        "EP  - 2",
        "PMID  - 9",
        "C3  - PUBMED 9",
        "SN  - 1234-5678 (Print)",
        "ID  - x",
        "AN  - y",
        "DO  - 10.1/X",
        "M3  - 10.1000/Y",
        "T2  - J",
        "JF  - K",
        "TI  - T",
        "T1  - T",
        "ZZ  - z",
    ]
)


@given(st.lists(LINE, max_size=30), st.sampled_from(["\n", "\r\n", "\r"]))
@example(["KW  - a, b", "c, d; "], "\n")
def test_every_start_line_gives_a_record_and_exporting_it_changes_nothing(
    lines: list[str], line_end: str
):
    text = line_end.join(["TY  - JOUR", *lines])
    result = read_references(text.encode(), file="made.ris", review_id="demo")
    assert len(result.records) == count_ris_starts(["TY  - JOUR", *lines])
    back = read_references(write_ris(result.records), file="own.ris", review_id="demo")
    assert [placeless(r) for r in back.records] == [placeless(r) for r in result.records]


@given(st.lists(LINE, max_size=20))
def test_no_letter_of_a_value_is_lost(lines: list[str]):
    """Every word of every value stands in a record or in a line that the report names."""
    all_lines = ["TY  - JOUR", *lines]
    text = "\n".join(all_lines)
    result = read_references(text.encode(), file="made.ris", review_id="demo")
    told = " ".join(
        [str(value) for r in result.records for value in dataclasses.asdict(r).values()]
        + [
            line
            for issue in result.report.issues
            if "skipped" in issue.done
            for line in all_lines[issue.line - 1 : issue.line - 1 + issue.n_lines]
        ]
    ).lower()
    for word in ("lee", "text", "continued", "http://a.org", "1234-5678", "2001/02/03"):
        if word in text.lower():
            assert word in told


@given(TEXT)
def test_normalising_twice_is_normalising_once(text: str):
    doi = normalise_doi(text)
    assert doi is None or normalise_doi(doi) == doi
    assert normalise_pages(normalise_pages(text)) == normalise_pages(text)
    assert normalise_name(normalise_name(text)) == normalise_name(text)
    words = split_keywords([text])
    assert split_keywords(words) == words
