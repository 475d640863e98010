"""What is known of an intraclass correlation, and what not knowing it costs an effect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.statistics import special
from whatworks.synthesis.education.analysed_effects import AnalysedEffects

__all__ = ["IccInterval", "IccRange", "OverIcc", "Spread", "vi_over_icc"]

Floats = npt.NDArray[np.float64]

# Effects and variances are smooth in the icc: this many points are exact to polynomials of degree 47.
NODES = 24


class Spread(Protocol):
    """A distribution of a number that a study leaves out."""

    def quantile(self, p: npt.ArrayLike) -> Floats:
        """Return quantiles, shape of p."""
        ...


@dataclass(frozen=True, slots=True)
class IccRange:
    """An intraclass correlation of stated mean and standard deviation: a beta distribution.

    Raises
    ------
    UserError
        No beta distribution has these.
    """

    mean: float
    sd: float

    def __post_init__(self) -> None:
        if not 0.0 < self.mean < 1.0:
            raise UserError(f"The mean of an icc lies between 0 and 1. It was {self.mean!r}.")
        if not 0.0 < self.sd**2 < self.mean * (1.0 - self.mean):
            raise UserError(
                f"No icc of mean {self.mean:g} has a standard deviation of {self.sd:g}. Give one "
                f"above 0 and below {(self.mean * (1 - self.mean)) ** 0.5:.3g}."
            )

    @property
    def shape(self) -> tuple[float, float]:
        """Both parameters of the beta distribution."""
        size = self.mean * (1.0 - self.mean) / self.sd**2 - 1.0
        return self.mean * size, (1.0 - self.mean) * size

    def quantile(self, p: npt.ArrayLike) -> Floats:
        """Return quantiles, shape of p."""
        a, b = self.shape
        return np.asarray(special.betaincinv(a, b, np.asarray(p, float)), dtype=np.float64)

    def quadrature(self) -> tuple[Floats, Floats]:
        """Return points and weights of the Gauss rule whose weight function is the distribution.

        Golub and Welsch (1969): points are the eigenvalues of the recurrence of the Jacobi
        polynomials, weights the squared first components. Weights add to 1 without a gamma function,
        so that a very narrow distribution does no harm.
        """
        a, b = self.shape
        k = np.arange(1.0, NODES)
        s = a + b - 2.0
        diagonal = np.empty(NODES)
        diagonal[0] = (a - b) / (a + b)
        diagonal[1:] = (a - b) * s / ((2.0 * k + s) * (2.0 * k + s + 2.0))
        below = np.empty(NODES - 1)
        # At k = 1 a factor of top and bottom cancels, which may be 0.
        below[0] = 4.0 * a * b / ((a + b) ** 2 * (a + b + 1.0))
        k = k[1:]
        below[1:] = (4.0 * k * (k + a - 1.0) * (k + b - 1.0) * (k + s)) / (
            (2.0 * k + s) ** 2 * (2.0 * k + s + 1.0) * (2.0 * k + s - 1.0)
        )
        return _golub_welsch(diagonal, below)


@dataclass(frozen=True, slots=True)
class IccInterval:
    """An intraclass correlation that may be anywhere between two values: a uniform distribution.

    Raises
    ------
    UserError
        Not 0 <= lowest < highest < 1.
    """

    lowest: float
    highest: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.lowest < self.highest < 1.0:
            raise UserError(
                "lowest and highest must be at least 0, below 1, and in this order. They were "
                f"{self.lowest!r} and {self.highest!r}."
            )

    def quantile(self, p: npt.ArrayLike) -> Floats:
        """Return quantiles, shape of p."""
        return np.asarray(self.lowest + (self.highest - self.lowest) * np.asarray(p, float))

    def quadrature(self) -> tuple[Floats, Floats]:
        """Return points and weights of the Gauss-Legendre rule on the interval."""
        x, weight = np.polynomial.legendre.leggauss(NODES)
        return self.quantile(0.5 * (x + 1.0)), np.asarray(0.5 * weight)


@dataclass(frozen=True, slots=True, eq=False)
class OverIcc:
    """Effects when the intraclass correlation is uncertain.

    Attributes
    ----------
    yi, vi
        Mean of the effect over the icc, and its whole variance, `within` + `between`: what a model
        should weigh it by.
    within
        Mean of the sampling variance.
    between
        Variance of the effect, because the icc moves it.
    icc
        Values at the 2.5th, 10th, 25th, 50th, 75th, 90th and 97.5th percentile, shape (7,).
    yi_at, vi_at
        Effects and variances there, shape (7, ...).
    """

    yi: Floats
    vi: Floats
    within: Floats
    between: Floats
    icc: Floats
    yi_at: Floats
    vi_at: Floats


def vi_over_icc(effect: Callable[[float], AnalysedEffects], icc: IccRange | IccInterval) -> OverIcc:
    """Carry the uncertainty of an intraclass correlation into the effects' weights.

    Parameters
    ----------
    effect : callable
        Effects for one value of the icc, such as ``lambda icc: effect_of_means(g, n1, n2,
        assignment=Assignment(icc=icc, cluster_size=24, is_handled=False))``.
    icc : IccRange or IccInterval
        What is known of it.

    Returns
    -------
    OverIcc
        By Gauss quadrature with the distribution as weight function, 24 points.

    Notes
    -----
    Each effect's icc is taken as its own draw. Where many studies share one guess, the whole guess
    may be off, which no single variance can say: show the pooled result at several values too
    (`two_point_sensitivity`).
    """
    points, weight = icc.quadrature()
    y, v = _stacked([effect(float(value)) for value in points])
    mean = np.tensordot(weight, y, axes=1)
    within = np.tensordot(weight, v, axes=1)
    between = np.tensordot(weight, (y - mean) ** 2, axes=1)
    shown = icc.quantile((0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975))
    y_at, v_at = _stacked([effect(float(value)) for value in shown])
    return OverIcc(
        yi=np.asarray(mean),
        vi=np.asarray(within + between),
        within=np.asarray(within),
        between=np.asarray(between),
        icc=shown,
        yi_at=y_at,
        vi_at=v_at,
    )


def _stacked(found: list[AnalysedEffects]) -> tuple[Floats, Floats]:
    return np.stack([one.yi for one in found]), np.stack([one.vi for one in found])


def _golub_welsch(diagonal: Floats, below_square: Floats) -> tuple[Floats, Floats]:
    """Points on (0, 1) and weights from the recurrence on (-1, 1)."""
    below = np.sqrt(below_square)
    matrix = np.diag(diagonal) + np.diag(below, 1) + np.diag(below, -1)
    at, vectors = np.linalg.eigh(matrix)
    return np.clip(0.5 * (at + 1.0), 0.0, 1.0 - 1e-12), np.asarray(vectors[0] ** 2)
