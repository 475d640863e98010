"""Draws of numbers that studies leave out: standard deviations, correlations, intraclass correlations."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from whatworks.errors import TooFewStudies, UserError
from whatworks.statistics import special
from whatworks.synthesis.education.icc_range import Spread
from whatworks.synthesis.inputs import generator_of, number, one_of, whole_number
from whatworks.synthesis.reported_values import refuse, reported

__all__ = ["SCALES", "Imputed", "StatedNormal", "draw_missing", "draw_stated"]

Floats = npt.NDArray[np.float64]

SCALES = ("identity", "log", "fisher-z", "logit")


@dataclass(frozen=True, slots=True, eq=False)
class Imputed:
    """A column whose gaps were filled several times.

    Attributes
    ----------
    draws
        The column of each draw, (m, k); observed values stand in all of them.
    is_missing
        Which entries were drawn, (k,).
    model
        The distribution they were drawn from, in words.
    random_state
        State of the generator before the first draw, as its `bit_generator.state`: setting it makes
        the same draws again.
    """

    draws: Floats
    is_missing: npt.NDArray[np.bool_]
    model: str
    random_state: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StatedNormal:
    """A number that is normal on a scale, by statement: a belief to be reported, not an estimate.

    Attributes
    ----------
    middle
        Median, in the number's own unit.
    sd
        Standard deviation on the scale, above 0.
    scale : {"identity", "log", "fisher-z", "logit"}
        "log" for standard deviations (sd 0.1 is about 10 percent), "fisher-z" for correlations,
        "logit" for shares such as intraclass correlations.
    """

    middle: float
    sd: float
    scale: str

    def __post_init__(self) -> None:
        one_of(self.scale, SCALES, "scale")
        middle = number(self.middle, "middle", "one number")
        refuse_outside(np.array([middle]), self.scale, "middle")
        number(self.sd, "sd", "one number above 0", low=np.nextafter(0.0, 1.0))

    def quantile(self, p: npt.ArrayLike) -> Floats:
        """Return quantiles, shape of p."""
        z = np.asarray(special.ndtri(np.asarray(p, float)), dtype=np.float64)
        return back(forward(np.asarray(self.middle), self.scale) + self.sd * z, self.scale)


def draw_missing(
    values: npt.ArrayLike,
    *,
    scale: str,
    m: int,
    rng: np.random.Generator | int,
    like: npt.ArrayLike | None = None,
) -> Imputed:
    """Draw the missing entries of a column from what the other rows say of them.

    On the chosen scale the observed values are taken as normal about a mean, or about a regression on
    `like`. Each of the m draws first draws the residual variance and the coefficients from their
    posterior under the prior 1/sigma^2, then the values: what the observed rows do not settle differs
    between draws.

    Parameters
    ----------
    values : array-like, shape (k,)
        The column, None or NaN where missing.
    scale : {"identity", "log", "fisher-z", "logit"}
        "log" for standard deviations, "fisher-z" for correlations, "logit" for intraclass correlations.
    m : int
        Number of draws, 2 or more.
    rng : numpy.random.Generator or int
        Source of randomness, or a seed for one; its state is kept in the result.
    like : array-like, shape (k,) or (k, q), optional
        Numbers known for all rows that go with the missing one, such as the log of the pretest's
        standard deviation, or indicators of the test used. Standard deviations of different tests
        have nothing in common but that.

    Raises
    ------
    TooFewStudies
        Fewer observed values than coefficients plus two.
    UserError
        Values outside the scale; `like` with gaps, of another length, or collinear.

    References
    ----------
    Rubin DB (1987). Multiple Imputation for Nonresponse in Surveys, example 5.1 (page 166).
    """
    one_of(scale, SCALES, "scale")
    x, missing = checked_column(values, m)
    m, rng = int(m), generator_of(rng)
    columns = predictors(like, x.size)
    seen = x[~missing]
    refuse_outside(x, scale, "values")
    n, p = seen.size, columns.shape[1]
    if n < p + 2:
        raise TooFewStudies(
            f"{n} values are known: too few to say how much the missing ones may differ. "
            f"{p + 2} are needed; or state a distribution (draw_stated)."
        )
    y, z = forward(seen, scale), columns[~missing]
    state = deepcopy(dict(rng.bit_generator.state))
    draws = np.tile(x, (m, 1))
    for i in range(m):
        mean, sigma = posterior_draw(y, z, columns[missing], rng)
        draws[i, missing] = back(mean + sigma * rng.standard_normal(mean.size), scale)
    words = f"normal on the {scale} scale, estimated from {n} rows"
    words += "" if like is None else f" with {p - 1} predictors"
    return Imputed(draws, missing, words, state)


def draw_stated(
    values: npt.ArrayLike,
    distribution: Spread,
    *,
    m: int,
    rng: np.random.Generator | int,
    is_shared: bool,
) -> Imputed:
    """Draw the missing entries of a column from a stated distribution.

    Parameters
    ----------
    values : array-like, shape (k,)
        The column, None or NaN where missing.
    distribution : StatedNormal, IccRange or IccInterval
        Anything with a `quantile` of p.
    m : int
        Number of draws, 2 or more.
    rng : numpy.random.Generator or int
        Source of randomness, or a seed for one; its state is kept in the result.
    is_shared : bool
        True: one value a draw, the same in all gaps (a number that studies have in common, which is
        not known well). False: each gap its own (numbers that differ between studies). The first
        leaves more uncertainty in a pooled result, and there is no default.
    """
    x, missing = checked_column(values, m)
    m, rng = int(m), generator_of(rng)
    state = deepcopy(dict(rng.bit_generator.state))
    n = int(missing.sum())
    p = rng.random((m, 1 if is_shared else n))
    draws = np.tile(x, (m, 1))
    draws[:, missing] = distribution.quantile(np.broadcast_to(p, (m, n)))
    words = f"stated: {distribution!r}, {'one value for all gaps' if is_shared else 'each its own'}"
    return Imputed(draws, missing, words, state)


def posterior_draw(
    y: Floats, z: Floats, at: Floats, rng: np.random.Generator
) -> tuple[Floats, float]:
    """Draw the expected value at some rows, and the spread about it, given values y at rows z."""
    q, r = np.linalg.qr(z)
    if np.abs(np.diag(r)).min() < 1e-10 * np.abs(np.diag(r)).max():
        raise UserError("like: its columns are collinear in the rows with a value. Leave one out.")
    b = np.linalg.solve(r, q.T @ y)
    left = float(((y - z @ b) ** 2).sum())
    sigma = float(np.sqrt(left / rng.chisquare(y.size - b.size)))
    return at @ (b + sigma * np.linalg.solve(r, rng.standard_normal(b.size))), sigma


def checked_column(values: npt.ArrayLike, m: int) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return a column and where it has gaps."""
    x = reported(values, "values")
    if x.ndim != 1 or x.size == 0:
        raise UserError(f"values has shape {x.shape}. Give a list with one entry for each effect.")
    whole_number(m, "m", "a whole number of draws, 2 or more", low=2)
    return x, np.isnan(x)


