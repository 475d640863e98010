"""The R code that computes the same analysis, so that anyone can check it elsewhere."""

from __future__ import annotations

from typing import Any

__all__ = ["r_call", "r_script"]


def _statements(options: dict[str, Any]) -> list[str]:
    """Return metafor's statements; the last is the fit, on a frame `dat` of the inputs."""
    fit = (
        f'rma(yi, vi, data=dat, method="{options["method"]}", test="{options["test"]}", '
        f"level={100 * options['level']:g}, control=list(threshold=1e-12, maxiter=1000))"
    )
    if options["unit"] != "study":
        return [fit]
    join = (
        "dat <- aggregate(escalc(yi=yi, vi=vi, data=dat), cluster=study_id, "
        f'struct="CS", rho={options["rho"]:g}, weighted=FALSE)'
    )
    return [join, fit]


def r_call(options: dict[str, Any]) -> str:
    """Return metafor code for a random-effects analysis, in one line.

    Parameters
    ----------
    options : dict
        Options of an analysis of kind random_effects.

    Returns
    -------
    str
        R code; `dat` holds the columns yi, vi and study_id of the analysis's inputs, in order.
    """
    return "; ".join(_statements(options))


def r_script(options: dict[str, Any], inputs_file: str) -> str:
    """Return the same as a script that reads the inputs from a CSV file and prints the intervals.

    Parameters
    ----------
    inputs_file : str
        Name of the CSV file of the analysis's inputs, with columns yi, vi and study_id.
    """
    *before, fit = _statements(options)
    return "\n".join(
        [
            "library(metafor)",
            f'dat <- read.csv("{inputs_file}")',
            *before,
            f"fit <- {fit}",
            "predict(fit)",
        ]
    )
