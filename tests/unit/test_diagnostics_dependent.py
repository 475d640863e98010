"""Diagnostics of models for dependent effects, judged by whole matrices written out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tests.dense_model import DenseModel, dense_model
from whatworks.errors import UserError
from whatworks.synthesis.diagnostics import (
    baujat,
    blup,
    cumulative,
    gosh,
    influence,
    leave_one_out,
    outliers,
    permutation_test,
    profile_likelihood,
    residuals,
)
from whatworks.synthesis.multilevel import MultilevelModel, multilevel_model

Floats = npt.NDArray[np.float64]

STUDY = np.repeat(np.arange(7), [1, 3, 2, 4, 1, 2, 3])
K = STUDY.size
RNG = np.random.default_rng(20)
V = RNG.uniform(0.01, 0.05, K)
WEEKS = RNG.uniform(2.0, 12.0, K)
PHASE = (STUDY % 2).astype(np.float64)
Y = (
    0.3
    + 0.02 * WEEKS
    + RNG.normal(0.0, 0.25, 7)[STUDY]
    + RNG.normal(0.0, 0.2, K)
    + RNG.normal(0.0, np.sqrt(V))
)
X = np.column_stack((np.ones(K), WEEKS, PHASE))
DATA = {"study": STUDY, "effect": np.arange(K)}


def correlated(v: Floats, study: npt.NDArray[np.int64], rho: float = 0.6) -> Floats:
    s = np.sqrt(v)
    matrix = rho * np.outer(s, s) * (study[:, None] == study[None, :])
    return np.asarray(matrix + np.diag((1.0 - rho) * v))


def fast(mods: Floats | None = None, v: Floats = V) -> MultilevelModel:
    return multilevel_model(Y, v, random="~ 1 | study/effect", data=DATA, mods=mods, test="z")


def slow(mods: Floats | None = None, v: Floats = V) -> DenseModel:
    return dense_model(Y, v, mods, [STUDY, np.arange(K)])


def assert_tables_agree(got: dict[str, Any], want: dict[str, Any], rtol: float = 1e-5) -> None:
    for a, b in zip(got.values(), want.values(), strict=True):
        if isinstance(a, np.ndarray) and a.dtype.kind == "f":
            np.testing.assert_allclose(a, b, rtol=rtol, atol=1e-7)
        elif isinstance(a, np.ndarray):
            assert np.array_equal(a, b)


DIAGNOSTICS: list[Callable[..., Any]] = [
    residuals,
    influence,
    leave_one_out,
    cumulative,
    baujat,
    outliers,
]


@pytest.mark.slow
@pytest.mark.parametrize("by", ["effect", "cluster"])
@pytest.mark.parametrize("diagnose", DIAGNOSTICS)
def test_multilevel_diagnostics_equal_the_dense_model(
    diagnose: Callable[..., Any], by: str
) -> None:
    # Phase does not vary in the first clusters: nothing to compare there.
    x = X[:, :2]
    got, want = diagnose(fast(x), by=by), diagnose(slow(x), by=by)
    assert_tables_agree(got.table(), want.table())


def test_correlated_sampling_errors_are_judged_by_the_dense_model() -> None:
    v = correlated(V, STUDY)
    got, want = fast(X, v), slow(X, v)
    for diagnose in (residuals, influence):
        assert_tables_agree(
            diagnose(got, by="cluster").table(), diagnose(want, by="cluster").table()
        )
    assert_tables_agree(blup(got).table(), blup(want).table())


def test_deleted_residuals_have_the_variance_of_what_they_are() -> None:
    """Each deleted residual is a linear function of y: its variance can be written out."""
    v = correlated(V, STUDY)
    fit = dense_model(Y, v, X, [STUDY, np.arange(K)], given=[0.05, 0.03])
    m = fit.matrix()
    for by in ("effect", "cluster"):
        found = residuals(fit, by=by)
        for i in range(K):
            out = np.array([i]) if by == "effect" else np.flatnonzero(STUDY[i] == STUDY)
            stay = np.setdiff1d(np.arange(K), out)
            inverse = np.linalg.inv(m[np.ix_(stay, stay)])
            a = np.linalg.solve(X[stay].T @ inverse @ X[stay], X[stay].T @ inverse)
            row = np.zeros(K)
            row[i] = 1.0
            row[stay] -= X[i] @ a
            assert found.deleted[i] == pytest.approx(row @ Y, rel=1e-9)
            assert found.deleted_se[i] == pytest.approx(np.sqrt(row @ m @ row), rel=1e-9)


def test_residuals_of_clusters_are_squared_distances_in_their_covariance() -> None:
    fit = dense_model(Y, V, X, [STUDY, np.arange(K)], given=[0.05, 0.03])
    found = residuals(fit)
    m = fit.matrix()
    inverse = np.linalg.inv(m)
    take_off = np.eye(K) - X @ np.linalg.solve(X.T @ inverse @ X, X.T @ inverse)
    covariance, r = take_off @ m @ take_off.T, take_off @ Y
    np.testing.assert_allclose(found.raw, r, rtol=1e-9)
    np.testing.assert_allclose(found.se, np.sqrt(np.diagonal(covariance)), rtol=1e-9)
    for j in range(7):
        rows = np.flatnonzero(j == STUDY)
        want = r[rows] @ np.linalg.solve(covariance[np.ix_(rows, rows)], r[rows])
        assert found.clusters.chi2[j] == pytest.approx(want, rel=1e-8)
        assert found.clusters.df[j] == rows.size


def test_cholesky_residuals_square_to_the_generalised_q() -> None:
    fit = dense_model(Y, correlated(V, STUDY), X, [STUDY, np.arange(K)], given=[0.05, 0.03])
    r = Y - X @ fit.coefficients
    want = r @ np.linalg.solve(fit.matrix(), r)
    assert (residuals(fit).cholesky ** 2).sum() == pytest.approx(want, rel=1e-10)


def test_true_effects_are_the_conditional_means_of_the_mixed_model() -> None:
    v = correlated(V, STUDY)
    fit = dense_model(Y, v, X, [STUDY, np.arange(K)], given=[0.05, 0.03])
    m = fit.matrix()
    g = m - v
    r = Y - X @ fit.coefficients
    shrink = g @ np.linalg.inv(m)
    found = blup(fit)
    np.testing.assert_allclose(found.deviation, shrink @ r, rtol=1e-9)
    left = X - shrink @ X
    covariance = g - shrink @ g + left @ fit.vcov @ left.T
    np.testing.assert_allclose(found.se, np.sqrt(np.diagonal(covariance)), rtol=1e-9)
    conditional = residuals(fit)
    np.testing.assert_allclose(conditional.conditional, Y - found.estimate, rtol=1e-9, atol=1e-12)
    p = np.linalg.inv(m) - np.linalg.inv(m) @ X @ fit.vcov @ X.T @ np.linalg.inv(m)
    np.testing.assert_allclose(
        conditional.conditional_se, np.sqrt(np.diagonal(v @ p @ v)), rtol=1e-8
    )


def test_a_coefficient_that_rests_on_one_cluster_gives_a_row_that_says_so() -> None:
    only = (STUDY == 3).astype(np.float64)
    fit = fast(np.column_stack((np.ones(K), only)))
    for found in (leave_one_out(fit, by="cluster"), influence(fit, by="cluster")):
        reason = found.reasons[3]
        assert reason is not None
        assert "x2" in reason
        assert sum(r is not None for r in found.reasons) == 1
    assert np.isnan(influence(fit, by="cluster").cook[3])
    assert np.isfinite(influence(fit, by="cluster").cook[[0, 1, 2, 4, 5, 6]]).all()
    row = residuals(fit, by="cluster")
    assert np.isnan(row.studentised[STUDY == 3]).all()
    assert np.isfinite(row.studentised[STUDY != 3]).all()
    # Within the cluster the residuals still sum to nothing: one degree of freedom less.
    assert row.clusters.df.tolist() == [1, 3, 2, 3, 1, 2, 3]


def test_signs_of_clusters_are_turned_together() -> None:
    fit = dense_model(Y, V, None, [STUDY], given=[0.05])
    found = permutation_test(fit, by="cluster")
    assert found.n_possible == found.n == 2**7
    observed = abs(fit.coefficients[0])
    far = 0
    for number in range(2**7):
        signs = np.array([1.0 if number >> j & 1 else -1.0 for j in range(7)])
        far += abs(fit.refit(yi=signs[STUDY] * Y).coefficients[0]) >= observed - 1e-9
    assert found.p_value[0] == far / 2**7


def test_moderators_of_clusters_change_places_between_clusters_only() -> None:
    fit = dense_model(Y, V, np.column_stack((np.ones(K), PHASE)), [STUDY], given=[0.05])
    found = permutation_test(fit, by="cluster")
    # Three clusters of seven are of the one phase.
    assert found.n_possible == 35
    assert found.is_exact
    assert "between clusters" in found.what


def test_within_cluster_moderators_stay_in_their_cluster() -> None:
    fit = fast(np.column_stack((np.ones(K), WEEKS)))
    found = permutation_test(fit, by="cluster", n=25, rng=np.random.default_rng(3))
    assert found.n == 25
    # 3! 2! 4! 2! 3! orders within clusters; the intercept does not move.
    assert found.n_possible == 6 * 2 * 24 * 2 * 6
    assert found.p_value[1] >= 1 / 25
    assert found.omnibus_p_value == found.p_value[1]


def test_subsets_of_clusters_keep_them_whole() -> None:
    found = gosh(fast(), by="cluster", subsets=20, rng=np.random.default_rng(1))
    sizes = np.bincount(STUDY)
    assert np.array_equal(found.k, found.included @ sizes)


def test_leaving_out_the_only_effect_of_an_outcome_gives_no_variance_for_it() -> None:
    outcome = np.array(["a", "b"] * 8)
    outcome[-1] = "c"
    fit = multilevel_model(
        Y,
        V,
        random="~ outcome | study",
        structure="DIAG",
        data={"study": STUDY, "outcome": outcome},
        test="z",
    )
    found = residuals(fit)
    assert np.isnan(found.studentised[-1])
    assert np.isfinite(found.studentised[:-1]).all()
    assert found.reasons[-1] is not None
    assert "cannot be told from the rest" in found.reasons[-1]


def test_profiles_of_levels_come_from_the_model() -> None:
    fit = fast()
    found = profile_likelihood(fit, "sigma2 study")
    assert found.log_likelihood.max() == pytest.approx(fit.log_likelihood, abs=1e-5)
    assert "Profile of sigma2 study" in found.summary()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("by", ["effect", "cluster"])
@pytest.mark.parametrize(
    ("random", "structure", "mods"),
    [
        (["~ 1 | study", "~ 1 | measure"], "CS", None),
        ("~ outcome | study", "UN", None),
        ("~ outcome | study", "DIAG", "~ outcome"),
        ("~ wave | study", "CAR", None),
        (["~ outcome | study", "~ 1 | measure"], "HCS", None),
        ("~ 1 | study", "CS", "~ 0 + outcome"),
        ([], "CS", None),
    ],
)
def test_every_diagnostic_answers_for_every_kind_of_random_part(
    random: str | list[str], structure: str, mods: str | None, by: str
) -> None:
    data = {
        "study": STUDY,
        "measure": np.array([0, 1, 2, 3, 0, 1, 2, 3, 3, 2, 1, 0, 0, 2, 1, 3]),
        "outcome": np.array(["a", "b"] * 8),
        "wave": np.arange(K) % 4,
    }
    fit = multilevel_model(Y, V, random=random, structure=structure, mods=mods, data=data, test="z")
    if by == "cluster" and len(fit.cluster_labels) == 1:
        with pytest.raises(UserError, match='Use by="effect"'):
            influence(fit, by=by)
        return
    rng = np.random.default_rng(8)
    n_units = K if by == "effect" else len(fit.cluster_labels)
    for diagnose in DIAGNOSTICS:
        result = diagnose(fit, by=by)
        assert json.dumps(result.to_dict(), allow_nan=False)
        assert len(next(iter(result.table().values()))) in (n_units, K)
    assert gosh(fit, by=by, subsets=10, rng=rng).k.size == 10
    found = permutation_test(fit, by=by, exact=False, n=5, rng=rng)
    assert ((found.p_value >= 1 / 5) & (found.p_value <= 1.0)).all()


def test_a_sampling_covariance_that_is_singular_has_no_q_but_the_rest() -> None:
    fit = fast(None, correlated(V, STUDY, rho=1.0))
    found = influence(fit, by="cluster")
    assert np.isnan(found.q_without).all()
    assert np.isfinite(found.cook).all()
    assert np.isfinite(residuals(fit, by="cluster").studentised).all()
    assert np.isfinite(blup(fit).se).all()
