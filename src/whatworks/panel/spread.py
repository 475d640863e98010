"""Spread of ratings on the 1-9 scale, and when it is disagreement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Literal, get_args

from whatworks.errors import UserError

__all__ = ["PercentileType", "Spread", "percentile", "spread_of"]

PercentileType = Literal["type 6", "type 7"]

MIDDLE_OF_THE_SCALE = 5
# Spread that is disagreement for ratings that lie evenly about the middle of the scale.
IPR_WITHOUT_ASYMMETRY = Fraction(235, 100)
CORRECTION_FOR_ASYMMETRY = Fraction(3, 2)


@dataclass(frozen=True, slots=True)
class Spread:
    """Spread of the ratings of one item under one definition of percentiles.

    Attributes
    ----------
    percentiles
        The definition: "type 7" (NumPy's and R's default) or "type 6" (SPSS's default).
    p30, p70
        30th and 70th percentile of the ratings.
    ipr
        Interpercentile range, p70 - p30.
    ipr_centre
        Middle of that range.
    asymmetry
        Distance of that middle from 5.
    ipras
        The range that would be disagreement, given the asymmetry: 2.35 + 1.5 asymmetry.
    disagreement_index
        ipr/ipras.
    has_disagreement
        Whether ipr > ipras, decided in exact fractions so that no tie falls to rounding.
    """

    percentiles: PercentileType
    p30: float
    p70: float
    ipr: float
    ipr_centre: float
    asymmetry: float
    ipras: float
    disagreement_index: float
    has_disagreement: bool


def percentile(ratings: Sequence[int], share: Fraction, percentiles: PercentileType) -> Fraction:
    """Return a percentile of whole ratings, exactly.

    Parameters
    ----------
    ratings : sequence of int
        At least one; in any order.
    share : Fraction
        Which percentile, from 0 to 1.
    percentiles : {"type 6", "type 7"}
        The observation sought is number (n + 1) share by type 6 and 1 + (n - 1) share by type 7,
        counted from 1 and interpolated between neighbours.

    References
    ----------
    Hyndman RJ, Fan Y (1996). The American Statistician 50:361-365.
    """
    if percentiles not in get_args(PercentileType):
        options = " or ".join(repr(option) for option in get_args(PercentileType))
        raise UserError(f"percentiles must be {options}. Supplied value was {percentiles!r}.")
    ordered = sorted(ratings)
    n = len(ordered)
    rank = (n + 1) * share if percentiles == "type 6" else 1 + (n - 1) * share
    rank = min(max(rank, Fraction(1)), Fraction(n))
    below = floor(rank)
    above = min(below + 1, n)
    step = ordered[above - 1] - ordered[below - 1]
    return ordered[below - 1] + (rank - below) * step


def spread_of(ratings: Sequence[int], percentiles: PercentileType) -> Spread:
    """Return the spread of at least one rating from 1 to 9 under one definition.

    References
    ----------
    Fitch K and others (2001). The RAND/UCLA Appropriateness Method User's Manual, RAND MR-1269.
    """
    p30 = percentile(ratings, Fraction(3, 10), percentiles)
    p70 = percentile(ratings, Fraction(7, 10), percentiles)
    ipr, centre = p70 - p30, (p30 + p70) / 2
    asymmetry = abs(MIDDLE_OF_THE_SCALE - centre)
    ipras = IPR_WITHOUT_ASYMMETRY + CORRECTION_FOR_ASYMMETRY * asymmetry
    return Spread(
        percentiles=percentiles,
        p30=float(p30),
        p70=float(p70),
        ipr=float(ipr),
        ipr_centre=float(centre),
        asymmetry=float(asymmetry),
        ipras=float(ipras),
        disagreement_index=float(ipr / ipras),
        has_disagreement=ipr > ipras,
    )
