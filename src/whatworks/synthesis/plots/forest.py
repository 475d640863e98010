"""Forest plot: every effect with its interval, studies in brackets, and the average."""

from __future__ import annotations

from collections.abc import Sequence

from whatworks.synthesis.inference_view import Inference, as_fitted
from whatworks.synthesis.inputs import one_of
from whatworks.synthesis.model import FittedModel
from whatworks.synthesis.plots.chart import Chart
from whatworks.synthesis.plots.forest_drawing import draw_forest
from whatworks.synthesis.plots.forest_lines import forest_lines, study_means
from whatworks.synthesis.plots.scale import EffectScale
from whatworks.synthesis.pooled_effect import pooled_effect
from whatworks.synthesis.wording import percent, plural

__all__ = ["forest_plot"]


def forest_plot(
    fit: FittedModel | Inference,
    *,
    labels: Sequence[str] | None = None,
    study: Sequence[object] | None = None,
    group: Sequence[object] | None = None,
    order: str = "effect",
    by: str | None = None,
    scale: EffectScale | None = None,
    title: str | None = None,
) -> Chart:
    """Return the forest plot of a fitted model.

    Parameters
    ----------
    fit : FittedModel, RobustInference or KenwardRoger
        Any model; robust inference in place of its own. Below its average stands where the average
        of a new study is expected and, with several effects a study, where one effect in it is.
        With moderators each line also has what the model expects there, and there is no average.
    labels : sequence of str, length k, optional
        Name of each effect.
    study : sequence, length k, optional
        Study of each effect; the model's independent units if not given. Effects of one study
        stand together in a bracket.
    group : sequence, length k, optional
        Parts of the plot, each with a heading and, for models without moderators, the average of
        the same model fitted to it alone.
    order : {"effect", "given"}
        Largest effect first, studies by the mean of their effects; or as the data stand.
    by : {"effect", "study"}, optional
        A line for each effect, or one for each study (the plain mean of its effects with its
        sampling error). By study if not given and there are more than 220 effects.
    scale : EffectScale, optional
        Name of the effect, and whether to show ratios.
    title : str, optional
        In place of the finding.

    Raises
    ------
    UserError
        Lengths differ, or an option is unknown.
    """
    one_of(order, ("effect", "given"), "order")
    if by is not None:
        one_of(by, ("effect", "study"), "by")
    fit = as_fitted(fit)
    scale = scale or EffectScale()
    found = forest_lines(fit, labels=labels, study=study, group=group, order=order, by=by)
    per_study = any(line.kind == "study" for line in found.lines)
    reading = (
        f"Each square is {'a study' if per_study else 'an effect'}"
        f" with its {percent(fit.level)} interval; the larger, the more it weighs."
    )
    if any(line.kind == "prediction" for line in found.lines):
        reading += " The bars below the average say where new results are expected."
    if any(line.fitted is not None for line in found.lines):
        reading += " The hollow diamond is what the moderators lead to expect."
    return draw_forest(
        found.lines,
        found.brackets,
        scale=scale,
        title=title or _title(fit, study, scale, per_study=per_study),
        subtitle=reading,
        level=fit.level,
    )


def _title(
    fit: FittedModel, study: Sequence[object] | None, scale: EffectScale, *, per_study: bool
) -> str:
    """Return the finding: how many lie above no effect, and where the average lies."""
    points = study_means(fit, study) if per_study else fit.yi
    above = int((points > 0.0).sum())
    unit = ("study", "studies") if per_study else ("effect", "effects")
    null = f"{scale.null:g}"
    if points.size == 1:
        first = f"The one {unit[0]} lies {'above' if above else 'at or below'} {null}"
    else:
        first = f"{above:,} of {plural(points.size, *unit)} lie above {null}"
    average = pooled_effect(fit)
    if average is None:
        return first
    where = {
        "above": "is above it",
        "below": "is below it",
        "unclear": "cannot be told from it",
    }[average.side]
    return f"{first}; the average, {scale.text(average.estimate)}, {where}"
