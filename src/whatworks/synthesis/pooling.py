"""Pool groups of effects: the one computation behind single fits and batches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.statistics.distributions import (
    chi2_upper_tail,
    normal_critical,
    normal_two_sided,
    t_critical,
    t_two_sided,
)
from whatworks.statistics.intercept_profile import InterceptProfile
from whatworks.statistics.large_profile import BinnedProfile, BlockedProfile
from whatworks.synthesis.heterogeneity import estimate_tau2, q_profile

__all__ = ["TESTS", "PooledGroups", "Units", "critical_value", "make_profile", "pool"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

TESTS = ("z", "t", "knha", "adhoc")

# From here on the bins of one group are fewer than its studies by a factor that pays.
LARGE_GROUP = 4_000
# Powers of variances of any usual unit stay within a double; others are rescaled first.
USUAL_UNIT = (1e-30, 1e30)


@dataclass(frozen=True, slots=True)
class Units:
    """Centre and scale taken off each group before the search, shape (G,).

    The scale is a power of two, so that taking it off and putting it back changes no digit.
    """

    centre: Floats
    scale: Floats


@dataclass(frozen=True, slots=True)
class PooledGroups:
    """Results of G groups, each field of shape (G,) unless stated; NaN where undefined.

    Attributes
    ----------
    k, estimate, se, ci, statistic, df, p_value
        Number of studies, pooled effect, its standard error, limits (G, 2), test statistic, its
        degrees of freedom (NaN: normal) and two-sided p value.
    tau2, tau2_se, tau2_ci
        Variance of true effects, its standard error and Q-profile limits (G, 2).
    i2, h2, typical_variance
        Share of variance that is between studies in percent, ratio, and the typical sampling
        variance both rest on.
    q, q_p_value
        Cochran's Q and its p value.
    prediction_interval
        Limits for a new study's true effect, (G, 2).
    dispersion
        Factor on the squared standard error: 1 unless `test` is knha or adhoc.
    ml_log_likelihood, reml_log_likelihood
        Log-likelihoods at the estimates.
    maxima_group, maxima_tau2, maxima_log_likelihood
        All local maxima found, shape (m,).
    """

    k: Ints
    estimate: Floats
    se: Floats
    ci: Floats
    statistic: Floats
    df: Floats
    p_value: Floats
    tau2: Floats
    tau2_se: Floats
    tau2_ci: Floats
    i2: Floats
    h2: Floats
    typical_variance: Floats
    q: Floats
    q_p_value: Floats
    prediction_interval: Floats
    dispersion: Floats
    ml_log_likelihood: Floats
    reml_log_likelihood: Floats
    maxima_group: Ints
    maxima_tau2: Floats
    maxima_log_likelihood: Floats


def make_profile(
    y: Floats, v: Floats, starts: Ints
) -> tuple[InterceptProfile, BinnedProfile | None, Units]:
    """Centre each group, bring it to a unit near 1, and lay it out for the search that fits it."""
    plain = InterceptProfile(y, v, starts)
    low, high = plain.reduce(np.minimum, v), plain.reduce(np.maximum, v)
    unit = np.sqrt(low) * np.sqrt(high)
    usual = (low > USUAL_UNIT[0]) & (high < USUAL_UNIT[1])
    if starts.size == 1 and usual[0]:
        scale = np.ones(1)
    else:
        scale = np.exp2(np.round(0.5 * np.log2(unit)))
        v = v / plain.spread(scale) / plain.spread(scale)
        y = y / plain.spread(scale)
    if starts.size == 1 and y.size > LARGE_GROUP:
        centre = np.array([y.mean()])
        y = y - centre
        return BlockedProfile(y, v), BinnedProfile(y, v), Units(centre * scale, scale)
    # Precision-weighted, so that a dominating study lies at zero and does not cancel.
    w = 1.0 / v
    centre = plain.sum(w * y) / plain.sum(w)
    y = y - plain.spread(centre)
    return InterceptProfile(y, v, starts), None, Units(centre * scale, scale)


def critical_value(test: str, df: npt.ArrayLike, level: float) -> Floats:
    """Return the two-sided critical value: normal for z, t otherwise."""
    if test == "z":
        return np.full(np.shape(df), normal_critical(level))
    return t_critical(level, df)


def pool(
    y: Floats,
    v: Floats,
    starts: Ints,
    method: str,
    test: str,
    level: float,
    *,
    search: str = "global",
    intervals: bool = True,
) -> PooledGroups:
    """Fit the random-effects model to each group of at least two studies.

    Parameters
    ----------
    y, v : array, shape (n,)
        Checked effects and variances of all groups.
    starts : array of int, shape (G,)
        Position of each group's first study.
    search : {"global", "local"}
        See `estimate_tau2`.
    intervals : bool
        Whether to look for the Q-profile limits of tau2.
    """
    profile, binned, units = make_profile(y, v, starts)
    found = estimate_tau2(profile, binned, method, search)
    tau2, k, df = found.tau2, profile.k, profile.residual_df
    at_zero = profile.moments(np.zeros((1, k.size)))
    sums = profile.power_sums(tau2)

    dispersion = np.ones(k.size)
    if test in ("knha", "adhoc"):
        dispersion = sums.q / df
    if test == "adhoc":
        dispersion = np.maximum(1.0, dispersion)
    se = np.sqrt(dispersion / sums.s1)
    estimate = units.centre + units.scale * sums.mean
    se, tau = se * units.scale, np.sqrt(tau2) * units.scale
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = estimate / se
    critical = critical_value(test, df, level)
    p_value = normal_two_sided(statistic) if test == "z" else t_two_sided(statistic, df)
    half_width = critical * np.hypot(se, tau)

    q = np.maximum(0.0, at_zero.q[0])
    typical = df / at_zero.trace_p[0]
    if method == "EE":
        with np.errstate(divide="ignore", invalid="ignore"):
            i2 = np.where(q > df, 100.0 * (q - df) / q, 0.0)
        h2 = q / df
        lower = upper = prediction = np.full(k.size, np.nan)
    else:
        i2 = 100.0 * tau2 / (typical + tau2)
        h2 = 1.0 + tau2 / typical
        lower = upper = np.full(k.size, np.nan)
        if intervals:
            lower, upper = q_profile(profile, binned, level)
        prediction = half_width

    square = units.scale**2
    log_scale = np.log(units.scale)
    ml = profile.log_likelihood(tau2, restricted=False)
    # The restricted likelihood differs by terms that are at hand.
    reml = ml + 0.5 * (np.log(2.0 * np.pi) + np.log(k) - np.log(sums.s1))
    maxima_shift = (df if method == "REML" else k) * log_scale
    return PooledGroups(
        k=k,
        estimate=estimate,
        se=se,
        ci=np.stack((estimate - critical * se, estimate + critical * se), axis=-1),
        statistic=statistic,
        df=np.full(k.size, np.nan) if test == "z" else df.astype(np.float64),
        p_value=p_value,
        tau2=tau2 * square,
        tau2_se=found.se * square,
        tau2_ci=np.stack((lower * square, upper * square), axis=-1),
        i2=i2,
        h2=h2,
        typical_variance=typical * square,
        q=q,
        q_p_value=chi2_upper_tail(q, df),
        prediction_interval=np.stack((estimate - prediction, estimate + prediction), axis=-1),
        dispersion=dispersion,
        ml_log_likelihood=ml - k * log_scale,
        reml_log_likelihood=reml - df * log_scale,
        maxima_group=found.maxima.model,
        maxima_tau2=found.maxima.t * square[found.maxima.model],
        maxima_log_likelihood=found.maxima_log_likelihood - maxima_shift[found.maxima.model],
    )
