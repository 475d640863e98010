"""Forest plots of refits: the average without each study, or as studies were added."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from whatworks.errors import NotFound, UserError
from whatworks.synthesis.diagnostics.series import RefitSeries
from whatworks.synthesis.plots.chart import Chart, given
from whatworks.synthesis.plots.forest_drawing import draw_forest
from whatworks.synthesis.plots.forest_lines import Line
from whatworks.synthesis.plots.scale import EffectScale
from whatworks.synthesis.wording import percent, plural

__all__ = ["series_plot"]


def series_plot(
    found: RefitSeries,
    *,
    coefficient: str | None = None,
    labels: Sequence[str] | None = None,
    scale: EffectScale | None = None,
    title: str | None = None,
) -> Chart:
    """Return the forest plot of leaving units out one by one, or of adding them.

    Parameters
    ----------
    found : Series
        What `leave_one_out` or `cumulative` gives.
    coefficient : str, optional
        Which one, for models with several; the first if not given.
    labels : sequence of str, optional
        Name of each row, in place of the unit's.
    scale : EffectScale, optional
        Name of the effect, and whether to show ratios.
    title : str, optional
        In place of the finding.

    Raises
    ------
    NotFound
        The model has no such coefficient.
    UserError
        The number of labels is another; no row has a result.
    """
    given(found, RefitSeries, "leave_one_out(fit) or cumulative(fit)")
    scale = scale or EffectScale()
    names = found.coefficient_names
    if coefficient is not None and coefficient not in names:
        raise NotFound(f'There is no coefficient "{coefficient}". There are: {", ".join(names)}.')
    j = names.index(coefficient) if coefficient is not None else 0
    if labels is not None and len(labels) != len(found.labels):
        raise UserError(f"labels has {len(labels):,} names for {len(found.labels):,} rows.")
    shown = labels or [_label(found, i) for i in range(len(found.labels))]
    there = np.flatnonzero(np.isfinite(found.ci[:, j]).all(axis=1)).tolist()
    if not there:
        raise UserError("No row has a result with an interval, so that there is nothing to draw.")
    lines = [
        Line(
            "effect",
            float(at),
            str(shown[i]),
            "",
            float(found.coefficients[i, j]),
            float(found.ci[i, j, 0]),
            float(found.ci[i, j, 1]),
            1.0,
            int(found.k[i]),
        )
        for at, i in enumerate(there)
    ]
    is_adding = found.what.startswith("added")
    if not is_adding:
        whole = float(found.full[j])
        lines.append(
            Line("average", len(there) + 0.4, "All together", "", whole, whole, whole, None, 0)
        )
    unit = "study" if found.what.endswith("cluster") else "effect"
    step = f"the {unit} beside it is {'added' if is_adding else 'left out'}"
    return draw_forest(
        lines,
        (),
        scale=scale,
        title=title or _title(found, j, there, scale, is_adding=is_adding),
        subtitle=f"Each line is the average with its {percent(found.level)} interval when {step}.",
        level=found.level,
    )


def _label(found: RefitSeries, i: int) -> str:
    name = found.labels[i]
    return name if found.what.endswith("cluster") else f"Effect {name}"


def _title(
    found: RefitSeries, j: int, there: list[int], scale: EffectScale, *, is_adding: bool
) -> str:
    estimates = found.coefficients[there, j]
    low, high = found.ci[there, j, 0], found.ci[there, j, 1]
    null = f"{scale.null:g}"
    units = ("study", "studies") if found.what.endswith("cluster") else ("effect", "effects")
    if is_adding:
        last = there[-1]
        text = (
            f"With all {plural(int(found.k[last]), 'effect')} in, the average is "
            f"{scale.text(float(estimates[-1]))}"
        )
        clear = (low > 0.0) | (high < 0.0)
        if not clear[-1]:
            return f"{text} and cannot be told from {null}"
        since = len(there) - int(np.argmin(clear[::-1])) if not clear.all() else 0
        name = _label(found, there[since])
        side = "above" if low[-1] > 0.0 else "below"
        if since == 0:
            return f"{text}; it was {side} {null} from the first step on"
        if since == len(there) - 1:
            return f"{text}; it is {side} {null} only since the last step"
        return f"{text}; it has been {side} {null} since {name}"
    text = (
        f"Without any one {units[0]} the average stays between {scale.text(float(estimates.min()))} "
        f"and {scale.text(float(estimates.max()))}"
    )
    if (low > 0.0).all():
        return f"{text}, always above {null}"
    if (high < 0.0).all():
        return f"{text}, always below {null}"
    unclear = int(((low <= 0.0) & (high >= 0.0)).sum())
    if unclear == len(there):
        return f"{text}, and cannot be told from {null}"
    return f"{text}; in {unclear:,} of {len(there):,} cases it cannot be told from {null}"
