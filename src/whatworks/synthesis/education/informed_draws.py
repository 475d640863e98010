"""Draws of a missing number that look at the study's own effect too."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from copy import deepcopy

import numpy as np
import numpy.typing as npt

from whatworks.errors import TooFewStudies
from whatworks.statistics import special
from whatworks.synthesis.education.draws import (
    SCALES,
    Imputed,
    back,
    checked_column,
    forward,
    posterior_draw,
    predictors,
    refuse_outside,
)
from whatworks.synthesis.inference_view import as_fitted
from whatworks.synthesis.inputs import PossibleMisuse, generator_of, one_of
from whatworks.synthesis.model import FittedModel
from whatworks.synthesis.robust import RobustInference

__all__ = ["draw_informed"]

Floats = npt.NDArray[np.float64]

# Points at which each conditional distribution is evaluated, and rounds before a draw is kept.
GRID = 32
SWEEPS = 6


def draw_informed(
    values: npt.ArrayLike,
    *,
    scale: str,
    m: int,
    rng: np.random.Generator | int,
    effects: Callable[[Floats], tuple[Floats, Floats]],
    slope: Callable[[Floats], Floats],
    fit: Callable[[Floats], FittedModel | RobustInference],
    like: npt.ArrayLike | None = None,
) -> Imputed:
    """Draw the missing entries of a column given the other rows and the study's own effect.

    A study that reports a difference of 9 points and no standard deviation had, most likely, a test
    with a large one: an effect of 3 is rare. `draw_missing` does not know that; where standard
    deviations differ much between studies its draws add noise to effects, and the model takes the
    noise for heterogeneity. This one weighs each draw by how well the effect that follows from it fits
    the model.

    Parameters
    ----------
    values, scale, m, rng, like
        As `draw_missing`.
    effects : callable
        Takes a completed column, (k,); returns effects and sampling variances, (k,) each.
    slope : callable
        Takes a completed column; returns how much each effect moves with one unit of what the study
        reported, (k,): ``lambda sd: 1 / sd`` for a missing standard deviation of a reported
        difference, ``np.ones_like`` where the effect does not depend on the missing number.
    fit : callable
        Takes a completed column and returns the fitted model, as in `impute_and_pool`.

    Returns
    -------
    Imputed
        From m chains that start from `draw_missing` and run six rounds each.

    Raises
    ------
    TooFewStudies, UserError
        As `draw_missing`.

    Notes
    -----
    A Gibbs sampler. A round draws (1) coefficients from their normal distribution and the
    heterogeneity from a scaled inverse chi-squared one with the standard error of the fit, (2) mean
    and spread of the number on its scale from their posterior given the completed column, (3) each
    missing number from its conditional distribution, proportional to its own density times
    N(y; x'b, tau2 + v) |slope|, on 32 strata of the first factor (griddy Gibbs). Effects of one
    cluster are taken one by one in (3).

    References
    ----------
    Tanner MA, Wong WH (1987). Journal of the American Statistical Association 82:528-540. Ritter C,
    Tanner MA (1992). Journal of the American Statistical Association 87:861-868.
    """
    one_of(scale, SCALES, "scale")
    x, missing = checked_column(values, m)
    m, rng = int(m), generator_of(rng)
    columns = predictors(like, x.size)
    refuse_outside(x, scale, "values")
    n, p = int((~missing).sum()), columns.shape[1]
    if n < p + 2:
        raise TooFewStudies(f"{n} values are known; {p + 2} are needed.")
    state = deepcopy(dict(rng.bit_generator.state))
    draws = np.tile(x, (m, 1))
    rows = ~missing
    for i in range(m):
        mean, sigma = posterior_draw(forward(x[rows], scale), columns[rows], columns[missing], rng)
        column = draws[i]
        column[missing] = back(mean + sigma * rng.standard_normal(mean.size), scale)
        for _ in range(SWEEPS):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", PossibleMisuse)
                model = as_fitted(fit(column.copy()))
            centre, tau2 = _model_draw(model, rng)
            mean, sigma = posterior_draw(forward(column, scale), columns, columns[missing], rng)
            strata = special.ndtri((np.arange(GRID) + rng.random()) / GRID)
            candidates = back(mean + sigma * strata[:, None], scale)
            weight = _log_weight(column, missing, candidates, effects, slope, centre, tau2)
            share = np.exp(weight - weight.max(axis=0))
            edge = np.cumsum(share, axis=0) / share.sum(axis=0)
            chosen = (edge < rng.random(mean.size)).sum(axis=0).clip(max=GRID - 1)
            column[missing] = candidates[chosen, np.arange(mean.size)]
    words = f"normal on the {scale} scale given {n} rows and the study's own effect"
    return Imputed(draws, missing, words, state)


def _model_draw(model: FittedModel, rng: np.random.Generator) -> tuple[Floats, float]:
    """Draw the expected effect of each row, and the variance of true effects about it."""
    root = np.linalg.cholesky(model.vcov)
    b = model.coefficients + root @ rng.standard_normal(model.coefficients.size)
    tau2 = float(model.prediction_variance() or 0.0)
    errors = [c.se for c in model.components if c.kind == "variance" and c.se is not None]
    if tau2 > 0.0 and errors:
        df = 2.0 * tau2**2 / float(np.sum(np.square(errors)))
        # Few studies: without a floor the draw has no mean.
        tau2 *= max(df, 3.0) / float(rng.chisquare(max(df, 3.0)))
    return model.design.matrix @ b, tau2


def _log_weight(
    column: Floats,
    missing: npt.NDArray[np.bool_],
    candidates: Floats,
    effects: Callable[[Floats], tuple[Floats, Floats]],
    slope: Callable[[Floats], Floats],
    centre: Floats,
    tau2: float,
) -> Floats:
    """Log density of what each study reported, at each candidate, (GRID, missing)."""
    out = np.empty(candidates.shape)
    trial = column.copy()
    for c, row in enumerate(candidates):
        trial[missing] = row
        yi, vi = effects(trial)
        variance = tau2 + np.asarray(vi)[missing]
        distance = (np.asarray(yi)[missing] - centre[missing]) ** 2
        out[c] = -0.5 * (np.log(variance) + distance / variance)
        out[c] += np.log(np.abs(np.asarray(slope(trial))[missing]))
    return out
