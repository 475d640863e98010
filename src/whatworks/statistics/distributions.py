"""Tails and quantiles of the normal, t, F and chi-squared distributions.

`scipy.stats` costs a second to import; these wrap `scipy.special` and keep full relative
precision in both tails, which published p values of 1e-26 need.
"""

from __future__ import annotations

from typing import cast

import numpy as np
import numpy.typing as npt

from whatworks.statistics import special

__all__ = [
    "chi2_quantile",
    "chi2_upper_tail",
    "f_upper_tail",
    "normal_critical",
    "normal_two_sided",
    "t_critical",
    "t_from_two_sided",
    "t_two_sided",
]

Floats = npt.NDArray[np.float64]


def normal_critical(level: float) -> float:
    """Return z with P(abs(Z) <= z) = `level`."""
    return float(-special.ndtri((1.0 - level) / 2.0))


def normal_two_sided(z: npt.ArrayLike) -> Floats:
    """Return P(abs(Z) >= abs(z))."""
    return cast(Floats, 2.0 * special.ndtr(-np.abs(np.asarray(z, dtype=np.float64))))


def t_critical(level: float, df: npt.ArrayLike) -> Floats:
    """Return t with P(abs(T) <= t) = `level` on `df` degrees of freedom.

    NaN where df <= 0; the normal value where they are infinite.
    """
    degrees = np.asarray(df, dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = special.betaincinv(0.5, degrees / 2.0, level)
        value = np.sqrt(degrees * share / (1.0 - share))
    value = np.where(np.isinf(degrees), normal_critical(level), value)
    return np.asarray(np.where(degrees > 0, value, np.nan), dtype=np.float64)


def t_from_two_sided(p: npt.ArrayLike, df: npt.ArrayLike) -> Floats:
    """Return t >= 0 with P(abs(T) >= t) = `p`."""
    degrees = np.asarray(df, dtype=np.float64)
    tail = np.asarray(p, dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        # df/(df + t^2), from the tail itself, so that p of 1e-20 keeps its digits.
        share = special.betaincinv(degrees / 2.0, 0.5, tail)
        return np.asarray(np.sqrt(degrees * (1.0 - share) / share), dtype=np.float64)


def t_two_sided(t: npt.ArrayLike, df: npt.ArrayLike) -> Floats:
    """Return P(abs(T) >= abs(t)) on `df` degrees of freedom.

    NaN where df <= 0; the normal tail where they are infinite.
    """
    degrees = np.asarray(df, dtype=np.float64)
    square = np.square(np.asarray(t, dtype=np.float64))
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        # Two forms of one integral: each is taken where its argument is not close to 1.
        near = special.betaincc(0.5, degrees / 2.0, square / (degrees + square))
        far = special.betainc(degrees / 2.0, 0.5, degrees / (degrees + square))
        value = np.where(square < degrees, near, far)
    value = np.where(np.isinf(degrees), normal_two_sided(t), value)
    return np.asarray(np.where(degrees > 0, value, np.nan), dtype=np.float64)


def chi2_upper_tail(x: npt.ArrayLike, df: npt.ArrayLike) -> Floats:
    """Return P(X >= x) for a chi-squared variable; 1 where df = 0."""
    degrees = np.asarray(df, dtype=np.float64)
    values = np.asarray(x, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        tail = special.gammaincc(degrees / 2.0, values / 2.0)
    return np.asarray(np.where(degrees > 0, tail, 1.0), dtype=np.float64)


def f_upper_tail(x: npt.ArrayLike, df1: npt.ArrayLike, df2: npt.ArrayLike) -> Floats:
    """Return P(F >= x) on `df1` and `df2` degrees of freedom; chi-squared for infinite df2.

    NaN where degrees of freedom are not above 0.
    """
    first, second = np.asarray(df1, dtype=np.float64), np.asarray(df2, dtype=np.float64)
    values = np.maximum(np.asarray(x, dtype=np.float64), 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        finite = np.where(np.isinf(second), 1.0, second)
        tail = special.betainc(finite / 2.0, first / 2.0, finite / (finite + first * values))
    tail = np.where(np.isinf(second), chi2_upper_tail(first * values, first), tail)
    return np.asarray(np.where((first > 0) & (second > 0), tail, np.nan), dtype=np.float64)


def chi2_quantile(p: float, df: npt.ArrayLike) -> Floats:
    """Return x with P(X <= x) = `p` for a chi-squared variable; NaN where df <= 0."""
    degrees = np.asarray(df, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        half = (
            special.gammaincinv(degrees / 2.0, p)
            if p < 0.5
            else special.gammainccinv(degrees / 2.0, 1.0 - p)
        )
    return np.asarray(np.where(degrees > 0, 2.0 * half, np.nan), dtype=np.float64)
