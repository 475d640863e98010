"""Effects from two groups that were both tested before and after."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.synthesis.effect_sizes import EffectSizes
from whatworks.synthesis.reported_values import (
    correlations,
    group_sizes,
    matching,
    reported,
    standard_deviations,
)
from whatworks.synthesis.standardised_difference import pooled_sd, small_sample_factor

__all__ = ["difference_in_g", "gain_in_pre_sd", "standardised_gain"]

Floats = npt.NDArray[np.float64]


def difference_in_g(
    post: EffectSizes, pre: EffectSizes, n1: npt.ArrayLike, n2: npt.ArrayLike, *, r: npt.ArrayLike
) -> EffectSizes:
    """Hedges' g after less Hedges' g before: each standardised by its own time's SD.

    Parameters
    ----------
    post, pre : EffectSizes
        `hedges_g` after and before; only `yi` is used.
    n1, n2 : array-like
        Pupils in each group.
    r : array-like
        Correlation of the two tests within groups; 0.5 is a usual guess.

    Returns
    -------
    EffectSizes
        vi = 2 (1 - r)(1/n1 + 1/n2) + (g_post^2 + g_pre^2 - 2 r^2 g_post g_pre)/(2 (N - 2)).

    Raises
    ------
    UserError
        r out of range.

    Notes
    -----
    Delta method: Cov of the two mean differences is r (1/n1 + 1/n2) and of the two standard
    deviations, each in units of its own, r^2/(2 (N - 2)).
    """
    m1, m2, rho = matching(
        "n1 n2 r", group_sizes(n1, "n1"), group_sizes(n2, "n2"), correlations(r, "r")
    )
    df = m1 + m2 - 2.0
    square = post.yi**2 + pre.yi**2 - 2.0 * rho**2 * post.yi * pre.yi
    variance = 2.0 * (1.0 - rho) * (1.0 / m1 + 1.0 / m2) + square / (2.0 * df)
    return EffectSizes(np.asarray(post.yi - pre.yi), np.asarray(variance))


def gain_in_pre_sd(
    mean_post: npt.ArrayLike,
    mean_pre: npt.ArrayLike,
    sd_pre: npt.ArrayLike,
    n: npt.ArrayLike,
    *,
    r: npt.ArrayLike,
    corrected: bool = True,
) -> EffectSizes:
    """Gain of one group in units of its standard deviation before (metafor's SMCR).

    vi = 2 (1 - r)/n + g^2/(2 n).

    Parameters
    ----------
    mean_post, mean_pre, sd_pre, n : array-like
        Means after and before, the standard deviation before, and the number of pupils.
    r : array-like
        Correlation of the two tests.
    corrected : bool
        False leaves out the small-sample factor of n - 1 degrees of freedom.

    Raises
    ------
    UserError
        A standard deviation that is not above 0, fewer than two pupils, or |r| above 1.

    References
    ----------
    Becker BJ (1988). British Journal of Mathematical and Statistical Psychology 41:257-278.
    """
    after, before, sd, size, rho = matching(
        "mean_post mean_pre sd_pre n r",
        reported(mean_post, "mean_post"),
        reported(mean_pre, "mean_pre"),
        standard_deviations(sd_pre, "sd_pre"),
        group_sizes(n, "n"),
        correlations(r, "r"),
    )
    g = (small_sample_factor(size - 1.0) if corrected else 1.0) * (after - before) / sd
    return EffectSizes(np.asarray(g), np.asarray(2.0 * (1.0 - rho) / size + g**2 / (2.0 * size)))


def standardised_gain(
    mean_post1: npt.ArrayLike,
    mean_pre1: npt.ArrayLike,
    sd_pre1: npt.ArrayLike,
    n1: npt.ArrayLike,
    mean_post2: npt.ArrayLike,
    mean_pre2: npt.ArrayLike,
    sd_pre2: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    r: npt.ArrayLike,
) -> EffectSizes:
    """Difference of two groups' gains in units of their pooled standard deviation before.

    Parameters
    ----------
    r : array-like
        Correlation of the two tests within groups.

    References
    ----------
    Morris SB (2008). Organizational Research Methods 11:364-386, d_ppc2.
    """
    post1, pre1, sd1, m1, post2, pre2, sd2, m2, rho = matching(
        "mean_post1 mean_pre1 sd_pre1 n1 mean_post2 mean_pre2 sd_pre2 n2 r",
        reported(mean_post1, "mean_post1"),
        reported(mean_pre1, "mean_pre1"),
        standard_deviations(sd_pre1, "sd_pre1"),
        group_sizes(n1, "n1"),
        reported(mean_post2, "mean_post2"),
        reported(mean_pre2, "mean_pre2"),
        standard_deviations(sd_pre2, "sd_pre2"),
        group_sizes(n2, "n2"),
        correlations(r, "r"),
    )
    df = m1 + m2 - 2.0
    factor = small_sample_factor(df, exact=False)
    g = factor * ((post1 - pre1) - (post2 - pre2)) / pooled_sd(sd1, m1, sd2, m2)
    design = (1.0 / m1 + 1.0 / m2) * 2.0 * (1.0 - rho)
    variance = factor**2 * design * df / (df - 2.0) * (1.0 + g**2 / design) - g**2
    return EffectSizes(np.asarray(g), np.asarray(variance))
