"""Correlations of two scores in one sample, and what they become on other scales."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.statistics import special
from whatworks.statistics.distributions import t_from_two_sided
from whatworks.synthesis.effect_sizes import EffectSizes
from whatworks.synthesis.inputs import one_of
from whatworks.synthesis.reported_values import (
    correlations,
    group_sizes,
    matching,
    refuse,
    reported,
)

__all__ = ["correlation_effect", "d_from_r", "r_from_d", "r_from_p", "r_from_t"]

Floats = npt.NDArray[np.float64]

SCALES = ("r", "unbiased", "fisher_z")
# From here on a power series in 1 - r^2 falls faster than 2^-k.
LARGE_C = 50.0


def correlation_effect(
    r: npt.ArrayLike, n: npt.ArrayLike, *, scale: str = "fisher_z", variance: str = "LS"
) -> EffectSizes:
    """Correlation coefficient as an effect.

    Parameters
    ----------
    r, n : array-like
        Correlations and numbers of pupils.
    scale : {"fisher_z", "r", "unbiased"}
        atanh(r), with vi = 1/(n - 3); r itself; r without its small-sample bias.
    variance : {"LS", "UB", "AV"}
        For r and unbiased. LS: (1 - y^2)^2/(n - 1) at the effect y. UB: without bias itself.
        AV: LS at the mean of the effects weighted by n.

    Returns
    -------
    EffectSizes
        Fisher's z of r = 1 is missing, and so is its variance for n below 4.

    Raises
    ------
    UserError
        |r| above 1, fewer than two pupils, or an unknown scale or variance.

    References
    ----------
    Fisher RA (1921). Metron 1:3-32. Olkin I, Pratt JW (1958). Annals of Mathematical Statistics
    29:201-211, equation 2.3 (unbiased). Hedges LV (1989). Educational and Psychological
    Measurement 49:469-479 (UB, here without its approximation).
    """
    one_of(scale, SCALES, "scale")
    one_of(variance, ("LS", "UB", "AV"), "variance")
    rho, k = matching("r n", correlations(r, "r"), group_sizes(n, "n"))
    with np.errstate(divide="ignore", invalid="ignore"):
        if scale == "fisher_z":
            v = np.where(k > 3.0, 1.0 / (k - 3.0), np.nan)
            return EffectSizes.finite(np.arctanh(rho), v)
        y = rho if scale == "r" else _unbiased(rho, k)
        if variance == "UB":
            return EffectSizes.finite(y, y**2 - _unbiased_square(rho, k))
        centre = y
        if variance == "AV":
            known = ~np.isnan(y * k)
            centre = np.asarray((y[known] * k[known]).sum() / k[known].sum())
        return EffectSizes.finite(y, (1.0 - centre**2) ** 2 / (k - 1.0))


def _unbiased(r: Floats, n: Floats) -> Floats:
    """Return r 2F1(1/2, 1/2; (n - 2)/2; 1 - r^2); missing for n = 2."""
    ratio = _hypergeometric(0.5, (n - 2.0) / 2.0, 1.0 - r**2)
    return np.asarray(np.where(n > 2.0, r * ratio, np.nan))


def _unbiased_square(r: Floats, n: Floats) -> Floats:
    """Return the unbiased estimate of the squared correlation; missing for n = 2."""
    rest = 1.0 - r**2
    taken = (n - 3.0) / (n - 2.0) * rest * _hypergeometric(1.0, n / 2.0, rest)
    return np.asarray(np.where(n > 2.0, 1.0 - taken, np.nan))


def _hypergeometric(a: float, c: Floats, z: Floats) -> Floats:
    """Return 2F1(a, a; c; z) for z from 0 to 1.

    scipy's fails for c above 75 and z near 1, where the series itself is down to rounding after
    fewer terms.
    """
    is_large = c >= LARGE_C
    with np.errstate(invalid="ignore"):
        found = special.hyp2f1(a, a, np.where(is_large, 1.0, c), np.where(is_large, 0.0, z))
    large = np.where(is_large, c, LARGE_C)
    term = total = np.ones_like(z)
    for k in range(int(LARGE_C)):
        term = term * (a + k) ** 2 / ((large + k) * (k + 1.0)) * z
        total = total + term
    return np.asarray(np.where(is_large, total, found))


def r_from_t(t: npt.ArrayLike, n: npt.ArrayLike) -> Floats:
    """Return the correlation whose test gave t on n - 2 degrees of freedom.

    Parameters
    ----------
    t, n : array-like
        Test statistics and numbers of pupils.

    Raises
    ------
    UserError
        Fewer than two pupils.
    """
    statistic, k = matching("t n", reported(t, "t"), group_sizes(n, "n"))
    return np.asarray(statistic / np.sqrt(statistic**2 + k - 2.0))


def r_from_p(signed_p: npt.ArrayLike, n: npt.ArrayLike) -> Floats:
    """Return the correlation from its two-sided p value, which carries the correlation's sign.

    Parameters
    ----------
    signed_p, n : array-like
        p values, negative for negative correlations, and numbers of pupils.

    Raises
    ------
    UserError
        A p value of 0 or beyond 1, or fewer than two pupils.
    """
    p, k = matching("signed_p n", reported(signed_p, "signed_p"), group_sizes(n, "n"))
    rule = "It lies in (0, 1] or [-1, 0). For p printed as 0 give t instead."
    refuse((p == 0.0) | (np.abs(p) > 1.0), p, "signed_p", rule)
    return r_from_t(np.sign(p) * t_from_two_sided(np.abs(p), k - 2.0), k)


def d_from_r(r: npt.ArrayLike, n: npt.ArrayLike, *, share1: npt.ArrayLike = 0.5) -> EffectSizes:
    """Standardised difference that goes with a point-biserial correlation.

    Parameters
    ----------
    r, n : array-like
        Correlations and numbers of pupils.
    share1 : array-like
        Share of pupils in group 1.

    Returns
    -------
    EffectSizes
        d = sqrt(a) r/sqrt(1 - r^2), a = 1/(p q), which is 4 for equal groups; vi by the delta
        method from (1 - r^2)^2/(n - 1): a/((n - 1)(1 - r^2)).

    Raises
    ------
    UserError
        |r| of 1 or more, fewer than two pupils, or a share that is not between 0 and 1.

    References
    ----------
    Borenstein M (2009), in: The Handbook of Research Synthesis and Meta-Analysis, chapter 12.
    """
    rho, k, share = matching(
        "r n share1", correlations(r, "r"), group_sizes(n, "n"), _share(share1)
    )
    refuse(np.abs(rho) == 1.0, rho, "r", "No difference goes with a perfect correlation.")
    a = 1.0 / (share * (1.0 - share))
    rest = 1.0 - rho**2
    return EffectSizes(np.sqrt(a) * rho / np.sqrt(rest), a / ((k - 1.0) * rest))


def r_from_d(
    d: npt.ArrayLike, variance: npt.ArrayLike, *, share1: npt.ArrayLike = 0.5
) -> EffectSizes:
    """Point-biserial correlation that goes with a standardised difference.

    Parameters
    ----------
    d, variance : array-like
        Standardised differences and their sampling variances.
    share1 : array-like
        Share of pupils in group 1.

    Returns
    -------
    EffectSizes
        r = d/sqrt(d^2 + a), vi = a^2 variance/(d^2 + a)^3 with a = 1/(p q).

    Raises
    ------
    UserError
        A share that is not between 0 and 1.

    References
    ----------
    Borenstein M (2009), in: The Handbook of Research Synthesis and Meta-Analysis, chapter 12.
    """
    y, v, share = matching(
        "d variance share1", reported(d, "d"), reported(variance, "variance"), _share(share1)
    )
    a = 1.0 / (share * (1.0 - share))
    return EffectSizes(y / np.sqrt(y**2 + a), a**2 * v / (y**2 + a) ** 3)


def _share(share1: npt.ArrayLike) -> Floats:
    share = reported(share1, "share1")
    refuse((share <= 0.0) | (share >= 1.0), share, "share1", "A share lies between 0 and 1.")
    return share
