"""The correlation matrix nearest to one that cannot be: with all eigenvalues above 0."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["nearest_correlation"]

Floats = npt.NDArray[np.float64]

# Smallest eigenvalue of what is returned: far above rounding, far below what moves a result.
FLOOR = 1e-8
_MOST_STEPS = 5_000
_CLOSE_ENOUGH = 1e-12


def nearest_correlation(matrix: Floats) -> Floats:
    """Return the nearest positive definite correlation matrix by the Frobenius norm.

    Parameters
    ----------
    matrix : array, shape (n, n)
        Symmetric with ones on the diagonal.

    Returns
    -------
    array, shape (n, n)
        Ones on the diagonal, no eigenvalue below about 1e-8.

    References
    ----------
    Higham NJ (2002). Computing the nearest correlation matrix: a problem from finance. IMA Journal
    of Numerical Analysis 22:329-343 (algorithm 3.3: alternating projections with Dykstra's
    correction).
    """
    y = matrix.copy()
    correction = np.zeros_like(matrix)
    for _ in range(_MOST_STEPS):
        before = y
        free = y - correction
        values, vectors = np.linalg.eigh(free)
        positive = (vectors * np.maximum(values, 0.0)) @ vectors.T
        correction = positive - free
        y = positive.copy()
        np.fill_diagonal(y, 1.0)
        if np.abs(y - before).max() <= _CLOSE_ENOUGH:
            break
    # The nearest one stands on the edge of what can be: step inside, and keep the ones.
    values, vectors = np.linalg.eigh(y)
    inside = (vectors * np.maximum(values, FLOOR)) @ vectors.T
    scale = 1.0 / np.sqrt(np.diagonal(inside))
    inside = inside * scale[:, None] * scale[None, :]
    return np.asarray((inside + inside.T) / 2.0, dtype=np.float64)
