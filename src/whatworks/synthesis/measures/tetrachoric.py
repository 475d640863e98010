"""Tetrachoric correlation: of two normal scales, each cut in two.

The correlation r solves P(X > h, Y > k; r) = p11 with the cuts taken from the margins. Plackett's
identity gives the chance at independence plus an integral over the angle theta, r = sin(theta):

    P(r) = p1 p2 + 1/(2 pi) int_0^asin(r) exp(-(h^2 - 2 h k sin(t) + k^2)/(2 cos(t)^2)) dt,

which is smooth and monotone in theta, so that Newton's method within a bracket finds it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.statistics import special
from whatworks.synthesis.effect_sizes import EffectSizes
from whatworks.synthesis.measures.fisher import fisher_scale
from whatworks.synthesis.measures.zero_cells import Table, table_of_cells

__all__ = ["tetrachoric_correlation"]

Floats = npt.NDArray[np.float64]

# Gauss-Legendre points; the integrand is smooth up to theta = pi/2, where it falls to 0.
POINTS = 64
STEPS = 100
# Of theta: a hundred roundings.
TOLERANCE = 1e-14


def tetrachoric_correlation(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    c: npt.ArrayLike,
    d: npt.ArrayLike,
    *,
    fisher_z: bool = False,
    add: npt.ArrayLike = 0.0,
    to: str = "only0",
    drop00: bool = False,
) -> EffectSizes:
    """Correlation of two normal variables of which each was cut in two.

    Parameters
    ----------
    a, b, c, d : array-like
        Pupils above both cuts, the first only, the second only, and neither.
    fisher_z : bool
        True gives atanh(r), with its variance by the delta method.
    add, to, drop00
        As in `risk_ratio`, save that nothing is added unless asked for.

    Returns
    -------
    EffectSizes
        The variance allows for cuts that are estimated too. Missing where a cell is empty: the
        correlation is then -1 or 1, or unknown.

    Raises
    ------
    UserError
        A negative count.

    References
    ----------
    Pearson K (1900). Philosophical Transactions A 195:1-47 (definition and probable error).
    Plackett RL (1954). Biometrika 41:351-360 (the integral).
    """
    t = table_of_cells(a, b, c, d, add=add, to=to, drop00=drop00)
    usable = (t.a > 0.0) & (t.b > 0.0) & (t.c > 0.0) & (t.d > 0.0)
    r, v = np.full(t.a.shape, np.nan), np.full(t.a.shape, np.nan)
    if usable.any():
        kept = Table(*(x[usable] for x in (t.a, t.b, t.c, t.d)))
        r[usable], v[usable] = _solve(kept)
    found = EffectSizes(r, v)
    return fisher_scale(found) if fisher_z else found


def _solve(t: Table) -> tuple[Floats, Floats]:
    h, k = cuts(t)
    wanted = 2.0 * np.pi * (t.a / t.total - t.n1 * (t.a + t.c) / t.total**2)
    r = np.sin(_angle(h, k, wanted))
    return r, sampling_variance(t, r)


def cuts(t: Table) -> tuple[Floats, Floats]:
    """Return where the two scales are cut, from the margins."""
    n = t.total
    return -special.ndtri(t.n1 / n), -special.ndtri((t.a + t.c) / n)


def sampling_variance(t: Table, r: Floats) -> Floats:
    """Return the sampling variance at correlation r: delta method over the four cells."""
    n = t.total
    h, k = cuts(t)
    theta = np.arcsin(r)
    cosine = np.cos(theta)
    density = np.exp(-_exponent(h, k, theta)) / (2.0 * np.pi * cosine)
    # P(Y > k given X at its cut), and the other way: how r moves when the cuts do.
    by_row = special.ndtr(-(k - r * h) / cosine)
    by_column = special.ndtr(-(h - r * k) / cosine)
    cells = np.stack([t.a, t.b, t.c, t.d]) / n
    slopes = np.stack([1.0 - by_row - by_column, -by_row, -by_column, np.zeros_like(r)])
    mean = (cells * slopes).sum(axis=0)
    spread = (cells * (slopes - mean) ** 2).sum(axis=0)
    return np.asarray(spread / (n * density**2))


def _exponent(h: Floats, k: Floats, theta: Floats) -> Floats:
    # (h^2 - 2 h k sin + k^2)/(2 cos^2) without the loss of digits near the ends.
    same, other = (h - k) ** 2, (h + k) ** 2
    sine = np.sin(theta)
    return np.asarray(same / (4.0 * (1.0 - sine)) + other / (4.0 * (1.0 + sine)))


def _angle(h: Floats, k: Floats, wanted: Floats) -> Floats:
    """Return theta at which the integral is `wanted`: Newton's steps, halving when they stray."""
    nodes, weights = np.polynomial.legendre.leggauss(POINTS)
    share, weights = (nodes + 1.0) / 2.0, weights / 2.0
    low = np.where(wanted < 0.0, -np.pi / 2.0, 0.0)
    high = np.where(wanted < 0.0, 0.0, np.pi / 2.0)
    theta = np.clip(wanted * np.exp(_exponent(h, k, np.zeros_like(h))), 0.9 * low, 0.9 * high)
    for _ in range(STEPS):
        at = theta[:, None] * share
        with np.errstate(over="ignore", divide="ignore"):
            inside = np.exp(-_exponent(h[:, None], k[:, None], at))
            excess = theta * (inside * weights).sum(axis=1) - wanted
            slope = np.exp(-_exponent(h, k, theta))
        low, high = np.where(excess <= 0.0, theta, low), np.where(excess >= 0.0, theta, high)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = theta - excess / slope
        inside_bracket = (step > low) & (step < high)
        following = np.where(inside_bracket, step, (low + high) / 2.0)
        if (np.abs(following - theta) <= TOLERANCE).all():
            return np.asarray(following)
        theta = following
    return np.asarray(theta)
