"""Predicted draws of the units of a level: best linear unbiased predictions."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.errors import NotFound
from whatworks.statistics.distributions import t_critical
from whatworks.synthesis.multilevel.results import MultilevelFit, RandomDraws
from whatworks.synthesis.multilevel.terms import TermData

__all__ = ["random_draws"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def random_draws(model: MultilevelFit, level: str) -> RandomDraws:
    """Return u = GZ'M^-1(y - Xb) and its errors of prediction.

    Var(u - u_hat) = G - GZ'PZG with P = M^-1 - M^-1X(X'M^-1X)^-1 X'M^-1. The result's limits use
    the fewest degrees of freedom of the model's coefficients.

    References
    ----------
    Robinson GK (1991). Statistical Science 6:15-32.
    """
    for data, place in zip(model.terms, model.problem.slices(), strict=True):
        if data.term.level == level:
            g = model.problem.scale**2 * data.structure.matrix(model.phi[place])
            return _draws(model, data, g)
    listed = ", ".join(data.term.level for data in model.terms) or "none"
    raise NotFound(f'There is no random level "{level}". Levels of this model: {listed}.')


def _draws(model: MultilevelFit, data: TermData, g: Floats) -> RandomDraws:
    m = g.shape[0]
    n = data.n_units * m
    covariance = model.marginal
    x = model.design.matrix
    left = model.yi - x @ model.coefficients
    wx = covariance.solve(x)
    wr = covariance.solve(left)
    cell = data.units * m + data.values
    by_cell = np.bincount(cell, wr, minlength=n).reshape(-1, m)
    estimate = (by_cell @ g).ravel()
    zwx = np.stack([np.bincount(cell, column, minlength=n) for column in wx.T], axis=-1)
    zwz = _quadratic(model, data, m)
    vcov = np.linalg.inv(x.T @ wx)
    zwx = zwx.reshape(-1, m, x.shape[1])
    zpz = zwz - zwx @ vcov @ np.swapaxes(zwx, 1, 2)
    explained = np.diagonal(g @ zpz @ g, axis1=1, axis2=2)
    se = np.sqrt(np.maximum(np.diagonal(g)[None, :] - explained, 0.0)).ravel()
    reach = t_critical(model.level, float(model.coefficient_df.min())) * se
    labels = tuple(
        unit if m == 1 else f"{value} | {unit}"
        for unit in data.unit_labels
        for value in data.value_labels
    )
    return RandomDraws(
        labels, estimate, se, np.stack((estimate - reach, estimate + reach), axis=-1)
    )


def _quadratic(model: MultilevelFit, data: TermData, m: int) -> Floats:
    """Return Z'M^-1Z within each unit, (units, m, m)."""
    out = np.zeros((data.n_units, m, m))
    for stack in model.marginal.stacks():
        inverse = np.linalg.inv(stack.matrices)
        units, values = data.units[stack.rows], data.values[stack.rows]
        same = units[:, :, None] == units[:, None, :]
        block, i, j = np.nonzero(same)
        at = (units[block, i], values[block, i], values[block, j])
        np.add.at(out, at, inverse[block, i, j])
    return out
