"""Covariance with dense blocks, each factored once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
import numpy.typing as npt

from whatworks.statistics.block_covariance import BlockStack, first_appearance_codes

__all__ = ["DenseBlocks"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class DenseBlocks:
    """Blocks of any form; see `BlockCovariance` for the verbs.

    Parameters
    ----------
    stacks : sequence of BlockStack
        Blocks gathered by size; together they hold each row once.

    Raises
    ------
    numpy.linalg.LinAlgError
        On first use of the factor, where a block is not positive definite.
    """

    def __init__(self, stacks: Sequence[BlockStack]) -> None:
        self._stacks = list(stacks)
        self._size = sum(stack.rows.size for stack in self._stacks)
        self._roots: list[Floats] | None = None

    @classmethod
    def from_matrix(cls, matrix: Floats, labels: Ints | None = None) -> Self:
        """Cut a matrix of shape (k, k) into blocks: those of `labels`, or the smallest there are."""
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import connected_components

        from whatworks.statistics.block_covariance import block_stacks

        if labels is None:
            labels = connected_components(csr_array(matrix != 0.0), directed=False)[1]
        codes = first_appearance_codes(labels)
        return cls(
            [
                BlockStack(rows, matrix[rows[:, :, None], rows[:, None, :]])
                for rows in block_stacks(codes)
            ]
        )

    @property
    def size(self) -> int:
        """Number of rows, k."""
        return self._size

    @property
    def labels(self) -> Ints:
        """Block of each row, shape (k,), in order of first appearance."""
        codes = np.empty(self._size, dtype=np.int64)
        start = 0
        for stack in self._stacks:
            codes[stack.rows] = (start + np.arange(stack.rows.shape[0]))[:, None]
            start += stack.rows.shape[0]
        return first_appearance_codes(codes)

    def diagonal(self) -> Floats:
        """Return the variances, shape (k,)."""
        out = np.empty(self._size)
        for stack in self._stacks:
            out[stack.rows] = np.diagonal(stack.matrices, axis1=1, axis2=2)
        return out

    @property
    def roots(self) -> list[Floats]:
        """Lower Cholesky factors, one array of shape (B, n, n) a stack."""
        if self._roots is None:
            self._roots = [
                np.asarray(np.linalg.cholesky(stack.matrices), dtype=np.float64)
                for stack in self._stacks
            ]
        return self._roots

    def solve(self, b: Floats) -> Floats:
        """Return M^-1 b for b of shape (k,) or (k, m)."""
        columns = b[:, None] if b.ndim == 1 else b
        out = np.empty(columns.shape)
        for stack, root in zip(self._stacks, self.roots, strict=True):
            half = np.linalg.solve(root, columns[stack.rows])
            out[stack.rows] = np.linalg.solve(np.swapaxes(root, 1, 2), half)
        return out[:, 0] if b.ndim == 1 else out

    def times(self, b: Floats) -> Floats:
        """Return M b for b of shape (k,) or (k, m)."""
        columns = b[:, None] if b.ndim == 1 else b
        out = np.empty(columns.shape)
        for stack in self._stacks:
            out[stack.rows] = stack.matrices @ columns[stack.rows]
        return out[:, 0] if b.ndim == 1 else out

    def log_determinant(self) -> float:
        """Return the logarithm of the determinant."""
        return 2.0 * sum(
            float(np.log(np.diagonal(root, axis1=1, axis2=2)).sum()) for root in self.roots
        )

    def take(self, rows: Ints) -> Self:
        """Return the matrix of the named rows and columns."""
        place = np.full(self._size, -1, dtype=np.int64)
        place[rows] = np.arange(rows.size)
        by_size: dict[int, list[BlockStack]] = {}
        for stack in self._stacks:
            kept = place[stack.rows] >= 0
            # Blocks that lose the same positions are cut together.
            patterns, which = np.unique(kept, axis=0, return_inverse=True)
            for i, pattern in enumerate(patterns):
                if not pattern.any():
                    continue
                at = np.flatnonzero(which.ravel() == i)
                inside = np.flatnonzero(pattern)
                cut = stack.matrices[at][:, inside[:, None], inside[None, :]]
                by_size.setdefault(inside.size, []).append(
                    BlockStack(place[stack.rows[at][:, inside]], cut)
                )
        return type(self)(
            [
                BlockStack(
                    np.concatenate([part.rows for part in parts]),
                    np.concatenate([part.matrices for part in parts]),
                )
                for _, parts in sorted(by_size.items())
            ]
        )

    def scaled(self, factor: float) -> Self:
        """Return the matrix times a factor above 0."""
        return type(self)(
            [BlockStack(stack.rows, factor * stack.matrices) for stack in self._stacks]
        )

    def stacks(self) -> list[BlockStack]:
        """Return the blocks, gathered by size."""
        return list(self._stacks)
