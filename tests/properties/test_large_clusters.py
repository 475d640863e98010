"""Large clusters, gone through without a dense matrix, give what dense matrices give."""

from importlib import import_module

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dense_sandwich import dense_robust
from whatworks.statistics.block_covariance import BlockCovariance
from whatworks.statistics.innovations import innovations
from whatworks.statistics.low_rank_blocks import LowRankBlocks
from whatworks.synthesis import robust, working_model
from whatworks.synthesis.diagnostics import residuals
from whatworks.synthesis.diagnostics.quadratic import low_rank_quadratic_form
from whatworks.synthesis.multilevel import MultilevelModel


def blocks(seed: int, sizes: list[int], n_shared: int = 2) -> LowRankBlocks:
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(len(sizes)), sizes)
    k = labels.size
    weights = rng.uniform(0.0, 2.0, n_shared)
    if seed % 3 == 0:
        weights[0] = 0.0
    return LowRankBlocks(rng.uniform(0.01, 1.0, k), rng.normal(size=(n_shared, k)), weights, labels)


def whole(covariance: BlockCovariance) -> np.ndarray:
    out = np.zeros((covariance.size, covariance.size))
    for stack in covariance.stacks():
        out[stack.rows[:, :, None], stack.rows[:, None, :]] = stack.matrices
    return out


@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_innovations_are_those_of_the_cholesky_factor(seed: int) -> None:
    covariance = blocks(seed, [130, 1, 3, 3])
    x = np.random.default_rng(seed + 1).normal(size=covariance.size)
    dense = np.linalg.solve(np.linalg.cholesky(whole(covariance)), x)
    np.testing.assert_allclose(innovations(covariance, x), dense, rtol=1e-8, atol=1e-10)


@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_the_diagonal_between_two_matrices_is_that_of_dense_ones(seed: int) -> None:
    middle, left, right = (blocks(seed + i, [9, 1, 4], 1 + i % 2) for i in range(3))
    dense = np.diagonal(whole(left) @ np.linalg.solve(whole(middle), whole(right)))
    np.testing.assert_allclose(middle.between_diagonal(left, right), dense, rtol=1e-9, atol=1e-11)


@given(st.integers(0, 10_000), st.sampled_from([1.0, -1.0]))
@settings(max_examples=15, deadline=None)
def test_a_quadratic_form_of_a_large_block_is_that_of_the_dense_one(seed: int, sign: float) -> None:
    rng = np.random.default_rng(seed)
    block = blocks(seed, [40])
    x = rng.normal(size=(40, 3))
    m = whole(block)
    bread = np.linalg.inv(x.T @ np.linalg.solve(m, x) + np.diag([1.0, 2.0, 0.0]))
    # With the last column known from here alone, residuals have no spread in one direction.
    r = rng.normal(size=40)
    r -= x @ bread @ x.T @ np.linalg.solve(m, r) if sign < 0.0 else 0.0
    c = m + sign * x @ bread @ x.T
    rank = np.linalg.matrix_rank(c, tol=1e-9, hermitian=True)
    value, found = low_rank_quadratic_form(block, x, sign * bread, r)
    assert found == rank
    assert value == pytest.approx(float(r @ np.linalg.pinv(c, rcond=1e-9, hermitian=True) @ r))


def a_model(kind: str) -> tuple[MultilevelModel, np.ndarray]:
    rng = np.random.default_rng(5)
    study = np.repeat(np.arange(7), [300, 4, 20, 1, 260, 9, 12])
    k = study.size
    v = rng.uniform(0.01, 0.3, k)
    y = rng.normal(0.2, 0.2, 7)[study] + rng.normal(0.0, v**0.5)
    data = {"x": rng.normal(size=k), "z": rng.normal(size=7)[study]}
    rho = 0.6 if kind == "CHE" else None
    return working_model(y, v, study, kind=kind, rho=rho, mods="~ x + z", data=data), study


@pytest.mark.parametrize("kind", ["CHE", "HIER"])
def test_cr2_of_a_large_cluster_is_that_of_whole_matrices(kind: str) -> None:
    fit, study = a_model(kind)
    fast = robust(fit)
    dense = dense_robust(fit.design.matrix, fit.yi, whole(fit.marginal_covariance()), study, "CR2")
    np.testing.assert_allclose(fast.vcov, dense.vcov, rtol=1e-8)
    np.testing.assert_allclose(fast.df, dense.df, rtol=1e-7)


@pytest.mark.parametrize("kind", ["CHE", "HIER"])
def test_residuals_of_a_large_cluster_are_those_of_dense_blocks(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fit, _ = a_model(kind)
    fast = residuals(fit, by="cluster")
    for module, name, value in (
        ("synthesis.diagnostics.residuals", "LARGE", 1_000),
        ("statistics.innovations", "LARGE", 1_000),
        ("synthesis.diagnostics.true_effects", "_of_the_same_blocks", lambda *_: None),
    ):
        # By import: the package gives its functions the names of its modules.
        monkeypatch.setattr(import_module(f"whatworks.{module}"), name, value)
    slow = residuals(fit, by="cluster")
    assert fast.table().keys() == slow.table().keys()
    for name, column in slow.table().items():
        if np.asarray(column).dtype.kind not in "fi":
            continue
        np.testing.assert_allclose(fast.table()[name], column, rtol=1e-7, atol=1e-9, err_msg=name)
    np.testing.assert_allclose(fast.clusters.chi2, slow.clusters.chi2, rtol=1e-8)
    np.testing.assert_array_equal(fast.clusters.df, slow.clusters.df)
