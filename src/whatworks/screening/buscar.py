"""Whether the target may have been missed: the test of Callaghan and Mueller-Hansen (buscar)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.screening.first_stop import first_stop

__all__ = ["buscar_p", "buscar_stop"]

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# Sums made at once at first, and what logarithms of factorials may be off, generously.
AT_ONCE = 8
ROUNDING = 1e-6
# Terms of a sum are bounded in so many stretches, each this share of a standard deviation long.
N_STRETCHES = 8
STRETCH = 0.25


def buscar_p(relevant: Sequence[bool] | Bools, *, n_records: int, target: float = 0.95) -> float:
    """Return the p value of "the target recall is missed" after some records were screened in ranked order.

    Each end piece of what was screened is taken for a random sample of what had been left before it; the
    smallest p value of all pieces is returned, and the more often one looks, the smaller it gets.

    Parameters
    ----------
    relevant : sequence of bool, n of them
        What was decided, in the order screened.
    n_records : int
        Records there are in all.
    target : float
        Recall aimed at.

    Raises
    ------
    UserError
        More records were screened than there are, or the target is not between 0 and 1.

    Notes
    -----
    Of the pieces that hold the same relevant records only the longest counts: the number not screened, the
    relevant ones there would have to be and those that were found are the same for all of them, and the
    more were drawn, the less likely so few were found. One piece for each relevant record is enough.

    References
    ----------
    Callaghan MW, Mueller-Hansen F (2020). Statistical stopping criteria for automated screening in
    systematic reviews. Systematic Reviews 9:273.
    """
    found = np.asarray(relevant, dtype=np.bool_)
    if found.size > n_records:
        raise UserError(f"{found.size:,} records were screened of {n_records:,}. That cannot be.")
    if not 0.0 < target < 1.0:
        raise UserError(f"The target is {target:g}. Give a share between 0 and 1, such as 0.95.")
    if found.size == 0:
        return 1.0
    return _least_p(_pieces(found, n_records, target), stop_at=np.inf)


def buscar_stop(
    relevant: Sequence[bool] | Bools, *, n_records: int, target: float = 0.95, level: float = 0.95
) -> int | None:
    """Return after how many records the p value was first below 1 - level; None if it never was.

    Parameters
    ----------
    relevant, n_records, target
        As for `buscar_p`.
    level : float
        Confidence wanted.

    Raises
    ------
    UserError
        As `buscar_p`.
    """
    found = np.asarray(relevant, dtype=np.bool_)
    # What cannot be is refused once, not at each look.
    buscar_p(found, n_records=n_records, target=target)
    alpha = 1.0 - level

    def says_stop(k: int) -> bool:
        return k > 0 and _least_p(_pieces(found[:k], n_records, target), stop_at=alpha) < alpha

    return first_stop(says_stop, found)


def _pieces(found: Bools, n_records: int, target: float) -> tuple[Ints, Ints, Ints, Ints]:
    """Return of each end piece, where that is possible, the four numbers of its test.

    What was found in it, what was left before it, what of that would have to be relevant if the target is
    missed, and how long it is.
    """
    places = np.flatnonzero(found)
    # A piece begins at the start, or after a relevant record.
    starts = np.concatenate(([0], places + 1))
    before = np.arange(starts.size)
    # The fewest relevant records with which the target would be missed.
    fewest = np.floor(places.size / target + 1.0 - before).astype(np.int64)
    left = n_records - starts
    is_possible = (fewest <= left) & (starts < found.size)
    in_piece, length = places.size - before, found.size - starts
    return in_piece[is_possible], left[is_possible], fewest[is_possible], length[is_possible]


def _least_p(pieces: tuple[Ints, Ints, Ints, Ints], *, stop_at: float) -> float:
    """Return the least probability of finding so few, or any number not below `stop_at` if it is that.

    Sums are made only for pieces whose bound from below is less than what was reached already.
    """
    from scipy.stats import hypergeom

    in_piece, left, fewest, length = pieces
    if in_piece.size == 0:
        return 0.0
    bound = _at_least(*pieces)
    order = np.argsort(bound, kind="stable")
    least, at, n_next = 1.0, 0, AT_ONCE
    while at < order.size and bound[order[at]] < min(least, stop_at):
        some = order[at : at + n_next]
        p = hypergeom.cdf(in_piece[some], left[some], fewest[some], length[some])
        least, at, n_next = min(least, float(p.min())), at + n_next, 2 * n_next
    return least if at else stop_at


def _at_least(found: Ints, left: Ints, relevant: Ints, drawn: Ints) -> Floats:
    """Return bounds from below of the probabilities of finding so few; they cost little.

    Up to their mode the terms of the sum rise, so that a stretch of them is at least its first term times
    its length.
    """
    mode = (drawn + 1) * (relevant + 1) // (left + 2)
    share = relevant / left
    spread = np.sqrt(drawn * share * (1.0 - share) * (left - drawn) / np.maximum(left - 1, 1))
    stretch = np.maximum(1, spread * STRETCH).astype(np.int64)
    last = np.minimum(found, mode)
    total = np.zeros(found.size)
    for at in range(1, N_STRETCHES + 1):
        first = last - at * stretch + 1
        total += stretch * np.exp(_log_exactly(first, left, relevant, drawn))
    alone = np.exp(_log_exactly(last, left, relevant, drawn))
    return np.asarray(np.maximum(total, alone) * (1.0 - ROUNDING))


def _log_exactly(found: Ints, left: Ints, relevant: Ints, drawn: Ints) -> Floats:
    """Return ln of the hypergeometric probabilities of finding exactly so many; -inf where that cannot be."""
    from scipy.special import gammaln

    def choose(n: Ints, k: Ints) -> Floats:
        return np.asarray(gammaln(n + 1.0) - gammaln(n - k + 1.0) - gammaln(k + 1.0))

    other = left - relevant
    can_be = (found >= 0) & (found <= relevant) & (found <= drawn) & (drawn - found <= other)
    # Any number that can be stands for those that cannot; it is not used.
    k = np.where(can_be, found, np.maximum(0, drawn - other))
    log_p = choose(relevant, k) + choose(other, drawn - k) - choose(left, drawn)
    return np.where(can_be, log_p, -np.inf)
