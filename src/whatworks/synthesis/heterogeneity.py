"""Estimators of tau2, the variance of true effects between studies, without moderators.

All work on many groups of studies at once and return arrays of shape (G,). Symbols: w = 1/v,
s1, s2, s3 the sums of w, w**2, w**3, Q Cochran's statistic, P the projection of `profiles`.
Standard errors are those of metafor's `rma.uni` (Viechtbauer 2010, Journal of Statistical
Software 36(3)); the estimators are reviewed in Veroniki et al. (2016), Research Synthesis
Methods 7:55-79.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.statistics.distributions import chi2_quantile
from whatworks.statistics.global_search import (
    Crossings,
    Equation,
    falling_roots,
    ml_score,
    q_equation,
    reml_score,
)
from whatworks.statistics.intercept_profile import InterceptProfile
from whatworks.statistics.large_profile import BinnedProfile, BlockedProfile
from whatworks.statistics.large_search import falling_roots_of_many
from whatworks.statistics.local_search import nearest_maxima
from whatworks.synthesis.inputs import one_of

__all__ = [
    "LIKELIHOOD_METHODS",
    "METHODS",
    "SEARCHES",
    "Tau2Estimates",
    "checked_search",
    "estimate_tau2",
    "find_roots",
    "q_profile",
]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LIKELIHOOD_METHODS = ("ML", "REML")
SEARCHES = ("global", "local")


def checked_search(search: str, method: str) -> str:
    """Return how a batch looks for the maximum, if it can so for this method.

    Raises
    ------
    UserError
        No such search, or a local one for a method that maximises no likelihood.
    """
    one_of(search, SEARCHES, "search")
    if search == "local" and method not in LIKELIHOOD_METHODS:
        raise UserError(
            f'search "local" is for methods REML and ML. Method {method} has one answer wherever it '
            'is looked for: leave search at "global".'
        )
    return search


@dataclass(frozen=True, slots=True)
class Tau2Estimates:
    """Estimates of tau2 for G groups of at least two studies.

    Attributes
    ----------
    tau2, se
        Estimate (truncated at 0) and its standard error, shape (G,); NaN where there is none.
    maxima
        Local maxima of the likelihood; empty for other methods and where the nearest one was taken.
    maxima_log_likelihood
        Log-likelihood at each of them (restricted for REML), up to the unit of the profile.
    """

    tau2: Floats
    se: Floats
    maxima: Crossings
    maxima_log_likelihood: Floats


def find_roots(
    profile: InterceptProfile, binned: BinnedProfile | None, equation: Equation, target: Floats
) -> Crossings:
    """Find where an equation falls through zero, by the search that fits the size."""
    if binned is not None and isinstance(profile, BlockedProfile):
        return falling_roots_of_many(profile, binned, equation, target)
    return falling_roots(profile, equation, target)


def estimate_tau2(
    profile: InterceptProfile, binned: BinnedProfile | None, method: str, search: str = "global"
) -> Tau2Estimates:
    """Estimate tau2 in each group by the named method of `METHODS`.

    Parameters
    ----------
    profile : InterceptProfile
        Groups of at least two studies, each centred and of moderate unit.
    binned : BinnedProfile or None
        The same studies in bins, for one very long group.
    method : str
        A name of `METHODS`.
    search : {"global", "local"}
        Whether REML and ML look at the whole range, or climb from DerSimonian and Laird's estimate;
        one very long group is always looked at as a whole.
    """
    if method in LIKELIHOOD_METHODS and search == "local" and binned is None:
        return _by_climbing(profile, restricted=method == "REML")
    if method in LIKELIHOOD_METHODS:
        return _by_likelihood(profile, binned, restricted=method == "REML")
    if method in _Q_TARGETS:
        return _by_generalised_q(profile, binned, _Q_TARGETS[method])
    tau2, se = _CLOSED_FORMS[method](profile)
    nothing = Crossings(np.zeros(0, dtype=np.int64), np.zeros(0))
    return Tau2Estimates(tau2, se, nothing, np.zeros(0))


def _by_likelihood(
    profile: InterceptProfile, binned: BinnedProfile | None, *, restricted: bool
) -> Tau2Estimates:
    """Maximise the (restricted) likelihood globally; ties go to the smaller tau2."""
    groups = profile.k.size
    equation = reml_score if restricted else ml_score
    maxima = find_roots(profile, binned, equation, np.zeros(groups))
    height = profile.take(maxima.model).log_likelihood(maxima.t, restricted=restricted)
    # Each group has a maximum: its equation is positive somewhere or falls from 0 on.
    order = np.lexsort((maxima.t, -height, maxima.model))
    first = order[np.unique(maxima.model[order], return_index=True)[1]]
    tau2 = maxima.t[first]
    sums = profile.power_sums(tau2)
    se = np.sqrt(2.0 / (sums.trace_pp if restricted else sums.s2))
    return Tau2Estimates(tau2, se, maxima, height)


def _by_climbing(profile: InterceptProfile, *, restricted: bool) -> Tau2Estimates:
    """Climb to the nearest maximum; groups that do not settle are searched as a whole."""
    groups = profile.k.size
    equation = reml_score if restricted else ml_score
    nothing = np.zeros(groups)
    at_zero = equation(profile.moments(np.zeros((1, groups))), nothing)[0]
    # Of the moment estimators that which misses the highest maximum least often.
    start = _dersimonian_laird(profile)[0]
    tau2, settled = nearest_maxima(profile, start, at_zero, restricted=restricted)
    maxima, height = Crossings(np.zeros(0, dtype=np.int64), np.zeros(0)), np.zeros(0)
    rest = np.flatnonzero(~settled)
    if rest.size:
        found = _by_likelihood(profile.take(rest), None, restricted=restricted)
        tau2[rest] = found.tau2
        maxima = Crossings(rest[found.maxima.model], found.maxima.t)
        height = found.maxima_log_likelihood
    sums = profile.power_sums(tau2)
    se = np.sqrt(2.0 / (sums.trace_pp if restricted else sums.s2))
    return Tau2Estimates(tau2, se, maxima, height)


def _by_generalised_q(
    profile: InterceptProfile, binned: BinnedProfile | None, target: Callable[[Ints], Floats]
) -> Tau2Estimates:
    """Set the generalised Q to a target: 0 where Q falls short of it already."""
    roots = find_roots(profile, binned, q_equation, target(profile.residual_df))
    tau2 = roots.t
    sums = profile.power_sums(tau2)
    se = np.sqrt(2.0 * profile.k**2 / profile.residual_df) / sums.s1
    nothing = Crossings(np.zeros(0, dtype=np.int64), np.zeros(0))
    return Tau2Estimates(tau2, se, nothing, np.zeros(0))


def _mean_of_chi2(df: Ints) -> Floats:
    return df.astype(np.float64)


def _median_of_chi2(df: Ints) -> Floats:
    return chi2_quantile(0.5, df)


# Paule and Mandel (1982); the empirical Bayes estimator of Morris (1983) solves the same equation.
# PMM is its median-unbiased form (Viechtbauer 2021).
_Q_TARGETS: dict[str, Callable[[Ints], Floats]] = {
    "EB": _mean_of_chi2,
    "PM": _mean_of_chi2,
    "PMM": _median_of_chi2,
}


def _equal_effects(profile: InterceptProfile) -> tuple[Floats, Floats]:
    """One true effect: tau2 is 0 by assumption and has no standard error."""
    zero = np.zeros(profile.k.size)
    return zero, np.full_like(zero, np.nan)


def _dersimonian_laird(profile: InterceptProfile) -> tuple[Floats, Floats]:
    """DerSimonian and Laird (1986): Q set to its expectation."""
    sums = profile.power_sums(np.zeros(profile.k.size))
    df = profile.residual_df
    tau2 = np.maximum(0.0, (sums.q - df) / sums.trace_p)
    variance = 2.0 * df + 4.0 * tau2 * sums.trace_p + 2.0 * tau2**2 * sums.trace_pp
    return tau2, np.sqrt(variance) / sums.trace_p


def _hedges(profile: InterceptProfile) -> tuple[Floats, Floats]:
    """Hedges (1983): the variance of the effects less the mean sampling variance."""
    k, df = profile.k, profile.residual_df
    spread, v1, v2 = _variance(profile), profile.sum(profile.v), profile.sum(profile.v**2)
    tau2 = np.maximum(0.0, spread * k / df - v1 / k)
    trace_pv = v1 * df / k
    trace_pvpv = v2 * (1.0 - 2.0 / k) + (v1 / k) ** 2
    variance = 2.0 * trace_pvpv + 4.0 * tau2 * trace_pv + 2.0 * tau2**2 * df
    return tau2, np.sqrt(variance) / df


def _hunter_schmidt(profile: InterceptProfile) -> tuple[Floats, Floats]:
    """Hunter and Schmidt (1990), with weights 1/v."""
    sums = profile.power_sums(np.zeros(profile.k.size))
    tau2 = np.maximum(0.0, (sums.q - profile.k) / sums.s1)
    variance = 2.0 * profile.residual_df + 4.0 * tau2 * sums.trace_p + 2.0 * tau2**2 * sums.trace_pp
    return tau2, np.sqrt(variance) / sums.s1


def _hunter_schmidt_small(profile: InterceptProfile) -> tuple[Floats, Floats]:
    """Hunter and Schmidt with the small-sample factor k/(k - 1) (Brannick et al. 2019)."""
    sums = profile.power_sums(np.zeros(profile.k.size))
    factor = profile.k / profile.residual_df
    tau2 = np.maximum(0.0, (factor * sums.q - profile.k) / sums.s1)
    variance = 2.0 * profile.residual_df + 4.0 * tau2 * sums.trace_p + 2.0 * tau2**2 * sums.trace_pp
    return tau2, factor * np.sqrt(variance) / sums.s1


def _sidik_jonkman(profile: InterceptProfile) -> tuple[Floats, Floats]:
    """Sidik and Jonkman (2005), started from the variance of the effects (divisor k)."""
    start = _variance(profile)
    df = profile.residual_df
    sums = profile.power_sums(start)
    tau2 = start * sums.q / df
    w, v = 1.0 / (profile.v + profile.spread(start)), profile.v
    w2v = profile.sum(w**2 * v)
    trace_pvpv = (
        profile.sum((w * v) ** 2) - 2.0 * profile.sum(w**3 * v**2) / sums.s1 + (w2v / sums.s1) ** 2
    )
    trace_pvp = w2v - 2.0 * profile.sum(w**3 * v) / sums.s1 + w2v * sums.s2 / sums.s1**2
    variance = 2.0 * trace_pvpv + 4.0 * tau2 * trace_pvp + 2.0 * tau2**2 * sums.trace_pp
    return tau2, start / df * np.sqrt(variance)


def _variance(profile: InterceptProfile) -> Floats:
    """Return the variance of the effects with divisor k."""
    mean = profile.sum(profile.y) / profile.k
    return profile.sum((profile.y - profile.spread(mean)) ** 2) / profile.k


_CLOSED_FORMS: dict[str, Callable[[InterceptProfile], tuple[Floats, Floats]]] = {
    "EE": _equal_effects,
    "DL": _dersimonian_laird,
    "HE": _hedges,
    "HS": _hunter_schmidt,
    "HSk": _hunter_schmidt_small,
    "SJ": _sidik_jonkman,
}

METHODS = (*_CLOSED_FORMS, *LIKELIHOOD_METHODS, *_Q_TARGETS)


def q_profile(
    profile: InterceptProfile, binned: BinnedProfile | None, level: float
) -> tuple[Floats, Floats]:
    """Return the limits of tau2 by the Q-profile method, each of shape (G,).

    A group whose Q at tau2 = 0 is already below the lower quantile gives (0, 0): the set is
    empty, and 0 is nearest to it.

    References
    ----------
    Viechtbauer W (2007). Statistics in Medicine 26:37-52.
    """
    tail = (1.0 - level) / 2.0
    df = profile.residual_df
    lower = find_roots(profile, binned, q_equation, chi2_quantile(1.0 - tail, df)).t
    upper = find_roots(profile, binned, q_equation, chi2_quantile(tail, df)).t
    return lower, upper
