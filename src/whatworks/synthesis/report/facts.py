"""What a report may say of a model: read from the model, not assumed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.statistics.block_covariance import BlockCovariance
from whatworks.synthesis.fit import RandomEffects
from whatworks.synthesis.inference_view import Inference, as_fitted
from whatworks.synthesis.model import FittedModel, VarianceComponent
from whatworks.synthesis.multilevel import KenwardRoger, MultilevelModel
from whatworks.synthesis.pooled_effect import (
    CoefficientTest,
    PooledEffect,
    coefficient_tests,
    pooled_effect,
)
from whatworks.synthesis.regression import LocationScale, MetaRegression
from whatworks.synthesis.robust import RobustInference, RobustMetaRegression

__all__ = ["Facts", "Heterogeneity", "facts_of"]

Floats = npt.NDArray[np.float64]

# Robust tests with fewer degrees of freedom are off (Tipton 2015), and so few studies say little.
FEWEST_DF = 4.0
FEW_STUDIES = 5
# From this many on it is not the number of studies that makes degrees of freedom few.
MANY_STUDIES = 20
# With fewer effects left over the share of the differences explained is a rough guess.
ENOUGH_FOR_SHARE = 40
# Correlations closer than this are one number.
_SAME = 1e-6


@dataclass(frozen=True, slots=True)
class Heterogeneity:
    """Cochran's Q about the fixed part, and I2 in percent; None: not there."""

    q: float | None
    df: int
    p_value: float | None
    i2: float | None


@dataclass(frozen=True, slots=True)
class Facts:
    """A fitted model in the terms of a report.

    Attributes
    ----------
    fit, robust
        The model, and robust inference from it if that is what is reported.
    moments
        The model where it is a robust meta-regression by moments.
    location_scale
        The model where moderators explain the spread.
    kind
        "one" (one study), "equal" (one true effect), "two-level", "multilevel", "moments",
        "location-scale" or "fixed" (known covariance, no random part).
    n_effects, n_studies, effects_a_study
        Effects, independent units, and the fewest and most effects of a unit.
    average, tests
        Mean of a model without moderators, and tests of all coefficients.
    heterogeneity
        Q and I2, if the model has them.
    omnibus
        Statistic, degrees of freedom (second None: chi-squared) and p value of all moderators.
    tau2_ci
        Interval of tau2, if the model has one.
    r2
        Share of the differences that the moderators explain, in percent.
    sampling_correlations
        Lowest and highest correlation between sampling errors of two effects of one study; None
        where all are independent.
    n_maxima
        Local maxima of the likelihood; 0 where none was maximised.
    df_method
        How a multilevel model counts degrees of freedom.
    """

    fit: FittedModel
    robust: RobustInference | None
    moments: RobustMetaRegression | None
    location_scale: LocationScale | None
    kind: str
    n_effects: int
    n_studies: int
    effects_a_study: tuple[int, int]
    average: PooledEffect | None
    tests: tuple[CoefficientTest, ...]
    heterogeneity: Heterogeneity | None
    omnibus: tuple[float, int, float | None, float] | None
    tau2_ci: tuple[float, float] | None
    r2: float | None
    sampling_correlations: tuple[float, float] | None
    n_maxima: int
    df_method: str | None

    @property
    def is_contradictory(self) -> bool:
        """Whether the sampling covariance is not positive definite: Q does not exist."""
        return (
            self.kind != "moments"
            and self.heterogeneity is not None
            and self.heterogeneity.q is None
        )

    @property
    def is_robust(self) -> bool:
        """Whether the tests allow for dependence of any kind within clusters."""
        return self.robust is not None or self.moments is not None

    @property
    def variances(self) -> tuple[VarianceComponent, ...]:
        """Variances of the random part."""
        return tuple(c for c in self.fit.components if c.kind == "variance")

    @property
    def has_spread(self) -> bool:
        """Whether differences between true effects were estimated, and are above 0."""
        return any(c.estimate > 0.0 for c in self.variances)

    @property
    def is_dependent(self) -> bool:
        """Whether some study has several effects."""
        return self.n_studies < self.n_effects

    @property
    def lowest_df(self) -> float:
        """Fewest degrees of freedom of a coefficient."""
        return min(test.df for test in self.tests)


