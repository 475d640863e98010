"""Squared distances r'C^-1r where C may lack rank: residuals that can only be 0 say nothing."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["NO_SPREAD", "quadratic_forms"]

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
