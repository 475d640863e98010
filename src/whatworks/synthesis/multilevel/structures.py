"""How the draws of one unit are related: covariance matrices as functions of free parameters.

Each structure maps unbounded parameters to a matrix that is always positive semidefinite, boundary
included: standard deviations enter by their square, correlations as a sine. A maximum on the
boundary (a variance of 0, a correlation of 1) is then an ordinary stationary point, which Newton's
method reaches without constraints.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["STRUCTURES", "Structure", "Unstructured", "structure_of"]

Floats = npt.NDArray[np.float64]

STRUCTURES = ("CS", "HCS", "UN", "AR", "HAR", "CAR", "ID", "DIAG")


class Structure(ABC):
    """Covariance matrix G of m draws as a function of free parameters.

    Attributes
    ----------
    name
        As metafor names it.
    m
        Number of draws of a unit.
    n_sd
        Number of standard deviations, the first of the parameters.
    n_parameters
        Number of free parameters.
    """

    name: str

    def __init__(self, m: int, n_sd: int, n_parameters: int) -> None:
        self.m = m
        self.n_sd = n_sd
        self.n_parameters = n_parameters

    @abstractmethod
    def correlation(self, phi: Floats) -> Floats:
        """Return the correlation matrix for parameters after the standard deviations, (m, m)."""

    @abstractmethod
    def correlation_gradient(self, phi: Floats, d_correlation: Floats) -> Floats:
        """Return a derivative by the same parameters, given the one by the matrix, (m, m)."""

    @abstractmethod
    def rho(self, phi: Floats) -> Floats:
        """Return the correlations as they are reported."""

    @property
    def rho_names(self) -> tuple[str, ...]:
        """Names of the correlations."""
        return ("",)[: self.n_rho]

    @property
    def n_rho(self) -> int:
        """Number of correlations."""
        return self.n_parameters - self.n_sd

    @property
    def needs_bounds(self) -> bool:
        """Whether standard deviations below 0 would leave the structure.

        Of several standard deviations with one correlation: turned signs turn some correlations
        and not others.
        """
        return self.n_rho == 1 and self.n_sd > 1

    def positive(self, phi: Floats) -> Floats:
        """Return parameters of the same matrix with standard deviations of 0 or more."""
        return np.concatenate((np.abs(phi[: self.n_sd]), phi[self.n_sd :]))

    def sds(self, phi: Floats) -> Floats:
        """Return the standard deviation of each draw, (m,); signs turn correlations."""
        return np.broadcast_to(phi[: self.n_sd], (self.m,)) if self.n_sd == 1 else phi[: self.n_sd]

    def matrix(self, phi: Floats) -> Floats:
        """Return G, (m, m)."""
        sds = self.sds(phi)
        return np.asarray(np.outer(sds, sds) * self.correlation(phi[self.n_sd :]))

    def gradient(self, phi: Floats, d_matrix: Floats) -> Floats:
        """Return a derivative by the parameters, given the one by G (symmetric, (m, m))."""
        sds = self.sds(phi)
        r = self.correlation(phi[self.n_sd :])
        by_sd = 2.0 * (d_matrix * r) @ sds
        out = np.empty(self.n_parameters)
        out[: self.n_sd] = by_sd.sum() if self.n_sd == 1 else by_sd
        if self.n_rho:
            by_r = d_matrix * np.outer(sds, sds)
            out[self.n_sd :] = self.correlation_gradient(phi[self.n_sd :], by_r)
        return out


class _Independent(Structure):
    """Draws that are not correlated: ID (one variance) and DIAG (one each)."""

    def __init__(self, m: int, n_sd: int, name: str) -> None:
        super().__init__(m, n_sd, n_sd)
        self.name = name

    def correlation(self, phi: Floats) -> Floats:
        return np.eye(self.m)

    def correlation_gradient(self, phi: Floats, d_correlation: Floats) -> Floats:
        return np.zeros(0)

    def rho(self, phi: Floats) -> Floats:
        return np.zeros(0)


class _OneRho(Structure):
    """One correlation between two limits, rho = middle + half sin(phi)."""

    def __init__(self, m: int, n_sd: int, name: str, limits: tuple[float, float]) -> None:
        super().__init__(m, n_sd, n_sd + 1 if m > 1 else n_sd)
        self.name = name
        self._middle, self._half = 0.5 * sum(limits), 0.5 * (limits[1] - limits[0])

    def rho(self, phi: Floats) -> Floats:
        return self._middle + self._half * np.sin(phi)

    def correlation_gradient(self, phi: Floats, d_correlation: Floats) -> Floats:
        slope = float((d_correlation * self._derivative(float(self.rho(phi)[0]))).sum())
        return np.array([slope * self._half * np.cos(phi[0])])

    @abstractmethod
    def _derivative(self, rho: float) -> Floats:
        """Return the derivative of the correlation matrix by rho."""


class _Exchangeable(_OneRho):
    """CS and HCS: any two draws have the same correlation."""

    def __init__(self, m: int, n_sd: int, name: str) -> None:
        super().__init__(m, n_sd, name, (-1.0 / max(m - 1, 1), 1.0))

    def correlation(self, phi: Floats) -> Floats:
        if self.m == 1:
            return np.ones((1, 1))
        rho = float(self.rho(phi)[0])
        return np.asarray((1.0 - rho) * np.eye(self.m) + rho)

    def _derivative(self, rho: float) -> Floats:
        return 1.0 - np.eye(self.m)


class _Autoregressive(_OneRho):
    """AR and HAR: rho to the power of the occasions between; CAR: of the time between."""

    def __init__(self, places: Floats, n_sd: int, name: str) -> None:
        # AR and HAR count occasions; only CAR knows how far apart they are.
        at = places if name == "CAR" else np.arange(places.size, dtype=np.float64)
        self._apart = np.abs(at[:, None] - at[None, :])
        # A negative correlation has no power that is not whole.
        low = 0.0 if name == "CAR" else -1.0
        super().__init__(places.size, n_sd, name, (low, 1.0))

    def correlation(self, phi: Floats) -> Floats:
        if self.m == 1:
            return np.ones((1, 1))
        return np.asarray(float(self.rho(phi)[0]) ** self._apart)

    def _derivative(self, rho: float) -> Floats:
        lower = np.where(self._apart > 0.0, self._apart - 1.0, 0.0)
        with np.errstate(divide="ignore"):
            return np.asarray(self._apart * rho**lower)


class Unstructured(Structure):
    """UN: a correlation for each pair, as products of sines and cosines (spherical Cholesky).

    Row i of the factor of the correlation matrix is a point on the unit sphere given by i angles,
    so that any angles give a correlation matrix (Pinheiro and Bates 1996).
    """

    name = "UN"

    def __init__(self, m: int) -> None:
        super().__init__(m, m, m + m * (m - 1) // 2)
        self._row, self._column = np.tril_indices(m, -1)

    @property
    def rho_names(self) -> tuple[str, ...]:
        """Names of the correlations: row by row of the upper triangle."""
        upper = np.triu_indices(self.m, 1)
        return tuple(f"{i + 1},{j + 1}" for i, j in zip(*upper, strict=True))

    def _factor(self, phi: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the factor, and cosines and sines as lower triangles."""
        cosine, sine = np.zeros((self.m, self.m)), np.ones((self.m, self.m))
        cosine[self._row, self._column] = np.cos(phi)
        sine[self._row, self._column] = np.sin(phi)
        ahead = np.cumprod(np.concatenate((np.ones((self.m, 1)), sine[:, :-1]), axis=1), axis=1)
        factor = np.tril(cosine * ahead, -1)
        inside = np.arange(self.m)
        factor[inside, inside] = ahead[inside, inside]
        return factor, cosine, sine

    def correlation(self, phi: Floats) -> Floats:
        """Return the correlation matrix of angles, (m, m)."""
        factor = self._factor(phi)[0]
        return np.asarray(factor @ factor.T)

    def correlation_gradient(self, phi: Floats, d_correlation: Floats) -> Floats:
        """Return a derivative by the angles, given the one by the matrix, (m, m)."""
        factor, _, _ = self._factor(phi)
        by_factor = 2.0 * d_correlation @ factor
        out = np.empty(phi.size)
        for n, (i, j) in enumerate(zip(self._row.tolist(), self._column.tolist(), strict=True)):
            # Angle (i, j) turns entry j by its cosine and all later ones by its sine.
            start = n - j
            angles = phi[start : start + i]
            ahead = float(np.prod(np.sin(angles[:j])))
            turned = np.zeros(self.m)
            turned[j] = -np.sin(angles[j]) * ahead
            rest = np.cos(angles[j]) * ahead
            for later in range(j + 1, i):
                turned[later] = rest * np.cos(angles[later])
                rest *= np.sin(angles[later])
            turned[i] = rest
            out[n] = float(by_factor[i] @ turned)
        return out

    def rho(self, phi: Floats) -> Floats:
        """Return the correlations row by row of the upper triangle."""
        return np.asarray(self.correlation(phi)[np.triu_indices(self.m, 1)])

    @property
    def needs_bounds(self) -> bool:
        """No: any signs are those of another unstructured matrix."""
        return False

    def positive(self, phi: Floats) -> Floats:
        """Return parameters of the same matrix with standard deviations of 0 or more."""
        sds = phi[: self.m]
        if (sds >= 0.0).all():
            return phi
        turned = np.where(sds < 0.0, -1.0, 1.0)[:, None] * self._factor(phi[self.m :])[0]
        return np.concatenate((np.abs(sds), self._angles(turned)))

    def reordered(self, phi: Floats, order: Sequence[int]) -> Floats:
        """Return parameters of the matrix whose draws stand in another order."""
        own = self.positive(phi)
        rows = np.asarray(order, dtype=np.int64)
        factor = self._factor(own[self.m :])[0][rows]
        return np.concatenate((own[: self.m][rows], self._angles(factor)))

    def _angles(self, root: Floats) -> Floats:
        """Return the angles of a correlation matrix R R', each from 0 to pi."""
        lower = np.linalg.qr(root.T)[1].T
        lower = lower * np.where(np.diagonal(lower) < 0.0, -1.0, 1.0)
        out = np.full(self._row.size, 0.5 * np.pi)
        for n, (i, j) in enumerate(zip(self._row.tolist(), self._column.tolist(), strict=True)):
            # What is left of a row's length where the earlier angles have taken theirs.
            ahead = float(np.linalg.norm(lower[i, j : i + 1]))
            if ahead > 0.0:
                out[n] = np.arccos(np.clip(lower[i, j] / ahead, -1.0, 1.0))
        return out


def structure_of(name: str, places: Floats) -> Structure:
    """Return a structure for draws at the given places in time, or numbered.

    Parameters
    ----------
    name : str
        One of `STRUCTURES`.
    places : array, shape (m,)
        Where each draw stands, ascending; the distances matter for CAR only.
    """
    m = int(places.size)
    if name in ("ID", "DIAG"):
        return _Independent(m, 1 if name == "ID" else m, name)
    if name in ("CS", "HCS"):
        return _Exchangeable(m, 1 if name == "CS" else m, name)
    if name == "UN":
        return Unstructured(m)
    return _Autoregressive(places, m if name == "HAR" else 1, name)
