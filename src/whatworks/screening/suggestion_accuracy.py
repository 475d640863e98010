"""How good suggestions are, held against what people decided about the same records.

A suggestion counts as an exclusion only if it says exclude, was not refused, and its quote stands in the text.
All else leaves the record to people: an include, an unsure, a refused answer, a quote that is not there. So what
a suggestion can do wrong is to lose a relevant record, and what it can do well is to spare people an irrelevant
one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from whatworks.statistics.proportions import Proportion, proportion

__all__ = [
    "LEAST_IRRELEVANT",
    "LEAST_RELEVANT",
    "JudgedSuggestion",
    "NumberToRead",
    "SuggestionAccuracy",
    "Verdict",
    "accuracy_by_stratum",
    "suggestion_accuracy",
    "verdict",
]

# With fewer the interval is wider than 16 points even where not one of them was lost.
LEAST_RELEVANT = LEAST_IRRELEVANT = 20


@dataclass(frozen=True, slots=True)
class JudgedSuggestion:
    """A suggestion about a record on which people have decided.

    Attributes
    ----------
    record_id
        The record.
    value
        include, exclude, unsure or refused.
    is_quote_found
        Whether the quote stands in the text; None if there is none.
    probability
        Probability of relevance it gave; None if it gave none.
    is_relevant
        Whether people included the record.
    stratum
        Set of records it is reported under as well; None if there is none.
    """

    record_id: str
    value: str
    is_quote_found: bool | None
    probability: float | None
    is_relevant: bool
    stratum: str | None = None

    @property
    def excludes(self) -> bool:
        """Whether nobody would read the record if the suggestion were followed."""
        return self.value == "exclude" and self.is_quote_found is not False

    @property
    def score(self) -> float:
        """Probability by which records may be left out; 1 where the answer cannot be relied on."""
        if self.probability is None or self.value == "refused" or self.is_quote_found is False:
            return 1.0
        return self.probability


@dataclass(frozen=True, slots=True)
class NumberToRead:
    """Records that people would read for each relevant one.

    Attributes
    ----------
    value, ci
        None where no relevant record would be read, or no upper limit can be given.
    """

    value: float | None
    ci: tuple[float, float | None] | None


@dataclass(frozen=True, slots=True)
class SuggestionAccuracy:
    """Suggestions of one actor against people's outcomes; all intervals are Wilson's.

    Attributes
    ----------
    n_records, n_relevant
        Records with a suggestion and an outcome, and the relevant ones among them.
    sensitivity
        Of the relevant ones, those it does not exclude.
    specificity
        Of the irrelevant ones, those it excludes: the work it would spare.
    precision
        Of the records it does not exclude, those that are relevant.
    number_to_read
        Records read for each relevant one found, if people read what it does not exclude.
    include_precision
        Of the records it suggests to include, those that are relevant.
    unsure, refused, quote_missing
        Shares of its answers: unsure; not usable; with a quote that does not stand in the text.
    lost
        Names of the relevant records it would lose, to be looked at.
    level
        Level of the intervals.
    """

    n_records: int
    n_relevant: int
    sensitivity: Proportion
    specificity: Proportion
    precision: Proportion
    number_to_read: NumberToRead
    include_precision: Proportion
    unsure: Proportion
    refused: Proportion
    quote_missing: Proportion
    lost: tuple[str, ...]
    level: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What may be said of an actor's suggestions.

    Attributes
    ----------
    can_judge
        Whether enough records were decided on by people.
    meets_target
        Whether it keeps the share of the relevant records asked for; None if that cannot be told.
    sentence
        In words.
    """

    can_judge: bool
    meets_target: bool | None
    sentence: str


