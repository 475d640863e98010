"""Covariance of independent effects: variances only."""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt

from whatworks.statistics.block_covariance import BlockStack

__all__ = ["DiagonalCovariance"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class DiagonalCovariance:
    """Independent rows; see `BlockCovariance` for the verbs.

    Parameters
    ----------
    variances : array, shape (k,)
        All > 0.
    """

    def __init__(self, variances: Floats) -> None:
        self._variances = variances

    @property
    def size(self) -> int:
        """Number of rows, k."""
        return int(self._variances.size)

    @property
    def labels(self) -> Ints:
        """Block of each row, shape (k,): each its own."""
        return np.arange(self.size, dtype=np.int64)

    def diagonal(self) -> Floats:
        """Return the variances, shape (k,)."""
        return self._variances

    def solve(self, b: Floats) -> Floats:
        """Return M^-1 b for b of shape (k,) or (k, m)."""
        return (b.T / self._variances).T

    def times(self, b: Floats) -> Floats:
        """Return M b for b of shape (k,) or (k, m)."""
        return (b.T * self._variances).T

    def log_determinant(self) -> float:
        """Return the logarithm of the determinant."""
        return float(np.log(self._variances).sum())

    def take(self, rows: Ints) -> Self:
        """Return the matrix of the named rows and columns."""
        return type(self)(self._variances[rows])

    def scaled(self, factor: float) -> Self:
        """Return the matrix times a factor above 0."""
        return type(self)(factor * self._variances)

    def stacks(self) -> list[BlockStack]:
        """Return all blocks as matrices of shape (k, 1, 1)."""
        return [BlockStack(self.labels[:, None], self._variances[:, None, None])]
