"""What to expect in a new setting, and of one test in it, in plain words."""

from __future__ import annotations

from whatworks.synthesis.plots.scale import EffectScale
from whatworks.synthesis.pooled_effect import PooledEffect
from whatworks.synthesis.report.facts import Facts
from whatworks.synthesis.wording import listed

__all__ = ["USUAL_LEVEL", "in_new_setting", "new_setting", "share"]

# The level of a range that needs no word: "most".
USUAL_LEVEL = 0.95


def new_setting(between: str, *, helps: bool, harms: bool, level: float = 0.95) -> str:
    """Return what a prediction interval means for the next school.

    Parameters
    ----------
    between : str
        Limits of the average true effect in a new, similar setting: "0.10 and 0.54".
    helps, harms : bool
        Whether the whole range is on the side that one hopes for, or on the other.
    level : float
        Share of settings the range is made for.
    """
    first = f"In {share(level)} new settings like these we would expect an average effect between {between}."
    if helps:
        return (
            f"{first} As far as these studies can be trusted, it would be expected to help in most "
            "of them, by more in some than in others."
        )
    if harms:
        return (
            f"{first} As far as these studies can be trusted, it would be expected to make things "
            "worse in most of them."
        )
    return (
        f"{first} That range runs across no difference: in some settings it may help, in others "
        "make no difference or do worse than what the comparison pupils had."
    )


def share(level: float) -> str:
    """Return "most", or "about 8 of 10", for the level of a range."""
    if level == USUAL_LEVEL:
        return "most"
    parts = next((n for n in (10, 100, 1000) if abs(level * n - round(level * n)) < 1e-9), 1000)
    return f"about {round(level * parts):,} of {parts:,}"


def in_new_setting(
    facts: Facts, average: PooledEffect, scale: EffectScale, higher_is_better: bool
) -> str:
    """Return what to expect in a new setting, as far as the model can tell."""
    limits = average.prediction_interval
    if facts.kind == "one":
        return ""
    if facts.kind in ("equal", "fixed"):
        return (
            "This calculation takes the effect to be the same everywhere, so it cannot say how much "
            "a new school would differ from the average."
        )
    if limits is None and facts.location_scale is not None:
        return (
            "How much the effect differs from school to school depends on what they are like; the "
            "results for statisticians say on what."
        )
    if limits is None:
        return "These studies cannot say how much the effect differs from school to school."
    if not facts.has_spread:
        return (
            "The studies differ by no more than chance would make them differ, so the average is the "
            "best guess for a new school. That does not show that all schools would get the same."
        )
    return _with_spread(average, limits, scale, higher_is_better)


def _with_spread(
    average: PooledEffect, limits: tuple[float, float], scale: EffectScale, higher_is_better: bool
) -> str:
    """Return what to expect of a new setting, and of one test in it, where true effects differ."""
    levels = average.levels
    one_test = (
        f"On one test or measure in a new setting we would expect, in {share(average.level)} cases, an "
        f"effect between {_between(limits, scale)}"
    )
    if not levels:
        return (
            f"{one_test}. How much of that is between settings and how much between tests of the same "
            "pupils, this calculation does not tell apart."
        )
    if len(levels) > 2:
        named = [f"{_between(own.limits, scale)} for a new {own.name}" for own in levels[:-1]]
        return (
            f"The average effect that we would expect, in {share(average.level)} cases, lies between "
            f"{listed(named)}. {one_test}."
        )
    study, inner = levels[0], levels[1:]
    if study.variance == 0.0:
        return (
            "Whole studies differ by no more than chance would make them differ, so the average is the "
            "best guess for a new school. That does not show that all schools would get the same. "
            f"Tests and measures within a study do differ. {one_test}."
        )
    is_above, is_below = study.limits[0] > 0.0, study.limits[1] < 0.0
    found = new_setting(
        _between(study.limits, scale),
        helps=is_above if higher_is_better else is_below,
        harms=is_below if higher_is_better else is_above,
        level=average.level,
    )
    if inner and inner[0].variance > 0.0:
        found += f" {one_test}: tests within one study differ as well."
    return found


def _between(limits: tuple[float, float], scale: EffectScale) -> str:
    return scale.span(limits).replace(" to ", " and ")
