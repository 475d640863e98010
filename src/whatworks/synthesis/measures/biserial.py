"""Correlations of a score with belonging to one of two groups."""

from __future__ import annotations

from math import pi, sqrt

import numpy as np
import numpy.typing as npt

from whatworks.statistics import special
from whatworks.synthesis.effect_sizes import EffectSizes
from whatworks.synthesis.inputs import one_of
from whatworks.synthesis.measures.fisher import fisher_scale
from whatworks.synthesis.reported_values import group_sizes, matching, reported

__all__ = ["biserial_correlation", "point_biserial_correlation"]

Floats = npt.NDArray[np.float64]


def point_biserial_correlation(
    d: npt.ArrayLike,
    n1: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    sampling: str = "stratified",
    fisher_z: bool = False,
) -> EffectSizes:
    """Correlation of a score with group membership, from Cohen's d.

    Parameters
    ----------
    d : array-like
        Difference of the groups' means in units of the pooled standard deviation, uncorrected:
        `hedges_g(..., corrected=False).yi`.
    n1, n2 : array-like
        Pupils in each group.
    sampling : {"stratified", "cross-sectional"}
        Whether the sizes of the groups were fixed, or only the number of pupils.
    fisher_z : bool
        True gives atanh(r), with its variance by the delta method.

    Returns
    -------
    EffectSizes
        r = d/sqrt(d^2 + h), h = (N - 2)/n1 + (N - 2)/n2. Stratified: vi = h^2/(h + d^2)^3
        (1/n1 + 1/n2 + d^2/(2 N)). Cross-sectional: vi = (1 - r^2)^2/N (1 + r^2 (1 - 6 p q)/(4 p q))
        with p = n1/N.

    Raises
    ------
    UserError
        Fewer than two pupils in a group.

    References
    ----------
    Tate RF (1954). Annals of Mathematical Statistics 25:603-607 (cross-sectional).
    Jacobs P, Viechtbauer W (2017). Research Synthesis Methods 8:161-180.
    """
    one_of(sampling, ("stratified", "cross-sectional"), "sampling")
    effect, k1, k2, h, r = _point_biserial(d, n1, n2)
    total = k1 + k2
    if sampling == "stratified":
        v = h**2 / (h + effect**2) ** 3 * (1.0 / k1 + 1.0 / k2 + effect**2 / (2.0 * total))
    else:
        pq = k1 * k2 / total**2
        v = (1.0 - r**2) ** 2 * (1.0 + r**2 * (1.0 - 6.0 * pq) / (4.0 * pq)) / total
    found = EffectSizes(r, np.asarray(v))
    return fisher_scale(found) if fisher_z else found


def _point_biserial(
    d: npt.ArrayLike, n1: npt.ArrayLike, n2: npt.ArrayLike
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Return d, n1, n2, h and r."""
    effect, k1, k2 = matching(
        "d n1 n2", reported(d, "d"), group_sizes(n1, "n1"), group_sizes(n2, "n2")
    )
    df = k1 + k2 - 2.0
    h = df / k1 + df / k2
    return effect, k1, k2, h, np.asarray(effect / np.sqrt(effect**2 + h))


def biserial_correlation(
    d: npt.ArrayLike, n1: npt.ArrayLike, n2: npt.ArrayLike, *, fisher_z: bool = False
) -> EffectSizes:
    """Correlation of a score with a normal scale that was cut into two groups, from Cohen's d.

    Parameters
    ----------
    d, n1, n2, fisher_z
        As in `point_biserial_correlation`.

    Returns
    -------
    EffectSizes
        r = r_pb sqrt(p q)/f with p = n1/N and f the normal density at the cut z. It can pass 1
        by chance; its variance is then that at 1. vi = (p q/f^2 -
        (3/2 + (1 - p z/f)(1 + q z/f)) r^2 + r^4)/(N - 1).

    Raises
    ------
    UserError
        Fewer than two pupils in a group.

    References
    ----------
    Soper HE (1914). Biometrika 10:384-390.
    Jacobs P, Viechtbauer W (2017). Research Synthesis Methods 8:161-180.
    """
    _, k1, k2, _, r_point = _point_biserial(d, n1, n2)
    total = k1 + k2
    p = k1 / total
    q = 1.0 - p
    # The cut leaves group 1 above it.
    z = -special.ndtri(p)
    density = np.exp(-(z**2) / 2.0) / sqrt(2.0 * pi)
    r = r_point * np.sqrt(p * q) / density
    square = np.minimum(np.abs(r), 1.0) ** 2
    slopes = 1.5 + (1.0 - p * z / density) * (1.0 + q * z / density)
    v = (p * q / density**2 - slopes * square + square**2) / (total - 1.0)
    found = EffectSizes(np.asarray(r), np.asarray(v))
    return fisher_scale(found) if fisher_z else found
