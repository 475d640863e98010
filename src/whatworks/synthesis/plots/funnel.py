"""Funnel plot: effects against their standard errors, with what is significant and what belongs together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.statistics.distributions import normal_critical
from whatworks.synthesis.inference_view import Inference, as_fitted
from whatworks.synthesis.model import FittedModel
from whatworks.synthesis.plots.chart import Chart, chart_of
from whatworks.synthesis.plots.scale import EffectScale, covering, digits
from whatworks.synthesis.plots.theme import AVERAGE, MUTED, STUDY
from whatworks.synthesis.pooled_effect import pooled_effect
from whatworks.synthesis.wording import decimal

__all__ = ["funnel_plot"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Significance levels of the contours with the shade inside each, from the outside in.
_CONTOURS = ((0.01, "#e1e3e3"), (0.05, "#eeefef"), (0.10, "#f9fafa"))


def funnel_plot(
    fit: FittedModel | Inference,
    *,
    labels: Sequence[str] | None = None,
    contours: bool = True,
    scale: EffectScale | None = None,
    title: str | None = None,
) -> Chart:
    """Return the funnel plot of a fitted model.

    The effects of one study are joined by lines to their mean, for a group of points from one
    study is not a group of findings. With moderators the effects less what the model expects are
    shown, and no contours.

    Parameters
    ----------
    fit : FittedModel, RobustInference or KenwardRoger
        Any model of k effects.
    labels : sequence of str, length k, optional
        Name of each effect, for the table.
    contours : bool
        Shade where an effect alone is not significant at 0.01, 0.05 and 0.10 (two-sided).
    scale : EffectScale, optional
        Name of the effect, and whether to show ratios.
    title : str, optional
        In place of the finding.

    Raises
    ------
    UserError
        The number of labels is not k.

    References
    ----------
    Peters JL, Sutton AJ, Jones DR, Abrams KR, Rushton L (2008). Contour-enhanced meta-analysis
    funnel plots. Journal of Clinical Epidemiology 61:991-996.
    """
    fit = as_fitted(fit)
    k = fit.yi.size
    if labels is not None and len(labels) != k:
        raise UserError(f"labels has {len(labels):,} names for {k:,} effects. Give one each.")
    scale = scale or EffectScale()
    average = pooled_effect(fit)
    is_residual = average is None
    values = fit.yi - fit.design.matrix @ fit.coefficients if is_residual else fit.yi
    if is_residual:
        scale = EffectScale(f"{scale.name} less what the model expects")
    se = np.sqrt(fit.vi)
    deepest = float(se.max()) * 1.05
    domain = covering(values)
    y = {
        "field": "se",
        "type": "quantitative",
        "scale": {"domain": [0, digits(deepest)], "reverse": True, "nice": False},
        "axis": {"title": "Standard error", "tickCount": 6, "grid": False},
    }
    x = scale.axis(domain)
    centre = 0.0 if average is None else average.estimate
    layers = [
        *(_contours(scale, x, y, domain, deepest) if contours and not is_residual else []),
        _vertical(0.0, scale, x, {"color": MUTED, "strokeWidth": 1.5}),
        *(
            []
            if is_residual
            else [_vertical(centre, scale, x, {"color": AVERAGE, "strokeDash": [5, 4]})]
        ),
        *_joined(fit.clusters, values, se, scale, x, y),
        {
            "data": {
                "values": [
                    {"x": digits(scale.shown(float(v))), "se": digits(float(s))}
                    for v, s in zip(values, se, strict=True)
                ]
            },
            "mark": {
                "type": "point",
                "filled": True,
                "color": STUDY,
                "size": 45 if k <= 200 else 22,
                "opacity": 0.85,
            },
            "encoding": {"x": {**x, "field": "x"}, "y": y},
        },
    ]
    several = len(fit.cluster_labels) < k
    reading = "The dashed line is the average. " if not is_residual else ""
    if contours and not is_residual:
        reading += (
            "In the shaded areas an effect alone is not significant at the level at their foot. "
        )
    reading += "Lines join the effects of one study to their mean." if several else ""
    rows = [
        {
            "label": str(labels[i]) if labels is not None else str(i + 1),
            "study": fit.cluster_labels[fit.clusters[i]],
            "effect": scale.shown(float(values[i])),
            "se": float(se[i]),
        }
        for i in range(k)
    ]
    found = title or _title(values, se, scale, is_residual=is_residual)
    return chart_of(found, {"height": 420, "layer": layers}, rows, subtitle=reading.strip() or None)


def _title(values: Floats, se: Floats, scale: EffectScale, *, is_residual: bool) -> str:
    """Return from where to where the effects and their standard errors run: no more is known."""
    what = "less what the model expects " if is_residual else ""
    lowest, highest = scale.text(float(values.min())), scale.text(float(values.max()))
    ends = EffectScale().span((float(se.min()), float(se.max())))
    if values.size == 1:
        return f"The one effect is {lowest}, with a standard error of {EffectScale().text(float(se[0]))}"
    return f"Effects {what}run from {lowest} to {highest}, their standard errors from {ends}"


def _vertical(
    at: float, scale: EffectScale, x: dict[str, Any], look: dict[str, Any]
) -> dict[str, Any]:
    return {
        "data": {"values": [{"x": digits(scale.shown(at))}]},
        "mark": {"type": "rule", "clip": True, **look},
        "encoding": {"x": {**x, "field": "x"}},
    }


def _contours(
    scale: EffectScale,
    x: dict[str, Any],
    y: dict[str, Any],
    domain: tuple[float, float],
    deepest: float,
) -> list[dict[str, Any]]:
    """Return shaded triangles from no effect at no error, edged by lines that name their level."""
    found: list[dict[str, Any]] = []
    names: list[dict[str, Any]] = []
    for step, (p, shade) in enumerate(_CONTOURS):
        reach = normal_critical(1.0 - p) * deepest
        corners = ((0.0, 0.0), (-reach, deepest), (reach, deepest))
        values = [
            {"x": digits(scale.shown(at)), "se": digits(se), "turn": turn}
            for turn, (at, se) in enumerate(corners)
        ]
        found.append(
            {
                "data": {"values": values},
                "mark": {
                    "type": "line",
                    "interpolate": "linear-closed",
                    "filled": True,
                    "clip": True,
                    "fill": shade,
                    "stroke": "#b1b4b6",
                    "strokeWidth": 1,
                    "strokeDash": [2, 2],
                },
                "encoding": {
                    "x": {**x, "field": "x"},
                    "y": y,
                    "order": {"field": "turn", "type": "quantitative"},
                },
            }
        )
        # Where the edge leaves the picture: at the foot, or at its side.
        for side in (-1.0, 1.0):
            room = domain[1] if side > 0 else -domain[0]
            if room <= 0.0:
                continue
            # One above the other, so that they do not meet where the picture is narrow.
            depth = min(deepest * (0.97 - 0.05 * step), 0.97 * room / normal_critical(1.0 - p))
            at = side * normal_critical(1.0 - p) * depth
            names.append(
                {
                    "x": digits(scale.shown(at)),
                    "se": digits(depth),
                    "text": decimal(p),
                    "is_left": side < 0,
                }
            )
    for is_left in (True, False):
        own = [name for name in names if name["is_left"] == is_left]
        if own:
            found.append(
                {
                    "data": {"values": own},
                    "mark": {
                        "type": "text",
                        "align": "left" if is_left else "right",
                        "dx": 4 if is_left else -4,
                        "fontSize": 12,
                        "color": MUTED,
                    },
                    "encoding": {
                        "x": {**x, "field": "x"},
                        "y": y,
                        "text": {"field": "text", "type": "nominal"},
                    },
                }
            )
    return found


def _joined(
    clusters: Ints,
    values: Floats,
    se: Floats,
    scale: EffectScale,
    x: dict[str, Any],
    y: dict[str, Any],
) -> list[dict[str, Any]]:
    """Return a line from each effect to the mean of its study, for studies with several."""
    count = np.bincount(clusters)
    mean_x, mean_y = np.bincount(clusters, values) / count, np.bincount(clusters, se) / count
    lines = [
        {
            "x": digits(scale.shown(float(values[i]))),
            "se": digits(float(se[i])),
            "x2": digits(scale.shown(float(mean_x[clusters[i]]))),
            "se2": digits(float(mean_y[clusters[i]])),
        }
        for i in np.flatnonzero(count[clusters] > 1).tolist()
    ]
    if not lines:
        return []
    return [
        {
            "data": {"values": lines},
            "mark": {"type": "rule", "color": STUDY, "opacity": 0.35, "strokeWidth": 1},
            "encoding": {
                "x": {**x, "field": "x"},
                "x2": {"field": "x2"},
                "y": y,
                "y2": {"field": "se2"},
            },
        }
    ]
