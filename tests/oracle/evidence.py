# ruff: noqa: T201 - a command that prints its findings
"""Reproduce the pooled results of the evidence files: ``python -m tests.oracle.evidence FOLDER``.

`FOLDER` holds expected_results.csv and the data it was made from; evidence.toml says how each row is
made. Every printed number is compared to its last printed digit.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import sys
import tomllib
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from tests.oracle.maximum import where_numbers_arise
from whatworks.synthesis import PossibleMisuse
from whatworks.synthesis.multilevel import MultilevelModel, multilevel_model
from whatworks.synthesis.robust import RobustInference, robust, robust_meta_regression
from whatworks.synthesis.sampling_covariance import sampling_covariance, smooth_by_cluster
from whatworks.synthesis.working_models import working_model

HERE = Path(__file__).parent
Recipe = dict[str, Any]
Numbers = dict[str, Any]
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def main(folder: Path) -> int:
    written = tomllib.loads((HERE / "evidence.toml").read_text("utf-8"))
    recipes = {
        (row["dataset"], row["model"]): {**written["defaults"], **row} for row in written["row"]
    }
    passed = failed = 0
    with (folder / "expected_results.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            wanted = printed_numbers(row)
            recipe = recipes.get((row["dataset"], row["model"]))
            got = computed(folder, recipe) if recipe is not None else {}
            bad = [
                f"{name}: printed {text}, ours {got.get(name)}"
                for name, text in wanted.items()
                if name not in got or not is_printed(got[name], text)
            ]
            higher = why_higher(got, wanted, bad)
            is_passed = not bad or higher is not None
            passed, failed = passed + is_passed, failed + (not is_passed)
            verdict = "FAILED" if not is_passed else "HIGHER" if bad else "passed"
            shown = ", ".join(f"{name} {text}" for name, text in list(wanted.items())[2:6])
            print(f"{verdict}  {row['dataset']}: {row['model'].strip()}: {shown}")
            for line in [*bad, *([higher] if higher else [])]:
                print(f"    {line}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def why_higher(got: Numbers, wanted: dict[str, str], bad: list[str]) -> str | None:
    """Show that what is missed is the reference's stopping short of the maximum."""
    again = got.get("again")
    if not bad or again is None:
        return None
    fit, answer = again

    def is_reached(numbers: Numbers) -> bool:
        return all(is_printed(numbers[name], text) for name, text in wanted.items())

    limits = {name: float(wanted[name]) for name in ("ci_lb", "ci_ub")}
    return where_numbers_arise(limits, fit, answer, is_reached)


def printed_numbers(row: dict[str, str]) -> dict[str, str]:
    """Return every number of a row as it is printed."""
    names = ("k_effects", "m_studies", "estimate", "se", "ci_lb", "ci_ub")
    found = {name: row[name] for name in names if row[name]}
    for part in row["extra"].split():
        name, _, text = part.partition("=")
        found[name] = text
    return found


def is_printed(value: float, text: str) -> bool:
    """Whether a value rounds to the printed one; of more than 12 digits 12 are compared."""
    match = NUMBER.fullmatch(text)
    assert match is not None, text
    decimals = min(len(text.partition(".")[2]), 12)
    return abs(value - float(text)) <= 0.5 * 10.0**-decimals * (1.0 + 1e-9)


def columns(path: Path) -> dict[str, list[str]]:
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    return {name: [row[name] for row in rows] for name in rows[0]}


def computed(folder: Path, recipe: Recipe) -> Numbers:
    """Return our numbers for a row, under the names it prints them by."""
    table = columns(folder / recipe["file"])
    kept = np.ones(len(table[recipe["yi"]]), dtype=bool)
    for name, wanted in recipe.get("where", {}).items():
        allowed = wanted if isinstance(wanted, list) else [wanted]
        kept &= np.array([value in allowed for value in table[name]])
    if "n" in recipe:
        first, second = (np.array(table[name], dtype=float) for name in recipe["n"])
        kept &= first * second <= recipe["largest_product"]
    rows = np.flatnonzero(kept)
    table = {name: [values[i] for i in rows] for name, values in table.items()}
    y = np.array(table[recipe["yi"]], dtype=float)
    v = _variances(table, recipe, y)
    study = np.array(table[recipe["study"]])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PossibleMisuse)
        if recipe["kind"] == "CORR":
            rve = robust_meta_regression(y, v, study, kind="CORR", rho=recipe["rho"])
            return {
                "k_effects": rve.n_effects,
                "m_studies": rve.n_studies,
                "estimate": float(rve.coefficients[0]),
                "se": float(rve.se[0]),
                "ci_lb": float(rve.ci[0, 0]),
                "ci_ub": float(rve.ci[0, 1]),
                "df": float(rve.df[0]),
                "tau2": rve.tau2,
                "I2": float(rve.i2 or 0.0),
            }
        return _dependent(table, recipe, y, v, study)


def _variances(table: dict[str, list[str]], recipe: Recipe, y: Any) -> Any:
    if "vi" in recipe:
        return np.array(table[recipe["vi"]], dtype=float)
    if "sei" in recipe:
        return np.array(table[recipe["sei"]], dtype=float) ** 2
    first, second = (np.array(table[name], dtype=float) for name in recipe["n"])
    return 1.0 / first + 1.0 / second + y**2 / (2.0 * (first + second))


def _dependent(table: dict[str, list[str]], recipe: Recipe, y: Any, v: Any, study: Any) -> Numbers:
    fit: MultilevelModel
    if "covariance" in recipe:
        options = {
            name: value if not isinstance(value, str) else _column(table[value])
            for name, value in recipe["covariance"].items()
        }
        fit = multilevel_model(
            y,
            sampling_covariance(v, study, **options),
            random="~ 1 | study/effect",
            data={"study": study, "effect": np.arange(y.size)},
        )
        return _with_again(fit, 0)
    v = smooth_by_cluster(v, study) if recipe["smooth"] else v
    if "by" not in recipe:
        fit = working_model(y, v, study, kind="CHE", rho=recipe["rho"])
        return _with_again(fit, 0)
    labels = [recipe.get("joined", {}).get(label, label) for label in table[recipe["by"]]]
    data = {"category": np.array(labels, dtype=object)}
    fit = working_model(
        y, v, study, kind="CHE", rho=recipe["rho"], mods="~ category - 1", data=data
    )
    at = fit.design.names.index(f"category[{recipe['category']}]")
    return _with_again(fit, at) | {"k_effects": labels.count(recipe["category"])}


def _with_again(fit: MultilevelModel, at: int) -> Numbers:
    """Return the numbers of a fit, and the means to compute them at other variances."""

    def answer(model: MultilevelModel) -> Numbers:
        return _fields(model, robust(model), at)

    return answer(fit) | {"again": (fit, answer)}


def _column(values: list[str]) -> Any:
    try:
        return np.array(values, dtype=float)
    except ValueError:
        return np.array(values, dtype=object)


def _fields(fit: MultilevelModel, found: RobustInference, at: int) -> Numbers:
    between, within = fit.components[0].estimate, fit.components[-1].estimate
    return {
        "k_effects": fit.k,
        "m_studies": found.n_clusters,
        "estimate": float(found.coefficients[at]),
        "se": float(found.se[at]),
        "ci_lb": float(found.ci[at, 0]),
        "ci_ub": float(found.ci[at, 1]),
        "df": float(found.df[at]),
        "tau2_study": between,
        "omega2_within": within,
        "sigma2_study": between,
        "sigma2_effect": within,
    }


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