def facts_of(fit: FittedModel | Inference) -> Facts:
    """Read a model."""
    model = as_fitted(fit)
    robust = fit if isinstance(fit, RobustInference) else None
    inner = fit.model if isinstance(fit, Inference) else model
    count = np.bincount(model.clusters)
    omnibus = None
    if not model.design.is_intercept_only:
        omnibus = _omnibus(fit)
    return Facts(
        fit=model,
        robust=robust,
        moments=inner if isinstance(inner, RobustMetaRegression) else None,
        location_scale=inner if isinstance(inner, LocationScale) else None,
        kind=_kind(inner),
        n_effects=int(model.yi.size),
        n_studies=int(count.size),
        effects_a_study=(int(count.min()), int(count.max())),
        average=pooled_effect(model),
        tests=coefficient_tests(model),
        heterogeneity=_heterogeneity(inner),
        omnibus=omnibus,
        tau2_ci=inner.tau2_ci if isinstance(inner, (RandomEffects, MetaRegression)) else None,
        r2=inner.r2 if isinstance(inner, MetaRegression) and _kind(inner) != "equal" else None,
        sampling_correlations=_correlations(model.sampling_covariance()),
        n_maxima=_maxima(inner),
        df_method=inner.df_method if isinstance(inner, MultilevelModel) else None,
    )


def _kind(fit: FittedModel) -> str:
    if fit.yi.size == 1:
        return "one"
    if fit.method in ("EE", "FE"):
        return "equal"
    if isinstance(fit, RobustMetaRegression):
        return "moments"
    if isinstance(fit, LocationScale):
        return "location-scale"
    if isinstance(fit, MultilevelModel):
        if not fit.components:
            return "fixed"
        return "multilevel"
    return "two-level" if len(fit.cluster_labels) == fit.yi.size else "multilevel"


def _heterogeneity(fit: FittedModel) -> Heterogeneity | None:
    if isinstance(fit, (RandomEffects, MetaRegression, MultilevelModel)) and fit.yi.size > 1:
        if fit.q_df < 1:
            return None
        return Heterogeneity(fit.q, fit.q_df, fit.q_p_value, fit.i2)
    if isinstance(fit, LocationScale):
        return Heterogeneity(fit.residual_q, fit.q_df, fit.q_p_value, None)
    if isinstance(fit, RobustMetaRegression) and fit.i2 is not None:
        return Heterogeneity(None, fit.n_studies - fit.design.p, None, fit.i2)
    return None


def _omnibus(
    fit: FittedModel | Inference,
) -> tuple[float, int, float | None, float] | None:
    if isinstance(fit, KenwardRoger):
        test = fit.test(fit.model.design.contrasts(None))
        return test.statistic, test.df1, test.df2, test.p_value
    if isinstance(fit, RobustInference):
        try:
            wald = fit.wald()
        except (ValueError, ArithmeticError, np.linalg.LinAlgError):
            return None
        df2 = float(wald.df2) if wald.df2 is not None and np.isfinite(wald.df2) else None
        return float(wald.statistic), int(wald.df1), df2, float(wald.p_value)
    if isinstance(fit, (MetaRegression, MultilevelModel, LocationScale)):
        found = fit.omnibus
        return found.statistic, found.df1, found.df2, found.p_value
    return None


def _maxima(fit: FittedModel) -> int:
    if isinstance(fit, MultilevelModel):
        return len(fit.certificate.maxima)
    if isinstance(fit, LocationScale):
        return fit.n_maxima
    return len(fit.maxima) if isinstance(fit, (RandomEffects, MetaRegression)) else 0


def _correlations(covariance: BlockCovariance) -> tuple[float, float] | None:
    """Return the lowest and highest correlation inside the blocks."""
    lowest, highest = np.inf, -np.inf
    for stack in covariance.stacks():
        n = stack.rows.shape[1]
        if n == 1:
            continue
        sd = np.sqrt(np.diagonal(stack.matrices, axis1=1, axis2=2))
        off = ~np.eye(n, dtype=np.bool_)
        r = (stack.matrices / (sd[:, :, None] * sd[:, None, :]))[:, off]
        lowest, highest = min(lowest, float(r.min())), max(highest, float(r.max()))
    if highest < lowest or (abs(lowest) < _SAME and abs(highest) < _SAME):
        return None
    return lowest, highest
