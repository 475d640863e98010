"""Two groups, one event: ratios and differences of risks and odds."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.synthesis.effect_sizes import EffectSizes
from whatworks.synthesis.inputs import one_of
from whatworks.synthesis.measures.zero_cells import Table, table

__all__ = [
    "arcsine_risk_difference",
    "odds_ratio",
    "peto_odds_ratio",
    "risk_difference",
    "risk_ratio",
]

Floats = npt.NDArray[np.float64]


def risk_ratio(
    events1: npt.ArrayLike,
    n1: npt.ArrayLike,
    events2: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    add: npt.ArrayLike = 0.5,
    to: str = "only0",
    drop00: bool = False,
) -> EffectSizes:
    """Log of the ratio of two groups' risks, group 1 over group 2.

    Parameters
    ----------
    events1, n1, events2, n2 : array-like
        Pupils with the event and pupils in all, in each group; None or NaN where a study does
        not say.
    add : array-like
        What is added to each of a study's four cells, at the studies `to` names.
    to : {"only0", "all", "if0all", "none"}
        Studies with an empty cell; all; all, if any study has an empty cell; none (a ratio with
        a zero is then missing).
    drop00 : bool
        True leaves out studies with no event at all, or with nothing but events.

    Returns
    -------
    EffectSizes
        vi = 1/events1 - 1/n1 + 1/events2 - 1/n2.

    Raises
    ------
    UserError
        A negative count, an empty group, or more events than pupils.

    References
    ----------
    Fleiss JL, Berlin JA (2009), in: The Handbook of Research Synthesis and Meta-Analysis, 237-253.
    """
    t = table(events1, n1, events2, n2, add=add, to=to, drop00=drop00)
    with np.errstate(divide="ignore", invalid="ignore"):
        y = np.log(t.a / t.n1) - np.log(t.c / t.n2)
        v = 1.0 / t.a - 1.0 / t.n1 + 1.0 / t.c - 1.0 / t.n2
    return EffectSizes.finite(y, v)


def odds_ratio(
    events1: npt.ArrayLike,
    n1: npt.ArrayLike,
    events2: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    add: npt.ArrayLike = 0.5,
    to: str = "only0",
    drop00: bool = False,
) -> EffectSizes:
    """Log of the ratio of two groups' odds, group 1 over group 2.

    Parameters
    ----------
    events1, n1, events2, n2, add, to, drop00
        As in `risk_ratio`.

    Returns
    -------
    EffectSizes
        vi = 1/a + 1/b + 1/c + 1/d over the four cells.

    Raises
    ------
    UserError
        As in `risk_ratio`.

    References
    ----------
    Woolf B (1955). Annals of Human Genetics 19:251-253.
    """
    return log_odds_ratio(table(events1, n1, events2, n2, add=add, to=to, drop00=drop00))


def log_odds_ratio(t: Table) -> EffectSizes:
    """Return the log odds ratio of adjusted tables."""
    with np.errstate(divide="ignore", invalid="ignore"):
        y = np.log(t.a) - np.log(t.b) - np.log(t.c) + np.log(t.d)
        v = 1.0 / t.a + 1.0 / t.b + 1.0 / t.c + 1.0 / t.d
    return EffectSizes.finite(y, v)


def risk_difference(
    events1: npt.ArrayLike,
    n1: npt.ArrayLike,
    events2: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    variance: str = "LS",
    add: npt.ArrayLike = 0.5,
    to: str = "only0",
    drop00: bool = False,
) -> EffectSizes:
    """Difference of two groups' risks, group 1 less group 2.

    Parameters
    ----------
    events1, n1, events2, n2, add, to, drop00
        As in `risk_ratio`. An empty cell is added to here as well, in effect and variance:
        otherwise two empty groups would claim no uncertainty.
    variance : {"LS", "UB", "AV"}
        LS: p1 q1/n1 + p2 q2/n2. UB: n - 1 for n. AV: LS at each group's risk over all studies.

    Raises
    ------
    UserError
        As in `risk_ratio`.

    References
    ----------
    Fleiss JL, Berlin JA (2009), in: The Handbook of Research Synthesis and Meta-Analysis, 237-253.
    """
    one_of(variance, ("LS", "UB", "AV"), "variance")
    t = table(events1, n1, events2, n2, add=add, to=to, drop00=drop00)
    p1, p2 = t.a / t.n1, t.c / t.n2
    y, less = p1 - p2, 0.0
    if variance == "AV":
        p1, p2 = overall(t.a, t.n1), overall(t.c, t.n2)
    elif variance == "UB":
        less = 1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        v = p1 * (1.0 - p1) / (t.n1 - less) + p2 * (1.0 - p2) / (t.n2 - less)
    return EffectSizes.finite(y, v)


def overall(events: Floats, n: Floats) -> Floats:
    """Return events over people, all studies together."""
    known = ~np.isnan(events * n)
    return np.asarray(events[known].sum() / n[known].sum())


def arcsine_risk_difference(
    events1: npt.ArrayLike,
    n1: npt.ArrayLike,
    events2: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    add: npt.ArrayLike = 0.0,
    to: str = "only0",
    drop00: bool = False,
) -> EffectSizes:
    """Difference of the arcsines of the roots of two groups' risks.

    Half of Cohen's h. Empty cells need nothing added, so `add` is 0 unless given.

    Parameters
    ----------
    events1, n1, events2, n2, add, to, drop00
        As in `risk_ratio`.

    Returns
    -------
    EffectSizes
        vi = 1/(4 n1) + 1/(4 n2).

    Raises
    ------
    UserError
        As in `risk_ratio`.

    References
    ----------
    Rücker G, Schwarzer G, Carpenter J, Olkin I (2009). Statistics in Medicine 28:721-738.
    """
    t = table(events1, n1, events2, n2, add=add, to=to, drop00=drop00)
    y = np.arcsin(np.sqrt(t.a / t.n1)) - np.arcsin(np.sqrt(t.c / t.n2))
    return EffectSizes.finite(y, 1.0 / (4.0 * t.n1) + 1.0 / (4.0 * t.n2))


def peto_odds_ratio(
    events1: npt.ArrayLike,
    n1: npt.ArrayLike,
    events2: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    add: npt.ArrayLike = 0.5,
    to: str = "only0",
    drop00: bool = False,
) -> EffectSizes:
    """Log odds ratio by Peto's one step: (observed - expected)/V, and 1/V.

    Parameters
    ----------
    events1, n1, events2, n2, add, to, drop00
        As in `risk_ratio`.

    Raises
    ------
    UserError
        As in `risk_ratio`.

    Notes
    -----
    Good for rare events in groups of like size; biased for large effects or unlike groups.

    References
    ----------
    Yusuf S, Peto R, Lewis J, Collins R, Sleight P (1985). Progress in Cardiovascular Diseases
    27:335-371.
    """
    t = table(events1, n1, events2, n2, add=add, to=to, drop00=drop00)
    events, others, total = t.a + t.c, t.b + t.d, t.total
    expected = events * t.n1 / total
    spread = t.n1 * t.n2 * events * others / (total**2 * (total - 1.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        return EffectSizes.finite((t.a - expected) / spread, 1.0 / spread)
