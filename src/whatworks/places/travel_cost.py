"""What a given set of sites costs in travel, when everyone goes to the nearest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError

__all__ = ["TravelPlan", "checked_costs", "cost_matrix", "travel_plan"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TravelPlan:
    """Who goes where under a set of open sites.

    Attributes
    ----------
    sites
        Open sites as columns of the costs, counted from 0, rising.
    assigned
        For each point of demand, the open site it goes to (a column, not a place in `sites`). Of
        several at equal cost, the first.
    cost
        For each point of demand, its cost: pupils times travel.
    total
        Their sum.
    """

    sites: tuple[int, ...]
    assigned: Integers
    cost: Floats
    total: float


def cost_matrix(pupils: npt.ArrayLike, travel: npt.ArrayLike) -> Floats:
    """Return pupils times travel.

    Parameters
    ----------
    pupils : array-like, shape (n_points,)
        Pupils at each point, 0 or more.
    travel : array-like, shape (n_points, n_sites)
        Travel for one pupil, in one unit (minutes, km, pounds), 0 or more and finite.

    Raises
    ------
    UserError
        Shapes that do not fit, or a number out of range; points and sites are counted from 1.
    """
    people, way = np.asarray(pupils, dtype=np.float64), np.asarray(travel, dtype=np.float64)
    if people.ndim != 1 or way.ndim != 2 or way.shape[0] != people.size:
        raise UserError(
            f"There are pupils of shape {people.shape} and travel of shape {way.shape}. Give one "
            "row of travel for each point, with one entry for each site."
        )
    wrong = ~(np.isfinite(people) & (people >= 0.0))
    if wrong.any():
        point = int(np.argmax(wrong))
        raise UserError(f"Point {point + 1} has {people[point]} pupils. Give a number, 0 or more.")
    return people[:, None] * checked_costs(way)


def checked_costs(costs: npt.ArrayLike) -> Floats:
    """Return costs as an array; raise UserError unless two-dimensional, finite, 0 or more."""
    c = np.asarray(costs, dtype=np.float64)
    if c.ndim != 2 or 0 in c.shape:
        raise UserError(
            f"The costs have shape {c.shape}. Give one row for each point and one column for each "
            "site, at least one of each."
        )
    wrong = ~(np.isfinite(c) & (c >= 0.0))
    if wrong.any():
        point, site = (int(i) for i in np.argwhere(wrong)[0])
        raise UserError(
            f"From point {point + 1} to site {site + 1} stands {c[point, site]}. Every cost must "
            "be a number, 0 or more; a site out of reach needs a large one."
        )
    return c


def travel_plan(costs: npt.ArrayLike, sites: Sequence[int]) -> TravelPlan:
    """Send every point to its cheapest open site.

    Parameters
    ----------
    costs : array-like, shape (n_points, n_sites)
        Cost of serving all of a point's pupils at a site (see `cost_matrix`).
    sites : sequence of int
        Open sites as columns of `costs`, counted from 0; at least one, each once.

    Raises
    ------
    UserError
        No site, a site twice or unknown, or costs that are not numbers.
    """
    c = checked_costs(costs)
    opened = sorted(int(site) for site in sites)
    if not opened or len(set(opened)) < len(opened):
        raise UserError(f"The open sites are {opened}. Name at least one, and each once.")
    if opened[0] < 0 or opened[-1] >= c.shape[1]:
        raise UserError(
            f"The open sites are {opened}. The costs have {c.shape[1]} sites, counted from 0."
        )
    columns = np.array(opened)
    assigned = columns[c[:, columns].argmin(axis=1)]
    cost = c[np.arange(c.shape[0]), assigned]
    return TravelPlan(tuple(opened), assigned, cost, float(cost.sum()))
