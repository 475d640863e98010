"""Effects that a study reports itself, with an interval, a test or a p value."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from whatworks.statistics import special
from whatworks.synthesis.effect_sizes import EffectSizes
from whatworks.synthesis.inputs import PossibleMisuse, one_of
from whatworks.synthesis.reported_values import matching, probabilities, refuse, reported

__all__ = ["effect_from_report"]

Floats = npt.NDArray[np.float64]

SCALES: dict[str, Callable[[Floats], Floats]] = {
    "as_reported": lambda x: x,
    "log": lambda x: np.asarray(np.log(x)),
    "logit": lambda x: np.asarray(np.log(x) - np.log1p(-x)),
    "fisher_z": lambda x: np.asarray(np.arctanh(x)),
    "root": lambda x: np.asarray(np.sqrt(x)),
}
# Share of an interval's width by which an estimate may lie off its middle, for rounding.
OFF_MIDDLE = 0.1


def effect_from_report(
    estimate: npt.ArrayLike,
    *,
    lower: npt.ArrayLike | None = None,
    upper: npt.ArrayLike | None = None,
    z: npt.ArrayLike | None = None,
    p: npt.ArrayLike | None = None,
    level: npt.ArrayLike = 0.95,
    scale: str = "as_reported",
) -> EffectSizes:
    """Effect and sampling variance from an estimate and its interval, z or p value.

    Parameters
    ----------
    estimate : array-like
        As the study prints it: an odds ratio of 0.5, say.
    lower, upper : array-like, optional
        Limits of its normal confidence interval.
    z, p : array-like, optional
        Test that the effect is 0 on `scale`, and its two-sided p value. For each study the
        interval is used where there is one, then z, then p.
    level : array-like
        Of the interval, between 0 and 1.
    scale : {"as_reported", "log", "logit", "fisher_z", "root"}
        Scale on which the interval is symmetric: "log" for ratios. The effect is given on it.

    Returns
    -------
    EffectSizes
        vi = ((upper - lower)/(2 z_level))^2 on the scale, or (yi/z)^2.

    Raises
    ------
    UserError
        An upper limit that is not above the lower, a number outside the scale, a p value or a
        level that is not between 0 and 1.

    Warns
    -----
    PossibleMisuse
        An estimate far from the middle of its interval: it may stand on another scale.
    """
    convert = SCALES[one_of(scale, tuple(SCALES), "scale")]
    given = [reported(np.nan if x is None else x, name) for x, name in ((z, "z"), (lower, "lower"))]
    share = reported(level, "level")
    refuse((share <= 0.0) | (share >= 1.0), share, "level", "A level lies between 0 and 1.")
    y, low, high, statistic, tail, share = matching(
        "estimate lower upper z p level",
        reported(estimate, "estimate"),
        given[1],
        reported(np.nan if upper is None else upper, "upper"),
        given[0],
        probabilities(np.nan if p is None else p, "p"),
        share,
    )
    refuse(high <= low, high, "upper", "The upper limit is above the lower.")
    y = _converted(y, convert, "estimate", scale)
    low, high = (
        _converted(x, convert, name, scale) for x, name in ((low, "lower"), (high, "upper"))
    )
    _warn_if_off_middle(y, low, high)
    critical = -special.ndtri((1.0 - share) / 2.0)
    statistic = np.where(np.isnan(statistic), -special.ndtri(tail / 2.0), statistic)
    with np.errstate(divide="ignore", invalid="ignore"):
        by_test = (y / statistic) ** 2
    by_interval = ((high - low) / (2.0 * critical)) ** 2
    return EffectSizes.finite(y, np.where(np.isnan(by_interval), by_test, by_interval))


def _converted(x: Floats, convert: Callable[[Floats], Floats], name: str, scale: str) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        found = convert(x)
    refuse(~np.isfinite(found) & ~np.isnan(x), x, name, f"It has no value on the scale {scale!r}.")
    return found


def _warn_if_off_middle(y: Floats, low: Floats, high: Floats) -> None:
    off = np.abs(y - (low + high) / 2.0) > OFF_MIDDLE * (high - low)
    if off.any():
        position = int(np.flatnonzero(off.ravel())[0]) + 1
        warnings.warn(
            f"estimate, position {position}: it does not lie in the middle of its interval. Check "
            "the scale, and that the interval is a normal one.",
            PossibleMisuse,
            stacklevel=3,
        )
