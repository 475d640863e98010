"""Columns brought to an orthonormal basis."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["orthonormal", "orthonormal_rows"]

Floats = npt.NDArray[np.float64]

# From so many rows on the products of columns are worth it, where they lose no digits.
LONG = 10_000
WELL_CONDITIONED = 1e-5
# Columns so far apart are orthonormal to 1e-14 after one factor already.
PLAINLY_APART = 0.01


def orthonormal(x: Floats) -> tuple[Floats, Floats]:
    """Return X = QR with orthonormal Q, (k, p), and upper triangular R with a positive diagonal.

    Long matrices with columns that are plainly apart go by Cholesky factors of their products,
    twice (Yamamoto et al. 2015, Electronic Transactions on Numerical Analysis 44:306-326).
    """
    r = _long_factor(x)
    if r is not None:
        return np.ascontiguousarray(x @ np.linalg.inv(r)), r
    q, r = np.linalg.qr(x)
    signs = np.where(np.diagonal(r) < 0.0, -1.0, 1.0)
    return np.ascontiguousarray(q * signs), np.asarray((r.T * signs).T)


def orthonormal_rows(x: Floats, out: Floats) -> Floats:
    """Write Q of `orthonormal` into `out` as rows, (p, k), and return R."""
    r = _long_factor(x)
    if r is None:
        q, r = orthonormal(x)
        out[:] = q.T
    else:
        np.matmul(np.linalg.inv(r).T, x.T, out=out)
    return r


def _long_factor(x: Floats) -> Floats | None:
    """Return R from products of columns; None where they are few or lose digits."""
    if x.shape[0] < LONG:
        return None
    products = x.T @ x
    length = np.sqrt(np.diagonal(products))
    if not length.all():
        return None
    apart = np.linalg.eigvalsh(products / np.outer(length, length))[0]
    if apart <= WELL_CONDITIONED:
        return None
    first = np.asarray(np.linalg.cholesky(products).T)
    if apart > PLAINLY_APART:
        return first
    q = x @ np.linalg.inv(first)
    return np.asarray(np.linalg.cholesky(q.T @ q).T @ first)
