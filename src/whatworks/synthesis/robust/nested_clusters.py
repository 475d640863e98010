"""The fitted covariance cut into the clusters that a user names.

A cluster may hold several of the covariance's blocks, never part of one: what is correlated in the
model must lie in one cluster, or the clusters are no independent witnesses.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.statistics.block_covariance import BlockCovariance, BlockStack, block_stacks

__all__ = ["refuse_clusters_that_cut_blocks", "stacks_by_cluster"]

Ints = npt.NDArray[np.int64]


def refuse_clusters_that_cut_blocks(labels: Ints, clusters: Ints) -> None:
    """Raise where effects of two clusters are in one block.

    Parameters
    ----------
    labels, clusters : array of int, shape (k,)
        Block of the covariance, and cluster, of each effect, from 0.

    Raises
    ------
    UserError
        Names the first effect that is correlated with one of another cluster.
    """
    of_block = np.empty(int(labels.max()) + 1, dtype=np.int64)
    of_block[labels] = clusters
    apart = np.flatnonzero(of_block[labels] != clusters)
    if apart.size:
        raise UserError(
            f"Effect {apart[0] + 1} is correlated in the model with an effect of another cluster. "
            "Give clusters that hold all that is correlated, or a model whose random part lies "
            "within the clusters."
        )


def stacks_by_cluster(covariance: BlockCovariance, clusters: Ints) -> list[BlockStack]:
    """Return M as dense blocks, one a cluster, gathered by size.

    Parameters
    ----------
    covariance : BlockCovariance
        M, (k, k), whose blocks lie within the clusters.
    clusters : array of int, shape (k,)
        Cluster of each effect, from 0 in order of first appearance.
    """
    if np.array_equal(covariance.labels, clusters):
        return covariance.stacks()
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
