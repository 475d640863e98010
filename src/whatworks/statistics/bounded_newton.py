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

# Nearer to a bound than this share of its parts is at it.
ON_BOUND = 1e-12


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
        # Bounds that hold the climb back leave the problem: curvatures that are taken by their size
        # would otherwise bend the rest, and the last steps would creep.
        free = _free_directions(phi, slope, bounds)
        if free.shape[1] == 0:
            gain = 0.0
            break
        curvature, axes = np.linalg.eigh(-free.T @ hessian @ free)
        size = np.abs(curvature)
        size = np.maximum(size, 1e-12 * max(float(size.max()), 1e-300))
        # In coordinates u = root' z, phi = free z, the quadratic's level lines are circles.
        root, back = axes * np.sqrt(size), axes / np.sqrt(size)
        here = root.T @ (free.T @ phi)
        newton = back.T @ (free.T @ slope)
        there = nearest_inside(here + newton, _left(bounds, free) @ back)
        step = free @ (back @ (there - here))
        gain = float(slope @ step) - 0.5 * float(((there - here) ** 2).sum())
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


def _free_directions(phi: Floats, slope: Floats, bounds: Floats) -> Floats:
    """Return an orthonormal basis of the moves along the bounds that the slope presses against."""
    size = np.abs(bounds) @ np.abs(phi)
    at = np.flatnonzero((bounds != 0.0).any(axis=1) & (bounds @ phi <= ON_BOUND * size))
    n = phi.size
    if at.size == 0:
        return np.eye(n)
    from scipy.optimize import nnls

    # Pressed against: with a force in the bounds' answer to the slope (Karush, Kuhn and Tucker).
    force, _ = nnls(bounds[at].T, -slope)
    pressed = bounds[at[force > 0.0]]
    if pressed.shape[0] == 0:
        return np.eye(n)
    _, values, axes = np.linalg.svd(pressed)
    rank = int((values > 1e-12 * values[0]).sum())
    return np.asarray(axes[rank:].T)


def _left(bounds: Floats, free: Floats) -> Floats:
    """Return the bounds in free coordinates, without those that all free moves lie along."""
    rows = bounds @ free
    length = np.sqrt((bounds**2).sum(axis=1))
    return np.asarray(rows[np.sqrt((rows**2).sum(axis=1)) > 1e-10 * length])


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
