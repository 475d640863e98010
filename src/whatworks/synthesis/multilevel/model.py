"""A fitted model for dependent effects, and what can be asked of it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
import numpy.typing as npt

from whatworks.errors import NotFound, UserError
from whatworks.statistics.block_covariance import BlockCovariance
from whatworks.statistics.confidence_level import level_between_0_and_1
from whatworks.synthesis.design import Columns
from whatworks.synthesis.fit import FitStatistics
from whatworks.synthesis.model import FittedModel, VarianceComponent
from whatworks.synthesis.multilevel.assemble import refitted
from whatworks.synthesis.multilevel.draws import random_draws
from whatworks.synthesis.multilevel.predictions import predict
from whatworks.synthesis.multilevel.profile import profile_curve, profile_interval
from whatworks.synthesis.multilevel.results import (
    MultilevelFit,
    MultilevelPrediction,
    RandomDraws,
)
from whatworks.synthesis.multilevel.transplant import marginal_under
from whatworks.synthesis.multilevel.words import as_dict, as_text
from whatworks.synthesis.summarised import Summarised

__all__ = ["MultilevelModel"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MultilevelModel(MultilevelFit, Summarised):
    """A fitted model for dependent effects; answers to `FittedModel`.

    Its attributes are those of `MultilevelFit`.
    """

    @classmethod
    def of(cls, fit: MultilevelFit) -> Self:
        """Give a fit its verbs."""
        return cls(**{entry.name: getattr(fit, entry.name) for entry in fields(fit)})

    @property
    def estimate(self) -> float:
        """The only coefficient.

        Raises
        ------
        UserError
            There are several.
        """
        if self.p != 1:
            raise UserError(
                f"The model has {self.p} coefficients ({', '.join(self.design.names)}). "
                "Ask for coefficients, or predict(...)."
            )
        return float(self.coefficients[0])

    @property
    def sigma2(self) -> dict[str, float]:
        """Variance of each level with one draw a unit."""
        return {
            c.level: c.estimate
            for c in self.components
            if c.kind == "variance" and c.name == f"sigma2 {c.level}"
        }

    def component(self, name: str) -> VarianceComponent:
        """Return a component by its name.

        Raises
        ------
        NotFound
            There is none of that name.
        """
        for found in self.components:
            if found.name == name:
                return found
        listed = ", ".join(c.name for c in self.components) or "none"
        raise NotFound(f'There is no component "{name}". Components of this model: {listed}.')

    def marginal_covariance(self) -> BlockCovariance:
        """Return the fitted covariance of the effects, (k, k) in blocks."""
        return self.marginal

    def marginal_covariance_under(self, other: FittedModel) -> BlockCovariance | None:
        """Return the covariance of these effects under the components of a refit; see there."""
        return marginal_under(self, other) if isinstance(other, MultilevelFit) else None

    def sampling_covariance(self) -> BlockCovariance:
        """Return the covariance of the sampling errors, (k, k) in blocks."""
        return self.sampling

    def prediction_variance(self) -> float | None:
        """Return the variance of a new effect's true value; None where it differs by inner value."""
        total = 0.0
        for data, place in zip(self.terms, self.problem.slices(), strict=True):
            sds = self.phi[place][: data.structure.n_sd] * self.problem.scale
            if data.structure.n_sd > 1 and not np.allclose(np.abs(sds), np.abs(sds[0]), rtol=1e-12):
                return None
            total += float(sds[0] ** 2)
        return total

    def refit(self, rows: Ints | None = None, *, yi: Floats | None = None) -> Self:
        """Fit the same model to some of the effects, or to other effects, from this answer on.

        Parameters
        ----------
        rows : array of int, optional
            Which effects; each at most once. All of them if not given.
        yi : array, shape (k,), optional
            Effects in place of the model's own, before rows are taken.

        Raises
        ------
        UserError
            With these effects a moderator cannot be estimated.
        """
        return type(self).of(refitted(self, rows, yi))

    def with_columns(self, matrix: Floats) -> Self:
        """Fit the same model with other values of its moderators' columns, (k, p).

        Raises
        ------
        UserError
            A column can be computed from those before.
        """
        return type(self).of(refitted(self, None, None, self.design.with_matrix(matrix)))

    def confint(self, name: str, *, level: float | None = None) -> tuple[float, float]:
        """Return the profile-likelihood interval of a component.

        The whole range in which the profile is within half the chi-squared quantile of its top; an
        end that no value reaches is infinite (a variance) or the limit of correlations.

        Raises
        ------
        NotFound
            There is no component of that name.
        """
        return profile_interval(self, name, self._level(level))

    def _level(self, level: float | None) -> float:
        return self.level if level is None else level_between_0_and_1(level)

    def profile(self, name: str, values: npt.ArrayLike | None = None) -> tuple[Floats, Floats]:
        """Return values of a component and the profile log-likelihood at each.

        Raises
        ------
        NotFound
            There is no component of that name.
        """
        return profile_curve(self, name, values)

    def ranef(self, level: str) -> RandomDraws:
        """Return the predicted draws of a level.

        Raises
        ------
        NotFound
            There is no such level.
        """
        return random_draws(self, level)

    def predict(
        self,
        data: Columns | npt.ArrayLike | None = None,
        *,
        inner: str | None = None,
        level: float | None = None,
    ) -> MultilevelPrediction:
        """Return expected effects for new values of the moderators.

        Parameters
        ----------
        data : mapping or array (m, p), optional
            Values of the formula's variables, or rows of columns; the effects' own if not given
            (one row for a model without moderators).
        inner : str, optional
            Which inner value a prediction is for, where their variances differ.
        level : float, optional
            Level of all intervals; that of the fit if not given.
        """
        return predict(self, data, inner, self._level(level))

    def fit_statistics(self, *, restricted: bool | None = None) -> FitStatistics:
        """Return log-likelihood, deviance, AIC, BIC and corrected AIC.

        Only fits with the same fixed part may be compared by the restricted likelihood. The
        deviance is -2 times the log-likelihood.
        """
        is_restricted = self.method == "REML" if restricted is None else restricted
        height = self.reml_log_likelihood if is_restricted else self.ml_log_likelihood
        n = self.k - self.p if is_restricted else self.k
        parameters = self.p + sum(not c.is_fixed for c in self.components)
        size = max(n, parameters + 2)
        return FitStatistics(
            log_likelihood=height,
            deviance=-2.0 * height,
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
        return as_dict(self)

    def summary(self) -> str:
        """Return the result as plain text."""
        return as_text(self)
