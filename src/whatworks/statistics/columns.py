"""Columns brought to an orthonormal basis."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["orthonormal"]

Floats = npt.NDArray[np.float64]

# From so many rows on the products of columns are worth it, where they lose no digits.
LONG = 10_000
WELL_CONDITIONED = 1e-5


def orthonormal(x: Floats) -> tuple[Floats, Floats]:
    """Return X = QR with orthonormal Q, (k, p), and upper triangular R with a positive diagonal.

    Long matrices with columns that are plainly apart go by Cholesky factors of their products,
    twice (Yamamoto et al. 2015, Electronic Transactions on Numerical Analysis 44:306-326).
    """
    if x.shape[0] >= LONG:
        products = x.T @ x
        length = np.sqrt(np.diagonal(products))
        if np.linalg.eigvalsh(products / np.outer(length, length))[0] > WELL_CONDITIONED:
            first = np.linalg.cholesky(products).T
            q = x @ np.linalg.inv(first)
            second = np.linalg.cholesky(q.T @ q).T
            return np.ascontiguousarray(q @ np.linalg.inv(second)), second @ first
    q, r = np.linalg.qr(x)
    signs = np.where(np.diagonal(r) < 0.0, -1.0, 1.0)
    return np.ascontiguousarray(q * signs), np.asarray((r.T * signs).T)
