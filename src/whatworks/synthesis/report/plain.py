"""The result in plain words, for a teacher or an official: nothing that the numbers do not carry."""

from __future__ import annotations

import re
from dataclasses import dataclass

from whatworks.synthesis.plots.scale import EffectScale
from whatworks.synthesis.pooled_effect import CoefficientTest, PooledEffect
from whatworks.synthesis.report.facts import FEW_STUDIES, FEWEST_DF, Facts
from whatworks.synthesis.wording import plural

__all__ = ["PlainWords", "new_setting", "plain_words"]


@dataclass(frozen=True, slots=True)
class PlainWords:
    """Sentences without a term of statistics.

    Attributes
    ----------
    answer
        What was found.
    how_sure
        How far chance could move it.
    new_setting
        What to expect in a new school.
    cannot_say
        What these studies do not tell, one sentence each.
    """

    answer: str
    how_sure: str
    new_setting: str
    cannot_say: tuple[str, ...]

    def text(self) -> str:
        """Return all of it as paragraphs."""
        first = [self.answer, self.how_sure, self.new_setting]
        return "\n\n".join([*(part for part in first if part), " ".join(self.cannot_say)])


def plain_words(
    facts: Facts, scale: EffectScale, *, outcome: str, higher_is_better: bool, compared: str
) -> PlainWords:
    """Return the words; arguments as in `report`."""
    average = facts.average
    if average is None:
        return PlainWords(
            answer=_moderators(facts, scale),
            how_sure="",
            new_setting="",
            cannot_say=_cannot_say(facts),
        )
    return PlainWords(
        answer=_answer(facts, average, outcome, higher_is_better, compared),
        how_sure=_how_sure(facts, average, scale),
        new_setting=_in_new_setting(facts, average, scale, higher_is_better),
        cannot_say=_cannot_say(facts),
    )


def _answer(
    facts: Facts, average: PooledEffect, outcome: str, higher_is_better: bool, compared: str
) -> str:
    is_one = facts.kind == "one"
    where = "In the one study there is" if is_one else "In these studies"
    if average.side == "unclear":
        what = "the effect" if is_one else "the average effect"
        return f"{where}, {what} on {outcome} cannot be told from none."
    word = "better" if (average.side == "above") is higher_is_better else "worse"
    typical = "" if is_one else ", on average,"
    return f"{where}, results for {outcome} were {word}{typical} {compared}."


def _how_sure(facts: Facts, average: PooledEffect, scale: EffectScale) -> str:
    size = scale.text(average.estimate)
    null = f"{scale.null:g}"
    known = scale.span(average.ci)
    if known.startswith("no "):
        return (
            f"The best single figure is {size} ({null} would be no difference), but these studies "
            "cannot say how far chance could have moved it."
        )
    what = "the effect" if facts.kind == "one" else "the average"
    first = (
        f"The best single figure is {size} ({null} would be no difference). Allowing for chance, "
        f"{what} could be anywhere from {known}."
    )
    if average.side == "unclear":
        return (
            f"{first} That range includes no difference at all, so these numbers do not show that it "
            "helps, and do not show that it does not."
        )
    return first


def new_setting(between: str, *, helps: bool, harms: bool) -> str:
    """Return what a prediction interval means for the next school.

    Parameters
    ----------
    between : str
        Limits of the true effect in a new, similar setting: "0.10 and 0.54".
    helps, harms : bool
        Whether the whole range is on the side that one hopes for, or on the other.
    """
    first = f"In most new settings like these we would expect an average effect between {between}."
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


def _in_new_setting(
    facts: Facts, average: PooledEffect, scale: EffectScale, higher_is_better: bool
) -> str:
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
    is_above, is_below = limits[0] > 0.0, limits[1] < 0.0
    return new_setting(
        f"{scale.text(limits[0])} and {scale.text(limits[1])}",
        helps=is_above if higher_is_better else is_below,
        harms=is_below if higher_is_better else is_above,
    )


