"""One group's proportion, on scales that can be pooled, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from math import pi

import numpy as np
import numpy.typing as npt

from whatworks.statistics import special
from whatworks.synthesis.effect_sizes import EffectSizes
from whatworks.synthesis.inputs import one_of
from whatworks.synthesis.measures.two_by_two import overall
from whatworks.synthesis.measures.zero_cells import added
from whatworks.synthesis.reported_values import above_zero, counts, matching, refuse, reported

__all__ = ["proportion_effect", "proportion_from_effect", "proportion_from_freeman_tukey"]

Floats = npt.NDArray[np.float64]

SCALES = ("proportion", "log", "logit", "probit", "arcsine", "freeman_tukey")
# A zero needs nothing added on these scales.
ANGLES = ("arcsine", "freeman_tukey")


def proportion_effect(
    events: npt.ArrayLike,
    n: npt.ArrayLike,
    *,
    scale: str = "logit",
    variance: str = "LS",
    add: npt.ArrayLike | None = None,
    to: str = "only0",
) -> EffectSizes:
    """Proportion of pupils with an event, as an effect.

    Parameters
    ----------
    events, n : array-like
        Pupils with the event, and pupils in all.
    scale : {"logit", "proportion", "log", "probit", "arcsine", "freeman_tukey"}
        Logit: vi = 1/events + 1/(n - events). Proportion: p q/n. Log: 1/events - 1/n. Probit:
        2 pi p q exp(z^2)/n. Arcsine of the root: 1/(4 n). Freeman and Tukey's mean of the
        arcsines of the roots of events/(n + 1) and (events + 1)/(n + 1): 1/(4 n + 2).
    variance : {"LS", "UB", "AV"}
        LS as above. UB, for the proportion: n - 1 for n. AV, for proportion, log and logit: at
        the proportion over all studies.
    add : array-like, optional
        Added to events and non-events at the studies that `to` names; 0.5 if not given, and 0 on
        the two scales of angles, which need none.
    to : {"only0", "all", "if0all", "none"}
        As in `risk_ratio`.

    Raises
    ------
    UserError
        A negative count, more events than pupils, or a variance that the scale does not have.

    References
    ----------
    Freeman MF, Tukey JW (1950). Annals of Mathematical Statistics 21:607-611.
    """
    one_of(scale, SCALES, "scale")
    allowed = {"proportion": ("LS", "UB", "AV"), "log": ("LS", "AV"), "logit": ("LS", "AV")}
    one_of(variance, allowed.get(scale, ("LS",)), "variance")
    x, k = matching(
        "events n", counts(events, "events"), above_zero(n, "n", "A group has somebody in it.")
    )
    refuse(x > k, x, "events", "It is at most n.")
    amount = (0.0 if scale in ANGLES else 0.5) if add is None else add
    x, other = added((x, k - x), add=amount, to=to)
    k = x + other
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        p = x / k
        typical = overall(x, k) if variance == "AV" else p
        less = 1.0 if variance == "UB" else 0.0
        if scale == "proportion":
            return EffectSizes.finite(p, typical * (1.0 - typical) / (k - less))
        if scale == "log":
            return EffectSizes.finite(np.log(p), 1.0 / (k * typical) - 1.0 / k)
        if scale == "logit":
            v = 1.0 / (k * typical) + 1.0 / (k * (1.0 - typical))
            return EffectSizes.finite(np.log(x) - np.log(other), v)
        if scale == "probit":
            z = special.ndtri(p)
            return EffectSizes.finite(z, 2.0 * pi * p * (1.0 - p) * np.exp(z**2) / k)
        if scale == "arcsine":
            return EffectSizes.finite(np.arcsin(np.sqrt(p)), 1.0 / (4.0 * k))
        return EffectSizes.finite(_double_arcsine(x, k), 1.0 / (4.0 * k + 2.0))


def _double_arcsine(x: Floats, n: Floats) -> Floats:
    low, high = np.sqrt(x / (n + 1.0)), np.sqrt((x + 1.0) / (n + 1.0))
    return np.asarray((np.arcsin(low) + np.arcsin(high)) / 2.0)


def proportion_from_effect(yi: npt.ArrayLike, *, scale: str = "logit") -> Floats:
    """Return proportions from effects on a scale of `proportion_effect`.

    For "freeman_tukey" see `proportion_from_freeman_tukey`, which needs n.

    Parameters
    ----------
    yi : array-like
        Effects, or pooled effects and their limits.
    scale : {"logit", "proportion", "log", "probit", "arcsine"}

    Raises
    ------
    UserError
        Another scale.
    """
    back: dict[str, Callable[[Floats], Floats]] = {
        "logit": lambda y: np.asarray(special.expit(y)),
        "proportion": lambda y: y,
        "log": lambda y: np.asarray(np.exp(y)),
        "probit": lambda y: np.asarray(special.ndtr(y)),
        "arcsine": lambda y: np.asarray(np.sin(np.clip(y, 0.0, pi / 2.0)) ** 2),
    }
    y = reported(yi, "yi")
    return np.asarray(np.clip(back[one_of(scale, tuple(back), "scale")](y), 0.0, 1.0))


def proportion_from_freeman_tukey(yi: npt.ArrayLike, n: npt.ArrayLike) -> Floats:
    """Return proportions from Freeman and Tukey's scale: the exact way back for n pupils.

    Parameters
    ----------
    yi : array-like
        Effects, or a pooled effect and its limits.
    n : array-like
        Numbers of pupils; for a pooled effect usually the harmonic mean of the studies'. The
        answer depends on it (Schwarzer et al. show how much), so prefer the logit scale.

    Returns
    -------
    array
        0 and 1 beyond the values that 0 and n events give.

    Raises
    ------
    UserError
        n that is not above 0.

    References
    ----------
    Miller JJ (1978). American Statistician 32:138.
    Schwarzer G, Chemaitelly H, Abu-Raddad LJ, Rücker G (2019). Research Synthesis Methods
    10:476-483.
    """
    y, k = matching("yi n", reported(yi, "yi"), above_zero(n, "n", "A group has somebody in it."))
    lowest, highest = _double_arcsine(np.zeros_like(k), k), _double_arcsine(k, k)
    with np.errstate(divide="ignore", invalid="ignore"):
        sine = np.sin(2.0 * y)
        root = np.sqrt(np.maximum(1.0 - (sine + (sine - 1.0 / sine) / k) ** 2, 0.0))
        p = (1.0 - np.sign(np.cos(2.0 * y)) * root) / 2.0
    p = np.where(y <= lowest, 0.0, np.where(y >= highest, 1.0, p))
    return np.asarray(np.where(np.isnan(y), np.nan, p))
