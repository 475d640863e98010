"""Effects of one predictor among several in a regression."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.synthesis.effect_sizes import EffectSizes
from whatworks.synthesis.measures.fisher import fisher_scale
from whatworks.synthesis.reported_values import (
    correlations,
    counts,
    group_sizes,
    matching,
    refuse,
    reported,
)

__all__ = [
    "explained_variance",
    "partial_correlation",
    "partial_r_from_t",
    "semipartial_correlation",
    "semipartial_r_from_t",
]

Floats = npt.NDArray[np.float64]


def _sample(n: npt.ArrayLike, predictors: npt.ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Return n, the number of predictors and the residual degrees of freedom."""
    k, m = matching("n predictors", group_sizes(n, "n"), counts(predictors, "predictors"))
    refuse(m < 1.0, m, "predictors", "The predictor of interest is one of them, so at least 1.")
    df = k - m - 1.0
    rule = "A regression needs more pupils than predictors and one more."
    refuse(df <= 0.0, k, "n", rule)
    return k, m, df


def partial_r_from_t(t: npt.ArrayLike, n: npt.ArrayLike, predictors: npt.ArrayLike) -> Floats:
    """Return the partial correlation of a predictor from the t of its coefficient.

    Parameters
    ----------
    t, n, predictors : array-like
        Test statistics, numbers of pupils, and of predictors in all, this one too.

    Raises
    ------
    UserError
        No predictor, or as many predictors as pupils.

    References
    ----------
    Aloe AM, Thompson CG (2013). Journal of the Society for Social Work and Research 4:390-405.
    """
    k, m, df = _sample(n, predictors)
    statistic, df, _, _ = matching("t n n predictors", reported(t, "t"), df, k, m)
    return np.asarray(statistic / np.sqrt(statistic**2 + df))


def partial_correlation(
    r: npt.ArrayLike, n: npt.ArrayLike, predictors: npt.ArrayLike, *, fisher_z: bool = False
) -> EffectSizes:
    """Partial correlation of a predictor with the outcome, given the other predictors.

    Parameters
    ----------
    r, n, predictors : array-like
        Partial correlations (see `partial_r_from_t`), numbers of pupils, and of predictors in
        all, this one too.
    fisher_z : bool
        True gives atanh(r), with vi = 1/(n - predictors - 2).

    Returns
    -------
    EffectSizes
        vi = (1 - r^2)^2/(n - predictors).

    Raises
    ------
    UserError
        |r| above 1, no predictor, or as many predictors as pupils.

    References
    ----------
    Aloe AM, Thompson CG (2013). Journal of the Society for Social Work and Research 4:390-405.
    """
    k, m, _ = _sample(n, predictors)
    rho, k, m = matching("r n predictors", correlations(r, "r"), k, m)
    with np.errstate(divide="ignore"):
        if fisher_z:
            left = k - m - 2.0
            return EffectSizes.finite(np.arctanh(rho), np.where(left > 0.0, 1.0 / left, np.nan))
        return EffectSizes(rho, (1.0 - rho**2) ** 2 / (k - m))


def semipartial_r_from_t(
    t: npt.ArrayLike, n: npt.ArrayLike, predictors: npt.ArrayLike, r_squared: npt.ArrayLike
) -> Floats:
    """Return the semipartial correlation of a predictor from the t of its coefficient.

    Parameters
    ----------
    t, n, predictors : array-like
        As in `partial_r_from_t`.
    r_squared : array-like
        Share of variance that the whole regression explains.

    Raises
    ------
    UserError
        As in `partial_r_from_t`, or a share beyond 0 and 1.

    References
    ----------
    Aloe AM, Becker BJ (2012). Journal of Educational and Behavioral Statistics 37:278-297.
    """
    _, _, df = _sample(n, predictors)
    statistic, df, explained = matching(
        "t n r_squared", reported(t, "t"), df, _explained(r_squared)
    )
    return np.asarray(statistic * np.sqrt((1.0 - explained) / df))


def semipartial_correlation(
    r: npt.ArrayLike, n: npt.ArrayLike, r_squared: npt.ArrayLike, *, fisher_z: bool = False
) -> EffectSizes:
    """Correlation of the outcome with what is left of a predictor, given the other predictors.

    Parameters
    ----------
    r, n : array-like
        Semipartial correlations (see `semipartial_r_from_t`) and numbers of pupils.
    r_squared : array-like
        Share of variance that the whole regression explains, at least r^2.
    fisher_z : bool
        True gives atanh(r), with its variance by the delta method.

    Returns
    -------
    EffectSizes
        With R^2 the share explained and S = R^2 - r^2 that without the predictor,
        vi = (R^4 - 2 R^2 + S + 1 - S^2)/n.

    Raises
    ------
    UserError
        |r| above 1, or a share beyond 0 and 1.

    References
    ----------
    Aloe AM, Becker BJ (2012). Journal of Educational and Behavioral Statistics 37:278-297.
    """
    rho, k, explained = matching(
        "r n r_squared", correlations(r, "r"), group_sizes(n, "n"), _explained(r_squared)
    )
    without = explained - rho**2
    v = (explained**2 - 2.0 * explained + without + 1.0 - without**2) / k
    found = EffectSizes(rho, v)
    return fisher_scale(found) if fisher_z else found


def explained_variance(
    r_squared: npt.ArrayLike, n: npt.ArrayLike, predictors: npt.ArrayLike
) -> EffectSizes:
    """Share of variance that a regression explains.

    Parameters
    ----------
    r_squared, n, predictors : array-like
        Shares, numbers of pupils and of predictors.

    Returns
    -------
    EffectSizes
        vi = 4 R^2 (1 - R^2)^2 (n - predictors - 1)^2/((n^2 - 1)(n + 3)).

    Raises
    ------
    UserError
        A share beyond 0 and 1, no predictor, or as many predictors as pupils.

    References
    ----------
    Cohen J, Cohen P, West SG, Aiken LS (2003). Applied Multiple Regression/Correlation Analysis
    for the Behavioral Sciences, 3rd edition, equation 3.6.3.
    """
    k, m, df = _sample(n, predictors)
    y, k, df, _ = matching("r_squared n n predictors", _explained(r_squared), k, df, m)
    return EffectSizes(y, 4.0 * y * (1.0 - y) ** 2 * df**2 / ((k**2 - 1.0) * (k + 3.0)))


def _explained(r_squared: npt.ArrayLike) -> Floats:
    explained = reported(r_squared, "r_squared")
    rule = "A share of variance lies between 0 and 1."
    refuse((explained < 0.0) | (explained > 1.0), explained, "r_squared", rule)
    return explained
