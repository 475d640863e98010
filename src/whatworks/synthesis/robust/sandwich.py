"""The meat and bread of cluster-robust variance, cluster by cluster.

With M the fitted covariance, W its inverse, B = (X'WX)^-1 and adjustment matrices A_j the robust
covariance is B (sum over j of X_j'W_j A_j e_j e_j' A_j W_j X_j) B. Everything a test needs of
cluster j is K_j = A_j W_j X_j B, of shape (n_j, p): column c holds the weights that make the
cluster's part of coefficient c. No matrix between clusters is formed.

The algebra is done with columns U = XR that are orthonormal under W, RR' = B, so that neither the
units nor the place of zero of a moderator costs digits. U_j'W_jU_j then has eigenvalues from 0 to 1:
the cluster's share of each coefficient.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from whatworks.statistics.block_covariance import BlockCovariance, BlockStack
from whatworks.synthesis.robust.bias_reduced import adjustment
from whatworks.synthesis.robust.nested_clusters import (
    refuse_clusters_that_cut_blocks,
    stacks_by_cluster,
)

__all__ = ["TYPES", "Sandwich", "bias_reduced_residuals", "sandwich"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

TYPES = ("CR0", "CR1", "CR1p", "CR1S", "CR2", "CR3")

# A cluster whose share of a coefficient is this close to 1 leaves nothing to the others.
USED_UP = 1e-10
# Numbers of one batch of clusters: what fits the processor's cache.
BATCH = 200_000


class Sandwich(NamedTuple):
    """What tests are made from.

    Attributes
    ----------
    bread
        B, (p, p).
    root
        R with B = RR', (p, p).
    scores
        K_j'e_j of each cluster, (J, p); the robust covariance is their sum of products.
    own
        K_j'M_jK_j of each cluster, (J, p, p).
    cross
        R'X_j'K_j of each cluster, (J, p, p): f_i'B f_j of columns of X_i'K_i and X_j'K_j is the
        product of these.
    n_used_up
        Clusters with a direction that their own coefficients fit perfectly.
    """

    bread: Floats
    root: Floats
    scores: Floats
    own: Floats
    cross: Floats
    n_used_up: int

    @property
    def vcov(self) -> Floats:
        """Robust covariance of the coefficients, (p, p)."""
        return np.asarray(self.scores.T @ self.scores)


class Basis(NamedTuple):
    """Columns orthonormal under W.

    Attributes
    ----------
    u, wu
        U and WU, (k, p).
    root
        R with U = XR, (p, p).
    shares
        U_j'W_jU_j of each cluster, (J, p, p).
    n_used_up
        How many of a cluster's shares are 1, (J,).
    """

    u: Floats
    wu: Floats
    root: Floats
    shares: Floats
    n_used_up: Ints


def sandwich(
    x: Floats, residuals: Floats, covariance: BlockCovariance, clusters: Ints, type: str
) -> Sandwich:
    """Return the parts of the robust covariance.

    Parameters
    ----------
    x : array, shape (k, p)
        Fixed part.
    residuals : array, shape (k,)
        y - Xb.
    covariance : BlockCovariance
        Fitted covariance M.
    clusters : array of int, shape (k,)
        Cluster of each effect, from 0 in order of first appearance.
    type : str
        One of `TYPES`.

    Raises
    ------
    UserError
        Effects of two clusters are correlated in M.

    Notes
    -----
    CR2 takes time cubic in the size of a cluster; the others know clusters by p x p matrices only:
    (I - X_jBX_j'W_j)^-1 of CR3 acts on W_jX_j as (I - X_j'W_jX_jB)^-1 from the right.

    References
    ----------
    Bell RM, McCaffrey DF (2002). Survey Methodology 28:169-181.
    Pustejovsky JE, Tipton E (2018). Journal of Business & Economic Statistics 36:672-683
    (CR2 with a working model, equation 5 and section 2.2).
    """
    refuse_clusters_that_cut_blocks(covariance.labels, clusters)
    basis = _basis(x, covariance, clusters)
    if type == "CR2":
        scores, own, cross = _bias_reduced(basis, residuals, covariance, clusters)
    else:
        right = _right(basis, type, x.shape[0])
        parts = basis.wu * residuals[:, None]
        scores = (_sums(parts, clusters)[:, None, :] @ right)[:, 0, :]
        cross = basis.shares @ right
        own = np.swapaxes(right, 1, 2) @ cross
    back = basis.root.T
    return Sandwich(
        bread=basis.root @ back,
        root=basis.root,
        scores=scores @ back,
        own=basis.root @ own @ back,
        cross=cross @ back,
        n_used_up=int((basis.n_used_up > 0).sum()) if type in ("CR2", "CR3") else 0,
    )


def bias_reduced_residuals(
    x: Floats, residuals: Floats, covariance: BlockCovariance, clusters: Ints
) -> Floats:
    """Return A_j e_j of CR2, (k,): residuals whose variance is the working model's.

    Parameters are those of `sandwich`.
    """
    refuse_clusters_that_cut_blocks(covariance.labels, clusters)
    basis = _basis(x, covariance, clusters)
    out = np.empty_like(residuals)
    for rows, m in _batches(stacks_by_cluster(covariance, clusters)):
        used = basis.n_used_up[clusters[rows[:, 0]]]
        out[rows] = adjustment(m, basis.u[rows], used).times(residuals[rows][:, :, None])[:, :, 0]
    return out


def _basis(x: Floats, covariance: BlockCovariance, clusters: Ints) -> Basis:
    # Twice: the first basis has no idea of W, the second starts from columns that are apart.
    q, upper = np.linalg.qr(x)
    lower = np.linalg.cholesky(q.T @ covariance.solve(q))
    root = np.linalg.solve(upper, np.linalg.inv(lower).T)
    u = np.ascontiguousarray(q @ np.linalg.inv(lower).T)
    wu = np.ascontiguousarray(covariance.solve(u))
    p = x.shape[1]
    products = (u[:, :, None] * wu[:, None, :]).reshape(-1, p * p)
    shares = _sums(products, clusters).reshape(-1, p, p)
    shares = 0.5 * (shares + np.swapaxes(shares, 1, 2))
    n_used_up = np.zeros(shares.shape[0], dtype=np.int64)
    # No eigenvalue is above the trace.
    suspects = np.flatnonzero(np.trace(shares, axis1=1, axis2=2) > 0.9)
    n_used_up[suspects] = (np.linalg.eigvalsh(shares[suspects]) > 1.0 - USED_UP).sum(axis=1)
    return Basis(u, wu, root, shares, n_used_up)


def _sums(values: Floats, clusters: Ints) -> Floats:
    """Return sums within clusters of rows of `values`, (J, m)."""
    n = int(clusters.max()) + 1
    columns = [np.bincount(clusters, column, minlength=n) for column in values.T]
    return np.stack(columns, axis=1) if columns else np.zeros((n, 0))


def _right(basis: Basis, type: str, k: int) -> Floats:
    """Return F_j of K_j = W_jU_jF_jR', (J, p, p)."""
    n_clusters, p = basis.shares.shape[:2]
    if type != "CR3":
        factor = np.sqrt(_inflation(type, k, p, n_clusters))
        return np.broadcast_to(factor * np.eye(p), basis.shares.shape)
    inside = np.eye(p) - basis.shares
    is_whole = basis.n_used_up > 0
    out = np.empty_like(inside)
    out[~is_whole] = np.linalg.inv(inside[~is_whole])
    out[is_whole] = np.linalg.pinv(inside[is_whole], rcond=USED_UP, hermitian=True)
    return out


