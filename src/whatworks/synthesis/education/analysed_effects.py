"""Standardised effects with what made them, put together from the term that an analysis gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.synthesis.education.clustering_design import INDIVIDUAL, Assignment
from whatworks.synthesis.reported_values import counts, group_sizes, matching, refuse, reported

__all__ = ["AnalysedEffects", "combined", "design_term"]

Floats = npt.NDArray[np.float64]

GAMMA_ON_PUPILS = (
    "The first term counts pupils, and gamma takes it below that of pupils assigned one by one, as "
    "the published table has it. What the study's analysis allowed for is in its standard error, t "
    "or F, not in its numbers of pupils: prefer those, or take is_handled=False."
)


@dataclass(frozen=True, slots=True, eq=False)
class AnalysedEffects:
    """Effects with variances, and what made them.

    Attributes
    ----------
    yi, vi
        Effect in total standard deviations, g sqrt(gamma), and its sampling variance; NaN where a
        study's numbers are missing.
    df
        Degrees of freedom of the standard deviation, h; before covariates are taken off.
    gamma, eta
        Factors of clusters; 1 without.
    formula
        How vi was computed, for the trail.
    notes
        Sentences a reader must know.
    """

    yi: Floats
    vi: Floats
    df: Floats
    gamma: Floats
    eta: Floats
    formula: str
    notes: tuple[str, ...] = ()


def combined(
    g: npt.ArrayLike,
    n1: npt.ArrayLike,
    n2: npt.ArrayLike,
    assignment: Assignment,
    first: Floats,
    words: str,
    covariates: npt.ArrayLike | None,
    with_effect_term: bool,
    *,
    counts_pupils: bool = False,
) -> AnalysedEffects:
    """Put effect, factor and last term together; covariates None: the last term has no q."""
    factors = assignment.factors(group_sizes(n1, "n1"), group_sizes(n2, "n2"))
    number = counts(0.0 if covariates is None else covariates, "covariates")
    effect, term, q, gamma, eta, h, factor = matching(
        "g precision covariates gamma eta df factor",
        reported(g, "g"),
        first,
        number,
        factors.gamma,
        factors.eta,
        factors.df,
        factors.factor,
    )
    left = h - q
    refuse(left <= 0.0, q, "covariates", "They leave no degrees of freedom. Correct them, or n.")
    g_total = effect * np.sqrt(gamma)
    variance = term * factor
    is_alone = assignment is INDIVIDUAL
    formula = f"vi = {words}" if is_alone else f"vi = {words} {factors.factor_name}"
    if with_effect_term:
        variance = variance + g_total**2 / (2.0 * left)
        formula += " + g_T^2/(2 h)" if covariates is None else " + g_T^2/(2(h - q))"
        formula += ", h = n1 + n2 - 2" if is_alone else f", h by {factors.df_name}"
    is_missing = np.isnan(g_total) | np.isnan(variance)
    return AnalysedEffects(
        yi=np.where(is_missing, np.nan, g_total),
        vi=np.where(is_missing, np.nan, variance),
        df=np.array(h),
        gamma=np.array(gamma),
        eta=np.array(eta),
        formula=formula,
        notes=(GAMMA_ON_PUPILS,) if counts_pupils and (factor < eta).any() else (),
    )


def design_term(n1: npt.ArrayLike, n2: npt.ArrayLike) -> Floats:
    """Return 1/n1 + 1/n2 for group sizes that can be."""
    first, second = matching("n1 n2", group_sizes(n1, "n1"), group_sizes(n2, "n2"))
    return np.asarray(1.0 / first + 1.0 / second)
