"""Two groups tested before and after, standardised by the spread of all four tests."""

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
from whatworks.synthesis.standardised_difference import pooled_sd

__all__ = ["difference_in_gains"]

Floats = npt.NDArray[np.float64]


def difference_in_gains(
    mean_post1: npt.ArrayLike,
    sd_post1: npt.ArrayLike,
    mean_pre1: npt.ArrayLike,
    sd_pre1: npt.ArrayLike,
    n1: npt.ArrayLike,
    mean_post2: npt.ArrayLike,
    sd_post2: npt.ArrayLike,
    mean_pre2: npt.ArrayLike,
    sd_pre2: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    r1: npt.ArrayLike | None = None,
    r2: npt.ArrayLike | None = None,
    r_between: npt.ArrayLike | None = None,
) -> EffectSizes:
    """Gain of group 1 less gain of group 2, in standard deviations of the tests.

    Each group's standard deviation s is the root of the average of its variances before and after.

    Parameters
    ----------
    mean_post1, sd_post1, mean_pre1, sd_pre1, n1 : array-like
        Means and standard deviations after and before, and pupils of group 1.
    mean_post2, sd_post2, mean_pre2, sd_pre2, n2 : array-like
        The same of group 2.
    r1, r2 : array-like, optional
        Correlation of the two tests in each group. If not given, the variance is the largest that
        any correlation allows: the gains are then as spread as sd_pre + sd_post.
    r_between : array-like, optional
        Correlation of the two groups' scores if pupils were matched: the standardiser is then the
        standard deviation of the pairs' differences, not the pooled s.

    Returns
    -------
    EffectSizes
        vi = c1/n1 + c2/n2 + d^2/(2 (n1 + n2)), c = 2 (1 - r), or
        (sd_pre + sd_post)^2/(sd_pre sd_post) where r is not given. No small-sample factor.

    Raises
    ------
    UserError
        A standard deviation that is not above 0, fewer than two pupils, or |r| above 1.

    Notes
    -----
    `difference_in_g` and `standardised_gain` are sharper where the correlation is known: this is
    the form of calculators for reports that leave it out.

    References
    ----------
    Wilson DB (2016). Formulas used by the Practical Meta-Analysis Effect Size Calculator. George
    Mason University.
    """
    post1, s_post1, pre1, s_pre1, k1, post2, s_post2, pre2, s_pre2, k2 = matching(
        "mean_post1 sd_post1 mean_pre1 sd_pre1 n1 mean_post2 sd_post2 mean_pre2 sd_pre2 n2",
        reported(mean_post1, "mean_post1"),
        standard_deviations(sd_post1, "sd_post1"),
        reported(mean_pre1, "mean_pre1"),
        standard_deviations(sd_pre1, "sd_pre1"),
        group_sizes(n1, "n1"),
        reported(mean_post2, "mean_post2"),
        standard_deviations(sd_post2, "sd_post2"),
        reported(mean_pre2, "mean_pre2"),
        standard_deviations(sd_pre2, "sd_pre2"),
        group_sizes(n2, "n2"),
    )
    s1, s2 = (np.sqrt((a**2 + b**2) / 2.0) for a, b in ((s_pre1, s_post1), (s_pre2, s_post2)))
    if r_between is None:
        scale = pooled_sd(s1, k1, s2, k2)
    else:
        rho = correlations(r_between, "r_between")
        scale = np.asarray(np.sqrt(s1**2 + s2**2 - 2.0 * rho * s1 * s2))
    d = ((post1 - pre1) - (post2 - pre2)) / scale
    spread1, spread2 = _spread(s_pre1, s_post1, r1, "r1"), _spread(s_pre2, s_post2, r2, "r2")
    v = spread1 / k1 + spread2 / k2 + d**2 / (2.0 * (k1 + k2))
    return EffectSizes(np.asarray(d), np.asarray(v))


def _spread(before: Floats, after: Floats, r: npt.ArrayLike | None, name: str) -> Floats:
    """Return the variance of gains in units of the tests'."""
    if r is None:
        return np.asarray((before + after) ** 2 / (before * after))
    return np.asarray(2.0 * (1.0 - correlations(r, name)))
