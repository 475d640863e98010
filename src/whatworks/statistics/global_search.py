"""All local maxima of a likelihood in one variance, and all roots of one estimating equation.

Restricted likelihoods of few studies can have two maxima, and fixed tolerances make the answer
depend on the unit of measurement. Here the range is scanned on a logarithmic scale that starts
from the data's own variances, every change of the score from plus to minus is bracketed, and
each bracket is narrowed to 1e-14 of the root: no start value, no step size, no failure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.statistics.profiles import Moments, Profile
from whatworks.statistics.roots import bracketed_roots

__all__ = ["Crossings", "Equation", "falling_roots", "ml_score", "q_equation", "reml_score"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Equation = Callable[[Moments, Floats], Floats]
"""Value of an estimating equation, shape (trials, G), from the sums and the target (G,)."""

# The score is a sum of terms that each change over a factor of ten in t or more; four points to
# a factor of ten cannot step over a pair of maxima that the data can tell apart.
POINTS_PER_DECADE = 4
# A monotone equation has one root wherever it is looked for.
POINTS_PER_DECADE_MONOTONE = 1
WIDENING = 16.0
MAX_WIDENINGS = 300


def reml_score(sums: Moments, target: Floats) -> Floats:
    """Return twice the derivative of the restricted log-likelihood."""
    return sums.r2 - sums.trace_p


def ml_score(sums: Moments, target: Floats) -> Floats:
    """Return twice the derivative of the log-likelihood."""
    return sums.r2 - sums.trace_w


def q_equation(sums: Moments, target: Floats) -> Floats:
    """Return the generalised Q statistic less its target: falls monotonically in t."""
    return sums.q - target


@dataclass(frozen=True, slots=True)
class Crossings:
    """Where an equation falls through zero.

    Attributes
    ----------
    model
        Model of each crossing, shape (c,), ascending.
    t
        Value of each crossing, shape (c,), ascending within a model. 0 stands for a model whose
        equation is not positive at 0, where the boundary is the first maximum.
    """

    model: Ints
    t: Floats


def falling_roots(profile: Profile, equation: Equation, target: Floats) -> Crossings:
    """Find every change from plus to minus of an equation, for each model of a profile.

    Parameters
    ----------
    profile : Profile
        Models, G of them.
    equation : callable
        One of `reml_score`, `ml_score`, `q_equation`; negative for large t.
    target : array, shape (G,)
        Passed to the equation.
    """
    per_decade = POINTS_PER_DECADE_MONOTONE if equation is q_equation else POINTS_PER_DECADE
    grid = _grid(profile, equation, target, per_decade)
    values = equation(profile.moments(grid), target)
    falls = (values[:-1] > 0.0) & (values[1:] <= 0.0)
    row, model = np.nonzero(falls)
    roots = np.zeros(0)
    if model.size:
        chosen = profile.take(model)
        wanted = target[model]
        roots = bracketed_roots(
            lambda t: equation(chosen.moments(t[None, :]), wanted)[0],
            grid[row, model],
            values[row, model],
            grid[row + 1, model],
            values[row + 1, model],
        )
    at_zero = np.flatnonzero(values[0] <= 0.0)
    model = np.concatenate((at_zero, model)).astype(np.int64)
    t = np.concatenate((np.zeros(at_zero.size), roots))
    order = np.lexsort((t, model))
    return Crossings(model[order], t[order])


def _grid(profile: Profile, equation: Equation, target: Floats, per_decade: int) -> Floats:
    """Return trial values, shape (trials, G): 0, then a logarithmic scale to a negative end."""
    low, high = profile.scan_range
    for _ in range(MAX_WIDENINGS):
        positive = equation(profile.moments(high[None, :]), target)[0] > 0.0
        if not positive.any():
            break
        high = np.where(positive, WIDENING * high, high)
    span = np.log(high / low)
    points = 1 + int(np.ceil(per_decade * span.max() / np.log(10.0)))
    scale = np.arange(points)[:, None] / points
    return np.concatenate((np.zeros((1, low.size)), low * np.exp(scale * span), high[None, :]))
