"""The meat and bread of cluster-robust variance, cluster by cluster.

With M the fitted covariance, W its inverse, B = (X'WX)^-1 and adjustment matrices A_j the robust
covariance is B (sum over j of X_j'W_j A_j e_j e_j' A_j W_j X_j) B. Everything a test needs of
cluster j is K_j = A_j W_j X_j B, of shape (n_j, p): column c holds the weights that make the
cluster's part of coefficient c. No matrix between clusters is formed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.statistics.block_covariance import BlockCovariance, BlockStack, block_stacks

__all__ = ["TYPES", "Sandwich", "sandwich"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

TYPES = ("CR0", "CR1", "CR1p", "CR1S", "CR2", "CR3")

# Directions of a cluster that its own coefficients use up: no residual is left to adjust.
USED_UP = 1e-10


class Sandwich(NamedTuple):
    """What tests are made from.

    Attributes
    ----------
    bread
        B, (p, p).
    scores
        K_j'e_j of each cluster, (J, p); the robust covariance is their sum of products.
    own
        K_j'M_jK_j of each cluster, (J, p, p).
    cross
        X_j'K_j of each cluster, (J, p, p): column c is f_j of coefficient c.
    n_used_up
        Clusters with a direction that their own coefficients fit perfectly.
    """

    bread: Floats
    scores: Floats
    own: Floats
    cross: Floats
    n_used_up: int

    @property
    def vcov(self) -> Floats:
        """Robust covariance of the coefficients, (p, p)."""
        return np.asarray(self.scores.T @ self.scores)


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
        Cluster of each effect, from 0.
    type : str
        One of `TYPES`.

    Raises
    ------
    UserError
        Effects of two clusters are correlated in M.

    References
    ----------
    Bell RM, McCaffrey DF (2002). Survey Methodology 28:169-181.
    Pustejovsky JE, Tipton E (2018). Journal of Business & Economic Statistics 36:672-683
    (CR2 with a working model, equation 5 and section 2.2).
    """
    k, p = x.shape
    n_clusters = int(clusters.max()) + 1
    wx = covariance.solve(x)
    bread = np.linalg.inv(x.T @ wx)
    bread = 0.5 * (bread + bread.T)
    factor = np.sqrt(_inflation(type, k, p, n_clusters))
    scores = np.empty((n_clusters, p))
    own, cross = np.empty((n_clusters, p, p)), np.empty((n_clusters, p, p))
    n_used_up = 0
    for stack in _by_cluster(covariance, clusters):
        rows = stack.rows
        xj, wxj = x[rows], wx[rows]
        if type == "CR2":
            kj, used_up = _bias_reduced(stack.matrices, xj, wxj, bread)
            n_used_up += used_up
        elif type == "CR3":
            hat = xj @ (bread @ np.swapaxes(wxj, 1, 2))
            left, used_up = _leave_out(np.swapaxes(hat, 1, 2), wxj)
            n_used_up += used_up
            kj = left @ bread
        else:
            kj = factor * (wxj @ bread)
        at = clusters[rows[:, 0]]
        transposed = np.swapaxes(kj, 1, 2)
        scores[at] = (transposed @ residuals[rows][:, :, None])[:, :, 0]
        own[at] = transposed @ (stack.matrices @ kj)
        cross[at] = np.swapaxes(xj, 1, 2) @ kj
    return Sandwich(bread, scores, own, cross, n_used_up)


def _inflation(type: str, k: int, p: int, n_clusters: int) -> float:
    """Return the factor of types that inflate all clusters alike."""
    if type == "CR1":
        return n_clusters / (n_clusters - 1.0)
    if type == "CR1p":
        return n_clusters / (n_clusters - p) if n_clusters > p else np.inf
    if type == "CR1S":
        return n_clusters * (k - 1.0) / ((n_clusters - 1.0) * (k - p))
    return 1.0


