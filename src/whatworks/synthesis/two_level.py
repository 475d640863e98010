"""The two-level random-effects model: one effect a study, true effects that differ."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.statistics.confidence_level import level_between_0_and_1
from whatworks.statistics.distributions import normal_critical, normal_two_sided
from whatworks.synthesis.fit import Maximum, RandomEffects
from whatworks.synthesis.heterogeneity import LIKELIHOOD_METHODS, METHODS
from whatworks.synthesis.inputs import effect_arrays, misuse_notes, one_of
from whatworks.synthesis.pooling import TESTS, PooledGroups, pool

__all__ = ["random_effects"]

# Knapp-Hartung factor below which an interval says nothing.
ALL_BUT_EQUAL = 1e-6

Floats = npt.NDArray[np.float64]


def random_effects(
    yi: npt.ArrayLike,
    vi: npt.ArrayLike,
    *,
    method: str = "REML",
    test: str = "knha",
    level: float = 0.95,
) -> RandomEffects:
    """Pool independent effects by the random-effects model.

    y_i = mu + u_i + e_i with Var(u_i) = tau2 and Var(e_i) = v_i known. The estimate of tau2 is
    the global maximum of its likelihood (ML, REML) or the root of its equation, to 1e-14 and
    whatever the unit; it never fails to converge.

    Parameters
    ----------
    yi : array-like, shape (k,)
        Effect sizes on any additive scale (Hedges' g, log ratios), one a study. Several effects
        of one study are dependent: see `composite_by_study`.
    vi : array-like, shape (k,)
        Sampling variances on the same scale, all > 0. Not standard errors.
    method : {"REML", "ML", "DL", "HE", "HS", "HSk", "SJ", "PM", "EB", "PMM", "EE"}
        Estimator of tau2. EE assumes one true effect (tau2 = 0).
    test : {"knha", "adhoc", "t", "z"}
        knha: Knapp-Hartung variance and t on k - 1 degrees of freedom. adhoc: the same, its
        factor never below 1, advised for few studies of unequal size. t: t on k - 1. z: normal.
    level : float
        Level of all intervals, between 0 and 1.

    Returns
    -------
    RandomEffects
        One study: its own effect and standard error with the normal interval (`test` is "z"
        whatever was asked for); tau2, I2, H2 and the prediction interval are None, for one study
        says nothing of differences between studies; `notes` says so.

    Raises
    ------
    TooFewStudies
        There is no effect.
    UserError
        A value that is not a finite number or a variance not above 0 (the message names its
        position), lists of different length, an unknown method or test.

    Warns
    -----
    PossibleMisuse
        Effects above 3 in absolute value; variances so large for the effects that they may be
        standard errors. The sentences also stand in `notes`.

    References
    ----------
    Viechtbauer W (2005). Journal of Educational and Behavioral Statistics 30:261-293 (REML).
    Knapp G, Hartung J (2003). Statistics in Medicine 22:2693-2710.
    Rover C, Knapp G, Friede T (2015). BMC Medical Research Methodology 15:99 (adhoc).

    Examples
    --------
    >>> fit = random_effects([0.30, 0.12, 0.55, 0.21], [0.02, 0.01, 0.04, 0.015])
    >>> round(fit.estimate, 3), round(fit.tau2, 4), fit.df
    (0.243, 0.0051, 3)
    """
    y, v = effect_arrays(yi, vi)
    one_of(method, METHODS, "method")
    one_of(test, TESTS, "test")
    level = level_between_0_and_1(level)
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
) -> RandomEffects:
    """Take the only group of a batch as a single result."""
    is_equal_effects = method == "EE"
    ml, reml = float(groups.ml_log_likelihood[0]), float(groups.reml_log_likelihood[0])
    return RandomEffects(
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


def _one_study(y: Floats, v: Floats, method: str, test: str, level: float) -> RandomEffects:
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
    return RandomEffects(
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
