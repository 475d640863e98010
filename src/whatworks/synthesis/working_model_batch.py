"""Correlated and hierarchical effects of thousands of cells in one call, with robust inference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.statistics.confidence_level import level_between_0_and_1
from whatworks.statistics.distributions import t_critical, t_two_sided
from whatworks.statistics.newton import CUT, ENOUGH, LAST_GAIN, MAX_CUTS, ROUNDING
from whatworks.synthesis.inputs import correlation_within, effect_arrays
from whatworks.synthesis.multilevel.cells import Cells, CellsAt, CellsSolved
from whatworks.synthesis.robust.bias_reduced import adjustment
from whatworks.synthesis.sampling_covariance.labels import coded
from whatworks.synthesis.summarised import Summarised

__all__ = ["WorkingModelBatch", "working_model_batch"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Standard deviations at which each cell is looked at, as shares of its own spread.
GRID = np.array([0.0, 0.01, 0.08, 0.25, 0.6, 1.3, 3.0])
MAX_STEPS = 60
ON_BOUNDARY = 1e-5
# A slope in a variance, in units of the typical one: less is none.
STUCK = 1e-6
MOST_ESCAPES = 3
TRUSTED_DF = 4.0


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WorkingModelBatch(Summarised):
    """Fits of G cells; each field has one entry a cell, NaN where there is none.

    Attributes
    ----------
    cells
        Name of each cell, G of them.
    k, n_studies
        Effects and studies, (G,).
    estimate, se, df, statistic, p_value, ci
        Mean with CR2 standard error, Satterthwaite degrees of freedom and limits, (G,) and (G, 2);
        NaN for cells of one study, where only `estimate` and `model_se` exist.
    model_se
        Standard error by the model, (G,).
    tau2, omega2
        Variance of true effects between studies and within them, (G,).
    prediction_interval
        Where the true effect of a new effect in a new study is expected, (G, 2).
    log_likelihood
        Restricted, up to the constant of one mean: that of `multilevel_model`.
    is_trusted
        Whether the degrees of freedom are 4 or more, (G,).
    rho, level
        As used.
    """

    cells: tuple[str, ...]
    k: Ints
    n_studies: Ints
    estimate: Floats
    se: Floats
    df: Floats
    statistic: Floats
    p_value: Floats
    ci: Floats
    model_se: Floats
    tau2: Floats
    omega2: Floats
    prediction_interval: Floats
    log_likelihood: Floats
    is_trusted: npt.NDArray[np.bool_]
    rho: float
    level: float

    def table(self) -> dict[str, npt.NDArray[np.generic]]:
        """Return the cells as columns."""
        return {
            "cell": np.array(self.cells),
            "k": self.k,
            "n_studies": self.n_studies,
            "estimate": self.estimate,
            "se": self.se,
            "df": self.df,
            "p_value": self.p_value,
            "ci_lower": self.ci[:, 0],
            "ci_upper": self.ci[:, 1],
            "tau2": self.tau2,
            "omega2": self.omega2,
        }

    def summary(self) -> str:
        """Return what a list of cells opens with."""
        n = len(self.cells)
        known = int(np.isfinite(self.se).sum())
        return (
            f"CHE with CR2 in {n:,} {'cell' if n == 1 else 'cells'}, rho {self.rho:g}: "
            f"{self.k.sum():,} effects; {known:,} with a standard error, {n - known:,} of one study; "
            f"{int(self.is_trusted.sum()):,} with 4 degrees of freedom or more. See table()."
        )


def working_model_batch(
    yi: npt.ArrayLike,
    vi: npt.ArrayLike,
    study: npt.ArrayLike,
    cell: npt.ArrayLike,
    *,
    rho: float,
    level: float = 0.95,
) -> WorkingModelBatch:
    """Pool dependent effects in each of many cells: CHE by REML, CR2 and Satterthwaite.

    The same as `robust(working_model(..., kind="CHE"))` for each cell, all at once: for gap maps,
    leave-one-study-out and bootstrap.

    Parameters
    ----------
    yi, vi : array-like, shape (n,)
        Effects and variances of all cells; an effect that belongs to several cells stands there
        several times.
    study : array-like, shape (n,)
        Study of each effect; labels of any kind. A study counts within a cell.
    cell : array-like, shape (n,)
        Cell of each effect: whole numbers from 0 to G - 1, each of which has an effect, are its place
        in the result; labels of any other kind come in the order of their first appearance.
    rho : float
        Correlation of sampling errors within a study, from 0 to below 1.
    level : float
        Level of all intervals.

    Raises
    ------
    UserError
        Values or lengths that do not fit, or a cell without effects.

    Notes
    -----
    The search looks at a grid of both standard deviations and climbs the highest of its hills in
    each cell. Where studies have one effect each their two variances cannot be told apart: all of
    it is given as tau2; a cell of one study has omega2 alone.

    References
    ----------
    Pustejovsky JE, Tipton E (2022). Prevention Science 23:425-438.
    """
    level = level_between_0_and_1(level)
    rho = correlation_within(rho)
    y, v = effect_arrays(yi, vi)
    studies = coded(study, "study", y.size).codes
    owner, names = _cells(cell, y.size)
    counts = np.bincount(owner)
    if (counts == 0).any():
        raise UserError(f"cell {int(np.flatnonzero(counts == 0)[0])} has no effect.")
    order = np.lexsort((studies, owner))
    y, v, studies, owner = y[order], v[order], studies[order], owner[order]
    is_first = np.ones(y.size, dtype=bool)
    is_first[1:] = (owner[1:] != owner[:-1]) | (studies[1:] != studies[:-1])
    study_starts = np.flatnonzero(is_first)
    cell_starts = np.searchsorted(owner[study_starts], np.arange(counts.size))
    first_effect = study_starts[cell_starts]
    # A power of two near each cell's typical standard error, and a centre: neither costs a digit.
    log_v = np.add.reduceat(np.log2(v), first_effect) / counts
    unit = np.exp2(np.round(0.5 * log_v))
    centre = np.add.reduceat(y / v, first_effect) / np.add.reduceat(1.0 / v, first_effect)
    scaled = (y - centre[owner]) / unit[owner]
    cells = Cells(scaled, v / unit[owner] ** 2, study_starts, cell_starts, rho)
    sds = _search(cells)
    return _dressed(cells, sds, unit, centre, counts, names, level)


def _cells(values: npt.ArrayLike, n: int) -> tuple[Ints, tuple[str, ...]]:
    """Return the cell of each effect from 0, and the name of each cell."""
    found = np.asarray(values)
    if found.dtype.kind not in "iu" or found.shape != (n,):
        return coded(values, "cell", n)
    if found.min() < 0:
        at = int(np.argmin(found))
        raise UserError(f"cell, position {at + 1}: found {found[at]}. Count cells from 0.")
    return found.astype(np.int64), tuple(map(str, range(int(found.max()) + 1)))


def _search(cells: Cells) -> Floats:
    """Return the standard deviations of the highest top of each cell, (G, 2)."""
    several = cells.n_studies > 1
    within = cells.of_cell((cells.study_sizes > 1).astype(float)) > 0
    free = np.stack((several, within | ~several), axis=-1) & (cells.k > 1)[:, None]
    spread = np.sqrt(cells.of_cell(cells.of_study(cells.y**2)) / cells.k)
    spread = np.maximum(spread, 1e-3)
    n = GRID.size
    heights = np.empty((n, n, spread.size))
    for i, a in enumerate(GRID):
        for j, b in enumerate(GRID):
            sds = np.where(free, spread[:, None] * np.array([a, b]), 0.0)
            heights[i, j] = cells.at(sds).solved().log_likelihood
    hills = _hills(heights, free)
    row, column, cell = np.nonzero(hills)
    start = np.stack((GRID[row], GRID[column]), axis=-1) * spread[cell][:, None]
    climbers, start = cells.take(cell), np.where(free[cell], start, 0.0)
    tops, value = _climb(climbers, start, spread[cell])
    # On from any variance of 0 that a larger one would improve.
    for _ in range(MOST_ESCAPES):
        top = climbers.at(tops)
        slope, _ = top.slopes(top.solved())
        stuck = (np.abs(tops) < ON_BOUNDARY) & free[cell] & (slope > STUCK)
        rows = np.flatnonzero(stuck.any(axis=1))
        if rows.size == 0:
            break
        start = np.where(stuck, 1e-2 * spread[cell][:, None], tops)[rows]
        moved, higher = _climb(climbers.take(rows), start, spread[cell[rows]])
        tops[rows], value[rows] = moved, higher
    best = np.lexsort((-value, cell))
    first = best[np.unique(cell[best], return_index=True)[1]]
    return np.where(np.abs(tops[first]) < ON_BOUNDARY, 0.0, np.abs(tops[first]))


def _hills(heights: Floats, free: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return which points of the grid no neighbour is higher than, (n, n, G)."""
    n = heights.shape[0]
    padded = np.full((n + 2, n + 2, heights.shape[2]), -np.inf)
    padded[1:-1, 1:-1] = heights
    hills = np.ones(heights.shape, dtype=bool)
    for i in (0, 1, 2):
        for j in (0, 1, 2):
            hills &= heights >= padded[i : i + n, j : j + n]
    # A maximum at a boundary may lie between two points, and be no hill of the whole grid.
    line = heights[0], heights[:, 0]
    for own, is_hill in zip(line, (hills[0], hills[:, 0]), strict=True):
        ends = np.full((1, own.shape[1]), -np.inf)
        is_hill |= (own >= np.vstack((own[1:], ends))) & (own >= np.vstack((ends, own[:-1])))
    # Where a standard deviation is held all its points are one: the first stands for them.
    hills[1:, :, ~free[:, 0]] = False
    hills[:, 1:, ~free[:, 1]] = False
    return hills


