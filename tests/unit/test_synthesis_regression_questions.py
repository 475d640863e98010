"""What can be asked of a meta-regression: hypotheses, contrasts, predictions of every kind."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest

from tests.unit.test_synthesis_two_level import BCG_V, BCG_Y
from whatworks.errors import TooFewStudies, UserError
from whatworks.synthesis import (
    PREDICTION_INTERVALS,
    TESTS,
    MetaRegression,
    PossibleMisuse,
    kenward_roger,
    meta_regression,
    multilevel_model,
    random_effects,
)

Floats = npt.NDArray[np.float64]

BCG = {
    "ablat": [44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33],
    "alloc": list("rrrraaarrsass"),
}


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PossibleMisuse)
        yield


@pytest.fixture
def fit() -> MetaRegression:
    return meta_regression(BCG_Y, BCG_V, "~ ablat + alloc", data=BCG)


def test_one_coefficient_against_a_value_is_its_squared_t(fit: MetaRegression) -> None:
    found = fit.wald_test([1], values=-0.02)
    t = (fit.coefficients[1] + 0.02) / fit.se[1]
    assert found.statistic == pytest.approx(t**2, rel=1e-10)
    assert (found.df1, found.df2) == (1, 13 - 4)
    assert fit.wald_test([1], values=fit.ci[1, 0]).p_value == pytest.approx(0.05, rel=1e-9)
    with pytest.raises(UserError, match="values: give one finite number, or 2 of them"):
        fit.wald_test("alloc", values=[1.0, 2.0, 3.0])


def test_contrasts_are_rows_times_coefficients_by_name(fit: MetaRegression) -> None:
    data = fit.design.for_data({"ablat": [44, 44], "alloc": ["r", "s"]})
    found = fit.contrasts({"r less s": data[0] - data[1], "one degree": [0, 1, 0, 0]})
    assert found.names == ("r less s", "one degree")
    assert found.estimate == pytest.approx(
        [fit.coefficients[2] - fit.coefficients[3], fit.coefficients[1]]
    )
    assert found.se[1] == pytest.approx(fit.se[1])
    assert found.p_value[0] == pytest.approx(fit.wald_test([[0, 0, 1, -1]]).p_value)
    assert found.ci[1] == pytest.approx(fit.ci[1])
    assert found.summary().startswith("r less s: ")
    json.dumps(found.to_dict(), allow_nan=False)


@pytest.mark.parametrize("rows", [[[1.0, 0.0]], [[0.0] * 4], {"none": [1, 2]}, {}])
def test_contrasts_that_are_none_are_refused(fit: MetaRegression, rows: object) -> None:
    with pytest.raises(UserError, match=r"Give at least one contrast|give 4 numbers"):
        fit.contrasts(rows)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", PREDICTION_INTERVALS)
def test_with_one_mean_named_intervals_are_those_of_the_random_effects_model(name: str) -> None:
    ours = meta_regression(BCG_Y, BCG_V).predict(interval=name)
    plain = random_effects(BCG_Y, BCG_V).predict(interval=name)
    assert ours.prediction_interval[0] == pytest.approx(plain.prediction_interval, rel=1e-9)
    assert ours.prediction_df[0] == pytest.approx(plain.prediction_df or np.inf, rel=1e-9)
    assert ours.interval == name


@pytest.mark.parametrize(("test", "name"), [("knha", "HK"), ("t", "V"), ("z", "z")])
def test_the_default_is_the_named_interval_of_the_fits_own_test(test: str, name: str) -> None:
    fit = meta_regression(BCG_Y, BCG_V, "~ ablat", data=BCG, test=test)
    default, named = fit.predict(), fit.predict(interval=name)
    assert named.prediction_interval == pytest.approx(default.prediction_interval, rel=1e-10)
    riley = fit.predict(prediction_df=fit.k - fit.p - 1)
    if test == "t":
        assert fit.predict(interval="HTS").prediction_interval == pytest.approx(
            riley.prediction_interval, rel=1e-10
        )


def test_kenward_roger_is_that_of_the_model_for_dependent_effects() -> None:
    fit = meta_regression(BCG_Y, BCG_V, "~ ablat", data=BCG)
    whole = kenward_roger(
        multilevel_model(
            BCG_Y,
            BCG_V,
            random="~ 1 | trial",
            mods="~ ablat",
            data={"trial": list(range(13)), "ablat": BCG["ablat"]},
        )
    )
    found = fit.predict(np.eye(2), interval="KR")
    se = np.sqrt(
        (np.diff(found.prediction_interval)[:, 0] / 2 / _t(found.prediction_df)) ** 2 - fit.tau2
    )
    assert se == pytest.approx(np.sqrt(np.diagonal(whole.vcov)), rel=1e-5)
    assert found.prediction_df == pytest.approx(whole.df, rel=1e-5)


def _t(df: Floats) -> Floats:
    from scipy.stats import t

    return np.asarray(t.ppf(0.975, df))


def test_intervals_that_cannot_be_are_refused() -> None:
    few = meta_regression([0.1, 0.4, 0.2], [0.02, 0.03, 0.01], "~ x", data={"x": [1, 2, 4]})
    with pytest.raises(TooFewStudies, match='"HTS" has 0 degrees of freedom with 3 studies'):
        few.predict(interval="HTS")
    fit = meta_regression(BCG_Y, BCG_V, "~ ablat", data=BCG, method="DL")
    with pytest.raises(UserError, match="is for method REML"):
        fit.predict(interval="KR")
    with pytest.raises(UserError, match="interval must be one of V"):
        fit.predict(interval="wide")
    with pytest.raises(UserError, match="not both"):
        fit.predict(interval="V", prediction_df=3)
    own = meta_regression(BCG_Y, BCG_V, weights=np.ones(13))
    with pytest.raises(UserError, match="own weights"):
        own.predict(interval="V")


def test_a_perfect_fit_predicts_no_new_study() -> None:
    fit = meta_regression([0.1, 0.5], [0.04, 0.01], np.array([[1.0, 2.0], [1.0, 5.0]]))
    found = fit.predict()
    assert np.isnan(found.prediction_interval).all()
    assert np.isfinite(found.ci).all()
    assert fit.prediction_variance() is None
    assert fit.components == ()


@pytest.mark.parametrize("test", TESTS)
@pytest.mark.parametrize("method", ["REML", "DL", "EE", "SJ"])
def test_effects_that_are_all_the_same_are_fitted_and_said_to_be(method: str, test: str) -> None:
    fit = meta_regression(
        [0.0] * 6, [0.1] * 6, "~ x", data={"x": range(6)}, method=method, test=test
    )
    assert fit.coefficients == pytest.approx([0.0, 0.0], abs=1e-15)
    assert np.isnan(fit.omnibus.p_value) == (test == "knha")
    assert any("next to 0" in note for note in fit.notes) == (test == "knha")
    json.dumps(fit.to_dict(), allow_nan=False)
    assert "Residual Q = 0" in fit.summary()


@pytest.mark.parametrize("weights", [None, np.linspace(0.5, 3.0, 13)])
def test_leverages_are_those_of_whole_matrices_and_add_up_to_the_coefficients(
    weights: Floats | None,
) -> None:
    fit = meta_regression(BCG_Y, BCG_V, "~ ablat", data=BCG, weights=weights)
    x = fit.design.matrix
    a = np.diag(1.0 / (fit.vi + fit.tau2) if weights is None else weights)
    assert fit.hat() == pytest.approx(np.diagonal(x @ np.linalg.inv(x.T @ a @ x) @ x.T @ a))
    assert fit.hat().sum() == pytest.approx(2.0)
