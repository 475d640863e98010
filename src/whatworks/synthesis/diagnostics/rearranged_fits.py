"""Fits of one model to rearranged data: the same effects with other signs or other moderators."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol, Self, runtime_checkable

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.synthesis.diagnostics.regression_refits import fit_designs, is_regression
from whatworks.synthesis.diagnostics.two_level_refits import (
    BATCH,
    is_plain_two_level,
    pool_groups,
)
from whatworks.synthesis.inputs import PossibleMisuse
from whatworks.synthesis.model import FittedModel
from whatworks.synthesis.regression.result import MetaRegression

__all__ = ["Statistics", "TakesColumns", "signed_statistics", "statistics_of", "with_columns"]

Floats = npt.NDArray[np.float64]


@runtime_checkable
class TakesColumns(Protocol):
    """A model with moderators that can be fitted with other values of their columns."""

    def with_columns(self, matrix: Floats) -> Self:
        """Fit the same model with these columns, (k, p), in place of its own."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Statistics:
    """Test statistics of n fits with p coefficients; NaN where a fit failed.

    Attributes
    ----------
    each
        Coefficient over standard error, (n, p).
    omnibus
        b'Cov^-1b over the moderators (over all coefficients where there is no intercept), (n,).
    """

    each: Floats
    omnibus: Floats


def statistics_of(fit: FittedModel) -> tuple[Floats, float]:
    """Return the statistic of each coefficient, (p,), and that of all moderators."""
    each = _ratio(fit.coefficients, np.sqrt(np.diagonal(fit.vcov)))
    tested = list(fit.design.moderators or range(fit.design.p))
    b = fit.coefficients[tested]
    if len(tested) == 1:
        # A standard error of 0 makes an infinite statistic, no singular matrix.
        return each, float(each[tested[0]] ** 2)
    try:
        return each, float(b @ np.linalg.solve(fit.vcov[np.ix_(tested, tested)], b))
    except np.linalg.LinAlgError:
        return each, float("inf")


def _ratio(estimate: Floats, se: Floats) -> Floats:
    """Return estimate/se; 0 for an estimate of 0, whose standard error may be 0 as well."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(estimate == 0.0, 0.0, estimate / se)


def signed_statistics(fit: FittedModel, signs: Floats) -> Statistics:
    """Fit a model without moderators to its effects with other signs, (n, k)."""
    if is_plain_two_level(fit) and fit.yi.size > 1:
        return _in_batches(fit.yi, fit.vi, signs, fit.method, fit.test)
    return _one_by_one(lambda row: fit.refit(yi=row * fit.yi), signs, 1)


def with_columns(fit: FittedModel, designs: Iterable[Floats]) -> Statistics:
    """Fit a model to its effects with other columns of moderators, each (k, p).

    Raises
    ------
    UserError
        The model cannot be fitted with other columns.
    """
    if not isinstance(fit, TakesColumns):
        raise UserError(
            "The moderators of this kind of model cannot be permuted. Fit a meta-regression or a "
            "multilevel model."
        )
    if is_regression(fit):
        return _regressions(fit, np.stack(list(designs)))
    return _one_by_one(fit.with_columns, designs, fit.design.p)


def _in_batches(y: Floats, v: Floats, signs: Floats, method: str, test: str) -> Statistics:
    n, k = signs.shape
    out = np.empty(n)
    step = max(1, BATCH // k)
    for i in range(0, n, step):
        some = signs[i : i + step]
        starts = k * np.arange(some.shape[0], dtype=np.int64)
        sets = pool_groups((some * y).ravel(), np.tile(v, some.shape[0]), starts, method, test)
        out[i : i + step] = _ratio(sets.estimate, np.sqrt(sets.variance))
    return Statistics(out[:, None], out**2)


def _regressions(fit: MetaRegression, designs: Floats) -> Statistics:
    sets = fit_designs(fit, designs)
    each = _ratio(sets.coefficients, np.sqrt(np.diagonal(sets.vcov, axis1=1, axis2=2)))
    tested = list(fit.design.moderators or range(fit.p))
    omnibus = each[:, tested[0]] ** 2
    # Without residuals the standard errors by Knapp and Hartung are 0.
    is_solved = sets.is_fitted & (np.diagonal(sets.vcov, axis1=1, axis2=2) > 0.0).all(axis=1)
    if len(tested) > 1:
        b = sets.coefficients[is_solved][:, tested]
        inner = sets.vcov[is_solved][:, tested][:, :, tested]
        omnibus[is_solved] = (b * np.linalg.solve(inner, b[..., None])[..., 0]).sum(axis=1)
    slow = np.flatnonzero(~is_solved)
    if slow.size:
        some = _one_by_one(fit.with_columns, designs[slow], fit.p)
        each[slow], omnibus[slow] = some.each, some.omnibus
    return Statistics(each, omnibus)


def _one_by_one(
    fit_to: Callable[[Floats], FittedModel], arrangements: Iterable[Floats], p: int
) -> Statistics:
    each: list[Floats] = []
    omnibus: list[float] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PossibleMisuse)
        for arrangement in arrangements:
            try:
                found, of_all = statistics_of(fit_to(arrangement))
            except (UserError, np.linalg.LinAlgError):
                found, of_all = np.full(p, np.nan), float("nan")
            each.append(found)
            omnibus.append(of_all)
    return Statistics(np.array(each), np.array(omnibus))