def _climb(cells: Cells, sds: Floats, spread: Floats) -> tuple[Floats, Floats]:
    """Climb each cell to its top by Newton's steps that never go down; as `newton.climb`."""
    top = cells.at(sds)
    solved = top.solved()
    value = solved.log_likelihood.copy()
    is_open = np.ones(value.size, dtype=bool)
    for _ in range(MAX_STEPS):
        first, second = top.slopes(solved)
        slope = 2.0 * sds * first
        hessian = 4.0 * sds[:, :, None] * sds[:, None, :] * second
        hessian[:, [0, 1], [0, 1]] += 2.0 * first
        # A held standard deviation is 0: its row says nothing but the sign.
        curvature, axes = np.linalg.eigh(-hessian)
        size = np.abs(curvature)
        size = np.maximum(size, 1e-12 * np.maximum(size.max(axis=1, keepdims=True), 1e-300))
        along = np.einsum("gji,gj->gi", axes, slope) / size
        step = np.einsum("gij,gj->gi", axes, along)
        gain = 0.5 * (slope * step).sum(axis=1)
        step *= np.minimum(1.0, 2.0 * spread / np.maximum(np.abs(step).max(axis=1), 1e-300))[
            :, None
        ]
        step[~is_open] = 0.0
        promised = (slope * step).sum(axis=1)
        moved, moved_value, top, solved = _uphill(cells, sds, value, step, promised)
        sds, value = moved, moved_value
        is_open &= (gain > LAST_GAIN) & (np.abs(step).max(axis=1) > 0.0)
        if not is_open.any():
            break
    return sds, value


