"""The highest maximum of a likelihood in several variances, and the others that were found.

No start value is trusted: the likelihood is scanned over a grid of standard deviations and
correlations in units of the data's own, every hill of the grid is climbed to its top, and all
distinct tops are reported. Where the model has many effects the grid is laid over a share of the
studies, for a likelihood of many studies has no small hills that a share does not show.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from whatworks.statistics.bounded_newton import climb_inside
from whatworks.statistics.newton import Ascent, climb
from whatworks.synthesis.multilevel.dense_likelihood import DenseLikelihood
from whatworks.synthesis.multilevel.nested_likelihood import NestedLikelihood, nested_likelihood
from whatworks.synthesis.multilevel.problem import Problem

__all__ = ["Found", "Likelihood", "likelihood_of", "search", "search_near"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Likelihood = NestedLikelihood | DenseLikelihood

# Points of the grid in each standard deviation, by how many there are, as shares of the spread.
GRIDS: dict[int, Floats] = {
    1: np.geomspace(1e-3, 4.0, 19),
    2: np.geomspace(1e-2, 3.0, 9),
    3: np.array([0.03, 0.2, 0.6, 1.5]),
}
COARSE = np.array([0.15, 0.8])
MOST_POINTS = 200
# Angles at which correlations start: none, clearly positive and clearly negative.
ANGLES = (0.5 * np.pi, 0.9, np.pi - 0.9)
MOST_CLIMBS = 6
MOST_CLIMBS_OF_FACE = 2
# Above so many effects the grid is laid over a share of the blocks.
THIN_ABOVE = 6_000
# In units of the typical standard error; its square is what is taken for a variance of 0.
ON_BOUNDARY = 1e-5
# A slope of the log-likelihood in a variance, in units of the typical one: less is none.
STUCK = 1e-6
# Standard deviations at which those of the best top are tried again, as shares of the spread.
PROBES = (0.0, 0.1, 0.5)
# How far below the best top a place is worth a climb.
WORTH_A_CLIMB = 6.0
SAME_HEIGHT = 1e-7
SAME_PLACE = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a search found.

    Attributes
    ----------
    best
        The highest top; variances at their boundary are exactly 0.
    tops
        All distinct tops, highest first.
    n_points, n_climbs
        How many points were looked at and how many hills climbed.
    """

    best: Ascent
    tops: tuple[Ascent, ...]
    n_points: int
    n_climbs: int


def likelihood_of(problem: Problem) -> Likelihood:
    """Return the fastest likelihood that fits the problem."""
    return nested_likelihood(problem) or DenseLikelihood(problem)


def search(problem: Problem, likelihood: Likelihood) -> Found:
    """Find the global maximum and all others, from a grid."""
    scanned = likelihood
    is_thinned = problem.k > THIN_ABOVE
    if is_thinned:
        scanned = likelihood_of(_thinned(problem, likelihood))
    points = list(_grid(problem))
    heights = np.array([scanned.value(point) for point in points])
    finite = np.isfinite(heights)
    if not finite.any():
        raise np.linalg.LinAlgError("no point of the grid has a positive definite covariance")
    starts = [points[i] for i in _hills(np.array(points), heights, problem.is_sd)]
    if is_thinned:
        # The tops of the share are next to those of the whole, a step or two away.
        starts = [_away_from_zero(problem, top.phi) for top in _tops(problem, scanned, starts)]
    return _climb_all(problem, likelihood, starts, len(points))


def search_near(problem: Problem, likelihood: Likelihood, start: Floats) -> Found:
    """Climb from a known neighbour's answer, and from a few points far from it.

    For data that differ by a study or two from data that were searched.
    """
    start = _away_from_zero(problem, start)
    best = _snapped(problem, likelihood, _ascent(problem, likelihood, start))
    far = [point for i, point in enumerate(_grid(problem)) if i % 7 == 3][:12]
    higher = [p for p in far if likelihood.value(p) > best.value]
    if not higher:
        return Found(best, (best,), 1 + len(far), 1)
    return _climb_all(problem, likelihood, [start, *higher], 1 + len(far))


