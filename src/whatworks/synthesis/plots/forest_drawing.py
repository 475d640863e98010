"""How the lines of a forest plot are drawn."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from whatworks.synthesis.plots.chart import NARROW, Chart, chart_of, expression_text
from whatworks.synthesis.plots.forest_lines import MOST_LABELLED, Bracket, Line
from whatworks.synthesis.plots.forest_marks import (
    CLOSE_STEP,
    WIDE_STEP,
    brackets_layers,
    points_layers,
    rules_layers,
    summaries_layers,
)
from whatworks.synthesis.plots.scale import EffectScale, covering
from whatworks.synthesis.wording import percent, plural

__all__ = ["draw_forest"]

# (most lines, pixels a line, size of the letters): smaller as lines grow many.
_STEPS = ((60, WIDE_STEP, 14), (130, 17, 13), (MOST_LABELLED + 200, 14, 12))
# A bracket of lines that are closed up is named if its name has this many pixels.
_ROOM_FOR_NAME = 16
_SHORT, _LONG = 23, 44


def draw_forest(
    lines: Sequence[Line],
    brackets: Sequence[Bracket],
    *,
    scale: EffectScale,
    title: str,
    subtitle: str,
    level: float,
    with_null: bool = True,
) -> Chart:
    """Draw lines; `forest_plot` and the plots of leaving out and adding one by one share it."""
    drawn = [line for line in lines if line.kind in ("effect", "study")]
    summaries = [line for line in lines if line.kind in ("average", "prediction")]
    domain = covering(
        [v for line in drawn for v in (line.estimate, line.fitted) if v is not None]
        + [v for line in summaries for v in (line.low, line.high) if v is not None],
        [v for line in drawn for v in (line.low, line.high) if v is not None],
        with_null=with_null,
    )
    n = max(line.at for line in lines) + 1
    step, size = next(((step, size) for most, step, size in _STEPS if n <= most), (CLOSE_STEP, 0))
    x = scale.axis(domain)
    y_scale = {"domain": [-1.2, n - 0.2], "reverse": True, "nice": False, "zero": False}
    y = {"field": "at", "type": "quantitative", "scale": y_scale, "axis": None}
    layers = [
        *rules_layers(lines, scale, x, n),
        *brackets_layers(brackets, y, step),
        *points_layers(drawn, scale, domain, x, y, step),
        *summaries_layers(summaries, scale, domain, x, y),
        *_labels(lines, brackets, scale, level, y_scale, size),
    ]
    body: dict[str, Any] = {
        "height": round((n + 1) * step),
        "layer": layers,
        "resolve": {"scale": {"size": "independent"}, "axis": {"y": "independent"}},
    }
    return chart_of(title, body, _table(lines, brackets, scale), subtitle=subtitle)


def _labels(
    lines: Sequence[Line],
    brackets: Sequence[Bracket],
    scale: EffectScale,
    level: float,
    y_scale: dict[str, Any],
    size: int,
) -> list[dict[str, Any]]:
    """Return the axes that name the lines on the left and give their values on the right."""
    if size == 0:
        lines = [line for line in lines if line.kind in ("average", "prediction", "heading")]
        brackets = [b for b in brackets if (b.last - b.first + 1) * CLOSE_STEP >= _ROOM_FOR_NAME]
        size = 12
    short = {_key(line.at): _name(line, _SHORT, "{:,}") for line in lines if line.label}
    long = {_key(line.at): _name(line, _LONG, "") for line in lines if line.label}
    for b in brackets:
        if b.label:
            short[_key((b.first + b.last) / 2)] = _cut(b.label, _SHORT)
            long[_key((b.first + b.last) / 2)] = _cut(b.label, _LONG)
    values = {_key(line.at): _value(line, scale) for line in lines if line.low is not None}
    values[_key(-1.0)] = f"{scale.name} ({percent(level)} interval)"
    bold = [line.at for line in lines if line.kind in ("heading", "average", "prediction")]
    test = " || ".join(f"datum.value === {_key(at)}" for at in [-1.0, *bold])
    weight = {"condition": {"test": test, "value": "bold"}, "value": "normal"}
    shared = {
        "ticks": False,
        "domain": False,
        "grid": False,
        "title": None,
        "labelOverlap": False,
        "labelFontSize": size,
        "labelFontWeight": weight,
        "labelLimit": 330,
    }
    left = {
        **shared,
        "orient": "left",
        "values": [float(key) for key in long],
        "labelExpr": f"({NARROW} ? {_lookup(short)} : {_lookup(long)})[datum.value]",
    }
    right = {
        **shared,
        "orient": "right",
        "values": [float(key) for key in values],
        "labelExpr": f"{NARROW} ? '' : ({_lookup(values)})[datum.value]",
    }
    nothing = {"type": "point", "opacity": 0, "size": 0}
    return [
        {
            "data": {"values": [{"at": 0}]},
            "mark": nothing,
            "encoding": {
                "y": {"field": "at", "type": "quantitative", "scale": y_scale, "axis": axis}
            },
        }
        for axis in (left, right)
    ]


def _table(
    lines: Sequence[Line], brackets: Sequence[Bracket], scale: EffectScale
) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    study = ""
    for line in lines:
        inside = next((b for b in brackets if b.first <= line.at <= b.last), None)
        if line.kind == "heading":
            study = line.label
            continue
        rows.append(
            {
                "group": line.group,
                "study": (inside.label or study) if inside is not None else line.label,
                "label": line.label,
                "kind": line.kind,
                "estimate": None if line.estimate is None else scale.shown(line.estimate),
                "low": _known(line.low, scale),
                "high": _known(line.high, scale),
                "weight_percent": line.weight,
                "n_effects": line.n_effects,
                "expected": None if line.fitted is None else scale.shown(line.fitted),
            }
        )
    return rows


def _known(value: float | None, scale: EffectScale) -> float | None:
    return scale.shown(value) if value is not None and np.isfinite(value) else None


def _of(value: float | None) -> float:
    return 0.0 if value is None else value


def _key(at: float) -> str:
    return f"{round(at, 3):g}"


def _value(line: Line, scale: EffectScale) -> str:
    interval = scale.span((_of(line.low), _of(line.high)))
    if line.estimate is None:
        return interval
    text = scale.text(line.estimate)
    return text if line.low == line.high else f"{text} ({interval})"


def _name(line: Line, length: int, count: str) -> str:
    """Return a line's name within a length; a study's is followed by how many effects it has."""
    if line.kind != "study" or line.n_effects == 1:
        return _cut(line.label, length)
    ending = f" ({count.format(line.n_effects) if count else plural(line.n_effects, 'effect')})"
    return _cut(line.label, length - len(ending)) + ending


def _cut(text: str, length: int) -> str:
    """Return a name within a length; a year at its end stays, for it tells studies apart."""
    if len(text) <= length:
        return text
    year = re.search(r"\s*\(?(?:19|20)\d\d[a-z]?\)?$", text)
    ending = year.group() if year is not None and len(year.group()) < length - 6 else ""
    return f"{text[: length - 1 - len(ending)].rstrip()}…{ending}"


def _lookup(texts: dict[str, str]) -> str:
    return "{" + ",".join(f"'{key}':{expression_text(name)}" for key, name in texts.items()) + "}"
