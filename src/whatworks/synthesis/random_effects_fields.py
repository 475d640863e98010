"""The fields of a random-effects result, from the only group of a batch or from one study."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from whatworks.statistics.distributions import normal_critical, normal_two_sided
from whatworks.synthesis.heterogeneity import LIKELIHOOD_METHODS
from whatworks.synthesis.inputs import misuse_notes
from whatworks.synthesis.pooling import PooledGroups, pool

__all__ = ["ALL_BUT_EQUAL", "Maximum", "fields_of"]

# Knapp-Hartung factor below which an interval says nothing.
ALL_BUT_EQUAL = 1e-6

Floats = npt.NDArray[np.float64]


class Maximum(NamedTuple):
    """One local maximum of the likelihood."""

    tau2: float
    log_likelihood: float


def fields_of(y: Floats, v: Floats, method: str, test: str, level: float) -> dict[str, Any]:
    """Pool checked effects and return the fields of `RandomEffects`."""
    if y.size == 1:
        return _one_study(y, v, method, test, level)
    groups = pool(y, v, np.zeros(1, dtype=np.int64), method, test, level)
    notes = misuse_notes(y, float(groups.q[0]))
    if method == "EE" and test in ("knha", "adhoc"):
        notes.append("Knapp-Hartung intervals are not meant for a model with one true effect.")
    if test == "knha" and groups.dispersion[0] < ALL_BUT_EQUAL:
        notes.append(
            "The effects are all but equal, so that the Knapp-Hartung standard error is next to 0. "
            'Use test "adhoc".'
        )
    maxima = tuple(
        Maximum(float(t), float(height))
        for t, height in zip(groups.maxima_tau2, groups.maxima_log_likelihood, strict=True)
    )
    if len(maxima) > 1:
        notes.append(
            f"The likelihood has {len(maxima)} local maxima; the highest was taken. With so few or "
            "so unequal studies, see how the result changes with each."
        )
    return _dress(groups, y, v, maxima, method, test, level, tuple(notes))


def _dress(
    groups: PooledGroups,
    y: Floats,
    v: Floats,
    maxima: tuple[Maximum, ...],
    method: str,
    test: str,
    level: float,
    notes: tuple[str, ...],
) -> dict[str, Any]:
    """Take the only group of a batch as a single result."""
    is_equal_effects = method == "EE"
    ml, reml = float(groups.ml_log_likelihood[0]), float(groups.reml_log_likelihood[0])
    return dict(
        k=int(groups.k[0]),
        estimate=float(groups.estimate[0]),
        se=float(groups.se[0]),
        ci=_pair(groups.ci[0]),
        statistic=float(groups.statistic[0]),
        df=None if test == "z" else int(groups.df[0]),
        p_value=float(groups.p_value[0]),
        tau2=float(groups.tau2[0]),
        tau2_se=None if is_equal_effects else float(groups.tau2_se[0]),
        tau2_ci=None if is_equal_effects else _pair(groups.tau2_ci[0]),
        i2=float(groups.i2[0]),
        h2=float(groups.h2[0]),
        typical_variance=float(groups.typical_variance[0]),
        q=float(groups.q[0]),
        q_df=int(groups.k[0]) - 1,
        q_p_value=float(groups.q_p_value[0]),
        prediction_interval=None if is_equal_effects else _pair(groups.prediction_interval[0]),
        dispersion=float(groups.dispersion[0]),
        log_likelihood=reml if method == LIKELIHOOD_METHODS[1] else ml,
        ml_log_likelihood=ml,
        reml_log_likelihood=reml,
        maxima=maxima,
        method=method,
        test=test,
        level=level,
        notes=notes,
        yi=_read_only(y),
        vi=_read_only(v),
    )


def _one_study(y: Floats, v: Floats, method: str, test: str, level: float) -> dict[str, Any]:
    """Return the study itself: nothing is pooled."""
    estimate, se = float(y[0]), float(np.sqrt(v[0]))
    half_width = normal_critical(level) * se
    notes = [
        "One study: the estimate and interval are the study's own. Differences between studies "
        "(tau2, I2, prediction interval) cannot be estimated."
    ]
    if test != "z":
        notes.append(f"The {test} interval needs two studies; the normal one is given.")
    notes += misuse_notes(y, 0.0)
    log_likelihood = float(-0.5 * np.log(2.0 * np.pi * v[0]))
    return dict(
        k=1,
        estimate=estimate,
        se=se,
        ci=(estimate - half_width, estimate + half_width),
        statistic=estimate / se,
        df=None,
        p_value=float(normal_two_sided(estimate / se)),
        tau2=None,
        tau2_se=None,
        tau2_ci=None,
        i2=None,
        h2=None,
        typical_variance=None,
        q=0.0,
        q_df=0,
        q_p_value=1.0,
        prediction_interval=None,
        dispersion=1.0,
        log_likelihood=0.0 if method == LIKELIHOOD_METHODS[1] else log_likelihood,
        ml_log_likelihood=log_likelihood,
        reml_log_likelihood=0.0,
        maxima=(),
        method=method,
        test="z",
        level=level,
        notes=tuple(notes),
        yi=_read_only(y),
        vi=_read_only(v),
    )


def _pair(limits: Floats) -> tuple[float, float]:
    return float(limits[0]), float(limits[1])


def _read_only(x: Floats) -> Floats:
    """Return a view that cannot be written through; the caller's array stays as it is."""
    view = x.view()
    view.flags.writeable = False
    return view
