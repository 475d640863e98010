"""The average of any fitted model, and each effect's part in it."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite, nan, sqrt
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from whatworks.statistics.distributions import (
    normal_critical,
    normal_two_sided,
    t_critical,
    t_two_sided,
)
from whatworks.synthesis.model import FittedModel

__all__ = [
    "CoefficientTest",
    "PooledEffect",
    "coefficient_tests",
    "critical",
    "effect_weights",
    "own_intervals",
    "pooled_effect",
]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PooledEffect:
    """The mean of the true effects.

    Attributes
    ----------
    estimate, se, df
        Mean, standard error and degrees of freedom (infinite: normal).
    ci
        Confidence interval.
    prediction_interval
        Where the true effect of a new study is expected; None where no spread was estimated.
    p_value
        Test of no effect, two-sided.
    level
        Level of both intervals.
    """

    estimate: float
    se: float
    df: float
    ci: tuple[float, float]
    prediction_interval: tuple[float, float] | None
    p_value: float
    level: float

    @property
    def side(self) -> str:
        """Whether the interval lies "above" or "below" zero, or is "unclear"."""
        if not (isfinite(self.ci[0]) and isfinite(self.ci[1])):
            return "unclear"
        return "above" if self.ci[0] > 0 else "below" if self.ci[1] < 0 else "unclear"


class CoefficientTest(NamedTuple):
    """One coefficient: estimate, standard error, degrees of freedom, interval and p value."""

    name: str
    estimate: float
    se: float
    df: float
    ci: tuple[float, float]
    p_value: float


def coefficient_tests(fit: FittedModel) -> tuple[CoefficientTest, ...]:
    """Return the test of each coefficient, in the order of the design's columns."""
    return tuple(
        _tested(
            name, float(b), sqrt(v) if (v := float(variance)) >= 0.0 else nan, float(df), fit.level
        )
        for name, b, variance, df in zip(
            fit.design.names,
            fit.coefficients,
            np.diagonal(fit.vcov),
            fit.coefficient_df,
            strict=True,
        )
    )


def _tested(name: str, estimate: float, se: float, df: float, level: float) -> CoefficientTest:
    if not se >= 0.0:
        # No error is known: any value is possible.
        return CoefficientTest(name, estimate, inf, df, (-inf, inf), 1.0)
    half = critical(df, level) * se if se > 0.0 else 0.0
    if se > 0.0:
        z = estimate / se
        p = normal_two_sided(z) if df == inf else float(t_two_sided(z, df)) if df > 0.0 else 1.0
    else:
        p = 1.0 if estimate == 0.0 else 0.0
    return CoefficientTest(name, estimate, se, df, (estimate - half, estimate + half), float(p))


def pooled_effect(fit: FittedModel) -> PooledEffect | None:
    """Return the mean of a model without moderators; None for one with them.

    Raises
    ------
    UserError
        As the model.
    """
    if not fit.design.is_intercept_only:
        return None
    found = coefficient_tests(fit)[0]
    # Without a random part there is no estimate of how far true effects differ.
    spread = fit.prediction_variance() if fit.components else None
    prediction = None
    half = inf if spread is None else critical(found.df, fit.level) * sqrt(found.se**2 + spread)
    if isfinite(half):
        prediction = (found.estimate - half, found.estimate + half)
    return PooledEffect(
        estimate=found.estimate,
        se=found.se,
        df=found.df,
        ci=found.ci,
        prediction_interval=prediction,
        p_value=found.p_value,
        level=fit.level,
    )


def critical(df: float, level: float) -> float:
    """Return the quantile that intervals of a level reach out by; infinite without any df."""
    if df == inf:
        return normal_critical(level)
    return float(t_critical(level, df)) if df > 0.0 else inf


@runtime_checkable
class GivesWeights(Protocol):
    """A model that may weigh its effects otherwise than by its covariance."""

    @property
    def weights(self) -> Floats | None:
        """Weights of any sum, (k,); None: those of its covariance."""
        ...


def effect_weights(fit: FittedModel) -> Floats:
    """Return the weight of each effect in the mean of a model without moderators, in percent, (k,).

    Under correlated errors a weight may be negative.
    """
    own = fit.weights if isinstance(fit, GivesWeights) else None
    w = fit.marginal_covariance().solve(np.ones(fit.yi.size)) if own is None else own
    return np.asarray(100.0 * w / w.sum(), dtype=np.float64)


def own_intervals(yi: Floats, vi: Floats, level: float) -> tuple[Floats, Floats]:
    """Return the limits of each effect's own interval, from its sampling variance alone."""
    reach = normal_critical(level) * np.sqrt(vi)
    return yi - reach, yi + reach
