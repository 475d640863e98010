"""Events over time: incidence rates of one group, and of two compared."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.synthesis.effect_sizes import EffectSizes
from whatworks.synthesis.inputs import one_of
from whatworks.synthesis.measures.zero_cells import added
from whatworks.synthesis.reported_values import above_zero, counts, matching

__all__ = ["rate_difference", "rate_effect", "rate_ratio", "root_rate_difference"]

Floats = npt.NDArray[np.float64]

TIME_RULE = "Time at risk is above 0."


def _two_rates(
    events1: npt.ArrayLike,
    time1: npt.ArrayLike,
    events2: npt.ArrayLike,
    time2: npt.ArrayLike,
    *,
    add: npt.ArrayLike,
    to: str,
    drop00: bool,
) -> tuple[Floats, Floats, Floats, Floats]:
    x1, t1, x2, t2 = matching(
        "events1 time1 events2 time2",
        counts(events1, "events1"),
        above_zero(time1, "time1", TIME_RULE),
        counts(events2, "events2"),
        above_zero(time2, "time2", TIME_RULE),
    )
    if drop00:
        is_silent = (x1 == 0.0) & (x2 == 0.0)
        x1, x2 = np.where(is_silent, np.nan, x1), np.where(is_silent, np.nan, x2)
    x1, x2 = added((x1, x2), add=add, to=to)
    return x1, t1, x2, t2


def rate_ratio(
    events1: npt.ArrayLike,
    time1: npt.ArrayLike,
    events2: npt.ArrayLike,
    time2: npt.ArrayLike,
    *,
    add: npt.ArrayLike = 0.5,
    to: str = "only0",
    drop00: bool = False,
) -> EffectSizes:
    """Log of the ratio of two groups' incidence rates, group 1 over group 2.

    Parameters
    ----------
    events1, time1, events2, time2 : array-like
        Events, and the time at risk of all pupils together, in each group: exclusions over pupil
        years, say.
    add, to, drop00
        As in `risk_ratio`, for the two numbers of events.

    Returns
    -------
    EffectSizes
        vi = 1/events1 + 1/events2.

    Raises
    ------
    UserError
        A negative number of events, or time that is not above 0.

    References
    ----------
    Rothman KJ, Greenland S, Lash TL (2008). Modern Epidemiology, 3rd edition, chapter 14.
    """
    x1, t1, x2, t2 = _two_rates(events1, time1, events2, time2, add=add, to=to, drop00=drop00)
    with np.errstate(divide="ignore", invalid="ignore"):
        return EffectSizes.finite(np.log(x1 / t1) - np.log(x2 / t2), 1.0 / x1 + 1.0 / x2)


def rate_difference(
    events1: npt.ArrayLike,
    time1: npt.ArrayLike,
    events2: npt.ArrayLike,
    time2: npt.ArrayLike,
    *,
    add: npt.ArrayLike = 0.5,
    to: str = "only0",
    drop00: bool = False,
) -> EffectSizes:
    """Difference of two groups' incidence rates, group 1 less group 2.

    Parameters
    ----------
    events1, time1, events2, time2, add, to, drop00
        As in `rate_ratio`.

    Returns
    -------
    EffectSizes
        vi = events1/time1^2 + events2/time2^2.

    Raises
    ------
    UserError
        As in `rate_ratio`.

    References
    ----------
    Rothman KJ, Greenland S, Lash TL (2008). Modern Epidemiology, 3rd edition, chapter 14.
    """
    x1, t1, x2, t2 = _two_rates(events1, time1, events2, time2, add=add, to=to, drop00=drop00)
    return EffectSizes.finite(x1 / t1 - x2 / t2, x1 / t1**2 + x2 / t2**2)


def root_rate_difference(
    events1: npt.ArrayLike,
    time1: npt.ArrayLike,
    events2: npt.ArrayLike,
    time2: npt.ArrayLike,
    *,
    add: npt.ArrayLike = 0.0,
    to: str = "only0",
    drop00: bool = False,
) -> EffectSizes:
    """Difference of the roots of two groups' incidence rates; zeros need nothing added.

    Parameters
    ----------
    events1, time1, events2, time2, add, to, drop00
        As in `rate_ratio`, save that `add` is 0 unless given.

    Returns
    -------
    EffectSizes
        vi = 1/(4 time1) + 1/(4 time2).

    Raises
    ------
    UserError
        As in `rate_ratio`.

    References
    ----------
    Bagos PG, Nikolopoulos GK (2009). International Journal of Biostatistics 5(1).
    """
    x1, t1, x2, t2 = _two_rates(events1, time1, events2, time2, add=add, to=to, drop00=drop00)
    return EffectSizes.finite(
        np.sqrt(x1 / t1) - np.sqrt(x2 / t2), 1.0 / (4.0 * t1) + 1.0 / (4.0 * t2)
    )


def rate_effect(
    events: npt.ArrayLike,
    time: npt.ArrayLike,
    *,
    scale: str = "log",
    add: npt.ArrayLike | None = None,
    to: str = "only0",
) -> EffectSizes:
    """One group's incidence rate, as an effect.

    Parameters
    ----------
    events, time : array-like
        Events, and the time at risk of all pupils together. With expected events for time, the
        standardised incidence ratio.
    scale : {"log", "rate", "root", "freeman_tukey"}
        Log: vi = 1/events. Rate: events/time^2. Root: 1/(4 time). Freeman and Tukey's mean of the
        roots of events/time and (events + 1)/time: 1/(4 time).
    add : array-like, optional
        Added to events at the studies that `to` names; 0.5 if not given, and 0 on the two scales
        of roots, which need none.
    to : {"only0", "all", "if0all", "none"}
        As in `risk_ratio`.

    Raises
    ------
    UserError
        A negative number of events, time that is not above 0, or an unknown scale.

    References
    ----------
    Freeman MF, Tukey JW (1950). Annals of Mathematical Statistics 21:607-611.
    """
    one_of(scale, ("log", "rate", "root", "freeman_tukey"), "scale")
    x, t = matching("events time", counts(events, "events"), above_zero(time, "time", TIME_RULE))
    amount = (0.5 if scale in ("log", "rate") else 0.0) if add is None else add
    (x,) = added((x,), add=amount, to=to)
    with np.errstate(divide="ignore", invalid="ignore"):
        if scale == "log":
            return EffectSizes.finite(np.log(x / t), 1.0 / x)
        if scale == "rate":
            return EffectSizes.finite(x / t, x / t**2)
        root = np.sqrt(x / t)
        if scale == "freeman_tukey":
            root = (root + np.sqrt((x + 1.0) / t)) / 2.0
        return EffectSizes.finite(root, 1.0 / (4.0 * t))
