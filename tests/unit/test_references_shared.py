"""Real export files: every record of every file in the four formats."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from whatworks.errors import FileError
from whatworks.references import read_references

FORMATS = {"ris", "nbib", "bibtex", "csv"}


def expected(shared: Path) -> dict[str, dict]:
    return json.loads((shared / "data/references/expected.json").read_text())


@pytest.mark.shared
def test_every_real_file_gives_as_many_records_as_it_has_record_tags(shared: Path):
    wrong = {}
    n_files = 0
    for name, facts in expected(shared).items():
        if facts["format"] not in FORMATS:
            continue
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
        due = (
            facts["records"],
            facts["records"],
            facts["format"],
            facts["bom"],
            facts["line_ends"],
        )
        if found != due:
            wrong[name] = (found, due)
    assert n_files > 30
    assert wrong == {}


@pytest.mark.shared
def test_every_record_of_a_real_file_starts_at_its_byte(shared: Path):
    starts = {"ris": b"TY", "nbib": b"PM", "bibtex": b"@"}
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
def test_files_of_other_formats_are_refused_by_name(shared: Path):
    n_refused = 0
    for name, facts in expected(shared).items():
        if facts["format"] in FORMATS or name.endswith(".gz"):
            continue
        data = (shared / "data/references" / name).read_bytes()
        with pytest.raises(FileError, match=r"which cannot be read yet"):
            read_references(data, file=name, review_id="check")
        n_refused += 1
    assert n_refused >= 8
