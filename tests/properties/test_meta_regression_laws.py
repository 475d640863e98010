"""Laws of models with moderators that hold whatever the studies."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whatworks.synthesis import (
    TESTS,
    MetaRegression,
    location_scale,
    meta_regression,
    random_effects,
)

Floats = npt.NDArray[np.float64]

methods = st.sampled_from(["REML", "ML", "DL", "HE", "HS", "HSk", "SJ", "PM", "PMM", "EE"])
tests = st.sampled_from(TESTS)
# Rounding of the data alone moves a tau2 near 0 by this much of a sampling variance.
TAUS = 1e-10


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Random studies may well look like a slip."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@st.composite
def regressions(draw: st.DrawFn) -> tuple[Floats, Floats, Floats]:
    """Draw effects, variances and columns with an intercept, of education-like size."""
    seed = draw(st.integers(0, 2**32 - 1))
    k = draw(st.integers(6, 30))
    p = draw(st.integers(2, 4))
    tau = draw(st.sampled_from([0.0, 0.1, 0.4]))
    rng = np.random.default_rng(seed)
    v = 4.0 / np.exp(rng.normal(np.log(150.0), draw(st.sampled_from([0.3, 0.8, 1.5])), k))
    x = np.column_stack((np.ones(k), rng.normal(size=(k, p - 1))))
    y = 0.2 + x[:, 1:] @ np.full(p - 1, 0.1) + tau * rng.normal(size=k)
    return y + rng.normal(size=k) * np.sqrt(v), v, x


def agree(here: MetaRegression, there: MetaRegression, unit: float = 1.0) -> None:
    """Require that two fits say the same of the variance, in units of one and of the other."""
    slack = TAUS * float(here.vi.min())
    assert there.tau2 / unit**2 == pytest.approx(here.tau2, rel=1e-10, abs=slack)
    assert there.q == pytest.approx(here.q, rel=1e-10)
    assert there.dispersion == pytest.approx(here.dispersion, rel=1e-10)
    assert there.i2 == pytest.approx(here.i2, rel=1e-9, abs=1e-7)
    assert len(there.maxima) == len(here.maxima)
    if here.tau2_ci is not None and there.tau2_ci is not None:
        assert np.array(there.tau2_ci) / unit**2 == pytest.approx(here.tau2_ci, rel=1e-9, abs=slack)


@settings(deadline=None)
@given(regressions(), methods, tests, st.floats(-1.0, 1.0))
def test_a_shift_of_all_effects_moves_the_intercept_alone(
    data: tuple[Floats, Floats, Floats], method: str, test: str, shift: float
) -> None:
    y, v, x = data
    here, there = (meta_regression(z, v, x, method=method, test=test) for z in (y, y + shift))
    agree(here, there)
    moved = there.coefficients - here.coefficients
    assert moved[0] == pytest.approx(shift, abs=1e-10)
    assert moved[1:] == pytest.approx(np.zeros(x.shape[1] - 1), abs=1e-10)
    assert there.vcov == pytest.approx(here.vcov, rel=1e-9, abs=1e-15)
    assert there.log_likelihood == pytest.approx(here.log_likelihood, rel=1e-10, abs=1e-9)


@settings(deadline=None)
@given(regressions(), methods, tests, st.floats(-5.0, 5.0))
def test_a_change_of_unit_of_the_effects_changes_nothing_but_the_unit(
    data: tuple[Floats, Floats, Floats], method: str, test: str, exponent: float
) -> None:
    y, v, x = data
    s = 10.0**exponent
    here = meta_regression(y, v, x, method=method, test=test)
    there = meta_regression(y * s, v * s**2, x, method=method, test=test)
    agree(here, there, s)
    assert there.coefficients / s == pytest.approx(here.coefficients, rel=1e-9, abs=1e-11)
    assert there.vcov / s**2 == pytest.approx(here.vcov, rel=1e-9, abs=1e-15)
    n = y.size - (x.shape[1] if method == "REML" else 0)
    lost = n * np.log(s)
    assert there.log_likelihood + lost == pytest.approx(here.log_likelihood, rel=1e-9, abs=1e-8)


@settings(deadline=None)
@given(regressions(), methods, tests, st.floats(-3.0, 3.0), st.floats(-10.0, 10.0))
def test_unit_and_origin_of_a_moderator_change_its_coefficient_and_the_intercept_alone(
    data: tuple[Floats, Floats, Floats], method: str, test: str, exponent: float, origin: float
) -> None:
    y, v, x = data
    s = 10.0**exponent
    other = x.copy()
    other[:, 1] = origin + s * x[:, 1]
    here, there = (meta_regression(y, v, z, method=method, test=test) for z in (x, other))
    # An origin far from values that hardly differ costs digits in any computation.
    lost = 1.0 + abs(origin) / s
    assert there.tau2 == pytest.approx(
        here.tau2, rel=1e-10 * lost, abs=TAUS * lost * float(v.min())
    )
    assert there.coefficients[1] * s == pytest.approx(
        here.coefficients[1], rel=1e-9 * lost, abs=1e-11 * lost
    )
    assert there.statistic[1:] == pytest.approx(
        here.statistic[1:], rel=1e-8 * lost, abs=1e-8 * lost
    )
    assert there.predict().estimate == pytest.approx(
        here.predict().estimate, rel=1e-9 * lost, abs=1e-10 * lost
    )


@settings(deadline=None)
@given(regressions(), methods, tests, st.randoms(use_true_random=False))
def test_the_order_of_studies_does_not_matter(
    data: tuple[Floats, Floats, Floats], method: str, test: str, random: object
) -> None:
    y, v, x = data
    order = list(range(y.size))
    random.shuffle(order)  # type: ignore[attr-defined]
    here = meta_regression(y, v, x, method=method, test=test)
    there = meta_regression(y[order], v[order], x[order], method=method, test=test)
    agree(here, there)
    assert there.coefficients == pytest.approx(here.coefficients, rel=1e-9, abs=1e-11)
    assert there.vcov == pytest.approx(here.vcov, rel=1e-9, abs=1e-15)


@settings(deadline=None)
@given(regressions(), st.sampled_from(["ML", "EE"]))
def test_each_study_twice_keeps_estimates_and_halves_their_variance(
    data: tuple[Floats, Floats, Floats], method: str
) -> None:
    y, v, x = data
    here = meta_regression(y, v, x, method=method, test="z")
    there = meta_regression(
        np.tile(y, 2), np.tile(v, 2), np.tile(x, (2, 1)), method=method, test="z"
    )
    assert there.tau2 == pytest.approx(here.tau2, rel=1e-10, abs=TAUS * float(v.min()))
    assert there.coefficients == pytest.approx(here.coefficients, rel=1e-9, abs=1e-11)
    assert 2.0 * there.vcov == pytest.approx(here.vcov, rel=1e-9, abs=1e-15)
    assert there.ml_log_likelihood == pytest.approx(2.0 * here.ml_log_likelihood, rel=1e-9)


@settings(deadline=None, max_examples=30)
@given(regressions(), methods, tests)
def test_a_formula_and_its_columns_are_one_model(
    data: tuple[Floats, Floats, Floats], method: str, test: str
) -> None:
    y, v, x = data
    table = {f"m{i}": x[:, i] for i in range(1, x.shape[1])}
    by_name = meta_regression(y, v, "~ " + " + ".join(table), data=table, method=method, test=test)
    by_column = meta_regression(y, v, x, method=method, test=test)
    assert by_name.design.names == ("Intercept", *table)
    agree(by_column, by_name)
    assert by_name.coefficients == pytest.approx(by_column.coefficients, rel=1e-12, abs=1e-14)


@settings(deadline=None)
@given(regressions(), methods, tests)
def test_one_mean_is_the_random_effects_model(
    data: tuple[Floats, Floats, Floats], method: str, test: str
) -> None:
    y, v, _ = data
    ours, plain = (f(y, v, method=method, test=test) for f in (meta_regression, random_effects))
    assert ours.tau2 == pytest.approx(plain.tau2, rel=1e-10, abs=TAUS * float(v.min()))
    assert ours.coefficients[0] == pytest.approx(plain.estimate, rel=1e-10, abs=1e-12)
    assert ours.se[0] == pytest.approx(plain.se, rel=1e-10)
    assert ours.log_likelihood == pytest.approx(plain.log_likelihood, rel=1e-10, abs=1e-10)


@settings(deadline=None, max_examples=25)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from(["REML", "ML"]),
    st.floats(-0.5, 0.5),
    st.floats(-1.0, 1.0),
)
def test_location_scale_moves_with_unit_and_origin_of_the_effects(
    seed: int, method: str, shift: float, exponent: float
) -> None:
    rng = np.random.default_rng(seed)
    s, k = 10.0**exponent, 30
    x = np.column_stack((np.ones(k), rng.normal(size=k)))
    v = rng.uniform(0.01, 0.05, k)
    y = x @ [0.2, 0.1] + rng.normal(size=k) * np.sqrt(v + np.exp(-1.5 + 0.5 * x[:, 1]))
    here = location_scale(y, v, mods=x, scale=x, method=method)
    there = location_scale(s * (y + shift), s**2 * v, mods=x, scale=x, method=method)
    lost = (k - (2 if method == "REML" else 0)) * np.log(s)
    assert there.log_likelihood + lost == pytest.approx(here.log_likelihood, rel=1e-9, abs=1e-9)
    # Newton's method ends where the likelihood is flat to rounding: half the digits of a root.
    assert there.tau2 / s**2 == pytest.approx(here.tau2, rel=1e-5)
    assert there.scale_coefficients - here.scale_coefficients == pytest.approx(
        [2.0 * np.log(s), 0.0], abs=1e-5
    )
    assert there.coefficients / s - here.coefficients == pytest.approx([shift, 0.0], abs=1e-6)
    assert there.scale_se == pytest.approx(here.scale_se, rel=1e-4)
