"""Working models for effects that come several to a study: CHE, HIER, CE, SCE.

The true correlation of sampling errors is hardly ever reported. A working model assumes one, takes
the gain in precision if it is near, and leaves honest standard errors to robust inference.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from whatworks.errors import TooFewStudies, UserError
from whatworks.statistics.block_covariance import BlockCovariance
from whatworks.statistics.block_covariance import first_appearance_codes as codes_of
from whatworks.statistics.diagonal_covariance import DiagonalCovariance
from whatworks.statistics.low_rank_blocks import LowRankBlocks
from whatworks.synthesis.columns import Columns, table_of
from whatworks.synthesis.design import Moderators
from whatworks.synthesis.inputs import correlation_within, effect_arrays, one_of
from whatworks.synthesis.multilevel import MultilevelModel, multilevel_model
from whatworks.synthesis.sampling_covariance.labels import coded

__all__ = ["WORKING_MODELS", "constant_correlation", "working_model"]

Floats = npt.NDArray[np.float64]

WORKING_MODELS = ("CHE", "HIER", "CE", "SCE")


def constant_correlation(
    vi: npt.ArrayLike, cluster: npt.ArrayLike, rho: float
) -> LowRankBlocks | DiagonalCovariance:
    """Return the covariance of sampling errors that correlate by one number within clusters.

    Cov(e_i, e_j) = rho sqrt(v_i v_j) for two effects of one cluster, held in memory proportional
    to their number. `sampling_covariance` offers other patterns.

    Parameters
    ----------
    vi : array-like, shape (k,)
        Sampling variances, all > 0.
    cluster : array-like, shape (k,)
        What the effects come from; labels of any kind.
    rho : float
        Correlation, from 0 to below 1.

    Raises
    ------
    UserError
        Values or lengths that do not fit.
    """
    _, v = effect_arrays(np.zeros(np.shape(vi)), vi)
    labels = coded(cluster, "cluster", v.size).codes
    rho = correlation_within(rho)
    if rho == 0.0:
        return DiagonalCovariance(v)
    return LowRankBlocks((1.0 - rho) * v, np.sqrt(v)[None, :], np.array([rho]), labels)


def working_model(
    yi: npt.ArrayLike,
    vi: npt.ArrayLike,
    cluster: npt.ArrayLike,
    *,
    kind: str,
    rho: float | None = None,
    category: npt.ArrayLike | None = None,
    mods: Moderators = None,
    data: Columns | None = None,
    method: str = "REML",
    level: float = 0.95,
) -> MultilevelModel:
    """Fit a working model; take its inference from `robust`.

    Parameters
    ----------
    yi, vi : array-like, shape (k,)
        Effects and sampling variances.
    cluster : array-like, shape (k,)
        Study of each effect.
    kind : {"CHE", "HIER", "CE", "SCE"}
        Correlated and hierarchical: sampling errors correlate by `rho`, true effects differ
        between studies and within. Hierarchical: the same with rho 0. Correlated: effects differ
        between studies alone. Subgroup correlated: `category` splits the effects; those of one
        study and category correlate, each category has its own variance between studies.
    rho : float, optional
        Correlation of sampling errors, from 0 to below 1; required except for HIER. There is no
        usual value that fits all: show the result for several.
    category : array-like, shape (k,), optional
        For SCE.
    mods, data, method, level
        As in `multilevel_model`.

    Raises
    ------
    UserError
        `rho` or `category` is missing, or values do not fit.

    References
    ----------
    Pustejovsky JE, Tipton E (2022). Prevention Science 23:425-438.

    Examples
    --------
    >>> fit = working_model(
    ...     [0.3, 0.5, 0.1, 0.2, 0.6, 0.4],
    ...     [0.02, 0.03, 0.01, 0.02, 0.04, 0.03],
    ...     ["a", "a", "b", "b", "c", "c"],
    ...     kind="CHE",
    ...     rho=0.6,
    ... )
    >>> round(fit.estimate, 3)
    0.292
    """
    one_of(kind, WORKING_MODELS, "kind")
    y, v = effect_arrays(yi, vi)
    if y.size < 2:
        raise TooFewStudies(
            "There is 1 effect. A working model estimates how much effects differ and needs 2 or "
            "more; random_effects takes one."
        )
    labels = coded(cluster, "cluster", y.size).codes
    if category is not None and kind != "SCE":
        raise UserError(f"{kind} has no use for category. Leave it out, or take kind SCE.")
    if kind == "HIER":
        if rho:
            raise UserError(f"HIER takes sampling errors as independent; rho was {rho!r}.")
        rho = 0.0
    if rho is None:
        raise UserError(f"{kind} needs rho, the correlation of sampling errors within a study.")
    rho = correlation_within(rho)
    columns = dict(table_of(data))
    study = _placed("study", np.asarray(cluster), columns)
    effect = _placed("effect", np.arange(y.size), columns)
    covariance: BlockCovariance = constant_correlation(v, labels, rho)
    random = [f"~ 1 | {study}/{effect}"]
    if kind == "CE":
        random = [f"~ 1 | {study}"]
    if kind == "SCE":
        if category is None:
            raise UserError("SCE needs category: what splits the effects into subgroups.")
        split = coded(category, "category", y.size).codes
        joint = codes_of(labels * (int(split.max()) + 1) + split)
        covariance = constant_correlation(v, joint, rho)
        subgroup = _placed("category", np.asarray(category), columns)
        random = [f"~ {subgroup} | {study}"]
    return multilevel_model(
        y,
        covariance,
        random=random,
        structure="DIAG",
        data=columns,
        mods=mods,
        method=method,
        level=level,
    )


def _placed(wanted: str, values: npt.NDArray[Any], columns: dict[str, npt.ArrayLike]) -> str:
    """Put values among the columns, and return their name: one that no other column has."""
    name = wanted
    while name in columns and not np.array_equal(np.asarray(columns[name]), values):
        name += "_"
    columns[name] = values
    return name
