"""Covariance matrices made of independent blocks: one study, one block.

Effects of different studies are independent, so that no matrix of all effects is ever needed.
Three layouts answer the same questions: diagonal (one effect a study), blocks that are a diagonal
plus a few shared directions (three-level models, correlated sampling errors), and dense blocks.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol, Self

import numpy as np
import numpy.typing as npt

__all__ = ["BlockCovariance", "BlockStack", "block_stacks", "first_appearance_codes"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class BlockStack(NamedTuple):
    """All blocks of one size n, B of them.

    Attributes
    ----------
    rows
        Which rows of the whole each block holds, shape (B, n).
    matrices
        The blocks, shape (B, n, n).
    """

    rows: Ints
    matrices: Floats


class BlockCovariance(Protocol):
    """A symmetric positive definite matrix of shape (k, k) with independent blocks."""

    @property
    def size(self) -> int:
        """Number of rows, k."""
        ...

    @property
    def labels(self) -> Ints:
        """Block of each row, shape (k,), numbered from 0 in order of first appearance."""
        ...

    def diagonal(self) -> Floats:
        """Return the variances, shape (k,)."""
        ...

    def solve(self, b: Floats) -> Floats:
        """Return M^-1 b for b of shape (k,) or (k, m)."""
        ...

    def times(self, b: Floats) -> Floats:
        """Return M b for b of shape (k,) or (k, m)."""
        ...

    def log_determinant(self) -> float:
        """Return the logarithm of the determinant."""
        ...

    def take(self, rows: Ints) -> Self:
        """Return the matrix of the named rows and columns."""
        ...

    def scaled(self, factor: float) -> Self:
        """Return the matrix times a factor above 0."""
        ...

    def stacks(self) -> list[BlockStack]:
        """Return all blocks as dense matrices, gathered by size, sizes ascending."""
        ...


def first_appearance_codes(labels: npt.ArrayLike) -> Ints:
    """Return whole numbers from 0 for labels of any kind, in order of first appearance, (k,)."""
    _, first, inverse = np.unique(np.asarray(labels), return_index=True, return_inverse=True)
    rank = np.empty(first.size, dtype=np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(first.size)
    return np.asarray(rank[inverse.ravel()], dtype=np.int64)


def block_stacks(labels: Ints) -> list[Ints]:
    """Return the rows of each group, gathered by group size: arrays of shape (B, n).

    Parameters
    ----------
    labels : array of int, shape (k,)
        Group of each row, from 0. Rows keep their order within a group.
    """
    order = np.argsort(labels, kind="stable")
    sizes = np.bincount(labels)
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    found = []
    for n in np.unique(sizes[sizes > 0]):
        groups = np.flatnonzero(sizes == n)
        found.append(order[starts[groups][:, None] + np.arange(n)[None, :]])
    return found
