"""A fitted location-scale model, and what can be asked of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
import numpy.typing as npt

from whatworks.statistics.confidence_level import level_between_0_and_1
from whatworks.statistics.diagonal_covariance import DiagonalCovariance
from whatworks.synthesis.design import Columns, Design
from whatworks.synthesis.fit import FitStatistics
from whatworks.synthesis.inputs import one_of
from whatworks.synthesis.model import FittedModel, VarianceComponent
from whatworks.synthesis.regression.location_scale_fields import location_scale_fields
from whatworks.synthesis.regression.predict import RegressionPrediction, limits
from whatworks.synthesis.regression.wald import WaldTest, finite_or_none, wald
from whatworks.synthesis.summarised import Summarised
from whatworks.synthesis.wording import p_value_figure

__all__ = ["LocationScale"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LocationScale(Summarised):
    """A fitted location-scale model.

    Attributes
    ----------
    k, p, q
        Effects, coefficients of the mean, and of the variance.
    coefficients, se, vcov, statistic, p_value, ci
        Of the mean, (p,), (p, p), (p, 2).
    scale_coefficients, scale_se, scale_vcov, scale_statistic, scale_p_value, scale_ci
        Of log tau2, or of tau2 itself for link "identity", (q,), (q, q), (q, 2). NaN where the data
        do not say.
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
    method, test, level, link, notes, design, scale_design, yi, vi
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
    link: str
    notes: tuple[str, ...]
    design: Design = field(repr=False)
    scale_design: Design = field(repr=False)
    yi: Floats = field(repr=False)
    vi: Floats = field(repr=False)

    @classmethod
    def of(
        cls,
        y: Floats,
        v: Floats,
        design: Design,
        spread: Design,
        *,
        method: str,
        test: str,
        level: float,
        link: str,
    ) -> Self:
        """Fit a model whose arguments are checked; see `location_scale`."""
        return cls(**location_scale_fields(y, v, design, spread, method, test, level, link))

    @property
    def coefficient_df(self) -> Floats:
        """Degrees of freedom of the mean's coefficients, (p,); infinite: normal."""
        return np.full(self.p, float(self.k - self.p) if self.test == "t" else np.inf)

    @property
    def components(self) -> tuple[VarianceComponent, ...]:
        """The variance of true effects, where it is the same for all studies; none elsewhere."""
        if not self.scale_design.is_intercept_only:
            return ()
        value = float(self.tau2[0])
        se = float(self.scale_se[0]) * (value if self.link == "log" else 1.0)
        known = se if np.isfinite(se) else None
        return (VarianceComponent("tau2", "effect", "variance", value, known, self.k),)

    @property
    def clusters(self) -> Ints:
        """Each effect is its own independent unit, (k,)."""
        return np.arange(self.k, dtype=np.int64)

    @property
    def cluster_labels(self) -> tuple[str, ...]:
        """Number of each effect, from 1."""
        return tuple(str(i + 1) for i in range(self.k))

    def marginal_covariance(self) -> DiagonalCovariance:
        """Return the fitted covariance of the effects, (k, k)."""
        return DiagonalCovariance(self.vi + self.tau2)

    def sampling_covariance(self) -> DiagonalCovariance:
        """Return the covariance of the sampling errors, (k, k)."""
        return DiagonalCovariance(self.vi)

    def prediction_variance(self) -> float | None:
        """Return tau2 where it is the same for all studies; None where moderators explain it."""
        return self.components[0].estimate if self.components else None

    def marginal_covariance_under(self, other: FittedModel) -> DiagonalCovariance | None:
        """Return the covariance of these effects under the scale coefficients of a refit."""
        if not isinstance(other, LocationScale):
            return None
        return DiagonalCovariance(self.vi + other.tau2_of(self.scale_design.matrix))

    def tau2_of(self, z: Floats) -> Floats:
        """Return the variance of true effects for rows of the scale's design, (m, q) to (m,)."""
        eta = z @ self.scale_coefficients
        return np.asarray(np.exp(eta) if self.link == "log" else np.maximum(eta, 0.0))

    def refit(self, rows: Ints | None = None, *, yi: Floats | None = None) -> Self:
        """Fit the same model to some of the effects, or to other effects; see `FittedModel`."""
        y = self.yi if yi is None else np.asarray(yi, dtype=np.float64)
        v, design, spread = self.vi, self.design, self.scale_design
        if rows is not None:
            y, v, design, spread = y[rows], v[rows], design.rows(rows), spread.rows(rows)
        return type(self).of(
            y,
            v,
            design,
            spread,
            method=self.method,
            test=self.test,
            level=self.level,
            link=self.link,
        )

    def wald_test(
        self,
        tested: str | Sequence[int] | npt.ArrayLike | None = None,
        *,
        part: str = "mean",
        values: npt.ArrayLike = 0.0,
    ) -> WaldTest:
        """Test several coefficients at once.

        Parameters
        ----------
        tested, values
            As in `MetaRegression.wald_test`.
        part : {"mean", "scale"}
            Whose coefficients.

        Raises
        ------
        UserError
            What is tested does not exist, or its rows depend on each other.
        """
        if one_of(part, ("mean", "scale"), "part") == "mean":
            rows, df = self.design.contrasts(tested), float(self.coefficient_df[0])
            return wald(self.coefficients, self.vcov, rows, df, values)
        rows = self.scale_design.contrasts(tested)
        df = float(self.k - self.q) if self.test == "t" else np.inf
        return wald(self.scale_coefficients, self.scale_vcov, rows, df, values)

    def predict(
        self, data: Columns | None = None, *, level: float | None = None
    ) -> RegressionPrediction:
        """Return expected effects, with the prediction interval of each kind of study.

        Parameters
        ----------
        data : mapping of columns, optional
            New values of the variables of both formulas; the studies' own if not given.
        level : float, optional
            Level of all intervals; that of the fit if not given.

        Raises
        ------
        UserError
            A variable is missing, or the moderators were given as columns.
        """
        level = self.level if level is None else level_between_0_and_1(level)
        x, z = self.design.matrix, self.scale_design.matrix
        if data is not None:
            x, z = self.design.for_data(data), self.scale_design.for_data(data)
        estimate = x @ self.coefficients
        squared = np.einsum("mp,pq,mq->m", x, self.vcov, x)
        far = squared + self.tau2_of(z)
        estimate, squared = np.broadcast_arrays(estimate, squared, far)[:2]
        df = float(self.coefficient_df[0])
        return RegressionPrediction(
            estimate=estimate,
            se=np.sqrt(squared),
            ci=limits(estimate, squared, df, level),
            prediction_interval=limits(estimate, far, df, level),
            df=df,
            level=level,
            prediction_df=np.full(estimate.size, df),
        )

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
        """Return all coefficients as columns; `part` is "mean", or "log variance" or "variance"."""
        spread = "log variance" if self.link == "log" else "variance"
        return {
            "part": ["mean"] * self.p + [spread] * self.q,
            "term": [*self.design.names, *self.scale_design.names],
            "estimate": np.concatenate((self.coefficients, self.scale_coefficients)),
            "se": np.concatenate((self.se, self.scale_se)),
            "statistic": np.concatenate((self.statistic, self.scale_statistic)),
            "p_value": np.concatenate((self.p_value, self.scale_p_value)),
            "ci_lower": np.concatenate((self.ci[:, 0], self.scale_ci[:, 0])),
            "ci_upper": np.concatenate((self.ci[:, 1], self.scale_ci[:, 1])),
        }

    def to_dict(self) -> dict[str, object]:
        """Return the result as values that JSON can hold: None where a number is not finite."""
        columns = {
            name: [
                finite_or_none(x) if isinstance(x, float) else x
                for x in np.asarray(column).tolist()
            ]
            for name, column in self.table().items()
        }
        return {
            "k": self.k,
            "coefficients": columns,
            "tau2": self.tau2.tolist(),
            "omnibus": [None if x is None else finite_or_none(x) for x in self.omnibus],
            "scale_omnibus": [None if x is None else finite_or_none(x) for x in self.scale_omnibus],
            "residual_q": self.residual_q,
            "q_df": self.q_df,
            "q_p_value": self.q_p_value,
            "ml_log_likelihood": self.ml_log_likelihood,
            "reml_log_likelihood": self.reml_log_likelihood,
            "n_maxima": self.n_maxima,
            "remaining_gain": self.remaining_gain,
            "method": self.method,
            "test": self.test,
            "level": self.level,
            "link": self.link,
            "notes": list(self.notes),
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
                f"{high:.4g}, {p_value_figure(p)}"
            )
        lines.append(f"tau2 from {self.tau2.min():.4g} to {self.tau2.max():.4g}")
        lines += [f"Note: {note}" for note in self.notes]
        return "\n".join(lines)
