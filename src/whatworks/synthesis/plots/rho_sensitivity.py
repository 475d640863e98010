"""How the result depends on the correlation that was assumed within studies."""

from __future__ import annotations

from math import isfinite
from typing import Any, NamedTuple

import numpy as np

from whatworks.errors import NotFound, UserError
from whatworks.synthesis.design import INTERCEPT
from whatworks.synthesis.plots.chart import Chart, chart_of, given
from whatworks.synthesis.plots.scale import EffectScale, covering
from whatworks.synthesis.plots.stacked import Panel, panel_axis, panel_frame
from whatworks.synthesis.plots.theme import AVERAGE, INK, MUTED, STUDY
from whatworks.synthesis.robust.rho_sensitivity import RhoSensitivity

__all__ = ["rho_sensitivity_plot"]

_DASHES = ([1, 0], [6, 4], [2, 3], [8, 3, 2, 3])


class _Mean(NamedTuple):
    estimate: float
    low: float
    high: float


def rho_sensitivity_plot(
    found: RhoSensitivity,
    *,
    chosen: float | None = None,
    coefficient: str | None = None,
    scale: EffectScale | None = None,
    title: str | None = None,
) -> Chart:
    """Return a coefficient, and the spread at each level, over assumed correlations.

    Parameters
    ----------
    found : RhoSensitivity
        As `rho_sensitivity` gives it, for two or more correlations.
    chosen : float, optional
        The correlation of the main analysis, to be marked.
    coefficient : str, optional
        Which one, for models with several; the first if not given.
    scale : EffectScale, optional
        Name of the effect, and whether to show ratios.
    title : str, optional
        In place of the finding.

    Raises
    ------
    NotFound
        The models have no such coefficient.
    UserError
        There is one correlation only, or `chosen` is not among them.
    """
    scale = scale or EffectScale()
    given(found, RhoSensitivity, "rho_sensitivity(fit_for_a_rho)")
    order = np.argsort(found.rhos, kind="stable")
    rhos = found.rhos[order].tolist()
    if len(rhos) < 2:
        raise UserError("There is one correlation. Try two or more.")
    if chosen is not None and chosen not in rhos:
        raise UserError(
            f"chosen is {chosen}, but the models are for {', '.join(f'{r:g}' for r in rhos)}."
        )
    if coefficient is not None and coefficient not in found.names:
        raise NotFound(
            f'There is no coefficient "{coefficient}". There are: {", ".join(found.names)}.'
        )
    at = found.names.index(coefficient) if coefficient is not None else 0
    what = "average" if found.names == (INTERCEPT,) else found.names[at]
    means = [
        _Mean(
            float(found.coefficients[i, at]), float(found.ci[i, at, 0]), float(found.ci[i, at, 1])
        )
        for i in order.tolist()
    ]
    sds = {
        name: np.sqrt(np.maximum(values[order], 0.0)).tolist()
        for name, values in found.variances.items()
    }
    domain = covering([v for mean in means for v in (mean.low, mean.high, mean.estimate)])
    top = Panel(f"{scale.name}, {what}", 1 if sds else 0, *domain, is_ratio=scale.is_ratio)
    highest = max([sd for values in sds.values() for sd in values], default=0.0)
    foot = Panel("Standard deviation of true effects", 0, 0.0, 1.08 * highest or 1.0)
    panels = [top, foot] if sds else [top]
    x: dict[str, Any] = {
        "field": "rho",
        "type": "quantitative",
        "scale": {"domain": [rhos[0] - 0.06, rhos[-1] + 0.06], "nice": False, "zero": False},
        "axis": {
            "title": ["Correlation assumed between", "effects of one study"],
            "values": rhos,
            "format": "~g",
            "grid": False,
            "labelOverlap": True,
        },
    }
    y = panel_axis(panels)
    layers = [
        *panel_frame(panels, y),
        *_averages(rhos, means, chosen, top, x, y),
        *(_spreads(rhos, sds, foot, x, y) if sds else []),
    ]
    rows: list[dict[str, object]] = [
        {
            "rho": rho,
            "estimate": scale.shown(mean.estimate),
            "low": scale.shown(mean.low) if isfinite(mean.low) else None,
            "high": scale.shown(mean.high) if isfinite(mean.high) else None,
            **{f"sd {name}": values[i] for name, values in sds.items()},
        }
        for i, (rho, mean) in enumerate(zip(rhos, means, strict=True))
    ]
    reading = "Each point has its interval"
    reading += "; the diamond is the main analysis." if chosen is not None else "."
    return chart_of(
        title or _title(rhos, means, what, scale),
        {"height": 230 * len(panels), "layer": layers},
        rows,
        subtitle=reading,
    )


