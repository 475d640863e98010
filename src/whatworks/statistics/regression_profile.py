"""Profile of one meta-regression: y_i ~ N(x_i b, v_i + t), without matrices of all studies."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from whatworks.statistics.profiles import Moments

__all__ = ["RegressionProfile", "RegressionSums"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LOG_2PI = float(np.log(2.0 * np.pi))
# Rows taken together: columns and weights stay in the processor's cache.
BLOCK = 8192


class RegressionSums(NamedTuple):
    """What a value of t gives, with W = diag(1/(v + t)) and P as in `profiles`.

    Attributes
    ----------
    trace_w, trace_p
        Traces of W and P.
    q, r2
        y'Py and y'PPy.
    beta, bread
        Coefficients (p,) and (X'WX)^-1 (p, p).
    log_det_xwx
        Log-determinant of X'WX.
    """

    trace_w: float
    trace_p: float
    q: float
    r2: float
    beta: Floats
    bread: Floats
    log_det_xwx: float


class RegressionProfile:
    """One model, which may stand several times (`take`), so that roots are narrowed together.

    Parameters
    ----------
    y, v : array, shape (k,)
        Effects, less their least-squares fit so that sums of squares do not cancel, and variances.
    x : array, shape (k, p)
        Columns, orthonormal.
    copies : int
        How often the model stands.
    """

    def __init__(self, y: Floats, v: Floats, x: Floats, copies: int = 1) -> None:
        self.y, self.v, self.x = y, v, x
        self._copies = copies
        self._known: dict[float, RegressionSums] = {}
        self._log_dets: dict[float, float] = {}

    @property
    def k(self) -> int:
        """Number of studies."""
        return int(self.y.size)

    @property
    def p(self) -> int:
        """Number of coefficients."""
        return int(self.x.shape[1])

    @property
    def residual_df(self) -> Ints:
        """Number of studies less number of coefficients, for each copy."""
        return np.full(self._copies, self.k - self.p, dtype=np.int64)

    @property
    def scan_range(self) -> tuple[Floats, Floats]:
        """From 1e-7 of the smallest variance to where no effect can be explained by more."""
        low = 1e-7 * float(self.v.min())
        high = 4.0 * float((self.y**2).max()) + float(self.v.max())
        return np.full(self._copies, low), np.full(self._copies, high)

    def moments(self, t: Floats) -> Moments:
        """Return the sums at trial values `t`, shape (trials, copies)."""
        found = [self.sums(value) for value in t.ravel().tolist()]
        columns = (
            [sums.trace_w for sums in found],
            [sums.trace_p for sums in found],
            [sums.q for sums in found],
            [sums.r2 for sums in found],
        )
        return Moments(*(np.array(column).reshape(t.shape) for column in columns))

    def sums(self, t: float) -> RegressionSums:
        """Return all sums at one value of t."""
        if t not in self._known:
            self._known[t] = self._pass(t)
        return self._known[t]

    def _pass(self, t: float) -> RegressionSums:
        p = self.p
        trace_w = ywy = yw2y = 0.0
        xwx, xw2x = np.zeros((p, p)), np.zeros((p, p))
        xwy, xw2y = np.zeros(p), np.zeros(p)
        for i in range(0, self.k, BLOCK):
            w = 1.0 / (self.v[i : i + BLOCK] + t)
            x, y = self.x[i : i + BLOCK], self.y[i : i + BLOCK]
            wx, wy = w[:, None] * x, w * y
            trace_w += float(w.sum())
            xwx += x.T @ wx
            xw2x += wx.T @ wx
            xwy += x.T @ wy
            xw2y += wx.T @ wy
            ywy += float(y @ wy)
            yw2y += float(wy @ wy)
        root = np.linalg.cholesky(xwx)
        bread = np.linalg.inv(xwx)
        beta = np.asarray(np.linalg.solve(xwx, xwy), dtype=np.float64)
        return RegressionSums(
            trace_w=trace_w,
            trace_p=float(trace_w - np.trace(bread @ xw2x)),
            q=float(ywy - xwy @ beta),
            r2=float(yw2y - 2.0 * (beta @ xw2y) + beta @ xw2x @ beta),
            beta=beta,
            bread=0.5 * (bread + bread.T),
            log_det_xwx=float(2.0 * np.log(np.diagonal(root)).sum()),
        )

    def trace_pp(self, t: float) -> float:
        """Return the trace of PP at one value of t."""
        p = self.p
        bread = self.sums(t).bread
        w2 = 0.0
        xw2x, xw3x = np.zeros((p, p)), np.zeros((p, p))
        for i in range(0, self.k, BLOCK):
            w = 1.0 / (self.v[i : i + BLOCK] + t)
            wx = w[:, None] * self.x[i : i + BLOCK]
            w2 += float(w @ w)
            xw2x += wx.T @ wx
            xw3x += wx.T @ (w[:, None] * wx)
        b2 = bread @ xw2x
        return float(w2 - 2.0 * np.trace(bread @ xw3x) + np.trace(b2 @ b2))

    def trace_w2(self, t: float) -> float:
        """Return the trace of WW at one value of t."""
        w = 1.0 / (self.v + t)
        return float(w @ w)

    def log_likelihood(self, t: Floats, *, restricted: bool) -> Floats:
        """Return the profile log-likelihood at one value a copy, (copies,)."""
        out = np.empty(t.shape)
        for i, value in enumerate(t.tolist()):
            sums = self.sums(value)
            out[i] = -0.5 * (self.k * LOG_2PI + self._log_det(value) + sums.q)
            if restricted:
                # The columns are orthonormal: log det(X'X) is 0.
                out[i] += 0.5 * (self.p * LOG_2PI - sums.log_det_xwx)
        return out

    def _log_det(self, t: float) -> float:
        if t not in self._log_dets:
            self._log_dets[t] = float(np.log(self.v + t).sum())
        return self._log_dets[t]

    def take(self, models: Ints) -> Self:
        """Return the model as many times as it is named."""
        found = type(self)(self.y, self.v, self.x, int(models.size))
        found._known, found._log_dets = self._known, self._log_dets
        return found
