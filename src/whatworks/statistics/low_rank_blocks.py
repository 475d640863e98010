"""Covariance whose blocks are a diagonal plus one or two shared directions.

Three-level models (a study's effects share one draw) and correlated sampling errors (they share a
multiple of their standard errors) are of this form. Every operation takes time and memory in
proportion to the number of rows, whatever the size of a block.
"""

from __future__ import annotations

from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt

from whatworks.statistics.block_covariance import (
    BlockStack,
    block_stacks,
    first_appearance_codes,
)

__all__ = ["LowRankBlocks"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class LowRankBlocks:
    """M = diag(d) + sum over q of c_q u_q u_q' within each block; see `BlockCovariance`.

    Parameters
    ----------
    d : array, shape (k,)
        Diagonal part, all > 0.
    directions : array, shape (q, k)
        Shared directions, q of 1 or 2.
    weights : array, shape (q,)
        Their factors c_q, >= 0.
    labels : array of int, shape (k,)
        Block of each row, from 0 in order of first appearance.
    """

    def __init__(self, d: Floats, directions: Floats, weights: Floats, labels: Ints) -> None:
        self.d = d
        self.directions = directions
        self.weights = weights
        self._labels = labels
        is_sorted = bool((labels[1:] >= labels[:-1]).all())
        #: Rows block by block; None where they stand so already.
        self.order: Ints | None = None if is_sorted else np.argsort(labels, kind="stable")
        sizes = np.bincount(labels)
        #: Position of each block's first row in that order, and block sizes, (B,).
        self.starts: Ints = np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.int64)
        self.sizes: Ints = sizes.astype(np.int64)

    @property
    def size(self) -> int:
        """Number of rows, k."""
        return int(self.d.size)

    @property
    def labels(self) -> Ints:
        """Block of each row, shape (k,)."""
        return self._labels

    def sum(self, x: Floats) -> Floats:
        """Sum within blocks: shape (..., k) to (..., B)."""
        ordered = x if self.order is None else x[..., self.order]
        return np.asarray(np.add.reduceat(ordered, self.starts, axis=-1))

    @cached_property
    def kernel(self) -> Floats:
        """K = C (I + U'D^-1 U C)^-1 of each block, so that M^-1 = D^-1 - D^-1 U K U' D^-1.

        Shape (q, q, B); symmetric. Weights of 0 are allowed.
        """
        return self._kernel_and_det[0]

    @cached_property
    def _kernel_and_det(self) -> tuple[Floats, Floats]:
        """Return K, (q, q, B), and det(I + U'D^-1 U C), (B,)."""
        u, ue, c = self.directions, self._scaled_directions, self.weights
        if len(c) == 1:
            det = 1.0 + c[0] * self.sum(ue[0] * u[0])
            return (c[0] / det)[None, None, :], det
        a11, a12, a22 = self.sum(ue[0] * u[0]), self.sum(ue[0] * u[1]), self.sum(ue[1] * u[1])
        det = (1.0 + c[0] * a11) * (1.0 + c[1] * a22) - c[0] * c[1] * a12**2
        k11 = c[0] * (1.0 + c[1] * a22) / det
        k22 = c[1] * (1.0 + c[0] * a11) / det
        k12 = -c[0] * c[1] * a12 / det
        return np.array([[k11, k12], [k12, k22]]), det

    def diagonal(self) -> Floats:
        """Return the variances, shape (k,)."""
        return np.asarray(self.d + self.weights @ self.directions**2, dtype=np.float64)

    def solve(self, b: Floats) -> Floats:
        """Return M^-1 b for b of shape (k,) or (k, m)."""
        return self.solve_rows(np.ascontiguousarray(b.T)).T

    def solve_rows(self, b: Floats) -> Floats:
        """Return (M^-1 b')' for b of shape (k,) or (m, k): rows lie together in memory."""
        scaled_directions = self._scaled_directions
        sums = [self.sum(b * u) for u in scaled_directions]
        out = b * self._inverse_d
        spare = np.empty_like(out)
        for q, u in enumerate(scaled_directions):
            shared = self.kernel[q, 0] * sums[0]
            for r in range(1, len(sums)):
                shared += self.kernel[q, r] * sums[r]
            np.take(shared, self._labels, axis=-1, out=spare, mode="clip")
            spare *= u
            out -= spare
        return out

    @cached_property
    def _inverse_d(self) -> Floats:
        return 1.0 / self.d

    @cached_property
    def _scaled_directions(self) -> Floats:
        """Directions over the diagonal part, (q, k)."""
        return self.directions * self._inverse_d

    def times(self, b: Floats) -> Floats:
        """Return M b for b of shape (k,) or (k, m)."""
        out = (b.T * self.d).T
        for c, u in zip(self.weights, self.directions, strict=True):
            out = out + (c * self.sum(b.T * u)[..., self._labels] * u).T
        return np.asarray(out, dtype=np.float64)

    def log_determinant(self) -> float:
        """Return the logarithm of the determinant."""
        return float(np.log(self.d).sum() + np.log(self._kernel_and_det[1]).sum())

    def log_kernel_determinant(self) -> Floats:
        """Return the log-determinant of each block less that of its diagonal part, (B,)."""
        return np.log(self._kernel_and_det[1])

    def trace_of_inverse(self) -> float:
        """Return the trace of M^-1."""
        total = float(self._inverse_d.sum())
        for q, left in enumerate(self._scaled_directions):
            for r, right in enumerate(self._scaled_directions):
                total -= float(self.kernel[q, r] @ self.sum(left * right))
        return total

    def take(self, rows: Ints) -> Self:
        """Return the matrix of the named rows and columns."""
        return type(self)(
            self.d[rows],
            self.directions[:, rows],
            self.weights,
            first_appearance_codes(self._labels[rows]),
        )

    def scaled(self, factor: float) -> Self:
        """Return the matrix times a factor above 0."""
        return type(self)(factor * self.d, self.directions, factor * self.weights, self._labels)

    def stacks(self) -> list[BlockStack]:
        """Return all blocks as dense matrices, gathered by size."""
        return [BlockStack(rows, self.matrices(rows)) for rows in block_stacks(self._labels)]

    def matrices(self, rows: Ints) -> Floats:
        """Return blocks as dense matrices, (B, n, n), given the rows of each, (B, n)."""
        matrices = np.zeros((*rows.shape, rows.shape[1]))
        inside = np.arange(rows.shape[1])
        matrices[:, inside, inside] = self.d[rows]
        for c, u in zip(self.weights, self.directions, strict=True):
            matrices += c * u[rows][:, :, None] * u[rows][:, None, :]
        return matrices

    def between_diagonal(self, left: Self, right: Self) -> Floats:
        """Return the diagonal of A M^-1 B for A and B of the same blocks, shape (k,)."""
        e, labels = self._inverse_d, self._labels
        # With A = D + UCU' and E the inverse of M's diagonal: A E B, less what M's directions take.
        out = left.d * e * right.diagonal() + (left.diagonal() - left.d) * e * right.d
        for c, u in zip(left.weights, left.directions, strict=True):
            for b, v in zip(right.weights, right.directions, strict=True):
                out += c * b * u * v * self.sum(u * e * v)[labels]
        through_left = [left.times(u) for u in self._scaled_directions]
        through_right = [right.times(u) for u in self._scaled_directions]
        for q, one in enumerate(through_left):
            for r, other in enumerate(through_right):
                out -= self.kernel[q, r][labels] * one * other
        return out
