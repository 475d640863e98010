"""The pooled effect of a strand, with everything its page prints beside it."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from whatworks.extraction.nouns import Effect
from whatworks.release.evidence import Evidence
from whatworks.release.nouns import Analysis
from whatworks.release.pooled_units import pooled_units
from whatworks.release.results import Result
from whatworks.synthesis import (
    PossibleMisuse,
    RandomEffects,
    months_of_progress,
    random_effects,
)

__all__ = ["OPTIONS", "random_effects_of"]

# Every option a random-effects analysis states; none is left to a default.
OPTIONS = ("level", "method", "months_table", "rho", "test", "unit", "with_flagged")

UNITED_KINGDOM = frozenset(
    {"UK", "United Kingdom", "England", "Scotland", "Wales", "Northern Ireland"}
)


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
        *_extent(evidence, effects),
        *_months(fit, options["months_table"]),
    ]


def _interval(
    name: str,
    limits: tuple[float, float] | None,
    unit: str,
    label: str,
    why_not: str,
    note: str | None = None,
) -> list[Result]:
    """Return the two limits of an interval, or the reason why there is none."""
    low, high = limits if limits is not None else (None, None)
    note = note if limits is not None else why_not
    return [
        Result(f"{name}_lb", low, unit, f"Lower limit of the {label}", note),
        Result(f"{name}_ub", high, unit, f"Upper limit of the {label}", note),
    ]


def _estimates(fit: RandomEffects) -> list[Result]:
    """Return the mean effect with its uncertainty."""
    percent = f"{100 * fit.level:g} per cent"
    one_study = "There is one study, so the spread between studies cannot be estimated."
    return [
        Result("estimate", fit.estimate, "g", "Average effect (Hedges' g)"),
        Result("se", fit.se, "g", "Standard error of the average effect"),
        *_interval("ci", fit.ci, "g", f"{percent} confidence interval", one_study),
        *_interval("pi", fit.prediction_interval, "g", f"{percent} prediction interval", one_study),
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
        *_interval(
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


def _extent(evidence: Evidence, effects: Sequence[Effect]) -> list[Result]:
    """Return how much evidence there is, and how much of it is from the United Kingdom."""
    largest: dict[str, int] = {}
    for effect in effects:
        largest[effect.study_id] = max(largest.get(effect.study_id, 0), effect.n_total or 0)
    unknown = sum(n == 0 for n in largest.values())
    countries = [evidence.study_by_id[study_id].country for study_id in largest]
    known = [country for country in countries if country]
    uk = sum(
        not UNITED_KINGDOM.isdisjoint(part.strip() for part in country.replace(";", ",").split(","))
        for country in known
    )
    return [
        Result("k_studies", len(largest), "studies", "Studies pooled"),
        Result("k_effects", len(effects), "effects", "Effects pooled"),
        Result(
            "n_pupils",
            sum(largest.values()),
            "pupils",
            "Pupils: the largest sample of each study, summed",
            f"{unknown:,} of {len(largest):,} studies do not give a number." if unknown else None,
        ),
        Result(
            "share_uk",
            100 * uk / len(known) if known else None,
            "percent",
            "Share of studies from the United Kingdom",
            None
            if len(known) == len(countries)
            else f"The country is known for {len(known):,} of {len(countries):,} studies.",
        ),
    ]


def _months(fit: RandomEffects, table: str | None) -> list[Result]:
    """Return months of progress; the options name a table only where the outcome is attainment."""
    if table is None:
        return []
    progress = months_of_progress(fit.estimate, is_attainment=True, ci=fit.ci, table=table)
    note = f"Conversion table: {progress.table}. Months are compared with similar pupils."
    if progress.note:
        note = f"{note} {progress.note}"
    low, high = progress.ci or (None, None)
    return [
        Result("months", progress.months, "months", "Months of progress", note),
        Result("months_lb", low, "months", "Lower limit of months of progress", note),
        Result("months_ub", high, "months", "Upper limit of months of progress", note),
    ]
