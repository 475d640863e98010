"""Standardised effects by how a study analysed its data, with clusters where there are any.

In each function g is Hedges' g as if pupils had been assigned one by one, in standard deviations of
all pupils; the effect that comes out is g_T = g sqrt(gamma).
"""

from __future__ import annotations

import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.synthesis.education.analysed_effects import AnalysedEffects, combined, design_term
from whatworks.synthesis.education.clustering_design import INDIVIDUAL, Assignment
from whatworks.synthesis.reported_values import (
    above_zero,
    matching,
    refuse,
    reported,
    standard_deviations,
)

__all__ = [
    "effect_of_coefficient",
    "effect_of_means",
    "effect_of_standardised_coefficient",
    "effect_of_test",
]


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
    """Effect from means, adjusted by analysis of covariance or not.

    vi = (1 - R2)(1/n1 + 1/n2) f + g_T^2/(2(h - q)), where f is gamma if the study's analysis allowed
    for clusters and eta if not, as the published table has it. With gamma the variance of simulated
    trials is many times larger than vi (`notes` of the result say what to do); with eta it agrees.

    Parameters
    ----------
    g : array-like
        Hedges' g as if pupils had been assigned one by one.
    n1, n2 : array-like
        Pupils in each group.
    assignment : Assignment
        Clusters; pupils one by one if not given.
    r2 : array-like
        Share of the outcome's variance that the covariates explain; 0 where it is not known, which
        makes the variance too large rather than too small.
    covariates : array-like
        Their number, q.
    with_effect_term : bool
        False leaves the last term out. It is there for tests of small-study effects: that term makes
        the variance grow with the effect, so that effects and standard errors go together even
        where no study is held back (Pustejovsky and Rodgers 2019). Not for pooling.

    Raises
    ------
    UserError
        A number that cannot be, or no degrees of freedom left.

    References
    ----------
    What Works Clearinghouse (2022). Procedures and Standards Handbook, version 5.0, appendix E.
    Hedges LV, Tipton E, Zejnullahi R, Diaz KG (2023). British Journal of Mathematical and
    Statistical Psychology 76:259-282 (covariates and gains).
    Pustejovsky JE, Rodgers MA (2019). Research Synthesis Methods 10:57-71.
    """
    share = reported(r2, "r2")
    refuse((share < 0.0) | (share >= 1.0), share, "r2", "It is at least 0 and below 1.")
    first = (1.0 - share) * design_term(n1, n2)
    words = "(1 - R2)(1/n1 + 1/n2)"
    return combined(
        g, n1, n2, assignment, first, words, covariates, with_effect_term, counts_pupils=True
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
    """Effect with the precision of its reported t or F: vi = (g^2/F) f + g_T^2/(2(h - q)).

    g^2/F is the squared standard error of g itself, before sqrt(gamma), so that a study which prints
    its t and one which prints its standard error get one variance (`effect_of_coefficient`). Serves
    means, analyses of covariance and gains alike: the statistic carries what the analysis did.

    Parameters
    ----------
    t, f : array-like
        Statistic of the difference between the groups, F on 1 numerator degree of freedom; one of
        the two.
    g, n1, n2, assignment, covariates, with_effect_term
        As `effect_of_means`.

    Raises
    ------
    UserError
        Neither t nor F, both, or one that is 0: it says nothing of the effect's precision.
    """
    if t is not None and f is None:
        statistic = reported(t, "t")
        refuse(statistic == 0.0, statistic, "t", "A t of 0 says nothing of the precision.")
        square = statistic**2
    elif f is not None and t is None:
        square = above_zero(f, "f", "F is above 0.")
    else:
        raise UserError("Give either t or F, the statistic of the difference between the groups.")
    effect, square = matching("g statistic", reported(g, "g"), square)
    first = effect**2 / square
    return combined(g, n1, n2, assignment, first, "(g^2/F)", covariates, with_effect_term)


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
    """Effect from a regression coefficient: vi = (SE/S)^2 f + g_T^2/(2(h - q)).

    Parameters
    ----------
    se, sd : array-like
        Standard error of the coefficient, and the outcome's standard deviation S over all pupils,
        both in the outcome's unit and above 0.
    g, n1, n2, assignment, covariates, with_effect_term
        As `effect_of_means`; g is the coefficient over S, times the small-sample factor.
    """
    error, spread = matching(
        "se sd",
        above_zero(se, "se", "A standard error is above 0."),
        standard_deviations(sd, "sd"),
    )
    first = (error / spread) ** 2
    return combined(g, n1, n2, assignment, first, "(SE/S)^2", covariates, with_effect_term)


def effect_of_standardised_coefficient(
    g: npt.ArrayLike,
    n1: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    se: npt.ArrayLike,
    assignment: Assignment = INDIVIDUAL,
    covariates: npt.ArrayLike = 0,
    with_effect_term: bool = True,
) -> AnalysedEffects:
    """Effect from a coefficient of a standardised outcome: vi = SE^2 f + g_T^2/(2(h - q)).

    Parameters
    ----------
    se : array-like
        Standard error in standard deviations of the outcome, above 0.
    g, n1, n2, assignment, covariates, with_effect_term
        As `effect_of_means`.
    """
    first = above_zero(se, "se", "A standard error is above 0.") ** 2
    return combined(g, n1, n2, assignment, first, "SE^2", covariates, with_effect_term)
