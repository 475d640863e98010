"""Means and standard deviations of studies that report medians, quartiles or extremes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.statistics import special
from whatworks.synthesis.reported_values import group_sizes, matching, refuse, reported

__all__ = ["EstimatedMoments", "moments_from_quantiles"]

Floats = npt.NDArray[np.float64]

# Fewer pupils than this have no quartiles worth the name.
FEWEST = 5
ORDER = ("minimum", "q1", "median", "q3", "maximum")


@dataclass(frozen=True, slots=True, eq=False)
class EstimatedMoments:
    """Means and standard deviations estimated from quantiles.

    Attributes
    ----------
    mean, sd
        Missing where a study reports too little, or has fewer than five pupils.
    skewness
        The test statistic for skewness: below `critical` in 95 of 100 normal samples.
    critical
        Its critical value at 5 per cent.
    """

    mean: Floats
    sd: Floats
    skewness: Floats
    critical: Floats

    @property
    def is_skewed(self) -> npt.NDArray[np.bool_]:
        """Where the test says that scores are not symmetric: the estimates are then doubtful."""
        return np.asarray(self.skewness > self.critical)


def moments_from_quantiles(
    n: npt.ArrayLike,
    *,
    minimum: npt.ArrayLike | None = None,
    q1: npt.ArrayLike | None = None,
    median: npt.ArrayLike | None = None,
    q3: npt.ArrayLike | None = None,
    maximum: npt.ArrayLike | None = None,
) -> EstimatedMoments:
    """Estimate means and standard deviations of roughly normal scores from their quantiles.

    For each study the most telling of three sets is used: all five numbers; minimum, median and
    maximum; quartiles and median. The standard deviation does not need the median.

    Parameters
    ----------
    n : array-like
        Numbers of pupils.
    minimum, q1, median, q3, maximum : array-like, optional
        What the studies report; None or NaN where one does not.

    Raises
    ------
    UserError
        Numbers that are out of order, or fewer than two pupils.

    Notes
    -----
    Estimates are less certain than reported moments, and a variance computed from them as if they
    were reported is too small: look at these studies apart.

    References
    ----------
    Luo D, Wan X, Liu J, Tong T (2018). Statistical Methods in Medical Research 27:1785-1805,
    equations 7, 11 and 15 (means).
    Wan X, Wang W, Liu J, Tong T (2014). BMC Medical Research Methodology 14:135, equations 9 and
    16, and Shi J et al. (2020). Research Synthesis Methods 11:641-654, equation 10 (standard
    deviations).
    Shi J et al. (2023). Statistical Methods in Medical Research 32:1338-1360 (skewness).
    """
    given = (minimum, q1, median, q3, maximum)
    read = [
        reported(np.nan if x is None else x, name) for x, name in zip(given, ORDER, strict=True)
    ]
    k, low, first, middle, third, high = matching(
        "n minimum q1 median q3 maximum", group_sizes(n, "n"), *read
    )
    _check_order((low, first, middle, third, high))
    k = np.where(k >= FEWEST, k, np.nan)
    by_range, by_quartiles = (low + high) / 2.0, (first + third) / 2.0
    reach, width = high - low, third - first
    # Expected distances from the mean to the extremes and to the quartiles, in standard deviations.
    to_extreme = special.ndtri((k - 0.375) / (k + 0.25))
    to_quartile = special.ndtri((0.75 * k - 0.125) / (k + 0.25))

    w1, w2 = 2.2 / (2.2 + k**0.75), 0.7 - 0.72 / k**0.55
    mean5 = w1 * by_range + w2 * by_quartiles + (1.0 - w1 - w2) * middle
    w = 4.0 / (4.0 + k**0.75)
    mean3 = w * by_range + (1.0 - w) * middle
    w = 0.7 + 0.39 / k
    mean_quartiles = w * by_quartiles + (1.0 - w) * middle

    w = 1.0 / (1.0 + 0.07 * k**0.6)
    sd_range, sd_quartiles = reach / (2.0 * to_extreme), width / (2.0 * to_quartile)
    sd5 = w * sd_range + (1.0 - w) * sd_quartiles

    skewness, critical = _skewness(k, by_range, by_quartiles, middle, reach, width)
    return EstimatedMoments(
        mean=_first_known(mean5, mean3, mean_quartiles),
        sd=_first_known(sd5, sd_range, sd_quartiles),
        skewness=skewness,
        critical=critical,
    )


def _skewness(
    k: Floats,
    by_range: Floats,
    by_quartiles: Floats,
    middle: Floats,
    reach: Floats,
    width: Floats,
) -> tuple[Floats, Floats]:
    """Return how far the centres lie from the median, and the limit for normal scores."""
    with np.errstate(divide="ignore", invalid="ignore"):
        outer = 2.0 * np.abs(by_range - middle) / reach
        inner = 2.0 * np.abs(by_quartiles - middle) / width
        both = np.maximum(2.65 * np.log(0.6 * k) / np.sqrt(k) * outer, inner)
    limits = (
        np.where(np.isnan(both), np.nan, 2.97 / np.sqrt(k) - 39.1 / k**3),
        np.where(np.isnan(outer), np.nan, 1.01 / np.log(k + 9.0) + 2.43 / (k + 1.0)),
        np.where(np.isnan(inner), np.nan, 2.66 / np.sqrt(k) - 5.92 / k**2),
    )
    return _first_known(both, outer, inner), _first_known(*limits)


def _first_known(*candidates: Floats) -> Floats:
    found = candidates[0]
    for other in candidates[1:]:
        found = np.where(np.isnan(found), other, found)
    return np.asarray(found)


def _check_order(values: tuple[Floats, ...]) -> None:
    for i, lower in enumerate(values):
        for j in range(i + 1, len(values)):
            rule = f"It is at least {ORDER[i]}."
            refuse(values[j] < lower, values[j], ORDER[j], rule)
