"""Laws of models for dependent effects, and a dense likelihood that judges the fast ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from whatworks.statistics.dense_blocks import DenseBlocks
from whatworks.synthesis.multilevel import MultilevelModel, multilevel_model
from whatworks.synthesis.multilevel.dense_likelihood import DenseLikelihood
from whatworks.synthesis.multilevel.problem import make_problem
from whatworks.synthesis.multilevel.search import likelihood_of
from whatworks.synthesis.multilevel.terms import random_terms, term_data
from whatworks.synthesis.working_models import constant_correlation

seeds = st.integers(0, 2**32 - 1)


def a_set(seed: int, *, studies: int = 6) -> dict[str, np.ndarray]:
    """Draw effects of unequal studies, in mixed order."""
    rng = np.random.default_rng(seed)
    study = np.repeat(np.arange(studies), rng.integers(1, 5, studies))
    study = np.concatenate((study, [0, 1]))
    k = study.size
    v = rng.uniform(0.01, 0.2, k)
    y = rng.normal(0.0, 0.4, studies)[study] + rng.normal(0.0, 0.3, k) + rng.normal(size=k) * v**0.5
    order = rng.permutation(k)
    return {
        "y": y[order],
        "v": v[order],
        "study": study[order],
        "effect": np.arange(k),
        "outcome": rng.choice(["a", "b"], k),
        "x": rng.normal(size=k),
    }


def fitted(d: dict[str, np.ndarray], **changed: object) -> MultilevelModel:
    options: dict[str, object] = {"random": "~ 1 | study/effect", "data": d, "mods": "~ x"}
    return multilevel_model(d["y"], d["v"], **(options | changed))  # type: ignore[arg-type]


def dense_log_likelihood(fit: MultilevelModel) -> tuple[float, float]:
    """Return both log-likelihoods at the fitted values, from whole matrices and scipy."""
    k = fit.k
    m = np.zeros((k, k))
    for stack in fit.marginal_covariance().stacks():
        m[stack.rows[:, :, None], stack.rows[:, None, :]] = stack.matrices
    x = fit.design.matrix
    w = np.linalg.inv(m)
    b = np.linalg.solve(x.T @ w @ x, x.T @ w @ fit.yi)
    ml = float(multivariate_normal(x @ b, m).logpdf(fit.yi))
    _, of_xwx = np.linalg.slogdet(x.T @ w @ x)
    _, of_xx = np.linalg.slogdet(x.T @ x)
    return ml, ml + 0.5 * (x.shape[1] * np.log(2 * np.pi) + of_xx - of_xwx)


@given(seeds, st.sampled_from(["REML", "ML"]))
@settings(max_examples=25, deadline=None)
def test_likelihoods_are_those_of_whole_matrices(seed: int, method: str) -> None:
    fit = fitted(a_set(seed), method=method)
    ml, reml = dense_log_likelihood(fit)
    assert fit.ml_log_likelihood == pytest.approx(ml, rel=1e-9, abs=1e-9)
    assert fit.reml_log_likelihood == pytest.approx(reml, rel=1e-9, abs=1e-9)


@given(seeds, st.sampled_from([0.0, 0.5, 0.9]), st.booleans())
@settings(max_examples=25, deadline=None)
def test_the_fast_likelihood_is_the_dense_one(seed: int, rho: float, restricted: bool) -> None:
    d = a_set(seed)
    rng = np.random.default_rng(seed + 1)
    terms = tuple(
        term_data(term, d, d["y"].size) for term in random_terms("~ 1 | study/effect", "CS")
    )
    x = np.column_stack((np.ones(d["y"].size), d["x"]))
    sampling = constant_correlation(d["v"], d["study"], rho)
    problem = make_problem(d["y"], x, sampling, terms, restricted=restricted)
    fast, dense = likelihood_of(problem), DenseLikelihood(problem)
    assert type(fast) is not DenseLikelihood
    phi = rng.uniform(0.1, 3.0, 2)
    value, slope = fast.gradient(phi)
    assert value == pytest.approx(dense.value(phi), rel=1e-11)
    assert slope == pytest.approx(dense.gradient(phi)[1], rel=1e-8, abs=1e-9)
    scale = np.abs(fast.hessian(phi)).max()
    assert fast.hessian(phi) == pytest.approx(dense.hessian(phi), abs=1e-6 * scale)


@given(seeds)
@settings(max_examples=15, deadline=None)
def test_no_nearby_variances_are_likelier(seed: int) -> None:
    fit = fitted(a_set(seed))
    rng = np.random.default_rng(seed)
    for _ in range(20):
        phi = np.abs(fit.phi + rng.normal(size=2) * rng.choice([0.01, 0.3, 3.0]))
        assert fit.likelihood.value(phi) <= fit.likelihood.value(fit.phi) + 1e-9


@given(seeds, st.sampled_from([1e-6, 0.01, 3.7, 1e5]))
@settings(max_examples=15, deadline=None)
def test_the_unit_of_measurement_plays_no_part(seed: int, unit: float) -> None:
    d = a_set(seed)
    base = fitted(d)
    other = fitted(d | {"y": unit * d["y"], "v": unit**2 * d["v"]})
    assert other.coefficients / unit == pytest.approx(base.coefficients, rel=1e-9, abs=1e-10)
    for left, right in zip(other.components, base.components, strict=True):
        assert left.estimate / unit**2 == pytest.approx(right.estimate, rel=1e-8, abs=1e-10)


@given(seeds, st.floats(-50.0, 50.0))
@settings(max_examples=15, deadline=None)
def test_a_shift_moves_the_intercept_alone(seed: int, shift: float) -> None:
    d = a_set(seed)
    base, moved = fitted(d), fitted(d | {"y": d["y"] + shift})
    assert moved.coefficients[0] - shift == pytest.approx(base.coefficients[0], abs=1e-9)
    assert moved.coefficients[1] == pytest.approx(base.coefficients[1], abs=1e-9)
    assert moved.log_likelihood == pytest.approx(base.log_likelihood, abs=1e-8)


@given(seeds)
@settings(max_examples=15, deadline=None)
def test_the_order_of_effects_plays_no_part(seed: int) -> None:
    d = a_set(seed)
    order = np.random.default_rng(seed).permutation(d["y"].size)
    base, mixed = fitted(d), fitted({name: column[order] for name, column in d.items()})
    assert mixed.coefficients == pytest.approx(base.coefficients, abs=1e-9)
    assert mixed.vcov == pytest.approx(base.vcov, rel=1e-7)


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_the_unit_of_a_moderator_plays_no_part(seed: int) -> None:
    d = a_set(seed)
    base, other = fitted(d), fitted(d | {"x": 1e6 * d["x"]})
    assert 1e6 * other.coefficients[1] == pytest.approx(base.coefficients[1], rel=1e-8, abs=1e-10)
    assert other.components[0].estimate == pytest.approx(base.components[0].estimate, abs=1e-9)


@given(seeds, st.sampled_from(["CS", "HCS", "UN", "AR", "HAR", "CAR", "ID", "DIAG"]))
@settings(max_examples=25, deadline=None)
def test_multivariate_likelihoods_are_those_of_whole_matrices(seed: int, structure: str) -> None:
    d = a_set(seed)
    if structure == "CAR":
        d["outcome"] = np.where(d["outcome"] == "a", 1.0, 2.5)
    fit = fitted(d, random="~ outcome | study", structure=structure)
    _, reml = dense_log_likelihood(fit)
    assert fit.log_likelihood == pytest.approx(reml, rel=1e-9, abs=1e-9)
    assert len(fit.components) >= 1


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_a_covariance_matrix_and_its_blocks_give_the_same(seed: int) -> None:
    d = a_set(seed)
    blocks = constant_correlation(d["v"], d["study"], 0.6)
    whole = np.zeros((d["y"].size, d["y"].size))
    for stack in blocks.stacks():
        whole[stack.rows[:, :, None], stack.rows[:, None, :]] = stack.matrices
    options: dict[str, object] = {"random": "~ 1 | study/effect", "data": d}
    fast = multilevel_model(d["y"], blocks, **options)  # type: ignore[arg-type]
    dense = multilevel_model(d["y"], whole, **options)  # type: ignore[arg-type]
    other = multilevel_model(d["y"], DenseBlocks.from_matrix(whole), **options)  # type: ignore[arg-type]
    for fit in (dense, other):
        assert fit.coefficients == pytest.approx(fast.coefficients, abs=1e-9)
        assert fit.log_likelihood == pytest.approx(fast.log_likelihood, abs=1e-9)
        assert fit.q == pytest.approx(fast.q, rel=1e-9)


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_a_refit_from_a_neighbour_is_the_fit_itself(seed: int) -> None:
    d = a_set(seed)
    rows = np.arange(1, d["y"].size)
    near = fitted(d).refit(rows)
    anew = fitted({name: column[rows] for name, column in d.items()})
    assert near.log_likelihood == pytest.approx(anew.log_likelihood, abs=1e-9)
    assert near.coefficients == pytest.approx(anew.coefficients, abs=1e-7)
