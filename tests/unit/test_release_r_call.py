"""The R code printed beside an analysis: what it says for each shape of evidence."""

import shutil
import subprocess

import pytest

from tests.unit.test_release_dependent_effects import SEVERAL, pooled
from whatworks.release.plan import DEPENDENT_OPTIONS, TWO_LEVEL_OPTIONS
from whatworks.release.r_call import r_call, r_script

OPTIONS = {**DEPENDENT_OPTIONS, "rho": 0.8, "months_table": None}
ONE_EACH = [("a", 0.3, 0.04), ("b", 0.5, 0.05), ("c", 0.2, 0.03), ("d", 0.9, 0.01)]
ONE_STUDY = [("a", 0.3, 0.04), ("a", 0.5, 0.05)]


def test_effects_within_studies_have_a_level_of_their_own():
    call = r_call("dependent_effects", OPTIONS, ["a", "a", "b"])
    assert "rho=0.8" in call
    assert "random = ~ 1 | study_id/effect" in call
    assert "clubSandwich=TRUE" in call


def test_one_effect_a_study_has_no_level_within():
    assert "study_id/effect" not in r_call("dependent_effects", OPTIONS, ["a", "b", "c"])


def test_one_study_is_averaged():
    call = r_call("dependent_effects", OPTIONS, ["a", "a"])
    assert "rma.mv" not in call
    assert call.endswith('rma(yi, vi, data=dat, method="EE", test="z", level=95)')


def test_every_correlation_is_run():
    call = r_call("rho_sensitivity", {**DEPENDENT_OPTIONS, "rhos": [0.0, 0.95]}, ["a", "a", "b"])
    assert "lapply(c(0, 0.95), function(rho) { dat <- inputs; dat$vi <- ave(" in call
    assert call.endswith("})")


def test_a_two_level_model_of_composites_joins_first():
    options = {**TWO_LEVEL_OPTIONS, "unit": "study", "rho": 0.8}
    assert r_call("random_effects", options, ["a", "b"]).startswith("dat <- aggregate(")
    single = r_call("random_effects", {**options, "unit": "effect", "rho": None}, ["a", "b"])
    assert single.startswith("rma(yi, vi")


def has_r() -> bool:
    if shutil.which("Rscript") is None:
        return False
    asked = ["Rscript", "-e", "library(metafor); library(clubSandwich)"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def run_in_r(folder, rows, script: str) -> list[float]:
    """Run a script on these rows and return the numbers it prints after the word RESULT."""
    if not has_r():
        pytest.skip("Rscript with the packages metafor and clubSandwich is not installed here")
    lines = ["yi,vi,study_id", *(f"{y},{v},{s}" for s, y, v in rows)]
    (folder / "inputs.csv").write_text("\n".join(lines) + "\n")
    (folder / "script.R").write_text(script)
    done = subprocess.run(
        ["Rscript", "script.R"], cwd=folder, capture_output=True, text=True, check=True
    )
    return [float(text) for text in done.stdout.rpartition("RESULT")[2].split()]


@pytest.mark.parametrize("rows", [SEVERAL, ONE_EACH, ONE_STUDY])
def test_the_script_runs_in_r_and_gives_the_same(rows, tmp_path):
    script = r_script("dependent_effects", OPTIONS, [row[0] for row in rows], "inputs.csv")
    wanted = "\ncat('RESULT', sprintf('%.12g', c(found$beta[1], found$se, found$ci.lb)))\n"
    found = pooled(rows)
    assert run_in_r(tmp_path, rows, script + wanted) == pytest.approx(
        [found.estimate, found.se, found.ci[0]], rel=1e-6
    )


def test_the_script_of_all_correlations_runs_in_r_and_gives_the_same(tmp_path):
    rhos = [0.2, 0.95]
    options = {**DEPENDENT_OPTIONS, "rhos": rhos}
    script = r_script("rho_sensitivity", options, [row[0] for row in SEVERAL], "inputs.csv")
    kept = script.replace("lapply(", "found <- lapply(")
    wanted = "\ncat('RESULT', sprintf('%.12g', sapply(found, function(f) f$beta[1])))\n"
    assert run_in_r(tmp_path, SEVERAL, kept + wanted) == pytest.approx(
        [pooled(SEVERAL, rho).estimate for rho in rhos], rel=1e-6
    )
