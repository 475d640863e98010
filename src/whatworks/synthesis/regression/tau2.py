"""Estimators of tau2 with moderators: the residual variance of true effects.

Symbols as in `statistics.profiles`; W = diag(1/v) unless stated, V = diag(v). Standard errors are
those of metafor (Viechtbauer 2010, Journal of Statistical Software 36(3)).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from whatworks.statistics.distributions import chi2_quantile
from whatworks.statistics.global_search import (
    Equation,
    falling_roots,
    ml_score,
    q_equation,
    reml_score,
)
from whatworks.statistics.quadratic_form import quadratic_form_tail
from whatworks.statistics.regression_expansion import RegressionExpansion
from whatworks.statistics.regression_profile import AS_GOOD_AS_EXACT, RegressionProfile
from whatworks.statistics.roots import bracketed_roots

__all__ = [
    "REGRESSION_METHODS",
    "RegressionTau2",
    "estimate_residual_tau2",
    "limits_by_q",
    "quadratic_form_of",
]

Floats = npt.NDArray[np.float64]

REGRESSION_METHODS = (
    "REML", "ML", "DL", "HE", "HS", "HSk", "SJ", "PM", "EB", "PMM", "GENQ", "GENQM", "EE",
)  # fmt: skip

# Above so many studies the range of t is scanned on a share of them, and settled on all.
SCAN_AT_MOST = 5_000
MAX_STEPS = 60
# Powers of the weights in the series about a first guess, and about what it leads to; and how far
# from its centre a series is trusted to show the way, as a share of the smallest total variance.
FIRST_ORDER, ORDER = 4, 8
A_FIRST_GUIDE = 1e-6
REACH = 0.2


class RegressionTau2(NamedTuple):
    """Estimate, standard error (None where there is none), and maxima with their log-likelihood."""

    tau2: float
    se: float | None
    maxima: tuple[tuple[float, float], ...]


def estimate_residual_tau2(
    profile: RegressionProfile, method: str, spread: float, weights: Floats | None
) -> RegressionTau2:
    """Estimate tau2 by the named method.

    Parameters
    ----------
    profile : RegressionProfile
        Scaled effects.
    method : str
        One of `REGRESSION_METHODS`.
    spread : float
        Variance of the effects before the moderators, divisor k, in the profile's unit (for SJ).
    weights : array, shape (k,), or None
        For GENQ and GENQM, in the profile's unit.
    """
    k, df = profile.k, profile.k - profile.p
    if method == "EE":
        return RegressionTau2(0.0, None, ())
    if method in ("REML", "ML"):
        return _by_likelihood(profile, restricted=method == "REML")
    if method in ("PM", "EB", "PMM"):
        goal = float(chi2_quantile(0.5, df)) if method == "PMM" else float(df)
        tau2 = _roots(profile, q_equation, goal)[-1]
        return RegressionTau2(
            tau2, float(np.sqrt(2.0 * k**2 / df) / profile.sums(tau2).trace_w), ()
        )
    sums = profile.sums(0.0)
    if method in ("DL", "HS", "HSk"):
        if method == "DL":
            slope, tau2, factor = sums.trace_p, (sums.q - df) / sums.trace_p, 1.0
        else:
            factor = k / df if method == "HSk" else 1.0
            slope, tau2 = sums.trace_w, (factor * sums.q - k) / sums.trace_w
        tau2 = max(0.0, tau2)
        variance = 2.0 * df + 4.0 * tau2 * sums.trace_p + 2.0 * tau2**2 * profile.trace_pp(0.0)
        return RegressionTau2(tau2, factor * float(np.sqrt(variance)) / slope, ())
    return _by_quadratic_form(profile, method, spread, weights)


def limits_by_q(profile: RegressionProfile, level: float) -> tuple[float, float]:
    """Return the Q-profile limits of tau2; (0, 0) where the set is empty.

    References
    ----------
    Viechtbauer W (2007). Statistics in Medicine 26:37-52.
    """
    df = profile.k - profile.p
    tail = (1.0 - level) / 2.0
    lower = _roots(profile, q_equation, float(chi2_quantile(1.0 - tail, df)))[-1]
    return lower, _roots(profile, q_equation, float(chi2_quantile(tail, df)))[-1]


def _by_likelihood(profile: RegressionProfile, *, restricted: bool) -> RegressionTau2:
    """Maximise the (restricted) likelihood globally; ties go to the smaller tau2."""
    at = _roots(profile, reml_score if restricted else ml_score, 0.0)
    heights = profile.take(np.zeros(len(at), dtype=np.int64)).log_likelihood(
        np.array(at), restricted=restricted
    )
    best = int(np.argmax(heights))
    information = profile.trace_pp(at[best]) if restricted else profile.trace_w2(at[best])
    return RegressionTau2(
        at[best],
        float(np.sqrt(2.0 / information)),
        tuple(zip(at, heights.tolist(), strict=True)),
    )


def _roots(profile: RegressionProfile, equation: Equation, goal: float) -> list[float]:
    """Return where an equation falls through zero, 0 included where it starts below."""
    target = np.array([goal])
    if profile.k <= SCAN_AT_MOST or profile.is_outweighed(0.0):
        return _scanned(profile, equation, target)
    every = -(-profile.k // SCAN_AT_MOST)
    q, r = np.linalg.qr(profile.x[::every])
    if np.abs(np.diagonal(r)).min() < 1e-6 * np.abs(np.diagonal(r)).max():
        return _scanned(profile, equation, target)
    share = RegressionProfile(np.vstack((q.T, profile.y[::every])), profile.v[::every])
    # A target that is a quantile on k - p degrees of freedom moves with the number of studies.
    scaled = target * (share.k - share.p) / (profile.k - profile.p)
    found = falling_roots(share, equation, scaled)
    at_zero = equation(profile.moments(np.zeros((1, 1))), target)[0, 0] <= 0.0
    settled = {0.0} if at_zero else set()
    for start in found.t[found.t > 0.0] if at_zero else found.t:
        root = _settled(profile, equation, target, float(start) or 1e-3 * float(profile.v.mean()))
        if root is None:
            return _scanned(profile, equation, target)
        settled.add(root)
    return sorted(settled) or _scanned(profile, equation, target)


def _scanned(profile: RegressionProfile, equation: Equation, target: Floats) -> list[float]:
    return [float(t) for t in falling_roots(profile, equation, target).t]


def _settled(
    profile: RegressionProfile, equation: Equation, target: Floats, t: float
) -> float | None:
    """Return the exact root near t, by power series about t and then about their own root.

    0 where the equation is not positive all the way down to 0; None where no root is within reach,
    so that the whole range has to be scanned.
    """
    smallest = float(profile.v.min())
    for step in range(MAX_STEPS):
        near = (
            profile.expansion(t, FIRST_ORDER, A_FIRST_GUIDE)
            if step == 0
            else profile.expansion(t, ORDER, AS_GOOD_AS_EXACT)
        )
        reach = REACH * (smallest + near.centre)
        low, high = max(0.0, near.centre - reach), near.centre + reach
        f_low, f_high = equation(near.moments(np.array([[low], [high]])), target)[:, 0]
        if f_low > 0.0 >= f_high:
            t = _root_between(near, equation, target, (low, f_low), (high, f_high))
            if near.truncation(t) < AS_GOOD_AS_EXACT:
                return t
        elif f_low <= 0.0 and low == 0.0:
            return 0.0
        else:
            t = high if f_low > 0.0 else low
    return None


def _root_between(
    near: RegressionExpansion,
    equation: Equation,
    target: Floats,
    low: tuple[float, float],
    high: tuple[float, float],
) -> float:
    """Return the root of the series between two points, given with their values."""

    def value(t: Floats) -> Floats:
        return np.asarray(equation(near.moments(t[None, :]), target)[0], dtype=np.float64)

    ends = [np.array([number]) for number in (*low, *high)]
    return float(bracketed_roots(value, *ends)[0])


class _Form(NamedTuple):
    """y'Py with P = A - AX(X'AX)^-1X'A for a diagonal A, and traces without P itself."""

    a: Floats
    ax: Floats
    bread: Floats
    v: Floats
    value: float

    @property
    def trace_p(self) -> float:
        """Trace of P."""
        return float(self.a.sum() - np.trace(self.bread @ self.ax.T @ self.ax))

    @property
    def trace_pv(self) -> float:
        """Trace of PV."""
        return float(
            self.a @ self.v - np.trace(self.bread @ (self.ax.T @ (self.v[:, None] * self.ax)))
        )

    def trace_product(self, left: Floats, right: Floats) -> float:
        """Return tr(P L P R) for diagonal L and R."""
        a, ax, bread = self.a, self.ax, self.bread
        own = float((a * left) @ (a * right))
        cross = np.trace(bread @ (ax.T @ ((left * a * right)[:, None] * ax)))
        both = bread @ (ax.T @ (left[:, None] * ax)) @ bread @ (ax.T @ (right[:, None] * ax))
        return float(own - 2.0 * cross + np.trace(both))

    def spread(self, tau2: float) -> float:
        """Return the standard deviation of y'Py under tau2."""
        ones = np.ones(self.v.size)
        return float(
            np.sqrt(
                2.0 * self.trace_product(self.v, self.v)
                + 4.0 * tau2 * self.trace_product(self.v, ones)
                + 2.0 * tau2**2 * self.trace_product(ones, ones)
            )
        )

    def tail(self, tau2: float) -> float:
        """Return P(y'Py beyond what was observed) under tau2."""
        p = np.diag(self.a) - self.ax @ self.bread @ self.ax.T
        root = np.sqrt(self.v + tau2)
        values = np.linalg.eigvalsh(root[:, None] * p * root[None, :])
        return quadratic_form_tail(self.value, values[values > 1e-10 * values[-1]])


