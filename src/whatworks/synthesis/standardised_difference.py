"""Hedges' g and its sampling variance for two independent groups."""

from __future__ import annotations

from typing import cast

import numpy as np
import numpy.typing as npt

from whatworks.statistics import special
from whatworks.statistics.distributions import t_from_two_sided
from whatworks.synthesis.effect_sizes import EffectSizes
from whatworks.synthesis.inputs import one_of
from whatworks.synthesis.reported_values import (
    group_sizes,
    matching,
    refuse,
    reported,
    standard_deviations,
)

__all__ = [
    "EffectSizes",
    "g_from_d",
    "g_from_p",
    "g_from_t",
    "g_variance",
    "hedges_g",
    "pooled_sd",
    "small_sample_factor",
]

Floats = npt.NDArray[np.float64]

VARIANCES = ("LS", "LS2", "UB", "AV", "D")


def small_sample_factor(df: npt.ArrayLike, *, exact: bool = True) -> Floats:
    """Return Hedges' correction J for `df` degrees of freedom.

    Parameters
    ----------
    df : array-like
        Degrees of freedom of the standard deviation; of 1 or fewer d has no mean, and the exact
        factor is missing.
    exact : bool
        Gamma function; otherwise the approximation 1 - 3/(4 df - 1).

    References
    ----------
    Hedges LV (1981). Journal of Educational Statistics 6:107-128.
    """
    m = np.asarray(df, dtype=np.float64)
    if not exact:
        return np.asarray(1.0 - 3.0 / (4.0 * m - 1.0))
    m = np.where(m > 1.0, m, np.nan)
    log_ratio = special.gammaln(m / 2.0) - special.gammaln((m - 1.0) / 2.0)
    return cast(Floats, np.exp(log_ratio) / np.sqrt(m / 2.0))


def pooled_sd(
    sd1: npt.ArrayLike, n1: npt.ArrayLike, sd2: npt.ArrayLike, n2: npt.ArrayLike
) -> Floats:
    """Return the pooled standard deviation of two groups."""
    s1, m1, s2, m2 = (np.asarray(x, dtype=np.float64) for x in (sd1, n1, sd2, n2))
    return np.asarray(np.sqrt(((m1 - 1.0) * s1**2 + (m2 - 1.0) * s2**2) / (m1 + m2 - 2.0)))


def hedges_g(
    mean1: npt.ArrayLike,
    sd1: npt.ArrayLike,
    n1: npt.ArrayLike,
    mean2: npt.ArrayLike,
    sd2: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    variance: str = "LS",
    exact_j: bool = True,
    corrected: bool = True,
) -> EffectSizes:
    """Standardised difference of two independent means, group 1 less group 2.

    Parameters
    ----------
    mean1, sd1, n1, mean2, sd2, n2 : array-like
        Means, standard deviations (not standard errors) and numbers of pupils; they broadcast.
        None or NaN where a study does not say: its effect is then missing.
    variance : {"LS", "LS2", "UB", "AV", "D"}
        LS: 1/n1 + 1/n2 + g^2/(2 (n1 + n2)). LS2: the same at the uncorrected d, times J^2.
        UB: unbiased. AV: LS at the sample-size weighted mean of all g given. D: LS at the
        uncorrected d, as calculators report that correct the effect and not its variance.
    exact_j : bool
        Small-sample factor by the gamma function; otherwise 1 - 3/(4 df - 1).
    corrected : bool
        False gives Cohen's d (factor 1).

    Returns
    -------
    EffectSizes

    Raises
    ------
    UserError
        A standard deviation that is not above 0, or fewer than two pupils in a group.

    References
    ----------
    Hedges LV, Olkin I (1985). Statistical Methods for Meta-Analysis, chapter 5 (LS).
    Hedges LV (1983). Psychological Bulletin 93:388-395, equation 9 (UB).
    Borenstein M (2009), in: The Handbook of Research Synthesis and Meta-Analysis, equation 12.17
    (LS2).
    """
    m1, m2, s1, s2, k1, k2 = matching(
        "mean1 mean2 sd1 sd2 n1 n2",
        reported(mean1, "mean1"),
        reported(mean2, "mean2"),
        standard_deviations(sd1, "sd1"),
        standard_deviations(sd2, "sd2"),
        group_sizes(n1, "n1"),
        group_sizes(n2, "n2"),
    )
    d = (m1 - m2) / pooled_sd(s1, k1, s2, k2)
    return g_from_d(d, k1, k2, variance=variance, exact_j=exact_j, corrected=corrected)


