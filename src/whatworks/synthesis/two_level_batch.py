"""Random-effects models of thousands of cells in one call."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import isfinite

import numpy as np
import numpy.typing as npt

from whatworks.statistics.confidence_level import level_between_0_and_1
from whatworks.statistics.distributions import normal_critical, normal_two_sided
from whatworks.synthesis.heterogeneity import METHODS, checked_search
from whatworks.synthesis.inputs import checked_starts, effect_arrays, one_of
from whatworks.synthesis.pooling import TESTS, PooledGroups, pool
from whatworks.synthesis.summarised import Summarised

__all__ = ["RandomEffectsBatch", "random_effects_batch"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RandomEffectsBatch(Summarised):
    """Fits of G cells; each field has one entry a cell, NaN where a single fit has None.

    Attributes
    ----------
    k
        Number of effects pooled, shape (G,).
    estimate, se, ci, statistic, df, p_value
        As in `RandomEffects`; `ci` has shape (G, 2).
    tau2, tau2_se, tau2_ci, i2, h2
        As in `RandomEffects`; `tau2_ci` has shape (G, 2).
    q, q_p_value
        Cochran's test.
    prediction_interval
        Shape (G, 2).
    log_likelihood
        Restricted for REML.
    n_maxima
        Number of local maxima of the likelihood that was maximised; 0 for other methods, and where
        a local search did not count them.
    method, test, level, search
        As asked for; a cell of one study has the normal interval.
    """

    k: Ints
    estimate: Floats
    se: Floats
    ci: Floats
    statistic: Floats
    df: Floats
    p_value: Floats
    tau2: Floats
    tau2_se: Floats
    tau2_ci: Floats
    i2: Floats
    h2: Floats
    q: Floats
    q_p_value: Floats
    prediction_interval: Floats
    log_likelihood: Floats
    n_maxima: Ints
    method: str
    test: str
    level: float
    search: str

    def table(self) -> dict[str, Floats | Ints]:
        """Return the cells as columns; intervals as two columns each."""
        columns: dict[str, Floats | Ints] = {}
        for entry in fields(self):
            value = getattr(self, entry.name)
            if isinstance(value, np.ndarray) and value.ndim == 2:
                columns[f"{entry.name}_lower"] = value[:, 0]
                columns[f"{entry.name}_upper"] = value[:, 1]
            elif isinstance(value, np.ndarray):
                columns[entry.name] = value
        return columns

    def to_dict(self) -> dict[str, object]:
        """Return all fields as values that JSON can hold: lists, None where not finite."""
        result: dict[str, object] = {
            name: [value if isfinite(value) else None for value in column.tolist()]
            for name, column in self.table().items()
        }
        return result | {
            "method": self.method,
            "test": self.test,
            "level": self.level,
            "search": self.search,
        }

    def summary(self) -> str:
        """Return the size and spread of the batch as plain text."""
        several = int((self.n_maxima > 1).sum())
        low, middle, high = np.quantile(self.estimate, [0.0, 0.5, 1.0])
        return (
            f"{self.k.size:,} cells, {int(self.k.sum()):,} effects, {self.method}, {self.test}\n"
            f"Effects from {low:.4g} to {high:.4g}, median {middle:.4g}\n"
            f"{several:,} cells with more than one local maximum"
        )


def random_effects_batch(
    yi: npt.ArrayLike,
    vi: npt.ArrayLike,
    starts: npt.ArrayLike,
    *,
    method: str = "REML",
    test: str = "knha",
    level: float = 0.95,
    search: str = "global",
    intervals: bool = True,
) -> RandomEffectsBatch:
    """Fit the random-effects model to each of many cells, all at once.

    Every cell gets the same global search, and the same numbers, as by `random_effects`, unless a
    local one is asked for.

    Parameters
    ----------
    yi, vi : array-like, shape (n,)
        Effects and sampling variances of all cells, cell after cell.
    starts : array-like of int, shape (G,)
        Position of each cell's first effect, counted from 0: cell g is
        `yi[starts[g]:starts[g + 1]]`, the last goes to the end.
    method, test, level
        As in `random_effects`.
    search : {"global", "local"}
        global: the highest of all maxima. local, for REML and ML: the maximum that Newton's method
        and Fisher scoring reach from DerSimonian and Laird's estimate, as most software gives it;
        cells where they do not settle are searched as a whole. Several times faster, for bootstraps
        and simulations; in cells of few studies of unequal size it can miss the highest maximum
        (`benchmarks/local_maxima.py` prints how often).
    intervals : bool
        Whether to find the Q-profile limits of tau2, which take half of the time; NaN if not.

    Raises
    ------
    TooFewStudies
        There is no effect, or a cell has none; the message names it.
    UserError
        As for `random_effects`; starts that do not begin with 0 or do not ascend; a local search
        for a method that maximises no likelihood.
    """
    y, v = effect_arrays(yi, vi)
    one_of(method, METHODS, "method")
    one_of(test, TESTS, "test")
    checked_search(search, method)
    level = level_between_0_and_1(level)
    first = checked_starts(starts, y.size)
    k = np.diff(np.append(first, y.size))
    several = np.flatnonzero(k > 1)
    batch = _blank(k, method, test, level, search)
    _fill_single_studies(batch, y, v, first, np.flatnonzero(k == 1))
    if several.size:
        kept = np.repeat(k > 1, k)
        offsets = np.concatenate(([0], np.cumsum(k[several])[:-1])).astype(np.int64)
        groups = pool(
            y[kept], v[kept], offsets, method, test, level, search=search, intervals=intervals
        )
        _fill(batch, groups, several)
    return batch


def _blank(k: Ints, method: str, test: str, level: float, search: str) -> RandomEffectsBatch:
    def missing(*shape: int) -> Floats:
        return np.full((k.size, *shape), np.nan)

    return RandomEffectsBatch(
        k=k,
        estimate=missing(),
        se=missing(),
        ci=missing(2),
        statistic=missing(),
        df=missing(),
        p_value=missing(),
        tau2=missing(),
        tau2_se=missing(),
        tau2_ci=missing(2),
        i2=missing(),
        h2=missing(),
        q=np.zeros(k.size),
        q_p_value=np.ones(k.size),
        prediction_interval=missing(2),
        log_likelihood=missing(),
        n_maxima=np.zeros(k.size, dtype=np.int64),
        method=method,
        test=test,
        level=level,
        search=search,
    )


def _fill_single_studies(
    batch: RandomEffectsBatch, y: Floats, v: Floats, first: Ints, single: Ints
) -> None:
    """Write cells of one study: the study's own effect with the normal interval."""
    estimate, se = y[first[single]], np.sqrt(v[first[single]])
    reach = normal_critical(batch.level) * se
    batch.estimate[single], batch.se[single] = estimate, se
    batch.ci[single] = np.stack((estimate - reach, estimate + reach), axis=-1)
    batch.statistic[single] = estimate / se
    batch.p_value[single] = normal_two_sided(estimate / se)
    batch.log_likelihood[single] = (
        0.0 if batch.method == "REML" else -0.5 * np.log(2.0 * np.pi * se**2)
    )


def _fill(batch: RandomEffectsBatch, groups: PooledGroups, cells: Ints) -> None:
    """Write cells of two or more studies."""
    shared = (
        "estimate se ci statistic df p_value tau2 tau2_se tau2_ci i2 h2 q q_p_value "
        "prediction_interval"
    )
    for name in shared.split():
        getattr(batch, name)[cells] = getattr(groups, name)
    is_restricted = batch.method == "REML"
    batch.log_likelihood[cells] = (
        groups.reml_log_likelihood if is_restricted else groups.ml_log_likelihood
    )
    batch.n_maxima[cells] = np.bincount(groups.maxima_group, minlength=cells.size)
