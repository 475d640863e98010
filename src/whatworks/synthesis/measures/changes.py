"""Change of one group measured twice, and the difference of two groups' changes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.synthesis.effect_sizes import EffectSizes
from whatworks.synthesis.reported_values import (
    correlations,
    group_sizes,
    matching,
    reported,
    standard_deviations,
)

__all__ = [
    "difference_between_groups",
    "matched_log_response_ratio",
    "mean_change",
    "sd_of_change",
]

Floats = npt.NDArray[np.float64]


def sd_of_change(sd_post: npt.ArrayLike, sd_pre: npt.ArrayLike, *, r: npt.ArrayLike) -> Floats:
    """Return the standard deviation of the pupils' changes.

    Parameters
    ----------
    sd_post, sd_pre : array-like
        Standard deviations after and before.
    r : array-like
        Correlation of the two measurements.

    Raises
    ------
    UserError
        A standard deviation that is not above 0, or |r| above 1.
    """
    after, before, rho = matching(
        "sd_post sd_pre r",
        standard_deviations(sd_post, "sd_post"),
        standard_deviations(sd_pre, "sd_pre"),
        correlations(r, "r"),
    )
    return np.asarray(np.sqrt(after**2 + before**2 - 2.0 * rho * after * before))


def mean_change(change: npt.ArrayLike, sd_change: npt.ArrayLike, n: npt.ArrayLike) -> EffectSizes:
    """Mean change of one group on the scale of the measure; vi = sd_change^2/n.

    Parameters
    ----------
    change, sd_change, n : array-like
        Mean after less mean before, the standard deviation of the changes (see `sd_of_change`),
        and the number of pupils.

    Raises
    ------
    UserError
        A standard deviation that is not above 0, or fewer than two pupils.
    """
    y, s, k = matching(
        "change sd_change n",
        reported(change, "change"),
        standard_deviations(sd_change, "sd_change"),
        group_sizes(n, "n"),
    )
    return EffectSizes(y, s**2 / k)


def matched_log_response_ratio(
    mean1: npt.ArrayLike,
    sd1: npt.ArrayLike,
    mean2: npt.ArrayLike,
    sd2: npt.ArrayLike,
    n: npt.ArrayLike,
    *,
    r: npt.ArrayLike,
    corrected: bool = True,
) -> EffectSizes:
    """Log of the ratio of the same pupils' means at two times, first over second.

    For measures with a true zero; missing where the means differ in sign.

    Parameters
    ----------
    mean1, sd1, mean2, sd2, n : array-like
        Means and standard deviations at the two times, and the number of pupils.
    r : array-like
        Correlation of the two measurements.
    corrected : bool
        True adds (sd1^2/mean1^2 - sd2^2/mean2^2)/(2 n), the bias to second order.

    Returns
    -------
    EffectSizes
        With cv = sd/mean, vi = (cv1^2 + cv2^2 - 2 r cv1 cv2)/n.

    Raises
    ------
    UserError
        A standard deviation that is not above 0, fewer than two pupils, or |r| above 1.

    References
    ----------
    Lajeunesse MJ (2011). Ecology 92:2049-2055; (2015) 96:2056-2063 (correction).
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
        y = np.log(m1 / m2) + ((cv1**2 - cv2**2) / (2.0 * k) if corrected else 0.0)
        return EffectSizes.finite(y, (cv1**2 + cv2**2 - 2.0 * rho * cv1 * cv2) / k)


def difference_between_groups(first: EffectSizes, second: EffectSizes) -> EffectSizes:
    """Effect of the first group less that of the second, an independent one.

    Parameters
    ----------
    first, second : EffectSizes
        Of one shape: the changes of pupils with and without the support, say.

    Raises
    ------
    UserError
        They differ in shape.

    References
    ----------
    Becker BJ (1988). British Journal of Mathematical and Statistical Psychology 41:257-278.
    """
    if first.yi.shape != second.yi.shape:
        raise UserError(
            f"The first group has {first.yi.size:,} effects and the second {second.yi.size:,}. "
            "Give the same studies in both."
        )
    return EffectSizes(first.yi - second.yi, first.vi + second.vi)
