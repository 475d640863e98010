"""Profile of models without moderators: y_i ~ N(mu, v_i + t), many groups of studies at once."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from whatworks.statistics.profiles import Moments, ScoreDerivatives

__all__ = ["InterceptProfile", "PowerSums", "ScoreSums"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Trial values are taken together up to this many doubles: 8 MB a temporary.
BLOCK_ELEMENTS = 1 << 20
LOG_2PI = float(np.log(2.0 * np.pi))


class PowerSums(NamedTuple):
    """Largest weight, sums of powers of the others, weighted mean and Q about it, shape (G,).

    One study may outweigh the rest by many orders of magnitude. In the traces its own part cancels,
    so that it is kept apart: nothing is subtracted of which all digits would be lost.
    """

    largest: Floats
    rest1: Floats
    rest2: Floats
    rest3: Floats
    mean: Floats
    q: Floats

    @property
    def s1(self) -> Floats:
        """Sum of the weights 1/(v + t)."""
        return self.largest + self.rest1

    @property
    def s2(self) -> Floats:
        """Sum of their squares: the trace of WW."""
        return self.largest**2 + self.rest2

    @property
    def trace_p(self) -> Floats:
        """Trace of P: s1 - s2/s1."""
        return _trace_p(self.largest, self.rest1, self.rest2)

    @property
    def trace_pp(self) -> Floats:
        """Trace of PP: s2 - 2 s3/s1 + (s2/s1)^2."""
        a, r1, r2, r3 = self[:4]
        return (
            a**2 * (r1**2 + 3.0 * r2)
            + 2.0 * a * (r1 * r2 - r3)
            + (r1**2 * r2 - 2.0 * r1 * r3 + r2**2)
        ) / self.s1**2


def _trace_p(largest: Floats, rest1: Floats, rest2: Floats) -> Floats:
    return np.asarray((2.0 * largest * rest1 + rest1**2 - rest2) / (largest + rest1))


class ScoreSums(NamedTuple):
    """What Newton's method needs at one value a group, shape (G,): y'PPy, y'PPPy and traces."""

    powers: PowerSums
    r2: Floats
    r3: Floats


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
        self._most_precise: Ints | None = None

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

    @property
    def most_precise(self) -> Ints:
        """Position of the study with the smallest variance of each group, shape (G,)."""
        if self._most_precise is None:
            if self._is_single:
                self._most_precise = np.array([np.argmin(self.v)], dtype=np.int64)
            else:
                at = np.flatnonzero(self.v == self.spread(self.reduce(np.minimum, self.v)))
                first = np.unique(self._group[at], return_index=True)[1]
                self._most_precise = at[first].astype(np.int64)
        return self._most_precise

    def _weights(self, t: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Return the largest weight of each group, the others (0 for it), their sum, the mean."""
        w = 1.0 / (self.v + self.spread(t))
        largest = w[..., self.most_precise]
        w[..., self.most_precise] = 0.0
        rest = self.sum(w)
        mean = (self.sum(w * self.y) + largest * self.y[self.most_precise]) / (largest + rest)
        return largest, w, rest, mean

    def _moments(self, t: Floats) -> Moments:
        largest, w, rest, mean = self._weights(t)
        rest2 = self.sum(w * w)
        r = self.y - self.spread(mean)
        wr = w * r
        # Weighted residuals sum to 0, which gives that of the most precise study.
        own = self.sum(wr)
        return Moments(
            largest + rest,
            _trace_p(largest, rest, rest2),
            self.sum(wr * r) + own**2 / largest,
            self.sum(wr * wr) + own**2,
        )

    def power_sums(self, t: Floats) -> PowerSums:
        """Return sums of powers of the weights, the mean and Q at one value a group, (G,)."""
        largest, w, rest, mean = self._weights(t)
        r = self.y - self.spread(mean)
        wr, w2 = w * r, w * w
        q = self.sum(wr * r) + self.sum(wr) ** 2 / largest
        return PowerSums(largest, rest, self.sum(w2), self.sum(w2 * w), mean, q)

    def score_sums(self, t: Floats) -> ScoreSums:
        """Return what the score and its derivative are made of at one value a group, (G,)."""
        largest, w, rest, mean = self._weights(t)
        r = self.y - self.spread(mean)
        wr, w2 = w * r, w * w
        w2r = w * wr
        own, cross = -self.sum(wr), self.sum(w2r)
        s1 = largest + rest
        r3 = (
            self.sum(wr * w2r)
            + largest * own**2 * (rest / s1)
            - cross * (cross + 2.0 * largest * own) / s1
        )
        # Q is not asked for.
        powers = PowerSums(largest, rest, self.sum(w2), self.sum(w2 * w), mean, np.zeros(0))
        return ScoreSums(powers, self.sum(wr * wr) + own**2, r3)

    def score_derivatives(self, t: Floats, *, restricted: bool) -> ScoreDerivatives:
        """Return what a step uphill needs at one value a group, each of shape (G,)."""
        sums = self.score_sums(t)
        powers = sums.powers
        if not restricted:
            return ScoreDerivatives(
                sums.r2 - powers.s1, powers.s2 - 2.0 * sums.r3, np.asarray(powers.s2)
            )
        trace_pp = powers.trace_pp
        return ScoreDerivatives(sums.r2 - powers.trace_p, trace_pp - 2.0 * sums.r3, trace_pp)

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
        found = type(self)(self.y[index], self.v[index], starts)
        found._most_precise = starts + self.most_precise[models] - self.starts[models]
        return found
