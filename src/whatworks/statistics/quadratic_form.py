"""Upper tail of a sum of weighted chi-squared variables."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["quadratic_form_tail"]

Floats = npt.NDArray[np.float64]

# Step of the trapezoidal rule, and how fast the path turns towards where the integrand vanishes.
STEP = 0.05
TURN = 0.5
# Ends where exp(-60) is left, or fifteen widths of the hill where many weights make it normal.
FALL, WIDTHS = 60.0, 15.0
BISECTIONS = 80


def quadratic_form_tail(x: float, weights: Floats) -> float:
    """Return P(sum of weights_i chi2_1 > x), all weights above 0, to about 1e-13.

    With M(s) the moment generating function the tail is the integral of M(s) exp(-sx)/(2 pi i s)
    upwards to the right of 0; to the left of 0 the same integral is less by 1. The path goes through
    the saddle point of the integrand and turns to the right around the singularities of M, so that
    it neither oscillates nor cancels, and the trapezoidal rule in the logarithm of the distance from
    the saddle point converges geometrically, for few weights of any ratio as for thousands.

    References
    ----------
    Rice SO (1980). SIAM Journal on Scientific and Statistical Computing 1:438-448 (the path).
    Trefethen LN, Weideman JAC (2014). SIAM Review 56:385-458 (the rule).
    """
    if x <= 0.0:
        return 1.0
    unit = float(weights.max())
    slopes, at = 2.0 * weights / unit, x / unit
    is_left = at < 0.5 * float(slopes.sum())
    saddle = _saddle_point(at, slopes, is_left=is_left)
    curvature = 0.5 * float(((slopes / (1.0 - slopes * saddle)) ** 2).sum()) + 1.0 / saddle**2
    width = 1.0 / np.sqrt(curvature)
    end = float(np.arcsinh(WIDTHS + FALL / (TURN * at * width)))
    u = np.arange(0.0, end + STEP, STEP)
    y, dy = width * np.sinh(u), width * np.cosh(u)
    radius = np.hypot(y, width)
    s = saddle + TURN * (radius - width) + 1j * y
    ds = (TURN * y / radius + 1j) * dy
    log_m = np.array([-0.5 * np.log(1.0 - slopes * point).sum() for point in s])
    values = (np.exp(log_m - s * at) / s * ds).imag
    integral = float((values.sum() - 0.5 * values[0]) * STEP / np.pi)
    return 1.0 + integral if is_left else integral


def _saddle_point(x: float, slopes: Floats, *, is_left: bool) -> float:
    """Return where M(s) exp(-sx)/|s| is least on the real axis, on one side of 0."""

    def derivative(s: float) -> float:
        return 0.5 * float((slopes / (1.0 - slopes * s)).sum()) - x - 1.0 / s

    low, high = (-1.0, 0.0) if is_left else (0.0, 0.5)
    while is_left and derivative(low) > 0.0:
        low *= 4.0
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        if derivative(middle) > 0.0:
            high = middle
        else:
            low = middle
    return 0.5 * (low + high)
