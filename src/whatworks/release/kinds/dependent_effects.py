"""The headline of a strand: effects that come several to a study, pooled with robust inference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from whatworks.release.dependent_pool import BETWEEN, WITHIN, DependentPool, pool_dependent
from whatworks.release.evidence import Evidence
from whatworks.release.kinds.extent import extent_results, studies_with_several
from whatworks.release.kinds.limits import limits_of
from whatworks.release.kinds.months import months_results
from whatworks.release.nouns import Analysis
from whatworks.release.results import Result

__all__ = ["OPTIONS", "dependent_effects_of"]

# Every option an analysis of this kind states; none is left to a default.
OPTIONS = (
    "level", "method", "months_table", "rho", "robust", "smooth_vi", "test", "with_flagged",
    "working_model",
)  # fmt: skip

ONE_STUDY = "There is one study, so the spread between studies cannot be estimated."


def dependent_effects_of(
    evidence: Evidence, analysis: Analysis, options: dict[str, Any]
) -> Sequence[Result]:
    """Pool the analysis's effects by a working model, with cluster-robust inference."""
    effects = [
        evidence.effect_by_id[entry.row_id]
        for entry in evidence.inputs_by_analysis[analysis.analysis_id]
    ]
    pool = pool_dependent(
        effects,
        rho=options["rho"],
        smooth_vi=options["smooth_vi"],
        working=options["working_model"],
        method=options["method"],
        adjustment=options["robust"],
        test=options["test"],
        level=options["level"],
    )
    several = studies_with_several(effects)
    return [
        *_estimates(pool, options["level"]),
        *_spread(pool, options["level"], several),
        *_heterogeneity(pool),
        *extent_results(evidence, effects),
        Result("k_studies_several", several, "studies", "Studies that give more than one effect"),
        *months_results(pool.estimate, pool.ci, options["months_table"]),
    ]


def _estimates(pool: DependentPool, level: float) -> list[Result]:
    """Return the average effect with its uncertainty."""
    percent, note = f"{100 * level:g} per cent", pool.inference_note
    why_not = note or ONE_STUDY
    prediction_note = (
        "For the true effect on one measure in a new study: it takes in the spread between studies "
        "and within them."
    )
    return [
        Result("estimate", pool.estimate, "g", "Average effect (Hedges' g)"),
        Result("se", pool.se, "g", "Robust standard error of the average effect", note),
        *limits_of("ci", pool.ci, "g", f"{percent} confidence interval", why_not, note),
        *limits_of(
            "pi",
            pool.prediction_interval,
            "g",
            f"{percent} prediction interval",
            ONE_STUDY if pool.model is None else why_not,
            prediction_note,
        ),
        Result("p_value", pool.p_value, "probability", "p value of the average effect", note),
        Result(
            "df",
            pool.df,
            "degrees of freedom",
            "Degrees of freedom of the t distribution (Satterthwaite)",
            note,
        ),
    ]


def _spread(pool: DependentPool, level: float, several: int) -> list[Result]:
    """Return the variances of true effects between and within studies, with their limits."""
    total = None if pool.tau2 is None or pool.omega2 is None else (pool.tau2 + pool.omega2) ** 0.5
    rows = [
        *_variance(pool, level, "tau2", BETWEEN, "between studies (tau squared)", None),
        *_variance(
            pool,
            level,
            "omega2",
            WITHIN,
            "within studies (omega squared)",
            None
            if several
            else "Every study has one effect: all spread is given as between studies.",
        ),
    ]
    note = ONE_STUDY if pool.model is None else None
    return [*rows, Result("true_sd", total, "g", "Standard deviation of all true effects", note)]


def _variance(
    pool: DependentPool, level: float, field: str, component: str, where: str, fixed: str | None
) -> list[Result]:
    """Return one variance and its profile-likelihood limits."""
    value = pool.tau2 if field == "tau2" else pool.omega2
    interval, note, why_not = None, fixed, fixed or ONE_STUDY
    if pool.model is None:
        note = ONE_STUDY
    elif fixed is None:
        interval = pool.model.confint(component, level=level)
        if value == 0.0:
            note = (
                "The estimate is at its lowest possible value: the data call for no more spread here "
                "than chance and the other level give."
            )
    return [
        Result(field, value, "g squared", f"Variance {where}", note),
        *limits_of(
            f"{field}_ci",
            interval,
            "g squared",
            f"profile-likelihood interval of the variance {where}",
            why_not,
        ),
    ]


def _heterogeneity(pool: DependentPool) -> list[Result]:
    """Return shares of variation, Cochran's Q and how many maxima the likelihood has."""
    model, note = pool.model, ONE_STUDY if pool.model is None else None
    shares = {} if model is None else model.i2_of_level
    q, q_df, q_p, i2, between, within, maxima = (
        (None,) * 7
        if model is None
        else (
            model.q,
            model.q_df,
            model.q_p_value,
            model.i2,
            shares.get("study"),
            shares.get("study/effect"),
            len(model.certificate.maxima),
        )
    )
    i2_label = "Share of variation due to differences between true effects (I squared)"
    return [
        Result("i2", i2, "percent", i2_label, note),
        Result("i2_between", between, "percent", "Part of I squared between studies", note),
        Result("i2_within", within, "percent", "Part of I squared within studies", note),
        Result("q", q, "chi-squared", "Cochran's Q, with the sampling errors as assumed", note),
        Result("q_df", q_df, "degrees of freedom", "Degrees of freedom of Q", note),
        Result("q_p_value", q_p, "probability", "p value of Q", note),
        Result("n_maxima", maxima, "count", "Local maxima of the likelihood that were found", note),
    ]
