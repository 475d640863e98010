"""Panels below each other in one picture, with one axis across.

Vega-Lite fits the width of its container in single pictures only, so that panels are laid into one:
each has a band of the vertical axis, and its own values are written at its own ticks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, floor, log, log10
from typing import Any

import numpy as np

from whatworks.synthesis.plots.chart import expression_text
from whatworks.synthesis.plots.scale import digits
from whatworks.synthesis.plots.theme import GRID, INK

__all__ = ["Panel", "panel_axis", "panel_frame"]

# Part of a panel's band that its values fill: above its foot, so that points at the lowest value are
# not cut by the line there, and below its name.
_FOOT, _FILLED, _NAME = 0.08, 0.68, 0.88
_RATIOS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel.

    Attributes
    ----------
    name
        Written above it.
    place
        From 0 at the foot of the picture.
    low, high
        Range of its values.
    is_ratio
        Whether values are logarithms whose ticks are written as ratios.
    """

    name: str
    place: int
    low: float
    high: float
    is_ratio: bool = False

    def at(self, value: float) -> float:
        """Return where a value stands on the picture's axis; beyond the range at its end."""
        inside = min(max(value, self.low), self.high)
        return digits(self.place + _FOOT + _FILLED * (inside - self.low) / (self.high - self.low))

    def ticks(self) -> list[tuple[float, str]]:
        """Return places of the picture's axis, and what is written there."""
        if self.is_ratio:
            found = [(log(r), f"{r:g}") for r in _RATIOS if self.low <= log(r) <= self.high]
            if len(found) >= 2:
                return [(self.at(value), text) for value, text in found]
        span = self.high - self.low
        rough = 10.0 ** floor(log10(span / 3.0))
        step = next(m * rough for m in (1.0, 2.0, 5.0, 10.0) if span / (m * rough) <= 4.0)
        places = max(0, -floor(log10(step) + 1e-9))
        first = int(np.ceil(self.low / step - 1e-9))
        last = int(np.floor(self.high / step + 1e-9))
        values = [i * step for i in range(first, last + 1)]
        return [
            (self.at(v), f"{exp(v):.2g}" if self.is_ratio else f"{v + 0.0:.{places}f}")
            for v in values
        ]


def panel_axis(panels: Sequence[Panel]) -> dict[str, Any]:
    """Return scale and axis of the picture's vertical axis, without field."""
    ticks = [tick for panel in panels for tick in panel.ticks()]
    lookup = ",".join(f"'{at:g}':{expression_text(_minus(text))}" for at, text in ticks)
    return {
        "type": "quantitative",
        "scale": {"domain": [0, len(panels)], "nice": False, "zero": False},
        "axis": {
            "title": None,
            "values": [at for at, _ in ticks],
            "labelExpr": f"({{{lookup}}})[datum.value]",
            "labelOverlap": False,
            "domain": False,
            "ticks": False,
            "gridColor": GRID,
        },
    }


def panel_frame(panels: Sequence[Panel], y: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the layers that name the panels and close each at its foot."""
    return [
        {
            "data": {"values": [{"y": panel.place} for panel in panels]},
            "mark": {"type": "rule", "color": "#858686"},
            "encoding": {"y": {**y, "field": "y"}},
        },
        {
            "data": {
                "values": [
                    {"y": digits(panel.place + _NAME), "text": panel.name} for panel in panels
                ]
            },
            "mark": {"type": "text", "align": "left", "fontWeight": "bold", "color": INK},
            "encoding": {
                "x": {"value": 2},
                "y": {**y, "field": "y"},
                "text": {"field": "text", "type": "nominal"},
            },
        },
    ]


def _minus(text: str) -> str:
    return text.replace("-", "\N{MINUS SIGN}")