def _uphill(
    cells: Cells, sds: Floats, value: Floats, step: Floats, promised: Floats
) -> tuple[Floats, Floats, CellsAt, CellsSolved]:
    """Cut each cell's step until its likelihood rises enough; as `newton.uphill`."""
    floor = value - ROUNDING * (1.0 + np.abs(value))
    for _ in range(MAX_CUTS):
        at = cells.at(sds + step)
        solved = at.solved()
        with np.errstate(invalid="ignore"):
            is_low = ~(solved.log_likelihood >= floor + ENOUGH * promised)
        if not is_low.any():
            break
        step = np.where(is_low[:, None], CUT * step, step)
        promised = np.where(is_low, CUT * promised, promised)
    else:
        step = np.where(is_low[:, None], 0.0, step)
        at = cells.at(sds + step)
        solved = at.solved()
    return sds + step, solved.log_likelihood, at, solved


def _dressed(
    cells: Cells,
    sds: Floats,
    unit: Floats,
    centre: Floats,
    counts: Ints,
    names: tuple[str, ...],
    level: float,
) -> WorkingModelBatch:
    """Add robust inference and go back to the original unit."""
    at = cells.at(sds)
    solved = at.solved()
    left = cells.y - solved.mean[cells.cell]
    bread = 1.0 / solved.precision
    w1 = at.solve(np.ones(cells.y.size))
    n_studies = cells.study_starts.size
    scores, own, cross = np.empty(n_studies), np.empty(n_studies), np.empty(n_studies)
    for n in np.unique(cells.study_sizes):
        studies = np.flatnonzero(cells.study_sizes == n)
        rows = cells.study_starts[studies][:, None] + np.arange(n)[None, :]
        owner = cells.cell_of_study[studies]
        m = at.blocks(studies)
        u = np.broadcast_to(np.sqrt(bread[owner])[:, None, None], (*rows.shape, 1))
        is_alone = (cells.n_studies[owner] == 1).astype(np.int64)
        a = adjustment(m, u, is_alone)
        kj = a.times((w1[rows] * bread[owner][:, None])[:, :, None])[:, :, 0]
        scores[studies] = (kj * left[rows]).sum(axis=1)
        own[studies] = np.einsum("bi,bij,bj->b", kj, m, kj)
        cross[studies] = kj.sum(axis=1)
    between = cross**2 * bread[cells.cell_of_study]
    expected = cells.of_cell(own - between)
    spread = cells.of_cell(own**2 - 2.0 * own * between) + cells.of_cell(cross**2) ** 2 * bread**2
    has_two = cells.n_studies > 1
    with np.errstate(divide="ignore", invalid="ignore"):
        df = np.where(has_two, expected**2 / spread, np.nan)
        se = np.where(has_two, np.sqrt(cells.of_cell(scores**2)), np.nan) * unit
        estimate = centre + unit * solved.mean
        statistic = estimate / se
        critical = t_critical(level, df)
        far = critical * np.sqrt(se**2 + unit**2 * (sds**2).sum(axis=1))
    reach = critical * se
    log_unit = np.log(unit)
    return WorkingModelBatch(
        cells=names,
        k=counts,
        n_studies=cells.n_studies,
        estimate=estimate,
        se=se,
        df=df,
        statistic=statistic,
        p_value=t_two_sided(statistic, df),
        ci=np.stack((estimate - reach, estimate + reach), axis=-1),
        model_se=np.sqrt(bread) * unit,
        tau2=(unit * sds[:, 0]) ** 2,
        omega2=(unit * sds[:, 1]) ** 2,
        prediction_interval=np.stack((estimate - far, estimate + far), axis=-1),
        log_likelihood=solved.log_likelihood + 0.5 * np.log(cells.k) - (cells.k - 1.0) * log_unit,
        is_trusted=np.nan_to_num(df, nan=0.0) >= TRUSTED_DF,
        rho=cells.rho,
        level=level,
    )
