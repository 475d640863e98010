"""Charts as files."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from textwrap import wrap
from typing import Any

from whatworks.errors import UserError
from whatworks.synthesis.plots.chart import NARROW, NARROW_WIDTH, READING_LINE, Chart

__all__ = ["fixed_width", "save_chart"]

_KINDS = (".svg", ".png", ".json")
_VEGA_LITE = "6.4"
# Narrower pictures have no room for an axis beside the labels.
_NARROWEST = 200
# Pixels that a letter of the reading takes, with some room.
_LETTER = 7


def fixed_width(spec: dict[str, Any], width: int) -> dict[str, Any]:
    """Return the specification for a page of a given width, in pixels."""
    found = deepcopy(spec)
    if found.get("width") == "container":
        found["width"] = width
    for parameter in found.get("params", []):
        if parameter.get("name") == NARROW:
            parameter.pop("expr", None)
            parameter["value"] = width < NARROW_WIDTH
    title = found.get("title")
    if isinstance(title, dict) and isinstance(title.get("subtitle"), list):
        line = READING_LINE if width < NARROW_WIDTH else width // _LETTER
        title["subtitle"] = wrap(" ".join(title["subtitle"]), line)
    return found


def save_chart(chart: Chart | dict[str, Any], path: str | Path, *, width: int = 900) -> Path:
    """Write a chart as SVG or PNG (a picture) or JSON (its specification).

    Parameters
    ----------
    chart : Chart or dict
        The chart, or a Vega-Lite specification.
    path : str or Path
        Where to write; the ending says what.
    width : int
        Width of the picture in pixels; below 600 it is laid out for a phone. PNG has two dots to
        the pixel.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UserError
        Another ending; the folder is not there; no chart; too narrow; the extra "files" is not installed.
    """
    target = Path(path)
    if not isinstance(chart, (Chart, dict)):
        raise UserError(
            f"Give a chart, such as forest_plot(fit), or a specification. Found {type(chart).__name__}."
        )
    if not width >= _NARROWEST:
        raise UserError(f"width must be {_NARROWEST} pixels or more. Supplied value was {width!r}.")
    if target.suffix.lower() not in _KINDS:
        raise UserError(
            f'{target.name}: a chart is written as {", ".join(_KINDS)}. Found "{target.suffix}".'
        )
    if not target.parent.is_dir():
        raise UserError(f"{target.parent}: there is no such folder. Make it, then save again.")
    spec = chart.spec if isinstance(chart, Chart) else chart
    if target.suffix.lower() == ".json":
        target.write_text(json.dumps(spec, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return target
    try:
        import vl_convert as converter
    except ImportError:
        raise UserError(
            "Writing a chart as a picture needs the extra \"files\": pip install 'whatworks[files]'. "
            "A file that ends in .json can be written without it."
        ) from None
    drawn = fixed_width(spec, width)
    if target.suffix.lower() == ".svg":
        target.write_text(converter.vegalite_to_svg(drawn, vl_version=_VEGA_LITE), encoding="utf-8")
    else:
        target.write_bytes(converter.vegalite_to_png(drawn, vl_version=_VEGA_LITE, scale=2))
    return target
