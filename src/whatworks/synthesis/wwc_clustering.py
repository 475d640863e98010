"""Cluster corrections in the forms that reviewers of single studies use."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.statistics.distributions import t_two_sided
from whatworks.synthesis.clustering import ClusteredEffects, checked_icc, cluster_corrected_g
from whatworks.synthesis.reported_values import above_zero, matching, reported
from whatworks.synthesis.standardised_difference import small_sample_factor

__all__ = [
    "AdjustedT",
    "cluster_adjusted_t",
    "cluster_df_pustejovsky",
    "effective_sample_size",
    "wwc_cluster_g",
]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class AdjustedT:
    """A t test made honest about clusters.

    Attributes
    ----------
    t
        The statistic times `factor`.
    factor
        sqrt(gamma/eta).
    df
        Effective degrees of freedom h.
    p_value
        Two-sided.
    """

    t: Floats
    factor: Floats
    df: Floats
    p_value: Floats


def cluster_adjusted_t(
    t: npt.ArrayLike,
    n1: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    icc: npt.ArrayLike,
    cluster_size: npt.ArrayLike,
) -> AdjustedT:
    """Correct a t statistic that was computed as if pupils had been assigned.

    Parameters
    ----------
    t : array-like
        The statistic as reported.
    n1, n2, icc, cluster_size : array-like
        As in `cluster_corrected_g`.

    References
    ----------
    Hedges LV (2007). Journal of Educational and Behavioral Statistics 32:151-179.
    """
    found = cluster_corrected_g(0.0, n1, n2, icc=icc, cluster_size=cluster_size)
    factor = np.sqrt(found.gamma / found.eta)
    adjusted = factor * reported(t, "t")
    return AdjustedT(
        t=np.asarray(adjusted),
        factor=np.asarray(factor),
        df=found.df,
        p_value=t_two_sided(adjusted, found.df),
    )


def wwc_cluster_g(
    d: npt.ArrayLike,
    n1: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    icc: npt.ArrayLike,
    cluster_size: npt.ArrayLike,
) -> ClusteredEffects:
    """Correct d of two clustered arms as the WWC does, small-sample factor included.

    Parameters
    ----------
    d : array-like
        Standardised difference without small-sample factor, as if pupils had been assigned.
    n1, n2, icc, cluster_size : array-like
        As in `cluster_corrected_g`.

    Returns
    -------
    ClusteredEffects
        yi = J d sqrt(gamma) with J = 1 - 3/(4 h - 1);
        vi = J^2 (1/n1 + 1/n2) eta + yi^2/(2 h).

    References
    ----------
    What Works Clearinghouse Procedures and Standards Handbook 5.0 (2022), appendix E.
    """
    found = cluster_corrected_g(d, n1, n2, icc=icc, cluster_size=cluster_size)
    factor = small_sample_factor(found.df, exact=False)
    g = factor * found.yi
    design = 1.0 / reported(n1, "n1") + 1.0 / reported(n2, "n2")
    variance = factor**2 * design * found.eta + g**2 / (2.0 * found.df)
    return ClusteredEffects(g, variance, found.gamma, found.eta, found.df)


def effective_sample_size(
    n: npt.ArrayLike, *, icc: npt.ArrayLike, cluster_size: npt.ArrayLike
) -> Floats:
    """Return the number of pupils that would tell as much if they were not in clusters."""
    pupils, size, rho = matching(
        "n cluster_size icc",
        reported(n, "n"),
        above_zero(cluster_size, "cluster_size", "A cluster has somebody in it."),
        checked_icc(icc),
    )
    return np.asarray(pupils / (1.0 + (size - 1.0) * rho))


def cluster_df_pustejovsky(
    n_total: npt.ArrayLike, cluster_size: npt.ArrayLike, icc: npt.ArrayLike
) -> Floats:
    """Return degrees of freedom by the number of clusters M and their size n.

    n^2 M (M - 2)/(M ((n - 1) rho + 1)^2 + (M - 2)(n - 1)(1 - rho)^2), as the VIVECampbell
    package computes it; its help page prints another power of rho.
    """
    total, n, rho = matching(
        "n_total cluster_size icc",
        reported(n_total, "n_total"),
        above_zero(cluster_size, "cluster_size", "A cluster has somebody in it."),
        checked_icc(icc),
    )
    m = total / n
    below = m * ((n - 1.0) * rho + 1.0) ** 2 + (m - 2.0) * (n - 1.0) * (1.0 - rho) ** 2
    return np.asarray(n**2 * m * (m - 2.0) / below)
