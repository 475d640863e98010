"""How variable pupils are: log standard deviations and coefficients of variation, and ratios.

To second order, ln(sd) is low by 1/(2 (n - 1)) and ln(mean) by sd^2/(2 n mean^2). A coefficient of
variation can be corrected for the first ("sd", as Nakagawa et al. wrote it) or for both.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.synthesis.effect_sizes import EffectSizes
from whatworks.synthesis.inputs import one_of
from whatworks.synthesis.measures.mean_contrasts import two_groups
from whatworks.synthesis.reported_values import (
    correlations,
    group_sizes,
    matching,
    reported,
    standard_deviations,
)

__all__ = [
    "cv_ratio",
    "log_cv",
    "log_sd",
    "matched_cv_ratio",
    "matched_variability_ratio",
    "variability_ratio",
]

CORRECTIONS = ("both", "sd", "none")


def log_sd(sd: npt.ArrayLike, n: npt.ArrayLike, *, corrected: bool = True) -> EffectSizes:
    """Log of a group's standard deviation; vi = 1/(2 (n - 1)).

    Parameters
    ----------
    sd, n : array-like
        Standard deviation and number of pupils.
    corrected : bool
        True adds 1/(2 (n - 1)).

    Raises
    ------
    UserError
        A standard deviation that is not above 0, or fewer than two pupils.

    References
    ----------
    Raudenbush SW, Bryk AS (1987). Journal of Educational Statistics 12:241-269.
    """
    s, k = matching("sd n", standard_deviations(sd, "sd"), group_sizes(n, "n"))
    half = 1.0 / (2.0 * (k - 1.0))
    return EffectSizes(np.log(s) + (half if corrected else 0.0), half)


def log_cv(
    mean: npt.ArrayLike, sd: npt.ArrayLike, n: npt.ArrayLike, *, correction: str = "both"
) -> EffectSizes:
    """Log of a group's coefficient of variation, sd/mean; missing where the mean is not above 0.

    Parameters
    ----------
    mean, sd, n : array-like
        Mean, standard deviation and number of pupils.
    correction : {"both", "sd", "none"}
        Both: adds 1/(2 (n - 1)) - sd^2/(2 n mean^2). Sd: the first of them.

    Returns
    -------
    EffectSizes
        vi = 1/(2 (n - 1)) + sd^2/(n mean^2).

    Raises
    ------
    UserError
        A standard deviation that is not above 0, fewer than two pupils, or another correction.

    References
    ----------
    Nakagawa S et al. (2015). Methods in Ecology and Evolution 6:143-152, equations 26 and 27.
    """
    one_of(correction, CORRECTIONS, "correction")
    m, s, k = matching(
        "mean sd n", reported(mean, "mean"), standard_deviations(sd, "sd"), group_sizes(n, "n")
    )
    half = 1.0 / (2.0 * (k - 1.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        by_mean = s**2 / (k * m**2)
        y = np.log(s / m)
        if correction != "none":
            y = y + half
        if correction == "both":
            y = y - by_mean / 2.0
        return EffectSizes.finite(y, half + by_mean)


def variability_ratio(
    sd1: npt.ArrayLike,
    n1: npt.ArrayLike,
    sd2: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    corrected: bool = True,
) -> EffectSizes:
    """Log of the ratio of two groups' standard deviations, group 1 over group 2.

    Parameters
    ----------
    sd1, n1, sd2, n2 : array-like
        Standard deviations and numbers of pupils.
    corrected : bool
        True adds 1/(2 (n1 - 1)) - 1/(2 (n2 - 1)).

    Raises
    ------
    UserError
        A standard deviation that is not above 0, or fewer than two pupils.

    References
    ----------
    Nakagawa S et al. (2015). Methods in Ecology and Evolution 6:143-152, equations 5 and 6.
    """
    s1, k1, s2, k2 = matching(
        "sd1 n1 sd2 n2",
        standard_deviations(sd1, "sd1"),
        group_sizes(n1, "n1"),
        standard_deviations(sd2, "sd2"),
        group_sizes(n2, "n2"),
    )
    one, two = log_sd(s1, k1, corrected=corrected), log_sd(s2, k2, corrected=corrected)
    return EffectSizes(one.yi - two.yi, one.vi + two.vi)


def cv_ratio(
    mean1: npt.ArrayLike,
    sd1: npt.ArrayLike,
    n1: npt.ArrayLike,
    mean2: npt.ArrayLike,
    sd2: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    correction: str = "both",
) -> EffectSizes:
    """Log of the ratio of two groups' coefficients of variation, group 1 over group 2.

    Parameters
    ----------
    mean1, sd1, n1, mean2, sd2, n2 : array-like
        As in `mean_difference`.
    correction : {"both", "sd", "none"}
        As in `log_cv`, for each group.

    Raises
    ------
    UserError
        As in `log_cv`.

    References
    ----------
    Nakagawa S et al. (2015). Methods in Ecology and Evolution 6:143-152, equation 12 without its
    terms in rho: means and standard deviations of normal scores are independent.
    """
    m1, s1, k1, m2, s2, k2 = two_groups(mean1, sd1, n1, mean2, sd2, n2)
    one, two = log_cv(m1, s1, k1, correction=correction), log_cv(m2, s2, k2, correction=correction)
    return EffectSizes(one.yi - two.yi, one.vi + two.vi)


def matched_variability_ratio(
    sd1: npt.ArrayLike, sd2: npt.ArrayLike, n: npt.ArrayLike, *, r: npt.ArrayLike
) -> EffectSizes:
    """Log of the ratio of the same pupils' standard deviations at two times, first over second.

    Parameters
    ----------
    sd1, sd2, n : array-like
        Standard deviations and the number of pupils.
    r : array-like
        Correlation of the two measurements.

    Returns
    -------
    EffectSizes
        vi = (1 - r^2)/(n - 1).

    Raises
    ------
    UserError
        A standard deviation that is not above 0, fewer than two pupils, or |r| above 1.

    References
    ----------
    Senior AM, Viechtbauer W, Nakagawa S (2020). Research Synthesis Methods 11:553-567.
    """
    s1, s2, k, rho = matching(
        "sd1 sd2 n r",
        standard_deviations(sd1, "sd1"),
        standard_deviations(sd2, "sd2"),
        group_sizes(n, "n"),
        correlations(r, "r"),
    )
    return EffectSizes(np.log(s1 / s2), (1.0 - rho**2) / (k - 1.0))


def matched_cv_ratio(
    mean1: npt.ArrayLike,
    sd1: npt.ArrayLike,
    mean2: npt.ArrayLike,
    sd2: npt.ArrayLike,
    n: npt.ArrayLike,
    *,
    r: npt.ArrayLike,
    corrected: bool = True,
) -> EffectSizes:
    """Log of the ratio of the same pupils' coefficients of variation, first over second.

    Parameters
    ----------
    mean1, sd1, mean2, sd2, n : array-like
        Means and standard deviations at the two times, and the number of pupils.
    r : array-like
        Correlation of the two measurements.
    corrected : bool
        True adds (sd2^2/mean2^2 - sd1^2/mean1^2)/(2 n); the corrections of the two standard
        deviations cancel.

    Raises
    ------
    UserError
        As in `matched_variability_ratio`.

    References
    ----------
    Senior AM, Viechtbauer W, Nakagawa S (2020). Research Synthesis Methods 11:553-567.
    """
    m1, s1, m2, s2, k, rho = matching(
        "mean1 sd1 mean2 sd2 n r",
        reported(mean1, "mean1"),
        standard_deviations(sd1, "sd1"),
        reported(mean2, "mean2"),
        standard_deviations(sd2, "sd2"),
        group_sizes(n, "n"),
        correlations(r, "r"),
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        cv1, cv2 = s1 / m1, s2 / m2
        y = np.log(cv1) - np.log(cv2)
        if corrected:
            y = y + (cv2**2 - cv1**2) / (2.0 * k)
        v = (1.0 - rho**2) / (k - 1.0) + (cv1**2 + cv2**2 - 2.0 * rho * cv1 * cv2) / k
        return EffectSizes.finite(y, v)
