"""Exact and mid-p limits of a count out of n: no normal approximation, so small counts are safe."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.statistics import special
from whatworks.statistics.confidence_level import level_between_0_and_1
from whatworks.statistics.proportions import clopper_pearson
from whatworks.statistics.roots import bracketed_roots

__all__ = ["LimitKind", "proportion_limits", "whole_number"]

Floats = npt.NDArray[np.float64]
LimitKind = Literal["exact", "mid-p"]


def whole_number(value: object, what: str) -> None:
    """Raise UserError unless `value` is a whole number; a mean of counts is not a count."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise UserError(f"{what} is {value!r}. Give a whole number.")


def proportion_limits(count: int, n: int, *, kind: LimitKind, level: float) -> tuple[float, float]:
    """Return limits of the probability behind a count out of n.

    Parameters
    ----------
    count, n : int
        0 <= count <= n, n > 0.
    kind : {"exact", "mid-p"}
        "exact" (Clopper-Pearson) never covers less often than `level`. "mid-p" counts half the
        probability of the observed count in each tail: shorter, and right on average.
    level : float
        Level of the interval.

    Raises
    ------
    UserError
        An argument is out of range.

    References
    ----------
    Clopper CJ, Pearson ES (1934). Biometrika 26:404-413.
    Lancaster HO (1961). Journal of the American Statistical Association 56:223-234.
    """
    level_between_0_and_1(level)
    if kind not in get_args(LimitKind):
        options = " or ".join(repr(option) for option in get_args(LimitKind))
        raise UserError(f"kind must be {options}. Supplied value was {kind!r}.")
    whole_number(count, "The count")
    whole_number(n, "The number of pupils")
    if n <= 0 or not 0 <= count <= n:
        raise UserError(
            f"The count is {count} out of {n}. It must lie between 0 and the number of pupils, "
            "and there must be at least one pupil."
        )
    if kind == "mid-p":
        return _mid_p_limits(count, n, (1.0 - level) / 2.0)
    return clopper_pearson(count, n, level=level)


def _mid_p_limits(count: int, n: int, tail: float) -> tuple[float, float]:
    low = 0.0 if count == 0 else _root(lambda p: _upper_mid_p(count, n, p) - tail)
    high = 1.0 if count == n else _root(lambda p: tail - _upper_mid_p(n - count, n, 1.0 - p))
    return low, high


def _upper_mid_p(count: int, n: int, p: Floats) -> Floats:
    """Return P(X > count) + P(X = count)/2, rising in p from 0; count > 0."""
    at_least = special.betainc(count, n - count + 1, p)
    more = special.betainc(count + 1, n - count, p) if count < n else np.zeros_like(p)
    return np.asarray((at_least + more) / 2.0, dtype=np.float64)


def _root(function: Callable[[Floats], Floats]) -> float:
    low, high = np.zeros(1), np.ones(1)
    return float(bracketed_roots(function, low, function(low), high, function(high))[0])
