"""What the numbers say, in sentences: the verbs of GRADE and nothing the numbers do not carry.

Verbs by level of certainty follow GRADE's guidance on informative statements (Santesso et al. 2020,
Journal of Clinical Epidemiology 119:126-135): high "will", moderate "probably", low "may", very low
"the evidence is very uncertain".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from whatworks.site.figures import decimal

__all__ = [
    "Interval",
    "correlation",
    "finding_title",
    "headline",
    "new_setting",
    "spread",
    "spread_by_level",
    "with_kept_out",
]


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with the limits of its interval; limits are None where there is no interval.

    `is_trusted` is false where too few studies decide for the interval to mean what it says.
    """

    estimate: float
    low: float | None
    high: float | None
    is_trusted: bool = True

    @property
    def direction(self) -> str:
        """Return better, worse, or unclear: zero is in, or the interval is not to be had."""
        if not self.is_trusted:
            return "unclear"
        if self.low is not None and self.low > 0:
            return "better"
        if self.high is not None and self.high < 0:
            return "worse"
        return "unclear"


_HELPS = {
    "high": "On average, this will help with {outcome}.",
    "moderate": "On average, this will probably help with {outcome}.",
    "low": "On average, this may help with {outcome}.",
}
_HARMS = {
    "high": "On average, this will make {outcome} worse.",
    "moderate": "On average, this will probably make {outcome} worse.",
    "low": "On average, this may make {outcome} worse.",
}
_UNCLEAR = {
    "high": "The average effect on {outcome} is close to none, or too small to tell from none.",
    "moderate": "This probably makes little difference to {outcome} on average, or the studies cannot "
    "show one.",
    "low": "This may make little difference to {outcome} on average, or the studies cannot show one.",
}
_NOT_JUDGED = {
    "better": "In these studies, results for {outcome} were better, on average, with this support than "
    "without it.",
    "worse": "In these studies, results for {outcome} were worse, on average, with this support than "
    "without it.",
    "unclear": "In these studies, the average effect on {outcome} cannot be told from none.",
}


def headline(effect: Interval, level: str | None, outcome: str) -> str:
    """Return the answer in one sentence.

    Parameters
    ----------
    effect : Interval
        Average effect with its confidence interval; positive is better for the pupil.
    level : str or None
        Level of certainty; None when it has not been judged.
    outcome : str
        The outcome in plain words, as it stands inside a sentence.
    """
    if level is None:
        return _NOT_JUDGED[effect.direction].format(outcome=outcome)
    if level == "very_low":
        return f"The evidence is very uncertain about whether this helps with {outcome}."
    sentences = {"better": _HELPS, "worse": _HARMS, "unclear": _UNCLEAR}[effect.direction]
    return sentences[level].format(outcome=outcome)


def new_setting(low: float, high: float, *, on_one_measure: bool = False) -> str:
    """Return what a prediction interval means for the next school.

    Parameters
    ----------
    low, high : float
        Limits of the 95% prediction interval of the true effect in a new, similar setting.
    on_one_measure : bool
        Whether it is for the effect on one test or scale there, not for the mean of all. What a
        setting as a whole may expect does then not follow from it.
    """
    if on_one_measure:
        return _on_one_measure(low, high)
    between = (
        "In most new settings like these we would expect an average effect between "
        f"{decimal(low)} and {decimal(high)}."
    )
    if low > 0:
        return (
            f"{between} As far as these studies can be trusted, it would be expected to help in most of "
            "them, by more in some than in others."
        )
    if high < 0:
        return (
            f"{between} As far as these studies can be trusted, it would be expected to make things worse "
            "in most of them."
        )
    return (
        f"{between} That range runs across zero: in some settings it may help, in others make no "
        "difference or do worse than what the comparison pupils had."
    )


def _on_one_measure(low: float, high: float) -> str:
    """Return what an interval for one test in a new setting means: nothing of the setting's mean."""
    between = (
        "On one test or scale in a new setting like these we would in most cases expect an effect "
        f"between {decimal(low)} and {decimal(high)}."
    )
    if low > 0:
        side = " All of that range is above zero."
    elif high < 0:
        side = " All of that range is below zero."
    else:
        side = (
            " That range runs across zero: one test alone may show no gain, or a loss, even where the "
            "support helps on the whole."
        )
    return (
        f"{between}{side} How much of it is between settings, and how much between tests of the same "
        "pupils, these studies cannot separate well, so it does not say in how many settings the "
        "support would help."
    )