def _grid(problem: Problem) -> Iterator[Floats]:
    n_sds = problem.n_sds
    steps = GRIDS.get(n_sds, COARSE) * problem.spread
    has_correlation = problem.n_parameters > n_sds
    if has_correlation and n_sds == 2:
        steps = steps[::2]
    elif not has_correlation and n_sds in GRIDS:
        # A climb that starts at 0 stays there: the maxima of the models without that variance.
        steps = np.append(0.0, steps)
    combinations = list(product(steps, repeat=n_sds)) if n_sds <= 6 else _few(steps, n_sds)
    angles = ANGLES if has_correlation else ANGLES[:1]
    if len(combinations) * len(angles) > MOST_POINTS:
        every = -(-len(combinations) * len(angles) // MOST_POINTS)
        combinations = combinations[::every]
    for sds, angle in product(combinations, angles):
        phi = np.empty(problem.n_parameters)
        used = 0
        for data, place in zip(problem.terms, problem.slices(), strict=True):
            n = data.structure.n_sd
            rest = _angle(data.structure.name, angle)
            phi[place] = np.concatenate((sds[used : used + n], np.full(data.structure.n_rho, rest)))
            used += n
        yield phi


def _few(steps: Floats, n: int) -> list[tuple[float, ...]]:
    """Return all-equal points, and points with one standard deviation apart from the others."""
    low, high = float(steps[0]), float(steps[-1])
    found = [(low,) * n, (high,) * n]
    for i in range(n):
        found.append(tuple(high if j == i else low for j in range(n)))
        found.append(tuple(low if j == i else high for j in range(n)))
    return found


def _hills(points: Floats, heights: Floats, is_sd: Bools) -> list[int]:
    """Return points no neighbour of which is higher: of the whole grid, then of each of its faces.

    A face is where some standard deviations are 0, the grid of a smaller model. Its maximum may be
    one of the whole that lies between two points and so is no hill of the whole grid.
    """
    finite = np.isfinite(heights)
    chosen = _hills_among(np.flatnonzero(finite), points, heights, MOST_CLIMBS)
    faces, face = np.unique((points == 0.0) & is_sd, axis=0, return_inverse=True)
    for i in range(len(faces)):
        if faces[i].any():
            rows = np.flatnonzero(finite & (face.ravel() == i))
            chosen += _hills_among(rows, points, heights, MOST_CLIMBS_OF_FACE)
    return list(dict.fromkeys(chosen))


def _hills_among(rows: Ints, points: Floats, heights: Floats, most: int) -> list[int]:
    """Return hills of some of the points, the highest first."""
    places = np.stack([_ranks(column) for column in points[rows].T], axis=1)
    own = heights[rows]
    chosen: list[int] = []
    for i in np.argsort(-own, kind="stable"):
        near = np.abs(places - places[i]).max(axis=1) <= 1
        if not (own[near] > own[i]).any():
            chosen.append(int(rows[i]))
        if len(chosen) == most:
            break
    return chosen


def _ranks(column: Floats) -> Ints:
    """Return the rank of each value among the distinct ones."""
    return np.asarray(np.unique(column, return_inverse=True)[1].ravel(), dtype=np.int64)


def _climb_all(
    problem: Problem, likelihood: Likelihood, starts: list[Floats], n_points: int
) -> Found:
    tops = _tops(problem, likelihood, starts)
    return Found(tops[0], tuple(tops), n_points, len(starts))


def _tops(problem: Problem, likelihood: Likelihood, starts: list[Floats]) -> list[Ascent]:
    """Return the distinct tops that the starts lead to, the highest first."""
    tops: list[Ascent] = []
    for start in starts:
        top = _climbed(problem, likelihood, start)
        if not any(_is_same(problem, top, other) for other in tops):
            tops.append(top)
    best = max(tops, key=lambda top: top.value)
    improved = _improved(problem, likelihood, best)
    if improved is not best:
        tops.append(improved)
    return sorted(tops, key=lambda top: -top.value)


def _climbed(problem: Problem, likelihood: Likelihood, start: Floats) -> Ascent:
    """Climb to a top, on from any variance of 0 that a larger one would improve."""
    while True:
        top = _snapped(problem, likelihood, _ascent(problem, likelihood, start))
        # Where a standard deviation is 0 its slope is 0 too; half the second derivative is the
        # slope of the variance.
        stuck = (top.phi == 0.0) & problem.is_sd & (np.diagonal(top.hessian) > STUCK)
        if not stuck.any():
            return top
        start = np.where(stuck, 1e-2 * problem.spread, top.phi)
        if likelihood.value(start) <= top.value:
            return top


def _improved(problem: Problem, likelihood: Likelihood, top: Ascent) -> Ascent:
    """Climb from places where each standard deviation of a correlated term has other values.

    Where one is 0, or all but that, the others fix their one correlation, and no slope tells that
    with another correlation it would not be.
    """
    best = top
    for data, place in zip(problem.terms, problem.slices(), strict=True):
        n = data.structure.n_sd
        if not data.structure.needs_bounds:
            continue
        for i in range(n):
            for size, angle in product(PROBES, ANGLES):
                phi = best.phi.copy()
                phi[place.start + i] = size * problem.spread
                phi[place.start + n : place.stop] = _angle(data.structure.name, angle)
                if likelihood.value(phi) > best.value - WORTH_A_CLIMB:
                    found = _climbed(problem, likelihood, phi)
                    best = max(best, found, key=lambda top: top.value)
    return best


def _angle(structure: str, angle: float) -> float:
    """Return a parameter: a single correlation is a sine, those of UN are angles between draws."""
    return angle if structure == "UN" else 0.5 * np.pi - angle


def _ascent(problem: Problem, likelihood: Likelihood, start: Floats) -> Ascent:
    bounds = problem.bounds
    if bounds.size:
        return climb_inside(likelihood, start, bounds)
    return climb(likelihood, start, reach=2.0 * problem.spread)


def _away_from_zero(problem: Problem, phi: Floats) -> Floats:
    """Move parameters off 0: a standard deviation of exactly 0 never leaves it."""
    small = 1e-2 * problem.spread
    return np.where(np.abs(phi) < small, np.copysign(small, phi), phi)


def _is_same(problem: Problem, a: Ascent, b: Ascent) -> bool:
    if abs(a.value - b.value) > SAME_HEIGHT * (1.0 + abs(a.value)):
        return False
    for data, place in zip(problem.terms, problem.slices(), strict=True):
        left, right = data.structure.matrix(a.phi[place]), data.structure.matrix(b.phi[place])
        size = np.abs(left).max() + np.abs(right).max() + ON_BOUNDARY
        if np.abs(left - right).max() > SAME_PLACE * size:
            return False
    return True


def _snapped(problem: Problem, likelihood: Likelihood, top: Ascent) -> Ascent:
    """Put standard deviations that are all but 0 on 0, and make all of them positive."""
    phi = top.phi.copy()
    for data, place in zip(problem.terms, problem.slices(), strict=True):
        phi[place] = data.structure.positive(phi[place])
    if (phi[~problem.is_sd] != top.phi[~problem.is_sd]).any():
        top = top._replace(hessian=likelihood.hessian(phi))
    top = top._replace(phi=phi)
    small = problem.is_sd & (phi < ON_BOUNDARY)
    if not phi[small].any():
        return top
    phi = np.where(small, 0.0, phi)
    value = likelihood.value(phi)
    if value < top.value - 1e-9 * (1.0 + abs(top.value)):
        return top
    return top._replace(phi=phi, value=value)


def _thinned(problem: Problem, likelihood: Likelihood) -> Problem:
    """Return the problem for every so many blocks."""
    labels = likelihood.labels
    every = -(-problem.k // THIN_ABOVE)
    rows = np.flatnonzero(labels % every == 0)
    q = problem.q[rows]
    if np.linalg.matrix_rank(q) < problem.p:
        q = np.ones((rows.size, 1)) / np.sqrt(rows.size)
    return Problem(
        y=problem.y[rows],
        q=q,
        r=problem.r,
        fitted=problem.fitted,
        scale=problem.scale,
        sampling=problem.sampling.take(rows),
        terms=tuple(data.take(rows) for data in problem.terms),
        restricted=problem.restricted,
        spread=problem.spread,
    )
