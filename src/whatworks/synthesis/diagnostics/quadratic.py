"""Squared distances r'C^-1r where C may lack rank: residuals that can only be 0 say nothing."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.statistics.low_rank_blocks import LowRankBlocks

__all__ = ["NO_SPREAD", "low_rank_quadratic_form", "quadratic_forms"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Below this share of the variances a direction is rounding, not spread.
NO_SPREAD = 1e-10


def quadratic_forms(r: Floats, covariance: Floats, scale: Floats) -> tuple[Floats, Ints]:
    """Return r'C^+r and the rank of C for many blocks of one size.

    Parameters
    ----------
    r : array, shape (B, n)
        Residuals.
    covariance : array, shape (B, n, n)
        Their covariance, positive semidefinite.
    scale : array, shape (B, n)
        Variances against which a direction counts as having no spread.
    """
    root = np.sqrt(np.where(scale > 0.0, scale, 1.0))
    values, vectors = np.linalg.eigh(covariance / root[:, :, None] / root[:, None, :])
    has_spread = values > NO_SPREAD
    along = np.einsum("bij,bi->bj", vectors, r / root)
    squares = np.where(has_spread, along**2 / np.where(has_spread, values, 1.0), 0.0)
    return squares.sum(axis=1), has_spread.sum(axis=1).astype(np.int64)


def low_rank_quadratic_form(
    block: LowRankBlocks, x: Floats, middle: Floats, r: Floats
) -> tuple[float, int]:
    """Return r'C^+r and the rank of C = M + XAX' for one large block, in time linear in its size.

    Parameters
    ----------
    block : LowRankBlocks
        M, of n effects.
    x : array, shape (n, p)
        X.
    middle : array, shape (p, p)
        A: positive for effects that had no part in the estimates, negative for those that had.
        Then a direction without spread is one in which r is 0, and any inverse on the others serves.
    r : array, shape (n,)
        Residuals.
    """
    wr = block.solve(r)
    values, vectors = np.linalg.eigh(middle)
    u = x @ (vectors * np.sqrt(np.abs(values)))
    signs = np.where(values < 0.0, -1.0, 1.0)
    shares, axes = np.linalg.eigh(u.T @ block.solve(u))
    along = (u @ axes).T @ wr
    if not (signs == signs[0]).all():
        raise ValueError("middle is neither positive nor negative definite")
    left = 1.0 + signs[0] * shares
    has_spread = left > NO_SPREAD
    taken = np.where(has_spread, along**2 / np.where(has_spread, left, 1.0), 0.0)
    return float(r @ wr - signs[0] * taken.sum()), int(r.size - (~has_spread).sum())
