"""Exact identifiers on labelled duplicates."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from whatworks.dedupe import exact_reports
from whatworks.references import read_references


@pytest.mark.shared
def test_exact_identifiers_join_no_record_that_the_labels_keep_apart(shared: Path):
    n_joined = 0
    for path in sorted((shared / "data/dedupe").glob("*.records.csv.gz")):
        name = path.name.removesuffix(".records.csv.gz")
        truth = json.loads((path.parent / f"{name}.truth.json").read_text())
        members = set(truth.get("in_group_ids", ())).union(*truth.get("groups", ()))
        records = read_references(path.read_bytes(), file=name, review_id=name).records
        label = {record.record_id: record.accession for record in records}
        found = exact_reports(records, review_id=name)
        joined = {label[link.record_id] for link in found.links if link.rule != "only_record"}
        n_joined += len(joined)
        assert joined <= members
    assert n_joined > 200
