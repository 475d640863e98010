"""Standardised effects of studies with a pretest: adjusted for it, gains, differences of effects.

g is as in `analysis_variance`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.synthesis.education.analysed_effects import AnalysedEffects, combined, design_term
from whatworks.synthesis.education.clustering_design import INDIVIDUAL, Assignment
from whatworks.synthesis.inputs import one_of
from whatworks.synthesis.reported_values import correlations, matching, reported

__all__ = ["PRETEST_TERMS", "effect_of_gains", "effect_with_pretest", "gain_of_effects"]

PRETEST_TERMS = ("handbook", "delta")


def effect_with_pretest(
    g: npt.ArrayLike,
    n1: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    r: npt.ArrayLike,
    assignment: Assignment = INDIVIDUAL,
    with_effect_term: bool = True,
) -> AnalysedEffects:
    """Effect adjusted for a pretest of which only its correlation with the outcome is known.

    vi = (1 - r^2)(1/n1 + 1/n2) f + g_T^2/(2 h). Other arguments as `effect_of_means`.

    Raises
    ------
    UserError
        r beyond -1 or 1, or as `effect_of_means`.
    """
    first = (1.0 - correlations(r, "r") ** 2) * design_term(n1, n2)
    words = "(1 - r^2)(1/n1 + 1/n2)"
    return combined(g, n1, n2, assignment, first, words, None, with_effect_term, counts_pupils=True)


def effect_of_gains(
    g: npt.ArrayLike,
    n1: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    r: npt.ArrayLike,
    assignment: Assignment = INDIVIDUAL,
    with_effect_term: bool = True,
) -> AnalysedEffects:
    """Effect from gain scores or a difference in differences, in units of the outcome.

    vi = 2(1 - r)(1/n1 + 1/n2) f + g_T^2/(2 h). A study that prints the t of its gains: `effect_of_test`.

    Parameters
    ----------
    r : array-like
        Correlation of pretest and posttest. The handbook takes 0.5 where a study gives none, which
        leaves the variance of the posttests; there is no default here.
    g, n1, n2, assignment, with_effect_term
        As `effect_of_means`.
    """
    first = 2.0 * (1.0 - correlations(r, "r")) * design_term(n1, n2)
    words = "2(1 - r)(1/n1 + 1/n2)"
    return combined(g, n1, n2, assignment, first, words, None, with_effect_term, counts_pupils=True)


def gain_of_effects(
    g_post: npt.ArrayLike,
    g_pre: npt.ArrayLike,
    n1: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    r: npt.ArrayLike,
    assignment: Assignment = INDIVIDUAL,
    with_effect_term: bool = True,
    pretest_term: str = "handbook",
) -> AnalysedEffects:
    """Effect after less effect before, each standardised by its own time's standard deviation.

    vi = 2(1 - r)(1/n1 + 1/n2) f + (g_post^2 + c g_pre^2 - 2 r^2 g_pre g_post)/(2 h), both effects
    times sqrt(gamma).

    Parameters
    ----------
    g_post, g_pre : array-like
        Hedges' g after and before, as if pupils had been assigned one by one.
    r : array-like
        Correlation of pretest and posttest.
    pretest_term : {"handbook", "delta"}
        c = r^2, as the formula is printed, or c = 1, as the delta method gives it (`difference_in_g`
        for pupils one by one). The first leaves most of what is unsure in the pretest's standard
        deviation out where r is small; they differ by (1 - r^2) g_pre^2/(2 h).
    n1, n2, assignment, with_effect_term
        As `effect_of_means`.
    """
    one_of(pretest_term, PRETEST_TERMS, "pretest_term")
    post, pre, rho = matching(
        "g_post g_pre r", reported(g_post, "g_post"), reported(g_pre, "g_pre"), correlations(r, "r")
    )
    first = 2.0 * (1.0 - rho) * design_term(n1, n2)
    made = combined(
        post - pre,
        n1,
        n2,
        assignment,
        first,
        "2(1 - r)(1/n1 + 1/n2)",
        None,
        with_effect_term=False,
        counts_pupils=True,
    )
    if not with_effect_term:
        return made
    c, word = (rho**2, "r^2 ") if pretest_term == "handbook" else (np.ones_like(rho), "")
    square = (post**2 + c * pre**2 - 2.0 * rho**2 * pre * post) * made.gamma
    return AnalysedEffects(
        made.yi,
        made.vi + square / (2.0 * made.df),
        made.df,
        made.gamma,
        made.eta,
        f"{made.formula} + (g_post^2 + {word}g_pre^2 - 2 r^2 g_pre g_post)/(2 h)",
        made.notes,
    )
