"""Two-level models with moderators: known answers, hard sets, boundaries and what is refused."""

from __future__ import annotations

import itertools
import json
import warnings
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest

from tests.unit.test_synthesis_two_level import BCG_V, BCG_Y
from whatworks.errors import UserError
from whatworks.statistics.outweighed_sums import outweighed_sums
from whatworks.synthesis import (
    METHODS,
    REGRESSION_METHODS,
    TESTS,
    PossibleMisuse,
    location_scale,
    meta_regression,
    meta_regression_batch,
    random_effects,
)
from whatworks.synthesis.regression import tau2 as residual_tau2

Floats = npt.NDArray[np.float64]

# Absolute latitude and year of the 13 trials.
BCG = {
    "ablat": [44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33],
    "year": [1948, 1949, 1960, 1977, 1973, 1953, 1973, 1980, 1968, 1961, 1974, 1969, 1976],
}
BIMODAL = [8.269, -0.469, -0.145], [9.7236, 0.0227, 0.0014]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """The hard sets do look like slips."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PossibleMisuse)
        yield


def whole_matrices(y: Floats, v: Floats, x: Floats, t: float) -> dict[str, Floats | float]:
    """Compute all a model says at one tau2 with k x k matrices, slowly and obviously."""
    k, p = x.shape
    m = np.diag(v + t)
    w = np.linalg.inv(m)
    bread = np.linalg.inv(x.T @ w @ x)
    projection = w - w @ x @ bread @ x.T @ w
    r = y - x @ bread @ x.T @ w @ y
    ml = -0.5 * (k * np.log(2 * np.pi) + np.linalg.slogdet(m)[1] + r @ w @ r)
    reml = (
        ml
        + 0.5 * p * np.log(2 * np.pi)
        + 0.5 * np.linalg.slogdet(x.T @ x)[1]
        - 0.5 * np.linalg.slogdet(x.T @ w @ x)[1]
    )
    return {
        "b": bread @ x.T @ w @ y,
        "bread": bread,
        "trace_p": float(np.trace(projection)),
        "trace_pp": float(np.trace(projection @ projection)),
        "trace_ww": float(np.trace(w @ w)),
        "q": float(y @ projection @ y),
        "ml": float(ml),
        "reml": float(reml),
    }


def education_like(k: int, p: int, seed: int) -> tuple[Floats, Floats, Floats]:
    rng = np.random.default_rng(seed)
    v = 4.0 / np.exp(rng.normal(np.log(150.0), 0.8, k))
    x = np.column_stack((np.ones(k), 5.0 + rng.normal(size=(k, p - 1))))
    y = x @ np.linspace(0.1, 0.4, p) + rng.normal(0.0, 0.2, k) + rng.normal(size=k) * np.sqrt(v)
    return y, v, x


def test_bcg_trials_by_latitude_and_year_give_the_published_numbers() -> None:
    fit = meta_regression(BCG_Y, BCG_V, "~ ablat + year", data=BCG, test="z")
    assert fit.tau2 == pytest.approx(0.11078469695, abs=2e-11)
    assert fit.coefficients == pytest.approx([-3.5453530, -0.0280113, 0.0019075], abs=6e-8)
    assert fit.se == pytest.approx([29.09562, 0.0102339, 0.0146837], rel=5e-6)


def test_the_highest_of_two_maxima_is_taken_and_both_are_listed() -> None:
    fit = meta_regression(*BIMODAL, test="z")
    assert fit.tau2 == pytest.approx(0.04016, abs=5e-6)
    assert fit.coefficients[0] == pytest.approx(-0.252, abs=5e-4)
    assert fit.se[0] == pytest.approx(0.158, abs=5e-4)
    assert [top.tau2 for top in fit.maxima] == pytest.approx([0.04016, 13.27], rel=1e-3)
    assert [top.log_likelihood for top in fit.maxima] == pytest.approx([-5.530, -5.866], abs=5e-4)
    assert any("2 local maxima" in note for note in fit.notes)


def test_two_maxima_survive_a_moderator_that_says_nothing_of_them() -> None:
    y, v = (np.array(part) for part in BIMODAL)
    twice = np.concatenate((y, y)), np.concatenate((v, v))
    side = np.repeat([1.0, -1.0], 3)
    fit = meta_regression(*twice, np.column_stack((np.ones(6), side)), test="z")
    heights = [whole_matrices(*twice, fit.design.matrix, top.tau2)["reml"] for top in fit.maxima]
    assert len(fit.maxima) == 2
    assert fit.coefficients[1] == pytest.approx(0.0, abs=1e-12)
    assert [top.log_likelihood for top in fit.maxima] == pytest.approx(heights, rel=1e-10)
    assert fit.log_likelihood == max(heights) or fit.log_likelihood == pytest.approx(max(heights))


@pytest.mark.parametrize("unit", [1.0, 0.1, 0.01, 0.001, 1e-6, 1e4])
@pytest.mark.parametrize(("method", "tau2"), [("PM", 0.31806845220), ("REML", 0.31324325814)])
def test_the_unit_of_the_effects_does_not_move_the_estimate(
    unit: float, method: str, tau2: float
) -> None:
    fit = meta_regression(np.array(BCG_Y) * unit, np.array(BCG_V) * unit**2, method=method)
    assert fit.tau2 / unit**2 == pytest.approx(tau2, abs=2e-11)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("test", TESTS)
def test_one_mean_is_the_random_effects_model_for_every_method_and_test(
    method: str, test: str
) -> None:
    ours, plain = (
        fit(BCG_Y, BCG_V, method=method, test=test) for fit in (meta_regression, random_effects)
    )
    for name in ("tau2", "tau2_se", "i2", "h2", "q", "q_p_value", "dispersion", "log_likelihood"):
        want = getattr(plain, name)
        assert getattr(ours, name) == (want and pytest.approx(want, rel=1e-10)), name
    assert ours.tau2_ci == (
        None if plain.tau2_ci is None else pytest.approx(plain.tau2_ci, rel=1e-10)
    )
    assert ours.coefficients[0] == pytest.approx(plain.estimate, rel=1e-10)
    assert ours.se[0] == pytest.approx(plain.se, rel=1e-10)
    assert ours.ci[0] == pytest.approx(plain.ci, rel=1e-10)
    assert ours.p_value[0] == pytest.approx(plain.p_value, rel=1e-9)
    assert [top.tau2 for top in ours.maxima] == pytest.approx([top.tau2 for top in plain.maxima])
    if plain.prediction_interval is not None:
        limits = ours.predict().prediction_interval[0]
        assert limits == pytest.approx(plain.prediction_interval, rel=1e-10)


@pytest.mark.parametrize("t", [0.0, 0.003, 0.2])
def test_sums_without_large_matrices_are_those_of_whole_matrices(t: float) -> None:
    y, v, x = education_like(40, 3, seed=1)
    fit = meta_regression(y, v, x, fixed_tau2=t, test="z")
    dense = whole_matrices(y, v, x, t)
    assert fit.coefficients == pytest.approx(dense["b"], rel=1e-10)
    assert fit.vcov == pytest.approx(dense["bread"], rel=1e-9)
    assert fit.ml_log_likelihood == pytest.approx(dense["ml"], rel=1e-11)
    assert fit.reml_log_likelihood == pytest.approx(dense["reml"], rel=1e-11)
    assert fit.tau2_se == pytest.approx(np.sqrt(2.0 / dense["trace_pp"]), rel=1e-10)
    knha = meta_regression(y, v, x, fixed_tau2=t, test="knha")
    assert knha.dispersion == pytest.approx(dense["q"] / (40 - 3), rel=1e-10)


def test_the_estimates_solve_their_equations_in_whole_matrices() -> None:
    y, v, x = education_like(30, 3, seed=2)
    df = 30 - 3
    at_zero = whole_matrices(y, v, x, 0.0)
    dl = meta_regression(y, v, x, method="DL")
    assert dl.tau2 == pytest.approx((at_zero["q"] - df) / at_zero["trace_p"], rel=1e-10)
    assert dl.q == pytest.approx(at_zero["q"], rel=1e-10)
    assert dl.typical_variance == pytest.approx(df / at_zero["trace_p"], rel=1e-10)
    pm = meta_regression(y, v, x, method="PM")
    assert whole_matrices(y, v, x, pm.tau2)["q"] == pytest.approx(df, rel=1e-10)
    ml = meta_regression(y, v, x, method="ML")
    information = whole_matrices(y, v, x, ml.tau2)["trace_ww"]
    assert ml.tau2_se == pytest.approx(np.sqrt(2.0 / information), rel=1e-10)
    for fit, kind in ((ml, "ml"), (meta_regression(y, v, x), "reml")):
        tried = [whole_matrices(y, v, x, t)[kind] for t in np.geomspace(1e-4, 1.0, 200)]
        assert fit.log_likelihood >= max(tried) - 1e-10


@pytest.mark.parametrize("tau", [0.0, 0.05, 0.2, 2.0])
@pytest.mark.parametrize("method", ["REML", "ML", "PM", "PMM"])
def test_long_lists_are_settled_where_the_scan_of_all_studies_finds_them(
    tau: float, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    y, v, x = education_like(7_000, 4, seed=3)
    y = y + tau * np.random.default_rng(4).normal(size=y.size)
    if tau == 0.0:
        y = x @ [0.1, 0.2, 0.3, 0.4] + np.random.default_rng(5).normal(size=y.size) * np.sqrt(v)
    fast = meta_regression(y, v, x, method=method)
    monkeypatch.setattr(residual_tau2, "SCAN_AT_MOST", 10**9)
    slow = meta_regression(y, v, x, method=method)
    assert fast.tau2 == pytest.approx(slow.tau2, rel=1e-11)
    assert fast.tau2_ci == pytest.approx(slow.tau2_ci, rel=1e-11)
    assert fast.tau2_se == pytest.approx(slow.tau2_se, rel=1e-11)
    assert fast.se == pytest.approx(slow.se, rel=1e-11)
    assert fast.log_likelihood == pytest.approx(slow.log_likelihood, rel=1e-11)


def test_as_many_coefficients_as_effects_give_the_effects_and_a_note() -> None:
    fit = meta_regression([0.1, 0.5], [0.04, 0.01], np.array([[1.0, 2.0], [1.0, 5.0]]))
    assert fit.design.matrix @ fit.coefficients == pytest.approx([0.1, 0.5])
    assert fit.vcov == pytest.approx(
        np.linalg.inv(fit.design.matrix)
        @ np.diag([0.04, 0.01])
        @ np.linalg.inv(fit.design.matrix).T
    )
    assert (fit.tau2, fit.tau2_se, fit.tau2_ci, fit.i2, fit.r2) == (0.0, None, None, None, None)
    assert np.isinf(fit.coefficient_df).all()
    assert any("fit is perfect" in note for note in fit.notes)
    with pytest.raises(UserError, match="does not estimate tau2"):
        fit.confint()
    json.dumps(fit.to_dict(), allow_nan=False)


@pytest.mark.parametrize("method", [m for m in REGRESSION_METHODS if not m.startswith("GENQ")])
def test_effects_on_a_line_leave_no_variance_to_explain(method: str) -> None:
    dose = np.array([1.0, 2.0, 3.0, 5.0, 8.0, 9.0])
    fit = meta_regression(
        0.1 + 0.05 * dose, np.linspace(0.01, 0.03, 6), "~ dose", data={"dose": dose}, method=method
    )
    assert fit.coefficients == pytest.approx([0.1, 0.05], rel=1e-10)
    assert fit.tau2 == pytest.approx(0.0, abs=1e-20)
    assert fit.q == pytest.approx(0.0, abs=1e-20)
    assert np.isfinite(fit.log_likelihood)
    json.dumps(fit.to_dict(), allow_nan=False)


def test_equal_effects_have_slope_zero_and_say_that_nothing_is_explained() -> None:
    fit = meta_regression([0.2] * 5, [0.01, 0.02, 0.03, 0.02, 0.01], "~ x", data={"x": range(5)})
    assert fit.coefficients == pytest.approx([0.2, 0.0], abs=1e-12)
    assert fit.tau2 == 0.0
    assert fit.r2 is None


@pytest.mark.parametrize(
    ("mods", "data", "says"),
    [
        (
            "~ dose + double",
            {"dose": [1, 2, 3, 5], "double": [2, 4, 6, 10]},
            "double can be computed",
        ),
        ("~ same", {"same": [3, 3, 3, 3]}, "same can be computed"),
        (
            "~ dose",
            {"dose": [1.0, np.nan, 3.0, np.nan]},
            '"dose", row 2: there is no value (1 more',
        ),
        ("~ phase", {"phase": ["a", None, "b", "b"]}, '"phase", row 2: there is no value'),
        ("~ dose", {"weeks": [1, 2, 3, 4]}, 'no column "dose". Columns of data: weeks'),
        ("~ dose", None, 'no column "dose": data has no columns'),
        ("~ dose", {"dose": [1, 2, 3]}, "found 3 values. Give one for each of the 4"),
        ("~ dose +", {"dose": [1, 2, 3, 4]}, 'formula "~ dose +"'),
        (np.ones((3, 1)), None, "one row for each of the 4 effects"),
        (np.array([[1.0], [np.inf], [2.0], [3.0]]), None, "row 2: found a value that is not"),
        (np.eye(4, 5), None, "5 coefficients for 4 effects"),
    ],
)
def test_moderators_that_cannot_be_used_are_named_in_one_message(
    mods: object, data: dict[str, list[object]] | None, says: str
) -> None:
    with pytest.raises(UserError) as refused:
        meta_regression([0.1, 0.2, 0.3, 0.4], [0.01] * 4, mods, data=data)  # type: ignore[arg-type]
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"method": "XX"}, "method must be one of REML"),
        ({"test": "hk"}, "test must be one of z"),
        ({"level": 95}, "level"),
        ({"method": "GENQ"}, "GENQ needs weights"),
        ({"weights": [1.0, 1.0, 0.0, 1.0]}, "one number above 0"),
        ({"weights": [1.0, 1.0]}, "one number above 0 for each of the 4"),
        ({"fixed_tau2": -0.1}, "fixed_tau2 must be a variance"),
    ],
)
def test_options_that_do_not_exist_are_refused(options: dict[str, object], says: str) -> None:
    with pytest.raises(UserError) as refused:
        meta_regression([0.1, 0.2, 0.3, 0.4], [0.01] * 4, **options)  # type: ignore[arg-type]
    assert says in str(refused.value)


def test_weights_of_inverse_variance_make_genq_dersimonian_laird() -> None:
    y, v, x = education_like(25, 3, seed=6)
    genq, dl = (
        meta_regression(y, v, x, method="GENQ", weights=1 / v),
        meta_regression(y, v, x, method="DL"),
    )
    even, he = (
        meta_regression(y, v, x, method="GENQ", weights=np.ones(25)),
        meta_regression(y, v, x, method="HE"),
    )
    assert (genq.tau2, genq.tau2_se) == pytest.approx((dl.tau2, dl.tau2_se), rel=1e-10)
    assert (even.tau2, even.tau2_se) == pytest.approx((he.tau2, he.tau2_se), rel=1e-10)


def test_the_median_of_equal_variances_has_a_closed_form() -> None:
    from scipy.stats import chi2

    y, v = np.array([0.1, 0.5, -0.3, 0.9, 0.2]), np.full(5, 0.02)
    fit = meta_regression(y, v, method="GENQM", weights=np.ones(5))
    squares = float(((y - y.mean()) ** 2).sum())
    assert fit.tau2 == pytest.approx(squares / chi2.median(4) - 0.02, rel=1e-10)
    assert meta_regression(y, v, method="PMM").tau2 == pytest.approx(fit.tau2, rel=1e-10)


def test_predictions_of_the_studies_are_rows_of_the_design_and_new_ones_come_by_name() -> None:
    fit = meta_regression(BCG_Y, BCG_V, "~ ablat", data=BCG)
    ours = fit.predict()
    new = fit.predict({"ablat": [44, 55]})
    assert new.estimate == pytest.approx(ours.estimate[:2], rel=1e-12)
    assert new.prediction_interval == pytest.approx(ours.prediction_interval[:2], rel=1e-12)
    row = np.array([1.0, 44.0])
    assert new.se[0] == pytest.approx(np.sqrt(row @ fit.vcov @ row), rel=1e-12)
    narrow = fit.predict({"ablat": [44]}, prediction_df=fit.k - fit.p - 1)
    assert narrow.prediction_interval[0, 1] > new.prediction_interval[0, 1]
    with pytest.raises(UserError, match="2 coefficients"):
        fit.predict([[1.0, 2.0, 3.0]])


def test_scale_without_moderators_is_the_random_effects_model() -> None:
    found = location_scale(BCG_Y, BCG_V, test="z")
    plain = random_effects(BCG_Y, BCG_V, test="z")
    assert found.tau2 == pytest.approx(np.full(13, plain.tau2), rel=1e-7)
    assert found.coefficients[0] == pytest.approx(plain.estimate, rel=1e-8)
    assert found.log_likelihood == pytest.approx(plain.log_likelihood, rel=1e-11)


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_groups_with_their_own_mean_and_variance_are_fits_of_each_group(method: str) -> None:
    far = np.array([lat > 33 for lat in BCG["ablat"]])
    data = {"far": far.astype(int)}
    y, v = np.array(BCG_Y), np.array(BCG_V)
    found = location_scale(y, v, mods="~ far", scale="~ far", data=data, method=method, test="z")
    apart = [random_effects(y[rows], v[rows], method=method, test="z") for rows in (~far, far)]
    assert found.log_likelihood == pytest.approx(sum(fit.log_likelihood for fit in apart))
    assert found.tau2[~far] == pytest.approx(np.full((~far).sum(), apart[0].tau2), rel=1e-6)
    assert found.tau2[far] == pytest.approx(np.full(far.sum(), apart[1].tau2), rel=1e-6)
    assert found.coefficients[0] == pytest.approx(apart[0].estimate, rel=1e-7)
    assert found.coefficients.sum() == pytest.approx(apart[1].estimate, rel=1e-7)


def in_fractions(y: Floats, v: Floats, x: Floats) -> dict[str, float]:
    """Compute sums at tau2 = 0 for two columns without rounding."""
    rows = [
        (Fraction(float(a)), 1 / Fraction(float(b)), *(Fraction(float(c)) for c in columns))
        for a, b, columns in zip(y, v, x, strict=True)
    ]

    def total(power: int, i: int, j: int) -> Fraction:
        return sum((row[1] ** power * row[i] * row[j] for row in rows), Fraction(0))

    def inverse() -> list[list[Fraction]]:
        a, b, c = total(1, 2, 2), total(1, 2, 3), total(1, 3, 3)
        det = a * c - b * b
        return [[c / det, -b / det], [-b / det, a / det]]

    bread = inverse()
    beta = [sum(bread[i][j] * total(1, j + 2, 0) for j in range(2)) for i in range(2)]
    trace_p = sum(row[1] for row in rows) - sum(
        bread[i][j] * total(2, j + 2, i + 2) for i in range(2) for j in range(2)
    )
    q = sum(row[1] * (row[0] - beta[0] * row[2] - beta[1] * row[3]) ** 2 for row in rows)
    return {"trace_p": float(trace_p), "q": float(q), "slope": float(beta[1])}


@pytest.mark.parametrize(
    ("precise", "ratio"),
    [
        *itertools.product([[4], [4, 5], [4, 5, 6]], [1e2, 1e4, 1e8, 1e12, 1e20]),
        # At one place, which the orthonormal columns know to rounding only.
        *itertools.product([[6, 7]], [1e2, 1e4, 1e8]),
    ],
)
def test_studies_that_outweigh_the_rest_cost_no_digits(precise: list[int], ratio: float) -> None:
    rng = np.random.default_rng(int(np.log10(ratio)))
    v = rng.uniform(0.02, 0.1, 12)
    v[precise] = 0.05 / ratio
    x = np.column_stack((np.ones(12), rng.normal(size=12)))
    x[7] = x[6]
    y = x @ [0.2, 0.3] + 0.3 * rng.normal(size=12)
    exact = in_fractions(y, v, x)
    fit = meta_regression(y, v, x, method="DL")
    batch = meta_regression_batch(np.tile(y, 2), np.tile(v, 2), [0, 12], np.tile(x, (2, 1)))
    assert fit.q == pytest.approx(exact["q"], rel=1e-11)
    assert fit.typical_variance == pytest.approx(10 / exact["trace_p"], rel=1e-11)
    assert fit.tau2 == pytest.approx(max(0.0, (exact["q"] - 10) / exact["trace_p"]), rel=1e-10)
    assert batch.q == pytest.approx([exact["q"]] * 2, rel=1e-11)
    equal = meta_regression(y, v, x, method="EE", test="z")
    assert equal.coefficients[1] == pytest.approx(exact["slope"], rel=1e-9)


@pytest.mark.parametrize("t", [0.0, 1e-6, 0.05, 3.0])
def test_sums_that_keep_precise_studies_apart_are_those_of_whole_matrices(t: float) -> None:
    y, v, x = education_like(15, 3, seed=7)
    q, _ = np.linalg.qr(x)
    found, dense = outweighed_sums(q, y, v, t), whole_matrices(y, v, q, t)
    assert found.trace_p == pytest.approx(dense["trace_p"], rel=1e-10)
    assert found.trace_pp == pytest.approx(dense["trace_pp"], rel=1e-10)
    assert found.q == pytest.approx(dense["q"], rel=1e-10)
    assert found.beta == pytest.approx(dense["b"], rel=1e-9)
    assert found.root @ found.root.T == pytest.approx(dense["bread"], rel=1e-9)
    w = np.diag(1.0 / (v + t))
    p = w - w @ q @ np.linalg.inv(q.T @ w @ q) @ q.T @ w
    assert found.r2 == pytest.approx(y @ p @ p @ y, rel=1e-9)
    assert found.log_det_xwx == pytest.approx(np.linalg.slogdet(q.T @ w @ q)[1], abs=1e-10)
