"""How many pairs were wrongly merged and how many missed: an estimate from a checked sample.

The pairs that share a key are parted by their probability and by whether they ended in one report.
From each part a random sample is drawn, a person says of each pair whether it is one report, and the
parts are put together again. Pairs that share no key were never compared and are not in the estimate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.statistics.confidence_level import level_between_0_and_1

__all__ = [
    "AuditPart",
    "AuditSample",
    "ErrorEstimate",
    "PartEstimate",
    "draw_audit",
    "estimate_errors",
]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# Ends of the probabilities of a part. Where a few pairs decide, parts are narrow.
ENDS = (0.0, 0.001, 0.02, 0.3, 0.9, 0.99, 1.0)
# Least doubt about a part: one pair in a million may be wrong whatever the probabilities say.
SURE = 1e-3


@dataclass(frozen=True, slots=True)
class AuditPart:
    """Pairs of like probability that all ended in one report, or all not.

    Attributes
    ----------
    low, high
        Probabilities, from `low` to below `high` (1 included in the last).
    is_merged
        Whether the pairs ended in one report.
    n_pairs
        How many there are.
    pairs
        The sample, pairs of positions.
    """

    low: float
    high: float
    is_merged: bool
    n_pairs: int
    pairs: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class AuditSample:
    """The parts, with what is to be checked of each."""

    parts: tuple[AuditPart, ...]

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """All pairs to be checked."""
        return tuple(pair for part in self.parts for pair in part.pairs)


@dataclass(frozen=True, slots=True)
class PartEstimate:
    """What was found in one part.

    Attributes
    ----------
    low, high, is_merged, n_pairs
        As in `AuditPart`.
    n_checked, n_errors
        Pairs a person checked, and those of them that ended wrongly.
    errors
        Limits of the number of errors among all pairs of the part.
    """

    low: float
    high: float
    is_merged: bool
    n_pairs: int
    n_checked: int
    n_errors: int
    errors: tuple[float, float]


@dataclass(frozen=True, slots=True)
class ErrorEstimate:
    """Estimated errors of a deduplication.

    Attributes
    ----------
    wrong, wrong_interval
        Pairs in one report that are two, and limits.
    missed, missed_interval
        Compared pairs in two reports that are one, and limits.
    n_merged, n_apart
        Compared pairs in one report, and in two.
    n_checked
        Pairs a person checked.
    level
        Level at which both intervals together hold at least.
    parts
        What was found in each part; their limits add up to the intervals.
    """

    wrong: float
    wrong_interval: tuple[float, float]
    missed: float
    missed_interval: tuple[float, float]
    n_merged: int
    n_apart: int
    n_checked: int
    level: float
    parts: tuple[PartEstimate, ...]

    def summary(self) -> str:
        """Return the estimate as plain text."""
        percent = f"{100 * self.level:g}%"
        return (
            f"{self.n_checked:,} pairs were checked. Of {self.n_merged:,} merged pairs an estimated "
            f"{self.wrong:.1f} ({percent} interval {self.wrong_interval[0]:.1f} to "
            f"{self.wrong_interval[1]:.1f}) are two reports; of {self.n_apart:,} pairs kept apart "
            f"{self.missed:.1f} ({self.missed_interval[0]:.1f} to {self.missed_interval[1]:.1f}) are "
            "one. Pairs that share no key were never compared and are not counted."
        )


def draw_audit(
    pairs: Ints,
    probability: Floats,
    is_merged: Bools,
    *,
    size: int,
    rng: np.random.Generator,
) -> AuditSample:
    """Draw pairs for a person to check.

    Parameters
    ----------
    pairs : array, shape (m, 2)
        All compared pairs, by positions.
    probability : array, shape (m,)
        That each is one report.
    is_merged : array of bool, shape (m,)
        Whether it ended in one report.
    size : int
        Pairs to check in all, fewer if there are no more. Each part that has pairs gives at least one.
        Half of them go where errors are expected (Neyman: a part's size by the square root of its mean
        p(1 - p)), half where many pairs could hide some (the square root of its size, which makes the
        sum of the upper limits least where no error is found).
    rng : numpy.random.Generator

    Raises
    ------
    UserError
        `size` is below 1, or there is no pair.
    """
    if size < 1:
        raise UserError(f"size is {size}. Check 1 pair or more.")
    if not pairs.size:
        raise UserError("No two records share a key, so that there is no pair to check.")
    place = np.clip(np.searchsorted(ENDS, probability, side="right") - 1, 0, len(ENDS) - 2)
    groups: list[tuple[int, bool, Ints]] = []
    for at in range(len(ENDS) - 1):
        for merged in (False, True):
            inside = np.flatnonzero((place == at) & (is_merged == merged))
            if inside.size:
                groups.append((at, merged, inside))
    sizes = np.array([inside.size for _, _, inside in groups])
    doubt = np.array(
        [np.sqrt((probability[own] * (1 - probability[own])).mean()) for _, _, own in groups]
    )
    shares = _shares(sizes, doubt, size)
    parts = []
    for (at, merged, inside), share in zip(groups, shares.tolist(), strict=True):
        chosen = np.sort(rng.choice(inside, size=share, replace=False))
        parts.append(
            AuditPart(
                low=ENDS[at],
                high=ENDS[at + 1],
                is_merged=merged,
                n_pairs=int(inside.size),
                pairs=tuple((int(a), int(b)) for a, b in pairs[chosen].tolist()),
            )
        )
    return AuditSample(tuple(parts))


def _shares(sizes: Ints, doubt: Floats, size: int) -> Ints:
    """Return how many pairs each part gives; what a small part cannot give goes to the others."""
    # A probability of 0 or 1 is not certain: that is what is checked.
    expected = sizes * np.maximum(doubt, SURE)
    weights = expected / expected.sum() + np.sqrt(sizes) / np.sqrt(sizes).sum()
    shares = np.zeros(sizes.size)
    is_open = np.ones(sizes.size, dtype=np.bool_)
    while is_open.any() and shares.sum() < size:
        left = size - shares[~is_open].sum()
        shares[is_open] = left * weights[is_open] / weights[is_open].sum()
        full = is_open & (shares >= sizes)
        if not full.any():
            break
        shares[full] = sizes[full]
        is_open &= ~full
    return np.clip(np.round(shares), 1, sizes).astype(np.int64)


def estimate_errors(
    sample: AuditSample,
    verdicts: Mapping[tuple[int, int], bool],
    *,
    level: float = 0.95,
) -> ErrorEstimate:
    """Return estimates of wrong and missed merges with limits that hold for any number checked.

    Each part's share of errors has Clopper-Pearson limits at a level such that all parts together
    hold at `level` (Bonferroni); limits of the sums are sums of limits. That is wider than need be
    and never too narrow.

    Parameters
    ----------
    sample : AuditSample
    verdicts : mapping of (int, int) to bool
        Of each pair of the sample: whether it is one report.

    Raises
    ------
    UserError
        A pair of the sample has no verdict, or the level is none.

    References
    ----------
    Clopper CJ, Pearson ES (1934). Biometrika 26:404-413.
    Cochran WG (1977). Sampling Techniques, chapter 5 (stratified estimates).
    """
    # Its distributions take as long to load as all of deduplication.
    from whatworks.statistics.proportions import clopper_pearson

    level_between_0_and_1(level)
    for pair in sample.pairs:
        if pair not in verdicts:
            raise UserError(f"Nobody said of records {pair[0]} and {pair[1]} whether they are one.")
    each = 1.0 - (1.0 - level) / len(sample.parts)
    parts = []
    for part in sample.parts:
        wrong = sum(verdicts[pair] != part.is_merged for pair in part.pairs)
        n = len(part.pairs)
        low, high = (wrong / n,) * 2 if n == part.n_pairs else clopper_pearson(wrong, n, level=each)
        limits = (float(part.n_pairs * low), float(part.n_pairs * high))
        parts.append(
            PartEstimate(part.low, part.high, part.is_merged, part.n_pairs, n, wrong, limits)
        )
    wrong_all, wrong_interval, n_merged = _together([one for one in parts if one.is_merged])
    missed, missed_interval, n_apart = _together([one for one in parts if not one.is_merged])
    return ErrorEstimate(
        wrong=wrong_all,
        wrong_interval=wrong_interval,
        missed=missed,
        missed_interval=missed_interval,
        n_merged=n_merged,
        n_apart=n_apart,
        n_checked=len(sample.pairs),
        level=level,
        parts=tuple(parts),
    )


def _together(parts: Sequence[PartEstimate]) -> tuple[float, tuple[float, float], int]:
    """Return the errors of some parts together, limits, and how many pairs they have."""
    return (
        sum(one.n_pairs * one.n_errors / one.n_checked for one in parts),
        (sum(one.errors[0] for one in parts), sum(one.errors[1] for one in parts)),
        sum(one.n_pairs for one in parts),
    )
