"""The fast path of refits: two-level models without moderators, many sets of studies at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeGuard

import numpy as np
import numpy.typing as npt

from whatworks.synthesis.diagnostics.leave_one_out_profile import LeaveOneOutProfile
from whatworks.synthesis.diagnostics.tau2_of_many import SEARCHED_METHODS, tau2_of_many
from whatworks.synthesis.fit import RandomEffects
from whatworks.synthesis.heterogeneity import estimate_tau2
from whatworks.synthesis.model import FittedModel
from whatworks.synthesis.pooling import make_profile

__all__ = [
    "PooledSets",
    "is_plain_two_level",
    "pool_groups",
    "pooled_sets",
    "pooled_without_each",
    "shares_sums",
]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Effects taken together: temporaries of 8 MB.
BATCH = 1 << 20
# Fewer studies are done in no time; variances further apart than this lose digits in shared sums.
WORTH_SHARING = 50
WIDE = 1e6
LOG_2PI = float(np.log(2.0 * np.pi))


class PooledSets(NamedTuple):
    """Pooled groups, each field of shape (G,); NaN where one study says nothing.

    `variance` is that of the estimate, Knapp-Hartung factor in; infinite `df`: normal.
    """

    estimate: Floats
    variance: Floats
    df: Floats
    tau2: Floats
    typical_variance: Floats
    q: Floats
    log_likelihood: Floats


def is_plain_two_level(fit: FittedModel) -> TypeGuard[RandomEffects]:
    """Tell whether the batch engine fits this model: the one place that asks for its type."""
    return isinstance(fit, RandomEffects) and fit.design.is_intercept_only


def pooled_sets(fit: RandomEffects, kept: Sequence[Ints]) -> Iterator[tuple[Ints, PooledSets]]:
    """Pool each of many sets of studies; yield which sets, and their results.

    Empty sets are passed over.
    """
    sizes = np.array([rows.size for rows in kept], dtype=np.int64)
    single = np.flatnonzero(sizes == 1)
    if single.size:
        rows = np.concatenate([kept[i] for i in single.tolist()])
        yield single, _single_studies(fit.yi[rows], fit.vi[rows], fit.method)
    several = np.flatnonzero(sizes > 1)
    ends = np.cumsum(sizes[several])
    first = 0
    while first < several.size:
        before = ends[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(ends, before + BATCH, side="right")))
        chosen = several[first:last]
        rows = np.concatenate([kept[i] for i in chosen.tolist()])
        starts = np.concatenate(([0], np.cumsum(sizes[chosen])[:-1])).astype(np.int64)
        yield chosen, pool_groups(fit.yi[rows], fit.vi[rows], starts, fit.method, fit.test)
        first = last


def pool_groups(y: Floats, v: Floats, starts: Ints, method: str, test: str) -> PooledSets:
    """Pool groups of at least two studies, without the intervals of tau2 that take most time."""
    profile, binned, units = make_profile(y, v, starts)
    tau2 = estimate_tau2(profile, binned, method).tau2
    df = profile.residual_df.astype(np.float64)
    sums = profile.power_sums(tau2)
    dispersion = np.ones(df.size)
    if test in ("knha", "adhoc"):
        dispersion = sums.q / df
    if test == "adhoc":
        dispersion = np.maximum(1.0, dispersion)
    at_zero = profile.moments(np.zeros((1, df.size)))
    square, log_scale = units.scale**2, np.log(units.scale)
    height = profile.log_likelihood(tau2, restricted=method == "REML")
    n = df if method == "REML" else profile.k
    return PooledSets(
        estimate=units.centre + units.scale * sums.mean,
        variance=square * dispersion / sums.s1,
        df=np.full(df.size, np.inf) if test == "z" else df,
        tau2=square * tau2,
        typical_variance=square * df / at_zero.trace_p[0],
        q=np.maximum(0.0, at_zero.q[0]),
        log_likelihood=height - n * log_scale,
    )


def shares_sums(fit: RandomEffects) -> bool:
    """Tell whether leave-one-out pays by sums shared between refits, and keeps all digits."""
    low, high = float(fit.vi.min()), float(fit.vi.max())
    return fit.method in SEARCHED_METHODS and fit.yi.size >= WORTH_SHARING and high < WIDE * low


def pooled_without_each(fit: RandomEffects) -> PooledSets:
    """Pool the studies without each of them in turn, k groups; see `shares_sums`."""
    k = fit.yi.size
    scale = float(np.exp2(np.round(np.log2(fit.vi).mean() / 2.0)))
    w = 1.0 / fit.vi
    centre = float((w * fit.yi).sum() / w.sum())
    profile = LeaveOneOutProfile((fit.yi - centre) / scale, fit.vi / scale**2, np.arange(k))
    tau2 = tau2_of_many(profile, fit.method, np.full(k, k - 1.0))
    s1, mean, q = profile.means(tau2)
    at_zero = profile.moments(np.zeros((1, k)))
    df = profile.residual_df.astype(np.float64)
    dispersion = np.ones(k)
    if fit.test in ("knha", "adhoc"):
        dispersion = q / df
    if fit.test == "adhoc":
        dispersion = np.maximum(1.0, dispersion)
    is_restricted = fit.method == "REML"
    height = profile.log_likelihood(tau2, restricted=is_restricted)
    return PooledSets(
        estimate=centre + scale * mean,
        variance=scale**2 * dispersion / s1,
        df=np.full(k, np.inf) if fit.test == "z" else df,
        tau2=scale**2 * tau2,
        typical_variance=scale**2 * df / at_zero.trace_p[0],
        q=np.maximum(0.0, at_zero.q[0]),
        log_likelihood=height - (df if is_restricted else k - 1) * np.log(scale),
    )


def _single_studies(y: Floats, v: Floats, method: str) -> PooledSets:
    """Return studies as they are: nothing is pooled."""
    nothing = np.full(y.size, np.nan)
    height = np.zeros(y.size) if method == "REML" else -0.5 * (LOG_2PI + np.log(v))
    return PooledSets(y, v, np.full(y.size, np.inf), nothing, nothing, np.zeros(y.size), height)
