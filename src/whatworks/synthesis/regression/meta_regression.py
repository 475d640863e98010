"""Fit a two-level model with moderators."""

from __future__ import annotations

import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.statistics.confidence_level import level_between_0_and_1
from whatworks.synthesis.design import Columns, Moderators, design_of
from whatworks.synthesis.inputs import effect_arrays, number, number_array, one_of
from whatworks.synthesis.pooling import TESTS
from whatworks.synthesis.regression.result import MetaRegression
from whatworks.synthesis.regression.tau2 import REGRESSION_METHODS

__all__ = ["meta_regression"]


def meta_regression(
    yi: npt.ArrayLike,
    vi: npt.ArrayLike,
    mods: Moderators = None,
    *,
    data: Columns | None = None,
    method: str = "REML",
    test: str = "knha",
    level: float = 0.95,
    weights: npt.ArrayLike | None = None,
    fixed_tau2: float | None = None,
) -> MetaRegression:
    """Explain differences between independent effects by moderators.

    y_i = x_i b + u_i + e_i with Var(u_i) = tau2 and Var(e_i) = v_i known. As in `random_effects`
    the estimate of tau2 is the highest of all maxima or the root of its equation, whatever the
    units of effects and moderators.

    Parameters
    ----------
    yi, vi : array-like, shape (k,)
        Effects and sampling variances, one a study. For several effects a study see
        `multilevel_model`.
    mods : str, array or None
        Moderators: ``"~ dose + C(phase)"``, or columns; see `design_of`.
    data : mapping of columns, optional
        Where the formula's variables stand.
    method : {"REML", "ML", "DL", "HE", "HS", "HSk", "SJ", "PM", "EB", "PMM", "GENQ", "GENQM", "EE"}
        Estimator of tau2. GENQ sets a quadratic form with `weights` to its expectation, GENQM to
        its median. EE assumes no residual heterogeneity.
    test : {"knha", "adhoc", "t", "z"}
        As in `random_effects`, on k - p degrees of freedom.
    level : float
        Level of all intervals.
    weights : array-like, shape (k,), optional
        Weights of the coefficients in place of 1/(v + tau2), all > 0 (all 1: unweighted); their
        covariance stays that of the model. GENQ and GENQM need them, for tau2 as well.
    fixed_tau2 : float, optional
        A variance of true effects to take as known, in place of an estimate.

    Raises
    ------
    UserError
        Fewer effects than coefficients; values, lengths, formulas or options that do not fit; the message says which.

    References
    ----------
    Viechtbauer W (2010). Journal of Statistical Software 36(3).
    Knapp G, Hartung J (2003). Statistics in Medicine 22:2693-2710.
    Jackson D, Turner R, Rhodes K, Viechtbauer W (2014). BMC Medical Research Methodology 14:103
    (GENQ).

    Examples
    --------
    >>> fit = meta_regression(
    ...     [0.30, 0.12, 0.55, 0.21, 0.40],
    ...     [0.02, 0.01, 0.04, 0.015, 0.03],
    ...     "~ weeks",
    ...     data={"weeks": [10, 4, 20, 8, 12]},
    ... )
    >>> fit.design.names, fit.coefficients.round(3).tolist()
    (('Intercept', 'weeks'), [0.006, 0.029])
    """
    one_of(method, REGRESSION_METHODS, "method")
    one_of(test, TESTS, "test")
    level = level_between_0_and_1(level)
    y, v = effect_arrays(yi, vi)
    design = design_of(mods, data, y.size)
    given = None
    if weights is not None:
        given = number_array(weights, "weights")
        if given.size != y.size or given.min() <= 0.0:
            raise UserError(f"weights: give one number above 0 for each of the {y.size:,} effects.")
    elif method in ("GENQ", "GENQM"):
        raise UserError(f"{method} needs weights, one for each effect (such as 1/vi).")
    if fixed_tau2 is not None:
        fixed_tau2 = number(fixed_tau2, "fixed_tau2", "a variance, 0 or more", low=0.0)
    return MetaRegression.of(
        y,
        v,
        design,
        method=method,
        test=test,
        level=level,
        weights=given,
        fixed_tau2=fixed_tau2,
    )
