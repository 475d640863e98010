"""Residual variances of true effects of many regressions at once.

The estimators are those of `regression.tau2`, where their sources stand.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from whatworks.statistics.distributions import chi2_quantile
from whatworks.statistics.global_search import falling_roots, ml_score, q_equation, reml_score
from whatworks.statistics.local_search import nearest_maxima
from whatworks.statistics.regression_groups import RegressionGroups

__all__ = ["BATCH_METHODS", "ManyTau2", "q_limits_of_many", "tau2_of_many"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

BATCH_METHODS = ("REML", "ML", "DL", "HE", "HS", "HSk", "SJ", "PM", "EB", "PMM", "EE")


class ManyTau2(NamedTuple):
    """Estimates, standard errors (NaN where there is none), and numbers of maxima, (G,)."""

    tau2: Floats
    se: Floats
    n_maxima: Ints


def tau2_of_many(
    profile: RegressionGroups, method: str, variance: Floats, search: str = "global"
) -> ManyTau2:
    """Estimate tau2 of each model by one of `BATCH_METHODS`.

    Parameters
    ----------
    profile : RegressionGroups
        Models with more studies than coefficients.
    method : str
        Estimator.
    variance : array, shape (G,)
        Of the effects before the moderators, divisor k (for SJ).
    search : {"global", "local"}
        For REML and ML: the whole range, or a climb from DerSimonian and Laird's estimate.
    """
    k, df = profile.k.astype(np.float64), profile.residual_df.astype(np.float64)
    nothing = np.zeros(k.size, dtype=np.int64)
    if method == "EE":
        return ManyTau2(np.zeros(k.size), np.full(k.size, np.nan), nothing)
    if method in ("REML", "ML"):
        return _by_likelihood(profile, search, restricted=method == "REML")
    if method in ("PM", "EB", "PMM"):
        tau2 = falling_roots(
            profile, q_equation, chi2_quantile(0.5, df) if method == "PMM" else df
        ).t
        trace_w = profile.moments(tau2[None, :]).trace_w[0]
        return ManyTau2(tau2, np.sqrt(2.0 * k**2 / df) / trace_w, nothing)
    if method in ("HE", "SJ"):
        start = variance if method == "SJ" else np.zeros(k.size)
        a = 1.0 / (profile.v + profile.spread(start)) if method == "SJ" else np.ones(profile.v.size)
        forms = profile.quadratic_forms(a)
        if method == "SJ":
            tau2 = start / df * forms.value
            return ManyTau2(tau2, start / df * forms.spread(tau2), nothing)
        tau2 = np.maximum(0.0, (forms.value - forms.trace_pv) / forms.trace_p)
        return ManyTau2(tau2, forms.spread(tau2) / forms.trace_p, nothing)
    at_zero = profile.moments(np.zeros((1, k.size)))
    q, trace_p, trace_w = at_zero.q[0], at_zero.trace_p[0], at_zero.trace_w[0]
    if method == "DL":
        tau2, slope, factor = (q - df) / trace_p, trace_p, np.ones(k.size)
    else:
        factor = k / df if method == "HSk" else np.ones(k.size)
        tau2, slope = (factor * q - k) / trace_w, trace_w
    tau2 = np.maximum(0.0, tau2)
    trace_pp = profile.information(np.zeros(k.size))[1]
    spread = 2.0 * df + 4.0 * tau2 * trace_p + 2.0 * tau2**2 * trace_pp
    return ManyTau2(tau2, factor * np.sqrt(spread) / slope, nothing)


def q_limits_of_many(profile: RegressionGroups, level: float) -> tuple[Floats, Floats]:
    """Return the Q-profile limits of each tau2, (G,); (0, 0) where the set is empty."""
    tail = (1.0 - level) / 2.0
    df = profile.residual_df
    lower = falling_roots(profile, q_equation, chi2_quantile(1.0 - tail, df)).t
    return lower, falling_roots(profile, q_equation, chi2_quantile(tail, df)).t


def _by_likelihood(profile: RegressionGroups, search: str, *, restricted: bool) -> ManyTau2:
    if search == "local":
        tau2, n_maxima = _climbed(profile, restricted=restricted)
    else:
        tau2, n_maxima = _highest(profile, restricted=restricted)
    trace_ww, trace_pp = profile.information(tau2)
    return ManyTau2(tau2, np.sqrt(2.0 / (trace_pp if restricted else trace_ww)), n_maxima)


def _highest(profile: RegressionGroups, *, restricted: bool) -> tuple[Floats, Ints]:
    """Return the highest of all maxima, ties going to the smaller, and how many there are."""
    groups = profile.k.size
    found = falling_roots(profile, reml_score if restricted else ml_score, np.zeros(groups))
    n_maxima = np.bincount(found.model, minlength=groups)
    tau2 = np.zeros(groups)
    alone = n_maxima[found.model] == 1
    tau2[found.model[alone]] = found.t[alone]
    rest = np.flatnonzero(~alone)
    if rest.size:
        model, t = found.model[rest], found.t[rest]
        height = profile.take(model).log_likelihood(t, restricted=restricted)
        order = np.lexsort((t, -height, model))
        first = order[np.unique(model[order], return_index=True)[1]]
        tau2[model[first]] = t[first]
    return tau2, n_maxima.astype(np.int64)


def _climbed(profile: RegressionGroups, *, restricted: bool) -> tuple[Floats, Ints]:
    """Return the nearest maximum; models that do not settle are searched as a whole."""
    groups = profile.k.size
    at_zero = profile.moments(np.zeros((1, groups)))
    score = at_zero.r2[0] - (at_zero.trace_p[0] if restricted else at_zero.trace_w[0])
    start = np.maximum(0.0, (at_zero.q[0] - profile.residual_df) / at_zero.trace_p[0])
    tau2, is_settled = nearest_maxima(profile, start, score, restricted=restricted)
    n_maxima = np.zeros(groups, dtype=np.int64)
    rest = np.flatnonzero(~is_settled)
    if rest.size:
        tau2[rest], n_maxima[rest] = _highest(profile.take(rest), restricted=restricted)
    return tau2, n_maxima
