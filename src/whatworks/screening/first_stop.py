"""After how many records a rule first says stop, asked after each, without asking after each.

Most rules can only come nearer to stopping while irrelevant records come in. Such a rule is asked at the end
of each run of irrelevant records, and only where it says stop there is its first word searched for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["first_stop", "least"]

Bools = npt.NDArray[np.bool_]


def first_stop(says_stop: Callable[[int], bool], relevant: Sequence[bool] | Bools) -> int | None:
    """Return the least number of records after which a rule says stop; None if it never does.

    Parameters
    ----------
    says_stop : callable
        Told how many records were screened, whether the rule says stop. While irrelevant records come in,
        it must not take back that it did.
    relevant : sequence of bool, n of them
        Labels in the order screened.
    """
    found = np.asarray(relevant, dtype=np.bool_)
    places = (np.flatnonzero(found) + 1).tolist()
    for start, end in zip([0, *places], [*(at - 1 for at in places), found.size], strict=True):
        if says_stop(end):
            return least(says_stop, start, end)
    return None


def least(is_so: Callable[[int], bool], low: int, high: int) -> int:
    """Return the least number from low to high of which something is so, given that it is of high.

    It must be so of all numbers above one of which it is.
    """
    while low < high:
        middle = (low + high) // 2
        if is_so(middle):
            high = middle
        else:
            low = middle + 1
    return low
