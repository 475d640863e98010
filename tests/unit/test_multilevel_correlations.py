"""Correlated random effects: their maximum, signs, and profile intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import minimize

from whatworks.errors import UserError
from whatworks.synthesis import MultilevelModel, multilevel_model, profile_likelihood
from whatworks.synthesis.multilevel.structures import Unstructured, structure_of

Floats = npt.NDArray[np.float64]


def fitted(seed: int, structure: str, m: int, *, units: int = 12) -> MultilevelModel:
    rng = np.random.default_rng(seed)
    study, draw = np.repeat(np.arange(units), m), np.tile(np.arange(m), units)
    correlation = np.full((m, m), rng.uniform(-0.9, 0.9) if m == 2 else rng.uniform(0.0, 0.3))
    np.fill_diagonal(correlation, 1.0)
    u = rng.normal(size=(units, m)) @ np.linalg.cholesky(correlation).T * rng.uniform(0.05, 0.5, m)
    v = rng.uniform(0.01, 0.1, units * m)
    y = u.ravel() + rng.normal(size=units * m) * np.sqrt(v)
    data = {"study": study, "draw": draw.astype(str)}
    return multilevel_model(
        y, v, random="~ draw | study", structure=structure, mods="~ draw", data=data
    )


def bounded_top(model: MultilevelModel, held: dict[int, float] | None = None) -> float:
    """Climb from several random places by another optimiser, standard deviations 0 or more."""
    held = held or {}
    rng = np.random.default_rng(5)
    n_sd = int(model.problem.is_sd.sum())
    bounds: list[Any] = [(0.0, None)] * n_sd + [(None, None)] * (model.phi.size - n_sd)
    for i, value in held.items():
        bounds[i] = (value, value)
    best = -np.inf
    for _ in range(6):
        start = np.concatenate(
            (rng.uniform(0.1, 3.0, n_sd), rng.uniform(-1.4, 1.4, model.phi.size - n_sd))
        )
        for i, value in held.items():
            start[i] = value
        found = minimize(
            lambda phi: -model.likelihood.value(phi),
            start,
            method="L-BFGS-B",
            bounds=bounds,
        )
        best = max(best, -float(found.fun))
    return best


@pytest.mark.parametrize("structure", ["UN", "HCS", "HAR"])
@pytest.mark.parametrize("m", [2, 3])
def test_no_other_start_leads_higher(structure: str, m: int) -> None:
    for seed in range(5):
        model = fitted(seed, structure, m)
        assert (model.phi[:m] >= 0.0).all()
        assert model.likelihood.value(model.phi) >= bounded_top(model) - 1e-6


# Where a climb once stopped: at a variance of 0 that holds the others to a lower correlation.
@pytest.mark.parametrize(
    ("seed", "structure"),
    [(25, "HCS"), (44, "HAR"), (58, "HCS"), (73, "HCS"), (178, "HCS"), (5, "HAR"), (329, "HAR")],
)
def test_hard_starts(seed: int, structure: str) -> None:
    model = fitted(seed, structure, 3)
    assert model.likelihood.value(model.phi) >= bounded_top(model) - 1e-6


@pytest.mark.parametrize("m", [2, 3, 4])
def test_signs_and_order_of_an_unstructured_matrix_are_matters_of_writing(m: int) -> None:
    structure = structure_of("UN", np.arange(float(m)))
    assert isinstance(structure, Unstructured)
    rng = np.random.default_rng(m)
    for _ in range(100):
        phi = 3.0 * rng.normal(size=structure.n_parameters)
        if rng.uniform() < 0.3:
            # Singular matrices: correlations of 1 and -1.
            phi[m:] = rng.choice([0.0, np.pi, 1.0], structure.n_rho)
        positive = structure.positive(phi)
        assert (positive[:m] >= 0.0).all()
        np.testing.assert_allclose(structure.matrix(positive), structure.matrix(phi), atol=1e-12)
        order = rng.permutation(m).tolist()
        turned = structure.reordered(phi, order)
        want = structure.matrix(phi)[np.ix_(order, order)]
        np.testing.assert_allclose(structure.matrix(turned), want, atol=1e-12)


@pytest.mark.parametrize("structure", ["UN", "HCS"])
def test_the_profile_of_a_correlation_keeps_its_sign(structure: str) -> None:
    """A standard deviation below 0 would turn -1 into +1."""
    for seed in range(4):
        model = fitted(seed, structure, 2, units=20)
        curve = profile_likelihood(model, "rho")
        ends = curve.log_likelihood[[0, -1]]
        shift = model.log_likelihood - model.likelihood.value(model.phi)
        angles = (np.pi, 0.0) if structure == "UN" else (-0.5 * np.pi, 0.5 * np.pi)
        for end, angle in zip(ends, angles, strict=True):
            assert end == pytest.approx(bounded_top(model, {2: angle}) + shift, abs=1e-6)
        low, high = model.confint("rho")
        rho = model.components[2].estimate
        assert low <= rho <= high
        inside = curve.log_likelihood >= curve.threshold
        assert (curve.values[inside] >= low - 1e-9).all()
        assert (curve.values[inside] <= high + 1e-9).all()


def test_each_correlation_of_three_has_its_profile() -> None:
    """Limits as R's metafor 3.8-1 gives them for these data (confint, rho=1, 2, 3)."""
    rng = np.random.default_rng(11)
    study, draw = np.repeat(np.arange(30), 3), np.tile(list("abc"), 30)
    root = np.linalg.cholesky(np.array([[1.0, 0.6, 0.2], [0.6, 1.0, -0.3], [0.2, -0.3, 1.0]]))
    u = 0.3 * rng.normal(size=(30, 3)) @ root.T
    v = rng.uniform(0.01, 0.04, 90)
    y = u.ravel() + rng.normal(size=90) * np.sqrt(v)
    data = {"study": study, "draw": draw}
    model = multilevel_model(
        y, v, random="~ draw | study", structure="UN", mods="~ draw - 1", data=data
    )
    wanted = {
        "rho a,b": (0.04667884, 0.8167629),
        "rho a,c": (0.04230355, 0.7888019),
        "rho b,c": (-0.5492188, 0.3481663),
    }
    for name, limits in wanted.items():
        assert model.confint(name) == pytest.approx(limits, abs=2e-4)
    at, heights = model.profile("rho a,c", [-0.5, 0.0, 0.5])
    assert at.tolist() == [-0.5, 0.0, 0.5]
    assert (heights <= model.log_likelihood + 1e-9).all()
    with pytest.raises(UserError, match="correlations from -1 to 1"):
        model.profile("rho a,c", [1.5])
