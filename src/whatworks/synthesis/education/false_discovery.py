"""Several tests at once: the share of false ones among those that are called significant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.synthesis.inputs import number_array

__all__ = ["FalseDiscovery", "benjamini_hochberg"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class FalseDiscovery:
    """Which of m tests stay significant.

    Attributes
    ----------
    is_significant
        Of each test, (m,), in the order given.
    adjusted_p
        Smallest rate at which each would be significant, (m,).
    critical_p
        Limit of each: alpha times its rank over m, (m,).
    alpha
        The rate.
    """

    is_significant: npt.NDArray[np.bool_]
    adjusted_p: Floats
    critical_p: Floats
    alpha: float


def benjamini_hochberg(p_values: Sequence[float], *, alpha: float = 0.05) -> FalseDiscovery:
    """Control the false discovery rate over several tests.

    The p values are sorted; the largest i with p_i <= alpha i/m is found; it and all smaller ones are
    significant.

    Parameters
    ----------
    p_values : sequence, length m
        Of the tests of one family. The What Works Clearinghouse took the outcomes of one domain of one
        study, up to handbook 4.1; that it later stopped is unverified.
    alpha : float
        The rate.

    Raises
    ------
    UserError
        p values or alpha out of range.

    References
    ----------
    Benjamini Y, Hochberg Y (1995). Journal of the Royal Statistical Society B 57:289-300.
    """
    p = number_array(list(p_values), "p_values")
    if ((p < 0.0) | (p > 1.0)).any():
        raise UserError("p_values must lie from 0 to 1.")
    if not 0.0 < alpha < 1.0:
        raise UserError(f"alpha must be between 0 and 1. Supplied value was {alpha!r}.")
    m = p.size
    order = np.argsort(p, kind="stable")
    rank = np.empty(m)
    rank[order] = np.arange(1.0, m + 1.0)
    critical = alpha * rank / max(m, 1)
    below = np.flatnonzero(p[order] <= critical[order])
    is_significant = np.zeros(m, dtype=bool)
    if below.size:
        is_significant[order[: below[-1] + 1]] = True
    adjusted = np.empty(m)
    steps = p[order] * m / np.arange(1.0, m + 1.0)
    adjusted[order] = np.minimum.accumulate(steps[::-1])[::-1]
    return FalseDiscovery(is_significant, adjusted, critical, float(alpha))
