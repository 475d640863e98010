"""What all charts share: font, colours, no interaction of their own."""

from __future__ import annotations

from typing import Any

__all__ = ["AVERAGE", "BAND", "SCHEMA", "STUDY", "theme"]

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.4.1.json"
# The pages' palette.
STUDY = "#106165"
AVERAGE = "#0b0c0c"
BAND = "#d0e6e7"
_INK = "#0b0c0c"
_GRID = "#e4e4e4"


def theme() -> dict[str, Any]:
    """Return the configuration every chart carries.

    Vega's own accessibility attributes are off: the figure around a chart is one image with a text
    alternative, and its table view holds every value.
    """
    return {
        "aria": False,
        "background": "transparent",
        "font": "WWSans",
        "view": {"stroke": None},
        "axis": {
            "labelFont": "WWSans",
            "titleFont": "WWSans",
            "labelFontSize": 14,
            "titleFontSize": 14,
            "titleFontWeight": "bold",
            "labelColor": _INK,
            "titleColor": _INK,
            "gridColor": _GRID,
            "domainColor": "#858686",
            "tickColor": "#858686",
        },
        "text": {"font": "WWSans", "fontSize": 14, "color": _INK},
    }
