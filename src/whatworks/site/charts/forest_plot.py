"""Forest plot: one line for each study, the average and the range to expect below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from whatworks.site.charts.theme import AVERAGE, BAND, SCHEMA, STUDY, theme

__all__ = ["MOST_LABELLED", "forest_plot"]

# Beyond this a label for each study no longer helps: the lines close up and the table names them.
MOST_LABELLED = 60
_LABELLED_STEP = 22
_CLOSE_STEP = 6
_AVERAGE = "Average"
_LABEL_LENGTH = 34


class _Row(Protocol):
    """What a row of the plot needs."""

    @property
    def label(self) -> str: ...
    @property
    def estimate(self) -> float: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...
    @property
    def weight(self) -> float: ...


def _domain(rows: Sequence[_Row], extra: Sequence[float]) -> tuple[float, float]:
    """Return the axis range: all estimates and the average's ranges, and zero; not every whisker.

    Whiskers of tiny studies would squeeze all others, so a line may run off the edge.
    """
    points = [row.estimate for row in rows] + list(extra) + [0.0]
    low, high = min(points), max(points)
    margin = 0.08 * (high - low) or 0.5
    return low - margin, high + margin


def forest_plot(
    rows: Sequence[_Row],
    *,
    estimate: float,
    interval: tuple[float, float] | None,
    prediction: tuple[float, float] | None,
) -> dict[str, Any]:
    """Return the plot's specification.

    Parameters
    ----------
    rows : sequence
        Studies from top to bottom, each with label, estimate, low, high and weight (percent).
    estimate : float
        Average effect.
    interval, prediction : (float, float) or None
        Its confidence interval and prediction interval, where they exist.
    """
    labelled = len(rows) <= MOST_LABELLED
    low, high = _domain(rows, [*(interval or ()), *(prediction or ()), estimate])
    studies: list[dict[str, Any]] = [
        {
            "row": f"s{position}",
            "label": row.label,
            "estimate": round(row.estimate, 4),
            "low": round(max(row.low, low), 4),
            "high": round(min(row.high, high), 4),
            "weight": round(row.weight, 4),
        }
        for position, row in enumerate(rows)
    ]
    average_low, average_high = interval or (estimate, estimate)
    average: dict[str, Any] = {
        "row": "average",
        "label": _AVERAGE,
        "estimate": estimate,
        "low": average_low,
        "high": average_high,
    }
    order: list[str] = [*(study["row"] for study in studies), "average"]
    names: dict[str, str] = {study["row"]: study["label"] for study in studies} | {
        "average": _AVERAGE
    }
    x: dict[str, Any] = {
        "field": "estimate",
        "type": "quantitative",
        "scale": {"domain": [round(low, 3), round(high, 3)], "nice": False, "zero": False},
        "axis": {
            "title": ["Effect (Hedges' g)", "left of 0 worse, right of 0 better"],
            "orient": "bottom",
            "tickCount": 6,
            "labelFlush": True,
        },
    }
    y: dict[str, Any] = {
        "field": "row",
        "type": "nominal",
        "sort": order,
        "scale": {"domain": order},
        "axis": _row_axis(names) if labelled else None,
    }
    layers: list[dict[str, Any]] = []
    if prediction is not None:
        layers.append(
            {
                "data": {"values": [{"from": prediction[0], "to": prediction[1]}]},
                "mark": {"type": "rect", "color": BAND, "opacity": 0.7},
                "encoding": {
                    "x": {"field": "from", "type": "quantitative", "title": x["axis"]["title"]},
                    "x2": {"field": "to"},
                },
            }
        )
    layers += [
        {
            "data": {"values": [{"zero": 0}]},
            "mark": {"type": "rule", "color": "#484949", "strokeWidth": 1.5},
            "encoding": {"x": {"field": "zero", "type": "quantitative"}},
        },
        {
            "data": {"values": studies},
            "mark": {"type": "rule", "color": STUDY, "strokeWidth": 1.5 if labelled else 1},
            "encoding": {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}},
        },
        {
            "data": {"values": studies},
            "mark": {"type": "square", "color": STUDY, "opacity": 1},
            "encoding": {
                "y": y,
                "x": x,
                "size": {
                    "field": "weight",
                    "type": "quantitative",
                    "scale": {"range": [14, 160] if labelled else [6, 40], "zero": True},
                    "legend": None,
                },
            },
        },
        {
            "data": {"values": [average]},
            "mark": {"type": "rule", "color": AVERAGE, "strokeWidth": 4},
            "encoding": {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}},
        },
        {
            "data": {"values": [average]},
            "mark": {
                "type": "point",
                "shape": "diamond",
                "filled": True,
                "color": AVERAGE,
                "size": 190,
                "opacity": 1,
            },
            "encoding": {"y": y, "x": x},
        },
    ]
    return {
        "$schema": SCHEMA,
        "width": "container",
        "height": (len(rows) + 1) * (_LABELLED_STEP if labelled else _CLOSE_STEP),
        "autosize": {"type": "fit-x", "contains": "padding"},
        "layer": layers,
        "resolve": {"scale": {"size": "independent"}},
        "config": {**theme(), "axisY": {"labelLimit": 230}},
    }


def _row_axis(names: dict[str, str]) -> dict[str, Any]:
    """Return the axis that names the rows; two studies may share a name, so rows have ids."""
    shown = {
        row: name if len(name) <= _LABEL_LENGTH else f"{name[: _LABEL_LENGTH - 1]}…"
        for row, name in names.items()
    }
    lookup = "{" + ",".join(f"{_quoted(row)}:{_quoted(name)}" for row, name in shown.items()) + "}"
    return {
        "title": None,
        "labelExpr": f"({lookup})[datum.value]",
        "ticks": False,
        "domain": False,
        "grid": False,
    }


def _quoted(text: str) -> str:
    """Return the text as a string of Vega's expression language."""
    import json

    return json.dumps(text, ensure_ascii=False)
