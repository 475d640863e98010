"""Newton's method inside bounds that are straight: the top of a hill where G phi >= 0.

Each step goes to the top of a quadratic that curves as much as the function does, inside the bounds,
which is a least-distance problem and has one answer; which bounds hold it there is found on the way.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.statistics.newton import LAST_GAIN, MAX_STEPS, Ascent, SmoothFunction, uphill

__all__ = ["climb_inside", "nearest_inside"]

Floats = npt.NDArray[np.float64]


def climb_inside(function: SmoothFunction, start: Floats, bounds: Floats) -> Ascent:
    """Go uphill from a start until no direction inside the bounds leads higher.

    Parameters
    ----------
    function : SmoothFunction
        What is maximised; defined inside the bounds.
    start : array, shape (n,)
        Parameters inside the bounds.
    bounds : array, shape (m, n)
        G, one bound a row: G phi >= 0.
    """
    phi = np.array(start, dtype=np.float64)
    gain, steps = np.inf, 0
    while True:
        value, slope = function.gradient(phi)
        hessian = function.hessian(phi)
        curvature, axes = np.linalg.eigh(-hessian)
        size = np.abs(curvature)
        size = np.maximum(size, 1e-12 * max(float(size.max()), 1e-300))
        root = axes * np.sqrt(size)
        # In coordinates u = root' (phi + step) the quadratic's level lines are circles.
        newton = axes @ ((axes.T @ slope) / size)
        back = axes / np.sqrt(size)
        aim = back @ nearest_inside(root.T @ (phi + newton), bounds @ back)
        step = aim - phi
        gain = float(slope @ step) - 0.5 * float(((root.T @ step) ** 2).sum())
        if not gain > 0.0 or steps == MAX_STEPS:
            break
        steps += 1
        moved = uphill(function, phi, value, step, slope)
        if moved is None:
            break
        phi = moved
        if gain < LAST_GAIN:
            value = function.value(phi)
            break
    return Ascent(phi, value, max(gain, 0.0), steps, hessian)


def nearest_inside(point: Floats, bounds: Floats) -> Floats:
    """Return the point with G u >= 0 that is nearest to a given one.

    By non-negative least squares (Lawson and Hanson 1974, Solving Least Squares Problems, chapter 23).

    Parameters
    ----------
    point : array, shape (n,)
        Where one would like to be.
    bounds : array, shape (m, n)
        G.
    """
    length = np.sqrt((bounds**2).sum(axis=1))
    rows = bounds[length > 0.0] / length[length > 0.0, None]
    if (rows @ point >= 0.0).all():
        return point
    from scipy.optimize import nnls

    # The nearest point of a cone is the point less its projection on the polar cone.
    pull, _ = nnls(rows.T, -point)
    return np.asarray(point + rows.T @ pull, dtype=np.float64)
