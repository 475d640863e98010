"""Official statistics of England: published tables to figures, with suppression kept."""

from whatworks.england.figure_layout import OGL_V3, FigureColumn, FigureLayout
from whatworks.england.figures import national, over_time, read_figures
from whatworks.england.nouns import OfficialFigure
from whatworks.england.shorthand import SHORTHAND, PublishedValue, read_published
from whatworks.england.tribunal_table import read_appeal_rates

__all__ = [
    "OGL_V3",
    "SHORTHAND",
    "FigureColumn",
    "FigureLayout",
    "OfficialFigure",
    "PublishedValue",
    "national",
    "over_time",
    "read_appeal_rates",
    "read_figures",
    "read_published",
]
