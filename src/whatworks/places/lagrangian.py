"""A lower bound for the p-median by relaxing (2), that every point goes to exactly one site."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Relaxation", "relax"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

MOST_STEPS = 800
FIRST_STEP, SMALLEST_STEP = 2.0, 0.003
# Steps without a better bound before the step is halved.
PATIENCE = 25
# Share of the latest step in the running mean of what is chosen.
LATEST = 0.05
MOST_PROMISING = 6


@dataclass(frozen=True, slots=True)
class Relaxation:
    """What the relaxation says of a branch.

    Attributes
    ----------
    bound
        No plan of the branch costs less.
    multipliers
        One price for each point, those of the bound.
    bound_if_open, bound_if_closed
        For each site, the bound of the branch were the site opened, or closed, as well.
    share_open
        For each site, the share of steps in which it was chosen, later steps counting more.
    promising
        Sets of sites that steps with good bounds chose.
    """

    bound: float
    multipliers: Floats
    bound_if_open: Floats
    bound_if_closed: Floats
    share_open: Floats
    promising: tuple[Integers, ...]


def relax(
    costs: Floats, p: int, opened: Set[int], closed: Set[int], multipliers: Floats, target: float
) -> Relaxation:
    """Climb the Lagrangian bound by subgradient steps.

    For prices u the bound is sum_i u[i] plus the p smallest rho[j] = sum_i min(0, c[i, j] - u[i]),
    sites of `opened` among them and sites of `closed` not.

    Parameters
    ----------
    costs : array, shape (n_points, n_sites)
        Costs, 0 or more.
    p : int
        Sites to open; at least len(opened).
    opened, closed : set of int
        What the branch has settled; at least p sites are not closed.
    multipliers : array, shape (n_points,)
        Prices to begin with.
    target : float
        Cost of the best plan known; sets the length of steps.

    References
    ----------
    Cornuejols G, Fisher ML, Nemhauser GL (1977). Management Science 23:789-810.
    Held M, Wolfe P, Crowder HP (1974). Mathematical Programming 6:62-88 (steps).
    """
    u = multipliers.copy()
    best, best_u, step, waited = -np.inf, u, FIRST_STEP, 0
    share_open = np.zeros(costs.shape[1])
    promising: dict[bytes, Integers] = {}
    for _ in range(MOST_STEPS):
        rho, served = _rho(costs, u)
        sites = _cheapest(rho, p, opened, closed)
        value = float(u.sum() + rho[sites].sum())
        if value > best:
            waited = 0 if value > best + 1e-9 * max(1.0, abs(best)) else waited + 1
            best, best_u = value, u.copy()
            promising.pop(sites.tobytes(), None)
            promising[sites.tobytes()] = sites
        else:
            waited += 1
        share_open *= 1.0 - LATEST
        share_open[sites] += LATEST
        gradient = 1.0 - served[:, sites].sum(axis=1)
        length = float(gradient @ gradient)
        # Without a gradient the relaxed plan obeys (2) and is optimal; above the target, done.
        if length == 0.0 or best >= target:
            break
        if waited >= PATIENCE:
            step, waited, u = step / 2.0, 0, best_u.copy()
            if step < SMALLEST_STEP:
                break
            continue
        u = np.maximum(0.0, u + step * (1.01 * target - value) / length * gradient)
    return _settle(costs, p, opened, closed, best_u, best, share_open, promising)


def _rho(costs: Floats, u: Floats) -> tuple[Floats, npt.NDArray[np.bool_]]:
    reduced = costs - u[:, None]
    return np.minimum(reduced, 0.0).sum(axis=0), reduced < 0.0


def _cheapest(rho: Floats, p: int, opened: Set[int], closed: Set[int]) -> Integers:
    """Return the p sites of least rho that the branch allows, in rising order of site."""
    ranked = rho.copy()
    ranked[list(opened)], ranked[list(closed)] = -np.inf, np.inf
    return np.sort(np.argpartition(ranked, p - 1)[:p])


def _settle(
    costs: Floats,
    p: int,
    opened: Set[int],
    closed: Set[int],
    u: Floats,
    bound: float,
    share_open: Floats,
    promising: dict[bytes, Integers],
) -> Relaxation:
    """Work out what opening or closing each single site would do to the bound."""
    rho, _ = _rho(costs, u)
    sites = _cheapest(rho, p, opened, closed)
    chosen = np.zeros(rho.size, dtype=bool)
    chosen[sites] = True
    fixed_open = np.zeros(rho.size, dtype=bool)
    fixed_open[list(opened)] = True
    free_out = ~chosen
    free_out[list(closed)] = False
    worst_in = rho[chosen & ~fixed_open].max(initial=-np.inf)
    best_out = rho[free_out].min(initial=np.inf)
    return Relaxation(
        bound=bound,
        multipliers=u,
        bound_if_open=np.where(chosen, bound, bound + rho - worst_in),
        bound_if_closed=np.where(chosen, bound - rho + best_out, bound),
        share_open=share_open,
        promising=tuple(promising.values())[-MOST_PROMISING:],
    )