def _moderators(facts: Facts, scale: EffectScale) -> str:
    """Return what each single column of a model with moderators says, where it says something."""
    design = facts.fit.design
    tangled = _tangled(design.names)
    found = [
        _moderator(facts.tests[i], scale, is_mean=_is_group_mean(facts, i))
        for i in range(len(design.names))
        if i != design.intercept and i not in tangled
    ]
    if tangled:
        found.append(
            "Some of the differences depend on each other and cannot be put in one sentence each; a "
            "picture of what the model expects shows them."
        )
    return " ".join(found)


def _tangled(names: tuple[str, ...]) -> set[int]:
    """Return columns that cannot be read alone: products, powers, and what these are made of."""
    compound = [name for name in names if _is_compound(name)]
    return {
        i
        for i, name in enumerate(names)
        if _is_compound(name)
        or any(re.search(rf"(?<![\w.]){re.escape(_stem(name))}(?![\w.])", c) for c in compound)
    }


def _is_compound(name: str) -> bool:
    outside = re.sub(r"\[[^\]]*\]", "", name).removeprefix("C(").removesuffix(")")
    return re.fullmatch(r"[\w. -]+", outside) is None


def _stem(name: str) -> str:
    """Return the variable in a column's name: "phase" for "C(phase)[T.primary]"."""
    return name.split("[")[0].removeprefix("C(").removesuffix(")")


def _is_group_mean(facts: Facts, i: int) -> bool:
    """Whether a coefficient is the mean of a category: no intercept, and its column marks rows."""
    design = facts.fit.design
    if design.intercept is not None or "[" not in design.names[i]:
        return False
    column = design.matrix[:, i]
    others = [c for name, c in zip(design.names, design.matrix.T, strict=True) if "[" not in name]
    return bool(((column == 0.0) | (column == 1.0)).all()) and not others


def _moderator(test: CoefficientTest, scale: EffectScale, *, is_mean: bool) -> str:
    name = test.name
    label = name[name.index("[") + 1 : name.rindex("]")] if "[" in name else ""
    known = test.ci[0] > 0.0 or test.ci[1] < 0.0
    if is_mean:
        text = f"For {label.removeprefix('T.')}, the average is {scale.text(test.estimate)}"
        span = scale.span(test.ci)
        if span.startswith("no "):
            return f"{text}; how far chance could have moved it is not known."
        end = "" if known else ", which includes no difference"
        return f"{text}, and allowing for chance from {span}{end}."
    larger = "larger" if test.estimate > 0.0 else "smaller"
    if label.startswith("T."):
        group = label.removeprefix("T.")
        if known:
            return f"Effects were {larger} in studies of {_stem(name)} {group} than in the group they are compared with."
        return f"These studies cannot tell whether effects differ for {_stem(name)} {group}."
    if known:
        return f"Effects were {larger} where {_stem(name)} was higher."
    return f"These studies cannot tell whether effects are larger or smaller where {_stem(name)} is higher."


def _cannot_say(facts: Facts) -> tuple[str, ...]:
    found = []
    if facts.kind == "one":
        found.append("One study cannot say whether the effect would be the same anywhere else.")
    elif facts.n_studies < FEW_STUDIES or facts.lowest_df < FEWEST_DF:
        found.append(
            f"There is little to go on ({plural(facts.n_studies, 'study', 'studies') if facts.is_dependent else plural(facts.n_studies, 'result')}): "
            "one more study could change the answer, and the ranges given may be too narrow or too "
            "wide."
        )
    if facts.average is None:
        found.append(
            "Studies that differ in one respect also differ in others, so this does not show what "
            "makes an effect larger or smaller."
        )
    if facts.is_dependent and not facts.is_robust and facts.sampling_correlations is None:
        found.append(
            "Some studies give several results. If these come from the same pupils, the answer is less "
            "sure than it looks."
        )
    if facts.sampling_correlations is not None:
        found.append("How closely the results of one study go together was assumed, not measured.")
    if facts.is_contradictory:
        found.append(
            "In places what was assumed about it contradicts itself, so take the ranges as rough."
        )
    if facts.fit.notes and facts.kind != "one":
        found.append("The results for statisticians end with a note; read it before using this.")
    found.append(
        "These numbers do not say how well the studies were done, nor whether studies with other "
        "results were never published."
    )
    return tuple(found)
