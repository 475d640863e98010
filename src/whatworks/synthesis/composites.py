"""One composite effect a study, until the multilevel model keeps them apart."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.synthesis.inputs import effect_arrays

__all__ = ["Composites", "composite_by_study"]

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
        Correlation that was assumed.
    """

    studies: tuple[Hashable, ...]
    yi: Floats
    vi: Floats
    n_effects: Ints
    rho: float


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
    if len(study) != y.size:
        raise UserError(f"study has {len(study):,} names for {y.size:,} effects. Give one each.")
    if isinstance(rho, bool) or not 0.0 <= rho <= 1.0:
        raise UserError(f"rho must be between 0 and 1. Supplied value was {rho!r}.")
    position: dict[Hashable, int] = {}
    group = np.array([position.setdefault(name, len(position)) for name in study], dtype=np.int64)
    count = np.bincount(group)
    total, sd = np.bincount(group, v), np.bincount(group, np.sqrt(v))
    return Composites(
        studies=tuple(position),
        yi=np.bincount(group, y) / count,
        # The double sum: all products of standard deviations times rho, the diagonal made whole.
        vi=((1.0 - rho) * total + rho * sd**2) / count**2,
        n_effects=count.astype(np.int64),
        rho=float(rho),
    )
