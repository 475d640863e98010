"""The likelihood of a location-scale model, and its tops."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from whatworks.statistics.bounded_newton import climb_inside, nearest_inside
from whatworks.statistics.newton import Ascent, climb

__all__ = ["LINKS", "LikelihoodParts", "LocationScaleLikelihood"]

Floats = npt.NDArray[np.float64]

LINKS = ("log", "identity")
LOG_2PI = float(np.log(2.0 * np.pi))
# Log variances at which climbs start, about that of the residuals, and slopes of one moderator.
START_LEVELS = (-3.0, -1.0, 0.0, 1.0)
START_SLOPES = (-1.0, 1.0)
# Columns that leave less of the constant than this contain it.
CONTAINED = 1e-9


class LikelihoodParts(NamedTuple):
    """What scale coefficients give.

    Attributes
    ----------
    tau2, slope, bend
        Variances and their first and second derivatives by the linear predictor, (k,).
    w, bread, left
        Weights (k,), (X'WX)^-1 and residuals (k,).
    value
        Log-likelihood; -inf where it is not defined.
    """

    tau2: Floats
    slope: Floats
    bend: Floats
    w: Floats
    bread: Floats
    left: Floats
    value: float


class LocationScaleLikelihood:
    """Log-likelihood of the scale coefficients, those of the mean profiled out; a `SmoothFunction`.

    Parameters
    ----------
    y, v, x, z : array
        Effects and variances (k,), columns of the mean (k, p) and of the variance (k, q).
    restricted : bool
        Which likelihood.
    link : {"log", "identity"}
        What is linear in the scale coefficients: the logarithm of the variance, or the variance.

    Attributes
    ----------
    unit
        A power of two near the typical standard error, in which effects are; both sets of columns
        are orthonormal.
    rows
        The different rows of the scale's columns: for "identity" none may give less than 0.
    """

    def __init__(
        self, y: Floats, v: Floats, x: Floats, z: Floats, *, restricted: bool, link: str = "log"
    ) -> None:
        self.link, self.restricted = link, restricted
        self.unit = float(np.exp2(np.round(0.5 * np.log2(np.exp(np.log(v).mean())))))
        self.x, self.r = np.linalg.qr(x)
        self.z, self.z_r = np.linalg.qr(z)
        ones = np.ones(y.size)
        self.constant = self.z.T @ ones
        if link == "log" and np.abs(self.z @ self.constant - ones).max() > CONTAINED:
            # Without a constant the model itself depends on the unit.
            self.unit = 1.0
        self.rows = self.z[np.unique(z, axis=0, return_index=True)[1]]
        self.fitted = self.x.T @ y
        self.y = (y - self.x @ self.fitted) / self.unit
        self.v = v / self.unit**2

    def parts(self, a: Floats) -> LikelihoodParts:
        """Return variances, weights, residuals and the log-likelihood."""
        eta = self.z @ a
        if self.link == "log":
            with np.errstate(over="ignore"):
                tau2 = np.exp(np.minimum(eta, 300.0))
            slope = bend = tau2
        else:
            tau2, slope, bend = np.maximum(eta, 0.0), np.ones(eta.size), np.zeros(eta.size)
        w = 1.0 / (self.v + tau2)
        wx = w[:, None] * self.x
        xwx = self.x.T @ wx
        sign, log_det = np.linalg.slogdet(xwx)
        if sign <= 0.0 or not np.isfinite(log_det):
            return LikelihoodParts(tau2, slope, bend, w, np.zeros((0, 0)), w, -np.inf)
        bread = np.linalg.inv(xwx)
        left = self.y - self.x @ (bread @ (wx.T @ self.y))
        k, p = self.x.shape
        value = -0.5 * (k * LOG_2PI - np.log(w).sum() + w @ left**2)
        if self.restricted:
            value += 0.5 * (p * LOG_2PI - log_det)
        return LikelihoodParts(tau2, slope, bend, w, bread, left, float(value))

    def value(self, phi: Floats) -> float:
        """Return the log-likelihood."""
        return self.parts(phi).value

    def gradient(self, phi: Floats) -> tuple[float, Floats]:
        """Return the log-likelihood and its derivatives."""
        parts = self.parts(phi)
        by_variance = self._by_variance(parts.w, parts.bread, parts.left)
        return parts.value, self.z.T @ (parts.slope * by_variance)

    def _by_variance(self, w: Floats, bread: Floats, left: Floats) -> Floats:
        """Return derivatives of the log-likelihood by each study's variance, (k,)."""
        out = 0.5 * ((w * left) ** 2 - w)
        if self.restricted:
            out += 0.5 * w**2 * np.einsum("kp,pq,kq->k", self.x, bread, self.x)
        return np.asarray(out)

    def hessian(self, phi: Floats) -> Floats:
        """Return second derivatives, exact."""
        _, slope, bend, w, bread, left, _ = self.parts(phi)
        first = self._by_variance(w, bread, left)
        # Second derivatives by variances i and j; k x k only in the low-rank part.
        wx = w[:, None] * self.x
        g = w * left
        root = np.linalg.cholesky(bread)
        u = wx @ root
        own = 0.5 * w**2 - w * g**2
        z = slope[:, None] * self.z
        cross = (g[:, None] * u).T @ z
        out = z.T @ (own[:, None] * z) + cross.T @ cross
        if self.restricted:
            leverage = (u**2).sum(axis=1)
            out -= z.T @ ((w * leverage)[:, None] * z)
            # Sum over i, j of z_i (u_i'u_j)^2 z_j / 2, through the products of u's columns.
            for i in range(u.shape[1]):
                for j in range(u.shape[1]):
                    part = (u[:, i] * u[:, j]) @ z
                    out += 0.5 * np.outer(part, part)
        out += self.z.T @ ((bend * first)[:, None] * self.z)
        return np.asarray(0.5 * (out + out.T), dtype=np.float64)

    def tops(self) -> list[Ascent]:
        """Climb from several starts; the distinct tops, highest first."""
        k = self.z.shape[0]
        found: list[Ascent] = []
        for start in self._starts():
            if self.link == "log":
                top = climb(self, start, reach=2.0 * float(np.sqrt(k)))
            else:
                top = climb_inside(self, nearest_inside(start, self.rows), self.rows)
            if np.isfinite(top.value) and not any(
                abs(top.value - other.value) < 1e-7 * (1.0 + abs(other.value)) for other in found
            ):
                found.append(top)
        return sorted(found, key=lambda top: -top.value)

    def _starts(self) -> list[Floats]:
        """Return variances that are the same for all studies, and some that change by a column."""
        k, q = self.z.shape
        spread = max(float(self.y @ self.y) / k, 1e-3)
        size = float(np.sqrt(k))
        axes = np.eye(q)[: min(q, 4)] if q > 1 else np.zeros((0, q))
        slopes = [slope * size * axis for axis in axes for slope in START_SLOPES]
        if self.link == "log":
            base = np.log(spread) * self.constant
            return [base + level * self.constant for level in START_LEVELS] + [
                base + slope for slope in slopes
            ]
        levels = [spread * float(np.exp(level)) * self.constant for level in START_LEVELS]
        return levels + [spread * (self.constant + slope) for slope in slopes]

    def mean(self, phi: Floats) -> tuple[Floats, Floats]:
        """Return the coefficients of the mean and their covariance, in the original unit."""
        parts = self.parts(phi)
        beta = parts.bread @ (self.x.T @ (self.y * parts.w))
        back = np.linalg.solve(self.r, np.linalg.cholesky(parts.bread))
        return np.linalg.solve(self.r, self.fitted + self.unit * beta), self.unit**2 * back @ back.T

    @property
    def back(self) -> Floats:
        """Derivative of the scale coefficients in the original unit by the parameters, (q, q)."""
        factor = 1.0 if self.link == "log" else self.unit**2
        return np.asarray(factor * np.linalg.inv(self.z_r))

    def coefficients_of(self, phi: Floats) -> Floats:
        """Return the scale coefficients in the original unit, (q,)."""
        if self.link == "log":
            # The logarithm of a variance in another unit is shifted by a constant.
            phi = phi + 2.0 * np.log(self.unit) * self.constant
        return np.asarray(self.back @ phi)

    def phi_of(self, a: Floats) -> Floats:
        """Return the parameters of scale coefficients in the original unit."""
        if self.link == "log":
            return np.asarray(self.z_r @ a - 2.0 * np.log(self.unit) * self.constant)
        return np.asarray(self.z_r @ a / self.unit**2)

    def both(self, phi: Floats) -> tuple[float, float]:
        """Return the log-likelihood and the restricted one, in the original unit."""
        k, p = self.x.shape
        shift, was, values = float(np.log(self.unit)), self.restricted, []
        for self.restricted in (False, True):
            values.append(self.value(phi) - (k - (p if self.restricted else 0)) * shift)
        self.restricted = was
        return values[0], values[1]
