"""The result without each effect, or each cluster, in turn."""

from __future__ import annotations

import numpy as np

from whatworks.errors import UserError
from whatworks.synthesis.diagnostics.refits import refits_without_each
from whatworks.synthesis.diagnostics.series import RefitSeries, series
from whatworks.synthesis.diagnostics.units import units_of
from whatworks.synthesis.inference_view import Inference, as_fitted
from whatworks.synthesis.model import FittedModel

__all__ = ["leave_one_out"]


def leave_one_out(fit: FittedModel | Inference, *, by: str = "effect") -> RefitSeries:
    """Fit a model without each of its units.

    Parameters
    ----------
    fit : FittedModel, RobustInference or KenwardRoger
        A fitted model of k effects, or inference on one, which is then made anew for each refit.
    by : {"effect", "cluster"}
        What is left out.

    Returns
    -------
    RefitSeries
        One row for each unit, named after the unit left out. A unit without which the model
        cannot be fitted has a row without numbers that says why.

    Raises
    ------
    UserError
        There is one unit only.
    """
    fit = as_fitted(fit)
    units = units_of(fit, by)
    if units.m < 2:
        raise UserError(
            f"There is one {by}: nothing is left when it is taken out. "
            + ('Use by="effect".' if by == "cluster" and fit.yi.size > 1 else "")
        )
    found = refits_without_each(fit, units)
    return series(fit, found, units.labels, f"without {by}", np.bincount(units.codes))
