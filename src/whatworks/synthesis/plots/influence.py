"""Influence: what each study, or each effect, does to the result, in panels."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from whatworks.synthesis.diagnostics.influence import Influence
from whatworks.synthesis.plots.chart import Chart, chart_of, given
from whatworks.synthesis.plots.stacked import Panel, panel_axis, panel_frame
from whatworks.synthesis.plots.theme import INK, MUTED, SECOND, STUDY
from whatworks.synthesis.wording import listed, plural

__all__ = ["influence_plot"]

Floats = npt.NDArray[np.float64]

_PANEL_HEIGHT = 120
_MOST_NAMED = 6
_WITHOUT = " without it"


def influence_plot(found: Influence, *, title: str | None = None) -> Chart:
    """Return the panels of influence, units across in their order.

    Parameters
    ----------
    found : Influence
        As `influence` gives it, by effect or by cluster. Units that a rule calls influential are
        hollow diamonds and named; dashed lines are the rule's thresholds.
    title : str, optional
        In place of the finding.

    Raises
    ------
    UserError
        `found` is no influence.
    """
    given(found, Influence, "influence(fit)")
    series = _series(found)
    m = len(found.labels)
    panels = [
        Panel(name, len(series) - 1 - place, *_range(name, values, lines))
        for place, (name, values, lines) in enumerate(series)
    ]
    y = panel_axis(panels)
    x: dict[str, Any] = {
        "field": "unit",
        "type": "quantitative",
        "scale": {"domain": [0, m + 1], "nice": False},
        "axis": {
            "title": "Study, in the order of the data" if found.by == "cluster" else "Effect",
            "tickMinStep": 1,
            "format": "d",
            "grid": False,
            "tickCount": 8,
        },
    }
    layers = panel_frame(panels, y)
    for panel, (_, values, lines) in zip(panels, series, strict=True):
        layers += _panel(panel, values, lines, found, x, y)
    layers += _names(panels[0], series[0][1], found, x, y)
    return chart_of(
        title or _title(found),
        {"height": _PANEL_HEIGHT * len(panels), "layer": layers},
        _rows(found),
        subtitle="Hollow diamonds pass a threshold (dashed) in one panel or more and are the same in "
        "all; those farthest out are named. Each panel has its own scale.",
    )


def _series(found: Influence) -> list[tuple[str, Floats, list[float]]]:
    """Return name, values and thresholds of each panel."""
    limits = found.thresholds
    dffits = limits.get("dffits", float("inf"))
    panels: list[tuple[str, Floats, list[float]]] = [
        ("Cook's distance", found.cook, [limits.get("cook", float("inf"))]),
        ("Change of its expected effect (DFFITS)", found.dffits, [-dffits, dffits]),
    ]
    if found.by == "effect":
        panels.append(("Studentised deleted residual", found.studentised, [-1.96, 1.96]))
    else:
        panels.append(("Distance from the others, per effect", found.chi2 / found.n, []))
    panels += [
        ("Leverage", found.hat, [limits.get("hat", float("inf"))]),
        ("Weight, per cent", found.weight_percent, []),
    ]
    panels += [
        (f"{name}{_WITHOUT}", found.components_without[:, j], [])
        for j, name in enumerate(found.component_names)
        if _varies(found.components_without[:, j])
    ]
    return [panel for panel in panels if np.isfinite(panel[1]).any()]


def _varies(values: Floats) -> bool:
    there = values[np.isfinite(values)]
    return bool(there.size and np.ptp(there) > 1e-6 * max(float(np.abs(there).max()), 1e-6))


def _range(name: str, values: Floats, lines: list[float]) -> tuple[float, float]:
    """Return a panel's range: its values, and thresholds that are not far off."""
    there = values[np.isfinite(values)]
    low, high = float(there.min()), float(there.max())
    if name.endswith(_WITHOUT):
        # What matters is by how much a component moves, not how far it is from 0.
        return low - 0.05 * (high - low), high + 0.1 * (high - low)
    low, high = min(0.0, low), max(0.0, high)
    size = max(high - low, 1e-9)
    near = [line for line in lines if low - size <= line <= high + size]
    low, high = min([low, *near]), max([high, *near])
    if high - low < 1e-9:
        high = low + 1.0
    margin = 0.05 * (high - low)
    return low - margin if low < 0.0 else low, high + margin


