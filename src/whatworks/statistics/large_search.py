"""The search of `global_search` for one very long list of studies, in a few passes.

The bins show where the maxima lie; a few exact passes over the data settle each of them. The
slope needed for a step comes from the bins, which cost nothing, so that two passes usually give
all digits. Where the bins mislead, the exact scan takes over.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.statistics.global_search import Crossings, Equation, falling_roots
from whatworks.statistics.large_profile import BinnedProfile, BlockedProfile

__all__ = ["falling_roots_of_many"]

Floats = npt.NDArray[np.float64]

RTOL = 1e-14
MAX_STEPS = 12


def falling_roots_of_many(
    exact: BlockedProfile, binned: BinnedProfile, equation: Equation, target: Floats
) -> Crossings:
    """Find every change from plus to minus of an equation, for one long list of studies.

    Returns
    -------
    Crossings
        As `falling_roots(exact, ...)` gives them.
    """
    rough = falling_roots(binned, equation, target)
    at_zero = equation(exact.moments(np.zeros((1, 1))), target)[0, 0] <= 0.0
    if at_zero != bool(rough.t.size and rough.t[0] == 0.0):
        return falling_roots(exact, equation, target)
    found = [0.0] if at_zero else []
    for start in rough.t[rough.t > 0.0]:
        root = _settle(exact, binned, equation, target, float(start))
        if root is None:
            return falling_roots(exact, equation, target)
        found.append(root)
    return Crossings(np.zeros(len(found), dtype=np.int64), np.array(sorted(found)))


def _settle(
    exact: BlockedProfile, binned: BinnedProfile, equation: Equation, target: Floats, t: float
) -> float | None:
    """Return the exact root near `t`; None if the steps do not shrink."""
    nearby = t * np.array([[1.0 - 1e-4], [1.0 + 1e-4]])
    below, above = equation(binned.moments(nearby), target)[:, 0]
    slope = (above - below) / (2e-4 * t)
    if slope >= 0.0:
        return None
    previous = np.inf
    for _ in range(MAX_STEPS):
        value = equation(exact.moments(np.array([[t]])), target)[0, 0]
        step = -float(value) / float(slope)
        if abs(step) > 0.5 * min(previous, 0.2 * t):
            # Rounding of the sums, or bins that mislead.
            return t if abs(step) <= 1e-12 * t else None
        t += step
        # The steps shrink geometrically: what is left is the next one.
        if np.isfinite(previous) and step * step <= RTOL * t * previous:
            return t
        previous = abs(step)
    return t
