"""Where to open p sites so that travel is least: the p-median problem, with its bound.

Points i, sites j, costs c[i, j] >= 0; y[j] opens a site, x[i, j] sends a point there.

    minimise  sum_ij c[i, j] x[i, j]                       (1)
    subject to  sum_j x[i, j] = 1          for every i     (2)
                x[i, j] <= y[j]            for all i, j    (3)
                sum_j y[j] = p                             (4)
                x, y in {0, 1}                             (5)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.places.interchange import interchange, total_cost
from whatworks.places.lagrangian import Relaxation, relax
from whatworks.places.travel_cost import TravelPlan, checked_costs, travel_plan

__all__ = ["PMedian", "p_median"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

# Sums of doubles: a bound this close to the value has reached it.
RELATIVE_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class PMedian:
    """Sites to open, and how good they are known to be.

    Attributes
    ----------
    plan
        The sites with who goes where.
    value
        Total cost of the plan.
    bound
        No choice of p sites costs less.
    is_proven
        Whether the plan is known to be a cheapest one, but for the rounding of sums (1e-9 of the
        value).
    n_branches
        How many parts of the problem were looked at.
    """

    plan: TravelPlan
    value: float
    bound: float
    is_proven: bool
    n_branches: int

    @property
    def gap(self) -> float:
        """Share of the value by which a cheaper plan might still be cheaper."""
        return 0.0 if self.is_proven else (self.value - self.bound) / self.value

    def summary(self) -> str:
        """Return the result in words."""
        if self.is_proven:
            sure = "No other choice costs less."
        else:
            sure = f"A better choice could cost at most {self.gap:.2%} less."
        return f"{len(self.plan.sites)} sites at a total travel cost of {self.value:,.6g}. {sure}"


def p_median(costs: npt.ArrayLike, p: int, *, most_branches: int) -> PMedian:
    """Choose p sites with the least total cost when every point goes to its cheapest.

    Parameters
    ----------
    costs : array-like, shape (n_points, n_sites)
        Cost of serving all of a point's pupils at a site, 0 or more (see `cost_matrix`).
    p : int
        Sites to open, from 1 to n_sites.
    most_branches : int
        How many parts of the problem may be looked at, at least 1. With 1 there is a plan and a
        bound; the more, the likelier a proof.

    Raises
    ------
    UserError
        A number is out of range.

    Notes
    -----
    Plans come from interchange (Teitz and Bart) started at the sites that the relaxation of (2)
    likes best; bounds from that relaxation by subgradient steps. A site whose forced opening (or
    closing) lifts the bound to the value is closed (opened) for good; then the problem is split
    on the site about which the relaxation is least sure. Where all costs are whole numbers so is
    the optimum, and the bound is rounded up.

    References
    ----------
    Cornuejols G, Fisher ML, Nemhauser GL (1977). Management Science 23:789-810.
    Teitz MB, Bart P (1968). Operations Research 16:955-961.
    """
    c = checked_costs(costs)
    n_sites = c.shape[1]
    if not 1 <= p <= n_sites or most_branches < 1:
        raise UserError(
            f"{p} of {n_sites} sites were asked for, with most_branches = {most_branches}. Ask for "
            f"1 to {n_sites} sites, and at least 1 branch."
        )
    search = _Search(c, p)
    n_branches = search.run(most_branches)
    plan = travel_plan(c, [int(site) for site in search.best])
    return PMedian(
        plan=plan,
        value=plan.total,
        bound=search.bound,
        is_proven=search.is_done(search.bound),
        n_branches=n_branches,
    )


@dataclass(frozen=True, slots=True)
class _Branch:
    """A part of the problem: sites that must be open, sites that may, and what is known of it."""

    bound: float
    opened: frozenset[int]
    closed: frozenset[int]
    multipliers: Floats


class _Search:
    """Best plan so far, and the parts of the problem that might hold a better one."""

    def __init__(self, costs: Floats, p: int) -> None:
        self.costs, self.p = costs, p
        self.is_whole = bool(np.all(costs == np.floor(costs)))
        # Opening what serves best on its own is a poor start, but interchange mends it.
        start = np.argsort(costs.sum(axis=0), kind="stable")[:p]
        self.best: Integers = interchange(costs, start)
        self.value = total_cost(costs, self.best)
        self.bound = 0.0

    def is_done(self, bound: float) -> bool:
        """Return whether nothing below the best value fits above this bound."""
        return self._lifted(bound) >= self.value * (1.0 - RELATIVE_ROUNDING)

    def _lifted(self, bound: float) -> float:
        if self.is_whole:
            return float(np.ceil(bound * (1.0 - RELATIVE_ROUNDING)))
        return bound

    def run(self, most_branches: int) -> int:
        """Look at branches, most promising first; set `bound`; return how many were looked at."""
        # A price at which each point has a second site worth its while starts close to the bound.
        second = np.sort(self.costs[:, self.best], axis=1)[:, min(1, self.p - 1)]
        waiting = [_Branch(0.0, frozenset(), frozenset(), second)]
        looked_at = 0
        while waiting and looked_at < most_branches:
            waiting.sort(key=lambda branch: -branch.bound)
            branch = waiting.pop()
            looked_at += 1
            waiting += self._split(branch)
            waiting = [other for other in waiting if not self.is_done(other.bound)]
        lowest = min((branch.bound for branch in waiting), default=self.value)
        self.bound = min(self._lifted(lowest), self.value)
        return looked_at

    def _split(self, branch: _Branch) -> Iterable[_Branch]:
        found = relax(
            self.costs, self.p, branch.opened, branch.closed, branch.multipliers, self.value
        )
        for sites in found.promising:
            better = interchange(self.costs, sites)
            value = total_cost(self.costs, better)
            if value < self.value:
                self.best, self.value = better, value
        bound = max(branch.bound, found.bound)
        if self.is_done(bound):
            return []
        opened, closed = self._settled(branch, found)
        free = [j for j in range(self.costs.shape[1]) if j not in opened and j not in closed]
        if len(opened) > self.p or len(opened) + len(free) < self.p:
            return []
        if len(opened) == self.p or len(opened) + len(free) == self.p:
            only = sorted(opened if len(opened) == self.p else opened | set(free))
            value = total_cost(self.costs, np.array(only))
            if value < self.value:
                self.best, self.value = np.array(only), value
            return []
        site = max(free, key=lambda j: found.share_open[j] * (1.0 - found.share_open[j]))
        return [
            _Branch(bound, opened | {site}, closed, found.multipliers),
            _Branch(bound, opened, closed | {site}, found.multipliers),
        ]

    def _settled(self, branch: _Branch, found: Relaxation) -> tuple[frozenset[int], frozenset[int]]:
        """Return the sites that any better plan of this branch must open, and must not."""
        must, never = set(branch.opened), set(branch.closed)
        for j in range(self.costs.shape[1]):
            if j in must or j in never:
                continue
            if self.is_done(found.bound_if_open[j]):
                never.add(j)
            elif self.is_done(found.bound_if_closed[j]):
                must.add(j)
        return frozenset(must), frozenset(never)
