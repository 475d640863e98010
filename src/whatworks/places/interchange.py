"""Improve a set of open sites by exchanging one for another while that helps."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["interchange", "total_cost"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

# An exchange must save more than rounding, or the search could go in circles.
LEAST_SAVING = 1e-12


def total_cost(costs: Floats, sites: Integers) -> float:
    """Return the sum over points of the cost of the cheapest open site."""
    return float(costs[:, sites].min(axis=1).sum())


def interchange(costs: Floats, sites: Integers) -> Integers:
    """Exchange an open for a closed site, the best exchange first, until none helps.

    Parameters
    ----------
    costs : array, shape (n_points, n_sites)
        Costs, 0 or more.
    sites : array of int, shape (p,)
        Open sites to begin with.

    Returns
    -------
    array of int, shape (p,)
        Open sites, rising; never dearer than those given.

    References
    ----------
    Teitz MB, Bart P (1968). Operations Research 16:955-961.
    Whitaker RA (1983). INFOR 21:95-108 (gains and losses of an exchange apart).
    """
    opened = np.array(sites, dtype=np.int64)
    rows = np.arange(costs.shape[0])
    least = LEAST_SAVING * max(1.0, float(costs.max()) * costs.shape[0])
    while True:
        own = costs[:, opened]
        place = own.argmin(axis=1)
        nearest = own[rows, place]
        own[rows, place] = np.inf
        second = own.min(axis=1)[:, None]
        here = nearest[:, None]
        gain = np.maximum(here - costs, 0.0).sum(axis=0)
        # What the points of a closing site pay more, when they may go to the new one or the next.
        more = np.maximum(np.minimum(second, costs) - here, 0.0)
        loss = np.zeros((opened.size, costs.shape[1]))
        np.add.at(loss, place, more)
        change = loss - gain
        change[:, opened] = np.inf
        leaving, entering = np.unravel_index(change.argmin(), change.shape)
        if not change[leaving, entering] < -least:
            return np.sort(opened)
        opened[leaving] = entering
