"""Cholesky factors of many small matrices at once, and what they whiten.

Libraries factor one matrix after the other, at a microsecond each whatever its size. With the models
in the last axis a 3 x 3 factor of ten thousand models is a dozen operations on long arrays.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["bordered_factor", "inverse_of_factor", "whitened"]

Floats = npt.NDArray[np.float64]


def bordered_factor(s: Floats) -> Floats:
    """Return the factor of X'WX bordered by u = L^-1 X'Wy, with 1 in the corner.

    Parameters
    ----------
    s : array, shape (m, m, G)
        Products of m - 1 columns and the effects, which come last.

    Returns
    -------
    array, shape (m, m, G)
        Lower triangular [[L, 0], [u', 1]]. It whitens `s` itself to the identity with y'Py in the
        corner, and products with W^2 so that y'PPy stands there.
    """
    m = s.shape[0]
    factor = np.zeros_like(s)
    for j in range(m - 1):
        left = factor[j:, :j]
        column = s[j:, j] - (left * factor[j, :j]).sum(axis=1)
        factor[j:, j] = column / np.sqrt(column[0])
    factor[m - 1, m - 1] = 1.0
    return factor


def whitened(factor: Floats, s: Floats) -> Floats:
    """Return F^-1 S F^-T for each model, (m, m, G)."""
    return _forward(factor, np.swapaxes(_forward(factor, s), 0, 1))


def inverse_of_factor(factor: Floats) -> Floats:
    """Return L^-1 of the columns alone, (m - 1, m - 1, G)."""
    inner = factor[:-1, :-1]
    identity = np.broadcast_to(np.eye(inner.shape[0])[:, :, None], inner.shape)
    return _forward(inner, identity)


def _forward(factor: Floats, b: Floats) -> Floats:
    """Return F^-1 B."""
    out = np.array(b)
    for i in range(factor.shape[0]):
        for j in range(i):
            out[i] -= factor[i, j] * out[j]
        out[i] /= factor[i, i]
    return out
