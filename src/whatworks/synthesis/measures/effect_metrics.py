"""What a standardised difference means, for normal scores: shares and chances."""

from __future__ import annotations

from math import sqrt

import numpy as np
import numpy.typing as npt

from whatworks.statistics import special
from whatworks.synthesis.reported_values import reported

__all__ = ["binomial_effect_size", "chance_of_superiority", "cohens_u3", "overlap"]

Floats = npt.NDArray[np.float64]


def cohens_u3(d: npt.ArrayLike) -> Floats:
    """Return the share of the comparison group that the average pupil with the support outscores.

    Parameters
    ----------
    d : array-like
        Standardised differences; Phi(d).

    References
    ----------
    Cohen J (1988). Statistical Power Analysis for the Behavioral Sciences, 2nd edition, 21-23.
    """
    return np.asarray(special.ndtr(reported(d, "d")))


def chance_of_superiority(d: npt.ArrayLike) -> Floats:
    """Return the chance that a pupil with the support outscores one without; Phi(d/sqrt(2)).

    Parameters
    ----------
    d : array-like
        Standardised differences. `probability_of_superiority` gives a variance too.

    References
    ----------
    McGraw KO, Wong SP (1992). Psychological Bulletin 111:361-365.
    """
    return np.asarray(special.ndtr(reported(d, "d") / sqrt(2.0)))


def overlap(d: npt.ArrayLike) -> Floats:
    """Return the share of the two groups' distributions that overlaps; 2 Phi(-abs(d)/2).

    Parameters
    ----------
    d : array-like
        Standardised differences.

    References
    ----------
    Cohen J (1988). Statistical Power Analysis for the Behavioral Sciences, 2nd edition, 21-23.
    """
    return np.asarray(2.0 * special.ndtr(-np.abs(reported(d, "d")) / 2.0))


def binomial_effect_size(d: npt.ArrayLike) -> Floats:
    """Return the success rate with the support where, over both groups, half succeed.

    Parameters
    ----------
    d : array-like
        Standardised differences; 1/2 + r/2 with r = d/sqrt(d^2 + 4).

    References
    ----------
    Rosenthal R, Rubin DB (1982). Journal of Educational Psychology 74:166-169.
    """
    effect = reported(d, "d")
    return np.asarray(0.5 + effect / np.sqrt(effect**2 + 4.0) / 2.0)
