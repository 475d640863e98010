"""Fit a model for dependent effects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import numpy as np
import numpy.typing as npt

from whatworks.errors import TooFewStudies, UserError
from whatworks.statistics.block_covariance import BlockCovariance
from whatworks.statistics.confidence_level import level_between_0_and_1
from whatworks.statistics.dense_blocks import DenseBlocks
from whatworks.statistics.diagonal_covariance import DiagonalCovariance
from whatworks.synthesis.design import Columns, Moderators, design_of
from whatworks.synthesis.inputs import effect_arrays, misuse_notes, number_array, one_of
from whatworks.synthesis.multilevel.assemble import assemble
from whatworks.synthesis.multilevel.model import MultilevelModel
from whatworks.synthesis.multilevel.terms import RandomTerm, random_terms, term_data

__all__ = ["multilevel_model"]

Floats = npt.NDArray[np.float64]


def multilevel_model(
    yi: npt.ArrayLike,
    vi: npt.ArrayLike | BlockCovariance,
    *,
    random: str | RandomTerm | Sequence[str | RandomTerm],
    data: Columns | None = None,
    mods: Moderators = None,
    structure: str | Sequence[str] = "CS",
    method: str = "REML",
    test: str = "t",
    df_method: str = "contain",
    level: float = 0.95,
) -> MultilevelModel:
    """Fit effects that depend on each other: nested, crossed, multivariate.

    y = Xb + Zu + e with Var(e) known and the variances of u estimated by (restricted) maximum
    likelihood. The maximum is the highest of all that a scan of the whole range finds
    (`certificate` lists them); units of measurement play no part, and no fit is given up.

    Parameters
    ----------
    yi : array-like, shape (k,)
        Effects on any additive scale.
    vi : array-like or BlockCovariance
        Sampling variances, (k,); their covariance matrix, (k, k), block-diagonal as a rule; or
        what `sampling_covariance` returns.
    random : str, RandomTerm or a sequence
        "~ 1 | study/effect": effects within studies. ["~ 1 | study", "~ 1 | measure"]: crossed.
        "~ outcome | study": a draw for each outcome of a study, correlated by `structure`. An
        empty sequence: no random part (generalised least squares).
    data : mapping of columns, optional
        Where the variables of `random` and `mods` stand, each of length k.
    mods : str, array or None
        Moderators; see `design_of`.
    structure : {"CS", "HCS", "UN", "AR", "HAR", "CAR", "ID", "DIAG"} or a sequence
        Covariance of the draws of one unit, for terms with an inner variable: equal variances and
        correlations; own variances; any; autoregressive by occasion (in the order of the inner values),
        with own variances, or by the time between; independent.
    method : {"REML", "ML"}
        Likelihood that is maximised.
    test : {"t", "z"}
        Distribution of the coefficients over their standard errors.
    df_method : {"contain", "residual"}
        Degrees of freedom of t: by containment (a moderator that is constant within studies has
        as many as there are studies, less p), or k - p.
    level : float
        Level of all intervals.

    Returns
    -------
    MultilevelModel
        A level that has one unit, or repeats another, is fixed at 0 and named in `notes`. A
        sampling covariance that is not positive definite is fitted if the random part makes up
        for it; `notes` says where.

    Raises
    ------
    TooFewStudies
        There are no more effects than coefficients.
    UserError
        Numbers, lengths, formulas or columns that do not fit; the message says which.

    Warns
    -----
    PossibleMisuse
        As `random_effects`: an effect above 3, or effects far more alike than their variances say.

    References
    ----------
    Van den Noortgate W, Lopez-Lopez JA, Marin-Martinez F, Sanchez-Meca J (2013). Behavior
    Research Methods 45:576-594 (three levels).
    Pustejovsky JE, Tipton E (2022). Prevention Science 23:425-438 (working models).
    Harville DA (1977). Journal of the American Statistical Association 72:320-338 (REML).

    Examples
    --------
    >>> fit = multilevel_model(
    ...     [0.3, 0.5, 0.1, 0.2, 0.6, 0.4],
    ...     [0.02, 0.03, 0.01, 0.02, 0.04, 0.03],
    ...     random="~ 1 | study/effect",
    ...     data={"study": ["a", "a", "b", "b", "c", "c"], "effect": [1, 2, 3, 4, 5, 6]},
    ... )
    >>> round(fit.estimate, 3), [c.name for c in fit.components]
    (0.315, ['sigma2 study', 'sigma2 study/effect'])
    """
    one_of(method, ("REML", "ML"), "method")
    one_of(test, ("t", "z"), "test")
    one_of(df_method, ("contain", "residual"), "df_method")
    level = level_between_0_and_1(level)
    y, sampling = _effects(yi, vi)
    design = design_of(mods, data, y.size)
    if y.size <= design.p:
        raise TooFewStudies(
            f"There are {y.size:,} effects for {design.p:,} coefficients. A model with a random "
            "part needs more effects than coefficients."
        )
    terms = tuple(term_data(term, data, y.size) for term in random_terms(random, structure))
    fit = assemble(
        y, sampling, design, terms, method=method, test=test, df_method=df_method, level=level
    )
    # Q speaks of all effects only where nothing else explains them.
    q = fit.q if fit.q is not None and design.is_intercept_only else float("inf")
    notes = misuse_notes(y, q)
    return MultilevelModel.of(replace(fit, notes=(*fit.notes, *notes)) if notes else fit)


def _effects(
    yi: npt.ArrayLike, vi: npt.ArrayLike | BlockCovariance
) -> tuple[Floats, BlockCovariance]:
    """Return checked effects and the covariance of their sampling errors."""
    if hasattr(vi, "log_determinant"):
        covariance = cast(BlockCovariance, vi)
        y, _ = effect_arrays(yi, covariance.diagonal())
        return y, covariance
    array = np.asarray(vi)
    if array.ndim < 2:
        y, v = effect_arrays(yi, vi)
        return y, DiagonalCovariance(v)
    y = number_array(yi, "yi")
    if array.shape != (y.size, y.size):
        raise UserError(
            f"vi has shape {array.shape}. Give variances, ({y.size},), or a covariance matrix, "
            f"({y.size}, {y.size})."
        )
    matrix = np.asarray(array, dtype=np.float64)
    if not np.isfinite(matrix).all():
        i, j = np.argwhere(~np.isfinite(matrix))[0]
        raise UserError(f"vi, row {i + 1}, column {j + 1}: found no finite number.")
    apart = np.abs(matrix - matrix.T) > 1e-8 * np.sqrt(np.abs(np.diagonal(matrix)).max())
    if apart.any():
        i, j = np.argwhere(apart)[0]
        raise UserError(
            f"vi, row {i + 1}, column {j + 1}: found {matrix[i, j]:g}, and {matrix[j, i]:g} on the "
            "other side. A covariance matrix is symmetric."
        )
    y, _ = effect_arrays(y, np.diagonal(matrix).copy())
    return y, DenseBlocks.from_matrix(0.5 * (matrix + matrix.T))
