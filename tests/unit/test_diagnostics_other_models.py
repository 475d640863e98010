"""Diagnostics of models whose spread or weights are their own: location-scale and moments."""

from __future__ import annotations

import numpy as np
import pytest

from whatworks.errors import UserError
from whatworks.synthesis import (
    location_scale,
    meta_regression,
    robust,
    robust_meta_regression,
    working_model,
)
from whatworks.synthesis.diagnostics import (
    blup,
    cumulative,
    influence,
    leave_one_out,
    permutation_test,
    residuals,
)
from whatworks.synthesis.pooled_effect import effect_weights

RNG = np.random.default_rng(7)
STUDY = np.repeat(np.arange(9), [1, 3, 2, 4, 1, 2, 3, 2, 2])
K = STUDY.size
V = RNG.uniform(0.01, 0.05, K)
DOSE = RNG.uniform(1.0, 5.0, K)
Y = (
    0.2
    + 0.05 * DOSE
    + RNG.normal(0.0, 0.3, 9)[STUDY]
    + RNG.normal(0.0, 0.1 * DOSE)
    + RNG.normal(0.0, np.sqrt(V))
)
DATA = {"dose": DOSE}


@pytest.mark.parametrize("kind", ["CORR", "HIER"])
def test_moment_models_are_refitted_without_each_study(kind: str) -> None:
    rho = 0.8 if kind == "CORR" else None
    fit = robust_meta_regression(Y, V, STUDY, kind=kind, rho=rho, mods="~ dose", data=DATA)
    found = leave_one_out(fit, by="cluster")
    for code in range(9):
        rest = code != STUDY
        own = robust_meta_regression(
            Y[rest],
            V[rest],
            STUDY[rest],
            kind=kind,
            rho=rho,
            mods="~ dose",
            data={"dose": DOSE[rest]},
        )
        np.testing.assert_allclose(found.coefficients[code], own.coefficients, rtol=1e-9)
        np.testing.assert_allclose(found.se[code], own.se, rtol=1e-9)
        assert found.components[code, 0] == pytest.approx(own.tau2, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("kind", ["CORR", "HIER"])
def test_moment_models_say_that_their_weights_are_their_own(kind: str) -> None:
    fit = robust_meta_regression(Y, V, STUDY, kind=kind, rho=0.8)
    for diagnose in (residuals, influence, blup):
        with pytest.raises(UserError, match="weights of its own"):
            diagnose(fit)
    assert float(effect_weights(fit) @ Y) / 100.0 == pytest.approx(fit.coefficients[0], rel=1e-12)
    assert cumulative(fit, by="cluster").coefficients[-1, 0] == pytest.approx(fit.coefficients[0])
    assert 0.0 < permutation_test(fit, n=99, rng=np.random.default_rng(1)).p_value[0] <= 1.0


def test_given_weights_are_those_shown() -> None:
    given = RNG.uniform(1.0, 2.0, K)
    fit = meta_regression(Y, V, weights=given)
    assert float(effect_weights(fit) @ Y) / 100.0 == pytest.approx(fit.coefficients[0], rel=1e-12)
    che = robust(working_model(Y, V, STUDY, kind="CHE", rho=0.6))
    assert float(effect_weights(che.model) @ Y) / 100.0 == pytest.approx(che.coefficients[0])


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_location_scale_models_have_every_diagnostic(method: str) -> None:
    fit = location_scale(Y, V, mods="~ dose", scale="~ dose", data=DATA, method=method)
    found = leave_one_out(fit)
    for i in (0, 5, K - 1):
        rest = np.arange(K) != i
        own = location_scale(
            Y[rest],
            V[rest],
            mods="~ dose",
            scale="~ dose",
            data={"dose": DOSE[rest]},
            method=method,
        )
        np.testing.assert_allclose(found.coefficients[i], own.coefficients, rtol=1e-6)
        np.testing.assert_allclose(found.se[i], own.se, rtol=1e-6)

    # Residuals and predicted true effects from whole matrices.
    x = np.column_stack((np.ones(K), DOSE))
    w = np.diag(1.0 / (V + fit.tau2))
    hat = x @ np.linalg.solve(x.T @ w @ x, x.T @ w)
    left = Y - hat @ Y
    standard = left / np.sqrt(np.diagonal((np.eye(K) - hat) @ np.diag(V + fit.tau2)))
    np.testing.assert_allclose(residuals(fit).table()["standardised"], standard, rtol=1e-8)
    share = fit.tau2 / (V + fit.tau2)
    np.testing.assert_allclose(blup(fit).table()["estimate"], hat @ Y + share * left, rtol=1e-8)
    assert np.isfinite(influence(fit).table()["cook"]).all()


def test_one_variance_for_all_is_a_component() -> None:
    fit = location_scale(Y, V, mods="~ dose", data=DATA)
    same = meta_regression(Y, V, "~ dose", data=DATA, test="t")
    assert fit.components[0].estimate == pytest.approx(same.tau2, rel=1e-6)
    assert fit.prediction_variance() == pytest.approx(same.tau2, rel=1e-6)
    assert location_scale(Y, V, scale="~ dose", data=DATA).components == ()
