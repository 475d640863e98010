"""Laws of the cluster wild bootstrap, and a loop over whole data sets that judges it."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dense_sandwich import adjustment_matrix, dense_robust
from whatworks.synthesis.robust import robust, wild_bootstrap_test
from whatworks.synthesis.working_models import working_model

seeds = st.integers(0, 2**32 - 1)


def a_set(seed: int, *, studies: int = 6) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    study = np.repeat(np.arange(studies), rng.integers(1, 4, studies))
    k = study.size
    return {
        "y": rng.normal(0.0, 0.5, studies)[study] + rng.normal(0.0, 0.3, k),
        "v": rng.uniform(0.01, 0.2, k),
        "study": study,
        "x": rng.normal(size=k),
        "z": rng.normal(size=k),
    }


def fitted(d: dict[str, np.ndarray], mods: str | None = "~ x + z"):
    return working_model(d["y"], d["v"], d["study"], kind="CHE", rho=0.6, mods=mods, data=d)


def statistic(x, y, m, clusters, kind, contrasts) -> float:
    w = np.linalg.inv(m)
    value = contrasts @ np.linalg.solve(x.T @ w @ x, x.T @ w @ y)
    vcov = contrasts @ dense_robust(x, y, m, clusters, kind).vcov @ contrasts.T
    return float(value @ np.linalg.solve(vcov, value)) / contrasts.shape[0]


@given(seeds, st.sampled_from(["CR0", "CR2"]), st.booleans(), st.sampled_from([[1], [1, 2]]))
@settings(max_examples=12, deadline=None)
def test_every_data_set_is_the_one_that_a_loop_makes(
    seed: int, kind: str, adjust: bool, tested: list[int]
) -> None:
    fit = fitted(a_set(seed))
    found = robust(fit, type=kind)
    test = wild_bootstrap_test(found, tested, adjust=adjust)
    x, y, clusters = fit.design.matrix, fit.yi, found.clusters
    m = np.zeros((fit.k, fit.k))
    for stack in fit.marginal_covariance().stacks():
        m[stack.rows[:, :, None], stack.rows[:, None, :]] = stack.matrices
    w = np.linalg.inv(m)
    null = np.delete(x, tested, axis=1)
    bread = np.linalg.inv(null.T @ w @ null)
    expected = null @ bread @ null.T @ w @ y
    left = y - expected
    if adjust:
        raw = left.copy()
        for j in range(6):
            at = np.flatnonzero(clusters == j)
            left[at] = adjustment_matrix(null, w, m, bread, at, "CR2", 6) @ raw[at]
    contrasts = np.eye(3)[tested]
    looped = [
        statistic(x, expected + np.array(signs)[clusters] * left, m, clusters, kind, contrasts)
        for signs in product([1.0, -1.0], repeat=5)
        for signs in [(*signs, 1.0)]
    ]
    assert test.is_exact
    assert test.n == 32
    np.testing.assert_allclose(np.sort(test.distribution), np.sort(looped), rtol=1e-6)
    observed = statistic(x, y, m, clusters, kind, contrasts)
    assert test.statistic == pytest.approx(observed, rel=1e-8)
    assert test.p_value == np.mean(np.array(looped) >= observed * (1.0 - 1e-7))


@given(seeds, st.sampled_from(["Rademacher", "Mammen", "Webb six"]))
@settings(max_examples=15, deadline=None)
def test_units_play_no_part(seed: int, weights: str) -> None:
    d = a_set(seed, studies=12)
    other = d | {"y": 50.0 * d["y"], "v": 2500.0 * d["v"], "x": 0.1 * d["x"]}
    one, two = (
        wild_bootstrap_test(
            robust(fitted(s)), "x", rng=np.random.default_rng(seed), n=199, weights=weights
        )
        for s in (d, other)
    )
    assert one.p_value == two.p_value
    np.testing.assert_allclose(one.distribution, two.distribution, rtol=1e-6)


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_drawn_signs_come_near_all_signs(seed: int) -> None:
    found = robust(fitted(a_set(seed, studies=8)))
    exact = wild_bootstrap_test(found, [1])
    drawn = wild_bootstrap_test(
        found, [1], rng=np.random.default_rng(seed), n=126, weights="Rademacher"
    )
    assert exact.is_exact
    assert not drawn.is_exact
    assert abs(exact.p_value - drawn.p_value) <= 5.0 * drawn.p_value_se + 2.0 / 126


def test_a_true_hypothesis_is_rejected_as_often_as_it_says() -> None:
    # 400 sets of 8 studies under the hypothesis: 5 % of them, give or take 3.3 standard errors.
    rejected = 0
    for seed in range(400):
        d = a_set(seed, studies=8)
        fit = working_model(d["y"], d["v"], d["study"], kind="CHE", rho=0.6, mods="~ x", data=d)
        rejected += wild_bootstrap_test(robust(fit), "x").p_value <= 0.05
    assert 0.014 <= rejected / 400 <= 0.086


def test_variances_estimated_anew_change_little_where_there_are_many_clusters() -> None:
    found = robust(fitted(a_set(5, studies=60)))
    kept, anew = (
        wild_bootstrap_test(found, rng=np.random.default_rng(1), n=99, refit=refit)
        for refit in (False, True)
    )
    assert anew.is_refitted
    assert not kept.is_refitted
    # The same signs in the same order: only the weights differ.
    assert np.corrcoef(kept.distribution, anew.distribution)[0, 1] > 0.95