def g_from_d(
    d: npt.ArrayLike,
    n1: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    variance: str = "LS",
    exact_j: bool = True,
    corrected: bool = True,
) -> EffectSizes:
    """Hedges' g from Cohen's d; arguments as in `hedges_g`.

    Raises
    ------
    UserError
        Fewer than two pupils in a group, or an unknown variance.
    """
    effect, m1, m2 = matching(
        "d n1 n2", reported(d, "d"), group_sizes(n1, "n1"), group_sizes(n2, "n2")
    )
    df = m1 + m2 - 2.0
    factor = small_sample_factor(df, exact=exact_j) if corrected else np.ones_like(df)
    g = np.asarray(factor * effect)
    return EffectSizes(g, g_variance(g, m1, m2, variance=variance, factor=factor))


def g_variance(
    g: npt.ArrayLike,
    n1: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    variance: str = "LS",
    factor: npt.ArrayLike | None = None,
) -> Floats:
    """Return the sampling variance of g in the form named; see `hedges_g`.

    Parameters
    ----------
    factor : array-like, optional
        The small-sample factor that g carries; the exact one if not given.
    """
    one_of(variance, VARIANCES, "variance")
    effect, m1, m2 = (np.asarray(x, dtype=np.float64) for x in (g, n1, n2))
    j = small_sample_factor(m1 + m2 - 2.0) if factor is None else np.asarray(factor)
    design = 1.0 / m1 + 1.0 / m2
    if variance == "UB":
        m = m1 + m2 - 2.0
        return np.asarray(design + (1.0 - (m - 2.0) / (m * j**2)) * effect**2)
    if variance == "LS2":
        return np.asarray(j**2 * (design + (effect / j) ** 2 / (2.0 * (m1 + m2))))
    if variance == "D":
        effect = np.asarray(effect / j)
    elif variance == "AV":
        effect = _weighted_mean(effect, m1 + m2)
    return np.asarray(design + effect**2 / (2.0 * (m1 + m2)))


def _weighted_mean(effect: Floats, sizes: Floats) -> Floats:
    total = np.broadcast_to(sizes, effect.shape)
    return np.asarray(np.nansum(total * effect) / total[~np.isnan(total * effect)].sum())


def g_from_t(
    t: npt.ArrayLike,
    n1: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    variance: str = "LS",
    exact_j: bool = True,
    corrected: bool = True,
) -> EffectSizes:
    """Hedges' g from the t statistic of two independent groups; other arguments as `hedges_g`."""
    m1, m2 = group_sizes(n1, "n1"), group_sizes(n2, "n2")
    statistic, m1, m2 = matching("t n1 n2", reported(t, "t"), m1, m2)
    d = statistic * np.sqrt(1.0 / m1 + 1.0 / m2)
    return g_from_d(d, m1, m2, variance=variance, exact_j=exact_j, corrected=corrected)


def g_from_p(
    signed_p: npt.ArrayLike,
    n1: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    variance: str = "LS",
    exact_j: bool = True,
    corrected: bool = True,
) -> EffectSizes:
    """Hedges' g from a two-sided p value of a t test, given the sign of the difference.

    Raises
    ------
    UserError
        A p value of 0 or beyond 1 in absolute value: give the t statistic, or the bound.
    """
    p, m1, m2 = matching(
        "signed_p n1 n2",
        reported(signed_p, "signed_p"),
        group_sizes(n1, "n1"),
        group_sizes(n2, "n2"),
    )
    refuse(
        (p == 0.0) | (np.abs(p) > 1.0),
        p,
        "signed_p",
        "It lies in (0, 1] or [-1, 0). For p printed as 0 give t instead.",
    )
    t = np.sign(p) * t_from_two_sided(np.abs(p), m1 + m2 - 2.0)
    return g_from_t(t, m1, m2, variance=variance, exact_j=exact_j, corrected=corrected)
