"""Charts as Vega-Lite specifications: plain dictionaries, drawn in the page."""

from whatworks.site.charts.forest_plot import forest_plot

__all__ = ["forest_plot"]
