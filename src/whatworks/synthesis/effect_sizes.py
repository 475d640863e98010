"""Effects with their sampling variances."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.statistics.distributions import normal_critical

__all__ = ["EffectSizes"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class EffectSizes:
    """Effects and their sampling variances.

    Attributes
    ----------
    yi, vi
        Same shape as the inputs (after broadcasting); NaN where a study's numbers do not give it.
    """

    yi: Floats
    vi: Floats

    @classmethod
    def finite(cls, yi: npt.ArrayLike, vi: npt.ArrayLike) -> EffectSizes:
        """Return effects in which what grew beyond bounds (a log of 0) is missing, both parts."""
        y, v = np.broadcast_arrays(np.asarray(yi, np.float64), np.asarray(vi, np.float64))
        boundless = np.isinf(y) | np.isinf(v)
        return cls(np.where(boundless, np.nan, y), np.where(boundless, np.nan, v))

    @property
    def sei(self) -> Floats:
        """Standard errors."""
        return np.asarray(np.sqrt(self.vi))

    def ci(self, *, level: float = 0.95) -> Floats:
        """Return normal confidence limits, lower and upper in the last axis."""
        reach = normal_critical(level) * self.sei
        return np.stack([self.yi - reach, self.yi + reach], axis=-1)
