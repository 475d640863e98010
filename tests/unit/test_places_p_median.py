"""Sites against brute force and against published optima."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from whatworks.errors import UserError
from whatworks.places import cost_matrix, p_median, travel_plan

Floats = npt.NDArray[np.float64]


def test_everyone_goes_to_the_nearest_open_site() -> None:
    costs = cost_matrix([2, 1, 3], [[1, 9, 5], [8, 1, 4], [6, 6, 2]])
    found = travel_plan(costs, [2, 0])

    assert found.sites == (0, 2)
    assert found.assigned.tolist() == [0, 2, 2]
    assert found.cost.tolist() == [2.0, 4.0, 6.0]
    assert found.total == 12.0


@pytest.mark.parametrize("seed", range(40))
def test_proven_sites_are_those_of_enumeration(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n_points, n_sites = int(rng.integers(1, 15)), int(rng.integers(1, 10))
    travel = rng.uniform(0, 30, (n_points, n_sites))
    costs = cost_matrix(rng.integers(0, 9, n_points), travel if seed % 2 else np.round(travel))
    p = int(rng.integers(1, n_sites + 1))
    best = min(travel_plan(costs, sites).total for sites in combinations(range(n_sites), p))

    found = p_median(costs, p, most_branches=500)

    assert found.is_proven
    assert found.gap == 0.0
    assert found.value == pytest.approx(best, rel=1e-9)
    assert len(found.plan.sites) == p


@pytest.mark.parametrize("seed", range(20))
def test_one_branch_gives_a_bound_that_is_one(seed: int) -> None:
    rng = np.random.default_rng(100 + seed)
    costs = rng.uniform(0, 30, (12, 9))
    best = min(travel_plan(costs, sites).total for sites in combinations(range(9), 3))

    found = p_median(costs, 3, most_branches=1)

    assert found.bound <= best * (1 + 1e-9)
    assert best <= found.value * (1 + 1e-9)
    assert found.n_branches == 1


def test_a_gap_that_is_open_is_told() -> None:
    # Sites that are nearly alike leave the relaxation undecided.
    rng = np.random.default_rng(3)
    costs = np.floor(rng.uniform(10, 20, (60, 30)))
    found = p_median(costs, 4, most_branches=1)

    assert not found.is_proven
    assert 0.0 < found.gap < 0.1
    assert f"at most {found.gap:.2%} less" in found.summary()


def test_no_travel_costs_nothing_and_is_proven() -> None:
    found = p_median(np.zeros((3, 4)), 2, most_branches=1)
    assert (found.value, found.bound, found.is_proven) == (0.0, 0.0, True)


@pytest.mark.parametrize(
    ("costs", "p", "message"),
    [
        ([[1.0, 2.0]], 3, "3 of 2 sites"),
        ([[1.0, 2.0]], 0, "0 of 2 sites"),
        ([[1.0, -2.0]], 1, "From point 1 to site 2 stands -2.0"),
        ([[1.0, float("inf")]], 1, "site out of reach needs a large one"),
        ([1.0, 2.0], 1, "one row for each point"),
    ],
)
def test_questions_that_cannot_be_are_refused(costs: object, p: int, message: str) -> None:
    with pytest.raises(UserError, match=message):
        p_median(costs, p, most_branches=1)  # type: ignore[arg-type]


def test_plans_and_pupils_that_cannot_be_are_refused() -> None:
    costs = [[1.0, 2.0]]
    with pytest.raises(UserError, match="Name at least one"):
        travel_plan(costs, [])
    with pytest.raises(UserError, match="each once"):
        travel_plan(costs, [1, 1])
    with pytest.raises(UserError, match="2 sites, counted from 0"):
        travel_plan(costs, [2])
    with pytest.raises(UserError, match=r"Point 1 has -1\.0 pupils"):
        cost_matrix([-1], costs)
    with pytest.raises(UserError, match="one row of travel for each point"):
        cost_matrix([1, 2], costs)


def _or_library(file: Path) -> tuple[Floats, int]:
    """Read a graph of OR-Library and return all shortest ways with p."""
    numbers = [int(word) for word in file.read_text("utf-8").split()]
    n, n_edges, p = numbers[:3]
    ways = np.full((n, n), np.inf)
    np.fill_diagonal(ways, 0.0)
    for edge in range(n_edges):
        i, j, cost = numbers[3 + 3 * edge : 6 + 3 * edge]
        ways[i - 1, j - 1] = ways[j - 1, i - 1] = cost
    for k in range(n):
        ways = np.minimum(ways, ways[:, k : k + 1] + ways[k : k + 1, :])
    return ways, p


@pytest.mark.shared
def test_published_optima_are_reached_and_the_small_ones_proven(shared: Path) -> None:
    folder = shared / "data" / "places"
    optima = json.loads((folder / "optima.json").read_text("utf-8"))["pmed"]
    assert len(optima) >= 14
    for name, known in optima.items():
        costs, p = _or_library(folder / name)
        is_small = known["n"] <= 200
        found = p_median(costs, p, most_branches=100 if is_small else 1)
        assert found.value == known["p_median"], name
        assert found.bound <= known["p_median"], name
        assert found.gap < 0.01, name
        assert found.is_proven or not is_small, name