def suggestion_accuracy(
    judged: Sequence[JudgedSuggestion], *, level: float = 0.95
) -> SuggestionAccuracy:
    """Hold suggestions against outcomes.

    Parameters
    ----------
    judged : sequence of JudgedSuggestion
        One for each record, n of them; may be empty.
    level : float
        Level of the intervals.
    """

    def share(
        part: Sequence[JudgedSuggestion], whole: Sequence[JudgedSuggestion], of: str
    ) -> Proportion:
        return proportion(len(part), len(whole), level=level, of=of)

    relevant = [one for one in judged if one.is_relevant]
    irrelevant = [one for one in judged if not one.is_relevant]
    lost = [one for one in relevant if one.excludes]
    kept = [one for one in judged if not one.excludes]
    wanted = [one for one in judged if one.value == "include" and one.is_quote_found is not False]
    precision = share([one for one in kept if one.is_relevant], kept, "records that would be read")
    return SuggestionAccuracy(
        n_records=len(judged),
        n_relevant=len(relevant),
        sensitivity=share(
            [one for one in relevant if not one.excludes], relevant, "relevant records"
        ),
        specificity=share(
            [one for one in irrelevant if one.excludes], irrelevant, "irrelevant records"
        ),
        precision=precision,
        number_to_read=_number_to_read(precision),
        include_precision=share(
            [one for one in wanted if one.is_relevant], wanted, "suggestions to include"
        ),
        unsure=share([one for one in judged if one.value == "unsure"], judged, "answers"),
        refused=share([one for one in judged if one.value == "refused"], judged, "answers"),
        quote_missing=share(
            [one for one in judged if one.is_quote_found is False], judged, "answers"
        ),
        lost=tuple(one.record_id for one in lost),
        level=level,
    )


def accuracy_by_stratum(
    judged: Sequence[JudgedSuggestion], *, level: float = 0.95
) -> dict[str, SuggestionAccuracy]:
    """Return the accuracy within each stratum, by its name; records without one are left out."""
    strata: dict[str, list[JudgedSuggestion]] = {}
    for one in judged:
        if one.stratum is not None:
            strata.setdefault(one.stratum, []).append(one)
    return {name: suggestion_accuracy(strata[name], level=level) for name in sorted(strata)}


def verdict(accuracy: SuggestionAccuracy, *, target_recall: float) -> Verdict:
    """Say in words what may be expected, or how many more records people must decide on first.

    Parameters
    ----------
    target_recall : float
        Share of the relevant records that is to be kept, such as 0.95.
    """
    short = _too_few(accuracy)
    if short is not None:
        return Verdict(False, None, short)
    sensitivity, spared = accuracy.sensitivity, accuracy.specificity
    assert sensitivity.ci is not None
    assert spared.ci is not None
    low, high = sensitivity.ci
    n_lost = len(accuracy.lost)
    of_lost = "none" if n_lost == 0 else f"{n_lost:,}"
    said = (
        f"It would have lost {of_lost} of {accuracy.n_relevant:,} relevant records "
        f"({_percent(1 - high)} to {_percent(1 - low)}) and spared people {spared.numerator:,} of "
        f"{spared.denominator:,} irrelevant ones ({_percent(spared.ci[0])} to {_percent(spared.ci[1])})."
    )
    target = f"{100 * target_recall:g}% of the relevant records"
    if low >= target_recall:
        return Verdict(True, True, f"{said} It keeps at least {target}.")
    if high < target_recall:
        return Verdict(True, False, f"{said} It does not keep {target}.")
    return Verdict(True, None, f"{said} Whether it keeps {target} cannot be told from these.")


def _too_few(accuracy: SuggestionAccuracy) -> str | None:
    """Say what is missing for a judgement; None if there is enough."""
    n, n_relevant = accuracy.n_records, accuracy.n_relevant
    missing = max(0, LEAST_RELEVANT - n_relevant)
    missing_irrelevant = max(0, LEAST_IRRELEVANT - (n - n_relevant))
    if missing == missing_irrelevant == 0:
        return None
    needs = [
        f"{count} more {kind}"
        for count, kind in ((missing, "relevant"), (missing_irrelevant, "irrelevant"))
        if count
    ]
    said = (
        f"Too few to judge: of the records with a suggestion people decided on {n:,}, {n_relevant:,} of them "
        f"relevant. Needed: {' and '.join(needs)}."
    )
    if missing and n_relevant:
        about = max(missing_irrelevant, ceil(missing * n / n_relevant))
        said += f" At the share found so far that takes about {about:,} more decisions."
    return said


def _number_to_read(precision: Proportion) -> NumberToRead:
    """Return the inverse of a precision, its limits exchanged."""
    if not precision.value or precision.ci is None:
        return NumberToRead(None, None)
    low, high = precision.ci
    return NumberToRead(1.0 / precision.value, (1.0 / high, 1.0 / low if low > 0 else None))


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"
