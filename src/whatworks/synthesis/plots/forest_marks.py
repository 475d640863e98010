"""The marks of a forest plot: lines, squares, arrows, brackets and diamonds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from whatworks.synthesis.plots.forest_lines import Bracket, Line
from whatworks.synthesis.plots.scale import EffectScale, digits
from whatworks.synthesis.plots.theme import AVERAGE, MUTED, SECOND, STUDY

__all__ = [
    "CLOSE_STEP",
    "WIDE_STEP",
    "brackets_layers",
    "points_layers",
    "rules_layers",
    "summaries_layers",
]

#: Pixels a line when a few are shown, and when they are closed up.
WIDE_STEP, CLOSE_STEP = 22, 5


def rules_layers(
    lines: Sequence[Line], scale: EffectScale, x: dict[str, Any], n: float
) -> list[dict[str, Any]]:
    """Return the line of no effect, and the dashed one through the average."""
    average = next((line for line in lines[::-1] if line.kind == "average"), None)
    rules = [({"x": scale.null}, {"color": MUTED, "strokeWidth": 1.5})]
    if average is not None and average.estimate is not None and average.group == "":
        rules.append(
            (
                {"x": scale.shown(average.estimate)},
                {"color": AVERAGE, "strokeDash": [4, 4], "strokeWidth": 1},
            )
        )
    return [
        {
            "data": {"values": [value]},
            "mark": {"type": "rule", "clip": True, **look},
            "encoding": {"x": {**x, "field": "x"}},
        }
        for value, look in rules
    ]


def brackets_layers(
    brackets: Sequence[Bracket], y: dict[str, Any], step: int
) -> list[dict[str, Any]]:
    """Return the brackets on the left of the picture."""
    if not brackets:
        return []
    ends = [{"from": b.first - 0.32, "to": b.last + 0.32} for b in brackets]
    ticks = [{"at": at} for end in ends for at in end.values()]
    look = {"color": MUTED, "strokeWidth": 1.5 if step > CLOSE_STEP else 1}
    return [
        {
            "data": {"values": ends},
            "mark": {"type": "rule", **look},
            "encoding": {"x": {"value": 1}, "y": {**y, "field": "from"}, "y2": {"field": "to"}},
        },
        {
            "data": {"values": ticks},
            "mark": {"type": "rule", **look},
            "encoding": {"x": {"value": 1}, "x2": {"value": 6}, "y": y},
        },
    ]


def points_layers(
    drawn: Sequence[Line],
    scale: EffectScale,
    domain: tuple[float, float],
    x: dict[str, Any],
    y: dict[str, Any],
    step: int,
) -> list[dict[str, Any]]:
    """Return squares with their intervals, arrows where these run off, and expected values."""
    values = [
        {
            "at": line.at,
            "estimate": digits(scale.shown(line.estimate or 0.0)),
            "low": digits(scale.shown(max(_number(line.low), domain[0]))),
            "high": digits(scale.shown(min(_number(line.high), domain[1]))),
            "weight": digits(max(line.weight or 0.0, 0.0)),
        }
        for line in drawn
    ]
    # Where the interval runs off the edge an arrow says so.
    arrows = [
        {"at": line.at, "x": digits(scale.shown(edge)), "angle": angle}
        for line in drawn
        for edge, angle, is_cut in (
            (domain[0], -90, _number(line.low) < domain[0]),
            (domain[1], 90, _number(line.high) > domain[1]),
        )
        if is_cut
    ]
    small = step <= CLOSE_STEP
    wide = step == WIDE_STEP
    found: list[dict[str, Any]] = [
        {
            "data": {"values": values},
            "mark": {"type": "rule", "color": STUDY, "strokeWidth": 1 if small else 1.5},
            "encoding": {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}},
        },
        {
            "data": {"values": values},
            "mark": {"type": "square", "color": STUDY, "opacity": 1},
            "encoding": {
                "y": y,
                "x": {**x, "field": "estimate"},
                "size": {"value": 60}
                if len({v["weight"] for v in values}) == 1
                else {
                    "field": "weight",
                    "type": "quantitative",
                    "scale": {"range": [6, 40] if small else [14, 170 if wide else 90]},
                    "legend": None,
                },
            },
        },
    ]
    if arrows:
        found.append(
            {
                "data": {"values": arrows},
                "mark": {
                    "type": "point",
                    "shape": "triangle",
                    "filled": True,
                    "color": STUDY,
                    "size": 18 if small else 45,
                    "opacity": 1,
                },
                "encoding": {
                    "y": y,
                    "x": {**x, "field": "x"},
                    "angle": {"field": "angle", "type": "quantitative", "scale": None},
                },
            }
        )
    expected = [
        {"at": line.at, "x": digits(scale.shown(line.fitted))}
        for line in drawn
        if line.fitted is not None
    ]
    if expected:
        found.append(
            {
                "data": {"values": expected},
                "mark": {
                    "type": "point",
                    "shape": "diamond",
                    "color": SECOND,
                    "size": 60,
                    "strokeWidth": 1.5,
                    "filled": False,
                },
                "encoding": {"y": y, "x": {**x, "field": "x"}},
            }
        )
    return found


def summaries_layers(
    summaries: Sequence[Line],
    scale: EffectScale,
    domain: tuple[float, float],
    x: dict[str, Any],
    y: dict[str, Any],
) -> list[dict[str, Any]]:
    """Return diamonds as wide as their intervals, and the bar of the prediction interval."""
    diamonds = []
    for number, line in enumerate(line for line in summaries if line.kind == "average"):
        low, high = max(_number(line.low), domain[0]), min(_number(line.high), domain[1])
        corners = (
            (low, line.at),
            (_number(line.estimate), line.at - 0.38),
            (high, line.at),
            (_number(line.estimate), line.at + 0.38),
        )
        diamonds += [
            {"which": number, "turn": turn, "x": digits(scale.shown(value)), "at": at}
            for turn, (value, at) in enumerate(corners)
        ]
    found: list[dict[str, Any]] = []
    ranges = [
        {
            "at": line.at,
            "low": digits(scale.shown(max(_number(line.low), domain[0]))),
            "high": digits(scale.shown(min(_number(line.high), domain[1]))),
        }
        for line in summaries
        if line.kind == "prediction"
    ]
    if ranges:
        found.append(
            {
                "data": {"values": ranges},
                "mark": {"type": "rule", "color": AVERAGE, "strokeWidth": 2},
                "encoding": {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}},
            }
        )
        found += [
            {
                "data": {"values": ranges},
                "mark": {"type": "tick", "color": AVERAGE, "thickness": 2, "size": 12},
                "encoding": {"y": y, "x": {**x, "field": end}},
            }
            for end in ("low", "high")
        ]
    if diamonds:
        found.append(
            {
                "data": {"values": diamonds},
                "mark": {
                    "type": "line",
                    "interpolate": "linear-closed",
                    "filled": True,
                    "fill": AVERAGE,
                    "stroke": AVERAGE,
                    "strokeWidth": 1,
                },
                "encoding": {
                    "x": {**x, "field": "x"},
                    "y": y,
                    "detail": {"field": "which", "type": "nominal"},
                    "order": {"field": "turn", "type": "quantitative"},
                },
            }
        )
    return found


def _number(value: float | None) -> float:
    return 0.0 if value is None else value
