"""One composite effect a study: for tables and plots, and for models that take one each."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.statistics.block_covariance import BlockCovariance
from whatworks.synthesis.inputs import correlation_within, effect_arrays, missing_positions

__all__ = ["Composites", "combine_within_study", "composite_by_study"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Composites:
    """One effect a study.

    Attributes
    ----------
    studies
        Names of the studies, in the order in which they were first seen.
    yi, vi
        Composite effects and variances, shape (m,).
    n_effects
        Effects behind each, shape (m,).
    rho
        Correlation that was assumed; None where a covariance was given.
    """

    studies: tuple[Hashable, ...]
    yi: Floats
    vi: Floats
    n_effects: Ints
    rho: float | None


def composite_by_study(
    yi: npt.ArrayLike, vi: npt.ArrayLike, study: Sequence[Hashable], *, rho: float
) -> Composites:
    """Average the effects of each study, which share pupils and are therefore correlated.

    Parameters
    ----------
    yi, vi : array-like, shape (n,)
        Effects and sampling variances.
    study : sequence, length n
        Study of each effect.
    rho : float
        Correlation of the sampling errors of two effects of one study, between 0 and 1. It is
        hardly ever reported: show the result for several.

    Returns
    -------
    Composites
        yi the mean of the study's m effects; vi = (1/m^2) sum_ij r_ij sqrt(v_i v_j) with r_ij
        1 on the diagonal and rho off it.

    Raises
    ------
    UserError
        As `random_effects`; a study for each effect is not given; rho out of range.

    References
    ----------
    Borenstein M, Hedges LV, Higgins JPT, Rothstein HR (2009). Introduction to Meta-Analysis,
    chapter 24.
    """
    y, v = effect_arrays(yi, vi)
    group, names = _groups(study, y.size)
    rho = correlation_within(rho, below_1=False)
    count = np.bincount(group)
    total, sd = np.bincount(group, v), np.bincount(group, np.sqrt(v))
    return Composites(
        studies=names,
        yi=np.bincount(group, y) / count,
        # The double sum: all products of standard deviations times rho, the diagonal made whole.
        vi=((1.0 - rho) * total + rho * sd**2) / count**2,
        n_effects=count.astype(np.int64),
        rho=rho,
    )


def combine_within_study(
    yi: npt.ArrayLike,
    covariance: BlockCovariance,
    study: Sequence[Hashable],
    *,
    weighted: bool = True,
) -> Composites:
    """Combine the effects of each study whose covariance is known or built.

    Parameters
    ----------
    yi : array-like, shape (n,)
        Effects.
    covariance : BlockCovariance, (n, n)
        Of their sampling errors, as `sampling_covariance` builds it; no block runs over studies.
    study : sequence, length n
        Study of each effect.
    weighted : bool
        With 1 a column of ones over the study's effects, V their covariance: the generalised least
        squares mean 1'V^-1 y / 1'V^-1 1 with variance 1 / 1'V^-1 1, the smallest there is; or, if
        false, the plain mean with variance 1'V1 / m^2.

    Raises
    ------
    UserError
        As `random_effects`; lengths differ; a block runs over studies; weights are asked for where
        V is not positive definite.

    Notes
    -----
    Under a high correlation weights may be negative, and the combined effect lie outside the
    effects it combines; the plain mean, or `smooth_by_cluster` before, avoids it.

    References
    ----------
    Becker BJ (1995). Corrections to "Using results from replicated studies to estimate linear
    models". Journal of Educational and Behavioral Statistics 20:100-102. Gleser LJ, Olkin I (2009),
    in The Handbook of Research Synthesis and Meta-Analysis (2nd ed.), chapter 19.
    """
    y, _ = effect_arrays(yi, covariance.diagonal())
    group, names = _groups(study, y.size)
    block = covariance.labels
    home = np.empty(int(block.max()) + 1, dtype=np.int64)
    home[block] = group
    astray = np.flatnonzero(home[block] != group)
    if astray.size:
        raise UserError(
            f"covariance, row {astray[0] + 1}: its effect of study {study[astray[0]]!r} varies "
            f"with effects of study {names[home[block[astray[0]]]]!r}. Combine whole studies."
        )
    count, ones = np.bincount(group), np.ones(y.size)
    if not weighted:
        mean = np.bincount(group, y) / count
        variance = np.bincount(group, covariance.times(ones)) / count**2
    else:
        try:
            solved = covariance.solve(np.column_stack([ones, y]))
        except np.linalg.LinAlgError:
            raise UserError(
                "The covariance is not positive definite in some study, so that no weights follow "
                "from it. Repair it (sampling_covariance, nearest=True), or use weighted=False."
            ) from None
        variance = 1.0 / np.bincount(group, solved[:, 0])
        mean = variance * np.bincount(group, solved[:, 1])
    return Composites(names, mean, variance, count.astype(np.int64), rho=None)


def _groups(study: Sequence[Hashable], n: int) -> tuple[Ints, tuple[Hashable, ...]]:
    """Return the group of each effect and the names, in the order in which they were first seen."""
    if len(study) != n:
        raise UserError(f"study has {len(study):,} names for {n:,} effects. Give one each.")
    missing = missing_positions(study)
    if missing.size:
        raise UserError(
            f"study, position {missing[0] + 1}: there is no value. Give one, or leave the effect out."
        )
    position: dict[Hashable, int] = {}
    group = np.array([position.setdefault(name, len(position)) for name in study], dtype=np.int64)
    return group, tuple(position)
