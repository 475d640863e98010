"""The R call that computes the same analysis, so that anyone can check it elsewhere."""

from __future__ import annotations

from typing import Any

__all__ = ["r_call"]


def r_call(options: dict[str, Any]) -> str:
    """Return metafor code for a random-effects analysis.

    Parameters
    ----------
    options : dict
        Options of an analysis of kind random_effects.

    Returns
    -------
    str
        R code; `dat` holds the columns yi, vi and study_id of the analysis's inputs, in order.
    """
    fit = (
        f'rma(yi, vi, data=dat, method="{options["method"]}", test="{options["test"]}", '
        f"level={100 * options['level']:g}, control=list(threshold=1e-12, maxiter=1000))"
    )
    if options["unit"] != "study":
        return fit
    return (
        "dat <- aggregate(escalc(yi=yi, vi=vi, data=dat), cluster=study_id, "
        f'struct="CS", rho={options["rho"]:g}, weighted=FALSE); {fit}'
    )
