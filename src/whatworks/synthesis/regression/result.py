"""A fitted meta-regression, and what can be asked of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.statistics.block_covariance import BlockCovariance
from whatworks.statistics.confidence_level import level_between_0_and_1
from whatworks.statistics.diagonal_covariance import DiagonalCovariance
from whatworks.statistics.distributions import chi2_upper_tail, t_critical
from whatworks.synthesis.design import Columns, Design
from whatworks.synthesis.fit import FitStatistics, Maximum
from whatworks.synthesis.inputs import number, one_of
from whatworks.synthesis.intervals import HeterogeneityInterval
from whatworks.synthesis.model import VarianceComponent
from whatworks.synthesis.regression.estimate import (
    RegressionEstimate,
    estimate_regression,
    profile_limits,
    q_limits,
    scale,
)
from whatworks.synthesis.regression.predict import RegressionPrediction, limits, named_spread
from whatworks.synthesis.regression.wald import (
    Contrasts,
    WaldTest,
    contrasts_of,
    finite_or_none,
    wald,
)
from whatworks.synthesis.summarised import Summarised
from whatworks.synthesis.wording import p_value_figure

__all__ = ["MetaRegression"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MetaRegression(Summarised):
    """A fitted two-level model with moderators; answers to `FittedModel`.

    Attributes
    ----------
    k, p
        Number of effects and of coefficients.
    coefficients, se, vcov, statistic, coefficient_df, p_value, ci
        Estimates with tests, (p,), (p, p) and (p, 2); infinite degrees of freedom: normal.
    tau2, tau2_se, tau2_ci
        Residual variance of true effects, standard error, Q-profile interval; None where it is
        not estimated.
    i2, h2, typical_variance
        Residual heterogeneity, from tau2 and the typical variance (k - p)/tr(P); for EE from Q.
    r2
        Share of the variance of true effects that the moderators explain, in percent; None without
        moderators or where there is nothing to explain.
    q, q_df, q_p_value
        Test of no residual heterogeneity.
    omnibus
        Test of all moderators (of all coefficients without an intercept).
    dispersion
        Knapp-Hartung factor in the squared standard errors; 1 for z and t.
    log_likelihood, ml_log_likelihood, reml_log_likelihood
        The one maximised (ML for methods that maximise none), and both.
    maxima
        All local maxima of the likelihood that was maximised, by ascending tau2.
    method, test, level, weights, fixed_tau2, notes, yi, vi, design
        As used, and what a reader must know.
    """

    k: int
    p: int
    coefficients: Floats
    se: Floats
    vcov: Floats
    statistic: Floats
    coefficient_df: Floats
    p_value: Floats
    ci: Floats
    tau2: float
    tau2_se: float | None
    tau2_ci: tuple[float, float] | None
    i2: float | None
    h2: float | None
    typical_variance: float | None
    r2: float | None
    q: float
    q_df: int
    q_p_value: float
    omnibus: WaldTest
    dispersion: float
    log_likelihood: float
    ml_log_likelihood: float
    reml_log_likelihood: float
    maxima: tuple[Maximum, ...]
    method: str
    test: str
    level: float
    notes: tuple[str, ...]
    yi: Floats = field(repr=False)
    vi: Floats = field(repr=False)
    design: Design = field(repr=False)
    weights: Floats | None = field(repr=False)
    fixed_tau2: float | None = None

    @classmethod
    def of(
        cls,
        y: Floats,
        v: Floats,
        design: Design,
        *,
        method: str,
        test: str,
        level: float,
        weights: Floats | None,
        fixed_tau2: float | None,
    ) -> Self:
        """Fit a model whose arguments are checked."""
        found: RegressionEstimate = estimate_regression(
            y, v, design, method, test, level, weights, fixed_tau2
        )
        b, vcov, df = found.coefficients, found.vcov, found.df
        se = np.sqrt(np.diagonal(vcov))
        reach = t_critical(level, df) * se
        tested = design.moderators or tuple(range(design.p))
        return cls(
            k=y.size,
            p=design.p,
            coefficients=b,
            se=se,
            vcov=vcov,
            statistic=found.statistic,
            coefficient_df=np.full(design.p, df),
            p_value=found.p_value,
            ci=np.stack((b - reach, b + reach), axis=-1),
            tau2=found.tau2,
            tau2_se=found.tau2_se,
            tau2_ci=found.tau2_ci,
            i2=found.i2,
            h2=found.h2,
            typical_variance=found.typical_variance,
            r2=found.r2,
            q=found.q,
            q_df=y.size - design.p,
            q_p_value=float(chi2_upper_tail(found.q, y.size - design.p)),
            omnibus=wald(b, vcov, np.eye(design.p)[list(tested)], df),
            dispersion=found.dispersion,
            log_likelihood=found.reml if method == "REML" else found.ml,
            ml_log_likelihood=found.ml,
            reml_log_likelihood=found.reml,
            maxima=tuple(Maximum(*top) for top in found.maxima),
            method=method,
            test=test,
            level=level,
            notes=found.notes,
            yi=y,
            vi=v,
            design=design,
            weights=weights,
            fixed_tau2=fixed_tau2,
        )

    @property
    def components(self) -> tuple[VarianceComponent, ...]:
        """The variance of true effects; none for equal effects, or where it is not estimated."""
        if self.prediction_variance() is None:
            return ()
        is_fixed = self.fixed_tau2 is not None
        return (
            VarianceComponent(
                "tau2",
                "study",
                "variance",
                self.tau2,
                None if is_fixed else self.tau2_se,
                self.k,
                is_fixed,
            ),
        )

    @property
    def clusters(self) -> Ints:
        """Each effect is its own, (k,)."""
        return np.arange(self.k, dtype=np.int64)

    @property
    def cluster_labels(self) -> tuple[str, ...]:
        """Effects by number."""
        return tuple(map(str, range(1, self.k + 1)))

    def marginal_covariance(self) -> BlockCovariance:
        """Return the fitted covariance of the effects."""
        return DiagonalCovariance(self.vi + self.tau2)

    def sampling_covariance(self) -> BlockCovariance:
        """Return the covariance of the sampling errors."""
        return DiagonalCovariance(self.vi)

    def prediction_variance(self) -> float | None:
        """Return tau2; None for equal effects, and for as many coefficients as effects."""
        if self.method == "EE" or (self.k == self.p and self.fixed_tau2 is None):
            return None
        return self.tau2

    def refit(self, rows: Ints | None = None, *, yi: Floats | None = None) -> Self:
        """Fit the same model to some of the effects, or to other effects; see `FittedModel`."""
        y = self.yi if yi is None else np.asarray(yi, dtype=np.float64)
        v, design, weights = self.vi, self.design, self.weights
        if rows is not None:
            y, v, design = y[rows], v[rows], design.rows(rows)
            weights = None if weights is None else weights[rows]
        return self._fit(y, v, design, weights)

    def with_columns(self, matrix: Floats) -> Self:
        """Fit the same model with other values of its moderators' columns, (k, p)."""
        return self._fit(self.yi, self.vi, self.design.with_matrix(matrix), self.weights)

    def _fit(self, y: Floats, v: Floats, design: Design, weights: Floats | None) -> Self:
        return type(self).of(
            y,
            v,
            design,
            method=self.method,
            test=self.test,
            level=self.level,
            weights=weights,
            fixed_tau2=self.fixed_tau2,
        )

    def wald_test(
        self,
        tested: str | Sequence[int] | npt.ArrayLike | None = None,
        *,
        values: npt.ArrayLike = 0.0,
    ) -> WaldTest:
        """Test several coefficients at once.

        Parameters
        ----------
        tested : str, sequence of int, array (m, p) or None
            A term of the formula, positions of coefficients (the first is 0), contrasts one a row,
            or all moderators.
        values : array-like, shape (m,), or a number
            What they are under the hypothesis.

        Raises
        ------
        UserError
            What is tested does not exist, or its rows depend on each other.
        """
        rows = self.design.contrasts(tested)
        return wald(self.coefficients, self.vcov, rows, float(self.coefficient_df[0]), values)

    def contrasts(
        self,
        rows: Mapping[str, npt.ArrayLike] | npt.ArrayLike,
        *,
        level: float | None = None,
    ) -> Contrasts:
        """Estimate combinations of coefficients: differences of categories, effects at a dose.

        Parameters
        ----------
        rows : mapping of name to array (p,), or array (m, p)
            What each is made of. The difference between two kinds of study is that of their rows:
            ``design.for_data(one) - design.for_data(other)``.
        level : float, optional
            Level of the intervals; that of the fit if not given.

        Raises
        ------
        UserError
            Not one number for each coefficient, or nothing but zeros.
        """
        level = self.level if level is None else level_between_0_and_1(level)
        df = float(self.coefficient_df[0])
        return contrasts_of(self.coefficients, self.vcov, rows, df=df, level=level)

    def predict(
        self,
        data: Columns | npt.ArrayLike | None = None,
        *,
        level: float | None = None,
        interval: str | None = None,
        prediction_df: float | None = None,
    ) -> RegressionPrediction:
        """Return expected effects for new values of the moderators.

        Parameters
        ----------
        data : mapping or array (m, p), optional
            Values of the formula's variables, or rows of columns; the studies' own if not given.
        level : float, optional
            Level of all intervals; that of the fit if not given.
        interval : {"V", "HTS", "HK", "HK-PR", "KR", "KR-PR", "z"}, optional
            Which prediction interval, all of them estimate +- c sqrt(tau2 + SE^2); with k - p in the
            place of k - 1 those of `RandomEffects.predict`, where their sources stand. If not given,
            that of the fit's test: its standard error and degrees of freedom.
        prediction_df : float, optional
            Degrees of freedom of the fit's own interval in place of those of its test.
            k - p - 1 gives the interval of Riley, Higgins and Deeks (2011).

        Raises
        ------
        TooFewStudies
            The named interval has no degrees of freedom with so few studies.
        UserError
            Values that do not fit the model; an unknown name, a name together with `prediction_df`,
            KR for a method other than REML, a name for a fit with weights of one's own.
        """
        level = self.level if level is None else level_between_0_and_1(level)
        x = self.design.new_rows(data)
        estimate = x @ self.coefficients
        squared = np.einsum("mp,pq,mq->m", x, self.vcov, x)
        df = float(self.coefficient_df[0])
        tau2 = self.prediction_variance()
        spread, degrees = squared, np.full(estimate.size, df)
        if interval is not None and prediction_df is not None:
            raise UserError("Give interval or prediction_df, not both: a name fixes the df.")
        if prediction_df is not None:
            rule = "a number above 0"
            degrees[:] = number(prediction_df, "prediction_df", rule, low=np.nextafter(0.0, 1.0))
        elif interval is not None and tau2 is not None:
            spread, degrees = named_spread(
                scale(self.yi, self.vi, self.design.matrix),
                tau2,
                x,
                interval,
                self.method,
                has_weights=self.weights is not None,
            )
        far = spread + (np.nan if tau2 is None else tau2)
        return RegressionPrediction(
            estimate=estimate,
            se=np.sqrt(squared),
            ci=limits(estimate, squared, df, level),
            prediction_interval=limits(estimate, far, degrees, level),
            df=df,
            level=level,
            prediction_df=degrees,
            interval=interval,
        )

    def confint(self, *, type: str = "QP", level: float | None = None) -> HeterogeneityInterval:
        """Return the interval of tau2, and of tau, I2 and H2 which follow from it.

        Parameters
        ----------
        type : {"QP", "PL"}
            Q-profile, for any method; profile likelihood, for ML and REML.

        Raises
        ------
        UserError
            The model has no tau2 to estimate, or no likelihood was maximised (PL).
        """
        one_of(type, ("QP", "PL"), "type")
        level = self.level if level is None else level_between_0_and_1(level)
        if self.method == "EE" or self.typical_variance is None:
            raise UserError(
                "This model does not estimate tau2. Fit another method, or fewer terms."
            )
        if type == "QP":
            limits = q_limits(self.yi, self.vi, self.design, level)
        elif self.maxima:
            limits = profile_limits(
                self.yi, self.vi, self.design, self.tau2, level, restricted=self.method == "REML"
            )
        else:
            raise UserError(f'type "PL" needs method ML or REML; this fit used {self.method}.')
        return HeterogeneityInterval.from_tau2(
            self.tau2, limits, self.typical_variance, type=type, level=level
        )

    def vif(self) -> dict[str, float]:
        """Return variance inflation factors of the moderators, by name.

        How much larger the squared standard error is than if the moderators were unrelated, given
        the weights (Belsley, Kuh and Welsch 1980). Empty for fewer than two moderators.
        """
        at = list(self.design.moderators)
        if len(at) < 2:
            return {}
        v = self.vcov[np.ix_(at, at)]
        scale = np.sqrt(np.diagonal(v))
        inflation = np.diagonal(np.linalg.inv(v / np.outer(scale, scale)))
        return {self.design.names[i]: float(inflation[n]) for n, i in enumerate(at)}

    def hat(self) -> Floats:
        """Return the leverage of each study, (k,): the diagonal of X(X'AX)^-1X'A, weights A."""
        scaled = scale(self.yi, self.vi, self.design.matrix)
        x = scaled.profile.x
        if self.weights is not None:
            ax = self.weights[:, None] * x
            return np.asarray(np.einsum("kp,pq,kq->k", x, np.linalg.inv(x.T @ ax), ax))
        t = self.tau2 / scaled.unit**2
        half = x @ scaled.profile.sums(t).root
        return np.asarray((half**2).sum(axis=1) / (scaled.profile.v + t))

    def fit_statistics(self, *, restricted: bool | None = None) -> FitStatistics:
        """Return log-likelihood, deviance (against the saturated model), AIC, BIC, corrected AIC."""
        is_restricted = self.method == "REML" if restricted is None else restricted
        height = self.reml_log_likelihood if is_restricted else self.ml_log_likelihood
        n = self.k - self.p if is_restricted else self.k
        parameters = self.p + (self.method != "EE" and self.fixed_tau2 is None)
        deviance = -2.0 * height
        if not is_restricted:
            deviance -= float(np.log(2.0 * np.pi * self.vi).sum())
        size = max(n, parameters + 2)
        return FitStatistics(
            log_likelihood=height,
            deviance=deviance,
            aic=-2.0 * height + 2.0 * parameters,
            bic=-2.0 * height + parameters * float(np.log(n)) if n > 0 else float("nan"),
            aicc=-2.0 * height + 2.0 * parameters * size / (size - parameters - 1),
        )

    def table(self) -> dict[str, object]:
        """Return the coefficients as columns."""
        return {
            "term": list(self.design.names),
            "estimate": self.coefficients,
            "se": self.se,
            "statistic": self.statistic,
            "df": self.coefficient_df,
            "p_value": self.p_value,
            "ci_lower": self.ci[:, 0],
            "ci_upper": self.ci[:, 1],
        }

    def to_dict(self) -> dict[str, object]:
        """Return the result as values that JSON can hold."""
        df = float(self.coefficient_df[0])
        return {
            "k": self.k,
            "p": self.p,
            "coefficients": [
                {
                    "term": name,
                    "estimate": float(self.coefficients[i]),
                    "se": float(self.se[i]),
                    "statistic": finite_or_none(self.statistic[i]),
                    "df": df if np.isfinite(df) else None,
                    "p_value": finite_or_none(self.p_value[i]),
                    "ci": self.ci[i].tolist(),
                }
                for i, name in enumerate(self.design.names)
            ],
            "vcov": self.vcov.tolist(),
            "tau2": self.tau2,
            "tau2_se": self.tau2_se,
            "tau2_ci": None if self.tau2_ci is None else list(self.tau2_ci),
            "i2": self.i2,
            "h2": self.h2,
            "r2": self.r2,
            "q": self.q,
            "q_df": self.q_df,
            "q_p_value": self.q_p_value,
            "omnibus": [None if x is None else finite_or_none(x) for x in self.omnibus],
            "dispersion": self.dispersion,
            "ml_log_likelihood": self.ml_log_likelihood,
            "reml_log_likelihood": self.reml_log_likelihood,
            "maxima": [list(top) for top in self.maxima],
            "method": self.method,
            "test": self.test,
            "level": self.level,
            "notes": list(self.notes),
        }

    def summary(self) -> str:
        """Return the result as plain text."""
        percent = f"{100 * self.level:g}%"
        lines = [f"Meta-regression, {self.method}, test {self.test}, {self.k:,} studies"]
        df = "" if np.isinf(self.coefficient_df[0]) else f" on {self.coefficient_df[0]:g} df"
        for i, name in enumerate(self.design.names):
            lines.append(
                f"{name}: {self.coefficients[i]:.4g} (SE {self.se[i]:.4g}), {percent} CI "
                f"{self.ci[i, 0]:.4g} to {self.ci[i, 1]:.4g}, {p_value_figure(self.p_value[i])}{df}"
            )
        if self.i2 is not None:
            explained = "" if self.r2 is None else f", R2 {self.r2:.1f}%"
            lines.append(f"Residual tau2 {self.tau2:.4g}, I2 {self.i2:.1f}%{explained}")
        lines.append(
            f"Residual Q = {self.q:.4g} on {self.q_df:,} df, {p_value_figure(self.q_p_value)}"
        )
        lines += [f"Note: {note}" for note in self.notes]
        return "\n".join(lines)
