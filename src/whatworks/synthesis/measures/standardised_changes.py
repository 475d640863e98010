"""Change of one group in standard deviations: of the tests, or of the changes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.synthesis.effect_sizes import EffectSizes
from whatworks.synthesis.inputs import one_of
from whatworks.synthesis.measures.changes import sd_of_change
from whatworks.synthesis.pre_post import gain_in_pre_sd
from whatworks.synthesis.reported_values import (
    correlations,
    group_sizes,
    matching,
    reported,
    standard_deviations,
)
from whatworks.synthesis.standardised_difference import small_sample_factor

__all__ = [
    "gain_in_average_sd",
    "gain_in_gain_sd",
    "gain_in_one_sd",
    "standardised_mean_change",
]

STANDARDISERS = ("pre", "change", "average")


def standardised_mean_change(
    mean_post: npt.ArrayLike,
    sd_post: npt.ArrayLike,
    mean_pre: npt.ArrayLike,
    sd_pre: npt.ArrayLike,
    n: npt.ArrayLike,
    *,
    r: npt.ArrayLike,
    standardiser: str = "pre",
    equal_variances: bool = False,
    corrected: bool = True,
) -> EffectSizes:
    """Mean change of one group in standard deviations.

    Parameters
    ----------
    mean_post, sd_post, mean_pre, sd_pre, n : array-like
        Means and standard deviations after and before, and the number of pupils.
    r : array-like
        Correlation of the two measurements.
    standardiser : {"pre", "change", "average"}
        The standard deviation before, that of the changes, or the root of the average of the
        variances before and after. Only "pre" and "average" compare with differences of groups.
    equal_variances : bool
        True takes the pupils to be as variable after as before.
    corrected : bool
        False leaves out the small-sample factor.

    Returns
    -------
    EffectSizes

    Raises
    ------
    UserError
        A standard deviation that is not above 0, fewer than two pupils, |r| above 1, or an unknown
        standardiser.

    See Also
    --------
    gain_in_pre_sd, gain_in_one_sd, gain_in_gain_sd, gain_in_average_sd : the formulas.
    """
    one_of(standardiser, STANDARDISERS, "standardiser")
    if standardiser == "change":
        sd = sd_of_change(sd_post, sd_pre, r=r)
        change, sd = matching(
            "mean_post mean_pre sd_post",
            reported(mean_post, "mean_post") - reported(mean_pre, "mean_pre"),
            sd,
        )
        return gain_in_gain_sd(change, sd, n, corrected=corrected)
    if standardiser == "average":
        return gain_in_average_sd(
            mean_post,
            sd_post,
            mean_pre,
            sd_pre,
            n,
            r=r,
            equal_variances=equal_variances,
            corrected=corrected,
        )
    if equal_variances:
        return gain_in_pre_sd(mean_post, mean_pre, sd_pre, n, r=r, corrected=corrected)
    return gain_in_one_sd(mean_post, mean_pre, sd_pre, sd_post, n, r=r, corrected=corrected)


def gain_in_gain_sd(
    gain: npt.ArrayLike,
    sd_gain: npt.ArrayLike,
    n: npt.ArrayLike,
    *,
    corrected: bool = True,
    variance: str = "LS",
) -> EffectSizes:
    """Mean gain in units of the standard deviation of the gains.

    Parameters
    ----------
    gain, sd_gain, n : array-like
        Mean gain, the standard deviation of the pupils' gains, and the number of pupils. From a
        paired t, give t/sqrt(n) and 1.
    corrected : bool
        False leaves out the small-sample factor of n - 1 degrees of freedom.
    variance : {"LS", "LS2"}
        LS: 1/n + g^2/(2 n). LS2: the same at the uncorrected d, times J^2.

    Raises
    ------
    UserError
        A standard deviation that is not above 0, fewer than two pupils, or an unknown variance.

    References
    ----------
    Gibbons RD, Hedeker DR, Davis JM (1993). Journal of Educational Statistics 18:271-279.
    """
    one_of(variance, ("LS", "LS2"), "variance")
    y, s, k = matching(
        "gain sd_gain n",
        reported(gain, "gain"),
        standard_deviations(sd_gain, "sd_gain"),
        group_sizes(n, "n"),
    )
    factor = small_sample_factor(k - 1.0) if corrected else np.ones_like(k)
    g = np.asarray(factor * y / s)
    weight = factor**2 if variance == "LS2" else np.ones_like(k)
    at = g / factor if variance == "LS2" else g
    return EffectSizes(g, np.asarray(weight * (1.0 / k + at**2 / (2.0 * k))))


def gain_in_one_sd(
    mean_post: npt.ArrayLike,
    mean_pre: npt.ArrayLike,
    sd: npt.ArrayLike,
    sd_other: npt.ArrayLike,
    n: npt.ArrayLike,
    *,
    r: npt.ArrayLike,
    corrected: bool = True,
) -> EffectSizes:
    """Mean gain in units of one time's standard deviation, where the other time's may differ.

    Parameters
    ----------
    mean_post, mean_pre : array-like
        Means after and before.
    sd, sd_other : array-like
        The standard deviation to standardise by, usually that before, and the other time's.
    n : array-like
        Number of pupils.
    r : array-like
        Correlation of the two measurements.
    corrected : bool
        False leaves out the small-sample factor of n - 1 degrees of freedom.

    Returns
    -------
    EffectSizes
        vi = ((sd^2 + sd_other^2 - 2 r sd sd_other)/sd^2 + g^2/2)/(n - 1).

    Raises
    ------
    UserError
        A standard deviation that is not above 0, fewer than two pupils, or |r| above 1.

    References
    ----------
    Bonett DG (2008). Psychological Methods 13:99-109.
    """
    after, before, s, other, k, rho = matching(
        "mean_post mean_pre sd sd_other n r",
        reported(mean_post, "mean_post"),
        reported(mean_pre, "mean_pre"),
        standard_deviations(sd, "sd"),
        standard_deviations(sd_other, "sd_other"),
        group_sizes(n, "n"),
        correlations(r, "r"),
    )
    g = (small_sample_factor(k - 1.0) if corrected else 1.0) * (after - before) / s
    design = (s**2 + other**2 - 2.0 * rho * s * other) / s**2
    return EffectSizes(np.asarray(g), np.asarray((design + g**2 / 2.0) / (k - 1.0)))


def gain_in_average_sd(
    mean_post: npt.ArrayLike,
    sd_post: npt.ArrayLike,
    mean_pre: npt.ArrayLike,
    sd_pre: npt.ArrayLike,
    n: npt.ArrayLike,
    *,
    r: npt.ArrayLike,
    equal_variances: bool = False,
    corrected: bool = True,
) -> EffectSizes:
    """Mean gain in units of the root of the average of the variances before and after.

    Parameters
    ----------
    mean_post, sd_post, mean_pre, sd_pre, n, r
        As in `standardised_mean_change`.
    equal_variances : bool
        True takes the pupils to be as variable after as before.
    corrected : bool
        False leaves out the small-sample factor of 2 (n - 1)/(1 + r^2) degrees of freedom.

    Returns
    -------
    EffectSizes
        Equal variances: vi = 2 (1 - r)/n + (1 + r^2) g^2/(4 n). Otherwise, with s the
        standardiser, vi = (sd_change^2/s^2 + g^2 (sd_pre^4 + sd_post^4 + 2 r^2 sd_pre^2 sd_post^2)
        /(8 s^4))/(n - 1).

    Raises
    ------
    UserError
        As in `standardised_mean_change`.

    References
    ----------
    Bonett DG (2008). Psychological Methods 13:99-109, equation 10.
    Cousineau D (2020). Quantitative Methods for Psychology 16:418-421 (degrees of freedom).
    """
    after, s2, before, s1, k, rho = matching(
        "mean_post sd_post mean_pre sd_pre n r",
        reported(mean_post, "mean_post"),
        standard_deviations(sd_post, "sd_post"),
        reported(mean_pre, "mean_pre"),
        standard_deviations(sd_pre, "sd_pre"),
        group_sizes(n, "n"),
        correlations(r, "r"),
    )
    square = (s1**2 + s2**2) / 2.0
    df = 2.0 * (k - 1.0) / (1.0 + rho**2)
    g = (small_sample_factor(df) if corrected else 1.0) * (after - before) / np.sqrt(square)
    if equal_variances:
        v = 2.0 * (1.0 - rho) / k + (1.0 + rho**2) * g**2 / (4.0 * k)
    else:
        design = sd_of_change(s2, s1, r=rho) ** 2 / square
        spread = (s1**4 + s2**4 + 2.0 * rho**2 * s1**2 * s2**2) / (8.0 * square**2)
        v = (design + g**2 * spread) / (k - 1.0)
    return EffectSizes(np.asarray(g), np.asarray(v))