def with_kept_out(main: Interval, all_in: Interval) -> str:
    """Return what taking in the effects that were kept out would do to the answer.

    Parameters
    ----------
    main, all_in : Interval
        The average without them, and with them.
    """
    if all_in.direction == "unclear":
        return "could not be told from none"
    if all_in.direction == main.direction:
        return "would point the same way"
    return "would be above zero" if all_in.direction == "better" else "would be below zero"


def spread(i2: float, tau2: float) -> str:
    """Return how far the studies differ, in words.

    The bands of I squared are those of the Cochrane Handbook (version 6, section 10.10.2), which
    overlap on purpose; the words here take the middle of each overlap.
    """
    if tau2 == 0:
        return "The studies do not differ by more than chance would make them differ."
    if i2 < 35:
        return "The true effects of the studies differ a little."
    if i2 < 55:
        words = "somewhat"
    elif i2 < 82.5:
        words = "a good deal"
    else:
        words = "a great deal"
    return f"The true effects of the studies differ {words}, so the average hides differences between settings."


def spread_by_level(tau2: float, omega2: float, true_sd: float) -> str:
    """Return how far true effects differ, and whether between studies or within them.

    How the spread divides depends on the correlation that was assumed within studies, and the
    sentence says so.

    Parameters
    ----------
    tau2, omega2 : float
        Variance of true effects between studies, and between effects of one study.
    true_sd : float
        Their joint standard deviation, sqrt(tau2 + omega2).
    """
    if true_sd == 0:
        return "The results do not differ by more than chance would make them differ."
    size = (
        f"Effects differ by more than chance: typically by {decimal(true_sd)} up or down from the "
        "average."
    )
    within = omega2 / (tau2 + omega2)
    if tau2 == 0:
        where = (
            "the difference shows between tests or groups of the same study; beyond that, whole "
            "studies do not differ measurably."
        )
    elif within > 2 / 3:
        where = "most of it is between tests or groups of the same study, less between studies."
    elif within >= 1 / 3:
        where = "part of it is between studies, part between tests or groups of the same study."
    elif omega2 > 0:
        where = "most of it is between studies, less between tests or groups of the same study."
    else:
        where = "it is between studies, so the average hides differences between settings."
    return f"{size} Under the correlation assumed within studies, {where}"


_AT_A_CORRELATION = {
    "better": "is above zero",
    "worse": "is below zero",
    "unclear": "cannot be told from none",
}


def correlation(tried: Sequence[tuple[float, Interval]]) -> str:
    """Return whether the answer depends on the correlation assumed within studies.

    Parameters
    ----------
    tried : sequence of (float, Interval)
        Correlations, lowest first, with the average under each.
    """
    found = [(rho, interval.direction) for rho, interval in tried]
    if len({direction for _, direction in found}) == 1:
        return (
            f"The answer is the same at every correlation tried, from {found[0][0]:g} to "
            f"{found[-1][0]:g}: the average {_AT_A_CORRELATION[found[0][1]]}."
        )
    parts = []
    for direction, words in _AT_A_CORRELATION.items():
        rhos = [f"{rho:g}" for rho, given in found if given == direction]
        if rhos:
            listed = rhos[0] if len(rhos) == 1 else f"{', '.join(rhos[:-1])} and {rhos[-1]}"
            parts.append(f"at {listed} the average {words}")
    return f"The answer depends on the correlation: {'; '.join(parts)}. Read it with care."


def finding_title(effect: Interval, n_studies: int, n_positive: int) -> str:
    """Return a chart's title: what it shows, as a sentence."""
    if effect.direction == "better":
        ending = "and the average is above zero"
    elif effect.direction == "worse":
        ending = "and the average is below zero"
    else:
        ending = "and the average cannot be told from zero"
    if n_studies == 1:
        side = "better" if n_positive else "no better"
        return f"In the one study, pupils with the support did {side} than those without, {ending}"
    return (
        f"Pupils with the support did better in {n_positive:,} of {n_studies:,} studies, {ending}"
    )
