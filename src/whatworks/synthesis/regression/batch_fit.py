"""The numbers of many meta-regressions, before they are dressed."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.statistics.distributions import (
    chi2_upper_tail,
    f_upper_tail,
    t_critical,
    t_two_sided,
)
from whatworks.statistics.outweighed_sums import OUTWEIGHED, is_outweighed
from whatworks.synthesis.design import Design
from whatworks.synthesis.inputs import PossibleMisuse
from whatworks.synthesis.regression.batch_layout import Layout, lay_out
from whatworks.synthesis.regression.batch_tau2 import q_limits_of_many, tau2_of_many
from whatworks.synthesis.regression.estimate import estimate_regression
from whatworks.synthesis.regression.wald import wald

__all__ = ["BatchOptions", "Cells", "fit_cells"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Cells = dict[str, npt.NDArray[Any]]
"""Columns of a batch, one entry a cell."""

# Products of columns taken together, in doubles: they stay in the processor's cache.
BLOCK_ELEMENTS = 1 << 17
SCALARS = (
    "df", "tau2", "tau2_se", "i2", "h2", "typical_variance", "q", "q_p_value", "dispersion",
    "omnibus", "omnibus_p_value", "log_likelihood",
)  # fmt: skip


class BatchOptions(NamedTuple):
    """How all cells are fitted."""

    method: str
    test: str
    level: float
    search: str
    intervals: bool


def fit_cells(y: Floats, v: Floats, design: Design, first: Ints, options: BatchOptions) -> Cells:
    """Fit each cell's regression; the columns of `MetaRegressionBatch`.

    Parameters
    ----------
    y, v : array, shape (n,)
        Checked effects and variances, cell after cell.
    design : Design
        Columns of all of them.
    first : array of int, shape (G,)
        Where each cell starts.
    """
    k = np.diff(np.append(first, y.size))
    out = _blank(k, design.p)
    alone = _is_outweighed(v, first, k, design.p)
    for cell in np.flatnonzero(alone).tolist():
        rows = np.arange(first[cell], first[cell] + k[cell])
        _fill_one(out, cell, y[rows], v[rows], design, rows, options)
    enough = np.flatnonzero((k >= design.p) & ~alone)
    x = np.ascontiguousarray(design.matrix.T)
    for cells in _blocks(k[enough], enough, design.p):
        for some in (cells[k[cells] > design.p], cells[k[cells] == design.p]):
            if some.size == 0:
                continue
            sizes = k[some]
            offsets = np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.int64)
            rows = np.arange(int(sizes.sum())) + np.repeat(first[some] - offsets, sizes)
            found = lay_out(y[rows], v[rows], x[:, rows], offsets)
            if found is not None:
                _fill(out, found, some[found.cells], design, options)
    return out


def _is_outweighed(v: Floats, first: Ints, k: Ints, p: int) -> npt.NDArray[np.bool_]:
    """Tell which cells have a study that outweighs all but p others; see `outweighed_sums`."""
    low, high = np.minimum.reduceat(v, first), np.maximum.reduceat(v, first)
    out = (k > p) & (high > OUTWEIGHED * low * np.maximum(k - p, 1))
    for cell in np.flatnonzero(out).tolist():
        own = np.partition(v[first[cell] : first[cell] + k[cell]], p - 1)
        out[cell] = is_outweighed(own, p, 0.0)
    return np.asarray(out)


def _fill_one(
    out: Cells,
    cell: int,
    y: Floats,
    v: Floats,
    design: Design,
    rows: Ints,
    options: BatchOptions,
) -> None:
    """Fit one cell by itself."""
    try:
        own = design.rows(rows)
    except UserError:
        # Its columns depend on each other.
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PossibleMisuse)
        found = estimate_regression(
            y, v, own, options.method, options.test, options.level, None, None
        )
    se = np.sqrt(np.diagonal(found.vcov))
    reach = t_critical(options.level, found.df) * se
    tested = design.moderators or tuple(range(design.p))
    omnibus = wald(found.coefficients, found.vcov, np.eye(design.p)[list(tested)], found.df)
    limits = found.tau2_ci if options.intervals else None
    values: dict[str, Any] = {
        "is_fitted": True,
        "n_maxima": len(found.maxima),
        "coefficients": found.coefficients,
        "se": se,
        "vcov": found.vcov,
        "statistic": found.statistic,
        "p_value": found.p_value,
        "ci": np.stack((found.coefficients - reach, found.coefficients + reach), axis=-1),
        "df": found.df,
        "tau2": found.tau2,
        "tau2_se": np.nan if found.tau2_se is None else found.tau2_se,
        "tau2_ci": (np.nan, np.nan) if limits is None else limits,
        "i2": found.i2,
        "h2": found.h2,
        "typical_variance": found.typical_variance,
        "q": found.q,
        "q_p_value": chi2_upper_tail(found.q, y.size - design.p),
        "dispersion": found.dispersion,
        "omnibus": omnibus.statistic,
        "omnibus_p_value": omnibus.p_value,
        "log_likelihood": found.reml if options.method == "REML" else found.ml,
    }
    for name, value in values.items():
        out[name][cell] = value


def _blocks(k: Ints, cells: Ints, p: int) -> list[Ints]:
    """Return cells in groups of so many studies as the processor's cache holds products of."""
    rows = max(1, BLOCK_ELEMENTS // ((p + 1) * (p + 2) // 2 + 1))
    block = np.cumsum(k) // rows
    return np.split(cells, np.flatnonzero(np.diff(block)) + 1)


def _blank(k: Ints, p: int) -> Cells:
    """Return columns of cells that are not fitted."""
    shapes: dict[str, tuple[int, ...]] = dict.fromkeys(SCALARS, ())
    shapes |= dict.fromkeys(("coefficients", "se", "statistic", "p_value"), (p,))
    shapes |= {"ci": (p, 2), "vcov": (p, p), "tau2_ci": (2,)}
    out: Cells = {name: np.full((k.size, *shape), np.nan) for name, shape in shapes.items()}
    return out | {
        "k": k,
        "is_fitted": np.zeros(k.size, dtype=np.bool_),
        "n_maxima": np.zeros(k.size, dtype=np.int64),
    }


def _fill(out: Cells, found: Layout, cells: Ints, design: Design, options: BatchOptions) -> None:
    """Estimate the models of a layout and write them to their cells."""
    profile, unit = found.profile, found.unit
    df = profile.residual_df.astype(np.float64)
    is_saturated = bool(df[0] == 0.0)
    tau2 = np.zeros(cells.size)
    at_zero = profile.moments(tau2[None, :])
    q = np.maximum(0.0, at_zero.q[0])
    out["q"][cells], out["q_p_value"][cells] = q, chi2_upper_tail(q, df)
    if not is_saturated:
        estimated = tau2_of_many(profile, options.method, found.variance, options.search)
        tau2 = estimated.tau2
        out["tau2_se"][cells] = unit**2 * estimated.se
        out["n_maxima"][cells] = estimated.n_maxima
        out["tau2"][cells] = unit**2 * tau2
        _fill_shares(out, cells, options.method, q, df, tau2, df / at_zero.trace_p[0], unit)
        if options.intervals and options.method != "EE":
            lower, upper = q_limits_of_many(profile, options.level)
            out["tau2_ci"][cells] = np.stack((unit**2 * lower, unit**2 * upper), axis=-1)
    solved = profile.solutions(tau2)
    dispersion = np.ones(cells.size)
    if options.test in ("knha", "adhoc") and not is_saturated:
        dispersion = np.maximum(0.0, solved.q) / df
        if options.test == "adhoc":
            dispersion = np.maximum(1.0, dispersion)
    out["dispersion"][cells] = dispersion
    half = np.einsum("ijg,kjg->ikg", found.back, solved.root)
    vcov = np.einsum("ijg,kjg->gik", half, half) * (unit**2 * dispersion)[:, None, None]
    b = np.einsum("ijg,jg->gi", found.back, found.fitted + unit * solved.beta)
    se = np.sqrt(np.diagonal(vcov, axis1=1, axis2=2))
    normal = options.test == "z" or is_saturated
    degrees = np.full(cells.size, np.inf) if normal else df
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = b / se
    reach = t_critical(options.level, degrees)[:, None] * se
    out["is_fitted"][cells] = True
    out["coefficients"][cells], out["se"][cells], out["vcov"][cells] = b, se, vcov
    out["df"][cells], out["statistic"][cells] = degrees, statistic
    out["p_value"][cells] = t_two_sided(statistic, degrees[:, None])
    out["ci"][cells] = np.stack((b - reach, b + reach), axis=-1)
    _fill_omnibus(out, cells, design.moderators or tuple(range(design.p)))
    is_restricted = options.method == "REML"
    height = profile.log_likelihood(tau2, restricted=is_restricted)
    out["log_likelihood"][cells] = height - (df if is_restricted else profile.k) * np.log(unit)


def _fill_shares(
    out: Cells,
    cells: Ints,
    method: str,
    q: Floats,
    df: Floats,
    tau2: Floats,
    typical: Floats,
    unit: Floats,
) -> None:
    out["typical_variance"][cells] = unit**2 * typical
    if method == "EE":
        with np.errstate(divide="ignore", invalid="ignore"):
            out["i2"][cells] = np.where(q > df, 100.0 * (q - df) / q, 0.0)
        out["h2"][cells] = q / df
    else:
        out["i2"][cells] = 100.0 * tau2 / (typical + tau2)
        out["h2"][cells] = 1.0 + tau2 / typical


def _fill_omnibus(out: Cells, cells: Ints, tested: tuple[int, ...]) -> None:
    """Write the test of several coefficients; NaN where a standard error is 0."""
    at = list(tested)
    b, se, df = out["coefficients"][cells][:, at], out["se"][cells][:, at], out["df"][cells]
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = out["vcov"][cells][:, at][:, :, at] / (se[:, :, None] * se[:, None, :])
        each = b / se
    known = (se > 0.0).all(axis=1)
    quadratic = np.full(cells.size, np.nan)
    quadratic[known] = (
        each[known] * np.linalg.solve(scaled[known], each[known][..., None])[..., 0]
    ).sum(axis=1)
    m = len(at)
    is_normal = np.isinf(df)
    out["omnibus"][cells] = np.where(is_normal, quadratic, quadratic / m)
    out["omnibus_p_value"][cells] = np.where(
        is_normal, chi2_upper_tail(quadratic, m), f_upper_tail(quadratic / m, m, df)
    )
