"""The rule of thumb of most tools: stop after so many irrelevant records in a row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError

__all__ = ["RUNS", "end_of_run", "irrelevant_at_end"]

Bools = npt.NDArray[np.bool_]

# Rules of this kind that are shown, by their names.
RUNS = {"50 in a row": 50, "200 in a row": 200}


def irrelevant_at_end(relevant: Sequence[bool] | Bools) -> int:
    """Return how many records were screened since the last relevant one; all of them if there was none."""
    places = np.flatnonzero(np.asarray(relevant, dtype=np.bool_))
    return len(relevant) - (int(places[-1]) + 1 if places.size else 0)


def end_of_run(relevant: Sequence[bool] | Bools, run: int, *, after: int = 0) -> int | None:
    """Return after how many records the last `run` of them were irrelevant for the first time.

    Parameters
    ----------
    relevant : sequence of bool, n of them
        Labels in the order screened.
    run : int
        So many in a row, 1 or more.
    after : int
        Not before so many were screened.

    Returns
    -------
    int or None
        None if that never was so.

    Raises
    ------
    UserError
        A run of none.

    References
    ----------
    Ros R, Bjarnason E, Runeson P (2017). A machine learning approach for semi-automated search and selection
    in literature studies. Proceedings of EASE 2017:118-127 (50 in a row).
    """
    if run < 1:
        raise UserError(f"A run is of 1 record or more. Found {run}.")
    found = np.asarray(relevant, dtype=np.bool_)
    places = (np.flatnonzero(found) + 1).tolist()
    for start, end in zip([0, *places], [*(at - 1 for at in places), found.size], strict=True):
        at = max(start + run, after)
        if at <= end:
            return at
    return None
