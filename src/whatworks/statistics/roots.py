"""Many one-dimensional roots at once, each inside its own bracket."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

__all__ = ["bracketed_roots"]

Floats = npt.NDArray[np.float64]


def bracketed_roots(
    function: Callable[[Floats], Floats],
    low: Floats,
    f_low: Floats,
    high: Floats,
    f_high: Floats,
    *,
    rtol: float = 1e-14,
    max_iterations: int = 200,
) -> Floats:
    """Find one root in each bracket, all brackets together.

    Inverse quadratic interpolation where it is safe, bisection elsewhere, so that no bracket can
    fail: after `max_iterations` halvings any double is found.

    Parameters
    ----------
    function : callable
        Takes an array of shape (b,) and returns the b values; element i belongs to bracket i.
    low, high : array, shape (b,)
        Ends of the brackets, 0 <= low < high.
    f_low, f_high : array, shape (b,)
        Values at the ends, of opposite sign or one of them zero.
    rtol : float
        Width of the final bracket relative to the root.

    Returns
    -------
    array, shape (b,)
        The end of each final bracket with the smaller absolute value.

    References
    ----------
    Chandrupatla TR (1997). Advances in Engineering Software 28:145-149.
    """
    x0, f0 = np.array(high, dtype=np.float64), np.array(f_high, dtype=np.float64)
    x1, f1 = np.array(low, dtype=np.float64), np.array(f_low, dtype=np.float64)
    best = np.where(np.abs(f0) < np.abs(f1), x0, x1)
    open_ = (f0 != 0.0) & (f1 != 0.0)
    step = np.full_like(x0, 0.5)
    smallest = np.finfo(np.float64).tiny
    for _ in range(max_iterations):
        if not open_.any():
            break
        x = x0 + step * (x1 - x0)
        f = function(x)
        same = np.sign(f) == np.sign(f0)
        x2, f2 = np.where(same, x0, x1), np.where(same, f0, f1)
        x1, f1 = np.where(same, x1, x0), np.where(same, f1, f0)
        x0, f0 = x, f
        nearer = np.abs(f0) < np.abs(f1)
        candidate = np.where(nearer, x0, x1)
        best = np.where(open_, candidate, best)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            limit = (rtol * np.abs(candidate) + smallest) / np.abs(x1 - x0)
            xi = (x0 - x1) / (x2 - x1)
            phi = (f0 - f1) / (f2 - f1)
            safe = (phi**2 < xi) & ((1.0 - phi) ** 2 < 1.0 - xi)
            quadratic = f0 / (f1 - f0) * f2 / (f1 - f2) + (x2 - x0) / (x1 - x0) * f0 / (
                f2 - f0
            ) * f1 / (f2 - f1)
        open_ &= (limit <= 0.5) & (np.where(nearer, f0, f1) != 0.0)
        step = np.where(safe & np.isfinite(quadratic), quadratic, 0.5)
        step = np.where(open_, np.clip(step, limit, 1.0 - limit), 0.5)
    return best
