"""Laws of the moment models, and their estimating equations from whole matrices."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whatworks.synthesis.robust import RobustMetaRegression, robust_meta_regression
from whatworks.synthesis.two_level import random_effects

seeds = st.integers(0, 2**32 - 1)
kinds = st.sampled_from(["CORR", "HIER"])
Sets = dict[str, np.ndarray]


def a_set(seed: int, *, studies: int = 9, spread: float = 0.5) -> Sets:
    rng = np.random.default_rng(seed)
    study = np.repeat(np.arange(studies), rng.integers(1, 5, studies))
    k = study.size
    v = rng.uniform(0.01, 0.2, k)
    y = rng.normal(0.0, spread, studies)[study] + rng.normal(0.0, spread, k)
    order = rng.permutation(k)
    return {
        "y": (y + rng.normal(size=k) * v**0.5)[order],
        "v": v[order],
        "study": study[order],
        "x": rng.normal(size=k),
    }


def fitted(d: Sets, kind: str, **changed: object) -> RobustMetaRegression:
    options: dict[str, object] = {
        "kind": kind,
        "rho": 0.7 if kind == "CORR" else None,
        "mods": "~ x",
        "data": d,
    }
    return robust_meta_regression(d["y"], d["v"], d["study"], **(options | changed))  # type: ignore[arg-type]


def residual_form(d: Sets, w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return residuals of the fit with weights w and the matrix that makes them from y."""
    x = np.stack([np.ones(d["y"].size), d["x"]], axis=1)
    w = np.diag(w)
    maker = np.eye(d["y"].size) - x @ np.linalg.inv(x.T @ w @ x) @ x.T @ w
    return maker @ d["y"], maker


@given(seeds, st.sampled_from([0.0, 0.5, 1.0]))
@settings(max_examples=30, deadline=None)
def test_correlated_tau2_makes_q_what_whole_matrices_expect(seed: int, rho: float) -> None:
    d = a_set(seed)
    found = fitted(d, "CORR", rho=rho)
    same = (d["study"][:, None] == d["study"][None, :]).astype(float)
    size = same.sum(axis=1)
    mean_v = same @ d["v"] / size
    w = 1.0 / (size * mean_v)
    left, maker = residual_form(d, w)
    s = found.tau2 * same + mean_v[:, None] * same * (rho + (1.0 - rho) * np.eye(size.size))
    expected = np.trace(maker.T @ np.diag(w) @ maker @ s)
    if found.tau2 > 0.0:
        assert w @ left**2 == pytest.approx(expected, rel=1e-8)
    else:
        assert w @ left**2 <= expected * (1.0 + 1e-12)


@given(seeds)
@settings(max_examples=30, deadline=None)
def test_hierarchical_variances_make_both_sums_what_whole_matrices_expect(seed: int) -> None:
    d = a_set(seed)
    found = fitted(d, "HIER")
    assert found.omega2 is not None
    same = (d["study"][:, None] == d["study"][None, :]).astype(float)
    left, maker = residual_form(d, 1.0 / d["v"])
    s = maker @ (np.diag(d["v"] + found.omega2) + found.tau2 * same) @ maker.T
    if found.tau2 > 0.0 and found.omega2 > 0.0:
        w = np.diag(1.0 / d["v"])
        assert left @ w @ left == pytest.approx(np.trace(w @ s), rel=1e-7)
        assert left @ same @ left == pytest.approx(np.trace(same @ s), rel=1e-7)


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_tau2_of_one_effect_a_study_is_that_of_dersimonian_and_laird(seed: int) -> None:
    d = a_set(seed)
    alone = np.arange(d["y"].size)
    found = robust_meta_regression(d["y"], d["v"], alone, kind="CORR", rho=0.3)
    assert found.tau2 == pytest.approx(random_effects(d["y"], d["v"], method="DL").tau2, abs=1e-12)


@given(seeds, kinds, st.sampled_from([1e-2, 30.0]), st.floats(-2.0, 2.0), st.booleans())
@settings(max_examples=30, deadline=None)
def test_units_and_zero_of_effects_play_no_part(
    seed: int, kind: str, unit: float, shift: float, small: bool
) -> None:
    d = a_set(seed)
    one = fitted(d, kind, small=small)
    other = fitted(d | {"y": unit * (d["y"] + shift), "v": unit**2 * d["v"]}, kind, small=small)
    np.testing.assert_allclose(other.se, unit * one.se, rtol=1e-8)
    np.testing.assert_allclose(other.df, one.df, rtol=1e-8)
    assert other.tau2 == pytest.approx(unit**2 * one.tau2, rel=1e-7, abs=1e-9 * unit**2)
    assert other.coefficients[1] == pytest.approx(unit * one.coefficients[1], rel=1e-7)


@given(seeds, kinds)
@settings(max_examples=20, deadline=None)
def test_order_of_effects_and_names_of_studies_play_no_part(seed: int, kind: str) -> None:
    d = a_set(seed)
    order = np.random.default_rng(seed + 1).permutation(d["y"].size)
    other = {name: values[order] for name, values in d.items()}
    other["study"] = np.array([f"s{s}" for s in other["study"]])
    one, two = fitted(d, kind), fitted(other, kind)
    np.testing.assert_allclose(two.coefficients, one.coefficients, rtol=1e-9)
    np.testing.assert_allclose(two.vcov, one.vcov, rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(two.df, one.df, rtol=1e-8)


@given(seeds, kinds)
@settings(max_examples=20, deadline=None)
def test_large_sample_covariance_is_the_sum_of_squared_scores(seed: int, kind: str) -> None:
    d = a_set(seed)
    found = fitted(d, kind, small=False)
    x = np.stack([np.ones(d["y"].size), d["x"]], axis=1)
    w, m, p = found.weights, np.unique(d["study"]).size, 2
    bread = np.linalg.inv(x.T @ (w[:, None] * x))
    left = d["y"] - x @ found.coefficients
    meat = np.zeros((p, p))
    for j in np.unique(d["study"]):
        at = d["study"] == j
        score = x[at].T @ (w[at] * left[at])
        meat += np.outer(score, score)
    np.testing.assert_allclose(found.vcov, m / (m - p) * bread @ meat @ bread, rtol=1e-8)
    assert (found.df == m - p).all()


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_rho_says_nothing_where_each_study_has_one_effect(seed: int) -> None:
    d = a_set(seed)
    alone = d | {"study": np.arange(d["y"].size)}
    one, other = (fitted(alone, "CORR", rho=rho) for rho in (0.0, 1.0))
    assert one.tau2 == pytest.approx(other.tau2, rel=1e-9, abs=1e-14)
    np.testing.assert_allclose(one.se, other.se, rtol=1e-9)
