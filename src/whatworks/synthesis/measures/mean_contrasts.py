"""Two independent means on their own scale: difference, and log ratio."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.synthesis.effect_sizes import EffectSizes
from whatworks.synthesis.inputs import one_of
from whatworks.synthesis.reported_values import (
    group_sizes,
    matching,
    reported,
    standard_deviations,
)
from whatworks.synthesis.standardised_difference import pooled_sd

__all__ = ["log_response_ratio", "mean_difference"]

Floats = npt.NDArray[np.float64]


def two_groups(
    mean1: npt.ArrayLike,
    sd1: npt.ArrayLike,
    n1: npt.ArrayLike,
    mean2: npt.ArrayLike,
    sd2: npt.ArrayLike,
    n2: npt.ArrayLike,
) -> tuple[Floats, ...]:
    """Return the six numbers of two groups, checked and of one shape."""
    return matching(
        "mean1 sd1 n1 mean2 sd2 n2",
        reported(mean1, "mean1"),
        standard_deviations(sd1, "sd1"),
        group_sizes(n1, "n1"),
        reported(mean2, "mean2"),
        standard_deviations(sd2, "sd2"),
        group_sizes(n2, "n2"),
    )


def mean_difference(
    mean1: npt.ArrayLike,
    sd1: npt.ArrayLike,
    n1: npt.ArrayLike,
    mean2: npt.ArrayLike,
    sd2: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    equal_variances: bool = False,
) -> EffectSizes:
    """Difference of two independent means on the scale of the measure, group 1 less group 2.

    Parameters
    ----------
    mean1, sd1, n1, mean2, sd2, n2 : array-like
        Means, standard deviations (not standard errors) and numbers of pupils.
    equal_variances : bool
        True pools the standard deviations.

    Returns
    -------
    EffectSizes
        vi = sd1^2/n1 + sd2^2/n2.

    Raises
    ------
    UserError
        A standard deviation that is not above 0, or fewer than two pupils in a group.

    References
    ----------
    Borenstein M (2009), in: The Handbook of Research Synthesis and Meta-Analysis, equations 12.3
    and 12.5.
    """
    m1, s1, k1, m2, s2, k2 = two_groups(mean1, sd1, n1, mean2, sd2, n2)
    if equal_variances:
        s1 = s2 = pooled_sd(s1, k1, s2, k2)
    return EffectSizes(m1 - m2, s1**2 / k1 + s2**2 / k2)


def log_response_ratio(
    mean1: npt.ArrayLike,
    sd1: npt.ArrayLike,
    n1: npt.ArrayLike,
    mean2: npt.ArrayLike,
    sd2: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    corrected: bool = True,
    variance: str = "LS",
) -> EffectSizes:
    """Log of the ratio of two independent means, group 1 over group 2.

    For measures with a true zero; missing where the means differ in sign.

    Parameters
    ----------
    mean1, sd1, n1, mean2, sd2, n2 : array-like
        As in `mean_difference`.
    corrected : bool
        True adds (sd1^2/(n1 mean1^2) - sd2^2/(n2 mean2^2))/2, which takes away the bias of the
        logarithm to second order.
    variance : {"LS", "HO", "AV", "AVHO"}
        LS: sd1^2/(n1 mean1^2) + sd2^2/(n2 mean2^2). HO: with the pooled standard deviation.
        AV: with each group's coefficient of variation averaged over the studies, weights n.
        AVHO: with one such average for both groups.

    Raises
    ------
    UserError
        As in `mean_difference`, or an unknown variance.

    References
    ----------
    Hedges LV, Gurevitch J, Curtis PS (1999). Ecology 80:1150-1156 (LS, HO).
    Lajeunesse MJ (2015). Ecology 96:2056-2063 (correction).
    Nakagawa S et al. (2023). Ecology Letters 26:232-244 (AV).
    """
    one_of(variance, ("LS", "HO", "AV", "AVHO"), "variance")
    m1, s1, k1, m2, s2, k2 = two_groups(mean1, sd1, n1, mean2, sd2, n2)
    with np.errstate(divide="ignore", invalid="ignore"):
        y = np.log(m1 / m2)
        if corrected:
            y = y + (s1**2 / (k1 * m1**2) - s2**2 / (k2 * m2**2)) / 2.0
        if variance == "HO":
            s1 = s2 = pooled_sd(s1, k1, s2, k2)
        cv1, cv2 = s1 / m1, s2 / m2
        if variance == "AV":
            cv1, cv2 = _average([cv1], [k1]), _average([cv2], [k2])
        elif variance == "AVHO":
            cv1 = cv2 = _average([cv1, cv2], [k1, k2])
        return EffectSizes.finite(y, cv1**2 / k1 + cv2**2 / k2)


def _average(values: list[Floats], sizes: list[Floats]) -> Floats:
    x, n = np.stack(values), np.stack(sizes)
    known = np.isfinite(x * n)
    return np.asarray((x[known] * n[known]).sum() / n[known].sum())
