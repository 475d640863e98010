"""Thousands of meta-regressions in one call."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import numpy as np
import numpy.typing as npt

from whatworks.statistics.confidence_level import level_between_0_and_1
from whatworks.synthesis.design import Columns, Moderators, design_of
from whatworks.synthesis.heterogeneity import checked_search
from whatworks.synthesis.inputs import checked_starts, effect_arrays, one_of
from whatworks.synthesis.pooling import TESTS
from whatworks.synthesis.regression.batch_fit import BatchOptions, fit_cells
from whatworks.synthesis.regression.batch_tau2 import BATCH_METHODS
from whatworks.synthesis.summarised import Summarised

__all__ = ["MetaRegressionBatch", "meta_regression_batch"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MetaRegressionBatch(Summarised):
    """G fitted meta-regressions with the same p columns.

    Attributes
    ----------
    names
        Columns, p of them.
    k, is_fitted
        Number of effects of each cell; False where its columns depend on each other or are more than
        its effects: its other values are NaN.
    coefficients, se, statistic, p_value, ci, vcov
        Estimates with tests, (G, p), limits (G, p, 2) and covariances (G, p, p).
    df
        Degrees of freedom, (G,); infinite: normal. With as many coefficients as effects as well,
        whose standard errors are those of the sampling errors.
    tau2, tau2_se, tau2_ci
        Residual variance of true effects, standard error, Q-profile limits (G, 2). NaN where there
        are as many coefficients as effects.
    i2, h2, typical_variance, q, q_p_value, dispersion
        As in `MetaRegression`.
    omnibus, omnibus_p_value
        Test of all moderators (of all coefficients without an intercept).
    log_likelihood, n_maxima
        Restricted for REML; number of local maxima, 0 where none was maximised or the nearest was
        taken.
    method, test, level, search
        As used.
    """

    names: tuple[str, ...]
    k: Ints
    is_fitted: Bools
    coefficients: Floats
    se: Floats
    statistic: Floats
    p_value: Floats
    ci: Floats
    vcov: Floats
    df: Floats
    tau2: Floats
    tau2_se: Floats
    tau2_ci: Floats
    i2: Floats
    h2: Floats
    typical_variance: Floats
    q: Floats
    q_p_value: Floats
    dispersion: Floats
    omnibus: Floats
    omnibus_p_value: Floats
    log_likelihood: Floats
    n_maxima: Ints
    method: str
    test: str
    level: float
    search: str

    def table(self) -> dict[str, npt.NDArray[np.generic]]:
        """Return coefficients as columns, G times p rows: cell by cell, counted from 0."""
        cells, p = self.coefficients.shape
        return {
            "cell": np.repeat(np.arange(cells), p),
            "term": np.tile(np.array(self.names), cells),
            "estimate": self.coefficients.ravel(),
            "se": self.se.ravel(),
            "statistic": self.statistic.ravel(),
            "df": np.repeat(self.df, p),
            "p_value": self.p_value.ravel(),
            "ci_lower": self.ci[..., 0].ravel(),
            "ci_upper": self.ci[..., 1].ravel(),
        }

    def cells(self) -> dict[str, npt.NDArray[np.generic]]:
        """Return what a cell has one of as columns, G rows."""
        return {
            "k": self.k,
            "is_fitted": self.is_fitted,
            "tau2": self.tau2,
            "tau2_se": self.tau2_se,
            "tau2_ci_lower": self.tau2_ci[:, 0],
            "tau2_ci_upper": self.tau2_ci[:, 1],
            "i2": self.i2,
            "h2": self.h2,
            "q": self.q,
            "q_p_value": self.q_p_value,
            "dispersion": self.dispersion,
            "omnibus": self.omnibus,
            "omnibus_p_value": self.omnibus_p_value,
            "log_likelihood": self.log_likelihood,
            "n_maxima": self.n_maxima,
        }

    def to_dict(self) -> dict[str, object]:
        """Return all fields as values that JSON can hold: None where a number is not finite."""
        return {
            "coefficients": _json_columns(self.table()),
            "cells": _json_columns(self.cells()),
            "method": self.method,
            "test": self.test,
            "level": self.level,
            "search": self.search,
        }

    def summary(self) -> str:
        """Return the size and spread of the batch as plain text."""
        lines = [
            f"{self.k.size:,} regressions, {int(self.k.sum()):,} effects, {self.method}, {self.test}"
        ]
        fitted = self.coefficients[self.is_fitted]
        if fitted.size:
            spread = np.quantile(fitted, [0.0, 0.5, 1.0], axis=0)
            lines += [
                f"{name}: from {low:.4g} to {high:.4g}, median {middle:.4g}"
                for name, low, middle, high in zip(self.names, *spread, strict=True)
            ]
        several, lost = int((self.n_maxima > 1).sum()), int((~self.is_fitted).sum())
        lines.append(f"{several:,} with more than one local maximum; {lost:,} not fitted")
        return "\n".join(lines)


def meta_regression_batch(
    yi: npt.ArrayLike,
    vi: npt.ArrayLike,
    starts: npt.ArrayLike,
    mods: Moderators = None,
    *,
    data: Columns | None = None,
    method: str = "REML",
    test: str = "knha",
    level: float = 0.95,
    search: str = "global",
    intervals: bool = True,
) -> MetaRegressionBatch:
    """Fit a meta-regression to each of many cells, all at once.

    Cells have their own studies and their own values of the moderators: cells of a gap map, bootstrap
    samples (`rows` drawn with replacement: ``yi[rows], vi[rows], x[rows]``), rearranged columns. Each
    gets the numbers of `meta_regression`, unless a local search is asked for.

    Parameters
    ----------
    yi, vi : array-like, shape (n,)
        Effects and sampling variances of all cells, cell after cell.
    starts : array-like of int, shape (G,)
        Position of each cell's first effect, counted from 0, as in `random_effects_batch`.
    mods : str, array (n, p) or None
        Moderators of all effects; see `design_of`.
    data : mapping of columns, optional
        Where the formula's variables stand, n values each.
    method : {"REML", "ML", "DL", "HE", "HS", "HSk", "SJ", "PM", "EB", "PMM", "EE"}
        Estimator of tau2.
    test, level
        As in `meta_regression`.
    search : {"global", "local"}
        As in `random_effects_batch`. Cells in which one study outweighs all others by far are
        searched as a whole, one by one.
    intervals : bool
        Whether to find the Q-profile limits of tau2; NaN if not.

    Raises
    ------
    TooFewStudies
        There is no effect, or a cell has none.
    UserError
        Values, formulas, starts or options that do not fit. A cell whose own columns depend on each
        other does not raise: `is_fitted` is False there.

    Examples
    --------
    >>> y, v = [0.30, 0.12, 0.55, 0.21, 0.40, 0.05], [0.02, 0.01, 0.04, 0.015, 0.03, 0.02]
    >>> weeks = [10, 4, 20, 8, 12, 3]
    >>> found = meta_regression_batch(
    ...     y + y[:5], v + v[:5], [0, 6], "~ weeks", data={"weeks": weeks + weeks[:5]}
    ... )
    >>> found.coefficients.round(3).tolist()
    [[-0.011, 0.03], [0.006, 0.029]]
    """
    y, v = effect_arrays(yi, vi)
    one_of(method, BATCH_METHODS, "method")
    one_of(test, TESTS, "test")
    checked_search(search, method)
    level = level_between_0_and_1(level)
    first = checked_starts(starts, y.size)
    design = design_of(mods, data, y.size)
    options = BatchOptions(method, test, level, search, intervals)
    columns = fit_cells(y, v, design, first, options)
    return MetaRegressionBatch(
        names=design.names, method=method, test=test, level=level, search=search, **columns
    )


def _json_columns(columns: dict[str, npt.NDArray[np.generic]]) -> dict[str, object]:
    return {
        name: [
            None if isinstance(value, float) and not isfinite(value) else value
            for value in column.tolist()
        ]
        for name, column in columns.items()
    }
