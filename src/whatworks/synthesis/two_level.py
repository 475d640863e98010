"""The two-level random-effects model: one effect a study, true effects that differ."""

from __future__ import annotations

import numpy.typing as npt

from whatworks.statistics.confidence_level import level_between_0_and_1
from whatworks.synthesis.fit import RandomEffects
from whatworks.synthesis.heterogeneity import METHODS
from whatworks.synthesis.inputs import effect_arrays, one_of
from whatworks.synthesis.pooling import TESTS

__all__ = ["random_effects"]


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
    (0.234, 0.0029, 3)
    """
    y, v = effect_arrays(yi, vi)
    one_of(method, METHODS, "method")
    one_of(test, TESTS, "test")
    level = level_between_0_and_1(level)
    return RandomEffects.of(y, v, method=method, test=test, level=level)
