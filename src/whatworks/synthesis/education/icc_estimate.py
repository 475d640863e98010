"""An intraclass correlation from pupils' own scores."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.errors import TooFewStudies, UserError
from whatworks.statistics.roots import bracketed_roots
from whatworks.synthesis.inputs import number_array

__all__ = ["IccEstimate", "icc_from_pupils"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class IccEstimate:
    """An intraclass correlation with its standard error.

    Attributes
    ----------
    icc
        Estimate, 0 or more.
    se
        Standard error from the curvature of the restricted likelihood; None at 0, where there is
        no curvature to go by.
    n_pupils, n_clusters
        What it rests on.
    """

    icc: float
    se: float | None
    n_pupils: int
    n_clusters: int


def icc_from_pupils(scores: npt.ArrayLike, cluster: Sequence[Hashable]) -> IccEstimate:
    """Estimate an intraclass correlation by restricted maximum likelihood.

    Parameters
    ----------
    scores : array-like, shape (N,)
        One score for each pupil.
    cluster : sequence, length N
        Class or school of each.

    Returns
    -------
    IccEstimate
        l/(1 + l) for the ratio l of the variances between and within clusters in the model
        y_ij = mu + u_j + e_ij.

    Raises
    ------
    TooFewStudies
        Fewer than two clusters, or none with two pupils.
    UserError
        A cluster is not given for each score; pupils of a cluster do not differ.

    Notes
    -----
    With w_j = n_j/(1 + n_j l) for n_j pupils, m = sum w_j ybar_j/sum w_j and R = SSW + sum w_j
    (ybar_j - m)^2, twice the negative log-likelihood is (N - 1) log R + sum log(1 + n_j l) +
    log sum w_j. Its derivative is scanned for roots from 0 on and the lowest point is taken.

    References
    ----------
    Patterson HD, Thompson R (1971). Biometrika 58:545-554.
    """
    y = number_array(scores, "scores")
    if len(cluster) != y.size:
        raise UserError(f"cluster has {len(cluster):,} names for {y.size:,} scores. Give one each.")
    position: dict[Hashable, int] = {}
    code = np.array([position.setdefault(name, len(position)) for name in cluster], dtype=np.int64)
    if len(position) < 2 or y.size <= len(position):
        raise TooFewStudies(
            f"{y.size:,} pupils in {len(position):,} clusters say nothing of an icc. Give at least "
            "two clusters, one of them with two pupils."
        )
    size = np.bincount(code).astype(np.float64)
    y = y - y.mean()
    mean = np.bincount(code, y) / size
    within = float(((y - mean[code]) ** 2).sum())
    if within <= 1e-14 * float(y @ y):
        raise UserError("Pupils of a cluster do not differ: there is no variance within to go by.")
    ratio = _lowest(size, mean, within)
    icc = ratio / (1.0 + ratio)
    se = None
    if ratio > 0.0:
        step = 1e-4 * ratio
        ends = _derivative(np.array([ratio - step, ratio + step]), size, mean, within)
        curvature = float(ends[1] - ends[0]) / (2.0 * step)
        se = float(np.sqrt(2.0 / curvature)) / (1.0 + ratio) ** 2
    return IccEstimate(icc, se, y.size, len(position))


def _parts(ratio: Floats, size: Floats, mean: Floats, within: float) -> tuple[Floats, ...]:
    """Weights (r, m), their sum (r,), squared distances (r, m) and R (r,)."""
    weight = size / (1.0 + np.multiply.outer(ratio, size))
    total = weight.sum(axis=1)
    distance = (mean - ((weight @ mean) / total)[:, None]) ** 2
    return weight, total, distance, within + (weight * distance).sum(axis=1)


def _derivative(ratio: Floats, size: Floats, mean: Floats, within: float) -> Floats:
    """Of twice the negative restricted log-likelihood, at each ratio."""
    weight, total, distance, rest = _parts(ratio, size, mean, within)
    spread = (weight**2 * distance).sum(axis=1) / rest
    return np.asarray(total - (weight**2).sum(axis=1) / total - (size.sum() - 1.0) * spread)


def _lowest(size: Floats, mean: Floats, within: float) -> float:
    at = np.concatenate(([0.0], np.logspace(-8.0, 8.0, 65)))
    slope = _derivative(at, size, mean, within)
    turns = np.flatnonzero((slope[:-1] < 0.0) & (slope[1:] >= 0.0))
    found = np.zeros(1)
    if turns.size:
        roots = bracketed_roots(
            lambda ratio: _derivative(ratio, size, mean, within),
            at[turns],
            slope[turns],
            at[turns + 1],
            slope[turns + 1],
        )
        found = np.concatenate((found, roots))
    _, total, _, rest = _parts(found, size, mean, within)
    value = (size.sum() - 1.0) * np.log(rest) + np.log(total)
    value += np.log1p(np.multiply.outer(found, size)).sum(axis=1)
    return float(found[np.argmin(value)])
