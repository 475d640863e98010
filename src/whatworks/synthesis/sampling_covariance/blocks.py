"""From correlations to covariances, and the check that each cluster's can be."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from whatworks.statistics.block_covariance import BlockStack, block_stacks
from whatworks.statistics.dense_blocks import DenseBlocks
from whatworks.synthesis.inputs import PossibleMisuse
from whatworks.synthesis.sampling_covariance.nearest import nearest_correlation

__all__ = ["SamplingCovariance", "from_correlations"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# A correlation matrix with an eigenvalue below this is singular to working precision.
SINGULAR = 1e-10
_SMALL_PIVOT = 1e-6
_MOST_NAMED = 12


class SamplingCovariance(DenseBlocks):
    """Covariance of the sampling errors with a block for each cluster; verbs as `DenseBlocks`.

    Attributes
    ----------
    not_positive_definite
        Names of the clusters whose block, as asked for, is not positive definite; in order of
        first appearance.
    is_repaired
        Whether these were replaced by the nearest that is.
    notes
        Sentences a reader must know.
    """

    def __init__(
        self,
        stacks: Sequence[BlockStack],
        *,
        not_positive_definite: tuple[str, ...] = (),
        is_repaired: bool = False,
        notes: tuple[str, ...] = (),
    ) -> None:
        super().__init__(stacks)
        self.not_positive_definite = not_positive_definite
        self.is_repaired = is_repaired
        self.notes = notes

    def to_matrix(self) -> Floats:
        """Return the whole matrix, shape (k, k)."""
        whole = np.zeros((self.size, self.size))
        for stack in self.stacks():
            whole[stack.rows[:, :, None], stack.rows[:, None, :]] = stack.matrices
        return whole


def from_correlations(
    v: Floats,
    codes: Ints,
    names: Sequence[str],
    correlation: Callable[[Ints], Floats],
    *,
    nearest: bool,
) -> SamplingCovariance:
    """Build the covariance, a stack of clusters of one size at a time.

    Parameters
    ----------
    v : array, shape (k,)
        Variances.
    codes : array of int, shape (k,)
        Cluster of each effect.
    names : sequence of str
        Name of each cluster.
    correlation : callable
        From the rows of the clusters, (B, n), to their correlation matrices, (B, n, n).
    nearest : bool
        Whether to repair the clusters that are not positive definite.
    """
    sd = np.sqrt(v)
    stacks: list[BlockStack] = []
    bad: list[int] = []
    has_twins = False
    for rows in block_stacks(codes):
        r = correlation(rows)
        same = np.arange(rows.shape[1])
        r[:, same, same] = 1.0
        wrong = _not_positive_definite(r)
        bad += [int(codes[rows[i, 0]]) for i in wrong]
        has_twins = has_twins or any(np.triu(r[i] >= 1.0, 1).any() for i in wrong)
        if nearest:
            for i in wrong:
                r[i] = nearest_correlation(r[i])
        matrices = r * sd[rows][:, :, None] * sd[rows][:, None, :]
        matrices[:, same, same] = v[rows]
        stacks.append(BlockStack(rows, matrices))
    clusters = tuple(names[i] for i in sorted(bad))
    notes = (_note(clusters, has_twins=has_twins, nearest=nearest),) if clusters else ()
    for note in notes:
        warnings.warn(note, PossibleMisuse, stacklevel=3)
    return SamplingCovariance(
        stacks,
        not_positive_definite=clusters,
        is_repaired=bool(clusters) and nearest,
        notes=notes,
    )


def _not_positive_definite(r: Floats) -> list[int]:
    """Return which of the matrices, (B, n, n), are not positive definite."""
    if r.shape[1] == 1:
        return []
    try:
        pivots = np.diagonal(np.linalg.cholesky(r), axis1=1, axis2=2)
        # Rounding may let a singular matrix through: a small pivot gives it away.
        doubtful = np.flatnonzero(pivots.min(axis=1) ** 2 < _SMALL_PIVOT)
    except np.linalg.LinAlgError:
        doubtful = np.arange(r.shape[0])
    if doubtful.size == 0:
        return []
    smallest = np.linalg.eigvalsh(r[doubtful])[:, 0]
    return [int(i) for i in doubtful[smallest < SINGULAR]]


def _note(clusters: tuple[str, ...], *, has_twins: bool, nearest: bool) -> str:
    named = ", ".join(clusters[:_MOST_NAMED])
    more = len(clusters) - _MOST_NAMED
    where = (
        f"{'cluster' if len(clusters) == 1 else f'{len(clusters):,} clusters:'} "
        f"{named}{f' and {more:,} more' if more > 0 else ''}"
    )
    why = (
        "Some of its effects have a correlation of 1, as one measurement entered twice would."
        if has_twins
        else "The correlations asked for contradict each other."
    )
    what = (
        "The nearest correlations that can be are used there instead; the variances stand."
        if nearest
        else "The matrix is as asked for: check rho, phi and the groups, or ask for the nearest "
        "with nearest=True."
    )
    return f"The sampling covariance is not positive definite in {where}. {why} {what}"
