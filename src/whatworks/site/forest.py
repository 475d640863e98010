"""The rows of a forest plot: one result for each study, as the analysis took it in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.extraction.nouns import Effect
from whatworks.release.nouns import Analysis
from whatworks.release.pooled_units import pooled_units
from whatworks.release.study_units import study_units
from whatworks.site.context import Context
from whatworks.statistics import special

__all__ = ["ForestRow", "analysis_effects", "forest_rows"]


Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ForestRow:
    """One study in a pooled result.

    Attributes
    ----------
    study_id, label
        The study and its short name.
    estimate, low, high
        Its effect with the limits of its own interval.
    weight
        Its share of the average, in percent.
    n_effects
        Effects of it that were joined.
    n_pupils
        Its largest sample; None if not given.
    """

    study_id: str
    label: str
    estimate: float
    low: float
    high: float
    weight: float
    n_effects: int
    n_pupils: int | None


def analysis_effects(context: Context, analysis: Analysis) -> list[Effect]:
    """Return the effects an analysis took in, in the order they entered."""
    entries = context.evidence.inputs_by_analysis.get(analysis.analysis_id, [])
    return [
        context.evidence.effect_by_id[entry.row_id]
        for entry in entries
        if entry.table_name == "effects" and entry.row_id in context.evidence.effect_by_id
    ]


def _largest_sample(effects: Sequence[Effect]) -> int | None:
    """Return the largest sample among a study's effects."""
    sizes = [effect.n_total for effect in effects if effect.n_total is not None]
    return max(sizes) if sizes else None


def _units(
    context: Context, analysis: Analysis, effects: Sequence[Effect]
) -> tuple[Floats, Floats, Floats, tuple[tuple[Effect, ...], ...]]:
    """Return effects, sampling variances and weights (sum 1) of the units, and their effects."""
    options = json.loads(analysis.options)
    tau2 = context.numbers.value(analysis, "tau2") or 0.0
    if analysis.kind == "dependent_effects":
        found = study_units(
            effects,
            rho=options["rho"],
            smooth_vi=options["smooth_vi"],
            tau2=tau2,
            omega2=context.numbers.value(analysis, "omega2") or 0.0,
        )
        return found.yi, found.vi, found.weights, found.members
    units = pooled_units(effects, options)
    weights = 1.0 / (units.vi + tau2)
    return units.yi, units.vi, weights / weights.sum(), units.members


def forest_rows(context: Context, analysis: Analysis) -> list[ForestRow]:
    """Return the studies of a pooled analysis, largest effect first.

    Effects of one study are joined as the analysis weighs them; where it takes every effect on its
    own, so do the rows, and a study may have several.
    """
    options = json.loads(analysis.options)
    effects = analysis_effects(context, analysis)
    if not effects:
        return []
    yi, vi, weights, groups = _units(context, analysis, effects)
    half = special.ndtri(0.5 + options.get("level", 0.95) / 2) * np.sqrt(vi)
    rows = []
    for position, members in enumerate(groups):
        study = context.evidence.study_by_id[members[0].study_id]
        rows.append(
            ForestRow(
                study_id=study.study_id,
                label=study.label,
                estimate=float(yi[position]),
                low=float(yi[position] - half[position]),
                high=float(yi[position] + half[position]),
                weight=float(100 * weights[position]),
                n_effects=len(members),
                n_pupils=_largest_sample(members),
            )
        )
    return sorted(rows, key=lambda row: (-row.estimate, row.label, row.study_id))
