"""The knee of the gain curve: relevant records came often, and now they come far more rarely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
import numpy.typing as npt

__all__ = ["Knee", "knee", "knee_stop"]

Bools = npt.NDArray[np.bool_]

# As the rule is described: not before so many are screened, and the ratio wanted falls from 156 to 6.
LEAST_SCREENED = 1_000
HIGHEST_RATIO = 156
MOST_OFF = 150


@dataclass(frozen=True, slots=True)
class Knee:
    """Where the gain curve bends, and how sharply.

    Attributes
    ----------
    n_at
        Records screened up to the knee; 0 if nothing relevant was found.
    ratio
        Slope up to the knee over the slope after it, one relevant record being added to those found after.
    ratio_wanted
        The rule asks for this much: 156 less the relevant records found, 6 at least.
    n_screened
        Records screened.
    least_screened
        The rule says nothing before.
    """

    n_at: int
    ratio: float
    ratio_wanted: int
    n_screened: int
    least_screened: int

    @property
    def says_stop(self) -> bool:
        """Whether the rule says stop."""
        return self.n_screened >= self.least_screened and self.ratio >= self.ratio_wanted


def knee(relevant: Sequence[bool] | Bools, *, least_screened: int = LEAST_SCREENED) -> Knee:
    """Return the knee of the gain curve of what was screened.

    The curve is of relevant records found against records screened; its knee is where it is farthest from
    the line from its start to its end.

    Parameters
    ----------
    relevant : sequence of bool, n of them
        Labels in the order screened.
    least_screened : int
        The rule is not to speak before so many are screened.

    Notes
    -----
    Where relevant records come evenly and the very first is one of them, that one alone can be the knee.

    References
    ----------
    Cormack GV, Grossman MR (2016). Engineering quality and reliability in technology-assisted review.
    Proceedings of SIGIR 2016:75-84. The least number screened as in Yang E, Lewis DD, Frieder O (2021).
    Heuristic stopping rules for technology-assisted review. Proceedings of DocEng 2021.
    """
    found = np.asarray(relevant, dtype=np.bool_)
    n, n_found = found.size, int(found.sum())
    wanted = HIGHEST_RATIO - min(n_found, MOST_OFF)
    if n < 2 or n_found == 0:
        return Knee(0, 0.0, wanted, n, least_screened)
    gain = np.cumsum(found)[:-1]
    at = np.arange(1, n)
    # Distances from the line are in proportion to this; of equals the first is taken.
    chosen = int(np.argmax(gain * n - at * n_found))
    n_at, n_before = chosen + 1, int(gain[chosen])
    ratio = (n_before / n_at) * (n - n_at) / (1 + n_found - n_before)
    return Knee(n_at, float(ratio), wanted, n, least_screened)


def knee_stop(
    relevant: Sequence[bool] | Bools, *, least_screened: int = LEAST_SCREENED
) -> int | None:
    """Return after how many records the knee rule first says stop; None if it never does.

    It is asked when a batch is done, and batches grow by a tenth each, as in the authors' method.

    Parameters
    ----------
    relevant, least_screened
        As for `knee`.
    """
    found = np.asarray(relevant, dtype=np.bool_)
    for k in _ends_of_batches(found.size):
        if k >= least_screened and knee(found[:k], least_screened=least_screened).says_stop:
            return k
    return None


def _ends_of_batches(n: int) -> list[int]:
    """Return after how many records a batch is done: of 1, and each a tenth larger, rounded up."""
    ends, batch = [], 1
    end = batch
    while end <= n:
        ends.append(end)
        batch += ceil(batch / 10)
        end += batch
    return ends
