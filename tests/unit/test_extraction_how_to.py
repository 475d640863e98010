"""The how-to's first spreadsheet is read by the how-to's first mapping."""

from __future__ import annotations

import re

from tests.conftest import ROOT
from whatworks.extraction import FLAGS, load_mapping, read_spreadsheet

PAGE = (ROOT / "docs" / "how-to" / "map-a-spreadsheet.md").read_text(encoding="utf-8")


def first_block(language: str) -> str:
    match = re.search(rf"```{language}\n(.*?)```", PAGE, re.S)
    assert match is not None
    return match[1]


def test_the_first_mapping_reads_the_first_spreadsheet() -> None:
    mapping = load_mapping(first_block("toml").encode(), file="effects.toml")
    result = read_spreadsheet(
        first_block("").encode(), mapping, file="effects.csv", review_id="reading"
    )
    effects = result.tables["effects"]
    assert [effect.outcome for effect in effects] == ["reading", "spelling", "reading"]
    assert {effect.approaches for effect in effects} == {
        "small_group_tuition",
        "peer_assisted_learning",
    }
    assert [study.label for study in result.tables["studies"]] == ["Ash (2001)", "Birch (2010)"]


def test_the_page_explains_every_flag() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE, re.M)) == set(FLAGS)
