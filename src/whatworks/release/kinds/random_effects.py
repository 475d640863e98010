"""The pooled effect of a strand by a two-level model: of composites, or of every effect by itself."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from whatworks.release.evidence import Evidence
from whatworks.release.kinds.extent import extent_results
from whatworks.release.kinds.limits import limits_of
from whatworks.release.kinds.months import months_results
from whatworks.release.nouns import Analysis
from whatworks.release.pooled_units import pooled_units
from whatworks.release.results import Result
from whatworks.synthesis import (
    PossibleMisuse,
    RandomEffects,
    random_effects,
)

__all__ = ["OPTIONS", "random_effects_of"]

# Every option a random-effects analysis states; none is left to a default.
OPTIONS = ("level", "method", "months_table", "rho", "test", "unit", "with_flagged")


def random_effects_of(
    evidence: Evidence, analysis: Analysis, options: dict[str, Any]
) -> Sequence[Result]:
    """Pool the analysis's effects, in the units its options ask for, by a two-level model."""
    effects = [
        evidence.effect_by_id[entry.row_id]
        for entry in evidence.inputs_by_analysis[analysis.analysis_id]
    ]
    units = pooled_units(effects, options)
    with warnings.catch_warnings():
        # Doubtful effects carry a plausibility flag already; those that are kept in are meant.
        warnings.simplefilter("ignore", PossibleMisuse)
        fit = random_effects(
            units.yi,
            units.vi,
            method=options["method"],
            test=options["test"],
            level=options["level"],
        )
    return [
        *_estimates(fit),
        *_heterogeneity(fit),
        *extent_results(evidence, effects),
        *months_results(fit.estimate, fit.ci, options["months_table"]),
    ]


def _estimates(fit: RandomEffects) -> list[Result]:
    """Return the mean effect with its uncertainty."""
    percent = f"{100 * fit.level:g} per cent"
    one_study = "There is one study, so the spread between studies cannot be estimated."
    return [
        Result("estimate", fit.estimate, "g", "Average effect (Hedges' g)"),
        Result("se", fit.se, "g", "Standard error of the average effect"),
        *limits_of("ci", fit.ci, "g", f"{percent} confidence interval", one_study),
        *limits_of("pi", fit.prediction_interval, "g", f"{percent} prediction interval", one_study),
        Result("p_value", fit.p_value, "probability", "p value of the average effect"),
        Result("df", fit.df, "degrees of freedom", "Degrees of freedom of the t distribution"),
    ]


def _tau2_outside(fit: RandomEffects) -> str | None:
    """Return why an estimate may lie outside its own interval, where it does."""
    if fit.tau2 is None or fit.tau2_ci is None or fit.tau2_ci[0] <= fit.tau2 <= fit.tau2_ci[1]:
        return None
    return (
        "The estimate lies outside this interval: it maximises the likelihood, the interval comes from "
        "Cochran's Q, and the two weigh precise studies differently. Neither is an error."
    )


def _heterogeneity(fit: RandomEffects) -> list[Result]:
    """Return how far the studies differ."""
    return [
        Result("tau2", fit.tau2, "g squared", "Variance between studies (tau squared)"),
        *limits_of(
            "tau2_ci",
            fit.tau2_ci,
            "g squared",
            "Q-profile interval of tau squared",
            "The interval needs at least two studies.",
            note=_tau2_outside(fit),
        ),
        Result(
            "i2",
            fit.i2,
            "percent",
            "Share of variation due to differences between studies (I squared)",
        ),
        Result("q", fit.q, "chi-squared", "Cochran's Q"),
        Result("q_df", fit.q_df, "degrees of freedom", "Degrees of freedom of Q"),
        Result("q_p_value", fit.q_p_value, "probability", "p value of Q"),
        Result(
            "n_maxima", len(fit.maxima), "count", "Local maxima of the likelihood that were found"
        ),
    ]
