"""Laws of diagnostics that hold whatever the studies."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dense_model import dense_model
from whatworks.synthesis import random_effects
from whatworks.synthesis.diagnostics import (
    baujat,
    cumulative,
    influence,
    leave_one_out,
    permutation_test,
    residuals,
)

Floats = npt.NDArray[np.float64]

effects = st.floats(-2.0, 2.0).map(lambda x: round(x, 3))
variances = st.floats(-3.0, 0.3).map(lambda x: round(10.0**x, 6))
studies = st.lists(st.tuples(effects, variances), min_size=4, max_size=12)
methods = st.sampled_from(["REML", "ML", "DL", "PM", "EE"])
tests_ = st.sampled_from(["z", "t", "knha", "adhoc"])


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Random studies may well look like a slip."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _arrays(rows: list[tuple[float, float]]) -> tuple[Floats, Floats]:
    y, v = zip(*rows, strict=True)
    return np.array(y), np.array(v)


@given(studies, methods, tests_, st.data())
def test_leave_one_out_is_the_explicit_refit(
    rows: list[tuple[float, float]], method: str, test: str, data: st.DataObject
) -> None:
    y, v = _arrays(rows)
    i = data.draw(st.integers(0, y.size - 1))
    found = leave_one_out(random_effects(y, v, method=method, test=test))
    fit = random_effects(np.delete(y, i), np.delete(v, i), method=method, test=test)
    assert found.coefficients[i, 0] == pytest.approx(fit.estimate, rel=1e-9, abs=1e-9)
    assert found.se[i, 0] == pytest.approx(fit.se, rel=1e-7, abs=1e-9)


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.sampled_from(["REML", "ML", "PM", "EB"]), st.integers(50, 90))
def test_sums_shared_between_refits_lose_nothing(seed: int, method: str, k: int) -> None:
    rng = np.random.default_rng(seed)
    v = 10.0 ** rng.uniform(-4.0, 1.0, k)
    y = rng.normal(0.0, np.sqrt(v + 10.0 ** rng.uniform(-4.0, 1.0)))
    found = leave_one_out(random_effects(y, v, method=method, test="z"))
    for i in (0, int(np.argmin(v)), int(np.argmax(np.abs(y)))):
        fit = random_effects(np.delete(y, i), np.delete(v, i), method=method, test="z")
        assert fit.tau2 is not None
        assert found.components[i, 0] == pytest.approx(fit.tau2, rel=1e-7, abs=1e-10)
        assert found.coefficients[i, 0] == pytest.approx(fit.estimate, rel=1e-8, abs=1e-9)


@given(studies, methods, tests_, st.data())
def test_the_order_of_rows_does_not_matter(
    rows: list[tuple[float, float]], method: str, test: str, data: st.DataObject
) -> None:
    y, v = _arrays(rows)
    order = np.array(data.draw(st.permutations(range(y.size))))
    one = influence(random_effects(y, v, method=method, test=test))
    other = influence(random_effects(y[order], v[order], method=method, test=test))
    for name in ("dffits", "cook", "hat", "weight_percent", "q_without"):
        np.testing.assert_allclose(
            getattr(other, name), getattr(one, name)[order], rtol=1e-5, atol=1e-7
        )


@given(studies, methods)
def test_a_study_and_its_copy_have_the_same_influence(
    rows: list[tuple[float, float]], method: str
) -> None:
    y, v = _arrays([*rows, rows[0]])
    found = influence(random_effects(y, v, method=method, test="z"))
    for name in ("dffits", "cook", "covariance_ratio", "hat", "weight_percent", "studentised"):
        value = getattr(found, name)
        assert value[0] == pytest.approx(value[-1], rel=1e-8, abs=1e-10)


@given(studies, st.floats(-3.0, 3.0), st.integers(-6, 6))
def test_shift_and_unit_leave_standardised_diagnostics_alone(
    rows: list[tuple[float, float]], shift: float, power: int
) -> None:
    y, v = _arrays(rows)
    scale = 2.0**power
    one = random_effects(y, v, method="DL", test="z")
    other = random_effects(scale * (y + shift), scale**2 * v, method="DL", test="z")
    np.testing.assert_allclose(
        residuals(other).studentised, residuals(one).studentised, rtol=1e-8, atol=1e-9
    )
    np.testing.assert_allclose(influence(other).cook, influence(one).cook, rtol=1e-6, atol=1e-10)
    np.testing.assert_allclose(
        baujat(other).influence, baujat(one).influence, rtol=1e-6, atol=1e-10
    )


@given(studies, methods, st.integers(2, 40), st.integers(0, 1_000))
def test_a_permutation_p_value_is_a_multiple_of_one_over_n(
    rows: list[tuple[float, float]], method: str, n: int, seed: int
) -> None:
    fit = random_effects(*_arrays(rows), method=method, test="z")
    found = permutation_test(fit, exact=False, n=n, rng=np.random.default_rng(seed))
    assert 0.0 < found.p_value[0] <= 1.0
    assert found.p_value[0] * found.n == pytest.approx(round(found.p_value[0] * found.n), abs=1e-9)
    assert found.n == n


@given(st.lists(st.tuples(effects, variances), min_size=3, max_size=8), methods)
def test_turning_all_signs_changes_no_permutation_p_value(
    rows: list[tuple[float, float]], method: str
) -> None:
    y, v = _arrays(rows)
    one = permutation_test(random_effects(y, v, method=method, test="z"))
    other = permutation_test(random_effects(-y, v, method=method, test="z"))
    assert one.p_value[0] == other.p_value[0]
    assert one.n == 2**y.size


@given(studies, methods)
def test_the_last_cumulative_fit_is_the_fit(rows: list[tuple[float, float]], method: str) -> None:
    fit = random_effects(*_arrays(rows), method=method)
    found = cumulative(fit)
    assert found.coefficients[-1, 0] == pytest.approx(fit.estimate, rel=1e-10, abs=1e-12)
    assert found.se[-1, 0] == pytest.approx(fit.se, rel=1e-8, abs=1e-12)


@settings(max_examples=20, deadline=None)
@given(studies, st.floats(0.0, 0.5))
def test_clusters_of_one_effect_are_effects(rows: list[tuple[float, float]], sigma2: float) -> None:
    y, v = _arrays(rows)
    fit = dense_model(y, v, None, [np.arange(y.size)], given=[sigma2])
    one, other = influence(fit, by="effect"), influence(fit, by="cluster")
    for name in ("studentised", "chi2", "dffits", "cook", "hat", "covariance_ratio", "dfbetas"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(one.chi2, one.studentised**2, rtol=1e-9, atol=1e-13)
