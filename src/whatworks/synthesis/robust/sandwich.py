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

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from whatworks.statistics.block_covariance import BlockCovariance, block_stacks
from whatworks.statistics.low_rank_blocks import LowRankBlocks
from whatworks.synthesis.robust.bias_reduced import adjustment
from whatworks.synthesis.robust.large_clusters import LARGE, large_adjustment
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
    """What tests are made from: nothing larger than the design.

    Attributes
    ----------
    bread
        B, (p, p).
    root
        R with B = RR', (p, p).
    scores
        K_j'e_j of each cluster, (J, p); the robust covariance is their sum of products.
    weights, m_weights
        K_j and M_jK_j, one below the other in the order of the effects, (k, p).
    u
        U, (k, p).
    clusters
        Cluster of each effect, (k,).
    n_used_up
        Clusters with a direction that their own coefficients fit perfectly.
    """

    bread: Floats
    root: Floats
    scores: Floats
    weights: Floats
    m_weights: Floats
    u: Floats
    clusters: Ints
    n_used_up: int

    @property
    def vcov(self) -> Floats:
        """Robust covariance of the coefficients, (p, p)."""
        return np.asarray(self.scores.T @ self.scores)

    def own(self, contrasts: Floats) -> Floats:
        """Return C K_j'M_jK_j C' of each cluster, (J, m, m), for contrasts C, (m, p)."""
        m = contrasts.shape[0]
        left, right = self.weights @ contrasts.T, self.m_weights @ contrasts.T
        products = (left[:, :, None] * right[:, None, :]).reshape(-1, m * m)
        return _sums(products, self.clusters).reshape(-1, m, m)

    def cross(self, contrasts: Floats) -> Floats:
        """Return U_j'K_j C' of each cluster, (J, p, m), for contrasts C, (m, p).

        f_i'B f_j of columns of X_i'K_i and X_j'K_j is the product of these.
        """
        left = self.weights @ contrasts.T
        out = np.empty((self.scores.shape[0], self.u.shape[1], contrasts.shape[0]))
        for rows in block_stacks(self.clusters):
            out[self.clusters[rows[:, 0]]] = np.swapaxes(self.u[rows], 1, 2) @ left[rows]
        return out


