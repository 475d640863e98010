"""A covariance laid over coarser blocks, as dense matrices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from whatworks.statistics.block_covariance import BlockCovariance
from whatworks.statistics.low_rank_blocks import LowRankBlocks

__all__ = ["LARGE", "batches_over", "dense", "laid_over"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


# A block of more effects than this is spared a dense matrix where that is possible.
LARGE = 100
# Numbers of one batch of dense blocks.
BATCH = 1_000_000


def batches_over(
    covariance: BlockCovariance, blocks: Sequence[Ints]
) -> Iterator[tuple[Ints, Floats]]:
    """Yield batches of blocks of one size, rows (B, n) and covariances (B, n, n).

    Parameters
    ----------
    covariance : BlockCovariance
        Each of its blocks lies within one of `blocks`, or outside all of them.
    blocks : sequence of array of int, each of shape (B, n)
        Rows of the blocks that are wanted, gathered by size.
    """
    for whole in blocks:
        step = max(1, BATCH // whole.shape[1] ** 2)
        for i in range(0, whole.shape[0], step):
            rows = whole[i : i + step]
            if isinstance(covariance, LowRankBlocks) and _is_whole(covariance.labels[rows]):
                yield rows, covariance.matrices(rows)
            else:
                own = np.arange(rows.size).reshape(rows.shape)
                yield rows, laid_over(covariance.take(rows.ravel()), [own])[0]


def _is_whole(labels: Ints) -> bool:
    """Return whether each row of labels (B, n) is of one block."""
    return bool((labels == labels[:, :1]).all())


def laid_over(covariance: BlockCovariance, blocks: Sequence[Ints]) -> list[Floats]:
    """Return a covariance in coarser blocks, one array of shape (B, n, n) for each stack of them.

    Parameters
    ----------
    covariance : BlockCovariance
        Each of its blocks lies within one of `blocks`.
    blocks : sequence of array of int, each of shape (B, n)
        Rows of the coarser blocks, gathered by size; together each row once.
    """
    k = covariance.size
    stack_of, block_of, place = (np.empty(k, dtype=np.int64) for _ in range(3))
    for i, rows in enumerate(blocks):
        stack_of[rows] = i
        block_of[rows] = np.arange(rows.shape[0])[:, None]
        place[rows] = np.arange(rows.shape[1])
    found = [np.zeros((*rows.shape, rows.shape[1])) for rows in blocks]
    for part in covariance.stacks():
        home = stack_of[part.rows[:, 0]]
        for i in np.unique(home).tolist():
            chosen = np.flatnonzero(home == i)
            rows = part.rows[chosen]
            found[i][
                block_of[rows][:, :, None], place[rows][:, :, None], place[rows][:, None, :]
            ] = part.matrices[chosen]
    return found


def dense(covariance: BlockCovariance) -> Floats:
    """Return a covariance of a few effects as one matrix."""
    (stack,) = laid_over(covariance, [np.arange(covariance.size)[None, :]])
    return np.asarray(stack[0], dtype=np.float64)
