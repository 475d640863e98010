"""A model of effects within studies without each of its units, all at once.

Models that differ by one unit have their maxima next to each other. Their scores are smooth in the
variances, so that values at a few common points (each one pass over the effects, for all models)
give every one of them to rounding over a box that holds the maxima. Units whose maximum lies
elsewhere, that tell most of what is known of a coefficient, or without which another hill is higher
are left to be fitted one by one.
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from whatworks.statistics.chebyshev_box import ChebyshevBox
from whatworks.synthesis.diagnostics.nested_sums import NestedSums
from whatworks.synthesis.diagnostics.units import Units
from whatworks.synthesis.model import FittedModel
from whatworks.synthesis.multilevel.estimates import described
from whatworks.synthesis.multilevel.nested_likelihood import NestedLikelihood
from whatworks.synthesis.multilevel.results import MultilevelFit

__all__ = ["NestedDeletions", "nested_deletions"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# Fewer units are done in no time one by one; more numbers than this do not fit memory.
WORTH_SHARING = 100
ELEMENTS = 30_000_000
# A unit with more of what is known of a coefficient leaves rounding behind where it is taken off.
MOST = 0.9
# Points in each parameter of a box, until what is missed is rounding.
POINTS = (7, 11, 17)
MISSED = 1e-13
EPSILON = float(np.finfo(np.float64).eps)
# Boxes reach as far beyond the longest first step, and no farther than this share of a variance.
BEYOND, FARTHEST = 1.6, 0.6
# Shares of the spread of the effects at which another hill would show.
FAR = (0.0, 0.03, 0.2, 0.7, 2.0)
NEWTON_STEPS = 30


class NestedDeletions(NamedTuple):
    """Models without one of u units, in the unit of the effects.

    Attributes
    ----------
    at
        Which units these are, (u,).
    components
        Variances, (u, c), by the names of `names`.
    names
        Names of the components.
    k, coefficients, vcov, df, log_likelihood
        (u,), (u, p), (u, p, p), (u, p) and (u,).
    q, typical_variance
        Cochran's Q and the typical sampling variance, (u,).
    variance
        Variance of a true effect about its mean, (u,).
    shared
        x_i'A X_R'M_RR^-1 M_Ri of a single effect i, A the covariance of the coefficients, (u,).
    distance
        Squared distance of a cluster from what is expected of it, (u,).
    bread_of_all
        (X'M^-1X)^-1 over all effects under the variances of each, (u, p, p).
    """

    at: Ints
    components: Floats
    names: tuple[str, ...]
    k: Ints
    coefficients: Floats
    vcov: Floats
    df: Floats
    log_likelihood: Floats
    q: Floats
    typical_variance: Floats
    variance: Floats
    shared: Floats
    distance: Floats
    bread_of_all: Floats


def nested_deletions(fit: FittedModel, units: Units) -> NestedDeletions | None:
    """Fit a model without each of its units, but for those that must go one by one.

    Parameters
    ----------
    fit : FittedModel
        The model; None is returned unless it is one of effects within studies.
    units : Units
        Its units.
    """
    if not isinstance(fit, MultilevelFit) or not _is_of_this_form(fit, units):
        return None
    likelihood = fit.likelihood
    assert isinstance(likelihood, NestedLikelihood)
    sums = NestedSums(likelihood, units.by)
    top = fit.phi**2
    is_free = top > 0.0
    at_top, at_zero = sums.at(top), sums.at(np.zeros(top.size))
    df, keeps_form = _degrees_of_freedom(fit, units, sums)
    can = keeps_form & (at_top.share < MOST) & (at_zero.share < MOST)
    place, box_of, boxes = _maxima(sums, top, is_free, at_top.score, likelihood, can)
    found = _read(sums, boxes, box_of, place, top, is_free)
    can &= box_of >= 0
    # Where a variance is 0 it must stay there.
    can &= (found.score[:, ~is_free] < 0.0).all(axis=1)
    can &= ~_higher_elsewhere(fit, sums, found.log_likelihood)
    at = np.flatnonzero(can)
    problem = fit.problem
    scale, p = problem.scale, fit.p
    back = np.linalg.inv(problem.r)
    theta = scale**2 * found.theta[at]
    k = sums.k[at]
    counted = k - p if problem.restricted else k
    order = np.argsort(sums.units[at])

    def whole(bread: Floats) -> Floats:
        return np.asarray(scale**2 * back @ bread @ back.T)

    return NestedDeletions(
        at=sums.units[at][order],
        components=theta[order],
        names=tuple(row[0] for row in described(problem)),
        k=k[order],
        coefficients=(problem.fitted + scale * found.beta[at] @ back.T)[order],
        vcov=whole(found.bread[at][order]),
        df=df[at][order],
        log_likelihood=(found.log_likelihood[at] - counted * np.log(scale))[order],
        q=at_zero.q[at][order],
        typical_variance=(scale**2 * (k - p) / at_zero.trace_p[at])[order],
        variance=theta.sum(axis=1)[order],
        shared=(scale**2 * found.said[at])[order],
        distance=found.distance[at][order],
        bread_of_all=whole(found.bread_of_all[at][order]),
    )


def _is_of_this_form(fit: MultilevelFit, units: Units) -> bool:
    likelihood, p = fit.likelihood, fit.p
    return (
        isinstance(likelihood, NestedLikelihood)
        and not fit.fixed_terms
        and fit.problem.n_parameters in (1, 2)
        and units.m >= WORTH_SHARING
        and units.m * (p + 1) ** 2 <= ELEMENTS
        and bool((fit.phi > 0.0).any())
        and (units.by == "effect" or np.array_equal(units.codes, likelihood.labels))
    )


def _degrees_of_freedom(fit: MultilevelFit, units: Units, sums: NestedSums) -> tuple[Floats, Bools]:
    """Return the coefficients' degrees of freedom without each unit, (u, p), in the order of `sums`.

    Also whether it is certain that the model without the unit is of the same form: that the same
    moderators vary within studies, and the same variances can be estimated.
    """
    p, labels = fit.p, fit.likelihood.labels
    sizes = np.bincount(labels)
    own = labels[sums.units] if units.by == "effect" else sums.units
    x = fit.design.matrix
    first = np.zeros((sizes.size, p))
    first[labels[::-1]] = x[::-1]
    varies = np.zeros((sizes.size, p), dtype=np.bool_)
    np.logical_or.at(varies, labels, x != first[labels])
    n_varying = varies.sum(axis=0)
    keeps = ~(varies[own] & (n_varying <= 1)).any(axis=1)
    n_multiple = int((sizes > 1).sum())
    goes = np.ones(own.size, dtype=np.int64) if units.by == "cluster" else (sizes[own] == 1) * 1
    n_studies = sizes.size - goes
    tau, omega = fit.likelihood.places if isinstance(fit.likelihood, NestedLikelihood) else (0, 0)
    keeps &= n_studies > max(p, 1)
    if tau is not None and omega is not None:
        keeps &= n_multiple > 1 + (sizes[own] > 1)
    df = np.repeat((sums.k - p).astype(np.float64)[:, None], p, axis=1)
    if fit.test == "z":
        return np.full(df.shape, np.inf), keeps
    if fit.df_method == "contain" and tau is not None:
        by_study = np.minimum(df, (n_studies - p)[:, None])
        df = np.where(n_varying[None, :] == 0, by_study, df)
    return np.maximum(df, 0.0), keeps


def _maxima(
    sums: NestedSums,
    top: Floats,
    is_free: Bools,
    score: Floats,
    likelihood: NestedLikelihood,
    can: Bools,
) -> tuple[Floats, Ints, list[ChebyshevBox]]:
    """Return places of maxima in boxes of the free variances, which box, -1 for none, and the boxes."""
    curvature = likelihood.variance_hessian(np.sqrt(top))[np.ix_(is_free, is_free)]
    free = top[is_free]
    box_of = np.full(score.shape[0], -1, dtype=np.int64)
    place = np.zeros((score.shape[0], free.size))
    boxes: list[ChebyshevBox] = []
    if not (np.linalg.eigvalsh(curvature) < 0.0).all():
        return place, box_of, boxes
    steps = np.abs(np.linalg.solve(curvature, score[:, is_free].T).T) / free
    reach = steps.max(axis=1)
    left = np.flatnonzero(can & (BEYOND * reach <= FARTHEST))
    for share in (0.9, 1.0):
        if left.size == 0:
            break
        inside = left[reach[left] <= np.quantile(reach[left], share)]
        half = free * np.minimum(FARTHEST, BEYOND * np.max(steps[inside], axis=0) + 1e-9)
        for n in POINTS:
            box = ChebyshevBox(free - half, free + half, n)
            at, solved = _solved(sums, box, top, is_free, inside)
            place[at], box_of[at] = solved, len(boxes)
            boxes.append(box)
            inside = np.setdiff1d(inside, at)
            if inside.size == 0:
                break
        left = left[box_of[left] < 0]
    return place, box_of, boxes


def _solved(
    sums: NestedSums, box: ChebyshevBox, top: Floats, is_free: Bools, units: Ints
) -> tuple[Ints, Floats]:
    """Return the units whose maximum is found in a box, and where."""
    values = []
    for point in box.points:
        theta = top.copy()
        theta[is_free] = point
        values.append(sums.at(theta).score[units][:, is_free])
    coefficients = box.coefficients(np.stack(values))
    last, largest = box.tail(coefficients)
    # A score is a sum over all effects: what rounds off in it grows with their number.
    rounding = EPSILON * sums.k[units].max() / top[is_free]
    is_good = (last < np.maximum(MISSED * largest, rounding)).all(axis=1)
    place = np.zeros((units.size, int(is_free.sum())))
    for _ in range(NEWTON_STEPS):
        value, slope = box.value_and_slope(coefficients, place)
        is_good &= (np.linalg.eigvalsh(0.5 * (slope + np.swapaxes(slope, 1, 2))) < 0.0).all(axis=1)
        slope[~is_good] = -np.eye(slope.shape[1])
        step = np.linalg.solve(slope, value[:, :, None])[:, :, 0]
        place = np.clip(place - step, -1.0, 1.0)
        if not is_good.any() or np.abs(step[is_good]).max() < 1e-14:
            break
    is_good &= (np.abs(place) < 1.0).all(axis=1) & (np.abs(step) < 1e-11).all(axis=1)
    return units[is_good], place[is_good]


class _Read(NamedTuple):
    """Sums at the maximum of each unit."""

    theta: Floats
    score: Floats
    log_likelihood: Floats
    beta: Floats
    bread: Floats
    said: Floats
    distance: Floats
    bread_of_all: Floats


def _read(
    sums: NestedSums,
    boxes: list[ChebyshevBox],
    box_of: Ints,
    place: Floats,
    top: Floats,
    is_free: Bools,
) -> _Read:
    """Return the sums of each unit at its place, from those at the points of its box."""
    u, p = box_of.size, sums.p
    found = _Read(
        np.tile(top, (u, 1)),
        np.zeros((u, top.size)),
        *(np.zeros((u, *shape)) for shape in ((), (p,), (p, p), (), (), (p, p))),
    )
    for i, box in enumerate(boxes):
        at = np.flatnonzero(box_of == i)
        if at.size == 0:
            continue
        found.theta[np.ix_(at, np.flatnonzero(is_free))] = box.theta(place[at])
        weights = box.weights(place[at])
        for j, point in enumerate(box.points):
            theta = top.copy()
            theta[is_free] = point
            here, w = sums.at(theta), weights[:, j]
            found.score[at] += w[:, None] * here.score[at]
            found.log_likelihood[at] += w * here.log_likelihood[at]
            found.beta[at] += w[:, None] * here.beta[at]
            found.bread[at] += w[:, None, None] * here.bread[at]
            found.said[at] += w * here.said[at]
            found.distance[at] += w * here.distance[at]
            found.bread_of_all[at] += w[:, None, None] * here.bread_of_all
    return found


def _higher_elsewhere(fit: MultilevelFit, sums: NestedSums, height: Floats) -> Bools:
    """Return whether a point far from the maximum of all is higher than that of a unit's model."""
    far = np.array(FAR) * fit.problem.spread
    out = np.zeros(height.size, dtype=np.bool_)
    for sds in product(far, repeat=fit.phi.size):
        out |= sums.at(np.array(sds) ** 2).log_likelihood > height
    return out
