"""Diagnostics of meta-regressions: the batch against refits one by one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from whatworks.errors import UserError
from whatworks.synthesis.diagnostics import (
    blup,
    cumulative,
    gosh,
    influence,
    leave_one_out,
    permutation_test,
    residuals,
)
from whatworks.synthesis.diagnostics.regression_refits import fit_designs
from whatworks.synthesis.regression import MetaRegression, meta_regression

Floats = npt.NDArray[np.float64]

RNG = np.random.default_rng(11)
K = 14
V = 10.0 ** RNG.uniform(-3.0, 0.0, K)
DATA = {
    "weeks": RNG.uniform(100.0, 300.0, K),
    "phase": np.array(["primary", "secondary"] * 7),
    "only": (np.arange(K) == 5).astype(float),
}
Y = RNG.normal(0.3, np.sqrt(V + 0.2))


def a_fit(method: str = "REML", test: str = "z", mods: str = "~ weeks + phase") -> MetaRegression:
    return meta_regression(Y, V, mods, data=DATA, method=method, test=test)


@pytest.mark.parametrize(
    "method", ["REML", "ML", "PM", "EB", "PMM", "DL", "HS", "HSk", "HE", "SJ", "EE"]
)
@pytest.mark.parametrize("test", ["z", "t", "knha", "adhoc"])
def test_leave_one_out_equals_explicit_refits(method: str, test: str) -> None:
    fit = a_fit(method, test)
    found = leave_one_out(fit)
    for i in (0, 5, K - 1):
        again = fit.refit(np.delete(np.arange(K), i))
        np.testing.assert_allclose(found.coefficients[i], again.coefficients, rtol=1e-8)
        np.testing.assert_allclose(found.se[i], again.se, rtol=1e-8)
        np.testing.assert_allclose(found.p_value[i], again.p_value, rtol=1e-7)
        assert found.q[i] == pytest.approx(again.q, rel=1e-9)
        assert found.i2[i] == pytest.approx(again.i2, rel=1e-8, abs=1e-10)
        assert found.log_likelihood[i] == pytest.approx(again.log_likelihood, rel=1e-9)
        if found.component_names:
            assert found.components[i, 0] == pytest.approx(again.tau2, rel=1e-8, abs=1e-14)


@pytest.mark.parametrize("method", ["REML", "ML", "PM", "DL", "EE"])
def test_other_designs_equal_explicit_refits(method: str) -> None:
    fit = a_fit(method, "knha")
    x = fit.design.matrix
    designs = np.stack([x[RNG.permutation(K)] for _ in range(4)])
    found = fit_designs(fit, designs)
    for i in range(4):
        again = fit.with_columns(designs[i])
        np.testing.assert_allclose(found.coefficients[i], again.coefficients, rtol=1e-8, atol=1e-12)
        np.testing.assert_allclose(found.vcov[i], again.vcov, rtol=1e-8, atol=1e-14)
        assert found.tau2[i] == pytest.approx(again.tau2, rel=1e-8, abs=1e-14)
        assert found.log_likelihood[i] == pytest.approx(again.log_likelihood, rel=1e-9)


def test_a_study_on_which_a_coefficient_rests_gives_a_row_that_says_so() -> None:
    fit = a_fit(mods="~ weeks + only")
    found = leave_one_out(fit)
    reason = found.reasons[5]
    assert reason is not None
    assert "only" in reason
    assert np.isnan(found.coefficients[5]).all()
    assert np.isfinite(np.delete(found.coefficients, 5, axis=0)).all()
    measured = influence(fit)
    assert np.isnan(measured.cook[5])
    assert measured.hat[5] == pytest.approx(1.0)
    left = residuals(fit)
    assert np.isnan(left.standardised[5])
    assert np.isfinite(np.delete(left.studentised, 5)).all()


def test_cumulative_waits_until_the_moderators_vary() -> None:
    found = cumulative(a_fit())
    assert all(reason is not None for reason in found.reasons[:3])
    np.testing.assert_allclose(found.coefficients[-1], a_fit().coefficients, rtol=1e-9)


def test_permutation_counts_each_different_design_once() -> None:
    rows = slice(0, 6)
    fit = meta_regression(
        Y[rows], V[rows], "~ phase", data={"phase": DATA["phase"][rows]}, method="DL", test="z"
    )
    found = permutation_test(fit)
    assert found.n_possible == found.n == 20
    assert found.p_value[1] * 20 == pytest.approx(round(found.p_value[1] * 20))
    # Exchanging the two categories mirrors each design: its statistic is there with both signs.
    assert found.p_value[1] >= 2 / 20
    assert found.omnibus_p_value == found.p_value[1]


def test_gosh_of_a_meta_regression_tells_how_many_subsets_fail() -> None:
    rows = slice(0, 5)
    fit = meta_regression(Y[rows], V[rows], "~ only", data={"only": np.array([0.0, 0, 0, 0, 1])})
    found = gosh(fit)
    # Subsets without the last study, and the pairs with it, cannot tell its coefficient.
    assert found.n_failed == 11 + 4
    assert found.k.size == 26


def test_weights_of_its_own_are_left_out_one_by_one_and_refused_elsewhere() -> None:
    fit = meta_regression(
        Y, V, "~ weeks", data=DATA, method="GENQ", test="z", weights=1.0 / (V + 0.3)
    )
    found = leave_one_out(fit)
    again = fit.refit(np.delete(np.arange(K), 3))
    np.testing.assert_allclose(found.coefficients[3], again.coefficients, rtol=1e-12)
    for ask in (residuals, influence, blup):
        with pytest.raises(UserError, match="weights of its own"):
            ask(fit)


def test_a_permutation_test_of_moderators_does_not_print_a_test_of_the_intercept():
    text = permutation_test(a_fit(mods="~ phase"), n=20, rng=np.random.default_rng(1)).summary()

    assert "Intercept" not in text
    assert "phase[T.secondary]: statistic" in text
