"""The average of any fitted model, and each effect's part in it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import inf, isfinite, isnan, nan, sqrt
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from whatworks.statistics.distributions import (
    normal_critical,
    normal_two_sided,
    t_critical,
    t_two_sided,
)
from whatworks.synthesis.model import FittedModel, VarianceComponent

__all__ = [
    "CoefficientTest",
    "LevelInterval",
    "PooledEffect",
    "coefficient_tests",
    "critical",
    "effect_weights",
    "own_intervals",
    "pooled_effect",
]

Floats = npt.NDArray[np.float64]

# A standard error below this share of the most precise effect's own is rounding.
NO_ERROR = 1e-8


class LevelInterval(NamedTuple):
    """Where the average of a new unit of a level is expected.

    `level` is as the model calls it ("study", "study/effect"), `name` its last part ("study"),
    `variance` that level's own, `n_units` how many there are; `limits` take in the levels above.
    """

    level: str
    name: str
    variance: float
    n_units: int
    limits: tuple[float, float]


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
        Where one true effect in a new study is expected; None where no spread was estimated.
    levels
        Where the average of a new unit of each level is expected, the outermost level first. Empty
        where levels do not stand one within the other, or where studies give several effects and
        the model has no level for studies: what differs between studies is then not known.
    has_no_error
        Whether the standard error is 0 for want of differences: it then says nothing of chance.
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
    levels: tuple[LevelInterval, ...] = ()
    has_no_error: bool = False

    @property
    def study_interval(self) -> tuple[float, float] | None:
        """Where the average of a new study is expected; None where the model cannot tell."""
        return self.levels[0].limits if self.levels else None

    @property
    def side(self) -> str:
        """Whether the interval lies "above" or "below" zero, or is "unclear"."""
        if self.has_no_error or not (isfinite(self.ci[0]) and isfinite(self.ci[1])):
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
    if not se >= 0.0 or isnan(df):
        # No error is known: any value is possible.
        return CoefficientTest(name, estimate, inf, 0.0, (-inf, inf), 1.0)
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
        levels=_levels(fit, found) if prediction is not None else (),
        has_no_error=found.se <= NO_ERROR * sqrt(float(fit.vi.min())),
    )


def _levels(fit: FittedModel, mean: CoefficientTest) -> tuple[LevelInterval, ...]:
    """Return the interval of each level from the outermost in; none where they are not nested."""
    k = fit.yi.size
    found = sorted(fit.components, key=lambda c: c.n_levels)
    if not all(_is_within(*pair, k) for pair in pairwise(found)) or not all(
        c.kind == "variance" and " | " not in c.level for c in found
    ):
        return ()
    # A level with a draw for each effect says nothing of studies that give several.
    if found[0].n_levels == k > len(fit.cluster_labels) or (
        found[0].is_fixed and found[0].estimate == 0.0
    ):
        return ()
    reach, total, levels = critical(mean.df, fit.level), 0.0, []
    for c in found:
        total += c.estimate
        half = reach * sqrt(mean.se**2 + total)
        name = c.level.rsplit("/", 1)[-1]
        limits = (mean.estimate - half, mean.estimate + half)
        levels.append(LevelInterval(c.level, name, c.estimate, c.n_levels, limits))
    return tuple(levels)


def _is_within(outer: VarianceComponent, inner: VarianceComponent, k: int) -> bool:
    """Whether each unit of one level lies in one unit of the other."""
    return inner.n_levels == k or inner.level.startswith(f"{outer.level}/")


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
