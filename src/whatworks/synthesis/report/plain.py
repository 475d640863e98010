"""The result in plain words, for a teacher or an official: nothing that the numbers do not carry."""

from __future__ import annotations

from dataclasses import dataclass

from whatworks.synthesis.plots.scale import EffectScale
from whatworks.synthesis.pooled_effect import CoefficientTest, PooledEffect
from whatworks.synthesis.report.columns import Meaning, meanings
from whatworks.synthesis.report.facts import FEW_STUDIES, FEWEST_DF, MANY_STUDIES, Facts
from whatworks.synthesis.report.new_settings import USUAL_LEVEL, in_new_setting, share
from whatworks.synthesis.wording import listed, plural

__all__ = ["PlainWords", "plain_words"]


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
        What to expect in a new school on average, and on one test there.
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
        new_setting=in_new_setting(facts, average, scale, higher_is_better),
        cannot_say=_cannot_say(facts),
    )


def _answer(
    facts: Facts, average: PooledEffect, outcome: str, higher_is_better: bool, compared: str
) -> str:
    is_one = facts.kind == "one"
    where = "In the one study there is" if is_one else "In these studies"
    if average.has_no_error:
        return f"{where}, all results for {outcome} are the same."
    if average.side == "unclear":
        what = "the effect" if is_one else "the average effect"
        return f"{where}, {what} on {outcome} cannot be told from none."
    word = "better" if (average.side == "above") is higher_is_better else "worse"
    typical = "" if is_one else ", on average,"
    return f"{where}, results for {outcome} were {word}{typical} {compared}."


def _how_sure(facts: Facts, average: PooledEffect, scale: EffectScale) -> str:
    size = scale.text(average.estimate)
    null = f"{scale.null:g}"
    if average.has_no_error:
        return (
            f"The best single figure is {size} ({null} would be no difference). How far chance could "
            "have moved it is told by how much results differ, and these do not differ at all, so no "
            "range can be given."
        )
    known = scale.span(average.ci)
    if known.startswith("no "):
        return (
            f"The best single figure is {size} ({null} would be no difference), but these studies "
            "cannot say how far chance could have moved it."
        )
    what = "the effect" if facts.kind == "one" else "the average"
    usual = average.level == USUAL_LEVEL
    chance = (
        "Allowing for chance" if usual else f"By a range that holds in {share(average.level)} cases"
    )
    first = (
        f"The best single figure is {size} ({null} would be no difference). {chance}, {what} could be "
        f"anywhere from {known}."
    )
    if average.side == "unclear":
        return (
            f"{first} That range includes no difference at all, so these numbers do not show that it "
            "helps, and do not show that it does not."
        )
    return first


def _moderators(facts: Facts, scale: EffectScale) -> str:
    """Return what each single column of a model with moderators says, where it says something."""
    known = meanings(facts.fit.design)
    found = [
        text
        for test, meaning in zip(facts.tests, known, strict=True)
        if (text := _moderator(test, meaning, scale))
    ]
    if any(meaning.kind == "tangled" for meaning in known):
        found.append(
            "Some of the differences depend on each other and cannot be put in one sentence each; a "
            "picture of what the model expects shows them."
        )
    return " ".join(found) or (
        "The calculation takes effects to be in proportion to what it was given, without an average "
        "to compare with, so it does not show where effects are larger or smaller."
    )


def _moderator(test: CoefficientTest, meaning: Meaning, scale: EffectScale) -> str:
    is_known = test.ci[0] > 0.0 or test.ci[1] < 0.0
    if meaning.kind == "mean":
        text = f"Where {meaning.here}, the average is {scale.text(test.estimate)}"
        span = scale.span(test.ci)
        if span.startswith("no "):
            return f"{text}; how far chance could have moved it is not known."
        end = "" if is_known else ", which includes no difference"
        return f"{text}, and allowing for chance from {span}{end}."
    larger = "larger" if test.estimate > 0.0 else "smaller"
    if meaning.kind == "group":
        than = f"{'' if meaning.reference.startswith('on ') else 'where '}{meaning.reference}"
        if is_known:
            return f"Effects were {larger} where {meaning.here} than {than}."
        return (
            f"These studies cannot tell whether effects are larger or smaller where {meaning.here} "
            f"than {than}."
        )
    if meaning.kind != "slope":
        return ""
    if is_known:
        return f"Effects were {larger} where {meaning.subject} was higher."
    return (
        "These studies cannot tell whether effects are larger or smaller where "
        f"{meaning.subject} is higher."
    )


def _little_to_go_on(facts: Facts) -> str:
    """Return which part of the answer rests on few studies; empty: none does."""
    n = facts.n_studies
    all_of_it = (
        f"There is little to go on ({plural(n, 'study', 'studies') if facts.is_dependent else plural(n, 'result')}): "
        "one more study could change the answer, and the ranges given may be too narrow or too wide."
    )
    told = [
        (test, meaning)
        for test, meaning in zip(facts.tests, meanings(facts.fit.design), strict=True)
        if meaning.kind in ("mean", "group", "slope")
    ]
    few = [(test, meaning) for test, meaning in told if test.df < FEWEST_DF]
    if n < FEW_STUDIES or (not told and facts.lowest_df < FEWEST_DF):
        return all_of_it
    if not few:
        return ""
    if len(few) == len(told):
        if n < MANY_STUDIES:
            return all_of_it
        return (
            "There is little to go on for any of these comparisons: few studies tell the two sides "
            "apart, and one more could change what is said."
        )
    where = [
        f"where {meaning.here}" if meaning.here else f"for {meaning.subject}" for _, meaning in few
    ]
    return (
        f"There is little to go on {listed(where)}: one more study there could change what is said of "
        "it."
    )


def _cannot_say(facts: Facts) -> tuple[str, ...]:
    found = []
    if facts.kind == "one":
        found.append("One study cannot say whether the effect would be the same anywhere else.")
    elif little := _little_to_go_on(facts):
        found.append(little)
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
        rests = "; how much of the differences is between studies, and how much within them, rests on it"
        is_divided = facts.average is not None and len(facts.average.levels) > 1
        found.append(
            "How closely the results of one study go together was assumed, not measured"
            f"{rests if is_divided and facts.has_spread else ''}."
        )
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
