"""Standardised differences from counts, where the event stands for a score beyond a cut."""

from __future__ import annotations

from math import pi, sqrt

import numpy as np
import numpy.typing as npt

from whatworks.statistics import special
from whatworks.synthesis.effect_sizes import EffectSizes
from whatworks.synthesis.inputs import one_of
from whatworks.synthesis.measures.two_by_two import log_odds_ratio
from whatworks.synthesis.measures.zero_cells import table
from whatworks.synthesis.reported_values import above_zero, matching, reported

__all__ = [
    "LOG_ODDS_PER_SD",
    "d_from_counts",
    "d_from_log_odds_ratio",
    "log_odds_ratio_from_d",
    "probit_risk_difference",
]

# How much the log odds move when a score of that distribution moves by one standard deviation:
# exact for the logistic, Cox's approximation for the normal.
LOG_ODDS_PER_SD = {"logistic": pi / sqrt(3.0), "normal": 1.65}


def d_from_log_odds_ratio(
    log_odds: npt.ArrayLike, variance: npt.ArrayLike, *, distribution: str = "logistic"
) -> EffectSizes:
    """Standardised difference from a log odds ratio.

    Parameters
    ----------
    log_odds, variance : array-like
        Log odds ratios and their sampling variances.
    distribution : {"logistic", "normal"}
        Of the scores within groups: divides by pi/sqrt(3), or by 1.65 (the Cox index).

    Raises
    ------
    UserError
        A variance that is not above 0, or an unknown distribution.

    References
    ----------
    Chinn S (2000). Statistics in Medicine 19:3127-3131 (logistic).
    Cox DR, Snell EJ (1989). Analysis of Binary Data, 2nd edition (normal).
    """
    scale = LOG_ODDS_PER_SD[one_of(distribution, tuple(LOG_ODDS_PER_SD), "distribution")]
    y, v = matching(
        "log_odds variance",
        reported(log_odds, "log_odds"),
        above_zero(variance, "variance", "A sampling variance is above 0."),
    )
    return EffectSizes(y / scale, v / scale**2)


def log_odds_ratio_from_d(
    d: npt.ArrayLike, variance: npt.ArrayLike, *, distribution: str = "logistic"
) -> EffectSizes:
    """Log odds ratio from a standardised difference: `d_from_log_odds_ratio` the other way.

    Parameters
    ----------
    d, variance : array-like
        Standardised differences and their sampling variances.
    distribution : {"logistic", "normal"}
        As in `d_from_log_odds_ratio`.

    Raises
    ------
    UserError
        As in `d_from_log_odds_ratio`.
    """
    scale = LOG_ODDS_PER_SD[one_of(distribution, tuple(LOG_ODDS_PER_SD), "distribution")]
    y, v = matching(
        "d variance",
        reported(d, "d"),
        above_zero(variance, "variance", "A sampling variance is above 0."),
    )
    return EffectSizes(y * scale, v * scale**2)


def d_from_counts(
    events1: npt.ArrayLike,
    n1: npt.ArrayLike,
    events2: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    distribution: str = "logistic",
    add: npt.ArrayLike = 0.5,
    to: str = "only0",
    drop00: bool = False,
) -> EffectSizes:
    """Standardised difference from two groups' events, by way of the log odds ratio.

    Parameters
    ----------
    events1, n1, events2, n2, add, to, drop00
        As in `risk_ratio`.
    distribution : {"logistic", "normal"}
        As in `d_from_log_odds_ratio`.

    Raises
    ------
    UserError
        As in `risk_ratio`, or an unknown distribution.

    References
    ----------
    Sánchez-Meca J, Marín-Martínez F, Chacón-Moscoso S (2003). Psychological Methods 8:448-467.
    """
    scale = LOG_ODDS_PER_SD[one_of(distribution, tuple(LOG_ODDS_PER_SD), "distribution")]
    found = log_odds_ratio(table(events1, n1, events2, n2, add=add, to=to, drop00=drop00))
    return EffectSizes(found.yi / scale, found.vi / scale**2)


def probit_risk_difference(
    events1: npt.ArrayLike,
    n1: npt.ArrayLike,
    events2: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    add: npt.ArrayLike = 0.5,
    to: str = "only0",
    drop00: bool = False,
) -> EffectSizes:
    """Standardised difference as the difference of two groups' normal quantiles.

    Parameters
    ----------
    events1, n1, events2, n2, add, to, drop00
        As in `risk_ratio`.

    Returns
    -------
    EffectSizes
        vi = sum over groups of 2 pi p q exp(z^2)/n.

    Raises
    ------
    UserError
        As in `risk_ratio`.

    References
    ----------
    Sánchez-Meca J, Marín-Martínez F, Chacón-Moscoso S (2003). Psychological Methods 8:448-467.
    """
    t = table(events1, n1, events2, n2, add=add, to=to, drop00=drop00)
    p1, p2 = t.a / t.n1, t.c / t.n2
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        z1, z2 = special.ndtri(p1), special.ndtri(p2)
        v = 2.0 * pi * p1 * (1.0 - p1) * np.exp(z1**2) / t.n1
        v = v + 2.0 * pi * p2 * (1.0 - p2) * np.exp(z2**2) / t.n2
        return EffectSizes.finite(z1 - z2, v)
