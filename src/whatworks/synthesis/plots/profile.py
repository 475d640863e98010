"""Profile of the likelihood over one variance or correlation, with its interval."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.synthesis.diagnostics.likelihood_profile import LikelihoodProfile
from whatworks.synthesis.plots.chart import Chart, chart_of, given
from whatworks.synthesis.plots.scale import digits
from whatworks.synthesis.plots.theme import AVERAGE, MUTED, STUDY
from whatworks.synthesis.wording import percent

__all__ = ["profile_plot"]

Floats = npt.NDArray[np.float64]


def profile_plot(
    found: LikelihoodProfile, *, name: str | None = None, title: str | None = None
) -> Chart:
    """Return the plot of a profile log-likelihood.

    Parameters
    ----------
    found : LikelihoodProfile
        As `profile_likelihood` gives it.
    name : str, optional
        What the component is called in axis and title.
    title : str, optional
        In place of the finding.

    Raises
    ------
    UserError
        There are fewer than 3 values with a likelihood.

    References
    ----------
    Venzon DJ, Moolgavkar SH (1988). A method for computing profile-likelihood-based confidence
    intervals. Applied Statistics 37:87-94.
    """
    given(found, LikelihoodProfile, "profile_likelihood(fit, component)")
    name = name or found.component
    at = np.asarray(found.values, dtype=np.float64)
    height = np.asarray(found.log_likelihood, dtype=np.float64)
    order = np.argsort(at)
    at, height = at[order], height[order]
    good = np.isfinite(height)
    at, height = at[good], height[good]
    if at.size < 3:
        raise UserError(
            f"The profile of {name} has {at.size} values with a likelihood. Give three or more."
        )
    top = int(np.argmax(height))
    best, cut = found.estimate, found.threshold
    drop = max(found.maximum - cut, 1e-12)
    low = max(float(height.min()), found.maximum - 4.0 * drop)
    x = {
        "type": "quantitative",
        "scale": {"zero": False, "nice": False},
        "axis": {"title": name, "tickCount": 6, "grid": False},
    }
    y = {
        "type": "quantitative",
        "scale": {
            "domain": [digits(min(low, cut) - 0.1 * drop), digits(found.maximum + 0.3 * drop)],
            "zero": False,
            "nice": False,
        },
        "axis": {"title": "Log-likelihood", "tickCount": 6},
    }
    points = [
        {"x": digits(float(a)), "y": float(f"{h:.9g}")} for a, h in zip(at, height, strict=True)
    ]
    layers = [
        {
            "data": {"values": [{"y": digits(cut)}]},
            "mark": {"type": "rule", "color": MUTED, "strokeDash": [5, 4]},
            "encoding": {"y": {**y, "field": "y"}},
        },
        {
            "data": {"values": [{"x": digits(best)}]},
            "mark": {"type": "rule", "color": AVERAGE, "strokeWidth": 1.5},
            "encoding": {"x": {**x, "field": "x"}},
        },
        {
            "data": {"values": points},
            "mark": {"type": "line", "color": STUDY, "strokeWidth": 2.5, "clip": True},
            "encoding": {"x": {**x, "field": "x"}, "y": {**y, "field": "y"}},
        },
        {
            "data": {"values": points},
            "mark": {"type": "point", "filled": True, "color": STUDY, "size": 30, "clip": True},
            "encoding": {"x": {**x, "field": "x"}, "y": {**y, "field": "y"}},
        },
    ]
    rows = [
        {name: float(a), "log_likelihood": float(h), "in_interval": bool(h >= cut)}
        for a, h in zip(at, height, strict=True)
    ]
    return chart_of(
        title or _title(at, height, top, cut, best, name),
        {"height": 340, "layer": layers},
        rows,
        subtitle=f"Above the dashed line lies the {percent(found.level)} interval; the upright line is the "
        "estimate.",
    )


def _title(at: Floats, height: Floats, top: int, cut: float, best: float, name: str) -> str:
    """Return the estimate, and the range of values that agree with the data."""
    lower = _crossing(at, height, cut, range(top, 0, -1), -1)
    upper = _crossing(at, height, cut, range(top, at.size - 1), 1)
    ends = (
        f"from {at[0]:.3g} or less"
        if lower is None and at[0] != 0.0
        else f"from {lower or 0.0:.3g}",
        f"to {at[-1]:.3g} or more" if upper is None else f"to {upper:.3g}",
    )
    text = f"The best value of {name} is {best:.3g}; all {ends[0]} {ends[1]} agree with the data"
    peaks = [
        i
        for i in range(1, at.size - 1)
        if height[i] > height[i - 1] and height[i] >= height[i + 1] and i != top
    ]
    second = [i for i in peaks if height[i] >= cut]
    return f"{text}; there is a second peak at {at[second[0]]:.3g}" if second else text


def _crossing(at: Floats, height: Floats, cut: float, steps: range, side: int) -> float | None:
    """Return where the curve first falls below the cut; None: not in sight."""
    for i in steps:
        j = i + side
        if height[j] < cut <= height[i]:
            share = (height[i] - cut) / (height[i] - height[j])
            return float(at[i] + share * (at[j] - at[i]))
    return None
