"""The adjustment matrices of CR2: residuals made to have the working model's variance.

A_j = D'(D(M_j - X_j B X_j')D')^(-1/2) D with M_j = D'D makes the expectation of A_j e_j e_j'A_j equal
to M_j where the working model is right. D is the Cholesky factor; any other root of M_j is it times
a rotation, which leaves A_j as it is.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Adjustment", "adjustment"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Rounding of an eigenvalue, as a share of the largest.
ROUNDING = 1e-15


class Adjustment(NamedTuple):
    """A_j of B clusters of size n, as A = L V diag(roots) V'L'.

    Attributes
    ----------
    lower, vectors
        L and V, (B, n, n).
    roots
        Shape (B, n); 0 for a direction without residual variance (Moore-Penrose).
    """

    lower: Floats
    vectors: Floats
    roots: Floats

    def times(self, right: Floats) -> Floats:
        """Return A_j times `right`, (B, n, m)."""
        inner = np.swapaxes(self.vectors, 1, 2) @ (np.swapaxes(self.lower, 1, 2) @ right)
        return np.asarray(self.lower @ (self.vectors @ (self.roots[:, :, None] * inner)))


def adjustment(m: Floats, u: Floats, n_used_up: Ints) -> Adjustment:
    """Return the adjustment of clusters of one size.

    Parameters
    ----------
    m : array, shape (B, n, n)
        Fitted covariance of each cluster.
    u : array, shape (B, n, p)
        Fixed part in a basis that is orthonormal under M^-1: XBX' = UU'.
    n_used_up : array of int, shape (B,)
        Directions of each cluster that the coefficients fit perfectly.

    References
    ----------
    Bell RM, McCaffrey DF (2002). Survey Methodology 28:169-181.
    Pustejovsky JE, Tipton E (2018). Journal of Business & Economic Statistics 36:672-683
    (equation 5 and section 2.2).
    """
    if m.shape[1] == 1:
        # D M D' is the square of the variance.
        inside = m[:, :, 0] * (m[:, :, 0] - (u**2).sum(axis=2))
        return Adjustment(m**0.5, np.ones_like(m), _roots(inside, n_used_up))
    lower = np.asarray(np.linalg.cholesky(m), dtype=np.float64)
    upper = np.swapaxes(lower, 1, 2)
    # D = L' for M = LL'; D M D' = (D D')(D D')' without a product with M.
    product, du = upper @ lower, upper @ u
    values, vectors = np.linalg.eigh(product @ product - du @ np.swapaxes(du, 1, 2))
    return Adjustment(lower, vectors, _roots(values, n_used_up))


def _roots(values: Floats, n_used_up: Ints) -> Floats:
    """Return values to the power -1/2, 0 for the smallest `n_used_up` of each row."""
    is_used = np.arange(values.shape[1])[None, :] < n_used_up[:, None]
    is_used |= values <= ROUNDING * values[:, -1:]
    roots = 1.0 / np.sqrt(np.where(is_used, 1.0, values))
    return np.asarray(np.where(is_used, 0.0, roots), dtype=np.float64)
