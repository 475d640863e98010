"""The record that is kept has the best of all, and says where each value comes from."""

from __future__ import annotations

import json
from typing import Any

from tests.unit.test_dedupe_traps import record
from whatworks.dedupe import gathered_record

ONE: dict[str, Any] = {
    "title": "READING ALOUD: A TRIAL",
    "authors": "Lee, A.",
    "year": 2001,
    "volume": "3",
    "pages": "12",
    "url": "https://one.example/1",
    "record_type": "other",
    "extra": json.dumps({"C1": ["x"], "M1": ["a"]}),
}
OTHER: dict[str, Any] = {
    "title": "Reading aloud: a trial",
    "authors": "Lee, Ann; Roy, Bo",
    "year": 2002,
    "volume": "3",
    "pages": "12-19",
    "abstract": "Long enough.",
    "extra": json.dumps({"M1": ["a", "b"]}),
}
THIRD: dict[str, Any] = {"title": "Reading aloud", "year": 2002, "abstract": "Short."}


def test_each_field_has_its_best_value_and_names_its_record() -> None:
    kept = gathered_record([record(1, ONE), record(2, OTHER), record(3, THIRD)])
    assert kept.record_id == "r:1"
    assert kept.title == "Reading aloud: a trial"
    assert kept.authors == "Lee, Ann; Roy, Bo"
    assert (kept.year, kept.volume, kept.pages) == (2002, "3", "12-19")
    assert kept.abstract == "Long enough."
    assert kept.url == "https://one.example/1"
    assert kept.record_type == "article"
    extra = json.loads(kept.extra or "")
    assert extra["C1"] == ["x"]
    assert extra["M1"] == ["a", "b"]
    assert "title: r:2" in extra["origins"]
    assert "url: r:1" in extra["origins"]
    assert [line for line in extra["origins"] if line.startswith("record: ")] == [
        *("record: r:1", "record: r:2", "record: r:3")
    ]


def test_a_record_alone_stays_as_it_is() -> None:
    alone = record(1, ONE)
    assert gathered_record([alone]) is alone
