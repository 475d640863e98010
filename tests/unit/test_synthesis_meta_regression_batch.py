"""Many regressions at once: the numbers of one after the other, whatever their shape."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest

from whatworks.errors import TooFewStudies, UserError
from whatworks.statistics.regression_groups import RegressionGroups
from whatworks.synthesis import (
    TESTS,
    MetaRegressionBatch,
    PossibleMisuse,
    meta_regression,
    meta_regression_batch,
    random_effects_batch,
)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

METHODS = ["REML", "ML", "DL", "HE", "HS", "HSk", "SJ", "PM", "EB", "PMM", "EE"]
BIMODAL = [8.269, -0.469, -0.145], [9.7236, 0.0227, 0.0014]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Random cells may well look like a slip."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PossibleMisuse)
        yield


def cells(seed: int, n: int = 40) -> tuple[Floats, Floats, Floats, Ints]:
    """Draw n cells of 1 to 25 studies, with a far-off moderator and a category."""
    rng = np.random.default_rng(seed)
    k = rng.integers(1, 26, n)
    v = 4.0 / np.exp(rng.normal(np.log(150.0), 0.8, k.sum()))
    x = np.column_stack(
        (np.ones(v.size), rng.normal(1000.0, 1.0, v.size), rng.integers(0, 2, v.size))
    )
    tau = np.repeat(rng.choice([0.0, 0.1, 0.5], n), k)
    y = 0.2 + tau * rng.normal(size=v.size) + rng.normal(size=v.size) * np.sqrt(v)
    return y, v, x, np.concatenate(([0], np.cumsum(k)[:-1]))


def same_as_one_by_one(
    batch: MetaRegressionBatch, y: Floats, v: Floats, x: Floats, starts: Ints
) -> None:
    for g, (first, size) in enumerate(zip(starts, batch.k, strict=True)):
        rows = slice(first, first + size)
        try:
            fit = meta_regression(y[rows], v[rows], x[rows], method=batch.method, test=batch.test)
        except UserError:
            assert not batch.is_fitted[g]
            assert np.isnan(batch.coefficients[g]).all()
            continue
        assert batch.is_fitted[g]
        if size > x.shape[1]:
            assert batch.tau2[g] == pytest.approx(fit.tau2, rel=1e-9, abs=1e-12)
            assert batch.n_maxima[g] == len(fit.maxima)
        for name in ("coefficients", "se", "vcov", "p_value", "ci", "q", "q_p_value", "dispersion"):
            want = getattr(fit, name)
            assert getattr(batch, name)[g] == pytest.approx(want, rel=1e-6, abs=1e-10), name
        for name in ("tau2_se", "tau2_ci", "i2", "h2", "typical_variance"):
            found, wanted = getattr(batch, name)[g], getattr(fit, name)
            if wanted is None:
                assert np.isnan(found).all(), name
            else:
                assert found == pytest.approx(wanted, rel=1e-8, abs=1e-10), name
        assert batch.log_likelihood[g] == pytest.approx(fit.log_likelihood, rel=1e-9, abs=1e-9)
        assert batch.omnibus[g] == pytest.approx(fit.omnibus.statistic, rel=1e-7)
        assert batch.omnibus_p_value[g] == pytest.approx(fit.omnibus.p_value, rel=1e-6)
        assert batch.df[g] == fit.coefficient_df[0]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("test", TESTS)
def test_each_cell_has_the_numbers_it_has_by_itself(method: str, test: str) -> None:
    y, v, x, starts = cells(METHODS.index(method))
    batch = meta_regression_batch(y, v, starts, x, method=method, test=test)
    same_as_one_by_one(batch, y, v, x, starts)


def test_cells_of_many_blocks_are_put_back_in_their_places(monkeypatch: pytest.MonkeyPatch) -> None:
    y, v, x, starts = cells(20)
    whole = meta_regression_batch(y, v, starts, x)
    monkeypatch.setattr("whatworks.synthesis.regression.batch_fit.BLOCK_ELEMENTS", 300)
    parts = meta_regression_batch(y, v, starts, x)
    for name, column in whole.table().items():
        if column.dtype.kind == "f":
            assert parts.table()[name] == pytest.approx(column, rel=1e-9, nan_ok=True), name
    assert (parts.is_fitted == whole.is_fitted).all()


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_with_one_maximum_the_local_search_gives_the_numbers_of_the_global_one(method: str) -> None:
    y, v, x, starts = cells(21, 300)
    best = meta_regression_batch(y, v, starts, x, method=method)
    near = meta_regression_batch(y, v, starts, x, method=method, search="local", intervals=False)
    fitted = best.is_fitted & ~np.isnan(best.tau2)
    higher = best.log_likelihood[fitted] > near.log_likelihood[fitted] + 1e-9
    assert (best.log_likelihood[fitted] >= near.log_likelihood[fitted] - 1e-9).all()
    assert higher.mean() < 0.02
    rows = np.flatnonzero(fitted)[~higher & (best.n_maxima[fitted] == 1)]
    assert near.tau2[rows] == pytest.approx(best.tau2[rows], rel=1e-8, abs=1e-11)
    assert near.coefficients[rows] == pytest.approx(best.coefficients[rows], rel=1e-6, abs=1e-9)
    assert np.isnan(near.tau2_ci).all()
    assert not np.isnan(best.tau2_ci[rows]).any()


def test_the_highest_of_two_maxima_is_taken_and_the_nearest_may_be_the_lower() -> None:
    best = meta_regression_batch(*BIMODAL, [0], test="z")
    assert best.n_maxima.tolist() == [2]
    assert best.tau2[0] == pytest.approx(0.04016, abs=5e-6)
    # A precise study, and one far out: DerSimonian and Laird's estimate is 0, and so is one maximum.
    y, v = [0.37, -2.54, 0.19, 0.36], [0.011, 0.663, 0.049, 0.036]
    best = meta_regression_batch(y, v, [0], test="z")
    near = meta_regression_batch(y, v, [0], test="z", search="local")
    assert best.tau2[0] == pytest.approx(1.08873796, abs=1e-7)
    assert near.tau2[0] == 0.0
    assert best.log_likelihood[0] > near.log_likelihood[0] + 0.3


@pytest.mark.parametrize("unit", [1e-3, 0.01, 1.0, 1e4])
def test_the_unit_of_effects_and_moderators_plays_no_part(unit: float) -> None:
    y, v, x, starts = cells(22)
    here = meta_regression_batch(y, v, starts, x)
    there = meta_regression_batch(unit * y, unit**2 * v, starts, x * [1.0, 1e5, 1e-5])
    assert (there.is_fitted == here.is_fitted).all()
    assert there.tau2 / unit**2 == pytest.approx(here.tau2, rel=1e-9, abs=1e-12, nan_ok=True)
    assert there.coefficients[:, 1] * 1e5 / unit == pytest.approx(
        here.coefficients[:, 1], rel=1e-6, abs=1e-9, nan_ok=True
    )
    assert (there.n_maxima == here.n_maxima).all()


def test_without_moderators_cells_are_those_of_the_random_effects_batch() -> None:
    y, v, _, starts = cells(23)
    ours, plain = meta_regression_batch(y, v, starts), random_effects_batch(y, v, starts)
    rows = plain.k > 1
    assert ours.coefficients[:, 0] == pytest.approx(plain.estimate, rel=1e-9, abs=1e-12)
    assert ours.se[:, 0] == pytest.approx(plain.se, rel=1e-9)
    for name in ("tau2", "tau2_ci", "i2", "q", "log_likelihood"):
        wanted = pytest.approx(getattr(plain, name)[rows], rel=1e-8, abs=1e-11)
        assert getattr(ours, name)[rows] == wanted, name


def test_a_formula_is_read_once_for_all_cells() -> None:
    y, v, x, starts = cells(24)
    data = {"dose": x[:, 1], "kind": np.where(x[:, 2] > 0, "new", "known")}
    named = meta_regression_batch(y, v, starts, "~ dose + kind", data=data)
    assert named.names == ("Intercept", "dose", "kind[T.new]")
    plain = meta_regression_batch(y, v, starts, x)
    assert named.coefficients == pytest.approx(plain.coefficients, rel=1e-6, abs=1e-9, nan_ok=True)


def test_bootstrap_samples_that_lose_a_category_do_not_stop_the_others() -> None:
    rng = np.random.default_rng(25)
    y, v = rng.normal(0.2, 0.3, 8), np.full(8, 0.02)
    x = np.column_stack((np.ones(8), np.arange(8) == 0))
    rows = rng.integers(0, 8, (200, 8))
    sample = rows.ravel()
    batch = meta_regression_batch(y[sample], v[sample], np.arange(0, 1600, 8), x[sample])
    has_both = np.array([0 < (row == 0).sum() < 8 for row in rows])
    assert (batch.is_fitted == has_both).all()
    assert f"{(~has_both).sum()} not fitted" in batch.summary()
    json.dumps(batch.to_dict(), allow_nan=False)


def test_cells_of_equal_effects_have_no_test_and_no_abort() -> None:
    batch = meta_regression_batch([0.0] * 12, [0.1] * 12, [0, 6], np.tile([[1, 0], [1, 1]], (6, 1)))
    assert batch.is_fitted.all()
    assert (batch.tau2 == 0.0).all()
    assert np.isnan(batch.omnibus).all()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"method": "GENQ"}, "method must be one of REML"),
        ({"method": "DL", "search": "local"}, 'search "local" is for methods REML and ML'),
        ({"search": "far"}, "search must be one of global"),
        ({"test": "hk"}, "test must be one of z"),
    ],
)
def test_options_that_do_not_exist_are_refused(options: dict[str, str], says: str) -> None:
    with pytest.raises(UserError, match=says):
        meta_regression_batch([0.1, 0.2], [0.1, 0.1], [0], **options)  # type: ignore[arg-type]


def test_a_cell_without_effects_is_named() -> None:
    with pytest.raises(TooFewStudies, match="Cell 2 has no effect"):
        meta_regression_batch([0.1, 0.2], [0.1, 0.1], [0, 1, 1])


def test_sums_of_groups_are_those_of_whole_matrices() -> None:
    rng = np.random.default_rng(26)
    k = [7, 12]
    v = rng.uniform(0.5, 2.0, sum(k))
    blocks = [np.linalg.qr(rng.normal(size=(n, 2)))[0] for n in k]
    y = rng.normal(size=sum(k))
    z = np.vstack((np.vstack(blocks).T, y))
    groups = RegressionGroups(z, v, np.array([0, 7]))
    t = np.array([0.3, 0.0])
    moments, steps = groups.moments(t[None, :]), groups.score_derivatives(t, restricted=True)
    forms = groups.quadratic_forms(1.0 / (v + 1.0))
    for g, rows in enumerate((slice(0, 7), slice(7, 19))):
        x, w = blocks[g], np.diag(1.0 / (v[rows] + t[g]))
        p = w - w @ x @ np.linalg.inv(x.T @ w @ x) @ x.T @ w
        r = y[rows]
        assert moments.trace_p[0, g] == pytest.approx(np.trace(p))
        assert moments.q[0, g] == pytest.approx(r @ p @ r)
        assert moments.r2[0, g] == pytest.approx(r @ p @ p @ r)
        assert steps.score[g] == pytest.approx(r @ p @ p @ r - np.trace(p))
        assert steps.information[g] == pytest.approx(np.trace(p @ p))
        assert steps.slope[g] == pytest.approx(np.trace(p @ p) - 2.0 * r @ p @ p @ p @ r)
        a, big = np.diag(1.0 / (v[rows] + 1.0)), np.diag(v[rows])
        f = a - a @ x @ np.linalg.inv(x.T @ a @ x) @ x.T @ a
        assert forms.value[g] == pytest.approx(r @ f @ r)
        assert forms.trace_pv[g] == pytest.approx(np.trace(f @ big))
        assert forms.vv[g] == pytest.approx(np.trace(f @ big @ f @ big))
        assert forms.v1[g] == pytest.approx(np.trace(f @ big @ f))
        assert forms.one[g] == pytest.approx(np.trace(f @ f))
