"""The result of a random-effects model and what can be asked of it."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from math import isfinite
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from whatworks.errors import TooFewStudies, UserError
from whatworks.statistics.block_covariance import BlockCovariance
from whatworks.statistics.confidence_level import level_between_0_and_1
from whatworks.statistics.diagonal_covariance import DiagonalCovariance
from whatworks.synthesis.design import Design, intercept_only
from whatworks.synthesis.inputs import number, one_of
from whatworks.synthesis.intervals import (
    HeterogeneityInterval,
    profile_likelihood_limits,
    q_profile_limits,
)
from whatworks.synthesis.model import VarianceComponent
from whatworks.synthesis.pooling import critical_value
from whatworks.synthesis.prediction_intervals import PREDICTION_INTERVALS, prediction_interval
from whatworks.synthesis.random_effects_fields import Maximum, fields_of
from whatworks.synthesis.summarised import Summarised
from whatworks.synthesis.wording import p_value_figure

__all__ = ["FitStatistics", "Maximum", "Prediction", "RandomEffects"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class FitStatistics(NamedTuple):
    """Log-likelihood and what is made of it, as metafor's `fitstats`."""

    log_likelihood: float
    deviance: float
    aic: float
    bic: float
    aicc: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """The pooled effect and where the true effect of a new study is expected.

    Attributes
    ----------
    estimate, se
        Pooled effect and standard error.
    ci
        Confidence interval of the pooled effect.
    prediction_interval
        Interval for the true effect of a new study; None where tau2 is not estimated.
    level
        Level of both.
    df
        Degrees of freedom of the confidence interval; None: normal.
    prediction_df
        Degrees of freedom of the prediction interval; None: normal, or no interval.
    interval
        Which prediction interval: a name of `PREDICTION_INTERVALS`, None for that of the fit's test.
    """

    estimate: float
    se: float
    ci: tuple[float, float]
    prediction_interval: tuple[float, float] | None
    level: float
    df: int | None
    prediction_df: float | None
    interval: str | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RandomEffects(Summarised):
    """A fitted two-level random-effects model.

    Attributes
    ----------
    k
        Number of effects pooled.
    estimate, se, ci
        Pooled effect, its standard error and confidence interval.
    statistic, df, p_value
        Test of no effect: statistic, degrees of freedom (None: normal), two-sided p value.
    tau2, tau2_se, tau2_ci
        Variance of true effects, standard error, Q-profile interval. None for one study; the
        latter two also for method EE. (0, 0) when the effects differ too little for any tau2.
    i2, h2
        Percentage of the variance that is between studies, and total over sampling variance:
        from tau2 and the typical variance, for EE from Q.
    typical_variance
        (k - 1)/tr(P) with weights 1/v: the sampling variance of a typical study.
    q, q_df, q_p_value
        Cochran's test of equal true effects.
    prediction_interval
        Interval for the true effect of a new study: estimate +- c sqrt(se^2 + tau2) with c from
        t on k - 1 degrees of freedom, from the normal for test z. None for EE and one study.
    dispersion
        Knapp-Hartung factor in the squared standard error; 1 for tests z and t.
    log_likelihood
        Restricted for REML, otherwise not; constants as metafor's (+ log(k)/2 when restricted).
    ml_log_likelihood, reml_log_likelihood
        Both of them at the estimates.
    maxima
        All local maxima of the likelihood that was maximised, by ascending tau2; empty for
        methods that maximise none.
    method, test, level
        As used.
    notes
        Sentences a reader must know.
    yi, vi
        The effects and variances, read-only.
    """

    k: int
    estimate: float
    se: float
    ci: tuple[float, float]
    statistic: float
    df: int | None
    p_value: float
    tau2: float | None
    tau2_se: float | None
    tau2_ci: tuple[float, float] | None
    i2: float | None
    h2: float | None
    typical_variance: float | None
    q: float
    q_df: int
    q_p_value: float
    prediction_interval: tuple[float, float] | None
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

    @classmethod
    def of(cls, y: Floats, v: Floats, *, method: str, test: str, level: float) -> Self:
        """Fit a model whose arguments are checked; see `random_effects`."""
        return cls(**fields_of(y, v, method, test, level))

    @property
    def design(self) -> Design:
        """One mean."""
        return intercept_only(self.k)

    @property
    def coefficients(self) -> Floats:
        """The pooled effect, (1,)."""
        return np.array([self.estimate])

    @property
    def vcov(self) -> Floats:
        """Its variance, (1, 1)."""
        return np.array([[self.se**2]])

    @property
    def coefficient_df(self) -> Floats:
        """Degrees of freedom, (1,); infinite: normal."""
        return np.array([np.inf if self.df is None else float(self.df)])

    @property
    def components(self) -> tuple[VarianceComponent, ...]:
        """The variance of true effects; none for equal effects and one study."""
        if self.tau2 is None or self.method == "EE":
            return ()
        return (VarianceComponent("tau2", "study", "variance", self.tau2, self.tau2_se, self.k),)

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
        return DiagonalCovariance(self.vi + (self.tau2 or 0.0))

    def sampling_covariance(self) -> BlockCovariance:
        """Return the covariance of the sampling errors."""
        return DiagonalCovariance(self.vi)

    def prediction_variance(self) -> float | None:
        """Return tau2; None where it is not estimated."""
        return None if self.method == "EE" else self.tau2

    def refit(self, rows: Ints | None = None, *, yi: Floats | None = None) -> Self:
        """Fit the same model to some of the effects, or to other effects; see `FittedModel`.

        Raises
        ------
        TooFewStudies
            No effect is left.
        """
        y = self.yi if yi is None else np.asarray(yi, dtype=np.float64)
        y, v = (y, self.vi) if rows is None else (y[rows], self.vi[rows])
        if y.size == 0:
            raise TooFewStudies("There is no effect to pool. Give at least one.")
        return type(self).of(y, v, method=self.method, test=self.test, level=self.level)

    @property
    def weights(self) -> Floats:
        """Weight of each effect in percent, shape (k,)."""
        w = 1.0 / (self.vi + (self.tau2 or 0.0))
        return np.asarray(100.0 * w / w.sum(), dtype=np.float64)

    def predict(
        self,
        *,
        level: float | None = None,
        interval: str | None = None,
        prediction_df: int | None = None,
    ) -> Prediction:
        """Return the pooled effect with its confidence and prediction interval.

        Parameters
        ----------
        level : float, optional
            Level of both intervals; that of the fit if not given.
        interval : {"V", "HTS", "HK", "HK-PR", "KR", "KR-PR", "z"}, optional
            Which prediction interval, all of them estimate +- c sqrt(tau2 + SE^2). If not given,
            that of the fit's test: its standard error and degrees of freedom, as metafor (for test
            knha the same as "HK", for t as "V", for z as "z").

            V: Wald standard error, t on k - 1 (Veroniki et al. 2019).
            HTS: Wald, t on k - 2 (Higgins, Thompson and Spiegelhalter 2009).
            HK: Knapp-Hartung standard error, t on k - 1.
            HK-PR: Knapp-Hartung, t on k - 2 (Partlett and Riley 2017).
            KR: standard error and degrees of freedom of Kenward and Roger (1997); REML only.
            KR-PR: the same with one degree of freedom less (Partlett and Riley 2017).
            z: Wald, normal: too short unless there are many studies.
        prediction_df : int, optional
            Degrees of freedom of the fit's own interval in place of those of its test.

        Raises
        ------
        TooFewStudies
            The named interval has no degrees of freedom with so few studies.
        UserError
            An unknown name, a name together with `prediction_df`, KR for a method other than REML,
            or `prediction_df` not above 0.

        References
        ----------
        Veroniki AA et al. (2019). Research Synthesis Methods 10:23-43.
        Higgins JPT, Thompson SG, Spiegelhalter DJ (2009). JRSS A 172:137-159.
        Partlett C, Riley RD (2017). Statistics in Medicine 36:301-317.
        Kenward MG, Roger JH (1997). Biometrics 53:983-997.
        """
        level = self.level if level is None else level_between_0_and_1(level)
        half = self._critical(self.df, level) * self.se
        limits, used = self._new_study(level, interval, prediction_df)
        return Prediction(
            estimate=self.estimate,
            se=self.se,
            ci=(self.estimate - half, self.estimate + half),
            prediction_interval=limits,
            level=level,
            df=self.df,
            prediction_df=used,
            interval=interval,
        )

    def _new_study(
        self, level: float, interval: str | None, prediction_df: int | None
    ) -> tuple[tuple[float, float] | None, float | None]:
        """Return the prediction interval and its degrees of freedom."""
        if interval is not None:
            one_of(interval, PREDICTION_INTERVALS, "interval")
            if prediction_df is not None:
                raise UserError("Give interval or prediction_df, not both: a name fixes the df.")
        if prediction_df is not None:
            number(prediction_df, "prediction_df", "a number of degrees of freedom, 1 or more")
        if prediction_df is not None and prediction_df < 1:
            raise UserError(
                f"prediction_df is {prediction_df}; it must be 1 or more. With k = {self.k} studies "
                "and k - 2 degrees of freedom three studies are needed."
            )
        if self.prediction_interval is None or self.tau2 is None:
            return None, None
        if interval is not None:
            found = prediction_interval(
                self.vi,
                self.yi,
                self.tau2,
                self.estimate,
                self.method,
                name=interval,
                level=level,
            )
            return found.limits, found.df if isfinite(found.df) else None
        used = self.df if prediction_df is None else prediction_df
        reach = self._critical(used, level) * float(np.hypot(self.se, np.sqrt(self.tau2)))
        return (self.estimate - reach, self.estimate + reach), used

    @staticmethod
    def _critical(df: int | None, level: float) -> float:
        return float(critical_value("z" if df is None else "t", np.float64(df or 0), level))

    def confint(self, *, type: str = "QP", level: float | None = None) -> HeterogeneityInterval:
        """Return the interval of tau2, and of tau, I2 and H2 which follow from it.

        Parameters
        ----------
        type : {"QP", "PL"}
            Q-profile, for any method; profile likelihood, for ML and REML.
        level : float, optional
            Level; that of the fit if not given.

        Raises
        ------
        TooFewStudies
            One study.
        UserError
            The model has no tau2 to estimate (EE), or no likelihood was maximised (PL).
        """
        one_of(type, ("QP", "PL"), "type")
        level = self.level if level is None else level_between_0_and_1(level)
        if self.tau2 is None or self.typical_variance is None:
            raise TooFewStudies("The interval of tau2 needs two studies; there is one.")
        if self.method == "EE":
            raise UserError("Method EE assumes tau2 = 0. Fit another method to estimate it.")
        if type == "QP":
            limits = q_profile_limits(self.yi, self.vi, level)
        elif self.maxima:
            limits = profile_likelihood_limits(
                self.yi, self.vi, self.tau2, level, restricted=self.method == "REML"
            )
        else:
            raise UserError(f'type "PL" needs method ML or REML; this fit used {self.method}.')
        return HeterogeneityInterval.from_tau2(
            self.tau2, limits, self.typical_variance, type=type, level=level
        )

    def fit_statistics(self, *, restricted: bool | None = None) -> FitStatistics:
        """Return log-likelihood, deviance, AIC, BIC and corrected AIC.

        Parameters
        ----------
        restricted : bool, optional
            Which likelihood; the restricted one for REML if not given. Only fits with the same
            fixed effects may be compared by the restricted one.
        """
        is_restricted = self.method == "REML" if restricted is None else restricted
        height = self.reml_log_likelihood if is_restricted else self.ml_log_likelihood
        n = self.k - 1 if is_restricted else self.k
        parameters = 1 if self.method == "EE" else 2
        deviance = -2.0 * height
        if not is_restricted:
            # Against the saturated model, which gives each effect its own mean.
            deviance -= float(np.log(2.0 * np.pi * self.vi).sum()) if self.k > 1 else deviance
        size = max(n, parameters + 2)
        return FitStatistics(
            log_likelihood=height,
            deviance=deviance,
            aic=-2.0 * height + 2.0 * parameters,
            bic=-2.0 * height + parameters * float(np.log(n)) if n > 0 else float("nan"),
            aicc=-2.0 * height + 2.0 * parameters * size / (size - parameters - 1),
        )

    def table(self) -> dict[str, Floats]:
        """Return the studies as columns: effect, variance, its own interval, weight in percent."""
        se = np.sqrt(self.vi)
        reach = self._critical(None, self.level) * se
        return {
            "yi": self.yi,
            "vi": self.vi,
            "se": se,
            "ci_lower": self.yi - reach,
            "ci_upper": self.yi + reach,
            "weight_percent": self.weights,
        }

    def to_dict(self) -> dict[str, object]:
        """Return all fields but the data, as values that JSON can hold."""
        left_out = ("yi", "vi", "maxima")
        result: dict[str, object] = {
            entry.name: _plain(getattr(self, entry.name))
            for entry in fields(self)
            if entry.name not in left_out
        }
        result["maxima"] = [
            {"tau2": found.tau2, "log_likelihood": found.log_likelihood} for found in self.maxima
        ]
        return result

    def summary(self) -> str:
        """Return the result as plain text."""
        percent = f"{100 * self.level:g}%"
        name = f"Random effects, {self.method}" if self.method != "EE" else "Equal effects"
        lines = [f"{name}, test {self.test}, {self.k:,} {'study' if self.k == 1 else 'studies'}"]
        lines.append(
            f"Effect {_digits(self.estimate)} (SE {_digits(self.se)}), "
            f"{percent} CI {_span(self.ci)}, {p_value_figure(self.p_value)}"
        )
        if self.prediction_interval is not None:
            lines.append(f"{percent} prediction interval {_span(self.prediction_interval)}")
        if self.tau2 is not None and self.i2 is not None:
            limits = f" ({percent} CI {_span(self.tau2_ci)})" if self.tau2_ci else ""
            lines.append(f"tau2 {_digits(self.tau2)}{limits}, I2 {self.i2:.1f}%")
            lines.append(f"Q = {self.q:.4g} on {self.q_df:,} df, {p_value_figure(self.q_p_value)}")
        lines += [f"Note: {note}" for note in self.notes]
        return "\n".join(lines)


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    # JSON has no infinity: the statistic of effects without any spread.
    return None if isinstance(value, float) and not isfinite(value) else value


def _digits(value: float) -> str:
    return f"{value:.4g}"


def _span(limits: tuple[float, float]) -> str:
    return f"{_digits(limits[0])} to {_digits(limits[1])}"
