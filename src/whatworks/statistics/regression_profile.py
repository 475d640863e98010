"""Profile of one meta-regression: y_i ~ N(x_i b, v_i + t), without matrices of all studies."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from whatworks.statistics.outweighed_sums import (
    OUTWEIGHED,
    OutweighedSums,
    is_outweighed,
    outweighed_sums,
)
from whatworks.statistics.profiles import Moments
from whatworks.statistics.regression_expansion import RegressionExpansion, score_sums

__all__ = ["RegressionProfile", "RegressionSums"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LOG_2PI = float(np.log(2.0 * np.pi))
# Effects taken together: columns and weights stay in the processor's cache.
BLOCK = 8192
# Series that are off by less are as good as a pass over the studies.
AS_GOOD_AS_EXACT = 1e-15


class RegressionSums(NamedTuple):
    """What a value of t gives, with W = diag(1/(v + t)) and P as in `profiles`.

    Attributes
    ----------
    trace_w, trace_p
        Traces of W and P.
    q, r2
        y'Py and y'PPy.
    beta, root
        Coefficients (p,), and what gives (X'WX)^-1 times its transpose, (p, p).
    log_det_xwx
        Log-determinant of X'WX.
    """

    trace_w: float
    trace_p: float
    q: float
    r2: float
    beta: Floats
    root: Floats
    log_det_xwx: float

    @property
    def bread(self) -> Floats:
        """(X'WX)^-1, (p, p)."""
        return np.asarray(self.root @ self.root.T)


class RegressionProfile:
    """One model, which may stand several times (`take`), so that roots are narrowed together.

    Parameters
    ----------
    z : array, shape (p + 1, k)
        Orthonormal columns, one a row, then the effects less their least-squares fit, so that sums
        of squares do not cancel.
    v : array, shape (k,)
        Sampling variances.
    copies : int
        How often the model stands.
    """

    def __init__(self, z: Floats, v: Floats, copies: int = 1) -> None:
        self.z, self.v = z, v
        self._copies = copies
        self._known: dict[float, RegressionSums] = {}
        self._expansions: list[RegressionExpansion] = []
        self._log_dets: dict[float, float] = {}
        # For one study to outweigh all but p others, weights must be as far apart as that at least.
        apart = OUTWEIGHED * (self.k - self.p)
        self._may_outweigh = self.k > self.p and float(v.max()) > apart * float(v.min())
        self._ordered = np.partition(v, self.p - 1) if self._may_outweigh else v

    @property
    def y(self) -> Floats:
        """Effects less their fit, (k,)."""
        return np.asarray(self.z[-1], dtype=np.float64)

    @property
    def x(self) -> Floats:
        """Columns, (k, p)."""
        return self.z[:-1].T

    @property
    def k(self) -> int:
        """Number of studies."""
        return int(self.v.size)

    @property
    def p(self) -> int:
        """Number of coefficients."""
        return int(self.z.shape[0]) - 1

    @property
    def residual_df(self) -> Ints:
        """Number of studies less number of coefficients, for each copy."""
        return np.full(self._copies, self.k - self.p, dtype=np.int64)

    @property
    def scan_range(self) -> tuple[Floats, Floats]:
        """From 1e-7 of the smallest variance to where no effect can be explained by more."""
        low = 1e-7 * float(self.v.min())
        high = 4.0 * float(np.abs(self.y).max()) ** 2 + float(self.v.max())
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
        if t not in self._known and self.is_outweighed(t):
            found = self._outweighed(t)
            self._known[t] = RegressionSums(
                found.trace_w,
                found.trace_p,
                found.q,
                found.r2,
                found.beta,
                found.root,
                found.log_det_xwx,
            )
        elif t not in self._known:
            near = self._as_good_as_exact(t)
            if near is None:
                self._known[t] = _regression_sums(*self._pass(t))
            else:
                self._known[t] = _regression_sums(
                    near.trace(1, t), near.product(1, t), near.product(2, t)
                )
        return self._known[t]

    def is_outweighed(self, t: float) -> bool:
        """Tell whether a few studies outweigh the others at t, so that their sums are kept apart."""
        return self._may_outweigh and is_outweighed(self._ordered, self.p, t)

    def _outweighed(self, t: float) -> OutweighedSums:
        return outweighed_sums(self.x, self.y, self.v, t)

    def expansion(self, t: float, order: int, good_enough: float) -> RegressionExpansion:
        """Return the sums as series about t, or about a value near it that is at hand.

        Parameters
        ----------
        t : float
            Where the sums are wanted.
        order : int
            Powers of the weights in a new series.
        good_enough : float
            Truncation at t with which a series at hand is taken.
        """
        near = min(self._expansions, key=lambda e: e.truncation(t), default=None)
        if near is None or near.truncation(t) > good_enough:
            near = RegressionExpansion(self.z, self.v, t, order)
            self._expansions.append(near)
        return near

    def _as_good_as_exact(self, t: float) -> RegressionExpansion | None:
        for near in self._expansions:
            if near.truncation(t) < AS_GOOD_AS_EXACT:
                return near
        return None

    def _pass(self, t: float) -> tuple[float, Floats, Floats]:
        """Return the trace of W and the products of columns and effects with W and WW."""
        m = self.p + 1
        trace_w, zwz, zw2z = 0.0, np.zeros((m, m)), np.zeros((m, m))
        for i in range(0, self.k, BLOCK):
            w = 1.0 / (self.v[i : i + BLOCK] + t)
            z = self.z[:, i : i + BLOCK]
            zw = z * w
            trace_w += float(w.sum())
            zwz += z @ zw.T
            zw2z += zw @ zw.T
        return trace_w, zwz, zw2z

    def trace_pp(self, t: float) -> float:
        """Return the trace of PP at one value of t."""
        if self.is_outweighed(t):
            return self._outweighed(t).trace_pp
        near = self._as_good_as_exact(t) or RegressionExpansion(self.z, self.v, t, 4)
        bread = self.sums(t).bread
        b2 = bread @ near.product(2, t)[:-1, :-1]
        third = np.trace(bread @ near.product(3, t)[:-1, :-1])
        return float(near.trace(2, t) - 2.0 * third + np.trace(b2 @ b2))

    def trace_w2(self, t: float) -> float:
        """Return the trace of WW at one value of t."""
        near = self._as_good_as_exact(t)
        if near is not None:
            return near.trace(2, t)
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
        found = type(self)(self.z, self.v, int(models.size))
        found._known, found._log_dets = self._known, self._log_dets
        found._expansions = self._expansions
        return found


def _regression_sums(trace_w: float, zwz: Floats, zw2z: Floats) -> RegressionSums:
    xwx = 0.5 * (zwz[:-1, :-1] + zwz[:-1, :-1].T)
    lower = np.linalg.cholesky(xwx)
    _, trace_p, q, r2 = score_sums(trace_w, zwz, zw2z)
    return RegressionSums(
        trace_w=trace_w,
        trace_p=trace_p,
        q=q,
        r2=r2,
        beta=np.asarray(np.linalg.solve(xwx, zwz[:-1, -1]), dtype=np.float64),
        root=np.asarray(np.linalg.inv(lower).T),
        log_det_xwx=float(2.0 * np.log(np.diagonal(lower)).sum()),
    )
