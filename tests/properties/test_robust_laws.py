"""Laws of cluster-robust inference, and whole matrices that judge the fast algebra."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dense_sandwich import dense_htz, dense_robust
from whatworks.statistics.block_covariance import BlockCovariance
from whatworks.synthesis.multilevel import MultilevelModel
from whatworks.synthesis.robust import RobustInference, robust
from whatworks.synthesis.robust.inference import covariance_of_variances
from whatworks.synthesis.robust.sandwich import TYPES
from whatworks.synthesis.working_models import working_model

Sets = dict[str, np.ndarray]
seeds = st.integers(0, 2**32 - 1)
types = st.sampled_from(TYPES)


def a_set(seed: int, *, studies: int = 7) -> Sets:
    """Draw effects of unequal studies in mixed order, each study within one of four sites."""
    rng = np.random.default_rng(seed)
    study = np.repeat(np.arange(studies), rng.integers(1, 5, studies))
    k = study.size
    v = rng.uniform(0.01, 0.2, k)
    y = rng.normal(0.0, 0.4, studies)[study] + rng.normal(0.0, 0.3, k) + rng.normal(size=k) * v**0.5
    order = rng.permutation(k)
    study = study[order]
    return {
        "y": y[order],
        "v": v[order],
        "study": study,
        "site": np.minimum(study, 4),
        "x": rng.normal(size=k),
    }


def fitted(d: Sets, *, kind: str = "CHE", mods: str = "~ x") -> MultilevelModel:
    rho = None if kind == "HIER" else 0.6
    return working_model(d["y"], d["v"], d["study"], kind=kind, rho=rho, mods=mods, data=d)


def whole(covariance: BlockCovariance) -> np.ndarray:
    m = np.zeros((covariance.size, covariance.size))
    for stack in covariance.stacks():
        m[stack.rows[:, :, None], stack.rows[:, None, :]] = stack.matrices
    return m


def assert_same(found: RobustInference, other: RobustInference, rtol: float = 1e-9) -> None:
    np.testing.assert_allclose(found.vcov, other.vcov, rtol=rtol, atol=rtol * found.vcov.max())
    np.testing.assert_allclose(found.df, other.df, rtol=1e2 * rtol)


@given(seeds, types, st.sampled_from(["study", "site"]), st.sampled_from(["CHE", "HIER"]))
@settings(max_examples=60, deadline=None)
def test_covariance_and_degrees_of_freedom_are_those_of_whole_matrices(
    seed: int, kind: str, cluster: str, model: str
) -> None:
    d = a_set(seed)
    fit = fitted(d, kind=model)
    found = robust(fit, d[cluster], type=kind)
    m = whole(fit.marginal_covariance())
    dense = dense_robust(fit.design.matrix, fit.yi, m, found.clusters, kind)
    np.testing.assert_allclose(found.vcov, dense.vcov, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(found.df, dense.df, rtol=1e-8)


@given(seeds, st.sampled_from(["CR0", "CR2", "CR3"]))
@settings(max_examples=15, deadline=None)
def test_hotelling_degrees_of_freedom_are_those_of_whole_matrices(seed: int, kind: str) -> None:
    d = a_set(seed)
    fit = fitted(d, mods="~ x + v")
    contrasts = np.array([[0.0, 1.0, 0.0], [1.0, 1.0, -2.0]])
    found = robust(fit, type=kind)
    dense = dense_robust(
        fit.design.matrix, fit.yi, whole(fit.marginal_covariance()), found.clusters, kind
    )
    wald = found.wald(contrasts)
    assert wald.df2 == pytest.approx(dense_htz(dense, contrasts) - 1.0, rel=1e-7)


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_cr2_is_unbiased_where_the_working_model_is_right(seed: int) -> None:
    found = robust(fitted(a_set(seed)))
    expected, _ = covariance_of_variances(found.parts, np.eye(2))
    np.testing.assert_allclose(expected, found.parts.bread, rtol=1e-8, atol=1e-12)


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_cr3_is_the_spread_of_the_fits_that_leave_a_cluster_out(seed: int) -> None:
    fit = fitted(a_set(seed))
    x, m = fit.design.matrix, whole(fit.marginal_covariance())
    found = robust(fit, type="CR3")
    moves = []
    for j in range(found.n_clusters):
        left = np.flatnonzero(found.clusters != j)
        w = np.linalg.inv(m[np.ix_(left, left)])
        b = np.linalg.solve(x[left].T @ w @ x[left], x[left].T @ w @ fit.yi[left])
        moves.append(b - fit.coefficients)
    np.testing.assert_allclose(found.vcov, np.array(moves).T @ np.array(moves), rtol=1e-7)


@given(seeds, types, st.sampled_from([1e-3, 7.0, 1e4]), st.floats(-3.0, 3.0))
@settings(max_examples=30, deadline=None)
def test_units_and_zero_of_effects_play_no_part(
    seed: int, kind: str, unit: float, shift: float
) -> None:
    d = a_set(seed)
    found = robust(fitted(d), type=kind)
    other = robust(fitted(d | {"y": unit * (d["y"] + shift), "v": unit**2 * d["v"]}), type=kind)
    np.testing.assert_allclose(other.se, unit * found.se, rtol=1e-9)
    np.testing.assert_allclose(other.df, found.df, rtol=1e-7)
    moved = unit * (found.coefficients + np.array([shift, 0.0]))
    np.testing.assert_allclose(other.coefficients, moved, rtol=1e-8, atol=1e-8 * unit)


@given(seeds, types, st.sampled_from([0.01, 40.0]), st.sampled_from([0.0, 2010.0]))
@settings(max_examples=30, deadline=None)
def test_units_and_zero_of_a_moderator_play_no_part(
    seed: int, kind: str, unit: float, shift: float
) -> None:
    d = a_set(seed)
    found = robust(fitted(d), type=kind)
    other = robust(fitted(d | {"x": unit * d["x"] + shift}), type=kind)
    assert other.se[1] * unit == pytest.approx(found.se[1], rel=1e-8)
    assert other.df[1] == pytest.approx(found.df[1], rel=1e-7)
    assert other.wald([1]).p_value == pytest.approx(found.wald([1]).p_value, rel=1e-7)


@given(seeds, types)
@settings(max_examples=25, deadline=None)
def test_order_of_effects_and_names_of_clusters_play_no_part(seed: int, kind: str) -> None:
    d = a_set(seed)
    order = np.random.default_rng(seed + 1).permutation(d["y"].size)
    mixed = {name: values[order] for name, values in d.items()}
    renamed = mixed | {"study": np.array([f"study {9 - s}" for s in mixed["study"]])}
    assert_same(robust(fitted(d), type=kind), robust(fitted(renamed), type=kind), 1e-8)


@given(seeds)
@settings(max_examples=15, deadline=None)
def test_every_cluster_twice_halves_the_unadjusted_variance(seed: int) -> None:
    d = a_set(seed)
    twice = {name: np.concatenate((values, values)) for name, values in d.items()}
    twice["study"] = np.concatenate((d["study"], d["study"] + 100))
    # ML: the estimates of the variances do not depend on how often everything is seen.
    one, two = (
        working_model(
            s["y"], s["v"], s["study"], kind="CHE", rho=0.6, mods="~ x", data=s, method="ML"
        )
        for s in (d, twice)
    )
    np.testing.assert_allclose(
        robust(two, type="CR0").vcov, 0.5 * robust(one, type="CR0").vcov, rtol=1e-6
    )


@given(seeds)
@settings(max_examples=15, deadline=None)
def test_types_that_inflate_differ_by_their_factors(seed: int) -> None:
    fit = fitted(a_set(seed))
    base, j, k = robust(fit, type="CR0"), fit.clusters.max() + 1, fit.k
    for kind, factor in {
        "CR1": j / (j - 1),
        "CR1p": j / (j - 2),
        "CR1S": j * (k - 1) / ((j - 1) * (k - 2)),
    }.items():
        np.testing.assert_allclose(robust(fit, type=kind).vcov, factor * base.vcov, rtol=1e-12)
        np.testing.assert_allclose(robust(fit, type=kind).df, base.df, rtol=1e-12)


@given(seeds)
@settings(max_examples=15, deadline=None)
def test_hotelling_on_one_contrast_is_the_square_of_t(seed: int) -> None:
    found = robust(fitted(a_set(seed)))
    wald = found.wald([1])
    assert wald.statistic == pytest.approx(found.statistic[1] ** 2, rel=1e-9)
    assert wald.df2 == pytest.approx(found.df[1], rel=1e-9)
    assert wald.p_value == pytest.approx(found.p_value[1], rel=1e-8)


@given(seeds, st.sampled_from(["HTZ", "EDF", "EDT", "chi-sq", "Naive-F", "Naive-Fp"]))
@settings(max_examples=25, deadline=None)
def test_a_test_of_several_does_not_depend_on_how_the_contrasts_are_written(
    seed: int, test: str
) -> None:
    found = robust(fitted(a_set(seed), mods="~ x + v"))
    rows = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    mixed = np.array([[2.0, -1.0], [0.5, 3.0]]) @ rows
    one, other = found.wald(rows, test=test), found.wald(mixed, test=test)
    assert other.p_value == pytest.approx(one.p_value, rel=1e-6)
