"""Reference files of agreement: every field is reached, and a wrong one is named."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.oracle.agreement_vectors import fields, is_agreement_file

# irrCAC 0.4.4 CAC(...).gwet() and scikit-learn 1.9.1 cohen_kappa_score on these ratings.
SMALL: dict[str, Any] = {
    "two": {
        "a": [1, 1, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0],
        "b": [1, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        "irrCAC": {"gwet": {"est": 0.75052, "se": 0.14818, "ci": [0.44037, 1]}},
        "cohen_kappa": 0.625,
    }
}


def not_reached(content: dict[str, Any]) -> list[str]:
    return [line for field in fields(content) if (line := field.missed())]


def run(file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.oracle", str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.shared
def test_every_field_of_the_reference_file_is_reached(shared: Path) -> None:
    content = json.loads((shared / "reference" / "agreement_vectors.json").read_text("utf-8"))
    blocks = {name: block for name, block in content.items() if name != "rand"}
    assert not_reached(blocks) == []

    read = [field.name for field in fields(blocks) if not field.skipped]
    leaves = sum(
        len(group) if isinstance(group, dict) else 1
        for block in blocks.values()
        for key, value in block.items()
        if key not in ("a", "b", "data")
        for group in (value.values() if isinstance(value, dict) else [value])
    )
    assert len(read) == len(set(read)) == leaves >= 45


@pytest.mark.shared
def test_the_command_reads_the_reference_file_to_its_end(shared: Path) -> None:
    done = run(shared / "reference" / "agreement_vectors.json")
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[-1].endswith(" passed, 0 failed")
    assert "skipped rand[0].type2: percentiles are of type 6 and type 7 here" in done.stdout


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("irrCAC", "gwet", "est"), 0.75053),
        (("irrCAC", "gwet", "se"), 0.14819),
        (("irrCAC", "gwet", "ci"), [0.44036, 1]),
        (("irrCAC", "gwet", "ci"), [0.44037]),
        (("cohen_kappa",), 0.625 + 2e-9),
        (("cohen_kappa",), None),
        (("irrCAC", "gwet", "est"), None),
    ],
)
def test_a_wrong_figure_is_named(path: tuple[str, ...], wrong: object) -> None:
    assert not_reached(SMALL) == []
    content = json.loads(json.dumps(SMALL))
    place = content["two"]
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = wrong
    (line,) = not_reached(content)
    assert line.startswith(f"two.{'.'.join(path)}: want {wrong!r}, got ")


def test_a_figure_that_nothing_answers_has_failed(tmp_path: Path) -> None:
    content = json.loads(json.dumps(SMALL))
    content["two"] |= {"lambda": 0.5, "irrCAC_cubic": {"bp": {"est": 1}}}
    content["two"]["irrCAC"]["lin"] = {"est": 0.1}
    content["two"]["irrCAC"]["gwet"]["z"] = 5.1
    content["notes"] = {"of": "nothing"}
    assert [line.rpartition(" ")[2] for line in not_reached(content)] == [
        "two.irrCAC.gwet.z",
        "two.irrCAC.lin",
        "two.lambda",
        "two.irrCAC_cubic",
        "notes",
    ]
    file = tmp_path / "other.json"
    file.write_text(json.dumps(content), "utf-8")
    done = run(file)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "4 passed, 5 failed"


def test_no_value_is_expected_where_one_category_is_used() -> None:
    same = {"one": {"a": [1, 1, 1], "b": [1, 1, 1], "cohen_kappa": None}}
    assert is_agreement_file(same)
    assert not_reached(same) == []
    same["one"]["cohen_kappa"] = 1.0
    assert not_reached(same) == ["one.cohen_kappa: want 1.0, got None"]


def test_figures_may_be_printed_with_any_number_of_decimals() -> None:
    content = json.loads(json.dumps(SMALL))
    content["two"]["irrCAC"]["gwet"] = {"est": 0.751, "se": 0.148, "ci": [0.44, 1]}
    content["two"]["kappa_linear"] = 0.625
    assert not_reached(content) == []
    content["two"]["irrCAC"]["gwet"]["est"] = 0.75
    assert len(not_reached(content)) == 1
    # Full precision is held to 1e-9.
    content["two"]["irrCAC"]["gwet"] = {"est": 0.7505197505197505}
    assert not_reached(content) == []
    content["two"]["irrCAC"]["gwet"] = {"est": 0.7505197525197505}
    assert len(not_reached(content)) == 1


def test_lists_of_cases_are_no_files_of_agreement() -> None:
    assert not is_agreement_file([{"id": "x", "input": {}}])


def test_panels_are_answered_and_wrong_ones_named() -> None:
    # BMJ Open 2012;2:e001431, Table 1, criterion 1.
    panel = {"ratings": [4, 5, 6] + [7] * 5 + [8] * 5 + [9] * 2, "median": 7.0, "region": [7, 9]}
    panel |= {"type7": {"p30": 7.0, "DI": 0.163934}, "class": "appropriate"}
    assert not_reached({"panels": [panel]}) == []
    panel |= {"class": "uncertain", "type7": {"DI": 0.163933, "p95": 9}, "mode": 7}
    assert [line.split(":")[0] for line in not_reached({"panels": [panel, {"n": 3}]})] == [
        "panels[0].type7.DI",
        "no method here answers panels[0].type7.p95",
        "panels[0].class",
        "no method here answers panels[0].mode",
        "no method here answers panels[1]",
    ]
