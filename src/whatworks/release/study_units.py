"""What each study says in a pooled result of dependent effects: its effect, error and weight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.extraction.nouns import Effect

__all__ = ["StudyUnits", "study_units"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class StudyUnits:
    """Studies in the order in which they are first met.

    Attributes
    ----------
    yi
        Each study's effect: the mean of its effects as the model weighs them, shape (m,).
    vi
        Its sampling variance, shape (m,).
    weights
        What it counts for in the average; they sum to 1. Shape (m,).
    members
        Effects of each study.
    """

    yi: Floats
    vi: Floats
    weights: Floats
    members: tuple[tuple[Effect, ...], ...]


def study_units(
    effects: Sequence[Effect], *, rho: float, smooth_vi: bool, tau2: float, omega2: float
) -> StudyUnits:
    """Return what each study contributes to an average of dependent effects.

    With V_j the covariance of the sampling errors of study j and M_j = V_j + omega2 I + tau2 J, the
    average is sum_j 1'M_j^-1 y_j / sum_j 1'M_j^-1 1. So study j has weight 1'M_j^-1 1 and effect
    b_j = 1'M_j^-1 y_j / 1'M_j^-1 1, and the weighted mean of all b_j is the average.

    Parameters
    ----------
    effects : sequence of Effect
        Effects of all studies.
    rho : float
        Correlation of sampling errors within a study.
    smooth_vi : bool
        Whether each effect takes the mean variance of its study.
    tau2, omega2 : float
        Variance of true effects between studies, and within.

    Notes
    -----
    tau2 does not change b_j: it adds the same to every entry of M_j. The sampling variance is
    a'V_j a with a the weights of the study's effects; that of a study with one effect is its own.
    With smoothed variances b_j is the plain mean of the study's effects. Without, a weight may be
    negative and b_j outside the range of the effects, where rho is above the ratio of two standard
    errors.
    """
    by_study: dict[str, list[Effect]] = {}
    for effect in effects:
        by_study.setdefault(effect.study_id, []).append(effect)
    means, variances, weights = [], [], []
    for group in by_study.values():
        yi = np.array([effect.yi for effect in group])
        vi = np.array([effect.vi for effect in group])
        sd = np.sqrt(np.full(vi.size, vi.mean()) if smooth_vi else vi)
        sampling = rho * np.outer(sd, sd)
        np.fill_diagonal(sampling, sd**2)
        share = np.linalg.solve(sampling + omega2 * np.eye(yi.size), np.ones(yi.size))
        precision = float(share.sum())
        share = share / precision
        means.append(float(share @ yi))
        variances.append(float(share @ sampling @ share))
        weights.append(1.0 / (1.0 / precision + tau2))
    total = np.array(weights)
    return StudyUnits(
        yi=np.array(means),
        vi=np.array(variances),
        weights=total / total.sum(),
        members=tuple(tuple(group) for group in by_study.values()),
    )
