"""The average of effects that come several to a study: how a strand is pooled."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite

import numpy as np

from whatworks.extraction.nouns import Effect
from whatworks.release.study_units import study_units
from whatworks.statistics.distributions import normal_critical, normal_two_sided
from whatworks.synthesis import (
    MultilevelModel,
    PossibleMisuse,
    robust,
    smooth_by_cluster,
    working_model,
)

__all__ = ["BETWEEN", "TRUSTED_DF", "WITHIN", "DependentPool", "pool_dependent"]

# Components of the working model: variance between studies, and between effects of one study.
BETWEEN = "sigma2 study"
WITHIN = "sigma2 study/effect"
# Below this the t approximation itself is off (Tipton 2015, Psychological Methods 20:375-393).
TRUSTED_DF = 4.0
# A robust standard error below this share of the model's own is rounding: residuals tell no error.
NO_ERROR_TOLD = 1e-6

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class DependentPool:
    """An average with what can be said about its error; None where the data say nothing.

    Attributes
    ----------
    estimate
        Average effect.
    se, df, p_value, ci
        Robust standard error, Satterthwaite's degrees of freedom, two-sided p, limits. One study:
        those of its combined effect under the normal distribution, with no degrees of freedom.
    prediction_interval
        Where the true effect on one measure in a new study is expected.
    tau2, omega2
        Variance of true effects between studies, and within.
    inference_note
        How to read the interval and p value.
    model
        The working model; None for one study.
    """

    estimate: float
    se: float | None
    df: float | None
    p_value: float | None
    ci: Interval | None
    prediction_interval: Interval | None
    tau2: float | None
    omega2: float | None
    inference_note: str | None
    model: MultilevelModel | None = field(repr=False)


def pool_dependent(
    effects: Sequence[Effect],
    *,
    rho: float,
    smooth_vi: bool,
    working: str,
    method: str,
    adjustment: str,
    test: str,
    level: float,
) -> DependentPool:
    """Average effects by a working model, with inference that does not trust the model.

    Parameters
    ----------
    effects : sequence of Effect
        One or more; several of one study are dependent.
    rho : float
        Correlation assumed between sampling errors of one study.
    smooth_vi : bool
        Give each effect the mean variance of its study, so that weights within a study do not follow
        chance and none is negative.
    working : {"CHE", "CE"}
        Working model; see `synthesis.working_model`.
    method : {"REML", "ML"}
        How its variances are estimated.
    adjustment, test : str
        Type of robust variance and of its degrees of freedom; see `synthesis.robust`.
    level : float
        Level of all intervals.

    References
    ----------
    Pustejovsky JE, Tipton E (2022). Prevention Science 23:425-438.
    """
    yi = np.array([effect.yi for effect in effects])
    vi = np.array([effect.vi for effect in effects])
    study = np.array([effect.study_id for effect in effects])
    if np.unique(study).size == 1:
        return _one_study(effects, rho, smooth_vi, level)
    if smooth_vi:
        vi = smooth_by_cluster(vi, study)
    with warnings.catch_warnings():
        # Doubtful effects carry a plausibility flag already; those that are kept in are meant.
        warnings.simplefilter("ignore", PossibleMisuse)
        model = working_model(yi, vi, study, kind=working, rho=rho, method=method, level=level)
        found = robust(model, type=adjustment, test=test)
    variances = {component.name: component.estimate for component in model.components}
    df, se = float(found.df[0]), float(found.se[0])
    is_told = isfinite(se) and se > NO_ERROR_TOLD * float(model.se[0])
    low, high = (float(limit) for limit in found.ci[0])
    return DependentPool(
        estimate=found.estimate,
        se=se if is_told else None,
        df=df if isfinite(df) else None,
        p_value=float(found.p_value[0]) if is_told else None,
        ci=(low, high) if is_told else None,
        prediction_interval=found.prediction_interval if is_told else None,
        tau2=variances.get(BETWEEN, 0.0),
        omega2=variances.get(WITHIN, 0.0),
        inference_note=_inference_note(df, is_told),
        model=model,
    )


def _inference_note(df: float, is_told: bool) -> str | None:
    """Return how far the interval and p value can be trusted; None where they can."""
    if not is_told:
        return (
            "The studies agree exactly, or one of them decides alone: their differences cannot tell "
            "the error of the average."
        )
    if df < TRUSTED_DF:
        return (
            f"There are {df:.1f} degrees of freedom. Below 4 the interval and the p value cannot be "
            "trusted: there are too few studies, or a few of them decide."
        )
    return None


def _one_study(
    effects: Sequence[Effect], rho: float, smooth_vi: bool, level: float
) -> DependentPool:
    """Return the mean of one study's effects with its normal interval."""
    joined = study_units(effects, rho=rho, smooth_vi=smooth_vi, tau2=0.0, omega2=0.0)
    estimate, se = float(joined.yi[0]), float(joined.vi[0]) ** 0.5
    reach = normal_critical(level) * se
    return DependentPool(
        estimate=estimate,
        se=se,
        df=None,
        p_value=float(normal_two_sided(estimate / se)),
        ci=(estimate - reach, estimate + reach),
        prediction_interval=None,
        tau2=None,
        omega2=None,
        inference_note=(
            "There is one study. The interval is that of its own sampling error, by the normal "
            "distribution: it leaves out how much studies differ."
        ),
        model=None,
    )
