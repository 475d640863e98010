"""The same analysis in R, so that a statistician can check it with other software."""

from __future__ import annotations

import json
from typing import Any

from whatworks.release.nouns import Analysis

__all__ = ["r_call"]


def r_call(analysis: Analysis, inputs_file: str) -> str | None:
    """Return lines of R (package metafor) that compute the analysis from its inputs file.

    An option `r_call` of the analysis goes before what is written here. None where the kind has no
    counterpart in metafor.

    Parameters
    ----------
    inputs_file : str
        Name of the CSV file of the analysis's inputs, with columns yi, vi and study_id.
    """
    options: dict[str, Any] = json.loads(analysis.options)
    stored = options.get("r_call")
    if isinstance(stored, str):
        return stored
    if analysis.kind != "random_effects":
        return None
    lines = ["library(metafor)", f'dat <- read.csv("{inputs_file}")']
    if options["unit"] == "study":
        lines += [
            'dat <- escalc(measure = "GEN", yi = yi, vi = vi, data = dat)',
            f"dat <- aggregate(dat, cluster = study_id, rho = {options['rho']:g}, weighted = FALSE)",
        ]
    lines += [
        f'fit <- rma(yi, vi, data = dat, method = "{options["method"]}", test = "{options["test"]}",',
        f"           level = {100 * options['level']:g}, control = list(threshold = 1e-12, maxiter = 1000))",
        "predict(fit)",
    ]
    return "\n".join(lines)