class Basis(NamedTuple):
    """Columns orthonormal under W.

    Attributes
    ----------
    u, wu
        U and WU, (k, p).
    root
        R with U = XR, (p, p).
    n_used_up
        How many eigenvalues of U_j'W_jU_j are 1, of each cluster, (J,).
    """

    u: Floats
    wu: Floats
    root: Floats
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
    CR2 takes time cubic in the size of a cluster and memory square in that of the largest, but for
    clusters of more than `LARGE` effects whose covariance is a diagonal plus shared directions:
    those take time and memory in proportion to their size. CR3 knows clusters by p x p matrices
    only: (I - X_jBX_j'W_j)^-1 acts on W_jX_j as (I - X_j'W_jX_jB)^-1 from the right.

    References
    ----------
    Bell RM, McCaffrey DF (2002). Survey Methodology 28:169-181.
    Pustejovsky JE, Tipton E (2018). Journal of Business & Economic Statistics 36:672-683
    (CR2 with a working model, equation 5 and section 2.2).
    """
    refuse_clusters_that_cut_blocks(covariance.labels, clusters)
    basis = _basis(x, covariance, clusters)
    if type == "CR2":
        weights, m_weights = _bias_reduced(basis, covariance, clusters)
    elif type == "CR3":
        weights, m_weights = _nearly_jackknife(basis, clusters)
    else:
        k, p = x.shape
        factor = np.sqrt(_inflation(type, k, p, int(clusters.max()) + 1))
        weights, m_weights = factor * basis.wu, factor * basis.u
    back = basis.root.T
    weights = weights @ back
    return Sandwich(
        bread=basis.root @ back,
        root=basis.root,
        scores=_sums(weights * residuals[:, None], clusters),
        weights=weights,
        m_weights=m_weights @ back,
        u=basis.u,
        clusters=clusters,
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
    large = _large(basis, covariance, clusters)
    for rows, block in large:
        share = _largest_share(basis, rows)
        right = block.times(residuals[rows])[:, None]
        out[rows] = large_adjustment(block, basis.u[rows], share, right)[:, 0]
    for rows, m in _small(covariance, clusters, large):
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
    return Basis(u, wu, root, _n_used_up(u, wu, covariance, clusters))


def _n_used_up(u: Floats, wu: Floats, covariance: BlockCovariance, clusters: Ints) -> Ints:
    """Return how many eigenvalues of U_j'W_jU_j are 1, (J,)."""
    traces = np.bincount(clusters, (u * wu).sum(axis=1))
    found = np.zeros(traces.size, dtype=np.int64)
    # No eigenvalue is above the trace.
    is_suspect = traces > 0.9
    for rows in block_stacks(clusters):
        rows = rows[is_suspect[clusters[rows[:, 0]]]]
        n, p = rows.shape[1], u.shape[1]
        step = max(1, BATCH // min(n, p) ** 2)
        for i in range(0, rows.shape[0], step):
            some = rows[i : i + step]
            if n < p:
                # Of the two products of a matrix with its transpose the smaller.
                some, m = _dense(covariance, some)
                half = np.linalg.solve(np.linalg.cholesky(m), u[some])
                shares = half @ np.swapaxes(half, 1, 2)
            else:
                shares = np.swapaxes(u[some], 1, 2) @ wu[some]
                shares = 0.5 * (shares + np.swapaxes(shares, 1, 2))
            values = np.linalg.eigvalsh(shares)
            found[clusters[some[:, 0]]] = (values > 1.0 - USED_UP).sum(axis=1)
    return found


def _dense(covariance: BlockCovariance, rows: Ints) -> tuple[Ints, Floats]:
    """Return rows of clusters of one size, (B, n), and the covariance of each, (B, n, n)."""
    own = np.repeat(np.arange(rows.shape[0]), rows.shape[1])
    (stack,) = stacks_by_cluster(covariance.take(rows.ravel()), own)
    return rows.ravel()[stack.rows], stack.matrices


def _sums(values: Floats, clusters: Ints) -> Floats:
    """Return sums within clusters of rows of `values`, (J, m)."""
    n = int(clusters.max()) + 1
    columns = [np.bincount(clusters, column, minlength=n) for column in values.T]
    return np.stack(columns, axis=1) if columns else np.zeros((n, 0))


def _nearly_jackknife(basis: Basis, clusters: Ints) -> tuple[Floats, Floats]:
    """Return WUF and UF of CR3, F_j the inverse of I - U_j'W_jU_j, each (k, p)."""
    weights, m_weights = np.empty_like(basis.u), np.empty_like(basis.u)
    p = basis.u.shape[1]
    for whole in block_stacks(clusters):
        step = max(1, BATCH // p**2)
        for i in range(0, whole.shape[0], step):
            rows = whole[i : i + step]
            u, wu = basis.u[rows], basis.wu[rows]
            shares = np.swapaxes(u, 1, 2) @ wu
            inside = np.eye(p) - 0.5 * (shares + np.swapaxes(shares, 1, 2))
            is_whole = basis.n_used_up[clusters[rows[:, 0]]] > 0
            right = np.empty_like(inside)
            right[~is_whole] = np.linalg.inv(inside[~is_whole])
            right[is_whole] = np.linalg.pinv(inside[is_whole], rcond=USED_UP, hermitian=True)
            weights[rows], m_weights[rows] = wu @ right, u @ right
    return weights, m_weights


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
    basis: Basis, covariance: BlockCovariance, clusters: Ints
) -> tuple[Floats, Floats]:
    """Return AWU and MAWU of CR2, each (k, p)."""
    weights, m_weights = np.empty_like(basis.u), np.empty_like(basis.u)
    large = _large(basis, covariance, clusters)
    for rows, block in large:
        u = basis.u[rows]
        weights[rows] = large_adjustment(block, u, _largest_share(basis, rows), u)
        m_weights[rows] = block.times(weights[rows])
    for rows, m in _small(covariance, clusters, large):
        used = basis.n_used_up[clusters[rows[:, 0]]]
        weights[rows] = adjustment(m, basis.u[rows], used).times(basis.wu[rows])
        m_weights[rows] = m @ weights[rows]
    return weights, m_weights


def _large(
    basis: Basis, covariance: BlockCovariance, clusters: Ints
) -> list[tuple[Ints, LowRankBlocks]]:
    """Return the clusters that need no dense matrix: rows and covariance of each."""
    if not isinstance(covariance, LowRankBlocks):
        return []
    if not np.array_equal(covariance.labels, clusters):
        return []
    at = np.flatnonzero((np.bincount(clusters) > LARGE) & (basis.n_used_up == 0))
    rows = [np.flatnonzero(clusters == j) for j in at]
    return [(own, covariance.take(own)) for own in rows]


def _largest_share(basis: Basis, rows: Ints) -> float:
    return float(np.linalg.eigvalsh(basis.u[rows].T @ basis.wu[rows])[-1])


def _small(
    covariance: BlockCovariance, clusters: Ints, large: list[tuple[Ints, LowRankBlocks]]
) -> Iterator[tuple[Ints, Floats]]:
    """Yield batches of the other clusters of one size: rows (B, n) and covariances (B, n, n)."""
    if isinstance(covariance, LowRankBlocks) and np.array_equal(covariance.labels, clusters):
        is_done = np.zeros(int(clusters.max()) + 1, dtype=np.bool_)
        is_done[[clusters[rows[0]] for rows, _ in large]] = True
        # Made batch by batch: all dense matrices together may not fit memory.
        for whole in block_stacks(clusters):
            left = whole[~is_done[clusters[whole[:, 0]]]]
            step = max(1, BATCH // whole.shape[1] ** 2)
            for i in range(0, left.shape[0], step):
                yield left[i : i + step], covariance.matrices(left[i : i + step])
        return
    for rows, matrices in stacks_by_cluster(covariance, clusters):
        step = max(1, BATCH // rows.shape[1] ** 2)
        for i in range(0, rows.shape[0], step):
            yield rows[i : i + step], matrices[i : i + step]
