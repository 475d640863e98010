"""Covariance from the correlations that the studies report."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.synthesis.sampling_covariance.blocks import SamplingCovariance, from_correlations
from whatworks.synthesis.sampling_covariance.labels import coded, variances

__all__ = ["reported_covariance"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def reported_covariance(
    vi: npt.ArrayLike,
    cluster: npt.ArrayLike,
    correlations: npt.ArrayLike,
    *,
    nearest: bool = False,
) -> SamplingCovariance:
    """Return the covariance of effects whose correlations are known, study by study.

    Parameters
    ----------
    vi : array-like, shape (k,)
        Sampling variances, all > 0.
    cluster : array-like, shape (k,)
        Study of each effect.
    correlations : array-like, shape (k, m)
        Row by row the lower triangle of each study's correlation matrix: the second effect of a
        study has its correlation with the first in column 1. m is at least the number of effects
        of the largest study; what is not needed may be NaN.
    nearest : bool
        Repair clusters that are not positive definite, as in `sampling_covariance`.

    Raises
    ------
    UserError
        Shapes differ, or a correlation that is needed is missing or beyond 1.
    """
    v = variances(vi)
    study = coded(cluster, "cluster", v.size)
    table = np.asarray(correlations, dtype=np.float64)
    largest = int(np.bincount(study.codes).max())
    if table.ndim != 2 or table.shape[0] != v.size or table.shape[1] < largest:
        raise UserError(
            f"correlations has shape {table.shape}. Give {v.size:,} rows and at least {largest:,} "
            "columns, as many as the largest cluster has effects."
        )

    def correlation(rows: Ints) -> Floats:
        n = rows.shape[1]
        lower = np.tril(table[rows][:, :, :n], -1)
        wrong = np.argwhere(np.tril(~(np.abs(lower) <= 1.0), -1))
        if wrong.size:
            block, i, j = wrong[0]
            raise UserError(
                f"correlations, row {rows[block, i] + 1}, column {j + 1}: found "
                f"{lower[block, i, j]}. Give a number from -1 to 1."
            )
        return np.asarray(lower + np.swapaxes(lower, 1, 2), dtype=np.float64)

    return from_correlations(v, study.codes, study.names, correlation, nearest=nearest)
