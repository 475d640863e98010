"""How the result grew: one effect, or one cluster, added after the other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.synthesis.diagnostics.refits import refits
from whatworks.synthesis.diagnostics.series import RefitSeries, series
from whatworks.synthesis.diagnostics.units import Units, units_of
from whatworks.synthesis.inference_view import Inference, as_fitted
from whatworks.synthesis.inputs import missing_positions
from whatworks.synthesis.model import FittedModel

__all__ = ["cumulative"]

Ints = npt.NDArray[np.int64]


def cumulative(
    fit: FittedModel | Inference,
    *,
    order: npt.ArrayLike | None = None,
    by: str = "effect",
    together: bool = False,
) -> RefitSeries:
    """Fit a model to the first unit, the first two, and so on.

    Parameters
    ----------
    fit : FittedModel, RobustInference or KenwardRoger
        A fitted model of k effects, or inference on one, which is then made anew for each refit.
    order : array-like, shape (k,), optional
        What the effects are sorted by, such as the year; ties keep the order of the rows. A
        cluster comes at its smallest value. The order of the rows if not given.
    by : {"effect", "cluster"}
        What is added at a time.
    together : bool
        Whether units of equal `order` are added in one step.

    Returns
    -------
    RefitSeries
        One row for each step, named after the unit added (units added together are joined by
        " + "). A step that cannot be fitted, as a moderator does not vary yet, has a row without
        numbers that says why.

    Raises
    ------
    UserError
        `order` has another length, or holds what cannot be sorted.
    """
    fit = as_fitted(fit)
    units = units_of(fit, by)
    keys = _keys(units, order, fit.yi.size)
    sequence = np.argsort(keys, kind="stable")
    steps = [[int(i)] for i in sequence]
    if together:
        cuts = np.flatnonzero(np.diff(keys[sequence])) + 1
        steps = [part.tolist() for part in np.split(sequence, cuts)]
    rows = units.rows()
    added = [np.sort(np.concatenate([rows[i] for i in step])) for step in steps]
    kept = [np.concatenate(added[: i + 1]) for i in range(len(added))]
    labels = tuple(" + ".join(units.labels[i] for i in step) for step in steps)
    sizes = np.array([part.size for part in added], dtype=np.int64)
    return series(fit, refits(fit, kept), labels, f"added {by}", sizes)


def _keys(units: Units, order: npt.ArrayLike | None, k: int) -> Ints:
    """Return the rank of each unit, equal for equal values, (m,)."""
    if order is None:
        values = np.arange(k)
    else:
        values = np.asarray(order)
        if values.shape != (k,):
            raise UserError(
                f"order has shape {values.shape}. Give one value for each of the {k:,} effects."
            )
        gaps = missing_positions(order)
        if gaps.size:
            raise UserError(
                f"order, position {gaps[0] + 1}: there is no value. Every effect needs its place."
            )
    try:
        ranks = np.unique(values, return_inverse=True)[1].ravel()
    except TypeError:
        raise UserError("order: give numbers, or texts, but not both.") from None
    first = np.full(units.m, k, dtype=np.int64)
    np.minimum.at(first, units.codes, ranks)
    return first
