"""Each value given those before it in its block: what L^-1 makes of values with covariance LL'."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.statistics.block_covariance import BlockCovariance, block_stacks
from whatworks.statistics.low_rank_blocks import LowRankBlocks

__all__ = ["innovations"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Blocks of more rows than this are gone through row by row; dense ones of the size take as long.
LARGE = 100
# Numbers of one batch of dense blocks.
BATCH = 1_000_000


def innovations(covariance: BlockCovariance, values: Floats) -> Floats:
    """Return L^-1 x with M = LL' block by block, (k,).

    Parameters
    ----------
    covariance : BlockCovariance
        M, (k, k).
    values : array, shape (k,)
        x.

    Notes
    -----
    Large blocks that are a diagonal plus shared directions take time in proportion to their size:
    what the rows so far say of the shared draws is a sum over them.
    """
    out = np.empty(values.size)
    if not isinstance(covariance, LowRankBlocks):
        for stack in covariance.stacks():
            out[stack.rows] = _dense(stack.matrices, values[stack.rows])
        return out
    for rows in block_stacks(covariance.labels):
        if rows.shape[1] > LARGE:
            for own in rows:
                out[own] = _one_by_one(covariance, own, values[own])
            continue
        step = max(1, BATCH // rows.shape[1] ** 2)
        for i in range(0, rows.shape[0], step):
            some = rows[i : i + step]
            out[some] = _dense(covariance.matrices(some), values[some])
    return out


def _dense(matrices: Floats, values: Floats) -> Floats:
    root = np.linalg.cholesky(matrices)
    return np.asarray(np.linalg.solve(root, values[..., None])[..., 0])


def _one_by_one(covariance: LowRankBlocks, rows: Ints, x: Floats) -> Floats:
    """Return the same for one block: draws a of variance C are shared, x = U'a + e."""
    d, u = covariance.d[rows], covariance.directions[:, rows].T
    c = np.diag(covariance.weights)
    # Of the rows before each: sums of uu'/d and of ux/d.
    precision, told = np.zeros((rows.size, *c.shape)), np.zeros(u.shape)
    np.cumsum((u[:, :, None] * (u / d[:, None])[:, None, :])[:-1], axis=0, out=precision[1:])
    np.cumsum((u * (x / d)[:, None])[:-1], axis=0, out=told[1:])
    # Var(a | before) = (I + CS)^-1 C, which holds where a weight is 0.
    spread = np.linalg.solve(np.eye(len(c)) + c @ precision, np.broadcast_to(c, precision.shape))
    shared = (spread @ u[:, :, None])[:, :, 0]
    return np.asarray((x - (shared * told).sum(axis=1)) / np.sqrt(d + (shared * u).sum(axis=1)))