def _averages(
    rhos: list[float],
    means: list[_Mean],
    chosen: float | None,
    panel: Panel,
    x: dict[str, Any],
    y: dict[str, Any],
) -> list[dict[str, Any]]:
    values = [
        {
            "rho": rho,
            "estimate": panel.at(mean.estimate),
            "low": panel.at(mean.low),
            "high": panel.at(mean.high),
            "chosen": rho == chosen,
        }
        for rho, mean in zip(rhos, means, strict=True)
    ]
    test = "datum.chosen"
    return [
        {
            "data": {"values": [{"y": panel.at(0.0)}]},
            "mark": {"type": "rule", "color": MUTED, "strokeWidth": 1.5},
            "encoding": {"y": {**y, "field": "y"}},
        },
        {
            "data": {"values": values},
            "mark": {"type": "rule", "color": AVERAGE, "strokeWidth": 2},
            "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
        },
        {
            "data": {"values": values},
            "mark": {"type": "point", "filled": True, "opacity": 1, "color": AVERAGE},
            "encoding": {
                "x": x,
                "y": {**y, "field": "estimate"},
                "shape": {"condition": {"test": test, "value": "diamond"}, "value": "circle"},
                "size": {"condition": {"test": test, "value": 240}, "value": 80},
            },
        },
    ]


def _spreads(
    rhos: list[float],
    sds: dict[str, list[float]],
    panel: Panel,
    x: dict[str, Any],
    y: dict[str, Any],
) -> list[dict[str, Any]]:
    """Return a line for each level, told apart by its dashes and named at its end."""
    levels = list(sds)
    values = [
        {"rho": rho, "level": level, "y": panel.at(sd)}
        for level in levels
        for rho, sd in zip(rhos, sds[level], strict=True)
    ]
    names = [value for value in values if value["rho"] == rhos[-1]]
    dash = {
        "field": "level",
        "type": "nominal",
        "scale": {"domain": levels, "range": [_DASHES[i % 4] for i in range(len(levels))]},
        "legend": None,
    }
    return [
        {
            "data": {"values": values},
            "mark": {"type": "line", "color": STUDY, "strokeWidth": 2.5},
            "encoding": {"x": x, "y": {**y, "field": "y"}, "strokeDash": dash},
        },
        {
            "data": {"values": values},
            "mark": {"type": "point", "filled": True, "color": STUDY, "size": 45, "opacity": 1},
            "encoding": {"x": x, "y": {**y, "field": "y"}},
        },
        {
            "data": {"values": names},
            "mark": {"type": "text", "align": "right", "dy": -12, "dx": 6, "color": INK},
            "encoding": {
                "x": x,
                "y": {**y, "field": "y"},
                "text": {"field": "level", "type": "nominal"},
            },
        },
    ]


def _title(rhos: list[float], means: list[_Mean], what: str, scale: EffectScale) -> str:
    estimates = [mean.estimate for mean in means]
    moves = (
        f"Whatever correlation from {rhos[0]:g} to {rhos[-1]:g} is assumed, the {what} lies between "
        f"{scale.text(min(estimates))} and {scale.text(max(estimates))}"
    )
    null = f"{scale.null:g}"
    if all(mean.low > 0.0 for mean in means):
        return f"{moves}, and above {null}"
    if all(mean.high < 0.0 for mean in means):
        return f"{moves}, and below {null}"
    if not any(mean.low > 0.0 or mean.high < 0.0 for mean in means):
        return f"{moves}, and cannot be told from {null}"
    return f"{moves}, but whether it can be told from {null} depends on it"
