"""Every reference file is run by the command, and the real evidence base by itself."""

from __future__ import annotations

import csv
import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from whatworks.synthesis import composite_by_study, random_effects

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]


def _run(*files: Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.oracle", *map(str, files)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def test_our_own_r_references_are_reached() -> None:
    files = sorted((HERE / "r").glob("*.json"))
    n = sum(len(json.loads(file.read_text("utf-8"))) for file in files)
    code, out = _run(*files)
    assert code == 0, out
    assert out.splitlines()[-1] == f"{n} passed, 0 failed"


def test_a_wrong_reference_fails_and_is_named(tmp_path: Path) -> None:
    cases = json.loads((HERE / "r" / "composites.json").read_text("utf-8"))
    cases[1]["expected"]["vi"][0] *= 1 + 1e-6
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps(cases), "utf-8")
    code, out = _run(wrong)
    assert code == 1
    assert "FAILED composite-rho-0.6\n    vi[0]" in out
    assert out.splitlines()[-1] == "3 passed, 1 failed"


def test_nested_values_are_held_to_absolute_tolerances(tmp_path: Path) -> None:
    case: dict[str, Any] = {
        "id": "isr_a",
        "call": "",
        "tol": {"abs": 1e-8, "ratio": 1e-3},
        "input": {"observed": 0, "expected": 2.0, "confidence": 0.95},
        # R 4.2.2: qchisq(.975, 2)/2/2
        "expected": {"ratio": 5e-4, "exact": {"upper": 1.844439727}, "byar": {"lower": None}},
    }
    file = tmp_path / "ratio.json"
    file.write_text(json.dumps([case]), "utf-8")
    assert _run(file)[0] == 0
    case["expected"] = {"exact": {"upper": 1.84444}, "byar": {"lower": 0.0}, "default": "byar"}
    file.write_text(json.dumps([case]), "utf-8")
    code, out = _run(file)
    assert code == 1
    assert "    exact.upper[0]: want 1.84444" in out
    assert "    byar.lower[0]: want 0.0, got nan" in out
    assert "    default[0]: want 'byar', got 'exact'" in out


def test_a_method_that_is_not_built_is_not_passed(tmp_path: Path) -> None:
    file = tmp_path / "new.json"
    case = {"id": "newmethod-a", "call": "", "tol": 1e-8, "input": {}, "expected": {"x": 1}}
    file.write_text(json.dumps([case]), "utf-8")
    code, out = _run(file)
    assert code == 1
    assert out.splitlines()[-1] == "0 passed, 1 failed"
    assert "no method here answers this call" in out


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "passing", "failing"),
    [
        ("effect_sizes", 232, 0),
        ("rma_uni", 475, 0),
        ("rma_mv", 42, 0),
        # Rounding of R in two cases: see README.md.
        ("robust", 106, 2),
        ("training", 6, 0),
        # Methods that are not built yet make up the rest.
        ("advice", 27, 11),
        ("fair_comparison", 32, 33),
    ],
)
def test_shared_references_are_reached(shared: Path, name: str, passing: int, failing: int) -> None:
    _, out = _run(shared / "oracle" / f"{name}.json")
    assert out.splitlines()[-1] == f"{passing} passed, {failing} failed"


@pytest.mark.shared
def test_pooled_results_of_the_evidence_files_are_reached(shared: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.oracle.evidence", str(shared / "data" / "evidence")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines()[-1] == "40 passed, 0 failed", done.stdout


@pytest.mark.shared
@pytest.mark.filterwarnings("ignore::whatworks.synthesis.PossibleMisuse")
@pytest.mark.parametrize("unit", ["effects", "composites"])
def test_targeted_k6_is_pooled_as_r_does(shared: Path, unit: str) -> None:
    """R call and version stand beside the numbers in r/shared/targeted_k6.json."""
    file = shared / "data" / "evidence" / "targeted_k6" / "effects.csv.gz"
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["Post"] == "1"]
    y = np.array([float(row["Effectsize_g_adj1"]) for row in rows])
    v = np.array([float(row["SE_g_adj1"]) for row in rows]) ** 2
    if unit == "composites":
        found = composite_by_study(y, v, [row["Study_ID"] for row in rows], rho=0.8)
        y, v = found.yi, found.vi
    fit = random_effects(y, v, method="REML", test="knha")
    references: list[dict[str, Any]] = json.loads(
        (HERE / "r" / "shared" / "targeted_k6.json").read_text("utf-8")
    )
    (want,) = [case["expected"] for case in references if case["id"] == f"targeted_k6-{unit}"]
    assert fit.prediction_interval is not None
    assert fit.tau2_ci is not None
    got = {
        "k": fit.k,
        "estimate": fit.estimate,
        "se": fit.se,
        "ci_lb": fit.ci[0],
        "ci_ub": fit.ci[1],
        "df": fit.df,
        "tau2": fit.tau2,
        "tau2_ci_lb": fit.tau2_ci[0],
        "tau2_ci_ub": fit.tau2_ci[1],
        "i2": fit.i2,
        "q": fit.q,
        "pi_lb": fit.prediction_interval[0],
        "pi_ub": fit.prediction_interval[1],
        "log_likelihood": fit.log_likelihood,
    }
    assert got.keys() == want.keys()
    for name, value in want.items():
        assert got[name] == pytest.approx(value, rel=1e-8), name
