"""The probability below which records may be left out, for a recall that is to be kept.

Of n relevant records on which people decided, the k-th smallest probability is taken as the threshold. The share
of relevant records that lie below such an order statistic has the beta distribution with k and n - k + 1,
whatever the probabilities are like; k is the largest for which its upper limit leaves the recall asked for. So
the bound holds although the threshold was chosen on the same records: k follows from n alone. It rests on one
thing, that the records decided on are a random draw of those it will be used on.

Cross-validation beside it shows what came of choosing on some records and leaving out others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log

from whatworks.errors import UserError
from whatworks.screening.suggestion_accuracy import JudgedSuggestion
from whatworks.statistics import special
from whatworks.statistics.proportions import Proportion, clopper_pearson, proportion

__all__ = ["CrossValidated", "RecallThreshold", "recall_threshold", "relevant_needed"]


@dataclass(frozen=True, slots=True)
class CrossValidated:
    """What thresholds chosen without a record did to it, over all records.

    Attributes
    ----------
    n_folds
        Parts of the records, each left out once.
    recall
        Share of the relevant records kept; the interval is exact for independent records, which those of
        one cross-validation nearly are.
    spared
        Share of all records left out, with Wilson's interval.
    """

    n_folds: int
    recall: Proportion
    spared: Proportion


@dataclass(frozen=True, slots=True)
class RecallThreshold:
    """A threshold with what it guarantees.

    Attributes
    ----------
    threshold
        Records with a smaller probability are left out; None if there are too few to give one.
    recall_bound
        Least recall, with confidence `level`; None likewise.
    n_relevant
        Relevant records it was chosen on.
    n_more
        Relevant records on which people must decide before one can be given; 0 if there is one.
    cross_validated
        The check; None where a part less would be too few.
    target_recall, level
        What was asked for.
    sentence
        In words.
    """

    threshold: float | None
    recall_bound: float | None
    n_relevant: int
    n_more: int
    cross_validated: CrossValidated | None
    target_recall: float
    level: float
    sentence: str


def relevant_needed(*, target_recall: float, level: float) -> int:
    """Return the least number of relevant records for which any threshold keeps the recall asked for.

    References
    ----------
    Wilks SS (1941). Annals of Mathematical Statistics 12:91-96 (tolerance limits by order statistics).
    """
    _check(target_recall, level)
    needed = max(1, ceil(log(1 - level) / log(target_recall)))
    # Rounding of the logarithms may be one off either way.
    while _limit(1, needed, level) > 1 - target_recall:
        needed += 1
    while needed > 1 and _limit(1, needed - 1, level) <= 1 - target_recall:
        needed -= 1
    return needed


def recall_threshold(
    judged: Sequence[JudgedSuggestion],
    *,
    target_recall: float = 0.95,
    level: float = 0.95,
    n_folds: int = 10,
) -> RecallThreshold:
    """Choose the largest threshold that keeps a recall with confidence, and check it on records left out.

    Parameters
    ----------
    judged : sequence of JudgedSuggestion
        Answers without a usable probability count as 1: people read those records.
    target_recall : float
        Share of the relevant records to keep, between 0 and 1.
    level : float
        Confidence with which, between 0 and 1.
    n_folds : int
        Parts of the cross-validation, at least 2; records are dealt by the hash of their names.

    Raises
    ------
    UserError
        A share is not between 0 and 1, or there are fewer than two folds.
    """
    _check(target_recall, level)
    if n_folds < 2:
        raise UserError(f"Cross-validation takes two parts or more. Found {n_folds}.")
    scores = sorted(one.score for one in judged if one.is_relevant)
    n = len(scores)
    place = _place(n, target_recall, level)
    asked = f"{100 * target_recall:g}% of the relevant records"
    if place == 0:
        n_more = relevant_needed(target_recall=target_recall, level=level) - n
        sentence = (
            f"No threshold can be given: to be {100 * level:g}% sure of {asked} takes {n + n_more:,} relevant "
            f"records that people decided on, and there are {n:,}. {n_more:,} more {'is' if n_more == 1 else 'are'} needed."
        )
        return RecallThreshold(None, None, n, n_more, None, target_recall, level, sentence)
    threshold = scores[place - 1]
    bound = 1.0 - _limit(place, n, level)
    left_out = sum(one.score < threshold for one in judged)
    checked = _cross_validated(judged, target_recall, level, n_folds)
    sentence = (
        f"Leaving out records below {threshold:.3g} keeps at least {100 * bound:.1f}% of the relevant ones, with "
        f"{100 * level:g}% confidence, and would have spared {left_out:,} of {len(judged):,} records, if these "
        "are a random draw of those it will be used on."
    )
    if checked is not None and checked.recall.value is not None and checked.recall.ci is not None:
        low, high = checked.recall.ci
        sentence += (
            f" Cross-validated: {checked.recall.numerator:,} of {checked.recall.denominator:,} relevant records "
            f"kept ({100 * low:.1f}% to {100 * high:.1f}%)."
        )
    return RecallThreshold(threshold, bound, n, 0, checked, target_recall, level, sentence)


def _check(target_recall: float, level: float) -> None:
    for what, value in (("recall", target_recall), ("confidence", level)):
        if not 0.0 < value < 1.0:
            raise UserError(f"The {what} is between 0 and 1, such as 0.95. Found {value:g}.")


def _limit(place: int, n: int, level: float) -> float:
    """Return the upper limit of the share below the `place`-th smallest of n."""
    return float(special.betaincinv(place, n - place + 1, level))


def _place(n: int, target_recall: float, level: float) -> int:
    """Return the largest k whose order statistic keeps the recall; 0 if none does."""
    low, high = 0, n
    # The limit grows with the place, so that halving finds the last that is small enough.
    while low < high:
        middle = (low + high + 1) // 2
        if _limit(middle, n, level) <= 1 - target_recall:
            low = middle
        else:
            high = middle - 1
    return low


def _cross_validated(
    judged: Sequence[JudgedSuggestion], target_recall: float, level: float, n_folds: int
) -> CrossValidated | None:
    """Choose without each part in turn, and see what the threshold does to that part."""
    # Relevant and irrelevant records are dealt apart, so that each part has its share of both.
    dealt = sorted(judged, key=lambda one: (one.is_relevant, _digest(one.record_id)))
    parts = [dealt[at::n_folds] for at in range(n_folds)]
    kept = left_out = n_relevant = 0
    for at, part in enumerate(parts):
        others = [one for number, other in enumerate(parts) if number != at for one in other]
        scores = sorted(one.score for one in others if one.is_relevant)
        place = _place(len(scores), target_recall, level)
        if place == 0:
            return None
        threshold = scores[place - 1]
        n_relevant += sum(one.is_relevant for one in part)
        kept += sum(one.is_relevant and one.score >= threshold for one in part)
        left_out += sum(one.score < threshold for one in part)
    limits = clopper_pearson(kept, n_relevant, level=level)
    recall = Proportion(kept / n_relevant, limits, kept, n_relevant)
    return CrossValidated(
        n_folds, recall, proportion(left_out, len(judged), level=level, of="records")
    )


def _digest(record_id: str) -> bytes:
    return hashlib.sha256(record_id.encode()).digest()
