"""A meta-regression near one value of the variance: all its sums as power series, from one pass.

With w = 1/(v + t) and d = s - t, the weights at s are w/(1 + dw) = w - dw^2 + d^2w^3 - ..., so that
the products of the columns with the first powers of w answer for every s near t. Where a profile of
a million studies is asked for an estimate, its standard error and two limits that lie within a
percent of each other, this replaces a dozen passes over the studies by two.
"""

from __future__ import annotations

from math import comb

import numpy as np
import numpy.typing as npt

from whatworks.statistics.profiles import Moments

__all__ = ["RegressionExpansion", "score_sums"]

Floats = npt.NDArray[np.float64]

# Columns and their weighted copies stay in the processor's cache.
BLOCK = 8192


class RegressionExpansion:
    """Sums at values near a centre.

    Parameters
    ----------
    z : array, shape (p + 1, k)
        Columns, then the effects, one a row.
    v : array, shape (k,)
        Sampling variances.
    centre : float
        Value of t about which the series are taken.
    order : int
        Number of powers of the weights, even.
    """

    def __init__(self, z: Floats, v: Floats, centre: float, order: int) -> None:
        self.centre, self.order = centre, order
        self._p = z.shape[0] - 1
        # Over the smallest weight's denominator, the radius in which every series converges.
        self._radius = float(v.min()) + centre
        self._traces, self._products = _powers(z, v, centre, order)

    def truncation(self, t: float) -> float:
        """Return a bound on the relative error of `product(1, t)` and `product(2, t)`."""
        apart = abs(t - self.centre) / self._radius
        return float("inf") if apart >= 0.5 else 2.0 * self.order * apart ** (self.order - 1)

    def product(self, power: int, t: float) -> Floats:
        """Return Z W^power Z' at t, (p + 1, p + 1)."""
        return np.tensordot(self._series(power, t), self._products[power - 1 :], 1)

    def trace(self, power: int, t: float) -> float:
        """Return the trace of W^power at t."""
        return float(self._series(power, t) @ self._traces[power - 1 :])

    def _series(self, power: int, t: float) -> Floats:
        d = self.centre - t
        terms = self.order - power + 1
        return np.array([comb(power - 1 + j, j) * d**j for j in range(terms)])

    def moments(self, t: Floats) -> Moments:
        """Return the sums at trial values `t`, shape (trials, copies)."""
        rows = [
            score_sums(self.trace(1, s), self.product(1, s), self.product(2, s))
            for s in t.ravel().tolist()
        ]
        return Moments(*(np.array(column).reshape(t.shape) for column in zip(*rows, strict=True)))


def score_sums(trace_w: float, zwz: Floats, zw2z: Floats) -> tuple[float, float, float, float]:
    """Return the traces of W and P, y'Py and y'PPy from products of columns and effects."""
    xwx, xwy = zwz[:-1, :-1], zwz[:-1, -1]
    xw2x, xw2y = zw2z[:-1, :-1], zw2z[:-1, -1]
    beta = np.linalg.solve(xwx, xwy)
    trace_p = trace_w - float(np.trace(np.linalg.solve(xwx, xw2x)))
    q = float(zwz[-1, -1] - xwy @ beta)
    r2 = float(zw2z[-1, -1] - 2.0 * (beta @ xw2y) + beta @ xw2x @ beta)
    return trace_w, trace_p, q, r2


def _powers(z: Floats, v: Floats, t: float, order: int) -> tuple[Floats, Floats]:
    """Return traces of W, W^2, ... (order,) and products Z W^j Z' (order, p + 1, p + 1)."""
    m = z.shape[0]
    traces, products = np.zeros(order), np.zeros((order, m, m))
    for i in range(0, v.size, BLOCK):
        w = 1.0 / (v[i : i + BLOCK] + t)
        low, low_w = z[:, i : i + BLOCK], np.ones_like(w)
        # W^(2j - 1) and W^(2j) from neighbours: half the multiplications.
        for j in range(0, order, 2):
            high, high_w = low * w, low_w * w
            products[j] += low @ high.T
            products[j + 1] += high @ high.T
            traces[j] += low_w @ high_w
            traces[j + 1] += high_w @ high_w
            low, low_w = high, high_w
    return traces, products
