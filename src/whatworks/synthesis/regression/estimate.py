"""The numbers of a meta-regression, before they are dressed."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from whatworks.statistics.columns import orthonormal_rows
from whatworks.statistics.distributions import normal_critical, t_two_sided
from whatworks.statistics.regression_profile import RegressionProfile
from whatworks.statistics.roots import bracketed_roots
from whatworks.synthesis.design import Design
from whatworks.synthesis.heterogeneity import estimate_tau2
from whatworks.synthesis.inputs import misuse_notes
from whatworks.synthesis.pooling import make_profile
from whatworks.synthesis.random_effects_fields import ALL_BUT_EQUAL
from whatworks.synthesis.regression.tau2 import (
    RegressionTau2,
    estimate_residual_tau2,
    limits_by_q,
)

__all__ = [
    "RegressionEstimate",
    "Scaled",
    "estimate_regression",
    "profile_limits",
    "q_limits",
    "scale",
]

Floats = npt.NDArray[np.float64]


class Scaled(NamedTuple):
    """A model in a unit near 1 with orthonormal columns X = QR.

    Attributes
    ----------
    profile
        Effects less their least-squares fit, over `unit`.
    r, fitted
        R (p, p), and the least-squares coefficients (p,).
    unit
        A power of two near the typical standard error.
    spread
        Variance of the effects with divisor k, in the squared unit.
    """

    profile: RegressionProfile
    r: Floats
    fitted: Floats
    unit: float
    spread: float


class RegressionEstimate(NamedTuple):
    """Estimates in the original unit; fields as in `MetaRegression`."""

    coefficients: Floats
    vcov: Floats
    statistic: Floats
    df: float
    p_value: Floats
    tau2: float
    tau2_se: float | None
    tau2_ci: tuple[float, float] | None
    i2: float | None
    h2: float | None
    typical_variance: float | None
    r2: float | None
    q: float
    dispersion: float
    ml: float
    reml: float
    maxima: tuple[tuple[float, float], ...]
    notes: tuple[str, ...]


def scale(y: Floats, v: Floats, x: Floats) -> Scaled:
    """Bring a model to a unit near 1 and its columns to an orthonormal basis."""
    unit = float(np.exp2(np.round(0.25 * (np.log2(v.min()) + np.log2(v.max())))))
    z = np.empty((x.shape[1] + 1, y.size))
    r = orthonormal_rows(x, z[:-1])
    by_q = z[:-1] @ y
    np.subtract(y, by_q @ z[:-1], out=z[-1])
    z[-1] /= unit
    return Scaled(
        RegressionProfile(z, v / unit**2),
        r,
        np.asarray(np.linalg.solve(r, by_q), dtype=np.float64),
        unit,
        float(np.var(y)) / unit**2,
    )


def estimate_regression(
    y: Floats,
    v: Floats,
    design: Design,
    method: str,
    test: str,
    level: float,
    weights: Floats | None,
    fixed_tau2: float | None = None,
) -> RegressionEstimate:
    """Fit a model of checked arguments; with `fixed_tau2` nothing is estimated of the variance."""
    scaled = scale(y, v, design.matrix)
    profile, unit = scaled.profile, scaled.unit
    k, p = profile.k, profile.p
    in_unit = None if weights is None else weights * unit**2
    if fixed_tau2 is not None:
        at = fixed_tau2 / unit**2
        # What the likelihood would know of it, had it been estimated.
        se = float(np.sqrt(2.0 / profile.trace_pp(at))) if method == "REML" else None
        found = RegressionTau2(at, se, ())
    elif k > p:
        found = estimate_residual_tau2(profile, method, scaled.spread, in_unit)
    else:
        found = estimate_residual_tau2(profile, "EE", scaled.spread, None)
    sums = profile.sums(found.tau2)
    at_zero = profile.sums(0.0)
    q = max(0.0, at_zero.q)
    notes = misuse_notes(y, q if design.is_intercept_only else float("inf"))
    dispersion = 1.0
    if test in ("knha", "adhoc") and k > p:
        dispersion = sums.q / (k - p)
        if test == "adhoc":
            dispersion = max(1.0, dispersion)
    if test == "knha" and k > p and dispersion < ALL_BUT_EQUAL:
        notes.append(
            "The moderators explain the effects all but exactly, so that the Knapp-Hartung standard "
            'errors are next to 0. Use test "adhoc".'
        )
    if k == p:
        notes.append(
            "There are as many coefficients as effects: the fit is perfect, and neither tau2 nor a "
            "test of t type exists. Standard errors are those of the sampling errors alone."
        )
    beta, root = sums.beta, sums.root
    if in_unit is not None:
        beta, covariance = _by_own_weights(profile, in_unit, found.tau2)
        root = np.asarray(np.linalg.cholesky(covariance), dtype=np.float64)
    back = np.linalg.solve(scaled.r, root)
    vcov = unit**2 * dispersion * (back @ back.T)
    b = scaled.fitted + unit * np.linalg.solve(scaled.r, beta)
    df = np.inf if test == "z" or k == p else float(k - p)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = b / np.sqrt(np.diagonal(vcov))
    i2, h2, typical = _shares(method, k - p, q, found.tau2, at_zero.trace_p)
    shift = np.log(unit)
    best = np.array([found.tau2])
    # The likelihoods are profiled over the coefficients; others than theirs lie lower.
    below = 0.0
    if in_unit is not None:
        apart = beta - sums.beta
        below = 0.5 * float(apart @ np.linalg.solve(sums.bread, apart))
    ml = float(profile.log_likelihood(best, restricted=False)[0]) - below - k * shift
    reml = float(profile.log_likelihood(best, restricted=True)[0]) - below - (k - p) * shift
    lost = (k - p if method == "REML" else k) * shift
    if len(found.maxima) > 1:
        notes.append(
            f"The likelihood has {len(found.maxima)} local maxima; the highest was taken. With so "
            "few or so unequal studies, see how the result changes with each."
        )
    return RegressionEstimate(
        coefficients=b,
        vcov=vcov,
        statistic=statistic,
        df=df,
        p_value=t_two_sided(statistic, df),
        tau2=found.tau2 * unit**2,
        tau2_se=None if found.se is None else found.se * unit**2,
        tau2_ci=None
        if method == "EE" or k == p or fixed_tau2 is not None
        else _scaled_pair(limits_by_q(profile, level), unit**2),
        i2=i2,
        h2=h2,
        typical_variance=None if typical is None else typical * unit**2,
        r2=None
        if fixed_tau2 is not None
        else _explained(y, v, design, method, q, found.tau2 * unit**2, weights),
        q=q,
        dispersion=dispersion,
        ml=ml,
        reml=reml,
        maxima=tuple((t * unit**2, height - lost) for t, height in found.maxima),
        notes=tuple(notes),
    )


def _by_own_weights(profile: RegressionProfile, a: Floats, tau2: float) -> tuple[Floats, Floats]:
    """Return coefficients by given weights, (X'AX)^-1 X'Ay, and their covariance."""
    ax = a[:, None] * profile.x
    inner = np.linalg.inv(profile.x.T @ ax)
    spread = ax.T @ ((profile.v + tau2)[:, None] * ax)
    covariance = inner @ spread @ inner
    return inner @ (ax.T @ profile.y), 0.5 * (covariance + covariance.T)


def _shares(
    method: str, df: int, q: float, tau2: float, trace_p: float
) -> tuple[float | None, float | None, float | None]:
    """Return I2 in percent, H2 and the typical variance."""
    if df == 0:
        return None, None, None
    typical = df / trace_p
    if method == "EE":
        return (100.0 * max(0.0, q - df) / q if q > 0.0 else 0.0), q / df, typical
    return 100.0 * tau2 / (typical + tau2), 1.0 + tau2 / typical, typical


def _explained(
    y: Floats,
    v: Floats,
    design: Design,
    method: str,
    q: float,
    tau2: float,
    weights: Floats | None,
) -> float | None:
    """Return R2 in percent: the drop of tau2 (for EE of Q over its df) from the model of one mean."""
    k, p = design.k, design.p
    if design.is_intercept_only or k <= p:
        return None
    if method in ("GENQ", "GENQM"):
        null = scale(y, v, np.ones((k, 1)))
        in_unit = None if weights is None else weights * null.unit**2
        found = estimate_residual_tau2(null.profile, method, null.spread, in_unit)
        before, after = found.tau2 * null.unit**2, tau2
    else:
        # The engine of models without moderators is an order of magnitude faster.
        profile, binned, units = make_profile(y, v, np.zeros(1, dtype=np.int64))
        if method == "EE":
            before = max(0.0, float(profile.moments(np.zeros((1, 1))).q[0, 0])) / (k - 1)
            after = q / (k - p)
        else:
            unit2 = float(units.scale[0] ** 2)
            before = float(estimate_tau2(profile, binned, method).tau2[0]) * unit2
            after = tau2
    return max(0.0, 100.0 * (before - after) / before) if before > 0.0 else None


def _scaled_pair(limits: tuple[float, float], factor: float) -> tuple[float, float]:
    return limits[0] * factor, limits[1] * factor


def q_limits(y: Floats, v: Floats, design: Design, level: float) -> tuple[float, float]:
    """Return the Q-profile limits of tau2."""
    scaled = scale(y, v, design.matrix)
    return _scaled_pair(limits_by_q(scaled.profile, level), scaled.unit**2)


def profile_limits(
    y: Floats, v: Floats, design: Design, tau2: float, level: float, *, restricted: bool
) -> tuple[float, float]:
    """Return the profile-likelihood limits of tau2: the ends of the whole set.

    References
    ----------
    Hardy RJ, Thompson SG (1996). Statistics in Medicine 15:619-629.
    """
    scaled = scale(y, v, design.matrix)
    profile, square = scaled.profile, scaled.unit**2
    best = tau2 / square
    floor = (
        float(profile.log_likelihood(np.array([best]), restricted=restricted)[0])
        - normal_critical(level) ** 2 / 2.0
    )

    def above(t: Floats) -> Floats:
        return profile.log_likelihood(t, restricted=restricted) - floor

    low, high = (float(end[0]) for end in profile.scan_range)
    low, high = min(low, best) or low, max(high, 16.0 * best)
    while above(np.array([high]))[0] > 0.0:
        high *= 16.0
    grid = np.unique(np.concatenate(([0.0, best], np.geomspace(low, high, 60))))
    values = above(grid)
    inside = np.flatnonzero(values > 0.0)
    first, last = int(inside[0]), int(inside[-1])
    lower = 0.0 if first == 0 else _crossing(above, grid, values, first - 1)
    return lower * square, _crossing(above, grid, values, last) * square


def _crossing(above: Callable[[Floats], Floats], grid: Floats, values: Floats, i: int) -> float:
    """Return where a function changes sign between two neighbouring points of a grid."""
    left, right = slice(i, i + 1), slice(i + 1, i + 2)
    return float(bracketed_roots(above, grid[left], values[left], grid[right], values[right])[0])
