"""How a strand's average depends on the correlation that is assumed within studies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from whatworks.release.dependent_pool import DependentPool, pool_dependent
from whatworks.release.evidence import Evidence
from whatworks.release.kinds.dependent_effects import ONE_STUDY
from whatworks.release.kinds.limits import limits_of
from whatworks.release.nouns import Analysis
from whatworks.release.results import Result

__all__ = ["OPTIONS", "rho_code", "rho_sensitivity_of"]

# Every option an analysis of this kind states; none is left to a default.
OPTIONS = (
    "level",
    "method",
    "rhos",
    "robust",
    "smooth_vi",
    "test",
    "with_flagged",
    "working_model",
)


def rho_code(rho: float) -> str:
    """Return a correlation as it stands in the names of numbers: "060" for 0.6."""
    return f"{round(100 * rho):03d}"


def rho_sensitivity_of(
    evidence: Evidence, analysis: Analysis, options: dict[str, Any]
) -> Sequence[Result]:
    """Pool the analysis's effects under each of several correlations within studies."""
    effects = [
        evidence.effect_by_id[entry.row_id]
        for entry in evidence.inputs_by_analysis[analysis.analysis_id]
    ]
    pools = {
        rho: pool_dependent(
            effects,
            rho=rho,
            smooth_vi=options["smooth_vi"],
            working=options["working_model"],
            method=options["method"],
            adjustment=options["robust"],
            test=options["test"],
            level=options["level"],
        )
        for rho in options["rhos"]
    }
    estimates = [pool.estimate for pool in pools.values()]
    apart = [pool for pool in pools.values() if pool.ci and (pool.ci[0] > 0 or pool.ci[1] < 0)]
    return [
        Result(
            "estimate_change",
            max(estimates) - min(estimates),
            "g",
            "How far the average moves over all correlations tried",
        ),
        Result("n_rho", len(pools), "count", "Correlations tried"),
        Result(
            "n_rho_apart", len(apart), "count", "Of these, with an interval that leaves out zero"
        ),
        *(row for rho, pool in pools.items() for row in _at(rho, pool, options["level"])),
    ]


def _at(rho: float, pool: DependentPool, level: float) -> list[Result]:
    """Return the results under one correlation."""
    code, where = rho_code(rho), f"at a correlation of {rho:g}"
    note, spread_note = pool.inference_note, ONE_STUDY if pool.model is None else None
    low, high = limits_of(
        "ci",
        pool.ci,
        "g",
        f"{100 * level:g} per cent confidence interval {where}",
        note or "",
        note,
    )
    rows = [
        Result("estimate", pool.estimate, "g", f"Average effect (Hedges' g) {where}"),
        Result("se", pool.se, "g", f"Robust standard error {where}", note),
        low,
        high,
        Result("df", pool.df, "degrees of freedom", f"Degrees of freedom {where}", note),
        Result("p_value", pool.p_value, "probability", f"p value of the average {where}", note),
        Result("tau2", pool.tau2, "g squared", f"Variance between studies {where}", spread_note),
        Result("omega2", pool.omega2, "g squared", f"Variance within studies {where}", spread_note),
    ]
    return [
        Result(f"{row.field}_rho_{code}", row.value, row.unit, row.label, row.note) for row in rows
    ]
