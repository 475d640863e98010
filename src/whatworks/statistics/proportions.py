"""Proportions with intervals that hold at 0 and 1."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from whatworks.statistics import special
from whatworks.statistics.distributions import normal_critical

__all__ = ["Proportion", "clopper_pearson", "proportion"]


@dataclass(frozen=True, slots=True)
class Proportion:
    """A share with its interval.

    Attributes
    ----------
    value
        numerator/denominator; None where the denominator is 0.
    ci
        Wilson's score interval; None where the value is.
    numerator, denominator
        The counts.
    reason
        Why there is no value.
    """

    value: float | None
    ci: tuple[float, float] | None
    numerator: int
    denominator: int
    reason: str | None = None


def proportion(numerator: int, denominator: int, *, level: float = 0.95, of: str) -> Proportion:
    """Return a share with Wilson's score interval.

    Parameters
    ----------
    numerator, denominator : int
        Counts, 0 <= numerator <= denominator.
    level : float
        Level of the interval.
    of : str
        What is counted in the denominator, for the reason when there is none of it.

    References
    ----------
    Wilson EB (1927). Journal of the American Statistical Association 22:209-212.
    """
    if denominator == 0:
        return Proportion(None, None, numerator, 0, f"There are no {of}.")
    share, n = numerator / denominator, denominator
    z = normal_critical(level)
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    reach = z / (1 + z**2 / n) * sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    # At the ends the limit is exactly 0 or 1; rounding must not push it beyond.
    low = 0.0 if numerator == 0 else max(0.0, centre - reach)
    high = 1.0 if numerator == denominator else min(1.0, centre + reach)
    return Proportion(share, (low, high), numerator, denominator)


def clopper_pearson(count: int, n: int, *, level: float) -> tuple[float, float]:
    """Return exact limits of the probability behind a count out of n, n > 0.

    They never cover less often than `level`.

    References
    ----------
    Clopper CJ, Pearson ES (1934). Biometrika 26:404-413.
    """
    tail = (1.0 - level) / 2.0
    low = 0.0 if count == 0 else float(special.betaincinv(count, n - count + 1, tail))
    high = 1.0 if count == n else float(special.betainccinv(count + 1, n - count, tail))
    return low, high