def quadratic_form_of(profile: RegressionProfile, a: Floats) -> _Form:
    """Return the quadratic form of residuals with weights a, (k,)."""
    x, y = profile.x, profile.y
    ax = a[:, None] * x
    bread = np.asarray(np.linalg.inv(x.T @ ax), dtype=np.float64)
    value = float(y @ (a * y) - (ax.T @ y) @ bread @ (ax.T @ y))
    return _Form(a, ax, bread, profile.v, value)


def _by_quadratic_form(
    profile: RegressionProfile, method: str, spread: float, weights: Floats | None
) -> RegressionTau2:
    """HE, SJ, GENQ, GENQM: one quadratic form of the residuals set to what is expected of it."""
    a = np.ones(profile.k)
    if method == "SJ":
        a = 1.0 / (profile.v + spread)
    elif method != "HE" and weights is not None:
        a = weights
    form = quadratic_form_of(profile, a)
    if method == "SJ":
        scale = spread / (profile.k - profile.p)
        tau2 = scale * form.value
        return RegressionTau2(tau2, scale * form.spread(tau2), ())
    scale = 1.0 / form.trace_p
    tau2 = max(0.0, (form.value - form.trace_pv) * scale)
    if method == "GENQM":
        tau2 = _median_unbiased(form)
    return RegressionTau2(tau2, scale * form.spread(tau2), ())


def _median_unbiased(form: _Form) -> float:
    """Return the tau2 under which the observed form is the median of its distribution."""
    from scipy.optimize import brentq

    def excess(t: float) -> float:
        return form.tail(t) - 0.5

    if excess(0.0) >= 0.0:
        return 0.0
    high = float(form.v.mean())
    while excess(high) < 0.0:
        high *= 4.0
    return float(brentq(excess, 0.0, high, xtol=1e-14 * high, rtol=1e-12))
