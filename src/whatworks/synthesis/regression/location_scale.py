"""Location-scale models: moderators of the mean, and of how much true effects differ."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from whatworks.errors import TooFewStudies
from whatworks.statistics.confidence_level import level_between_0_and_1
from whatworks.statistics.distributions import (
    chi2_upper_tail,
    f_upper_tail,
    t_critical,
    t_two_sided,
)
from whatworks.statistics.newton import Ascent, climb
from whatworks.synthesis.design import Columns, Design, Moderators, design_of
from whatworks.synthesis.fit import FitStatistics
from whatworks.synthesis.inputs import effect_arrays, one_of
from whatworks.synthesis.regression.result import WaldTest

__all__ = ["LocationScale", "location_scale"]

Floats = npt.NDArray[np.float64]

LOG_2PI = float(np.log(2.0 * np.pi))
# Log variances at which climbs start, about that of the residuals, and slopes of one moderator.
START_LEVELS = (-3.0, -1.0, 0.0, 1.0)
START_SLOPES = (-1.0, 1.0)
# Below this log of a variance, in units of a typical sampling variance, it is 0 in all but name.
ALL_BUT_ZERO = -25.0


@dataclass(frozen=True, slots=True, eq=False)
class LocationScale:
    """A fitted location-scale model.

    Attributes
    ----------
    k, p, q
        Effects, coefficients of the mean, and of the log variance.
    coefficients, se, vcov, statistic, p_value, ci
        Of the mean, (p,), (p, p), (p, 2).
    scale_coefficients, scale_se, scale_vcov, scale_statistic, scale_p_value, scale_ci
        Of log tau2, (q,), (q, q), (q, 2).
    tau2
        Variance of true effects of each study, (k,).
    omnibus, scale_omnibus
        Tests of all moderators of the mean, and of the variance.
    residual_q, q_df, q_p_value
        Test of no residual heterogeneity.
    log_likelihood, ml_log_likelihood, reml_log_likelihood
        The one maximised, and both.
    n_maxima, remaining_gain
        Distinct tops that the climbs from several starts ended on, and what one more Newton step
        promises.
    method, test, level, notes, design, scale_design, yi, vi
        As used, and what a reader must know.
    """

    k: int
    p: int
    q: int
    coefficients: Floats
    se: Floats
    vcov: Floats
    statistic: Floats
    p_value: Floats
    ci: Floats
    scale_coefficients: Floats
    scale_se: Floats
    scale_vcov: Floats
    scale_statistic: Floats
    scale_p_value: Floats
    scale_ci: Floats
    tau2: Floats
    omnibus: WaldTest
    scale_omnibus: WaldTest
    residual_q: float
    q_df: int
    q_p_value: float
    log_likelihood: float
    ml_log_likelihood: float
    reml_log_likelihood: float
    n_maxima: int
    remaining_gain: float
    method: str
    test: str
    level: float
    notes: tuple[str, ...]
    design: Design = field(repr=False)
    scale_design: Design = field(repr=False)
    yi: Floats = field(repr=False)
    vi: Floats = field(repr=False)

    def fit_statistics(self, *, restricted: bool | None = None) -> FitStatistics:
        """Return log-likelihood, deviance (-2 times it), AIC, BIC and corrected AIC."""
        is_restricted = self.method == "REML" if restricted is None else restricted
        height = self.reml_log_likelihood if is_restricted else self.ml_log_likelihood
        n = self.k - self.p if is_restricted else self.k
        parameters = self.p + self.q
        size = max(n, parameters + 2)
        return FitStatistics(
            log_likelihood=height,
            deviance=-2.0 * height,
            aic=-2.0 * height + 2.0 * parameters,
            bic=-2.0 * height + parameters * float(np.log(n)) if n > 0 else float("nan"),
            aicc=-2.0 * height + 2.0 * parameters * size / (size - parameters - 1),
        )

    def table(self) -> dict[str, object]:
        """Return all coefficients as columns; `part` is "mean" or "log variance"."""
        return {
            "part": ["mean"] * self.p + ["log variance"] * self.q,
            "term": [*self.design.names, *self.scale_design.names],
            "estimate": np.concatenate((self.coefficients, self.scale_coefficients)),
            "se": np.concatenate((self.se, self.scale_se)),
            "statistic": np.concatenate((self.statistic, self.scale_statistic)),
            "p_value": np.concatenate((self.p_value, self.scale_p_value)),
            "ci_lower": np.concatenate((self.ci[:, 0], self.scale_ci[:, 0])),
            "ci_upper": np.concatenate((self.ci[:, 1], self.scale_ci[:, 1])),
        }

    def summary(self) -> str:
        """Return the result as plain text."""
        percent = f"{100 * self.level:g}%"
        lines = [f"Location-scale model, {self.method}, test {self.test}, {self.k:,} studies"]
        rows = self.table()
        for part, term, *numbers in zip(*rows.values(), strict=True):
            estimate, se, _, p, low, high = numbers
            lines.append(
                f"{part}, {term}: {estimate:.4g} (SE {se:.4g}), {percent} CI {low:.4g} to "
                f"{high:.4g}, p = {p:.4g}"
            )
        lines.append(f"tau2 from {self.tau2.min():.4g} to {self.tau2.max():.4g}")
        lines += [f"Note: {note}" for note in self.notes]
        return "\n".join(lines)


def location_scale(
    yi: npt.ArrayLike,
    vi: npt.ArrayLike,
    *,
    mods: Moderators = None,
    scale: Moderators = None,
    data: Columns | None = None,
    method: str = "REML",
    test: str = "t",
    level: float = 0.95,
) -> LocationScale:
    """Explain the mean of true effects and how much they differ at once.

    y_i = x_i b + u_i + e_i with log Var(u_i) = z_i a. Newton's method climbs from several starts;
    the highest top is taken.

    Parameters
    ----------
    yi, vi : array-like, shape (k,)
        Effects and sampling variances, one a study.
    mods, scale : str, array or None
        Moderators of the mean and of the log variance; see `design_of`.
    data : mapping of columns, optional
        Where the formulas' variables stand.
    method : {"REML", "ML"}
        Likelihood that is maximised.
    test : {"t", "z"}
        t on k - p degrees of freedom for the mean and k - q for the variance, or normal.
    level : float
        Level of all intervals.

    Raises
    ------
    TooFewStudies
        There are no more effects than coefficients.
    UserError
        Values or formulas that do not fit.

    References
    ----------
    Viechtbauer W, Lopez-Lopez JA (2022). Research Synthesis Methods 13:697-715.

    Examples
    --------
    >>> fit = location_scale(
    ...     [0.1, 0.3, 0.2, 0.9, -0.4, 0.6, 0.15, 0.8],
    ...     [0.02, 0.02, 0.03, 0.02, 0.03, 0.02, 0.01, 0.02],
    ...     scale="~ small",
    ...     data={"small": [0, 0, 0, 1, 1, 1, 0, 1]},
    ... )
    >>> bool(fit.scale_coefficients[1] > 0)
    True
    """
    one_of(method, ("REML", "ML"), "method")
    one_of(test, ("t", "z"), "test")
    level = level_between_0_and_1(level)
    y, v = effect_arrays(yi, vi)
    design, spread = design_of(mods, data, y.size), design_of(scale, data, y.size)
    if y.size <= design.p + spread.p:
        raise TooFewStudies(
            f"There are {y.size:,} effects for {design.p + spread.p:,} coefficients. Use fewer "
            "moderators."
        )
    likelihood = _Likelihood(y, v, design.matrix, spread.matrix, restricted=method == "REML")
    tops = likelihood.tops()
    return _dressed(likelihood, tops, y, v, design, spread, (method, test, level))


class _Likelihood:
    """Log-likelihood of the scale coefficients, those of the mean profiled out.

    Effects in a unit near 1, both sets of columns orthonormal; a `SmoothFunction`.
    """

    def __init__(self, y: Floats, v: Floats, x: Floats, z: Floats, *, restricted: bool) -> None:
        self.unit = float(np.exp2(np.round(0.5 * np.log2(np.exp(np.log(v).mean())))))
        self.x, self.r = np.linalg.qr(x)
        self.z, self.z_r = np.linalg.qr(z)
        self.fitted = self.x.T @ y
        self.y = (y - self.x @ self.fitted) / self.unit
        self.v = v / self.unit**2
        self.restricted = restricted

    def _parts(self, a: Floats) -> tuple[Floats, Floats, Floats, Floats, float]:
        """Return tau2, weights, (X'WX)^-1, residuals and the log-likelihood."""
        with np.errstate(over="ignore"):
            tau2 = np.exp(np.minimum(self.z @ a, 300.0))
        w = 1.0 / (self.v + tau2)
        wx = w[:, None] * self.x
        xwx = self.x.T @ wx
        sign, log_det = np.linalg.slogdet(xwx)
        if sign <= 0.0 or not np.isfinite(log_det):
            return tau2, w, np.zeros((0, 0)), w, -np.inf
        bread = np.linalg.inv(xwx)
        left = self.y - self.x @ (bread @ (wx.T @ self.y))
        k, p = self.x.shape
        value = -0.5 * (k * LOG_2PI - np.log(w).sum() + w @ left**2)
        if self.restricted:
            value += 0.5 * (p * LOG_2PI - log_det)
        return tau2, w, bread, left, float(value)

    def value(self, phi: Floats) -> float:
        """Return the log-likelihood."""
        return self._parts(phi)[4]

    def gradient(self, phi: Floats) -> tuple[float, Floats]:
        """Return the log-likelihood and its derivatives."""
        tau2, w, bread, left, value = self._parts(phi)
        return value, self.z.T @ (tau2 * self._by_variance(w, bread, left))

    def _by_variance(self, w: Floats, bread: Floats, left: Floats) -> Floats:
        """Return derivatives of the log-likelihood by each study's variance, (k,)."""
        out = 0.5 * ((w * left) ** 2 - w)
        if self.restricted:
            out += 0.5 * w**2 * np.einsum("kp,pq,kq->k", self.x, bread, self.x)
        return np.asarray(out)

    def hessian(self, phi: Floats) -> Floats:
        """Return second derivatives, exact."""
        tau2, w, bread, left, _ = self._parts(phi)
        first = self._by_variance(w, bread, left)
        # Second derivatives by variances i and j; k x k only in the low-rank part.
        wx = w[:, None] * self.x
        g = w * left
        root = np.linalg.cholesky(bread)
        u = wx @ root
        own = 0.5 * w**2 - w * g**2
        z = tau2[:, None] * self.z
        cross = (g[:, None] * u).T @ z
        out = z.T @ (own[:, None] * z) + cross.T @ cross
        if self.restricted:
            leverage = (u**2).sum(axis=1)
            out -= z.T @ ((w * leverage)[:, None] * z)
            # Sum over i, j of z_i (u_i'u_j)^2 z_j / 2, through the products of u's columns.
            for i in range(u.shape[1]):
                for j in range(u.shape[1]):
                    part = (u[:, i] * u[:, j]) @ z
                    out += 0.5 * np.outer(part, part)
        out += self.z.T @ ((tau2 * first)[:, None] * self.z)
        return np.asarray(0.5 * (out + out.T), dtype=np.float64)

    def tops(self) -> list[Ascent]:
        """Climb from several starts; the distinct tops, highest first."""
        k, q = self.z.shape
        spread = max(float(self.y @ self.y) / k, 1e-3)
        base = self.z.T @ np.full(k, np.log(spread))
        one = self.z.T @ np.ones(k)
        starts = [base + level * one for level in START_LEVELS]
        if q > 1:
            size = float(np.sqrt(k))
            for axis in np.eye(q)[: min(q, 4)]:
                starts += [base + slope * size * axis for slope in START_SLOPES]
        found: list[Ascent] = []
        for start in starts:
            top = climb(self, start, reach=2.0 * float(np.sqrt(k)))
            if np.isfinite(top.value) and not any(
                abs(top.value - other.value) < 1e-7 * (1.0 + abs(other.value)) for other in found
            ):
                found.append(top)
        return sorted(found, key=lambda top: -top.value)


def _dressed(
    likelihood: _Likelihood,
    tops: list[Ascent],
    y: Floats,
    v: Floats,
    design: Design,
    spread: Design,
    options: tuple[str, str, float],
) -> LocationScale:
    method, test, level = options
    top = tops[0]
    unit, k, p, q = likelihood.unit, y.size, design.p, spread.p
    tau2, _, bread, _, _ = likelihood._parts(top.phi)
    beta = bread @ (likelihood.x.T @ (likelihood.y / (likelihood.v + tau2)))
    b = np.linalg.solve(likelihood.r, likelihood.fitted + unit * beta)
    back = np.linalg.solve(likelihood.r, np.linalg.cholesky(bread))
    vcov = unit**2 * back @ back.T
    a = np.linalg.solve(likelihood.z_r, top.phi)
    # log tau2 in the original unit: a shift of what spans the ones.
    ones = np.linalg.lstsq(spread.matrix, np.ones(k), rcond=None)[0]
    a = a + 2.0 * np.log(unit) * ones
    inverse = np.linalg.inv(likelihood.z_r)
    scale_vcov = inverse @ np.linalg.pinv(-likelihood.hessian(top.phi)) @ inverse.T
    df, scale_df = (float(k - p), float(k - q)) if test == "t" else (np.inf, np.inf)
    se, scale_se = np.sqrt(np.diagonal(vcov)), np.sqrt(np.maximum(np.diagonal(scale_vcov), 0.0))
    reach, scale_reach = t_critical(level, df) * se, t_critical(level, scale_df) * scale_se
    w = 1.0 / v
    xw = design.matrix * w[:, None]
    left = y - design.matrix @ np.linalg.solve(design.matrix.T @ xw, xw.T @ y)
    residual_q = float(w @ left**2)
    ml, reml = _both(likelihood, top.phi, k, p)
    notes = []
    if float(np.log(tau2).min()) < ALL_BUT_ZERO:
        notes.append(
            "For some studies the variance of true effects is 0 in all but name: its logarithm has "
            "no finite estimate there, and standard errors of the scale part say little."
        )
    if len(tops) > 1:
        notes.append(f"The climbs ended on {len(tops)} different tops; the highest was taken.")
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic, scale_statistic = b / se, a / scale_se
    return LocationScale(
        k=k,
        p=p,
        q=q,
        coefficients=b,
        se=se,
        vcov=vcov,
        statistic=statistic,
        p_value=t_two_sided(statistic, df),
        ci=np.stack((b - reach, b + reach), axis=-1),
        scale_coefficients=a,
        scale_se=scale_se,
        scale_vcov=scale_vcov,
        scale_statistic=scale_statistic,
        scale_p_value=t_two_sided(scale_statistic, scale_df),
        scale_ci=np.stack((a - scale_reach, a + scale_reach), axis=-1),
        tau2=tau2 * unit**2,
        omnibus=_omnibus(b, vcov, design, df),
        scale_omnibus=_omnibus(a, scale_vcov, spread, scale_df),
        residual_q=residual_q,
        q_df=k - p,
        q_p_value=float(chi2_upper_tail(residual_q, k - p)),
        log_likelihood=reml if method == "REML" else ml,
        ml_log_likelihood=ml,
        reml_log_likelihood=reml,
        n_maxima=len(tops),
        remaining_gain=top.gain,
        method=method,
        test=test,
        level=level,
        notes=tuple(notes),
        design=design,
        scale_design=spread,
        yi=y,
        vi=v,
    )


def _both(likelihood: _Likelihood, phi: Floats, k: int, p: int) -> tuple[float, float]:
    """Return both log-likelihoods in the original unit."""
    shift = float(np.log(likelihood.unit))
    values = []
    for restricted in (False, True):
        likelihood.restricted, was = restricted, likelihood.restricted
        values.append(likelihood.value(phi) - (k - (p if restricted else 0)) * shift)
        likelihood.restricted = was
    return values[0], values[1]


def _omnibus(b: Floats, vcov: Floats, design: Design, df: float) -> WaldTest:
    """Test the moderators; all coefficients where there is nothing but an intercept."""
    at = list(design.moderators or range(design.p))
    quadratic = float(b[at] @ np.linalg.solve(vcov[np.ix_(at, at)], b[at]))
    m = len(at)
    if np.isinf(df):
        return WaldTest(quadratic, m, None, float(chi2_upper_tail(quadratic, m)))
    return WaldTest(quadratic / m, m, df, float(f_upper_tail(quadratic / m, m, df)))