def _panel(
    panel: Panel,
    values: Floats,
    lines: list[float],
    found: Influence,
    x: dict[str, Any],
    y: dict[str, Any],
) -> list[dict[str, Any]]:
    points = [
        {
            "unit": i + 1,
            "y": panel.at(float(values[i])),
            "base": panel.at(0.0),
            "is_influential": bool(found.is_influential[i]),
        }
        for i in np.flatnonzero(np.isfinite(values)).tolist()
    ]
    drawn = [{"y": panel.at(line)} for line in lines if panel.low <= line <= panel.high]
    many = len(found.labels) > 120
    marks = [
        ([p for p in points if not p["is_influential"]], "circle", True, STUDY),
        ([p for p in points if p["is_influential"]], "diamond", False, SECOND),
    ]
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": points},
            "mark": {"type": "rule", "color": STUDY, "opacity": 0.4, "strokeWidth": 1},
            "encoding": {"x": x, "y": {**y, "field": "base"}, "y2": {"field": "y"}},
        }
    ]
    if drawn:
        layers.append(
            {
                "data": {"values": drawn},
                "mark": {"type": "rule", "color": MUTED, "strokeDash": [4, 4]},
                "encoding": {"y": {**y, "field": "y"}},
            }
        )
    layers += [
        {
            "data": {"values": own},
            "mark": {
                "type": "point",
                "shape": shape,
                "filled": is_filled,
                "color": colour,
                "size": (20 if many else 40) if is_filled else 90,
                "strokeWidth": 2,
                "opacity": 1,
            },
            "encoding": {"x": x, "y": {**y, "field": "y"}},
        }
        for own, shape, is_filled, colour in marks
        if own
    ]
    return layers


def _names(
    panel: Panel, values: Floats, found: Influence, x: dict[str, Any], y: dict[str, Any]
) -> list[dict[str, Any]]:
    """Return the names of the influential units, in the first panel."""
    there = np.flatnonzero(found.is_influential & np.isfinite(values))
    named = there[np.argsort(-values[there], kind="stable")][:_MOST_NAMED].tolist()
    half = len(found.labels) / 2
    layers = []
    for is_right in (False, True):
        own = [
            {"unit": i + 1, "y": panel.at(float(values[i])), "text": found.labels[i]}
            for i in named
            if (i > half) is is_right
        ]
        if own:
            layers.append(
                {
                    "data": {"values": own},
                    "mark": {
                        "type": "text",
                        "align": "right" if is_right else "left",
                        "dx": -10 if is_right else 10,
                        "color": INK,
                        "fontSize": 13,
                        "limit": 150,
                    },
                    "encoding": {
                        "x": x,
                        "y": {**y, "field": "y"},
                        "text": {"field": "text", "type": "nominal"},
                    },
                }
            )
    return layers


def _rows(found: Influence) -> list[dict[str, object]]:
    columns = found.table()
    return [
        {name: _plain(values, i) for name, values in columns.items()}
        for i in range(len(found.labels))
    ]


def _plain(values: Any, i: int) -> object:
    """Return one cell as a value that JSON can hold."""
    value = values[i].item() if isinstance(values, np.ndarray) else values[i]
    return None if isinstance(value, float) and not np.isfinite(value) else value


def _title(found: Influence) -> str:
    units = ("study", "studies") if found.by == "cluster" else ("effect", "effects")
    m = len(found.labels)
    which = np.flatnonzero(found.is_influential)
    if which.size == 0:
        return f"None of {plural(m, *units)} passes a threshold of influence"
    order = which[np.argsort(-np.nan_to_num(found.cook[which]), kind="stable")]
    names = [found.labels[i] for i in order.tolist()]
    if found.by == "effect":
        names = [f"effect {name}" for name in names]
    shown = (
        listed(names) if len(names) <= 3 else f"{', '.join(names[:3])} and {len(names) - 3:,} more"
    )
    return f"{which.size:,} of {plural(m, *units)} {'stands' if which.size == 1 else 'stand'} out: {shown}"
