"""Hedges' g and its sampling variance for two independent groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.statistics import special
from whatworks.statistics.distributions import t_from_two_sided
from whatworks.synthesis.inputs import one_of

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

VARIANCES = ("LS", "LS2", "UB", "AV")


@dataclass(frozen=True, slots=True, eq=False)
class EffectSizes:
    """Effects and their sampling variances.

    Attributes
    ----------
    yi, vi
        Same shape as the inputs (after broadcasting).
    """

    yi: Floats
    vi: Floats


def small_sample_factor(df: npt.ArrayLike, *, exact: bool = True) -> Floats:
    """Return Hedges' correction J for `df` degrees of freedom.

    Parameters
    ----------
    df : array-like
        Degrees of freedom of the standard deviation, > 1.
    exact : bool
        Gamma function; otherwise the approximation 1 - 3/(4 df - 1).

    References
    ----------
    Hedges LV (1981). Journal of Educational Statistics 6:107-128.
    """
    m = np.asarray(df, dtype=np.float64)
    if not exact:
        return np.asarray(1.0 - 3.0 / (4.0 * m - 1.0))
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
    variance : {"LS", "LS2", "UB", "AV"}
        LS: 1/n1 + 1/n2 + g^2/(2 (n1 + n2)). LS2: the same at the uncorrected d, times J^2.
        UB: unbiased. AV: LS at the sample-size weighted mean of all g given.
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
    The four variances are metafor's `vtype`.
    """
    s1, m1, s2, m2 = (np.asarray(x, dtype=np.float64) for x in (sd1, n1, sd2, n2))
    _positive(s1, "sd1")
    _positive(s2, "sd2")
    d = (np.asarray(mean1, dtype=np.float64) - np.asarray(mean2, dtype=np.float64)) / pooled_sd(
        s1, m1, s2, m2
    )
    return g_from_d(d, m1, m2, variance=variance, exact_j=exact_j, corrected=corrected)


def _positive(x: Floats, name: str) -> None:
    if not (x > 0.0).all():
        bad = np.flatnonzero(~(x > 0.0))[0]
        raise UserError(
            f"{name}, position {bad + 1}: found {x.ravel()[bad]}. A standard deviation is above 0."
        )


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
    m1, m2 = np.asarray(n1, dtype=np.float64), np.asarray(n2, dtype=np.float64)
    for sizes, name in ((m1, "n1"), (m2, "n2")):
        if not (sizes >= 2.0).all():
            bad = np.flatnonzero(~(sizes >= 2.0))[0]
            raise UserError(
                f"{name}, position {bad + 1}: found {sizes.ravel()[bad]}. A group has at least 2."
            )
    df = m1 + m2 - 2.0
    factor = small_sample_factor(df, exact=exact_j) if corrected else np.ones_like(df)
    g = np.asarray(factor * np.asarray(d, dtype=np.float64))
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
    if variance == "AV":
        total = np.broadcast_to(m1 + m2, effect.shape)
        effect = np.asarray((total * effect).sum() / total.sum())
    return np.asarray(design + effect**2 / (2.0 * (m1 + m2)))


def g_from_t(
    t: npt.ArrayLike, n1: npt.ArrayLike, n2: npt.ArrayLike, *, variance: str = "LS"
) -> EffectSizes:
    """Hedges' g from the t statistic of two independent groups (or the signed root of F)."""
    m1, m2 = np.asarray(n1, dtype=np.float64), np.asarray(n2, dtype=np.float64)
    d = np.asarray(t, dtype=np.float64) * np.sqrt(1.0 / m1 + 1.0 / m2)
    return g_from_d(d, m1, m2, variance=variance)


def g_from_p(
    signed_p: npt.ArrayLike, n1: npt.ArrayLike, n2: npt.ArrayLike, *, variance: str = "LS"
) -> EffectSizes:
    """Hedges' g from a two-sided p value of a t test, given the sign of the difference.

    Raises
    ------
    UserError
        A p value of 0 or beyond 1 in absolute value: give the t statistic, or the bound.
    """
    p = np.asarray(signed_p, dtype=np.float64)
    if not ((np.abs(p) > 0.0) & (np.abs(p) <= 1.0)).all():
        raise UserError(
            "signed_p must lie in (0, 1] or [-1, 0). For p printed as 0 give t instead."
        )
    df = np.asarray(n1, dtype=np.float64) + np.asarray(n2, dtype=np.float64) - 2.0
    return g_from_t(np.sign(p) * t_from_two_sided(np.abs(p), df), n1, n2, variance=variance)
