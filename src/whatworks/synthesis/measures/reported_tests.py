"""Standardised differences from the tests and coefficients that papers print."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.synthesis.effect_sizes import EffectSizes
from whatworks.synthesis.inputs import one_of
from whatworks.synthesis.measures.correlations import d_from_r
from whatworks.synthesis.reported_values import (
    above_zero,
    correlations,
    group_sizes,
    matching,
    refuse,
    reported,
    standard_deviations,
)
from whatworks.synthesis.standardised_difference import g_from_d, g_from_t

__all__ = [
    "d_from_chi2",
    "d_from_phi",
    "g_from_beta",
    "g_from_coefficient",
    "g_from_f",
    "g_from_point_biserial",
    "sd_from_se",
]

Floats = npt.NDArray[np.float64]


def sd_from_se(se: npt.ArrayLike, n: npt.ArrayLike, *, divisor: str = "n-1") -> Floats:
    """Return standard deviations from standard errors of means.

    Parameters
    ----------
    se, n : array-like
        Standard errors and numbers of pupils.
    divisor : {"n-1", "n"}
        Of the variance that is wanted: "n-1" gives se sqrt(n), the usual one; "n" gives
        se sqrt(n - 1), which some calculators take for it.

    Raises
    ------
    UserError
        A standard error that is not above 0, or fewer than two pupils.
    """
    one_of(divisor, ("n-1", "n"), "divisor")
    rule = "A standard error is above 0."
    error, k = matching("se n", above_zero(se, "se", rule), group_sizes(n, "n"))
    return np.asarray(error * np.sqrt(k if divisor == "n-1" else k - 1.0))


def g_from_f(
    f: npt.ArrayLike,
    n1: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    sign: npt.ArrayLike = 1.0,
    variance: str = "LS",
    exact_j: bool = True,
    corrected: bool = True,
) -> EffectSizes:
    """Hedges' g from F of a one-way analysis of variance of two groups.

    Parameters
    ----------
    f : array-like
        F on 1 and n1 + n2 - 2 degrees of freedom.
    n1, n2, variance, exact_j, corrected
        As in `hedges_g`.
    sign : array-like
        Positive where group 1 has the higher mean, else negative; F does not tell.

    Raises
    ------
    UserError
        A negative F, a sign of 0, or fewer than two pupils in a group.
    """
    statistic, way = matching("f sign", reported(f, "f"), reported(sign, "sign"))
    refuse(statistic < 0.0, statistic, "f", "F is 0 or more.")
    refuse(way == 0.0, way, "sign", "Give 1 or -1.")
    t = np.sign(way) * np.sqrt(statistic)
    return g_from_t(t, n1, n2, variance=variance, exact_j=exact_j, corrected=corrected)


def g_from_point_biserial(
    r: npt.ArrayLike,
    n1: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    variance: str = "LS",
    exact_j: bool = True,
    corrected: bool = True,
) -> EffectSizes:
    """Hedges' g from the correlation of a score with group membership.

    Parameters
    ----------
    r : array-like
        Point-biserial correlation; d = r/sqrt((1 - r^2) p q) with p = n1/(n1 + n2).
    n1, n2, variance, exact_j, corrected
        As in `hedges_g`.

    Raises
    ------
    UserError
        |r| of 1 or more, or fewer than two pupils in a group.

    References
    ----------
    Lipsey MW, Wilson DB (2001). Practical Meta-Analysis, appendix B.
    """
    m1, m2 = matching("n1 n2", group_sizes(n1, "n1"), group_sizes(n2, "n2"))
    d = d_from_r(r, m1 + m2, share1=m1 / (m1 + m2)).yi
    return g_from_d(d, m1, m2, variance=variance, exact_j=exact_j, corrected=corrected)


def g_from_coefficient(
    b: npt.ArrayLike,
    sd_outcome: npt.ArrayLike,
    n1: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    variance: str = "LS",
    exact_j: bool = True,
    corrected: bool = True,
) -> EffectSizes:
    """Hedges' g from the unstandardised coefficient of group membership in a regression.

    Parameters
    ----------
    b : array-like
        Coefficient of the indicator of group 1: the (adjusted) difference of means.
    sd_outcome : array-like
        Standard deviation of the outcome over all pupils.
    n1, n2, variance, exact_j, corrected
        As in `hedges_g`.

    Returns
    -------
    EffectSizes
        d = b/s, s^2 = (sd_outcome^2 (N - 1) - b^2 n1 n2/N)/(N - 2), the variance within groups.

    Raises
    ------
    UserError
        A standard deviation that is not above 0, a coefficient larger than the spread of the
        outcome allows, or fewer than two pupils in a group.

    References
    ----------
    Lipsey MW, Wilson DB (2001). Practical Meta-Analysis, appendix B.
    """
    slope, spread, m1, m2 = matching(
        "b sd_outcome n1 n2",
        reported(b, "b"),
        standard_deviations(sd_outcome, "sd_outcome"),
        group_sizes(n1, "n1"),
        group_sizes(n2, "n2"),
    )
    total = m1 + m2
    within = (spread**2 * (total - 1.0) - slope**2 * m1 * m2 / total) / (total - 2.0)
    rule = "It is larger than the outcome's standard deviation allows. Check both."
    refuse(within <= 0.0, slope, "b", rule)
    d = slope / np.sqrt(within)
    return g_from_d(d, m1, m2, variance=variance, exact_j=exact_j, corrected=corrected)


def g_from_beta(
    beta: npt.ArrayLike,
    sd_outcome: npt.ArrayLike,
    n1: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    variance: str = "LS",
    exact_j: bool = True,
    corrected: bool = True,
) -> EffectSizes:
    """Hedges' g from the standardised coefficient of group membership in a regression.

    Parameters
    ----------
    beta : array-like
        Standardised coefficient; b = beta sd_outcome/sd_x with the standard deviation of the
        indicator, sd_x^2 = n1 n2/(N (N - 1)).
    sd_outcome, n1, n2, variance, exact_j, corrected
        As in `g_from_coefficient`.

    Raises
    ------
    UserError
        As in `g_from_coefficient`.

    References
    ----------
    Lipsey MW, Wilson DB (2001). Practical Meta-Analysis, appendix B.
    """
    slope, spread, m1, m2 = matching(
        "beta sd_outcome n1 n2",
        reported(beta, "beta"),
        standard_deviations(sd_outcome, "sd_outcome"),
        group_sizes(n1, "n1"),
        group_sizes(n2, "n2"),
    )
    total = m1 + m2
    indicator = np.sqrt(m1 * m2 / (total * (total - 1.0)))
    b = slope * spread / indicator
    return g_from_coefficient(
        b, spread, m1, m2, variance=variance, exact_j=exact_j, corrected=corrected
    )


def d_from_chi2(chi2: npt.ArrayLike, n: npt.ArrayLike, *, sign: npt.ArrayLike = 1.0) -> EffectSizes:
    """Cohen's d from chi-squared of a two-by-two table, for groups of like size.

    Parameters
    ----------
    chi2, n : array-like
        Chi-squared on one degree of freedom, without continuity correction, and all pupils.
    sign : array-like
        Positive where group 1 does better, else negative; chi-squared does not tell.

    Returns
    -------
    EffectSizes
        With r = sqrt(chi2/n), d = 2 r/sqrt(1 - r^2) and vi = d^2/chi2 = 4/(n - chi2).

    Raises
    ------
    UserError
        A chi-squared below 0 or not below n, or a sign of 0.

    References
    ----------
    Lipsey MW, Wilson DB (2001). Practical Meta-Analysis, appendix B.
    """
    statistic, k, way = matching(
        "chi2 n sign", reported(chi2, "chi2"), group_sizes(n, "n"), reported(sign, "sign")
    )
    refuse((statistic < 0.0) | (statistic >= k), statistic, "chi2", "It lies from 0 to below n.")
    refuse(way == 0.0, way, "sign", "Give 1 or -1.")
    return d_from_phi(np.sign(way) * np.sqrt(statistic / k), k)


def d_from_phi(phi: npt.ArrayLike, n: npt.ArrayLike) -> EffectSizes:
    """Cohen's d from the phi coefficient of a two-by-two table, for groups of like size.

    Parameters
    ----------
    phi, n : array-like
        Phi coefficients and all pupils.

    Returns
    -------
    EffectSizes
        d = 2 phi/sqrt(1 - phi^2), vi = 4/(n (1 - phi^2)).

    Raises
    ------
    UserError
        |phi| of 1 or more, or fewer than two pupils.

    References
    ----------
    Lipsey MW, Wilson DB (2001). Practical Meta-Analysis, appendix B.
    """
    r, k = matching("phi n", correlations(phi, "phi"), group_sizes(n, "n"))
    refuse(np.abs(r) == 1.0, r, "phi", "No difference goes with a perfect correlation.")
    rest = 1.0 - r**2
    return EffectSizes(2.0 * r / np.sqrt(rest), 4.0 / (k * rest))
