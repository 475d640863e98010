"""Smooth functions of one or two parameters on a box, known by their values at Chebyshev points."""

from __future__ import annotations

from itertools import product

import numpy as np
import numpy.typing as npt

__all__ = ["ChebyshevBox"]

Floats = npt.NDArray[np.float64]


class ChebyshevBox:
    """A box in c parameters and the n^c points at which functions are to be given.

    For functions that are analytic about the box what is missed falls geometrically with n, and the
    last coefficients show how far it has fallen.

    Parameters
    ----------
    low, high : array, shape (c,)
        Ends.
    n : int
        Points in each parameter.

    References
    ----------
    Trefethen LN (2019). Approximation Theory and Approximation Practice, extended edition, chapters
    3 and 8.
    """

    def __init__(self, low: Floats, high: Floats, n: int) -> None:
        self._middle, self._half, self.n = 0.5 * (low + high), 0.5 * (high - low), n
        angles = (np.arange(n) + 0.5) * np.pi / n
        # Values at the points to coefficients of T_0..T_(n - 1).
        self._fit = 2.0 / n * np.cos(np.arange(n)[:, None] * angles)
        self._fit[0] *= 0.5
        self.points: Floats = np.array(
            [self._middle + self._half * s for s in product(np.cos(angles), repeat=low.size)]
        )

    def coefficients(self, values: Floats) -> Floats:
        """Return coefficients, (n,) * c + (...), of functions with values (n^c, ...)."""
        found = values.reshape((self.n,) * self._half.size + values.shape[1:])
        for axis in range(self._half.size):
            found = np.moveaxis(np.tensordot(self._fit, found, axes=(1, axis)), 0, axis)
        return np.asarray(found)

    def tail(self, coefficients: Floats) -> tuple[Floats, Floats]:
        """Return the size of the last two coefficients in any parameter, and that of the largest."""
        c = self._half.size
        axes = tuple(range(c))
        size = np.abs(coefficients)
        last = [np.take(size, [self.n - 2, self.n - 1], axis=i).max(axis=axes) for i in axes]
        return np.asarray(np.max(last, axis=0)), np.asarray(size.max(axis=axes))

    def place(self, theta: Floats) -> Floats:
        """Return where parameters (u, c) lie in the box, each from -1 to 1."""
        return np.asarray((theta - self._middle) / self._half)

    def theta(self, place: Floats) -> Floats:
        """Return the parameters of a place, (u, c)."""
        return np.asarray(self._middle + self._half * place)

    def value_and_slope(self, coefficients: Floats, place: Floats) -> tuple[Floats, Floats]:
        """Return functions of u units, (u, f), and their slopes by the place, (u, f, c).

        Parameters
        ----------
        coefficients : array, shape (n,) * c + (u, f)
            Of f functions of each unit.
        place : array, shape (u, c)
            One place a unit.
        """
        t, dt = _polynomials(place, self.n)
        if place.shape[1] == 1:
            value = np.einsum("ua,auf->uf", t[0], coefficients)
            return value, np.einsum("ua,auf->uf", dt[0], coefficients)[:, :, None]
        by_second = np.einsum("ub,abuf->auf", t[1], coefficients)
        slope = np.einsum("ub,abuf->auf", dt[1], coefficients)
        return np.einsum("ua,auf->uf", t[0], by_second), np.stack(
            (np.einsum("ua,auf->uf", dt[0], by_second), np.einsum("ua,auf->uf", t[0], slope)),
            axis=-1,
        )

    def weights(self, place: Floats) -> Floats:
        """Return what the value at each point counts at a place of each unit, (u, n^c)."""
        t, _ = _polynomials(place, self.n)
        parts = [own @ self._fit for own in t]
        if len(parts) == 1:
            return np.asarray(parts[0])
        return np.asarray((parts[0][:, :, None] * parts[1][:, None, :]).reshape(len(place), -1))


def _polynomials(place: Floats, n: int) -> tuple[list[Floats], list[Floats]]:
    """Return T_0..T_(n - 1) and their slopes at the places, for each parameter (u, n)."""
    values, slopes = [], []
    for s in place.T:
        t, dt = np.ones((n, s.size)), np.zeros((n, s.size))
        t[1], dt[1] = s, 1.0
        for i in range(2, n):
            t[i] = 2.0 * s * t[i - 1] - t[i - 2]
            dt[i] = 2.0 * t[i - 1] + 2.0 * s * dt[i - 1] - dt[i - 2]
        values.append(t.T)
        slopes.append(dt.T)
    return values, slopes
