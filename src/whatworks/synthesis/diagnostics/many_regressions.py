"""Profile of many meta-regressions of the same effects: other rows, or other columns, in each."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from whatworks.statistics.profiles import Moments

__all__ = ["ManyRegressions", "RegressionSolutions"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

LOG_2PI = float(np.log(2.0 * np.pi))


class RegressionSolutions(NamedTuple):
    """Coefficients (G, p), (X'WX)^-1 (G, p, p) and y'Py (G,) at one value a model."""

    beta: Floats
    bread: Floats
    q: Floats


class ManyRegressions:
    """G models y_i ~ N(x_gi b, v_i + t) over the studies each holds; a `Profile`.

    Parameters
    ----------
    y : array, shape (k,) or (G, k)
        Effects less a least-squares fit, so that sums of squares do not cancel.
    v : array, shape (k,)
        Sampling variances.
    x : array, shape (k, p) or (G, k, p)
        Columns of all models, or, as is `y` then, of each.
    holds : array of bool, shape (G, k)
        Which studies are in each model; more than p, and of full rank.
    """

    def __init__(self, y: Floats, v: Floats, x: Floats, holds: Bools) -> None:
        self.y, self.v, self.x, self.holds = y, v, x, holds
        p = x.shape[-1]
        squares = (x[..., :, None] * x[..., None, :]).reshape(*x.shape[:-1], p * p)
        # Sums of w times each of these are all that a value of t asks for.
        self._columns = np.concatenate(
            (squares, x * y[..., None], np.stack((y * y, np.ones(y.shape)), axis=-1)), axis=-1
        )
        self.k: Ints = holds.sum(axis=1).astype(np.int64)

    @property
    def p(self) -> int:
        """Number of coefficients."""
        return int(self.x.shape[-1])

    @property
    def residual_df(self) -> Ints:
        """Number of studies less number of coefficients, (G,)."""
        return self.k - self.p

    @property
    def scan_range(self) -> tuple[Floats, Floats]:
        """From 1e-7 of the smallest variance to where no effect can be explained by more."""
        low = 1e-7 * float(self.v.min())
        high = 4.0 * float((self.y**2).max()) + float(self.v.max())
        return np.full(self.k.size, low), np.full(self.k.size, high)

    def moments(self, t: Floats) -> Moments:
        """Return the sums at trial values `t`, shape (trials, G)."""
        rows = [self._moments(row) for row in t]
        return Moments(*(np.stack(column) for column in zip(*rows, strict=True)))

    def _moments(self, t: Floats) -> Moments:
        w = self.holds / (self.v + t[:, None])
        first, second = self._sums(w), self._sums(w * w)
        found = self._solve(first)
        xw2x, xw2y = self._square(second), second[:, self.p**2 : -2]
        trace_w = first[:, -1]
        along = np.einsum("gp,gpq,gq->g", found.beta, xw2x, found.beta)
        r2 = second[:, -2] - 2.0 * np.einsum("gp,gp->g", found.beta, xw2y) + along
        return Moments(trace_w, trace_w - np.einsum("gpq,gqp->g", found.bread, xw2x), found.q, r2)

    def solutions(self, t: Floats) -> RegressionSolutions:
        """Return the generalised least squares at one value a model, (G,)."""
        return self._solve(self._sums(self.holds / (self.v + t[:, None])))

    def log_likelihood(self, t: Floats, *, restricted: bool) -> Floats:
        """Return the profile log-likelihood at one value a model, (G,)."""
        total = self.v + t[:, None]
        sums = self._sums(self.holds / total)
        q = self._solve(sums).q
        log_det = np.where(self.holds, np.log(total), 0.0).sum(axis=1)
        value = -0.5 * (self.k * LOG_2PI + log_det + q)
        if restricted:
            plain = self._square(self._sums(self.holds.astype(np.float64)))
            value += 0.5 * (
                self.p * LOG_2PI
                + np.linalg.slogdet(plain)[1]
                - np.linalg.slogdet(self._square(sums))[1]
            )
        return np.asarray(value, dtype=np.float64)

    def take(self, models: Ints) -> Self:
        """Return a profile of the named models, one of which may stand more than once."""
        if self.x.ndim == 2:
            return type(self)(self.y, self.v, self.x, self.holds[models])
        return type(self)(self.y[models], self.v, self.x[models], self.holds[models])

    def _sums(self, w: Floats) -> Floats:
        """Return sums of w times the columns, (G, p*p + p + 2)."""
        if self._columns.ndim == 2:
            return np.asarray(w @ self._columns)
        return np.asarray((w[:, None, :] @ self._columns)[:, 0, :])

    def _square(self, sums: Floats) -> Floats:
        return sums[:, : self.p**2].reshape(-1, self.p, self.p)

    def _solve(self, sums: Floats) -> RegressionSolutions:
        xwy = sums[:, self.p**2 : -2]
        bread = np.asarray(np.linalg.inv(self._square(sums)), dtype=np.float64)
        beta = np.einsum("gpq,gq->gp", bread, xwy)
        return RegressionSolutions(beta, bread, sums[:, -2] - np.einsum("gp,gp->g", xwy, beta))
