"""The chance that a pupil of one group scores higher than one of the other."""

from __future__ import annotations

from math import sqrt

import numpy as np
import numpy.typing as npt

from whatworks.statistics import special
from whatworks.synthesis.effect_sizes import EffectSizes
from whatworks.synthesis.measures.mean_contrasts import two_groups
from whatworks.synthesis.measures.other_standardisers import average_sd_variance
from whatworks.synthesis.reported_values import group_sizes, matching, refuse, reported

__all__ = ["probability_of_superiority", "reported_superiority"]


def probability_of_superiority(
    mean1: npt.ArrayLike,
    sd1: npt.ArrayLike,
    n1: npt.ArrayLike,
    mean2: npt.ArrayLike,
    sd2: npt.ArrayLike,
    n2: npt.ArrayLike,
) -> EffectSizes:
    """Chance that a pupil of group 1 outscores one of group 2, for normal scores.

    Also called the common language effect size, or the area under the curve.

    Parameters
    ----------
    mean1, sd1, n1, mean2, sd2, n2 : array-like
        As in `hedges_g`; the standard deviations may differ.

    Returns
    -------
    EffectSizes
        yi = Phi(d/sqrt(2)) with d in units of the root of the average variance, uncorrected; vi by
        the delta method from the variance of `average_sd_difference`.

    Raises
    ------
    UserError
        As in `hedges_g`.

    References
    ----------
    McGraw KO, Wong SP (1992). Psychological Bulletin 111:361-365.
    Bonett DG (2008). Psychological Methods 13:99-109 (variance of d).
    """
    m1, s1, k1, m2, s2, k2 = two_groups(mean1, sd1, n1, mean2, sd2, n2)
    d = (m1 - m2) / np.sqrt((s1**2 + s2**2) / 2.0)
    slope_square = np.exp(-(d**2) / 2.0) / (4.0 * np.pi)
    v = slope_square * average_sd_variance(d, s1, k1, s2, k2)
    return EffectSizes(np.asarray(special.ndtr(d / sqrt(2.0))), np.asarray(v))


def reported_superiority(auc: npt.ArrayLike, n1: npt.ArrayLike, n2: npt.ArrayLike) -> EffectSizes:
    """Variance for a chance of superiority (area under the curve) that a study reports.

    Parameters
    ----------
    auc : array-like
        Between 0 and 1: Mann-Whitney's U over n1 n2.
    n1, n2 : array-like
        Pupils in each group.

    Raises
    ------
    UserError
        An area beyond 0 and 1, or fewer than two pupils in a group.

    References
    ----------
    Newcombe RG (2006). Statistics in Medicine 25:559-573, method 4: Hanley and McNeil's variance
    with (n1 + n2)/2 - 1 in place of each n - 1.
    """
    y, k1, k2 = matching(
        "auc n1 n2", reported(auc, "auc"), group_sizes(n1, "n1"), group_sizes(n2, "n2")
    )
    refuse((y < 0.0) | (y > 1.0), y, "auc", "It lies between 0 and 1.")
    rest = (k1 + k2) / 2.0 - 1.0
    pairs = 1.0 + rest * (1.0 - y) / (2.0 - y) + rest * y / (1.0 + y)
    return EffectSizes(y, y * (1.0 - y) * pairs / (k1 * k2))
