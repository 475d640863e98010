"""What a search for the variance of true effects needs to know of a model.

A profile answers, for trial values of the between-study variance t, with the regression
coefficients profiled out: with W = diag(1/(v + t)) and P = W - WX(X'WX)^-1 X'W, the traces of W
and P, the generalised Q statistic y'Py and the quadratic form y'PPy. Score equations and
generalised Q need nothing else, so that one search serves models with and without moderators.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol, Self

import numpy as np
import numpy.typing as npt

__all__ = ["ClimbableProfile", "Moments", "Profile", "ScoreDerivatives"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Moments(NamedTuple):
    """Sums over the studies of each model at trial values; arrays of shape (trials, models)."""

    trace_w: Floats
    trace_p: Floats
    q: Floats
    r2: Floats


class Profile(Protocol):
    """One or more models over which a search can run; G is their number."""

    @property
    def residual_df(self) -> Ints:
        """Number of studies less number of coefficients, shape (G,)."""
        ...

    @property
    def scan_range(self) -> tuple[Floats, Floats]:
        """Where the search starts and where it expects to end, each of shape (G,), > 0."""
        ...

    def moments(self, t: Floats) -> Moments:
        """Return the sums at trial values `t`, shape (trials, G)."""
        ...

    def log_likelihood(self, t: Floats, *, restricted: bool) -> Floats:
        """Return the profile log-likelihood at one value a model, shape (G,)."""
        ...

    def take(self, models: Ints) -> Profile:
        """Return a profile of the named models, one of which may stand more than once."""
        ...


class ScoreDerivatives(NamedTuple):
    """Twice the score of each model, its derivative, and the expected fall of it, shape (G,)."""

    score: Floats
    slope: Floats
    information: Floats


class ClimbableProfile(Protocol):
    """One or more models whose likelihood can be climbed by Newton's method."""

    def score_derivatives(self, t: Floats, *, restricted: bool) -> ScoreDerivatives:
        """Return what a step needs at one value a model, each of shape (G,)."""
        ...

    def take(self, models: Ints) -> Self:
        """Return a profile of the named models."""
        ...
