"""Missing standard deviations, correlations and ICCs: multiple imputation, pooled to the end.

A study that leaves out one number is not left out. The missing number is drawn from what the other
studies say of it, their own uncertainty included; effects and models are computed for each draw, and
the results are pooled by Rubin's rules, variance components too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from whatworks.errors import TooFewStudies, UserError
from whatworks.statistics.distributions import t_critical, t_two_sided
from whatworks.synthesis.inputs import one_of
from whatworks.synthesis.model import FittedModel

__all__ = ["Imputed", "ImputedFit", "draw_missing", "impute_and_pool", "pool_fits"]

Floats = npt.NDArray[np.float64]

SCALES = ("log", "fisher-z", "logit")


class Imputed(NamedTuple):
    """Draws of a column, (m, k); the observed values stand in each."""

    draws: Floats
    is_missing: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class ImputedFit:
    """A model pooled over imputations.

    Attributes
    ----------
    names, coefficients, se, df, p_value, ci
        Coefficients by Rubin's rules, degrees of freedom by Barnard and Rubin; (p,) and (p, 2).
    missing_information
        Share of the information on each coefficient that is missing, (p,).
    components
        Variance components by name: mean over the draws.
    component_range
        Their 2.5th and 97.5th percentile over the draws: what the gaps alone leave open.
    n_imputations, n_imputed
        Draws, and rows that were imputed.
    notes
        Sentences a reader must know.
    """

    names: tuple[str, ...]
    coefficients: Floats
    se: Floats
    df: Floats
    p_value: Floats
    ci: Floats
    missing_information: Floats
    components: dict[str, float]
    component_range: dict[str, tuple[float, float]]
    n_imputations: int
    n_imputed: int
    notes: tuple[str, ...]


def draw_missing(
    values: npt.ArrayLike,
    *,
    scale: str,
    m: int,
    rng: np.random.Generator,
    like: npt.ArrayLike | None = None,
) -> Imputed:
    """Draw the missing entries of a column from the predictive distribution of the others.

    On the chosen scale the observed values are taken as normal about a mean, or about a line in
    `like`; each draw first draws mean and variance from their posterior under the usual
    noninformative prior, then the values.

    Parameters
    ----------
    values : array-like, shape (k,)
        The column, NaN where missing.
    scale : {"log", "fisher-z", "logit"}
        For standard deviations, correlations and intraclass correlations.
    m : int
        Number of draws.
    rng : numpy.random.Generator
        Source of randomness; store its seed with the result.
    like : array-like, shape (k,), optional
        A number known for all rows that goes with the missing one, such as the log of the other
        arm's standard deviation.

    Raises
    ------
    TooFewStudies
        Fewer than three observed values (four with `like`).
    UserError
        Values outside the scale.

    References
    ----------
    Rubin DB (1987). Multiple Imputation for Nonresponse in Surveys, section 5.3.
    """
    one_of(scale, SCALES, "scale")
    x = np.asarray(values, dtype=np.float64)
    missing = np.isnan(x)
    seen = x[~missing]
    inside = {
        "log": seen > 0.0,
        "fisher-z": np.abs(seen) < 1.0,
        "logit": (seen > 0.0) & (seen < 1.0),
    }[scale]
    if not inside.all():
        raise UserError(f"values: found {seen[~inside][0]:g}, which has no {scale}. Correct it.")
    columns = np.ones((x.size, 1)) if like is None else np.column_stack((np.ones(x.size), like))
    n, p = seen.size, columns.shape[1]
    if n < p + 2:
        raise TooFewStudies(
            f"{n} values are known: too few to say how much the missing ones may differ. "
            f"{p + 2} are needed; state a value and its uncertainty instead."
        )
    y, z = _forward(seen, scale), columns[~missing]
    root = np.linalg.cholesky(np.linalg.inv(z.T @ z))
    b = np.linalg.lstsq(z, y, rcond=None)[0]
    left = float(((y - z @ b) ** 2).sum())
    draws = np.tile(x, (m, 1))
    for i in range(m):
        sigma = np.sqrt(left / rng.chisquare(n - p))
        at = columns[missing] @ (b + sigma * (root @ rng.standard_normal(p)))
        draws[i, missing] = _back(at + sigma * rng.standard_normal(int(missing.sum())), scale)
    return Imputed(draws, missing)


def _forward(x: Floats, scale: str) -> Floats:
    if scale == "log":
        return np.asarray(np.log(x))
    return np.asarray(np.arctanh(x) if scale == "fisher-z" else np.log(x / (1.0 - x)))


def _back(x: Floats, scale: str) -> Floats:
    if scale == "log":
        return np.asarray(np.exp(x))
    return np.asarray(np.tanh(x) if scale == "fisher-z" else 1.0 / (1.0 + np.exp(-x)))


def impute_and_pool(
    imputed: Imputed,
    fit: Callable[[Floats], FittedModel],
    *,
    level: float = 0.95,
) -> ImputedFit:
    """Fit a model to each draw of a column and pool.

    Parameters
    ----------
    imputed : Imputed
        What `draw_missing` gave.
    fit : callable
        Takes one completed column, (k,), computes effects by their route and fits any model.
    level : float
        Level of the intervals.
    """
    pooled = pool_fits([fit(column) for column in imputed.draws], level=level)
    n = int(imputed.is_missing.sum())
    notes = pooled.notes
    if n:
        share = n / imputed.is_missing.size
        notes += (
            f"{n:,} of {imputed.is_missing.size:,} values ({100 * share:.0f} percent) were imputed "
            f"{pooled.n_imputations} times, as if missing for no reason tied to their size.",
        )
    return ImputedFit(
        **{
            name: getattr(pooled, name)
            for name in ImputedFit.__dataclass_fields__
            if name not in ("n_imputed", "notes")
        },
        n_imputed=n,
        notes=notes,
    )


def pool_fits(fits: Sequence[FittedModel], *, level: float = 0.95) -> ImputedFit:
    """Pool fits of one model to completed data by Rubin's rules.

    Raises
    ------
    TooFewStudies
        Fewer than two fits.
    UserError
        The fits are not of one model.

    Notes
    -----
    Variance components are averaged on their own scale: a variance of 0 in some draws is an
    estimate like others there, and has no logarithm.

    References
    ----------
    Rubin DB (1987), chapter 3. Barnard J, Rubin DB (1999). Biometrika 86:948-955.
    """
    m = len(fits)
    if m < 2:
        raise TooFewStudies("Pooling needs two imputations or more; 20 is a usual number.")
    names = fits[0].design.names
    parts = tuple(c.name for c in fits[0].components)
    for fit in fits:
        if fit.design.names != names or tuple(c.name for c in fit.components) != parts:
            raise UserError("The fits are not of one model: their coefficients differ.")
    b = np.stack([fit.coefficients for fit in fits])
    within = np.mean([np.diagonal(fit.vcov) for fit in fits], axis=0)
    between = b.var(axis=0, ddof=1)
    total = within + (1.0 + 1.0 / m) * between
    share = (1.0 + 1.0 / m) * between / total
    complete = np.min([fit.coefficient_df for fit in fits], axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        old = np.where(share > 0.0, (m - 1.0) / share**2, np.inf)
        observed = np.where(
            np.isinf(complete), np.inf, (complete + 1) / (complete + 3) * complete * (1 - share)
        )
        df = 1.0 / (1.0 / old + 1.0 / observed)
        # Share of information missing, allowing for the finite number of draws.
        increase = (1.0 + 1.0 / m) * between / within
        missing = (increase + 2.0 / (df + 3.0)) / (increase + 1.0)
    missing = np.where(between > 0.0, missing, 0.0)
    mean, se = b.mean(axis=0), np.sqrt(total)
    reach = t_critical(level, df) * se
    values = np.array([[c.estimate for c in fit.components] for fit in fits]).reshape(m, -1)
    low, high = (np.quantile(values, q, axis=0) for q in (0.025, 0.975))
    return ImputedFit(
        names=names,
        coefficients=mean,
        se=se,
        df=df,
        p_value=t_two_sided(mean / se, df),
        ci=np.stack((mean - reach, mean + reach), axis=-1),
        missing_information=missing,
        components=dict(zip(parts, values.mean(axis=0).tolist(), strict=True)),
        component_range={name: (float(low[i]), float(high[i])) for i, name in enumerate(parts)},
        n_imputations=m,
        n_imputed=0,
        notes=(),
    )
