"""Profile of models without moderators: y_i ~ N(mu, v_i + t), many groups of studies at once."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from whatworks.statistics.profiles import Moments

__all__ = ["InterceptProfile", "PowerSums"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Trial values are taken together up to this many doubles: 8 MB a temporary.
BLOCK_ELEMENTS = 1 << 20
LOG_2PI = float(np.log(2.0 * np.pi))


class PowerSums(NamedTuple):
    """Sums of powers of the weights 1/(v + t), the weighted mean and Q about it, shape (G,)."""

    s1: Floats
    s2: Floats
    s3: Floats
    mean: Floats
    q: Floats

    @property
    def trace_p(self) -> Floats:
        """Trace of P."""
        return self.s1 - self.s2 / self.s1

    @property
    def trace_pp(self) -> Floats:
        """Trace of PP."""
        return self.s2 - 2.0 * self.s3 / self.s1 + (self.s2 / self.s1) ** 2


class InterceptProfile:
    """Groups of studies laid end to end, each with its own mean.

    Parameters
    ----------
    y, v : array, shape (n,)
        Effects and sampling variances of all groups.
    starts : array of int, shape (G,)
        Position of each group's first study; the groups are not empty.
    """

    def __init__(self, y: Floats, v: Floats, starts: Ints) -> None:
        self.y = y
        self.v = v
        self.starts = starts
        self.k: Ints = np.diff(np.append(starts, y.size)).astype(np.int64)
        self._is_single = starts.size == 1
        self._group: Ints = (
            np.zeros(0, dtype=np.int64)
            if self._is_single
            else np.repeat(np.arange(starts.size), self.k)
        )

    @property
    def residual_df(self) -> Ints:
        """Number of studies less one, shape (G,)."""
        return self.k - 1

    @property
    def scan_range(self) -> tuple[Floats, Floats]:
        """From 1e-7 of the smallest variance to where no effect can be explained by more.

        Beyond four times the largest squared effect (from any centre within the data) each term
        of the score is negative.
        """
        smallest = self.reduce(np.minimum, self.v)
        largest = self.reduce(np.maximum, np.abs(self.y))
        return 1e-7 * smallest, 4.0 * largest**2 + self.reduce(np.maximum, self.v)

    def reduce(self, ufunc: np.ufunc, x: Floats) -> Floats:
        """Reduce the last axis within groups: shape (..., n) to (..., G)."""
        if self._is_single:
            return np.asarray(ufunc.reduce(x, axis=-1, keepdims=True))
        return np.asarray(ufunc.reduceat(x, self.starts, axis=-1))

    def sum(self, x: Floats) -> Floats:
        """Sum the last axis within groups: shape (..., n) to (..., G)."""
        return self.reduce(np.add, x)

    def spread(self, x: Floats) -> Floats:
        """Repeat each group's value for its studies: shape (..., G) to (..., n) or (..., 1)."""
        return x if self._is_single else x[..., self._group]

    def moments(self, t: Floats) -> Moments:
        """Return the sums at trial values `t`, shape (trials, G)."""
        rows = max(1, BLOCK_ELEMENTS // self.y.size)
        blocks = [self._moments(t[i : i + rows]) for i in range(0, t.shape[0], rows)]
        if len(blocks) == 1:
            return blocks[0]
        return Moments(*(np.concatenate(column) for column in zip(*blocks, strict=True)))

    def _moments(self, t: Floats) -> Moments:
        w = 1.0 / (self.v + self.spread(t))
        s1 = self.sum(w)
        s2 = self.sum(w * w)
        # Residuals, not sums of squares about zero: a dominating study would cancel.
        r = self.y - self.spread(self.sum(w * self.y) / s1)
        wr = w * r
        return Moments(s1, s1 - s2 / s1, self.sum(wr * r), self.sum(wr * wr))

    def power_sums(self, t: Floats) -> PowerSums:
        """Return sums of powers of the weights, the mean and Q at one value a group, (G,)."""
        w = 1.0 / (self.v + self.spread(t))
        s1 = self.sum(w)
        mean = self.sum(w * self.y) / s1
        r = self.y - self.spread(mean)
        w2 = w * w
        return PowerSums(s1, self.sum(w2), self.sum(w2 * w), mean, self.sum(w * r * r))

    def log_likelihood(self, t: Floats, *, restricted: bool) -> Floats:
        """Return the profile log-likelihood, shape (G,).

        The restricted one carries metafor's constant: half the logarithm of det(X'X), here of k.
        """
        total = self.v + self.spread(t)
        w = 1.0 / total
        s1 = self.sum(w)
        r = self.y - self.spread(self.sum(w * self.y) / s1)
        value = -0.5 * (self.sum(np.log(total)) + self.sum(w * r * r) + self.k * LOG_2PI)
        if restricted:
            value += 0.5 * (LOG_2PI + np.log(self.k) - np.log(s1))
        return np.asarray(value, dtype=np.float64)

    def take(self, models: Ints) -> Self:
        """Return a profile of the named groups, one of which may stand more than once."""
        if self._is_single and models.size == 1:
            return self
        k = self.k[models]
        starts = np.concatenate(([0], np.cumsum(k)[:-1])).astype(np.int64)
        index = np.arange(int(k.sum())) + np.repeat(self.starts[models] - starts, k)
        return type(self)(self.y[index], self.v[index], starts)
