"""Baujat plot: which studies make the effects differ, and which move the result."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.errors import TooFewStudies
from whatworks.synthesis.diagnostics.baujat import Baujat
from whatworks.synthesis.plots.chart import Chart, chart_of, given
from whatworks.synthesis.plots.scale import digits
from whatworks.synthesis.plots.theme import INK, STUDY
from whatworks.synthesis.wording import decimal, listed

__all__ = ["baujat_plot"]

Floats = npt.NDArray[np.float64]

_MOST_NAMED = 5
# A unit with more than this share of all distance is named alone in the title.
_STANDS_OUT = 0.3


def baujat_plot(found: Baujat, *, title: str | None = None) -> Chart:
    """Return the Baujat plot: distance of each unit across, influence up.

    Parameters
    ----------
    found : Baujat
        Coordinates, as `baujat` gives them; units without influence are left out of the picture
        and stand in the table.
    title : str, optional
        In place of the finding.

    Raises
    ------
    TooFewStudies
        No unit has both coordinates.

    References
    ----------
    Baujat B, Mahe C, Pignon JP, Hill C (2002). A graphical method for exploring heterogeneity in
    meta-analyses. Statistics in Medicine 21:2641-2652.
    """
    given(found, Baujat, "baujat(fit)")
    distance, influence = found.distance, found.influence
    there = np.flatnonzero(np.isfinite(distance) & np.isfinite(influence))
    if there.size < 2:
        raise TooFewStudies("A Baujat plot needs two units that can be left out in turn.")
    # Named are those farthest out on either axis.
    far = distance / max(float(distance[there].max()), 1e-300)
    far = far + influence / max(float(influence[there].max()), 1e-300)
    named = set(there[np.argsort(-far[there], kind="stable")][:_MOST_NAMED].tolist())
    middle = 0.55 * float(distance[there].max())
    # Names turn inwards, so that they stay in the picture.
    values = [
        {
            "x": digits(float(distance[i])),
            "y": digits(float(influence[i])),
            "label": _unit(found, i) if i in named else "",
            "is_right": bool(distance[i] > middle),
        }
        for i in there.tolist()
    ]
    x = {
        "field": "x",
        "type": "quantitative",
        "axis": {"title": "Distance from what the model expects", "tickCount": 6},
    }
    y = {
        "field": "y",
        "type": "quantitative",
        "axis": {"title": "How far the result moves without it", "tickCount": 6},
    }
    text = {"field": "label", "type": "nominal"}
    layers = [
        {
            "data": {"values": values},
            "mark": {"type": "point", "filled": True, "color": STUDY, "size": 60, "opacity": 0.9},
            "encoding": {"x": x, "y": y},
        },
        *(
            {
                "data": {"values": [v for v in values if v["is_right"] is is_right and v["label"]]},
                "mark": {
                    "type": "text",
                    "align": "right" if is_right else "left",
                    "dx": -8 if is_right else 8,
                    "dy": -3,
                    "color": INK,
                    "limit": 170,
                },
                "encoding": {"x": x, "y": y, "text": text},
            }
            for is_right in (False, True)
        ),
    ]
    rows = [
        {
            found.by: _unit(found, i),
            "distance": _or_none(distance[i]),
            "influence": _or_none(influence[i]),
            "reason": found.reasons[i],
        }
        for i in np.argsort(-np.nan_to_num(distance), kind="stable").tolist()
    ]
    point = "a study" if found.by == "cluster" else "an effect"
    return chart_of(
        title or _title(found),
        {"height": 400, "layer": layers},
        rows,
        subtitle=f"Each point is {point}: far right, it differs from the others; high up, the result "
        "rests on it.",
    )


def _unit(found: Baujat, i: int) -> str:
    return found.labels[i] if found.by == "cluster" else f"Effect {found.labels[i]}"


def _or_none(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _title(found: Baujat) -> str:
    """Return who makes the most of the distance."""
    distance = np.nan_to_num(found.distance)
    total = float(distance.sum())
    units = "studies" if found.by == "cluster" else "effects"
    n = distance.size
    if total <= 0.0:
        return f"None of {n:,} {units} differs from what the model expects"
    order = np.argsort(-distance, kind="stable")
    share = distance / total
    top = order[: 1 if share[order[0]] > _STANDS_OUT or n < 6 else 3].tolist()
    names = listed([_unit(found, i) for i in top])
    part = decimal(100.0 * float(share[top].sum()), 0)
    return f"{names} {'has' if len(top) == 1 else 'have'} {part} per cent of the distance of all {n:,} {units}"
