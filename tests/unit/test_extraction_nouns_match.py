"""What extraction hands on has the shape the rest of the package expects."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import pytest

from whatworks.extraction.fields import SECTIONS
from whatworks.extraction.nouns import Accuracy, Arm, Effect, Measure, Study
from whatworks.references.nouns import Record


def names(noun: type) -> list[str]:
    return [field.name for field in dataclasses.fields(noun)]


@pytest.mark.parametrize(
    ("section", "noun", "own"),
    [
        ("study", Study, {"key"}),
        ("arm", Arm, set()),
        ("measure", Measure, set()),
        ("effect", Effect, {"key", "reported_variance"}),
        ("accuracy", Accuracy, {"key"}),
        ("record", Record, {"key"}),
    ],
)
def test_every_field_a_mapping_can_fill_is_a_field_of_the_noun(
    section: str, noun: type, own: set[str]
) -> None:
    assert set(SECTIONS[section]) - set(names(noun)) == own


def test_pydantic_is_not_loaded_until_a_mapping_is_read() -> None:
    code = "import sys, whatworks.extraction; sys.exit('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
