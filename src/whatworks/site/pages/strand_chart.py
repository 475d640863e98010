"""The forest plot of a strand's page: the specification, its title and where to get the values."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from whatworks.release.nouns import Strand
from whatworks.site.charts import forest_plot
from whatworks.site.charts.forest_plot import MOST_LABELLED
from whatworks.site.context import Context
from whatworks.site.forest import ForestRow
from whatworks.site.paths import analysis_path, slug
from whatworks.site.sentences import finding_title

__all__ = ["ChartView", "chart_view", "embed_json"]


@dataclass(frozen=True, slots=True)
class ChartView:
    """One chart in a page."""

    chart_id: str
    title: str
    how_to_read: str
    spec: Markup
    download: str
    how_computed: str


def embed_json(value: object) -> Markup:
    """Return JSON that is safe inside a script element: nothing in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def chart_view(context: Context, strand: Strand, rows: Sequence[ForestRow]) -> ChartView:
    """Return the forest plot of a pooled strand."""
    numbers = context.numbers
    main = numbers.analysis(strand.strand_id, "main")
    effect = numbers.interval(main)
    if main is None or effect is None:
        raise ValueError(f"{strand.strand_id} has no pooled effect")
    low, high = numbers.value(main, "pi_lb"), numbers.value(main, "pi_ub")
    interval = None if effect.low is None or effect.high is None else (effect.low, effect.high)
    prediction = None if low is None or high is None else (low, high)
    spec = forest_plot(rows, estimate=effect.estimate, interval=interval, prediction=prediction)
    parts = [
        "Each line is one study with its 95 per cent interval; a larger square counts for more. The "
        "black diamond is the average."
    ]
    if any(row.n_effects > 1 for row in rows):
        parts.append("A study with several effects is one line: their mean.")
    if prediction is not None:
        what = (
            "the effect on one test or scale in a new study"
            if numbers.value(main, "k_studies_several")
            else "the average effect of a new study"
        )
        parts.append(f"The shaded band is where {what} would be expected to lie in most cases.")
    parts.append("A line may run off the edge.")
    if len(rows) > MOST_LABELLED:
        parts.append("There are too many studies to name here: the table names each.")
    return ChartView(
        chart_id=f"forest-{slug(strand.strand_id)}".replace(".", "-"),
        title=finding_title(effect, len(rows), sum(row.estimate > 0 for row in rows)),
        how_to_read=" ".join(parts),
        spec=embed_json(spec),
        download=f"downloads/forest-{slug(strand.strand_id)}.csv",
        how_computed=analysis_path(main.analysis_id),
    )
