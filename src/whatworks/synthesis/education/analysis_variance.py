"""Standardised effects by how a study analysed its data, with clusters where there are any."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.synthesis.education.clustering_design import INDIVIDUAL, Assignment

__all__ = [
    "AnalysedEffects",
    "effect_of_coefficient",
    "effect_of_gains",
    "effect_of_means",
    "effect_of_test",
    "effect_with_pretest",
    "gain_of_effects",
]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class AnalysedEffects:
    """Effects with variances, and what made them.

    Attributes
    ----------
    yi, vi
        Effect on the total standard deviation, g sqrt(gamma), and its variance.
    df
        Degrees of freedom of the standard deviation, h.
    gamma, eta
        Factors of clustering; 1 without.
    formula
        How vi was computed, for the trail.
    """

    yi: Floats
    vi: Floats
    df: Floats
    gamma: Floats
    eta: Floats
    formula: str


def effect_of_means(
    g: npt.ArrayLike,
    n1: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    assignment: Assignment = INDIVIDUAL,
    r2: npt.ArrayLike = 0.0,
    covariates: npt.ArrayLike = 0,
    with_effect_term: bool = True,
) -> AnalysedEffects:
    """Effect from means, adjusted (ANCOVA) or not.

    vi = (1 - R2)(1/n1 + 1/n2) f + g^2/(2(h - q)), where f is gamma if the study's analysis allowed for
    clustering and eta if not.

    Parameters
    ----------
    g : array-like
        Hedges' g as if pupils had been assigned one by one.
    n1, n2 : array-like
        Pupils in each group.
    assignment : Assignment
        Clusters; pupils by themselves if not given.
    r2 : array-like
        Share of the outcome's variance that the covariates explain; 0 where it is not known.
    covariates : array-like
        Their number, q.
    with_effect_term : bool
        Leave the last term out for tests of small-study effects, where it ties the variance to
        the effect (Pustejovsky and Rodgers 2019).

    Raises
    ------
    UserError
        R2 out of range, or no degrees of freedom left.
    """
    base = _base(n1, n2)
    share = _unit(r2, "r2")
    return _made(
        g,
        n1,
        n2,
        assignment,
        (1.0 - share) * base,
        covariates,
        with_effect_term,
        "(1 - R2)(1/n1 + 1/n2)",
    )


def effect_of_test(
    g: npt.ArrayLike,
    n1: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    t: npt.ArrayLike | None = None,
    f: npt.ArrayLike | None = None,
    assignment: Assignment = INDIVIDUAL,
    covariates: npt.ArrayLike = 0,
    with_effect_term: bool = True,
) -> AnalysedEffects:
    """Effect with the precision of its reported t or F: vi = (g^2/F) f + g^2/(2(h - q)).

    Raises
    ------
    UserError
        Neither t nor F, both, or one that is 0.
    """
    if (t is None) == (f is None):
        raise UserError("Give either t or F, the statistic of the difference between the groups.")
    square = np.asarray(f, float) if t is None else np.asarray(t, float) ** 2
    if not (square > 0.0).all():
        raise UserError("The statistic is 0: it says nothing of the effect's precision.")
    return _made(
        g,
        n1,
        n2,
        assignment,
        np.asarray(g, float) ** 2 / square,
        covariates,
        with_effect_term,
        "(g^2/F)",
    )


def effect_with_pretest(
    g: npt.ArrayLike,
    n1: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    r: npt.ArrayLike,
    assignment: Assignment = INDIVIDUAL,
    with_effect_term: bool = True,
) -> AnalysedEffects:
    """Effect adjusted for a pretest of which only its correlation is known.

    vi = (1 - r^2)(1/n1 + 1/n2) f + g^2/(2 h).
    """
    rho = _correlation(r)
    first = (1.0 - rho**2) * _base(n1, n2)
    return _made(g, n1, n2, assignment, first, 0, with_effect_term, "(1 - r^2)(1/n1 + 1/n2)")


def effect_of_coefficient(
    g: npt.ArrayLike,
    n1: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    se: npt.ArrayLike,
    sd: npt.ArrayLike,
    assignment: Assignment = INDIVIDUAL,
    covariates: npt.ArrayLike = 0,
    with_effect_term: bool = True,
) -> AnalysedEffects:
    """Effect from a regression coefficient: vi = (SE/S)^2 f + g^2/(2(h - q)).

    Parameters
    ----------
    se, sd : array-like
        Standard error of the coefficient, and the outcome's standard deviation S, both > 0.
    """
    error, spread = np.asarray(se, float), np.asarray(sd, float)
    if not ((error > 0.0) & (spread > 0.0)).all():
        raise UserError("se and sd must be above 0.")
    return _made(
        g, n1, n2, assignment, (error / spread) ** 2, covariates, with_effect_term, "(SE/S)^2"
    )


def effect_of_gains(
    g: npt.ArrayLike,
    n1: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    r: npt.ArrayLike,
    assignment: Assignment = INDIVIDUAL,
    with_effect_term: bool = True,
) -> AnalysedEffects:
    """Effect from gain scores or difference in differences.

    vi = 2(1 - r)(1/n1 + 1/n2) f + g^2/(2 h).

    Parameters
    ----------
    r : array-like
        Correlation of pretest and posttest. The handbook takes 0.5 where a study gives none.
    """
    first = 2.0 * (1.0 - _correlation(r)) * _base(n1, n2)
    return _made(g, n1, n2, assignment, first, 0, with_effect_term, "2(1 - r)(1/n1 + 1/n2)")


def gain_of_effects(
    g_post: npt.ArrayLike,
    g_pre: npt.ArrayLike,
    n1: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    r: npt.ArrayLike,
    assignment: Assignment = INDIVIDUAL,
    with_effect_term: bool = True,
) -> AnalysedEffects:
    """Effect after less effect before, each standardised by its own time's standard deviation.

    vi = 2(1 - r)(1/n1 + 1/n2) f + (g_post^2 + r^2 g_pre^2 - 2 r^2 g_pre g_post)/(2 h).
    """
    rho = _correlation(r)
    post, pre = np.asarray(g_post, float), np.asarray(g_pre, float)
    first = 2.0 * (1.0 - rho) * _base(n1, n2)
    made = _made(post - pre, n1, n2, assignment, first, 0, False, "2(1 - r)(1/n1 + 1/n2)")
    if not with_effect_term:
        return made
    last = (post**2 + rho**2 * pre**2 - 2.0 * rho**2 * pre * post) * made.gamma / (2.0 * made.df)
    return AnalysedEffects(
        made.yi,
        made.vi + last,
        made.df,
        made.gamma,
        made.eta,
        f"{made.formula} + (g_post^2 + r^2 g_pre^2 - 2 r^2 g_pre g_post)/(2 h)",
    )


def _made(
    g: npt.ArrayLike,
    n1: npt.ArrayLike,
    n2: npt.ArrayLike,
    assignment: Assignment,
    first: Floats,
    covariates: npt.ArrayLike,
    with_effect_term: bool,
    words: str,
) -> AnalysedEffects:
    """Put effect, factor and last term together."""
    first_n, second_n = np.asarray(n1, float), np.asarray(n2, float)
    gamma, eta = assignment.gamma(first_n, second_n), assignment.eta(first_n, second_n)
    if not (gamma > 0.0).all():
        raise UserError(
            "So few clusters for so large an icc leave no variance within: the effect cannot be "
            "corrected. Check cluster_size and icc."
        )
    h = assignment.df(first_n, second_n)
    left = h - np.asarray(covariates, float)
    if not (left > 0.0).all():
        raise UserError("No degrees of freedom are left: fewer covariates, or more pupils.")
    effect = np.asarray(g, float) * np.sqrt(gamma)
    factor = gamma if assignment.is_handled else eta
    name = "1" if assignment.is_individual else "gamma" if assignment.is_handled else "eta"
    variance = first * factor
    formula = f"{words} {name}" if name != "1" else words
    if with_effect_term:
        variance = variance + effect**2 / (2.0 * left)
        formula += " + g^2/(2(h - q))"
    shape = np.broadcast(effect, variance)
    return AnalysedEffects(
        yi=np.broadcast_to(effect, shape.shape).copy(),
        vi=np.broadcast_to(variance, shape.shape).copy(),
        df=h,
        gamma=gamma,
        eta=eta,
        formula=formula,
    )


def _base(n1: npt.ArrayLike, n2: npt.ArrayLike) -> Floats:
    first, second = np.asarray(n1, float), np.asarray(n2, float)
    if not ((first >= 2) & (second >= 2)).all():
        raise UserError("n1 and n2 must be 2 or more: pupils in each group.")
    return np.asarray(1.0 / first + 1.0 / second)


def _unit(value: npt.ArrayLike, name: str) -> Floats:
    x = np.asarray(value, float)
    if not ((x >= 0.0) & (x < 1.0)).all():
        raise UserError(f"{name} must be at least 0 and below 1. Supplied value was {value!r}.")
    return x


def _correlation(r: npt.ArrayLike) -> Floats:
    rho = np.asarray(r, float)
    if not (np.abs(rho) < 1.0).all():
        raise UserError(f"r must lie between -1 and 1. Supplied value was {r!r}.")
    return rho
