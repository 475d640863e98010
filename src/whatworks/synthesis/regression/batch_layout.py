"""Many regressions brought to units near 1 and orthonormal columns, all at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from whatworks.statistics.columns import orthonormal
from whatworks.statistics.regression_groups import RegressionGroups
from whatworks.statistics.whitening import bordered_factor, inverse_of_factor
from whatworks.synthesis.design import REDUNDANT

__all__ = ["Layout", "lay_out"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# Products of columns have half the digits: above this they tell that columns are apart, and two
# factors of them leave columns orthonormal to rounding.
PLAINLY_APART = 1e-5


class Layout(NamedTuple):
    """The models that can be fitted, G of them, and the way back.

    Attributes
    ----------
    profile
        Effects less their least-squares fit, over `unit`.
    back
        R^-1 of X = QR, (p, p, G).
    fitted
        Least-squares coefficients in the basis Q, (p, G).
    unit
        A power of two near the typical standard error, (G,).
    variance
        Of the effects, divisor k, in the squared unit, (G,).
    cells
        Which models these are, (G,).
    """

    profile: RegressionGroups
    back: Floats
    fitted: Floats
    unit: Floats
    variance: Floats
    cells: Ints


def lay_out(y: Floats, v: Floats, x: Floats, starts: Ints) -> Layout | None:
    """Lay out the models whose columns do not depend on each other; None if there is none.

    Parameters
    ----------
    y, v : array, shape (n,)
        Effects and sampling variances of all models.
    x : array, shape (p, n)
        Columns, one a row.
    starts : array of int, shape (G,)
        Position of each model's first effect; each has p or more.
    """
    k = np.diff(np.append(starts, y.size))
    group = np.repeat(np.arange(starts.size), k)
    length = np.sqrt(np.add.reduceat(x * x, starts, axis=1))
    scaled = x / np.where(length > 0.0, length, 1.0)[:, group]
    gram = _gram(scaled, starts)
    apart = np.linalg.eigvalsh(np.moveaxis(gram, -1, 0))[:, 0] > PLAINLY_APART
    # Factors of what is not apart mean nothing, and are replaced below.
    gram[..., ~apart] = np.eye(x.shape[0])[:, :, None]
    first = _inverse(gram)
    q = _times(first, scaled, group)
    again = _gram(q, starts)
    again[..., ~apart] = np.eye(x.shape[0])[:, :, None]
    second = _inverse(again)
    q = _times(second, q, group)
    back = np.einsum("jig,kjg->ikg", first, second) / np.where(length > 0.0, length, 1.0)[:, None]
    is_full = apart.copy()
    for i in np.flatnonzero(~apart & (length > 0.0).all(axis=0)).tolist():
        rows = slice(int(starts[i]), int(starts[i] + k[i]))
        basis, r = orthonormal(np.ascontiguousarray(scaled[:, rows].T))
        if np.abs(np.diagonal(r)).min() >= REDUNDANT:
            is_full[i] = True
            q[:, rows] = basis.T
            back[..., i] = np.linalg.inv(r) / length[:, i][:, None]
    cells = np.flatnonzero(is_full)
    if cells.size == 0:
        return None
    if cells.size < starts.size:
        kept = is_full[group]
        y, v, q, back, k = y[kept], v[kept], q[:, kept], back[..., cells], k[cells]
        starts = np.concatenate(([0], np.cumsum(k)[:-1])).astype(np.int64)
        group = np.repeat(np.arange(k.size), k)
    low, high = np.minimum.reduceat(v, starts), np.maximum.reduceat(v, starts)
    unit = np.exp2(np.round(0.25 * (np.log2(low) + np.log2(high))))
    fitted = np.add.reduceat(q * y, starts, axis=1)
    z = np.empty((x.shape[0] + 1, y.size))
    z[:-1] = q
    z[-1] = (y - (q * fitted[:, group]).sum(axis=0)) / unit[group]
    mean = np.add.reduceat(y, starts) / k
    variance = np.add.reduceat(((y - mean[group]) / unit[group]) ** 2, starts) / k
    profile = RegressionGroups(z, v / unit[group] ** 2, starts)
    return Layout(profile, back, fitted, unit, variance, cells)


def _gram(x: Floats, starts: Ints) -> Floats:
    """Return products of columns within each model, (p, p, G)."""
    p = x.shape[0]
    out = np.empty((p, p, starts.size))
    for i in range(p):
        for j in range(i + 1):
            out[i, j] = out[j, i] = np.add.reduceat(x[i] * x[j], starts)
    return out


def _inverse(gram: Floats) -> Floats:
    """Return L^-1 of each matrix LL', (p, p, G)."""
    p = gram.shape[0]
    bordered = np.zeros((p + 1, p + 1, gram.shape[2]))
    bordered[:p, :p] = gram
    return inverse_of_factor(bordered_factor(bordered))


def _times(lower: Floats, x: Floats, group: Ints) -> Floats:
    """Return each model's lower triangular matrix times its columns, (p, n)."""
    out = np.zeros_like(x)
    for i in range(x.shape[0]):
        for j in range(i + 1):
            out[i] += lower[i, j, group] * x[j]
    return out
