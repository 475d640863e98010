"""Observed events over the events expected of the same pupils elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, nan, sqrt
from typing import Literal

from whatworks.accountability.exact_limits import whole_number
from whatworks.errors import UserError
from whatworks.statistics import special
from whatworks.statistics.confidence_level import level_between_0_and_1
from whatworks.statistics.distributions import chi2_quantile, normal_critical

__all__ = ["StandardisedRatio", "expected_events", "standardised_ratio"]

# Byar's approximation is used from this count on, as PHEindicatormethods does.
FEWEST_FOR_BYAR = 10


@dataclass(frozen=True, slots=True)
class StandardisedRatio:
    """Indirectly standardised ratio of events that may exceed the pupils (suspensions).

    Attributes
    ----------
    observed
        Events counted.
    expected
        Events expected of the same pupils at the reference rates.
    ratio
        observed/expected.
    exact
        Exact Poisson limits of the ratio.
    byar
        Byar's approximate limits; the lower is NaN where the approximation falls below 0.
    ci
        The limits to use: exact below 10 events, Byar's from 10 on.
    method
        Which of them `ci` holds.
    mid_p_value
        Two-sided mid-p value of a ratio of 1.
    level
        Level of all limits.
    """

    observed: int
    expected: float
    ratio: float
    exact: tuple[float, float]
    byar: tuple[float, float]
    ci: tuple[float, float]
    method: Literal["exact", "byar"]
    mid_p_value: float
    level: float


def expected_events(
    reference_events: Sequence[float], reference_pupils: Sequence[float], pupils: Sequence[float]
) -> float:
    """Return the events expected of a setting's pupils at the reference rates of their strata.

    Parameters
    ----------
    reference_events, reference_pupils : sequence of float, one entry for each stratum
        Events and pupils in the reference population; pupils > 0.
    pupils : sequence of float, one entry for each stratum
        Pupils of the setting.

    Raises
    ------
    UserError
        The lists differ in length, or a number is negative, not finite, or a reference stratum is
        empty; the message names the stratum, the first being 1.
    """
    if not len(reference_events) == len(reference_pupils) == len(pupils):
        raise UserError(
            f"There are {len(reference_events)} strata of reference events, "
            f"{len(reference_pupils)} of reference pupils and {len(pupils)} of the setting. "
            "Give the same strata in the same order."
        )
    total = 0.0
    strata = zip(reference_events, reference_pupils, pupils, strict=True)
    for stratum, (events, base, own) in enumerate(strata, start=1):
        if not (0.0 <= events < float("inf") and 0.0 < base < float("inf") and isfinite(own)):
            raise UserError(
                f"Stratum {stratum} has {events} events among {base} reference pupils. Leave out "
                "strata without reference pupils; events must be 0 or more."
            )
        if own < 0:
            raise UserError(f"Stratum {stratum} has {own} pupils. A number of pupils is 0 or more.")
        total += events / base * own
    return total


def standardised_ratio(observed: int, expected: float, *, level: float) -> StandardisedRatio:
    """Compare a count of events with its expectation, taking the count as Poisson.

    Parameters
    ----------
    observed : int
        Events, 0 or more.
    expected : float
        Events expected, above 0; taken as known.
    level : float
        Level of the limits.

    Raises
    ------
    UserError
        A number is out of range.

    Notes
    -----
    Events of one pupil are not independent, so the limits are too narrow for events that cluster
    in pupils; they say nothing about differences that schools have for other reasons.

    References
    ----------
    Breslow NE, Day NE (1987). Statistical Methods in Cancer Research II, p. 69 (Byar).
    """
    level_between_0_and_1(level)
    whole_number(observed, "The number of events")
    if observed < 0 or not (isfinite(expected) and expected > 0.0):
        raise UserError(
            f"{observed} events were observed and {expected!r} expected. The first must be 0 or "
            "more, the second above 0."
        )
    tail = (1.0 - level) / 2.0
    low = 0.0 if observed == 0 else float(chi2_quantile(tail, 2 * observed)) / 2.0
    high = float(chi2_quantile(1.0 - tail, 2 * observed + 2)) / 2.0
    exact = (low / expected, high / expected)
    byar_low, byar_high = _byar(observed, normal_critical(level))
    byar = (byar_low / expected, byar_high / expected)
    method: Literal["exact", "byar"] = "exact" if observed < FEWEST_FOR_BYAR else "byar"
    return StandardisedRatio(
        observed=observed,
        expected=expected,
        ratio=observed / expected,
        exact=exact,
        byar=byar,
        ci=exact if method == "exact" else byar,
        method=method,
        mid_p_value=_mid_p_value(observed, expected),
        level=level,
    )


def _byar(observed: int, z: float) -> tuple[float, float]:
    above = observed + 1.0
    high = above * (1.0 - 1.0 / (9.0 * above) + z / (3.0 * sqrt(above))) ** 3
    if observed == 0:
        return nan, high
    base = 1.0 - 1.0 / (9.0 * observed) - z / (3.0 * sqrt(observed))
    return (observed * base**3 if base >= 0.0 else nan), high


def _mid_p_value(observed: int, expected: float) -> float:
    """Return twice the smaller tail, with half of the observed count in each."""
    up_to = float(special.pdtr(observed, expected))
    below = float(special.pdtr(observed - 1, expected)) if observed > 0 else 0.0
    # The upper tail is taken from its own function: 1 - pdtr would lose small values.
    at_least = float(special.pdtrc(observed - 1, expected)) if observed > 0 else 1.0
    above = float(special.pdtrc(observed, expected))
    return min(1.0, (up_to + below), (at_least + above))
