"""Whether the probabilities that come with suggestions are what they say: Brier score and reliability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

from whatworks.errors import UserError
from whatworks.screening.suggestion_accuracy import JudgedSuggestion
from whatworks.statistics.distributions import normal_critical
from whatworks.statistics.proportions import Proportion, proportion

__all__ = ["Calibration", "ReliabilityBin", "calibration"]

TENTHS = tuple(at / 10 for at in range(11))


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Suggestions whose probability lies in one range.

    Attributes
    ----------
    low, high
        The range: from `low` to below `high`; the last one holds its end.
    mean_probability
        What they said on average.
    relevant
        Share of them that was relevant, with Wilson's interval.
    is_off
        Whether what they said lies outside that interval.
    """

    low: float
    high: float
    mean_probability: float
    relevant: Proportion
    is_off: bool


@dataclass(frozen=True, slots=True)
class Calibration:
    """Probabilities against outcomes.

    Attributes
    ----------
    n_records
        Suggestions with a probability.
    brier, brier_ci
        Mean squared difference of probability and outcome (0 is best), and its interval.
    brier_of_share
        What one would get by giving each record the share of relevant ones; not below it, and the
        probabilities say nothing.
    mean_probability
        Mean of what was said.
    relevant
        Share that was relevant.
    bins
        Ranges that hold any, in order.
    level
        Level of the intervals.
    """

    n_records: int
    brier: float
    brier_ci: tuple[float, float] | None
    brier_of_share: float
    mean_probability: float
    relevant: Proportion
    bins: tuple[ReliabilityBin, ...]
    level: float


def calibration(
    judged: Sequence[JudgedSuggestion],
    *,
    level: float = 0.95,
    edges: Sequence[float] = TENTHS,
) -> Calibration | None:
    """Hold probabilities against outcomes; None if no suggestion has one.

    Parameters
    ----------
    judged : sequence of JudgedSuggestion
        Those without a probability are left out.
    level : float
        Level of the intervals. That of the Brier score is mean and standard error; it is left out for
        fewer than two records.
    edges : sequence of float
        Limits of the ranges, rising from 0 to 1.

    Raises
    ------
    UserError
        The edges do not rise from 0 to 1.

    References
    ----------
    Brier GW (1950). Monthly Weather Review 78:1-3.
    """
    if (
        len(edges) < 2
        or edges[0] != 0
        or edges[-1] != 1
        or any(low >= high for low, high in pairwise(edges))
    ):
        raise UserError(f"The ranges rise from 0 to 1. Found {', '.join(f'{e:g}' for e in edges)}.")
    pairs = [(one.probability, one.is_relevant) for one in judged if one.probability is not None]
    n = len(pairs)
    if n == 0:
        return None
    errors = [(said - is_relevant) ** 2 for said, is_relevant in pairs]
    brier = sum(errors) / n
    n_relevant = sum(is_relevant for _, is_relevant in pairs)
    interval = None
    if n > 1:
        variance = sum((error - brier) ** 2 for error in errors) / (n - 1)
        reach = normal_critical(level) * sqrt(variance / n)
        interval = (max(0.0, brier - reach), min(1.0, brier + reach))
    share = n_relevant / n
    return Calibration(
        n_records=n,
        brier=brier,
        brier_ci=interval,
        brier_of_share=share * (1 - share),
        mean_probability=sum(said for said, _ in pairs) / n,
        relevant=proportion(n_relevant, n, level=level, of="suggestions with a probability"),
        bins=tuple(_bins(pairs, edges, level)),
        level=level,
    )


def _bins(
    pairs: Sequence[tuple[float, bool]], edges: Sequence[float], level: float
) -> list[ReliabilityBin]:
    """Return the ranges that hold any suggestion."""
    bins = []
    for low, high in pairwise(edges):
        held = [
            (said, is_relevant)
            for said, is_relevant in pairs
            if low <= said < high or (high == 1 and said == 1)
        ]
        if not held:
            continue
        mean = sum(said for said, _ in held) / len(held)
        relevant = proportion(
            sum(is_relevant for _, is_relevant in held), len(held), level=level, of="suggestions"
        )
        assert relevant.ci is not None
        is_off = not relevant.ci[0] <= mean <= relevant.ci[1]
        bins.append(ReliabilityBin(low, high, mean, relevant, is_off))
    return bins
