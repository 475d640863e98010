"""Real export files: every record of every file, in every format."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest

from whatworks.references import Record, read_references
from whatworks.references.fields import FIELD_NAMES


def expected(shared: Path) -> dict[str, dict]:
    return json.loads((shared / "data/references/expected.json").read_text())


@pytest.mark.shared
def test_every_real_file_gives_as_many_records_as_it_has_record_tags(shared: Path):
    wrong = {}
    n_files = 0
    for name, facts in expected(shared).items():
        n_files += 1
        data = (shared / "data/references" / name).read_bytes()
        result = read_references(data, file=name, review_id="check")
        found = (
            len(result.records),
            result.report.n_start_tags,
            result.report.format,
            result.report.had_bom,
            result.report.line_endings,
        )
        # XML in one line has no line ends, whatever is written of it.
        line_ends = "none" if found[-1] == "none" else facts["line_ends"]
        due = (facts["records"], facts["records"], facts["format"], facts["bom"], line_ends)
        if found != due:
            wrong[name] = (found, due)
    assert n_files > 45
    assert wrong == {}


@pytest.mark.shared
def test_every_record_of_a_real_file_starts_at_its_byte(shared: Path):
    starts = {
        "ris": b"TY",
        "nbib": b"PM",
        "bibtex": b"@",
        "wos": b"PT ",
        "ovid": b"<",
        "enw": b"%",
        "endnote-xml": b"<record>",
        "pubmed-xml": b"<PubmedArticle>",
    }
    n_checked = 0
    for name, facts in expected(shared).items():
        if facts["format"] not in starts or name.endswith(".gz"):
            continue
        data = (shared / "data/references" / name).read_bytes()
        for record in read_references(data, file=name, review_id="check").records:
            assert record.byte_offset is not None
            assert data[record.byte_offset :].startswith(starts[facts["format"]]), (
                name,
                record.line,
            )
            n_checked += 1
    assert n_checked > 1500


@pytest.mark.shared
def test_nearly_every_record_of_the_real_files_has_its_title_year_and_authors(shared: Path):
    lacking: dict[str, list[str]] = {}
    for name in expected(shared):
        data = (shared / "data/references" / name).read_bytes()
        records = read_references(data, file=name, review_id="check").records
        for field in ("title", "authors", "year"):
            n_filled = sum(getattr(record, field) is not None for record in records)
            if n_filled < 0.6 * len(records):
                lacking.setdefault(name, []).append(field)
    # A file of one start tag, placeholders, years that are none, and a table without years.
    assert lacking == {
        "ris_bom.ris": ["title", "authors", "year"],
        "ris_faulty_year.ris": ["authors", "year"],
        "bib_acm.bib": ["year"],
        "enw_bibix.ref": ["year"],
        "csv_abstrackr.csv": ["year"],
    }


@pytest.mark.shared
def test_one_library_says_the_same_in_three_formats(shared: Path):
    by_doi = []
    for name in ("ris_bluelight.ris", "endnotexml_bluelight.xml", "nbib_bluelight.nbib"):
        data = (shared / "data/references" / name).read_bytes()
        records = read_references(data, file=name, review_id="check").records
        by_doi.append({record.doi: record for record in records if record.doi})
    ris, xml, nbib = by_doi
    assert len(ris.keys() & xml.keys()) > 60
    for doi in ris.keys() & xml.keys():
        one, other = ris[doi], xml[doi]
        for field in ("title", "authors", "year", "container", "volume", "issue", "pages", "pmid"):
            assert getattr(one, field) == getattr(other, field), (doi, field)
    for doi in ris.keys() & nbib.keys():
        assert ris[doi].volume == nbib[doi].volume


@pytest.mark.shared
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_real_files_joined_into_one_give_the_sum_of_their_records(
    shared: Path, encoding: str, line_end: str
):
    formats = {"ris", "nbib", "bibtex", "wos", "enw", "endnote-xml"}
    texts: dict[str, list[str]] = {name: [] for name in formats}
    n_due = dict.fromkeys(formats, 0)
    for name, facts in expected(shared).items():
        if facts["format"] not in formats or name.endswith(".gz"):
            continue
        data = (shared / "data/references" / name).read_bytes()
        wide = facts["encoding"] == "utf-16"
        # The byte-order marks of the parts stay, as joining files leaves them.
        texts[facts["format"]].append(data.decode("utf-16" if wide else "utf-8"))
        n_due[facts["format"]] += facts["records"]
    for name, parts in texts.items():
        joined = re.sub(r"\r\n|\r|\n", line_end, "\n".join(parts))
        result = read_references(joined.encode(encoding), file="joined", review_id="check")
        assert (result.report.format, len(result.records)) == (name, n_due[name])
        assert result.report.n_start_tags == n_due[name]


@pytest.mark.shared
def test_no_word_of_a_real_file_is_lost(shared: Path):
    lost: dict[str, list[str]] = {}
    # In the other formats names of fields and commands of TeX are words too.
    formats = {"ris", "nbib", "wos", "enw", "endnote-xml", "pubmed-xml"}
    for name, facts in expected(shared).items():
        if name.endswith(".gz") or facts["format"] not in formats:
            continue
        data = (shared / "data/references" / name).read_bytes()
        result = read_references(data, file=name, review_id="check")
        told = set(
            words(json.dumps([record_values(r) for r in result.records], ensure_ascii=False))
        )
        reported = {
            line
            for issue in result.report.issues
            for line in range(issue.line, issue.line + issue.n_lines)
        }
        text = html.unescape(re.sub(r"<[^<>]*>", " ", data.decode("utf-8-sig")))
        missing = [
            word
            for number, line in enumerate(text.split("\n"), start=1)
            if number not in reported
            for word in words(line)
            if word not in told
        ]
        if missing:
            lost[name] = sorted(set(missing))
    assert lost == {}


def record_values(record: Record) -> list[object]:
    return [getattr(record, field) for field in (*FIELD_NAMES, "extra")]


def words(text: str) -> list[str]:
    """Words of five letters and more, which no field spells in another way."""
    return re.findall(r"[a-z]{5,}", text.casefold().replace("\\n", " "))