def _bias_reduced(m: Floats, xj: Floats, wxj: Floats, bread: Floats) -> tuple[Floats, int]:
    """Return K_j of CR2, (B, n, p): A_j = D'(D(M - XBX')D')^(-1/2) D with M = D'D.

    A direction without any residual variance is left out of the root (Moore-Penrose).
    """
    if m.shape[1] == 1:
        left = 1.0 - np.einsum("bip,pq,biq->bi", xj, bread, xj) / m[:, :, 0]
        is_used = left <= USED_UP
        root = np.where(is_used, 0.0, 1.0 / np.sqrt(np.where(is_used, 1.0, left)))
        return root[:, :, None] * (wxj @ bread), int(is_used.any(axis=1).sum())
    lower = np.linalg.cholesky(m)
    upper = np.swapaxes(lower, 1, 2)
    # D = L' for M = LL'; D M D' = (D D')(D D')' without a product with M.
    product = upper @ lower
    dx = upper @ xj
    inner = product @ product - dx @ bread @ np.swapaxes(dx, 1, 2)
    values, vectors = np.linalg.eigh(inner)
    is_used = values <= USED_UP * np.maximum(values[:, -1:], 1e-300)
    roots = np.where(is_used, 0.0, 1.0 / np.sqrt(np.where(is_used, 1.0, values)))
    # D W X = D^-T X, and A W X = D' root D^-T X.
    inner_x = upper @ wxj
    adjusted = vectors @ (roots[:, :, None] * (np.swapaxes(vectors, 1, 2) @ inner_x))
    return np.asarray(lower @ adjusted @ bread, dtype=np.float64), int(is_used.any(axis=1).sum())


def _leave_out(hat: Floats, wxj: Floats) -> tuple[Floats, int]:
    """Return (I - H_j)^-T W_j X_j, by the pseudo-inverse where a direction is used up."""
    n = hat.shape[1]
    inside = np.eye(n) - hat
    used_up = 0
    try:
        out = np.asarray(np.linalg.solve(inside, wxj), dtype=np.float64)
        if np.abs(out).max() < 1e8 * max(float(np.abs(wxj).max()), 1e-300):
            return out, 0
    except np.linalg.LinAlgError:
        pass
    inverse = np.asarray(np.linalg.pinv(inside, rcond=USED_UP), dtype=np.float64)
    used_up = int((np.linalg.svd(inside, compute_uv=False)[:, -1] < USED_UP).sum())
    return inverse @ wxj, used_up


def _by_cluster(covariance: BlockCovariance, clusters: Ints) -> list[BlockStack]:
    """Return M cut into clusters, which must hold its blocks."""
    if np.array_equal(covariance.labels, clusters):
        return covariance.stacks()
    blocks = covariance.labels
    first = np.empty(int(blocks.max()) + 1, dtype=np.int64)
    first[blocks] = clusters
    apart = np.flatnonzero(first[blocks] != clusters)
    if apart.size:
        raise UserError(
            f"Effect {apart[0] + 1} is correlated in the model with an effect of another cluster. "
            "Give clusters that hold all that is correlated, or a model whose random part lies "
            "within the clusters."
        )
    layout = block_stacks(clusters)
    which, place, row = (np.empty(clusters.size, dtype=np.int64) for _ in range(3))
    matrices = []
    for i, rows in enumerate(layout):
        which[rows], row[rows] = i, np.arange(rows.shape[0])[:, None]
        place[rows] = np.arange(rows.shape[1])[None, :]
        matrices.append(np.zeros((*rows.shape, rows.shape[1])))
    for stack in covariance.stacks():
        owner = which[stack.rows[:, 0]]
        for i in np.unique(owner):
            rows = stack.rows[owner == i]
            at = place[rows]
            matrices[i][row[rows][:, :, None], at[:, :, None], at[:, None, :]] = stack.matrices[
                owner == i
            ]
    return [BlockStack(rows, block) for rows, block in zip(layout, matrices, strict=True)]
