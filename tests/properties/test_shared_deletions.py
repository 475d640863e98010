"""Models without each unit, made at once, are those that are fitted one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whatworks.statistics.chebyshev_box import ChebyshevBox
from whatworks.synthesis import multilevel_model, working_model
from whatworks.synthesis.diagnostics import refits as refits_module
from whatworks.synthesis.diagnostics.left_out import left_out
from whatworks.synthesis.diagnostics.nested_deletions import nested_deletions
from whatworks.synthesis.diagnostics.units import units_of
from whatworks.synthesis.model import FittedModel


def a_model(seed: int, kind: str) -> FittedModel:
    """Draw a model of 100 to 120 studies; variances may be 0, an effect may stand alone."""
    rng = np.random.default_rng(seed)
    studies = int(rng.integers(100, 120))
    study = np.repeat(np.arange(studies), rng.integers(1, 4, studies))
    k = study.size
    v = rng.uniform(0.01, 0.2, k)
    tau, omega = rng.choice([0.0, 0.1, 0.3]), rng.choice([0.0, 0.1, 0.3])
    y = rng.normal(0.2, tau, studies)[study] + rng.normal(0.0, omega, k) + rng.normal(0.0, v**0.5)
    if seed % 3 == 0:
        y[k // 2] += 5.0
    order = rng.permutation(k)
    x = rng.normal(size=studies)[study] if seed % 2 else rng.normal(size=k)
    data = {"study": study[order], "effect": np.arange(k), "x": x[order]}
    y, v = y[order], v[order]
    mods = None if seed % 4 == 0 else "~ x"
    method = "ML" if seed % 5 == 0 else "REML"
    if kind == "CHE":
        return working_model(
            y, v, data["study"], kind=kind, rho=0.6, mods=mods, data=data, method=method
        )
    return multilevel_model(y, v, random=kind, mods=mods, data=data, method=method)


@given(
    st.integers(0, 10_000),
    st.sampled_from(["~ 1 | study/effect", "~ 1 | study", "CHE"]),
    st.sampled_from(["effect", "cluster"]),
)
@settings(max_examples=8, deadline=None)
def test_models_made_at_once_are_those_fitted_one_by_one(seed: int, kind: str, by: str) -> None:
    fit = a_model(seed, kind)
    units = units_of(fit, by)
    at_once = nested_deletions(fit, units)
    if at_once is None:
        # No variance is left: nothing to share.
        assert all(c.estimate == 0.0 for c in fit.components)
        return
    found = left_out(fit, units)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(refits_module, "nested_deletions", lambda *_: None)
        some = left_out(fit, units)
    one, other = some.refits, found.refits
    scale = np.sqrt(np.diagonal(one.vcov, axis1=1, axis2=2))
    assert np.abs((one.coefficients - other.coefficients) / scale).max() < 1e-8
    np.testing.assert_allclose(other.vcov, one.vcov, rtol=1e-7, atol=1e-9 * np.abs(one.vcov).max())
    np.testing.assert_array_equal(other.coefficient_df, one.coefficient_df)
    size = np.abs(one.components).max(axis=0)
    np.testing.assert_allclose(other.components / size, one.components / size, atol=1e-7)
    np.testing.assert_allclose(other.log_likelihood, one.log_likelihood, rtol=1e-10, atol=1e-9)
    np.testing.assert_allclose(other.q, one.q, rtol=1e-10)
    np.testing.assert_allclose(found.residual, some.residual, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(found.residual_se, some.residual_se, rtol=1e-7)
    np.testing.assert_allclose(found.chi2, some.chi2, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(found.bread_of_all, some.bread_of_all, rtol=1e-7, atol=1e-12)
    np.testing.assert_allclose(found.mean_variance, some.mean_variance, rtol=1e-7)


def test_few_units_and_other_models_are_fitted_one_by_one() -> None:
    fit = a_model(1, "~ 1 | study/effect")
    units = units_of(fit, "cluster")
    at_once = nested_deletions(fit, units)
    assert at_once is not None
    assert at_once.at.size > 0.9 * units.m
    data = {"a": np.arange(120) % 12, "b": np.arange(120) % 5, "y": np.sin(np.arange(120.0))}
    crossed = multilevel_model(
        data["y"], np.full(120, 0.1), random=["~ 1 | a", "~ 1 | b"], data=data
    )
    assert nested_deletions(crossed, units_of(crossed, "effect")) is None
    few = multilevel_model(data["y"], np.full(120, 0.1), random="~ 1 | a", data=data)
    assert nested_deletions(few, units_of(few, "cluster")) is None


def test_a_smooth_function_is_known_by_its_values_at_the_points() -> None:
    box = ChebyshevBox(np.array([1.0, -0.5]), np.array([2.0, 0.5]), 17)

    def f(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.exp(a * b) / (a + b)

    # Two units with one function each; the second is the first times 3.
    values = f(*box.points.T)[:, None, None] * np.array([1.0, 3.0])[None, :, None]
    coefficients = box.coefficients(values)
    last, largest = box.tail(coefficients)
    assert (last < 1e-8 * largest).all()
    assert largest[0] == pytest.approx(np.abs(coefficients[..., 0, 0]).max())
    at = np.array([[1.3, 0.2], [1.9, -0.4]])
    place = box.place(at)
    np.testing.assert_allclose(box.theta(place), at, rtol=1e-14)
    value, slope = box.value_and_slope(coefficients, place)
    np.testing.assert_allclose(value[:, 0], f(*at.T) * [1.0, 3.0], rtol=1e-9)
    a, b = at.T
    by_a = f(a, b) * (b - 1.0 / (a + b)) * 0.5 * [1.0, 3.0]
    by_b = f(a, b) * (a - 1.0 / (a + b)) * 0.5 * [1.0, 3.0]
    np.testing.assert_allclose(slope[:, 0], np.stack((by_a, by_b), axis=1), rtol=1e-7)
    weighted = (box.weights(place) * f(*box.points.T)).sum(axis=1)
    np.testing.assert_allclose(weighted, f(*at.T), rtol=1e-9)
    line = ChebyshevBox(np.array([0.5]), np.array([1.5]), 17)
    found = line.coefficients(np.log(line.points[:, 0])[:, None, None])
    value, slope = line.value_and_slope(found, line.place(np.array([[1.2]])))
    assert value[0, 0] == pytest.approx(np.log(1.2), abs=1e-10)
    assert slope[0, 0, 0] == pytest.approx(0.5 / 1.2, rel=1e-8)
