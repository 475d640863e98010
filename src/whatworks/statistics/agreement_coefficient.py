"""A figure of agreement with its interval, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

from whatworks.statistics.distributions import t_critical

__all__ = ["Coefficient", "linearised"]

Floats = npt.NDArray[np.float64]

ONE_RECORD = "One record with two ratings tells nothing about the spread."

NO_SPREAD = "no spread is seen in these records, which is not certainty"
# Below this a standard error is the rounding of a sum that is 0.
ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A figure of agreement.

    Attributes
    ----------
    value
        The figure; None where it is not estimable.
    se
        Standard error over records; None where there is none.
    ci
        Interval; None where there is none. Its upper limit is at most 1. The lower one of a
        coefficient that is corrected for chance is not cut, since some can be below -1.
    reason
        Why there is no value or no interval, or what limits it.
    interval
        How the interval is made: "linearised, t", "Wilson" or "bootstrap".
    """

    value: float | None
    se: float | None
    ci: tuple[float, float] | None
    reason: str | None = None
    interval: str | None = None

    def summary(self) -> str:
        """Return the figure with its interval as text."""
        if self.value is None:
            return f"not estimable: {self.reason}"
        if self.ci is None:
            return f"{self.value:.3f} (no interval: {self.reason})"
        note = f"; {self.reason}" if self.reason else ""
        return f"{self.value:.3f} ({self.ci[0]:.3f} to {self.ci[1]:.3f}{note})"

    def to_dict(self) -> dict[str, object]:
        """Return the figure as values that JSON and CSV can hold."""
        low, high = self.ci or (None, None)
        return {
            "value": self.value,
            "se": self.se,
            "ci_low": low,
            "ci_high": high,
            "interval": self.interval,
            "reason": self.reason,
        }


def linearised(
    value: float, influence: Floats, *, level: float, lowest: float | None = None
) -> Coefficient:
    """Return a figure with the standard error that the influence of each record gives.

    Parameters
    ----------
    value : float
        The figure.
    influence : array, shape (n,)
        How far each record moves the figure, n times over; their mean is 0.
    level : float
        Level of the interval, by t on n - 1 degrees of freedom.
    lowest : float, optional
        What the figure cannot be below, if anything.

    References
    ----------
    Gwet KL (2008). British Journal of Mathematical and Statistical Psychology 61:29-48.
    """
    n = influence.size
    if n < 2:
        return Coefficient(value, None, None, ONE_RECORD)
    se = sqrt(float((influence**2).sum()) / (n * (n - 1)))
    if se < ROUNDING:
        return Coefficient(value, 0.0, (value, value), NO_SPREAD, "linearised, t")
    reach = float(t_critical(level, n - 1)) * se
    low = value - reach if lowest is None else max(lowest, value - reach)
    return Coefficient(value, se, (low, min(1.0, value + reach)), None, "linearised, t")
