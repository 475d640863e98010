"""Profiles for one very long list of studies.

Two views of the same studies: `BlockedProfile` is exact and walks through the data in pieces
that stay in the processor's cache; `BinnedProfile` gathers studies of nearly equal variance, a
few thousand bins whatever k is, so that the whole range of t can be scanned at no cost. The
search scans the second and settles on the first.
"""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt

from whatworks.statistics.intercept_profile import LOG_2PI, InterceptProfile, PowerSums
from whatworks.statistics.profiles import Moments

__all__ = ["BinnedProfile", "BlockedProfile"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# 8,192 doubles are 64 KB: y, v and three buffers fit the second-level cache, and BLAS does not
# start threads for products this short.
BLOCK = 8192
# Bins are cut by the leading bits of the double: 2**7 to an octave, a width of 0.5 to 0.8 %.
MANTISSA_BITS = 7
BIN_BLOCK = 1 << 16


class BlockedProfile(InterceptProfile):
    """One group of studies, read in blocks without temporaries of length k.

    `y` must be centred near its mean: sums of squares are taken about zero. Results are kept by
    t, since every search asks for t = 0 and for its own answer again.
    """

    def __init__(self, y: Floats, v: Floats) -> None:
        super().__init__(y, v, np.zeros(1, dtype=np.int64))
        self._w = np.empty(min(BLOCK, y.size))
        self._a = np.empty(min(BLOCK, y.size))
        self._sums: dict[float, tuple[float, float, float, float]] = {}
        self._power_sums: dict[float, PowerSums] = {}
        self._logs: dict[float, float] = {}

    def moments(self, t: Floats) -> Moments:
        """Return the sums at trial values `t`, shape (trials, 1)."""
        rows = []
        for value in t[:, 0].tolist():
            if value not in self._sums:
                self._sums[value] = self._pass(value)
            rows.append(self._sums[value])
        return Moments(*(np.array(column)[:, None] for column in zip(*rows, strict=True)))

    def _pass(self, t: float) -> tuple[float, float, float, float]:
        s1 = s2 = sy = s2y = s2yy = syy = 0.0
        for i in range(0, self.y.size, BLOCK):
            y, w, a = self._block(i, t)
            s1 += w.sum()
            sy += a.sum()
            s2 += w.dot(w)
            s2y += w.dot(a)
            s2yy += a.dot(a)
            syy += a.dot(y)
        # The most precise study apart, as in `PowerSums`.
        at = int(self.most_precise[0])
        largest, own = 1.0 / (float(self.v[at]) + t), float(self.y[at])
        total = largest + s1
        mean = (sy + largest * own) / total
        trace_p = (2.0 * largest * s1 + s1 * s1 - s2) / total
        residual = mean * s1 - sy
        q = syy - mean * (2.0 * sy - mean * s1) + residual**2 / largest
        return total, trace_p, q, s2yy - mean * (2.0 * s2y - mean * s2) + residual**2

    def _block(self, i: int, t: float) -> tuple[Floats, Floats, Floats]:
        """Return effects, weights (0 for the most precise study) and their product from i on."""
        y = self.y[i : i + BLOCK]
        w, a = self._w[: y.size], self._a[: y.size]
        np.add(self.v[i : i + BLOCK], t, out=w)
        np.reciprocal(w, out=w)
        at = int(self.most_precise[0]) - i
        if 0 <= at < y.size:
            w[at] = 0.0
        np.multiply(w, y, out=a)
        return y, w, a

    def power_sums(self, t: Floats) -> PowerSums:
        """Return sums of powers of the weights, the mean and Q, each of shape (1,)."""
        shift = float(t[0])
        if shift not in self._power_sums:
            self._power_sums[shift] = self._power_pass(shift)
        return self._power_sums[shift]

    def _power_pass(self, t: float) -> PowerSums:
        s1 = s2 = s3 = sy = syy = 0.0
        for i in range(0, self.y.size, BLOCK):
            y, w, a = self._block(i, t)
            s1 += w.sum()
            sy += a.sum()
            syy += a.dot(y)
            np.multiply(w, w, out=a)
            s2 += w.dot(w)
            s3 += a.dot(w)
        at = int(self.most_precise[0])
        largest, own = 1.0 / (float(self.v[at]) + t), float(self.y[at])
        mean = (sy + largest * own) / (largest + s1)
        q = syy - mean * (2.0 * sy - mean * s1) + (mean * s1 - sy) ** 2 / largest
        return PowerSums(*(np.array([x]) for x in (largest, s1, s2, s3, mean, q)))

    def log_likelihood(self, t: Floats, *, restricted: bool) -> Floats:
        """Return the profile log-likelihood, shape (1,), or (m,) for m trial values."""
        return np.concatenate(
            [self._log_likelihood(t[i : i + 1], restricted) for i in range(t.size)]
        )

    def _log_likelihood(self, t: Floats, restricted: bool) -> Floats:
        sums = self.power_sums(t)
        shift = float(t[0])
        if shift not in self._logs:
            self._logs[shift] = self._sum_log(shift)
        value = -0.5 * (self._logs[shift] + sums.q + self.y.size * LOG_2PI)
        if restricted:
            value = value + 0.5 * (LOG_2PI + np.log(self.y.size) - np.log(sums.s1))
        return np.asarray(value, dtype=np.float64)

    def _sum_log(self, t: float) -> float:
        """Return the sum of log(v + t): one logarithm for a product of eight."""
        limit = 1e37  # Its eighth power is still a double, and so is that of its reciprocal.
        total = 0.0
        for i in range(0, self.v.size, BLOCK):
            v = self.v[i : i + BLOCK]
            w = self._w[: v.size]
            np.add(v, t, out=w)
            if v.size % 8 or w.max() > limit or w.min() < 1.0 / limit:
                total += float(np.log(w).sum())
            else:
                total += float(np.log(np.multiply.reduce(w.reshape(8, -1), axis=0)).sum())
        return total

    def take(self, models: Ints) -> Self:
        """Return itself: there is one group."""
        return self


class BinnedProfile:
    """Approximation of one group by bins of studies with nearly equal sampling variance.

    Parameters
    ----------
    y, v : array, shape (k,)
        Effects (centred) and sampling variances.
    """

    def __init__(self, y: Floats, v: Floats) -> None:
        # The upper bits of a positive double order as its value does, so a shift is a cut on a
        # logarithmic scale.
        shift = 52 - MANTISSA_BITS
        lowest = int(v.min().view(np.int64)) >> shift
        bins = (int(v.max().view(np.int64)) >> shift) - lowest + 1
        sums = np.zeros((4, bins))
        largest = 0.0
        for i in range(0, y.size, BIN_BLOCK):
            part, weight = y[i : i + BIN_BLOCK], v[i : i + BIN_BLOCK]
            code = weight.view(np.int64) >> shift
            code -= lowest
            square = part * part
            largest = max(largest, float(square.max()))
            sums[0] += np.bincount(code, minlength=bins)
            sums[1] += np.bincount(code, part, bins)
            sums[2] += np.bincount(code, square, bins)
            sums[3] += np.bincount(code, weight, bins)
        used = sums[0] > 0.0
        self.count, self.y, self.y2, total = sums[:, used]
        self.v = total / self.count
        self._k = y.size
        self._range = np.array([1e-7 * v.min()]), np.array([4.0 * largest + v.max()])

    @property
    def residual_df(self) -> Ints:
        """Number of studies less one, shape (1,)."""
        return np.array([self._k - 1], dtype=np.int64)

    @property
    def scan_range(self) -> tuple[Floats, Floats]:
        """Where the search starts and where it expects to end."""
        return self._range

    def moments(self, t: Floats) -> Moments:
        """Return the sums at trial values `t`, shape (trials, 1)."""
        w = 1.0 / (self.v + t)
        w2 = w * w
        s1 = w @ self.count
        s2 = w2 @ self.count
        sy = w @ self.y
        mean = sy / s1
        q = w @ self.y2 - mean * sy
        r2 = w2 @ self.y2 - mean * (2.0 * (w2 @ self.y) - mean * s2)
        columns = (s1, s1 - s2 / s1, q, r2)
        return Moments(*(np.asarray(column)[:, None] for column in columns))

    def log_likelihood(self, t: Floats, *, restricted: bool) -> Floats:
        """Return the profile log-likelihood of the bins, up to a constant, shape (1,)."""
        sums = self.moments(t[None, :])
        value = -0.5 * (np.log(self.v + t) @ self.count + sums.q[0])
        return np.asarray(value - 0.5 * np.log(sums.trace_w[0]) if restricted else value)

    def take(self, models: Ints) -> BinnedProfile:
        """Return itself: there is one group."""
        return self
