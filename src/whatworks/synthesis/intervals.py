"""Intervals for the variance of true effects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from whatworks.statistics.distributions import normal_critical
from whatworks.statistics.roots import bracketed_roots
from whatworks.synthesis.heterogeneity import q_profile
from whatworks.synthesis.pooling import make_profile

__all__ = ["HeterogeneityInterval", "profile_likelihood_limits", "q_profile_limits"]

Floats = npt.NDArray[np.float64]
Triple = tuple[float, float, float]

# As in the search for maxima.
POINTS_PER_DECADE = 4
WIDENING = 16.0


@dataclass(frozen=True, slots=True)
class HeterogeneityInterval:
    """Estimate, lower and upper limit of tau2 and of what follows from it.

    Attributes
    ----------
    tau2, tau
        Variance and standard deviation of true effects.
    i2, h2
        Percentage and ratio, from tau2 and the typical sampling variance.
    type
        QP (Q-profile) or PL (profile likelihood).
    level
        Level of the interval.
    """

    tau2: Triple
    tau: Triple
    i2: Triple
    h2: Triple
    type: str
    level: float

    @classmethod
    def from_tau2(
        cls,
        estimate: float,
        limits: tuple[float, float],
        typical_variance: float,
        *,
        type: str,
        level: float,
    ) -> Self:
        """Carry an interval of tau2 over to tau, I2 and H2."""
        tau2 = np.array([estimate, *limits])
        return cls(
            tau2=_triple(tau2),
            tau=_triple(np.sqrt(tau2)),
            i2=_triple(100.0 * tau2 / (typical_variance + tau2)),
            h2=_triple(1.0 + tau2 / typical_variance),
            type=type,
            level=level,
        )


def _triple(values: Floats) -> Triple:
    return float(values[0]), float(values[1]), float(values[2])


def q_profile_limits(y: Floats, v: Floats, level: float) -> tuple[float, float]:
    """Return the limits of tau2 by the Q-profile method for one group of studies."""
    profile, binned, units = make_profile(y, v, np.zeros(1, dtype=np.int64))
    lower, upper = q_profile(profile, binned, level)
    square = float(units.scale[0] ** 2)
    return float(lower[0]) * square, float(upper[0]) * square


def profile_likelihood_limits(
    y: Floats, v: Floats, tau2: float, level: float, *, restricted: bool
) -> tuple[float, float]:
    """Return the limits of tau2 within which the likelihood is not significantly lower.

    With two maxima the set may have a gap; the limits enclose all of it.

    References
    ----------
    Hardy RJ, Thompson SG (1996). Statistics in Medicine 15:619-629.
    """
    profile, _, units = make_profile(y, v, np.zeros(1, dtype=np.int64))
    square = float(units.scale[0] ** 2)
    best = np.array([tau2 / square])
    floor = profile.log_likelihood(best, restricted=restricted) - normal_critical(level) ** 2 / 2.0

    def above(t: Floats) -> Floats:
        heights = [
            profile.log_likelihood(t[i : i + 1], restricted=restricted) for i in range(t.size)
        ]
        return np.concatenate(heights) - floor

    low, high = (float(end[0]) for end in profile.scan_range)
    low, high = min(low, float(best[0])) or low, max(high, WIDENING * float(best[0]))
    while above(np.array([high]))[0] > 0.0:
        high *= WIDENING
    points = 2 + int(POINTS_PER_DECADE * np.log10(high / low))
    grid = np.unique(np.concatenate(([0.0], best, np.geomspace(low, high, points))))
    values = above(grid)
    inside = np.flatnonzero(values > 0.0)
    first, last = int(inside[0]), int(inside[-1])
    lower = 0.0 if first == 0 else _crossing(above, grid, values, first - 1)
    return lower * square, _crossing(above, grid, values, last) * square


def _crossing(above: Callable[[Floats], Floats], grid: Floats, values: Floats, i: int) -> float:
    """Return where a function changes sign between two neighbouring points of a grid."""
    ends = slice(i, i + 1), slice(i + 1, i + 2)
    root = bracketed_roots(above, grid[ends[0]], values[ends[0]], grid[ends[1]], values[ends[1]])
    return float(root[0])
