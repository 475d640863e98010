"""Bubble plot: effects against a moderator, with what a meta-regression expects along it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.synthesis.design import Columns, Design, columns_by_name
from whatworks.synthesis.inference_view import Inference, as_fitted
from whatworks.synthesis.model import FittedModel
from whatworks.synthesis.plots.chart import Chart, chart_of
from whatworks.synthesis.plots.scale import EffectScale, covering, digits
from whatworks.synthesis.plots.theme import AVERAGE, BAND, MUTED, STUDY
from whatworks.synthesis.pooled_effect import coefficient_tests, critical, effect_weights
from whatworks.synthesis.wording import decimal, p_value_text, percent

__all__ = ["bubble_plot"]

Floats = npt.NDArray[np.float64]

_STEPS = 60


def bubble_plot(
    fit: FittedModel | Inference,
    moderator: str,
    *,
    data: Columns | None = None,
    at: Mapping[str, object] | None = None,
    labels: Sequence[str] | None = None,
    moderator_name: str | None = None,
    scale: EffectScale | None = None,
    title: str | None = None,
) -> Chart:
    """Return the bubble plot of a model with moderators.

    Parameters
    ----------
    fit : FittedModel, RobustInference or KenwardRoger
        A meta-regression of any kind.
    moderator : str
        A variable with numbers: a column of the design, or of `data`.
    data : mapping of columns, optional
        The variables of the model's formula, each of length k. Needed where the moderator stands in
        more than one column (powers, interactions, transformations).
    at : mapping, optional
        Values of the other variables of `data` along the line; not given: the mean of numbers, the
        most frequent category. Without `data` other columns stand at their mean.
    labels : sequence of str, length k, optional
        Name of each effect, for the table.
    moderator_name : str, optional
        For the axis.
    scale : EffectScale, optional
        Name of the effect, and whether to show ratios.
    title : str, optional
        In place of the finding.

    Raises
    ------
    UserError
        The moderator is not there or holds no numbers; lengths differ.
    """
    fit = as_fitted(fit)
    scale = scale or EffectScale()
    values, grid, rows = _along(fit.design, moderator, data, at or {})
    k = fit.yi.size
    if labels is not None and len(labels) != k:
        raise UserError(f"labels has {len(labels):,} names for {k:,} effects. Give one each.")
    expected = rows @ fit.coefficients
    variance = np.einsum("ij,jk,ik->i", rows, fit.vcov, rows)
    reach = np.array([_critical(row, fit) for row in rows])
    band = reach * np.sqrt(variance)
    spread = fit.prediction_variance()
    new = None if spread is None else reach * np.sqrt(variance + spread)
    outer = [] if new is None else [*(expected - new), *(expected + new)]
    domain = covering([*fit.yi, *(expected - band), *(expected + band)], outer, reach=1.5)
    weights = np.maximum(effect_weights(fit), 0.0)
    name = moderator_name or moderator
    x = {
        "type": "quantitative",
        "scale": {"zero": False, "nice": True},
        "axis": {"title": name, "tickCount": 6, "grid": False},
    }
    y = scale.axis(domain)
    y["axis"] = {**y["axis"], "title": [scale.name]}
    layers = [
        {
            "data": {
                "values": [
                    {
                        "x": digits(float(v)),
                        "low": digits(scale.shown(float(e - b))),
                        "high": digits(scale.shown(float(e + b))),
                    }
                    for v, e, b in zip(grid, expected, band, strict=True)
                ]
            },
            "mark": {"type": "area", "color": BAND, "opacity": 0.8, "clip": True},
            "encoding": {
                "x": {**x, "field": "x"},
                "y": {**y, "field": "low"},
                "y2": {"field": "high"},
            },
        },
        {
            "data": {"values": [{"y": scale.null}]},
            "mark": {"type": "rule", "color": MUTED, "strokeWidth": 1.5},
            "encoding": {"y": {**y, "field": "y"}},
        },
        *_edges(grid, expected, new, scale, x, y),
        _line(grid, expected, scale, x, y, {"color": AVERAGE, "strokeWidth": 2.5}),
        {
            "data": {
                "values": [
                    {
                        "x": digits(float(values[i])),
                        "y": digits(scale.shown(float(fit.yi[i]))),
                        "weight": digits(float(weights[i])),
                    }
                    for i in range(k)
                ]
            },
            "mark": {
                "type": "point",
                "filled": False,
                "stroke": STUDY,
                "fill": "#ffffff",
                "fillOpacity": 0.4,
                "strokeWidth": 1.5,
            },
            "encoding": {
                "x": {**x, "field": "x"},
                "y": {**y, "field": "y"},
                "size": {
                    "field": "weight",
                    "type": "quantitative",
                    "scale": {"range": [20, 350] if k <= 150 else [10, 140]},
                    "legend": None,
                },
            },
        },
    ]
    table: list[dict[str, object]] = [
        {
            "label": str(labels[i]) if labels is not None else str(i + 1),
            moderator: float(values[i]),
            "effect": scale.shown(float(fit.yi[i])),
            "expected": scale.shown(float(fit.design.matrix[i] @ fit.coefficients)),
            "weight_percent": float(weights[i]),
        }
        for i in range(k)
    ]
    reading = (
        "Each circle is an effect; the larger, the more it weighs. The line is what the model "
        f"expects, with its {percent(fit.level)} interval shaded"
    )
    reading += "; between the dashed lines a new effect is expected." if new is not None else "."
    body = {"height": 400, "layer": layers}
    heading = title or _title(fit, moderator, name, grid, expected, scale)
    return chart_of(heading, body, table, subtitle=reading)


def _along(
    design: Design, moderator: str, data: Columns | None, at: Mapping[str, object]
) -> tuple[Floats, Floats, Floats]:
    """Return the moderator's values, a grid over them, and the design's rows along the grid."""
    if data is None:
        if moderator not in design.names:
            raise UserError(
                f'There is no column "{moderator}" in the model. Columns: '
                f"{', '.join(design.names)}. Or give data, with the variables of the formula."
            )
        column = design.names.index(moderator)
        sharing = [n for n in design.names if n != moderator and moderator in n]
        if sharing:
            raise UserError(
                f"{moderator} also stands in {', '.join(sharing)}. Give data, with the variables "
                "of the formula, so that these move with it."
            )
        values = design.matrix[:, column]
        grid = np.linspace(values.min(), values.max(), _STEPS)
        rows = np.tile(design.matrix.mean(axis=0), (_STEPS, 1))
        rows[:, column] = grid
        return values, grid, rows
    table = columns_by_name(data) or {}
    if moderator not in table:
        raise UserError(
            f'data has no column "{moderator}". Columns: {", ".join(sorted(table)) or "none"}.'
        )
    try:
        values = np.asarray(table[moderator], dtype=np.float64)
    except (TypeError, ValueError):
        raise UserError(
            f'"{moderator}" holds text. A bubble plot needs numbers; a forest plot shows groups.'
        ) from None
    grid = np.linspace(values.min(), values.max(), _STEPS)
    new: dict[str, Any] = {}
    for name, values_of in table.items():
        new[name] = grid if name == moderator else [at.get(name, _usual(values_of))] * _STEPS
    return values, grid, design.for_data(new)


def _usual(column: npt.ArrayLike) -> object:
    values = np.asarray(column)
    if values.dtype.kind in "iuf":
        return float(values.mean())
    found, count = np.unique(values.astype(str), return_counts=True)
    return str(found[np.argmax(count)])


def _critical(row: Floats, fit: FittedModel) -> float:
    """Return the quantile for one expected value: the fewest df of the coefficients in it."""
    return critical(float(fit.coefficient_df[row != 0.0].min(initial=np.inf)), fit.level)


def _line(
    grid: Floats,
    values: Floats,
    scale: EffectScale,
    x: dict[str, Any],
    y: dict[str, Any],
    look: dict[str, Any],
) -> dict[str, Any]:
    return {
        "data": {
            "values": [
                {"x": digits(float(g)), "y": digits(scale.shown(float(v)))}
                for g, v in zip(grid, values, strict=True)
            ]
        },
        "mark": {"type": "line", "clip": True, **look},
        "encoding": {"x": {**x, "field": "x"}, "y": {**y, "field": "y"}},
    }


def _edges(
    grid: Floats,
    expected: Floats,
    reach: Floats | None,
    scale: EffectScale,
    x: dict[str, Any],
    y: dict[str, Any],
) -> list[dict[str, Any]]:
    if reach is None:
        return []
    look = {"color": MUTED, "strokeDash": [4, 4], "strokeWidth": 1}
    return [_line(grid, expected + side * reach, scale, x, y, look) for side in (-1.0, 1.0)]


def _title(
    fit: FittedModel,
    moderator: str,
    name: str,
    grid: Floats,
    expected: Floats,
    scale: EffectScale,
) -> str:
    """Return what the model expects at both ends, and how sure the slope is where it is one."""
    ends = (
        f"from {scale.text(float(expected[0]))} at {name} {decimal(float(grid[0]), 1)} "
        f"to {scale.text(float(expected[-1]))} at {decimal(float(grid[-1]), 1)}"
    )
    columns = [n for n in fit.design.names if moderator in n]
    if columns != [moderator]:
        return f"The expected effect runs {ends}"
    column = fit.design.names.index(moderator)
    test = coefficient_tests(fit)[column]
    verb = "rises" if expected[-1] > expected[0] else "falls"
    if test.ci[0] <= 0.0 <= test.ci[1]:
        return (
            f"The expected effect runs {ends}, a slope that cannot be told from none "
            f"({p_value_text(test.p_value)})"
        )
    return f"The expected effect {verb} {ends} ({p_value_text(test.p_value)})"
