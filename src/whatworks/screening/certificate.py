"""A certificate of recall that holds whatever the ranking did: records drawn at random from what is left.

Ranked screening is frozen, and of the records not screened some are drawn at random and screened. How many
relevant ones can be left follows from the draws alone: a cluster of relevant records that the ranking put
last changes nothing. The bound holds at every look at once, so that one may look after each draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.statistics.confidence_level import level_between_0_and_1

__all__ = ["Certificate", "Draws", "certify", "draws_needed", "level_of_attempt", "most_left"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Draws:
    """Random draws, without putting back, from records nobody had looked at.

    Attributes
    ----------
    n_records
        Records there were when the first was drawn.
    n_drawn, n_found
        Records drawn so far, and the relevant ones among them.
    name
        What the records are: "the records not screened", "no abstract", "excluded by one person".
    """

    n_records: int
    n_drawn: int
    n_found: int
    name: str = "the records not screened"


@dataclass(frozen=True, slots=True)
class Certificate:
    """How much of what is relevant has been found at least.

    Attributes
    ----------
    n_found
        Relevant records found, before and among the draws.
    most_left
        At most so many are left among the records not drawn, for each of the draws and together.
    recall
        At least this share of the relevant records has been found; 1 if nothing is left, and where
        nothing was found it is 0 unless nothing can be left.
    level
        Probability that this holds, at all looks at once.
    draws
        What it follows from.
    n_found_before
        Relevant records found before the draws.
    """

    n_found: int
    most_left: tuple[int, ...]
    recall: float
    level: float
    draws: tuple[Draws, ...]
    n_found_before: int

    def reaches(self, target: float) -> bool:
        """Whether the recall is certified to be the target or more."""
        return _enough(self.n_found, sum(self.most_left), target)

    def sentence(self) -> str:
        """Return the certificate as a sentence."""
        left = sum(self.most_left)
        percent = floor(1000 * self.recall) / 10
        return (
            f"With {100 * self.level:g}% confidence at least {percent:g}% of the relevant records have been "
            f"found: {self.n_found:,} are, and at most {left:,} {'is' if left == 1 else 'are'} left."
        )


def certify(n_found_before: int, draws: Sequence[Draws], *, level: float = 0.95) -> Certificate:
    """Return the certificate that some draws give.

    Several sets of draws, as of records with and without an abstract, share what may go wrong (Bonferroni),
    so that each bound and their sum hold together. Records that one person excluded are such a set too: a
    second person screens some of them at random, and what people overlook is in the bound.

    Parameters
    ----------
    n_found_before : int
        Relevant records found in ranked screening.
    draws : sequence of Draws
        One for each set of records.
    level : float
        Probability with which the certificate is to hold.

    Raises
    ------
    UserError
        Numbers that contradict each other, or a level that is none.
    """
    level_between_0_and_1(level)
    if not draws:
        raise UserError("A certificate needs records drawn at random. Draw some first.")
    if n_found_before < 0:
        raise UserError(f"{n_found_before:,} relevant records cannot have been found.")
    each = 1.0 - (1.0 - level) / len(draws)
    left = tuple(most_left(one, level=each) for one in draws)
    n_found = n_found_before + sum(one.n_found for one in draws)
    total = n_found + sum(left)
    return Certificate(
        n_found=n_found,
        most_left=left,
        recall=n_found / total if total else 1.0,
        level=level,
        draws=tuple(draws),
        n_found_before=n_found_before,
    )


def most_left(draws: Draws, *, level: float = 0.95) -> int:
    """Return how many relevant records can be left among those not drawn.

    With K relevant records among n_records, the draws have the hypergeometric likelihood L(K). Under the
    prior pi(K) = 1 / ((K + 1)(K + 2)) the ratio of prior and posterior, L(K) over the mean of L under pi, is
    for the true K a martingale with mean 1 (its inverse), so that by Ville's inequality the K whose ratio
    is above alpha hold the true one at all times at once with probability 1 - alpha. The prior is a choice
    that costs width at most, never validity.

    Raises
    ------
    UserError
        More were drawn than there are, or more found than drawn.

    References
    ----------
    Waudby-Smith I, Ramdas A (2020). Confidence sequences for sampling without replacement. Advances in
    Neural Information Processing Systems 33.
    """
    level_between_0_and_1(level)
    if not 0 <= draws.n_found <= draws.n_drawn <= draws.n_records:
        raise UserError(
            f"{draws.n_found:,} relevant among {draws.n_drawn:,} drawn of {draws.n_records:,} cannot be."
        )
    counts = np.arange(draws.n_found, draws.n_records - draws.n_drawn + draws.n_found + 1)
    ratio = _log_ratio(draws, counts)
    inside = np.flatnonzero(ratio > np.log(1.0 - level))
    return int(counts[inside[-1]]) - draws.n_found


def draws_needed(
    n_found_before: int, draws: Draws, *, target: float = 0.95, level: float = 0.95
) -> int:
    """Return how many further draws certify the target if none of them is relevant.

    All of those left, if only screening everything does.

    Raises
    ------
    UserError
        As `most_left`; or the target is not between 0 and 1.
    """
    if not 0.0 < target < 1.0:
        raise UserError(f"The target is {target:g}. Give a share between 0 and 1, such as 0.95.")
    n_found = n_found_before + draws.n_found

    def certified(more: int) -> bool:
        then = Draws(draws.n_records, draws.n_drawn + more, draws.n_found)
        return _enough(n_found, most_left(then, level=level), target)

    low, high = 0, draws.n_records - draws.n_drawn
    # The more are drawn in vain, the fewer can be left.
    while low < high:
        middle = (low + high) // 2
        if certified(middle):
            high = middle
        else:
            low = middle + 1
    return low


def level_of_attempt(level: float, attempt: int) -> float:
    """Return the level at which the k-th set of draws is to be judged, the first being 1.

    Whoever goes back to ranked screening after some draws begins anew with half of what may still go wrong:
    1 - alpha/2, 1 - alpha/4, ...; all attempts together hold at the level.

    Raises
    ------
    UserError
        The attempt is below 1, or the level is none.
    """
    level_between_0_and_1(level)
    if attempt < 1:
        raise UserError(f"Attempts are counted from 1. Found {attempt}.")
    return float(1.0 - (1.0 - level) / 2.0**attempt)


def _enough(n_found: int, n_left: int, target: float) -> bool:
    """Whether n_found of n_found + n_left is the target or more; exact, so that 95 of 100 are 95%."""
    return n_found >= Fraction(str(target)) * (n_found + n_left)


def _log_ratio(draws: Draws, counts: npt.NDArray[np.int64]) -> Floats:
    """Return ln of the likelihood of each count over its mean under the prior."""
    from scipy.special import gammaln, logsumexp

    def choose(n: npt.NDArray[np.int64], k: int) -> Floats:
        return np.asarray(gammaln(n + 1.0) - gammaln(n - k + 1.0) - gammaln(k + 1.0))

    n_other = draws.n_drawn - draws.n_found
    likelihood = choose(counts, draws.n_found) + choose(draws.n_records - counts, n_other)
    prior = -np.log(counts + 1.0) - np.log(counts + 2.0)
    return np.asarray(likelihood - logsumexp(likelihood + prior))
