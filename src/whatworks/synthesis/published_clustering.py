"""Cluster corrections as two published archives computed them, to the letter.

Both analysis scripts (Pellegrini et al. 2020, elementary mathematics; Zhang et al. 2022, school
mental health) follow Hedges (2007), equations 19 and 20, with two departures that are kept here
so that the published variances can be recomputed; `clustering` has the equations as they stand.
"""

from __future__ import annotations

from math import sqrt

from whatworks.errors import UserError
from whatworks.synthesis.raw_effect import RawEffect

__all__ = ["published_cluster_g", "published_cluster_variance"]


def _terms(raw: RawEffect) -> tuple[float, float, float, float, float, float]:
    """Return mean cluster sizes in whole pupils, n_U of each arm, N, and rho."""
    n1, n2 = raw.sizes()
    m1, m2 = raw.number("clusters_intervention"), raw.number("clusters_comparison")
    for name, value in (("clusters_intervention", m1), ("clusters_comparison", m2)):
        if value < 2.0:
            raise UserError(
                f'The field "{name}" is {value:g}; each arm needs two clusters or more.'
            )
    rho = raw.number("icc")
    if not 0.0 <= rho < 1.0:
        raise UserError(f'The field "icc" is {rho:g}; it is at least 0 and below 1.')
    if m1 > n1 or m2 > n2:
        raise UserError("There are more clusters than pupils in an arm. Correct one of them.")
    size1, size2 = float(round(n1 / m1)), float(round(n2 / m2))
    total = float(raw.n_total) if raw.n_total is not None else n1 + n2
    if total < max(n1, n2) or total <= 2.0:
        raise UserError(f'The field "n_total" is {total:g}, fewer pupils than in one arm.')
    unequal1 = (n1**2 - m1 * size1**2) / (n1 * (m1 - 1.0))
    unequal2 = (n2**2 - m2 * size2**2) / (n2 * (m2 - 1.0))
    return size1, size2, unequal1, unequal2, total, rho


def published_cluster_g(g: float, raw: RawEffect) -> float:
    """Hedges (2007) equation 19 with mean cluster sizes in whole pupils."""
    _, _, unequal1, unequal2, total, rho = _terms(raw)
    m1, m2 = raw.number("clusters_intervention"), raw.number("clusters_comparison")
    lost = total - unequal1 * m1 - unequal2 * m2 + unequal1 + unequal2 - 2.0
    gamma = 1.0 - rho * lost / (total - 2.0)
    if gamma <= 0.0:
        raise UserError("Numbers of pupils and clusters do not fit together. Correct them.")
    return g * sqrt(gamma)


def published_cluster_variance(g: float, raw: RawEffect) -> float:
    """Hedges (2007) equation 20 as two published analysis scripts have it.

    They round mean cluster sizes to whole pupils and leave out the factor B in 2 B rho (1 - rho),
    which makes the term in g^2 too small; `cluster_corrected_g_by_arm` has it.
    """
    n1, n2 = raw.sizes()
    m1, m2 = raw.number("clusters_intervention"), raw.number("clusters_comparison")
    size1, size2, unequal1, unequal2, total, rho = _terms(raw)
    n_tilde = n2 * m1 * size1**2 / (n1 * total) + n1 * m2 * size2**2 / (n2 * total)
    a = _a(n1, m1, size1) + _a(n2, m2, size2)
    b = unequal1 * (m1 - 1.0) + unequal2 * (m2 - 1.0)
    square = (total - 2.0) * (1.0 - rho) ** 2 + a * rho**2 + 2.0 * rho * (1.0 - rho)
    scale = (total - 2.0) - rho * (total - 2.0 - b)
    design = (1.0 / n1 + 1.0 / n2) * (1.0 + (n_tilde - 1.0) * rho)
    return design + square * g**2 / (2.0 * (total - 2.0) * scale)


def _a(n: float, m: float, size: float) -> float:
    return (n**2 * m * size**2 + (m * size**2) ** 2 - 2.0 * n * size**3 * m) / n**2
