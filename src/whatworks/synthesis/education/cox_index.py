"""Standardised difference from two proportions, as the What Works Clearinghouse computes it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.synthesis.effect_sizes import EffectSizes
from whatworks.synthesis.measures.dichotomised import d_from_log_odds_ratio
from whatworks.synthesis.reported_values import above_zero, matching, refuse, reported

__all__ = ["cox_index"]


def cox_index(
    p1: npt.ArrayLike, n1: npt.ArrayLike, p2: npt.ArrayLike, n2: npt.ArrayLike
) -> EffectSizes:
    """Return the Cox index: difference of log odds over 1.65.

    Without the small-sample factor omega: the clearinghouse's procedures 4.1 state the index so, while
    one published package multiplies by it. Counts, with empty cells or a logistic score behind them:
    `d_from_counts`.

    Parameters
    ----------
    p1, p2 : array-like
        Proportion with the outcome in each group, above 0 and below 1.
    n1, n2 : array-like
        Pupils in each group.

    Returns
    -------
    EffectSizes
        vi = (1/(n1 p1 (1 - p1)) + 1/(n2 p2 (1 - p2)))/1.65^2.

    Raises
    ------
    UserError
        A proportion of 0 or 1, or beyond: it has no log odds.

    References
    ----------
    Cox DR, Snell EJ (1989). Analysis of Binary Data, 2nd edition. Sanchez-Meca J, Marin-Martinez F,
    Chacon-Moscoso S (2003). Psychological Methods 8:448-467. What Works Clearinghouse (2020).
    Procedures Handbook, version 4.1, section VI.1.2.
    """
    first, m1, second, m2 = matching(
        "p1 n1 p2 n2",
        reported(p1, "p1"),
        above_zero(n1, "n1", "A group has at least one pupil."),
        reported(p2, "p2"),
        above_zero(n2, "n2", "A group has at least one pupil."),
    )
    for name, p in (("p1", first), ("p2", second)):
        refuse((p <= 0.0) | (p >= 1.0), p, name, "A proportion here is above 0 and below 1.")
    log_odds = np.log(first / (1.0 - first)) - np.log(second / (1.0 - second))
    variance = 1.0 / (m1 * first * (1.0 - first)) + 1.0 / (m2 * second * (1.0 - second))
    return d_from_log_odds_ratio(log_odds, variance, distribution="normal")
