"""How many pairs were wrongly merged and how many missed: an estimate from a checked sample.

The pairs that share a key are parted by their probability and by whether they ended in one report.
From each part a random sample is drawn, a person says of each pair whether it is one report, and the
parts are put together again. Pairs that share no key were never compared and are not in the estimate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.statistics.confidence_level import level_between_0_and_1

__all__ = ["AuditPart", "AuditSample", "ErrorEstimate", "draw_audit", "estimate_errors"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# Ends of the probabilities of a part. Where a few pairs decide, parts are narrow.
ENDS = (0.0, 0.001, 0.02, 0.3, 0.9, 0.99, 1.0)


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
    """

    wrong: float
    wrong_interval: tuple[float, float]
    missed: float
    missed_interval: tuple[float, float]
    n_merged: int
    n_apart: int
    n_checked: int
    level: float

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
        Pairs to check in all. Each part that has pairs gives at least one, and as much more as its
        pairs' expected errors call for (the square root of p(1 - p) times their number).
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
    # A probability of 0 or 1 is not certain: that is what is checked.
    doubt = [
        inside.size
        * float(
            np.sqrt(np.clip(probability[inside] * (1 - probability[inside]), 1e-6, None).mean())
        )
        for _, _, inside in groups
    ]
    shares = np.maximum(1, np.round(size * np.array(doubt) / sum(doubt))).astype(int)
    parts = []
    for (at, merged, inside), share in zip(groups, shares.tolist(), strict=True):
        chosen = np.sort(rng.choice(inside, size=min(share, inside.size), replace=False))
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
    found = {True: np.zeros(3), False: np.zeros(3)}
    n_pairs = {True: 0, False: 0}
    for part in sample.parts:
        wrong = sum(verdicts[pair] != part.is_merged for pair in part.pairs)
        n = len(part.pairs)
        low, high = (wrong / n,) * 2 if n == part.n_pairs else clopper_pearson(wrong, n, level=each)
        found[part.is_merged] += part.n_pairs * np.array([wrong / n, low, high])
        n_pairs[part.is_merged] += part.n_pairs
    return ErrorEstimate(
        wrong=float(found[True][0]),
        wrong_interval=_limits(found[True]),
        missed=float(found[False][0]),
        missed_interval=_limits(found[False]),
        n_merged=n_pairs[True],
        n_apart=n_pairs[False],
        n_checked=len(sample.pairs),
        level=level,
    )


def _limits(found: Floats) -> tuple[float, float]:
    return float(found[1]), float(found[2])
