"""Plots of any fitted model as Vega-Lite specifications, each with a finding and a table."""

from whatworks.synthesis.plots.baujat import baujat_plot
from whatworks.synthesis.plots.bubble import bubble_plot
from whatworks.synthesis.plots.chart import Chart
from whatworks.synthesis.plots.forest import forest_plot
from whatworks.synthesis.plots.funnel import funnel_plot
from whatworks.synthesis.plots.influence import influence_plot
from whatworks.synthesis.plots.profile import profile_plot
from whatworks.synthesis.plots.rho_sensitivity import rho_sensitivity_plot
from whatworks.synthesis.plots.save import save_chart
from whatworks.synthesis.plots.scale import EffectScale
from whatworks.synthesis.plots.series import series_plot

__all__ = [
    "Chart",
    "EffectScale",
    "baujat_plot",
    "bubble_plot",
    "forest_plot",
    "funnel_plot",
    "influence_plot",
    "profile_plot",
    "rho_sensitivity_plot",
    "save_chart",
    "series_plot",
]
