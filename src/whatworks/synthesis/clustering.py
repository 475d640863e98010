"""Effects of trials that assigned classes or schools, analysed as if they had assigned pupils.

Symbols of Hedges (2007): N pupils in all, n pupils a cluster, rho the intra-cluster correlation.
g standardises by the pupils' total standard deviation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.synthesis.reported_values import (
    above_zero,
    group_sizes,
    matching,
    refuse,
    reported,
)

__all__ = [
    "ClusteredEffects",
    "cluster_corrected_g",
    "cluster_corrected_g_by_arm",
    "cluster_corrected_g_one_arm",
    "cluster_df",
]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class ClusteredEffects:
    """Effects corrected for clusters.

    Attributes
    ----------
    yi
        g_T: g times the square root of gamma.
    vi
        Its sampling variance.
    gamma
        Factor on g^2: the clustered standard deviation is a little too small.
    eta
        Design effect on the variance of the difference of means.
    df
        Effective degrees of freedom h of the standard deviation.
    """

    yi: Floats
    vi: Floats
    gamma: Floats
    eta: Floats
    df: Floats


def cluster_df(n_total: npt.ArrayLike, cluster_size: npt.ArrayLike, icc: npt.ArrayLike) -> Floats:
    """Return the effective degrees of freedom h for two clustered arms.

    References
    ----------
    What Works Clearinghouse Procedures and Standards Handbook 5.0, equation E.21.
    """
    total, n, rho = matching(
        "n_total cluster_size icc",
        reported(n_total, "n_total"),
        reported(cluster_size, "cluster_size"),
        checked_icc(icc),
    )
    scale = (total - 2.0) - 2.0 * (n - 1.0) * rho
    return np.asarray(scale**2 / _square_term(total, n, rho))


def _square_term(total: Floats, n: Floats, rho: Floats) -> Floats:
    return np.asarray(
        (total - 2.0) * (1.0 - rho) ** 2
        + n * (total - 2.0 * n) * rho**2
        + 2.0 * (total - 2.0 * n) * rho * (1.0 - rho)
    )


def cluster_corrected_g(
    g: npt.ArrayLike,
    n1: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    icc: npt.ArrayLike,
    cluster_size: npt.ArrayLike | None = None,
    n_clusters: npt.ArrayLike | None = None,
) -> ClusteredEffects:
    """Correct g of two clustered arms with clusters of about equal size.

    Parameters
    ----------
    g : array-like
        Effect computed as if pupils had been assigned.
    n1, n2 : array-like
        Pupils in each arm.
    icc : array-like
        Intra-cluster correlation, 0 <= icc < 1. The WWC takes 0.20 for achievement and 0.10 for
        other outcomes where a trial does not report it.
    cluster_size, n_clusters : array-like
        Mean pupils a cluster, or clusters in both arms together: one of the two.

    Returns
    -------
    ClusteredEffects
        vi = (1/n1 + 1/n2) eta + gamma g_T^2/(2 h).

    Raises
    ------
    UserError
        Both or none of cluster_size and n_clusters; icc out of range; a cluster of less than one
        pupil or of more than half of the trial.

    References
    ----------
    Hedges LV (2007). Journal of Educational and Behavioral Statistics 32:341-370 (effects in
    cluster-randomised designs, equal clusters, total variance).
    """
    if (cluster_size is None) == (n_clusters is None):
        raise UserError("Give either cluster_size or n_clusters.")
    sizes = None if cluster_size is None else reported(cluster_size, "cluster_size")
    number = None if n_clusters is None else reported(n_clusters, "n_clusters")
    effect, m1, m2, rho, given = matching(
        "g n1 n2 icc clusters",
        reported(g, "g"),
        group_sizes(n1, "n1"),
        group_sizes(n2, "n2"),
        checked_icc(icc),
        cast(Floats, number if sizes is None else sizes),
    )
    total = m1 + m2
    n = total / given if sizes is None else given
    if ((n < 1.0) | (2.0 * n > total)).any():
        raise UserError(
            "The clusters must hold at least one pupil each and at least two clusters must fit "
            "into the trial. Check cluster_size (or n_clusters), n1 and n2."
        )
    gamma = 1.0 - 2.0 * (n - 1.0) * rho / (total - 2.0)
    eta = 1.0 + (n - 1.0) * rho
    corrected = effect * np.sqrt(gamma)
    df = cluster_df(total, n, rho)
    variance = (1.0 / m1 + 1.0 / m2) * eta + corrected**2 / (2.0 * (total - 2.0)) * _square_term(
        total, n, rho
    ) / ((total - 2.0) - 2.0 * (n - 1.0) * rho)
    return ClusteredEffects(corrected, variance, gamma, eta, df)


def cluster_corrected_g_by_arm(
    g: npt.ArrayLike,
    n1: npt.ArrayLike,
    n2: npt.ArrayLike,
    clusters1: npt.ArrayLike,
    clusters2: npt.ArrayLike,
    *,
    icc: npt.ArrayLike,
) -> ClusteredEffects:
    """Correct g of two clustered arms whose clusters differ in size between the arms.

    Parameters
    ----------
    g, n1, n2, icc : array-like
        As in `cluster_corrected_g`.
    clusters1, clusters2 : array-like
        Clusters in each arm, at least two; within an arm of equal size n_i/clusters_i.

    Raises
    ------
    UserError
        Fewer than two clusters in an arm, more clusters than pupils, or icc out of range.

    References
    ----------
    Hedges LV (2007), equations 19 and 20, with equal clusters within an arm: there
    n_U = n, A = sum n_i^2 (m_i - 1) and B = sum n_i (m_i - 1).
    """
    effect, m1, m2, k1, k2, rho = matching(
        "g n1 n2 clusters1 clusters2 icc",
        reported(g, "g"),
        group_sizes(n1, "n1"),
        group_sizes(n2, "n2"),
        reported(clusters1, "clusters1"),
        reported(clusters2, "clusters2"),
        checked_icc(icc),
    )
    if ((k1 < 2.0) | (k2 < 2.0) | (k1 > m1) | (k2 > m2)).any():
        raise UserError(
            "Each arm needs at least two clusters, and no more clusters than pupils. Check "
            "clusters1, clusters2, n1 and n2."
        )
    total = m1 + m2
    size1, size2 = m1 / k1, m2 / k2
    a = size1**2 * (k1 - 1.0) + size2**2 * (k2 - 1.0)
    b = size1 * (k1 - 1.0) + size2 * (k2 - 1.0)
    gamma = 1.0 - rho * (size1 + size2 - 2.0) / (total - 2.0)
    eta = 1.0 + ((m2 * size1 + m1 * size2) / total - 1.0) * rho
    corrected = effect * np.sqrt(gamma)
    square = (total - 2.0) * (1.0 - rho) ** 2 + a * rho**2 + 2.0 * b * rho * (1.0 - rho)
    scale = (total - 2.0) - rho * (total - 2.0 - b)
    df = scale**2 / square
    variance = (1.0 / m1 + 1.0 / m2) * eta + corrected**2 * square / (2.0 * (total - 2.0) * scale)
    return ClusteredEffects(corrected, variance, gamma, eta, df)


def cluster_corrected_g_one_arm(
    g: npt.ArrayLike,
    n_clustered: npt.ArrayLike,
    n_unclustered: npt.ArrayLike,
    *,
    icc: npt.ArrayLike,
    cluster_size: npt.ArrayLike,
) -> ClusteredEffects:
    """Correct g of a trial whose intervention was given in groups and whose comparison was not.

    References
    ----------
    Hedges LV, Citkowicz M (2015). Behavior Research Methods 47:1295-1308, equations 6 and 7.
    """
    effect, clustered, other, n, rho = matching(
        "g n_clustered n_unclustered cluster_size icc",
        reported(g, "g"),
        group_sizes(n_clustered, "n_clustered"),
        group_sizes(n_unclustered, "n_unclustered"),
        above_zero(cluster_size, "cluster_size", "A cluster has somebody in it."),
        checked_icc(icc),
    )
    total = clustered + other
    gamma = 1.0 - (other + n - 2.0) * rho / (total - 2.0)
    eta = 1.0 + (n * other / total - 1.0) * rho
    corrected = effect * np.sqrt(gamma)
    df = ((total - 2.0) * (1.0 - rho) + (clustered - n) * rho) ** 2 / (
        (total - 2.0) * (1.0 - rho) ** 2
        + (clustered - n) * n * rho**2
        + 2.0 * (clustered - n) * (1.0 - rho) * rho
    )
    variance = (1.0 / clustered + 1.0 / other) * eta + corrected**2 / (2.0 * df)
    return ClusteredEffects(corrected, variance, gamma, eta, df)


def checked_icc(icc: npt.ArrayLike) -> Floats:
    """Return intra-cluster correlations, each from 0 to below 1; NaN where missing."""
    rho = reported(icc, "icc")
    refuse((rho < 0.0) | (rho >= 1.0), rho, "icc", "icc must be at least 0 and below 1.")
    return rho
