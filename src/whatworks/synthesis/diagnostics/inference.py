"""Limits and p values where degrees of freedom may be infinite, which means the normal."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.statistics.distributions import (
    normal_critical,
    normal_two_sided,
    t_critical,
    t_two_sided,
)

__all__ = ["critical_values", "two_sided_p"]

Floats = npt.NDArray[np.float64]


def critical_values(df: Floats, level: float) -> Floats:
    """Return two-sided critical values, of the shape of `df`; NaN where df <= 0 or NaN."""
    is_normal = np.isposinf(df)
    return np.where(
        is_normal, normal_critical(level), t_critical(level, np.where(is_normal, 1.0, df))
    )


def two_sided_p(statistic: Floats, df: Floats) -> Floats:
    """Return two-sided p values, of the common shape of both; NaN where df <= 0 or NaN."""
    is_normal = np.isposinf(df)
    return np.where(
        is_normal, normal_two_sided(statistic), t_two_sided(statistic, np.where(is_normal, 1.0, df))
    )