def _inflation(type: str, k: int, p: int, n_clusters: int) -> float:
    """Return the factor of types that inflate all clusters alike."""
    if type == "CR1":
        return n_clusters / (n_clusters - 1.0)
    if type == "CR1p":
        return n_clusters / (n_clusters - p) if n_clusters > p else np.inf
    if type == "CR1S":
        return n_clusters * (k - 1.0) / ((n_clusters - 1.0) * (k - p))
    return 1.0


def _bias_reduced(
    basis: Basis, residuals: Floats, covariance: BlockCovariance, clusters: Ints
) -> tuple[Floats, Floats, Floats]:
    """Return scores, own and cross of CR2 in the basis U."""
    n_clusters, p = basis.shares.shape[:2]
    scores = np.empty((n_clusters, p))
    own, cross = np.empty((n_clusters, p, p)), np.empty((n_clusters, p, p))
    for rows, m in _batches(stacks_by_cluster(covariance, clusters)):
        at = clusters[rows[:, 0]]
        u = basis.u[rows]
        kj = adjustment(m, u, basis.n_used_up[at]).times(basis.wu[rows])
        transposed = np.swapaxes(kj, 1, 2)
        scores[at] = (transposed @ residuals[rows][:, :, None])[:, :, 0]
        own[at] = transposed @ (m @ kj)
        cross[at] = np.swapaxes(u, 1, 2) @ kj
    return scores, own, cross


def _batches(stacks: list[BlockStack]) -> list[tuple[Ints, Floats]]:
    """Cut stacks of blocks into batches."""
    found = []
    for rows, matrices in stacks:
        step = max(1, BATCH // rows.shape[1] ** 2)
        found += [
            (rows[i : i + step], matrices[i : i + step]) for i in range(0, rows.shape[0], step)
        ]
    return found
