"""Whether the target may have been missed: the test of Callaghan and Mueller-Hansen (buscar)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.screening.first_stop import first_stop

__all__ = ["buscar_p", "buscar_stop"]

Bools = npt.NDArray[np.bool_]


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
    from scipy.stats import hypergeom

    found = np.asarray(relevant, dtype=np.bool_)
    n = found.size
    if n > n_records:
        raise UserError(f"{n:,} records were screened of {n_records:,}. That cannot be.")
    if not 0.0 < target < 1.0:
        raise UserError(f"The target is {target:g}. Give a share between 0 and 1, such as 0.95.")
    if n == 0:
        return 1.0
    places = np.flatnonzero(found)
    # A piece begins at the start, or after a relevant record.
    starts = np.concatenate(([0], places + 1))
    before = np.arange(starts.size)
    in_piece = places.size - before
    # The fewest relevant records with which the target would be missed.
    least = np.floor(places.size / target + 1.0 - before).astype(np.int64)
    left = n_records - starts
    possible = (least <= left) & (starts < n)
    if not possible.any():
        return 0.0
    p = hypergeom.cdf(in_piece[possible], left[possible], least[possible], (n - starts)[possible])
    return float(p.min())


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
    alpha = 1.0 - level
    return first_stop(
        lambda k: buscar_p(found[:k], n_records=n_records, target=target) < alpha, found
    )
