"""Newton's method that always goes uphill, for smooth functions of a few parameters."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

__all__ = [
    "CUT",
    "ENOUGH",
    "LAST_GAIN",
    "MAX_CUTS",
    "MAX_STEPS",
    "ROUNDING",
    "Ascent",
    "SmoothFunction",
    "climb",
    "uphill",
]

Floats = npt.NDArray[np.float64]

MAX_STEPS = 200
MAX_CUTS = 30
# What a step that is too long is cut to. No power of two: a step from a standard deviation to its
# mirror image, or to exactly 0, is a coincidence and not a habit.
CUT = 0.4
# Share of what the slope promises that a step must bring (Armijo). With none, a climb can jump
# between two mirror images for ever.
ENOUGH = 1e-4
# Steps that promise less than this are the last: Newton's error is squared by each, so that what
# is left after one of 1e-13 is far below rounding.
LAST_GAIN = 1e-13
# Rounding of a log-likelihood, relative to its size.
ROUNDING = 1e-13


class SmoothFunction(Protocol):
    """A function of n unbounded parameters, to be maximised."""

    def value(self, phi: Floats) -> float:
        """Return the function, -inf where it is not defined."""
        ...

    def gradient(self, phi: Floats) -> tuple[float, Floats]:
        """Return the function and its first derivatives, (n,)."""
        ...

    def hessian(self, phi: Floats) -> Floats:
        """Return the second derivatives, (n, n)."""
        ...


class Ascent(NamedTuple):
    """Where an ascent ended.

    Attributes
    ----------
    phi, value
        Parameters (n,) and function.
    gain
        What the last step promised: no more than this was left, in units of the function.
    steps
        Steps taken.
    hessian
        Second derivatives where the last step began, (n, n).
    """

    phi: Floats
    value: float
    gain: float
    steps: int
    hessian: Floats


def climb(function: SmoothFunction, start: Floats, *, reach: float) -> Ascent:
    """Go from a start to the top of its hill.

    Newton steps by the absolute eigenvalues of the Hessian, so that they lead uphill from anywhere,
    shortened to `reach` and cut until the function rises by a share of what the slope promises.

    Parameters
    ----------
    function : SmoothFunction
        What is maximised; defined at the start.
    start : array, shape (n,)
        Parameters.
    reach : float
        Longest step in any parameter.
    """
    phi = np.array(start, dtype=np.float64)
    gain, steps = np.inf, 0
    while True:
        value, slope = function.gradient(phi)
        hessian = function.hessian(phi)
        curvature, axes = np.linalg.eigh(-hessian)
        size = np.abs(curvature)
        size = np.maximum(size, 1e-12 * max(float(size.max()), 1e-300))
        step = axes @ ((axes.T @ slope) / size)
        gain = 0.5 * float(slope @ step)
        if not gain > 0.0 or steps == MAX_STEPS:
            break
        steps += 1
        step *= min(1.0, reach / float(np.abs(step).max()))
        moved = uphill(function, phi, value, step, slope)
        if moved is None:
            break
        phi = moved
        if gain < LAST_GAIN:
            value = function.value(phi)
            break
    return Ascent(phi, value, max(gain, 0.0), steps, hessian)


def uphill(
    function: SmoothFunction, phi: Floats, value: float, step: Floats, slope: Floats
) -> Floats | None:
    """Return the first point on the way, cut ever shorter, that is high enough; None without one."""
    rounding = ROUNDING * (1.0 + abs(value))
    promised = float(slope @ step)
    for _ in range(MAX_CUTS):
        trial = phi + step
        if function.value(trial) >= value + ENOUGH * promised - rounding:
            return None if (trial == phi).all() else trial
        step, promised = CUT * step, CUT * promised
    return None
