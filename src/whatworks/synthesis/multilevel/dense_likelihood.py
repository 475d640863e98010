"""Likelihood of any model: dense blocks of effects that share no unit with others."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.statistics.block_covariance import (
    BlockCovariance,
    BlockStack,
    block_stacks,
    first_appearance_codes,
)
from whatworks.statistics.dense_blocks import DenseBlocks
from whatworks.synthesis.multilevel.problem import Problem

__all__ = ["DenseLikelihood", "block_layout", "joint_blocks"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LOG_2PI = float(np.log(2.0 * np.pi))


class DenseLikelihood:
    """Log-likelihood of a `Problem`, profiled over the coefficients; a `SmoothFunction`."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.labels = joint_blocks(problem)
        self._rows = block_stacks(self.labels)
        self._sampling = _cut(problem.sampling, self._rows)
        self._slices = problem.slices()
        # For each stack and term: where two effects share a unit, and which entry of G they take.
        self._shared: list[list[tuple[Floats, Ints]]] = [
            [
                (
                    (data.units[rows][:, :, None] == data.units[rows][:, None, :]).astype(float),
                    data.values[rows][:, :, None] * data.structure.m
                    + data.values[rows][:, None, :],
                )
                for data in problem.terms
            ]
            for rows in self._rows
        ]

    def covariance(self, phi: Floats) -> DenseBlocks:
        """Return the marginal covariance of the scaled effects."""
        stacks = []
        matrices_g = [
            data.structure.matrix(phi[place])
            for data, place in zip(self.problem.terms, self._slices, strict=True)
        ]
        for rows, sampling, shared in zip(self._rows, self._sampling, self._shared, strict=True):
            matrices = sampling.copy()
            for g, (mask, entry) in zip(matrices_g, shared, strict=True):
                matrices += mask * (g[0, 0] if g.size == 1 else g.ravel()[entry])
            stacks.append(BlockStack(rows, matrices))
        return DenseBlocks(stacks)

    def value(self, phi: Floats) -> float:
        """Return the log-likelihood, -inf where the covariance is not positive definite."""
        try:
            return self._evaluate(phi, with_gradient=False)[0]
        except np.linalg.LinAlgError:
            return -np.inf

    def gradient(self, phi: Floats) -> tuple[float, Floats]:
        """Return the log-likelihood and its derivatives, (n,)."""
        return self._evaluate(phi, with_gradient=True)

    def _evaluate(self, phi: Floats, *, with_gradient: bool) -> tuple[float, Floats]:
        problem = self.problem
        covariance = self.covariance(phi)
        log_det = covariance.log_determinant()
        p = problem.p
        xwx, xwy, ywy = np.zeros((p, p)), np.zeros(p), 0.0
        parts = []
        for stack in covariance.stacks():
            inverse = np.linalg.inv(stack.matrices)
            q, y = problem.q[stack.rows], problem.y[stack.rows]
            wq = inverse @ q
            wy = np.einsum("bij,bj->bi", inverse, y)
            xwx += np.einsum("bip,biq->pq", q, wq)
            xwy += np.einsum("bip,bi->p", wq, y)
            ywy += float((y * wy).sum())
            parts.append((inverse, wq, wy))
        root = np.linalg.cholesky(xwx)
        beta = np.linalg.solve(xwx, xwy)
        value = -0.5 * (problem.k * LOG_2PI + log_det + ywy - float(xwy @ beta))
        if problem.restricted:
            value += 0.5 * p * LOG_2PI - float(np.log(np.diagonal(root)).sum())
        if not with_gradient:
            return value, np.zeros(0)
        half = np.linalg.inv(root).T
        slopes = [np.zeros(data.structure.m**2) for data in problem.terms]
        for (inverse, wq, wy), shared in zip(parts, self._shared, strict=True):
            g = wy - wq @ beta
            by_matrix = g[:, :, None] * g[:, None, :] - inverse
            if problem.restricted:
                u = wq @ half
                by_matrix += u @ np.swapaxes(u, 1, 2)
            for slope, (mask, entry) in zip(slopes, shared, strict=True):
                weighted = by_matrix * mask
                if slope.size == 1:
                    slope[0] += weighted.sum()
                else:
                    slope += np.bincount(entry.ravel(), weighted.ravel(), minlength=slope.size)
        out = np.empty(problem.n_parameters)
        for data, place, slope in zip(problem.terms, self._slices, slopes, strict=True):
            by_g = 0.5 * slope.reshape(data.structure.m, data.structure.m)
            out[place] = data.structure.gradient(phi[place], by_g)
        return value, out

    def hessian(self, phi: Floats) -> Floats:
        """Return second derivatives, (n, n): central differences of the exact first ones."""
        n = phi.size
        out = np.empty((n, n))
        for i in range(n):
            step = 1e-4 * max(abs(float(phi[i])), 0.05)
            ahead, behind = phi.copy(), phi.copy()
            ahead[i] += step
            behind[i] -= step
            try:
                out[i] = (self.gradient(ahead)[1] - self.gradient(behind)[1]) / (2.0 * step)
            except np.linalg.LinAlgError:
                out[i] = -np.eye(n)[i]
        return 0.5 * (out + out.T)


def joint_blocks(problem: Problem) -> Ints:
    """Return the block of each effect: effects that share a unit or a sampling error, (k,)."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    k = problem.k
    groups = [data.units for data in problem.terms] + [problem.sampling.labels]
    offset, columns = k, []
    for units in groups:
        columns.append(units + offset)
        offset += int(units.max()) + 1
    rows = np.tile(np.arange(k), len(groups))
    edges = coo_array((np.ones(rows.size), (rows, np.concatenate(columns))), shape=(offset, offset))
    _, labels = connected_components(edges, directed=False)
    return first_appearance_codes(labels[:k])


def block_layout(covariance: BlockCovariance, labels: Ints) -> list[BlockStack]:
    """Return a covariance as stacks of the given blocks, which hold its own."""
    rows = block_stacks(labels)
    matrices = _cut(covariance, rows)
    return [BlockStack(own, block) for own, block in zip(rows, matrices, strict=True)]


def _cut(covariance: BlockCovariance, layout: list[Ints]) -> list[Floats]:
    """Return the blocks of the layout as matrices."""
    k = covariance.size
    which, block, place = (np.empty(k, dtype=np.int64) for _ in range(3))
    out = []
    for i, rows in enumerate(layout):
        which[rows] = i
        block[rows] = np.arange(rows.shape[0])[:, None]
        place[rows] = np.arange(rows.shape[1])[None, :]
        out.append(np.zeros((*rows.shape, rows.shape[1])))
    for stack in covariance.stacks():
        of_stack = which[stack.rows[:, 0]]
        for i in np.unique(of_stack):
            rows = stack.rows[of_stack == i]
            at = place[rows]
            out[i][block[rows][:, :, None], at[:, :, None], at[:, None, :]] = stack.matrices[
                of_stack == i
            ]
    return out