def predictors(like: npt.ArrayLike | None, k: int) -> Floats:
    """Return an intercept and predictors, (k, p)."""
    if like is None:
        return np.ones((k, 1))
    given = reported(like, "like")
    if given.ndim not in (1, 2) or given.shape[0] != k:
        raise UserError(f"like has shape {given.shape} for {k:,} values. Give one row each.")
    refuse(np.isnan(given), given, "like", "It must be known in every row.")
    return np.column_stack((np.ones(k), given))


def refuse_outside(x: Floats, scale: str, name: str) -> None:
    """Raise if a value (missing ones aside) has no place on the scale."""
    if scale == "log":
        refuse(x <= 0.0, x, name, "On the log scale it must be above 0.")
    elif scale == "fisher-z":
        refuse(np.abs(x) >= 1.0, x, name, "On Fisher's scale it must be between -1 and 1.")
    elif scale == "logit":
        refuse((x <= 0.0) | (x >= 1.0), x, name, "On the logit scale it must be between 0 and 1.")


def forward(x: Floats, scale: str) -> Floats:
    """Return values on the scale."""
    if scale == "log":
        return np.asarray(np.log(x))
    if scale == "fisher-z":
        return np.asarray(np.arctanh(x))
    return np.asarray(np.log(x) - np.log1p(-x)) if scale == "logit" else x


def back(x: Floats, scale: str) -> Floats:
    """Return values in their own unit."""
    if scale == "log":
        return np.asarray(np.exp(x))
    if scale == "fisher-z":
        return np.asarray(np.tanh(x))
    return np.asarray(special.expit(x), dtype=np.float64) if scale == "logit" else x
