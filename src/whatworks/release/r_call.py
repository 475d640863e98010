"""The R code that computes the same analysis, so that anyone can check it elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["R_KINDS", "r_call", "r_script"]

# Kinds of analysis that have a counterpart in R.
R_KINDS = ("dependent_effects", "random_effects", "rho_sensitivity")


def _two_level(options: dict[str, Any]) -> list[str]:
    """Return metafor's statements for a two-level model of composites or of single effects."""
    fit = (
        f'rma(yi, vi, data=dat, method="{options["method"]}", test="{options["test"]}", '
        f"level={100 * options['level']:g}, control=list(threshold=1e-12, maxiter=1000))"
    )
    if options["unit"] != "study":
        return [fit]
    return [_composites(f"{options['rho']:g}", weighted=False), fit]


def _composites(rho: str, *, weighted: bool) -> str:
    """Return the statement that joins the effects of each study."""
    return (
        "dat <- aggregate(escalc(yi=yi, vi=vi, data=dat), cluster=study_id, "
        f'struct="CS", rho={rho}, weighted={str(weighted).upper()})'
    )


def _dependent(options: dict[str, Any], rho: str, study_ids: Sequence[str]) -> list[str]:
    """Return the statements for a working model with robust inference, for one correlation."""
    n_studies = len(set(study_ids))
    level = f"{100 * options['level']:g}"
    smooth = ["dat$vi <- ave(dat$vi, dat$study_id)"] if options["smooth_vi"] else []
    if n_studies == 1:
        fixed = f'rma(yi, vi, data=dat, method="EE", test="z", level={level})'
        return [*smooth, _composites(rho, weighted=True), fixed]
    has_inner = options["working_model"] == "CHE" and n_studies < len(study_ids)
    return [
        *smooth,
        "dat$effect <- seq_len(nrow(dat))",
        f"V <- vcalc(vi, cluster=study_id, obs=effect, rho={rho}, data=dat)",
        f"fit <- rma.mv(yi, V, random = ~ 1 | study_id{'/effect' if has_inner else ''}, data=dat, "
        f'method="{options["method"]}", level={level})',
        f'robust(fit, cluster=dat$study_id, clubSandwich=TRUE, vcov="{options["robust"]}")',
    ]


def _statements(kind: str, options: dict[str, Any], study_ids: Sequence[str]) -> list[str]:
    """Return the statements; the last one gives the result, on a frame `dat` of the inputs."""
    if kind == "random_effects":
        return _two_level(options)
    if kind == "dependent_effects":
        return _dependent(options, f"{options['rho']:g}", study_ids)
    return ["inputs <- dat", f"{_each(options)} {{ {'; '.join(_inner(options, study_ids))} }})"]


def _each(options: dict[str, Any]) -> str:
    """Return the opening of a loop over the correlations tried."""
    return f"lapply(c({', '.join(f'{rho:g}' for rho in options['rhos'])}), function(rho)"


def _inner(options: dict[str, Any], study_ids: Sequence[str]) -> list[str]:
    """Return the statements of that loop."""
    return ["dat <- inputs", *_dependent(options, "rho", study_ids)]


def r_call(kind: str, options: dict[str, Any], study_ids: Sequence[str]) -> str:
    """Return metafor code for a pooled analysis, in one line.

    Parameters
    ----------
    kind : str
        One of `R_KINDS`.
    options : dict
        Options of the analysis.
    study_ids : sequence of str
        Study of each effect that enters; one study, or one effect a study, needs other code.

    Returns
    -------
    str
        R code; `dat` holds the columns yi, vi and study_id of the analysis's inputs, in order. For
        dependent effects it needs the packages metafor and clubSandwich.
    """
    return "; ".join(_statements(kind, options, study_ids))


def r_script(kind: str, options: dict[str, Any], study_ids: Sequence[str], inputs_file: str) -> str:
    """Return the same as a script that reads the inputs from a CSV file and prints the result.

    Parameters
    ----------
    inputs_file : str
        Name of the CSV file of the analysis's inputs, with columns yi, vi and study_id.
    """
    opening = ["library(metafor)", f'dat <- read.csv("{inputs_file}")']
    if kind == "rho_sensitivity":
        inner = [f"  {statement}" for statement in _inner(options, study_ids)]
        return "\n".join([*opening, "inputs <- dat", f"{_each(options)} {{", *inner, "})"])
    *before, last = _statements(kind, options, study_ids)
    return "\n".join([*opening, *before, f"found <- {last}", "found", "predict(found)"])
