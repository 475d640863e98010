"""Degrees of freedom by containment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from whatworks.synthesis.multilevel.terms import TermData

__all__ = ["containment_df"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def containment_df(x: Floats, terms: Sequence[TermData]) -> Floats:
    """Return degrees of freedom of each coefficient, (p,).

    A moderator that does not vary within the units of a level is estimated from as many values as
    there are units: its degrees of freedom are the units less the coefficients, of the level with
    the fewest; k - p where it varies within all (metafor's ``dfs="contain"``).

    Parameters
    ----------
    x : array, shape (k, p)
        Fixed part.
    terms : sequence of TermData
        Random terms; one with an inner variable counts as two levels, units and draws.
    """
    k, p = x.shape
    df = np.full(p, float(k - p))
    for data in terms:
        groupings: list[Ints] = [data.units]
        if data.term.inner is not None:
            groupings.append(data.units * len(data.value_labels) + data.values)
        for units in groupings:
            distinct, codes = np.unique(units, return_inverse=True)
            first = np.zeros((distinct.size, p))
            first[codes.ravel()[::-1]] = x[::-1]
            is_constant = (x == first[codes.ravel()]).all(axis=0)
            df = np.where(is_constant, np.minimum(df, distinct.size - p), df)
    return np.asarray(np.maximum(df, 0.0), dtype=np.float64)
