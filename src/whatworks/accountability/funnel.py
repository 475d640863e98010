"""Funnel limits: how far rates or ratios may lie from the target, with and without over-dispersion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from whatworks.errors import TooFewStudies, UserError
from whatworks.statistics.distributions import chi2_quantile

__all__ = ["Funnel", "FunnelKind", "FunnelLimits", "funnel"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
FunnelKind = Literal["proportion", "ratio", "log ratio"]

# Quantiles of the 95% and 99.8% limits, rounded as every published funnel program has them.
Z_95, Z_998 = 1.959964, 3.090232
FEWEST_SETTINGS = 3


@dataclass(frozen=True, slots=True)
class FunnelLimits:
    """Limits at each setting's denominator.

    Attributes
    ----------
    low_95, high_95, low_998, high_998
        Limits on the scale of the rate or ratio, one for each setting.
    """

    low_95: Floats
    high_95: Floats
    low_998: Floats
    high_998: Floats

    def outside(self, values: Floats, *, limits: Literal["95", "99.8"]) -> Bools:
        """Return which values lie beyond the 95% or the 99.8% limits."""
        if limits == "95":
            return (values < self.low_95) | (values > self.high_95)
        return (values < self.low_998) | (values > self.high_998)


@dataclass(frozen=True, slots=True)
class Funnel:
    """A funnel of settings.

    Attributes
    ----------
    kind
        What is compared.
    target
        Pooled proportion, or 1 for ratios.
    values
        Rate or ratio of each setting.
    z
        Distance from the target in standard errors, on the transformed scale.
    phi
        Over-dispersion: mean square of the trimmed z; about 1 if settings differ by chance alone.
    n_used
        Settings that phi rests on.
    tau2
        Variance between settings beyond chance, on the transformed scale.
    chance
        Limits of chance alone; exact (Poisson) for ratios.
    overdispersed
        Limits of chance and tau2, back from the transformed scale.
    """

    kind: FunnelKind
    target: float
    values: Floats
    z: Floats
    phi: float
    n_used: int
    tau2: float
    chance: FunnelLimits
    overdispersed: FunnelLimits


def funnel(
    observed: npt.ArrayLike, denominator: npt.ArrayLike, *, kind: FunnelKind, trim: float
) -> Funnel:
    """Compute a funnel with Spiegelhalter's additive over-dispersion.

    Parameters
    ----------
    observed : array-like, shape (k,)
        Counts, 0 or more.
    denominator : array-like, shape (k,)
        Pupils (proportion), or expected counts (ratios), above 0.
    kind : {"proportion", "ratio", "log ratio"}
        "proportion" works on the arcsine of the square root, "ratio" on the square root with z
        winsorised, "log ratio" on the logarithm with z truncated (as England's SHMI does).
    trim : float
        Share of settings at each end whose z is pulled in or dropped; 0 < trim < 0.5.

    Raises
    ------
    UserError
        Numbers out of range (the message names the position, the first being 1), or a count of 0
        with "log ratio", whose logarithm does not exist.
    TooFewStudies
        Fewer than three settings.

    Notes
    -----
    For display. At the size of schools tau2 is often estimated as 0 although they differ.

    References
    ----------
    Spiegelhalter DJ (2005). Statistics in Medicine 24:1185-1202.
    """
    if kind not in get_args(FunnelKind):
        options = ", ".join(repr(option) for option in get_args(FunnelKind))
        raise UserError(f"kind must be one of {options}. Supplied value was {kind!r}.")
    if not 0.0 < trim < 0.5:
        raise UserError(f"trim is {trim!r}. Give a share above 0 and below 0.5, such as 0.1.")
    y, n = _counts(observed, denominator, kind)
    target = float(y.sum() / n.sum()) if kind == "proportion" else 1.0
    values, s = y / n, _standard_error(n, kind)
    z = (_transformed(values, kind) - _transformed(np.array(target), kind)) / s
    used = _kept(z, trim) if kind == "log ratio" else np.ones(z.size, dtype=bool)
    trimmed = z[used] if kind == "log ratio" else np.clip(z, *np.quantile(z, [trim, 1.0 - trim]))
    phi, n_used = float(np.mean(trimmed**2)), int(used.sum())
    w = 1.0 / s[used] ** 2
    spread = float(w.sum() - np.square(w).sum() / w.sum())
    tau2 = max(0.0, (n_used * phi - (n_used - 1)) / spread) if spread > 0.0 else 0.0
    return Funnel(
        kind=kind,
        target=target,
        values=values,
        z=z,
        phi=phi,
        n_used=n_used,
        tau2=tau2,
        chance=_chance_limits(target, n, kind),
        overdispersed=_limits(target, np.sqrt(s**2 + tau2), kind),
    )


def _counts(
    observed: npt.ArrayLike, denominator: npt.ArrayLike, kind: FunnelKind
) -> tuple[Floats, Floats]:
    y, n = np.asarray(observed, dtype=np.float64), np.asarray(denominator, dtype=np.float64)
    if y.ndim != 1 or y.shape != n.shape:
        raise UserError(
            f"The counts have shape {y.shape} and the denominators {n.shape}. Give two lists of "
            "the same length."
        )
    if y.size < FEWEST_SETTINGS:
        raise TooFewStudies(f"There are {y.size} settings. A funnel needs {FEWEST_SETTINGS}.")
    least = 0.0 if kind != "log ratio" else np.nextafter(0.0, 1.0)
    fine = np.isfinite(y) & np.isfinite(n) & (y >= least) & (n > 0.0)
    if kind == "proportion":
        fine &= y <= n
    if not fine.all():
        i = int(np.argmin(fine))
        raise UserError(
            f"Setting {i + 1} has a count of {y[i]:g} with a denominator of {n[i]:g}. Counts are 0 "
            "or more (above 0 for a log ratio, and at most the pupils for a proportion), "
            "denominators above 0."
        )
    return y, n


def _transformed(values: Floats, kind: FunnelKind) -> Floats:
    if kind == "log ratio":
        return np.asarray(np.log(values), dtype=np.float64)
    root = np.sqrt(values)
    return np.asarray(np.arcsin(root) if kind == "proportion" else root, dtype=np.float64)


def _back(values: Floats, kind: FunnelKind) -> Floats:
    if kind == "log ratio":
        return np.asarray(np.exp(values), dtype=np.float64)
    if kind == "ratio":
        return np.asarray(np.maximum(values, 0.0) ** 2, dtype=np.float64)
    return np.asarray(np.sin(np.clip(values, 0.0, np.pi / 2.0)) ** 2, dtype=np.float64)


def _standard_error(n: Floats, kind: FunnelKind) -> Floats:
    root = np.sqrt(n)
    return np.asarray(1.0 / root if kind == "log ratio" else 1.0 / (2.0 * root), dtype=np.float64)


def _kept(z: Floats, trim: float) -> Bools:
    """Return which settings are not in the outermost shares by rank; ties share their mean rank."""
    ordered = np.sort(z)
    rank = (np.searchsorted(ordered, z, "left") + np.searchsorted(ordered, z, "right") + 1) / 2.0
    share = rank / (z.size + 1)
    # Few settings may have none so far out: then all are kept.
    kept = (share >= trim) & (share < 1.0 - trim)
    if not kept.any():
        raise TooFewStudies(f"Trimming by {trim:g} leaves none of {z.size} settings. Trim less.")
    return np.asarray(kept)


def _limits(target: float, se: Floats, kind: FunnelKind) -> FunnelLimits:
    t = _transformed(np.array(target), kind)
    return FunnelLimits(*(_back(t + z * se, kind) for z in (-Z_95, Z_95, -Z_998, Z_998)))


def _chance_limits(target: float, n: Floats, kind: FunnelKind) -> FunnelLimits:
    """Return limits of chance: exact Poisson at the expected count for ratios."""
    if kind == "proportion":
        return _limits(target, _standard_error(n, kind), kind)
    tails = (0.025, 0.001)
    low = [chi2_quantile(tail, 2.0 * n) / 2.0 / n for tail in tails]
    high = [chi2_quantile(1.0 - tail, 2.0 * (n + 1.0)) / 2.0 / n for tail in tails]
    return FunnelLimits(low[0], high[0], low[1], high[1])
