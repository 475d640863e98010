"""Profile of k two-level models at once, each without one of k studies.

The models share all studies but one. A trial value that is the same for all of them costs one pass
over the studies: sums from the left and from the right, so that nothing is subtracted and a
dominating study leaves no rounding behind. Values that differ cost a matrix of weights.
"""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt

from whatworks.statistics.profiles import Moments

__all__ = ["LeaveOneOutProfile"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Weights of so many models at a time: 8 MB a temporary.
BLOCK_ELEMENTS = 1 << 20
LOG_2PI = float(np.log(2.0 * np.pi))


class LeaveOneOutProfile:
    """Models of which each leaves one study out; a `Profile`.

    Parameters
    ----------
    y, v : array, shape (k,)
        Effects, centred, and sampling variances, near 1 in unit; k of 3 or more.
    left_out : array of int, shape (G,)
        Which study each model is without.
    """

    def __init__(self, y: Floats, v: Floats, left_out: Ints) -> None:
        self.y, self.v, self.left_out = y, v, left_out
        self._powers = np.stack((np.ones(y.size), y, y * y), axis=1)

    @property
    def residual_df(self) -> Ints:
        """Number of studies that stay less one, shape (G,)."""
        return np.full(self.left_out.size, self.y.size - 2, dtype=np.int64)

    @property
    def scan_range(self) -> tuple[Floats, Floats]:
        """The same range for all models: see `InterceptProfile.scan_range`."""
        g = self.left_out.size
        end = 4.0 * float(np.abs(self.y).max()) ** 2 + float(self.v.max())
        return np.full(g, 1e-7 * float(self.v.min())), np.full(g, end)

    def moments(self, t: Floats) -> Moments:
        """Return the sums at trial values `t`, shape (trials, G)."""
        rows = [
            self._shared(float(row[0])) if (row == row[0]).all() else self._own(row) for row in t
        ]
        return Moments(*(np.stack(column) for column in zip(*rows, strict=True)))

    def _shared(self, t: float) -> Moments:
        w = 1.0 / (self.v + t)
        first = _sums_without_each(self._powers * w[:, None])
        second = _sums_without_each(self._powers * (w * w)[:, None])
        return _moments(first[self.left_out], second[self.left_out])

    def _own(self, t: Floats) -> Moments:
        first, second = np.empty((t.size, 3)), np.empty((t.size, 3))
        for part in self._parts(t.size):
            w = self._weights(t, part)
            first[part] = w @ self._powers
            second[part] = np.square(w, out=w) @ self._powers
        return _moments(first, second)

    def _parts(self, n: int) -> list[slice]:
        step = max(1, BLOCK_ELEMENTS // self.y.size)
        return [slice(i, min(n, i + step)) for i in range(0, n, step)]

    def _weights(self, t: Floats, part: slice) -> Floats:
        """Return weights of some models, 0 for the study left out, (n, k)."""
        w = self.v + t[part, None]
        np.divide(1.0, w, out=w)
        w[np.arange(w.shape[0]), self.left_out[part]] = 0.0
        return w

    def log_likelihood(self, t: Floats, *, restricted: bool) -> Floats:
        """Return the profile log-likelihood at one value a model, shape (G,)."""
        n = self.y.size - 1
        out = np.empty(t.size)
        for part in self._parts(t.size):
            w = self._weights(t, part)
            sums = w @ self._powers
            q = sums[:, 2] - sums[:, 1] ** 2 / sums[:, 0]
            w[np.arange(w.shape[0]), self.left_out[part]] = 1.0
            out[part] = -0.5 * (n * LOG_2PI - np.log(w).sum(axis=1) + q)
            if restricted:
                out[part] += 0.5 * (LOG_2PI + np.log(n) - np.log(sums[:, 0]))
        return out

    def means(self, t: Floats) -> tuple[Floats, Floats, Floats]:
        """Return sum of weights, weighted mean and Q about it at one value a model, (G,)."""
        first = np.empty((t.size, 3))
        for part in self._parts(t.size):
            first[part] = self._weights(t, part) @ self._powers
        mean = first[:, 1] / first[:, 0]
        return first[:, 0], mean, np.maximum(0.0, first[:, 2] - first[:, 1] * mean)

    def take(self, models: Ints) -> Self:
        """Return a profile of the named models, one of which may stand more than once."""
        return type(self)(self.y, self.v, self.left_out[models])


def _sums_without_each(x: Floats) -> Floats:
    """Return, for each row, the sum of all the others, shape (k, m)."""
    out = np.zeros_like(x)
    out[1:] += np.cumsum(x[:-1], axis=0)
    out[:-1] += np.cumsum(x[:0:-1], axis=0)[::-1]
    return out


def _moments(first: Floats, second: Floats) -> Moments:
    """Return the sums from those of w and of w**2 times 1, y, y**2, each of shape (G, 3)."""
    s1, s2 = first[:, 0], second[:, 0]
    mean = first[:, 1] / s1
    q = first[:, 2] - first[:, 1] * mean
    r2 = second[:, 2] - 2.0 * mean * second[:, 1] + mean**2 * s2
    return Moments(s1, s1 - s2 / s1, q, r2)
