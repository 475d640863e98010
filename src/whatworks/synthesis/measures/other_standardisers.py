"""Standardised differences where the two groups' standard deviations need not be alike."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.synthesis.effect_sizes import EffectSizes
from whatworks.synthesis.inputs import one_of
from whatworks.synthesis.measures.mean_contrasts import two_groups
from whatworks.synthesis.reported_values import (
    group_sizes,
    matching,
    reported,
    standard_deviations,
)
from whatworks.synthesis.standardised_difference import small_sample_factor

__all__ = ["average_sd_difference", "glass_delta"]

Floats = npt.NDArray[np.float64]


def average_sd_difference(
    mean1: npt.ArrayLike,
    sd1: npt.ArrayLike,
    n1: npt.ArrayLike,
    mean2: npt.ArrayLike,
    sd2: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    corrected: bool = True,
) -> EffectSizes:
    """Difference of two means in units of the root of the average of their variances.

    Parameters
    ----------
    mean1, sd1, n1, mean2, sd2, n2 : array-like
        As in `hedges_g`.
    corrected : bool
        False leaves out the small-sample factor of n1 + n2 - 2 degrees of freedom.

    Returns
    -------
    EffectSizes
        With s^2 = (sd1^2 + sd2^2)/2, vi = (sd1^2/(n1 - 1) + sd2^2/(n2 - 1))/s^2 +
        yi^2 (sd1^4/(n1 - 1) + sd2^4/(n2 - 1))/(8 s^4), which holds for unequal variances.

    Raises
    ------
    UserError
        As in `hedges_g`.

    References
    ----------
    Bonett DG (2008). Psychological Methods 13:99-109; (2009) 14:225-238, equation 5.
    """
    m1, s1, k1, m2, s2, k2 = two_groups(mean1, sd1, n1, mean2, sd2, n2)
    d = (m1 - m2) / np.sqrt((s1**2 + s2**2) / 2.0)
    g = d * small_sample_factor(k1 + k2 - 2.0) if corrected else d
    return EffectSizes(g, average_sd_variance(g, s1, k1, s2, k2))


def average_sd_variance(g: Floats, s1: Floats, k1: Floats, s2: Floats, k2: Floats) -> Floats:
    """Return Bonett's variance of a difference g in units of the average variance's root."""
    square = (s1**2 + s2**2) / 2.0
    design = (s1**2 / (k1 - 1.0) + s2**2 / (k2 - 1.0)) / square
    spread = (s1**4 / (k1 - 1.0) + s2**4 / (k2 - 1.0)) / (8.0 * square**2)
    return np.asarray(design + g**2 * spread)


def glass_delta(
    mean1: npt.ArrayLike,
    n1: npt.ArrayLike,
    mean2: npt.ArrayLike,
    sd2: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    sd1: npt.ArrayLike | None = None,
    variance: str = "LS",
    corrected: bool = True,
) -> EffectSizes:
    """Difference of two means in units of the comparison group's standard deviation.

    Parameters
    ----------
    mean1, n1 : array-like
        Mean and size of the group with the support.
    mean2, sd2, n2 : array-like
        Mean, standard deviation and size of the comparison group.
    sd1 : array-like, optional
        Standard deviation of the group with the support. If given, the variance does not take
        the groups' variances as equal.
    variance : {"LS", "LS2", "UB", "AV"}
        As in `hedges_g`, for groups of equal variance.
    corrected : bool
        False leaves out the small-sample factor of n2 - 1 degrees of freedom.

    Returns
    -------
    EffectSizes
        LS: vi = 1/n1 + 1/n2 + yi^2/(2 n2). With sd1: vi = (sd1/sd2)^2/(n1 - 1) + 1/(n2 - 1) +
        yi^2/(2 (n2 - 1)).

    Raises
    ------
    UserError
        As in `hedges_g`; or a variance other than LS with sd1.

    References
    ----------
    Glass GV (1976). Educational Researcher 5:3-8. Hedges LV (1981). Journal of Educational
    Statistics 6:107-128. Bonett DG (2008). Psychological Methods 13:99-109 (with sd1).
    """
    one_of(variance, ("LS", "LS2", "UB", "AV") if sd1 is None else ("LS",), "variance")
    m1, k1, m2, s2, k2, s1 = matching(
        "mean1 n1 mean2 sd2 n2 sd1",
        reported(mean1, "mean1"),
        group_sizes(n1, "n1"),
        reported(mean2, "mean2"),
        standard_deviations(sd2, "sd2"),
        group_sizes(n2, "n2"),
        standard_deviations(1.0 if sd1 is None else sd1, "sd1"),
    )
    factor = small_sample_factor(k2 - 1.0) if corrected else np.ones_like(k2)
    g = factor * (m1 - m2) / s2
    if sd1 is not None:
        return EffectSizes(g, (s1 / s2) ** 2 / (k1 - 1.0) + (1.0 + g**2 / 2.0) / (k2 - 1.0))
    design = 1.0 / k1 + 1.0 / k2
    if variance == "UB":
        v = design + (1.0 - (k2 - 3.0) / ((k2 - 1.0) * factor**2)) * g**2
    elif variance == "LS2":
        v = factor**2 * (design + (g / factor) ** 2 / (2.0 * k2))
    else:
        square = g**2
        if variance == "AV":
            known, total = ~np.isnan(g), k1 + k2
            square = np.asarray((total[known] * g[known]).sum() / total[known].sum()) ** 2
        v = design + square / (2.0 * k2)
    return EffectSizes(g, np.asarray(v))
