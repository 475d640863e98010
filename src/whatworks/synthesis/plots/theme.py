"""What all charts share: font, colours, no interaction of their own."""

from __future__ import annotations

from typing import Any

__all__ = [
    "AVERAGE",
    "BAND",
    "FONT",
    "GRID",
    "INK",
    "MUTED",
    "SCHEMA",
    "SECOND",
    "STUDY",
    "theme",
]

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.4.1.json"
# The pages' own typeface, and what a file falls back to.
FONT = "WWSans, Arial, sans-serif"
# The pages' palette; each contrasts with white by 4.5 to 1 or more, bands excepted.
STUDY = "#106165"
AVERAGE = "#0b0c0c"
SECOND = "#8a3a1c"
BAND = "#d0e6e7"
INK = "#0b0c0c"
MUTED = "#484949"
GRID = "#e4e4e4"
_LINE = "#858686"


def theme() -> dict[str, Any]:
    """Return the configuration every chart carries.

    Vega's own accessibility attributes are off: the figure around a chart is one image with a text
    alternative, and its table view holds every value.
    """
    return {
        "aria": False,
        "background": "transparent",
        "font": FONT,
        "view": {"stroke": None},
        "axis": {
            "labelFont": FONT,
            "titleFont": FONT,
            "labelFontSize": 14,
            "titleFontSize": 14,
            "titleFontWeight": "bold",
            "labelColor": INK,
            "titleColor": INK,
            "gridColor": GRID,
            "domainColor": _LINE,
            "tickColor": _LINE,
        },
        "legend": {
            "labelFont": FONT,
            "titleFont": FONT,
            "labelFontSize": 14,
            "titleFontSize": 14,
            "labelColor": INK,
            "titleColor": INK,
        },
        "title": {
            "font": FONT,
            "subtitleFont": FONT,
            "fontSize": 16,
            "subtitleFontSize": 13,
            "color": INK,
            "subtitleColor": MUTED,
            "anchor": "start",
            "frame": "bounds",
            "offset": 12,
        },
        "text": {"font": FONT, "fontSize": 14, "color": INK},
    }
