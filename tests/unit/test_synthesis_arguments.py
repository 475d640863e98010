"""Arguments that cannot be used are named in one sentence; natural ones are taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from whatworks.errors import TooFewStudies, UserError
from whatworks.synthesis import (
    KenwardRoger,
    RobustInference,
    compare,
    composite_by_study,
    kenward_roger,
    meta_regression,
    months_of_progress,
    multilevel_model,
    random_effects,
    rho_sensitivity,
    robust,
    robust_meta_regression,
    wild_bootstrap_test,
    working_model,
    working_model_batch,
)
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
from whatworks.synthesis.education import (
    draw_missing,
    draw_stated,
    impute_and_pool,
    two_point_sensitivity,
)
from whatworks.synthesis.education.draws import StatedNormal

RNG = np.random.default_rng(11)
STUDY = np.repeat(np.arange(8), [1, 3, 2, 4, 1, 2, 3, 2])
K = STUDY.size
V = RNG.uniform(0.01, 0.05, K)
X = RNG.uniform(0.0, 4.0, K)
G = np.array(["u", "v"])[RNG.integers(0, 2, K)]
Y = 0.2 + 0.05 * X + RNG.normal(0.0, 0.2, 8)[STUDY] + RNG.normal(0.0, np.sqrt(V))
DATA: dict[str, Any] = {"study": STUDY, "effect": np.arange(K), "x": X, "g": G}


def che(mods: str | None = None, rho: float = 0.6) -> Any:
    return working_model(Y, V, STUDY, kind="CHE", rho=rho, mods=mods, data=DATA)


NOT_A_LEVEL = "level must be between 0 and 1"
NOT_A_RHO = "rho must be one number from 0"
NO_MODEL = "which is no fitted model"
REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "level of a model": (
        lambda: multilevel_model(Y, V, random="~ 1 | study", data=DATA, level="a"),  # type: ignore[arg-type]
        NOT_A_LEVEL,
    ),
    "no level": (lambda: random_effects(Y, V, level=None), NOT_A_LEVEL),  # type: ignore[arg-type]
    "level of robust": (lambda: robust(che(), level=2.0), NOT_A_LEVEL),
    "level of a prediction": (lambda: che().predict(level=0), NOT_A_LEVEL),
    "rho as text": (lambda: che(rho="a"), NOT_A_RHO),  # type: ignore[arg-type]
    "rho as a list": (lambda: che(rho=[0.5] * K), NOT_A_RHO),  # type: ignore[arg-type]
    "rho as a truth": (lambda: che(rho=True), NOT_A_RHO),
    "rho of moments": (
        lambda: robust_meta_regression(Y, V, STUDY, rho="a"),  # type: ignore[arg-type]
        NOT_A_RHO,
    ),
    "rho of a batch": (
        lambda: working_model_batch(Y, V, STUDY, np.zeros(K, int), rho=None),  # type: ignore[arg-type]
        NOT_A_RHO,
    ),
    "rho of composites": (
        lambda: composite_by_study(Y, V, STUDY.tolist(), rho=None),  # type: ignore[arg-type]
        NOT_A_RHO,
    ),
    "rhos": (lambda: rho_sensitivity(lambda rho: robust(che(rho=rho)), ["a"]), NOT_A_RHO),  # type: ignore[list-item]
    "rhos as one number": (
        lambda: rho_sensitivity(lambda r: robust(che(rho=r)), 0.5),
        "rhos: give",
    ),  # type: ignore[arg-type]
    "a model in rho_sensitivity": (
        lambda: rho_sensitivity(lambda rho: che(rho=rho)),
        r"no robust inference. Write robust\(\.\.\.\)",
    ),
    "no function in rho_sensitivity": (lambda: rho_sensitivity("x"), "fit: found str"),  # type: ignore[arg-type]
    "random None": (lambda: multilevel_model(Y, V, random=None, data=DATA), "random: found None"),  # type: ignore[arg-type]
    "random 3": (lambda: multilevel_model(Y, V, random=3, data=DATA), "random: found 3"),  # type: ignore[arg-type]
    "an empty level": (
        lambda: multilevel_model(Y, V, random="~ 1 | study/", data=DATA),
        "random: found '~ 1 | study/'",
    ),
    "two structures for one term": (
        lambda: multilevel_model(
            Y, V, random=["~ 1 | study", "~ g | study"], structure=["CS", "UN"], data=DATA
        ),
        r"structure: found 2 \(CS, UN\) for 1 term with an inner variable",
    ),
    "CAR by text": (
        lambda: multilevel_model(Y, V, random="~ g | study", structure="CAR", data=DATA),
        'column "g" holds text. Give times as numbers',
    ),
    "a category for CHE": (
        lambda: working_model(Y, V, STUDY, kind="CHE", rho=0.5, category=G),
        "CHE has no use for category",
    ),
    "a study without a name": (
        lambda: working_model(Y, V, [None, *STUDY[1:]], kind="CHE", rho=0.5),
        "cluster, position 1: there is no value",
    ),
    "a category without a name": (
        lambda: working_model(Y, V, STUDY, kind="SCE", rho=0.5, category=[None, *G[1:]]),
        "category, position 1: there is no value",
    ),
    "a composite without a study": (
        lambda: composite_by_study(Y, V, [None, *STUDY[1:]], rho=0.5),
        "study, position 1: there is no value",
    ),
    "moments without a study": (
        lambda: robust_meta_regression(Y, V, [np.nan, *STUDY[1:]], rho=0.5),
        "study, position 1: there is no value",
    ),
    "robust of robust": (lambda: robust(robust(che())), "Give its model: found.model"),  # type: ignore[arg-type]
    "robust of text": (lambda: robust("a"), NO_MODEL),  # type: ignore[arg-type]
    "compare with robust": (lambda: compare(robust(che()), che()), "compare, full: .*found.model"),  # type: ignore[arg-type]
    "compare moments": (
        lambda: compare(che(), robust_meta_regression(Y, V, STUDY, rho=0.5)),  # type: ignore[arg-type]
        "compare, reduced: .*no likelihood",
    ),
    "bootstrap of a model": (
        lambda: wild_bootstrap_test(che(), [0]),
        r"no robust inference. Give robust\(model\)",
    ),
    "bootstrap of half a set": (
        lambda: wild_bootstrap_test(robust(che()), n=1.5),  # type: ignore[arg-type]
        "n must be a number of data sets",
    ),
    "Kenward-Roger of two levels": (
        lambda: kenward_roger(random_effects(Y, V)),  # type: ignore[arg-type]
        "kenward_roger, model: found RandomEffects",
    ),
    "Kenward-Roger of nothing": (
        lambda: kenward_roger(che()).test([[0.0]]),
        "all its numbers are 0",
    ),
    "influence of robust": (lambda: influence(robust(che())), "found.model"),  # type: ignore[arg-type]
    "baujat of robust": (lambda: baujat(robust(che())), "found.model"),  # type: ignore[arg-type]
    "outliers of robust": (lambda: outliers(robust(che())), "found.model"),  # type: ignore[arg-type]
    "residuals of robust": (lambda: residuals(robust(che())), "found.model"),  # type: ignore[arg-type]
    "permutations of robust": (lambda: permutation_test(robust(che())), "found.model"),  # type: ignore[arg-type]
    "profile of robust": (lambda: profile_likelihood(robust(che())), "found.model"),  # type: ignore[arg-type]
    "gosh of robust": (lambda: gosh(robust(che())), "found.model"),  # type: ignore[arg-type]
    "blup of text": (lambda: blup("x"), NO_MODEL),  # type: ignore[arg-type]
    "leave_one_out of text": (lambda: leave_one_out("x"), NO_MODEL),  # type: ignore[arg-type]
    "cumulative of None": (lambda: cumulative(None), NO_MODEL),  # type: ignore[arg-type]
    "an order with gaps": (
        lambda: cumulative(che(), order=[None, *range(K - 1)]),
        "order, position 1: there is no value",
    ),
    "alpha as text": (lambda: outliers(che(), alpha="a"), "alpha must be"),  # type: ignore[arg-type]
    "subsets None": (lambda: gosh(che(), subsets=None), "subsets must be a number"),  # type: ignore[arg-type]
    "a seed as text": (lambda: gosh(che(), subsets=9, rng="a"), "rng must be a seed"),  # type: ignore[arg-type]
    "half a permutation": (lambda: permutation_test(che(), n=10.5, rng=1), "n must be a number"),  # type: ignore[arg-type]
    "half a draw": (
        lambda: draw_missing([1.0, 2.0, 3.0, None], scale="log", m=2.5, rng=1),  # type: ignore[arg-type,list-item]
        "m must be a whole number of draws",
    ),
    "no seed for draws": (
        lambda: draw_missing([1.0, 2.0, 3.0, None], scale="log", m=2, rng=None),  # type: ignore[arg-type,list-item]
        "rng must be a seed",
    ),
    "a fit that returns nothing": (
        lambda: impute_and_pool(
            draw_missing([1.0, 2.0, 3.0, None], scale="log", m=2, rng=1),  # type: ignore[list-item]
            lambda column: None,  # type: ignore[arg-type,return-value]
        ),
        "fit, draw 1: it returned nothing. End the function with return",
    ),
    "a fit that returns text": (
        lambda: two_point_sensitivity([1.0, None], lambda column: "a", low=1.0, high=2.0),  # type: ignore[list-item,arg-type,return-value]
        "fit, gaps filled with 1, result: found str",
    ),
    "degrees of freedom as text": (
        lambda: random_effects(Y, V).predict(prediction_df="a"),  # type: ignore[arg-type]
        "prediction_df must be",
    ),
    "degrees of freedom below 0": (
        lambda: meta_regression(Y, V, "~ x", data=DATA).predict(prediction_df=-1.0),
        "prediction_df must be a number above 0",
    ),
    "tau2 as text": (
        lambda: meta_regression(Y, V, fixed_tau2="a"),  # type: ignore[arg-type]
        "fixed_tau2 must be a variance",
    ),
    "months of text": (
        lambda: months_of_progress("a", is_attainment=True),  # type: ignore[arg-type]
        "effect must be a finite number",
    ),
    "months of one end": (
        lambda: months_of_progress(0.2, is_attainment=True, ci=0.1),  # type: ignore[arg-type]
        "ci must be two numbers",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_used_is_named_in_one_sentence(name: str) -> None:
    act, says = REFUSED[name]
    with pytest.raises(UserError, match=says):
        act()


@pytest.mark.parametrize("gap", [None, np.nan, pd.NA, pd.NaT])
def test_a_cluster_without_a_name_is_not_a_cluster(gap: object) -> None:
    labels = [1, 1, gap, gap, 2, 3]
    with pytest.raises(UserError, match="cluster, position 3: there is no value"):
        robust(random_effects(Y[:6], V[:6]), cluster=labels)  # type: ignore[arg-type]


def test_one_effect_is_refused_by_working_models_in_good_grammar() -> None:
    with pytest.raises(TooFewStudies, match=r"There is 1 effect\..*random_effects takes one"):
        working_model([0.3], [0.1], ["a"], kind="CHE", rho=0.5)
    assert random_effects([0.3], [0.1]).estimate == 0.3


def test_a_whole_number_is_a_seed() -> None:
    fit = che()
    seeded = gosh(fit, subsets=20, rng=5)
    drawn = gosh(fit, subsets=20, rng=np.random.default_rng(5))
    np.testing.assert_array_equal(seeded.coefficients, drawn.coefficients)
    tests = [permutation_test(fit, n=20, rng=r) for r in (5, np.random.default_rng(5))]
    assert tests[0].p_value == tests[1].p_value
    column = [9.0, 11.0, None, 10.0, 12.0]
    normal = StatedNormal(10.0, 0.1, "log")
    for rng in (5, np.int64(5), np.random.default_rng(5)):
        drawn_column = draw_missing(column, scale="log", m=3, rng=rng)  # type: ignore[arg-type]
        np.testing.assert_array_equal(
            drawn_column.draws,
            draw_missing(column, scale="log", m=3, rng=np.random.default_rng(5)).draws,  # type: ignore[arg-type]
        )
    stated = draw_stated(column, normal, m=3, rng=5, is_shared=True)  # type: ignore[arg-type]
    assert stated.draws.shape == (3, 5)
    assert permutation_test(fit, n=1e1, rng=1).n == 10  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["robust", "other clusters", "Kenward-Roger"])
def test_leaving_out_works_on_inference_and_infers_anew(kind: str) -> None:
    fit = working_model(Y, V, STUDY, kind="HIER", mods="~ x", data=DATA)
    pairs = STUDY // 2
    found: RobustInference | KenwardRoger = robust(fit)
    if kind == "other clusters":
        found = robust(fit, pairs, type="CR1", test="naive-t", level=0.9)
    if kind == "Kenward-Roger":
        found = kenward_roger(fit)
    series = leave_one_out(found, by="cluster")
    left_out = pairs if kind == "other clusters" else STUDY
    assert len(series.labels) == np.unique(left_out).size
    for i, code in enumerate(dict.fromkeys(left_out.tolist())):
        rows = np.flatnonzero(left_out != code)
        part = fit.refit(rows)
        own: RobustInference | KenwardRoger = robust(part)
        if kind == "other clusters":
            own = robust(part, pairs[rows], type="CR1", test="naive-t", level=0.9)
        if kind == "Kenward-Roger":
            own = kenward_roger(part)
        np.testing.assert_allclose(series.coefficients[i], own.coefficients, rtol=1e-8)
        np.testing.assert_allclose(series.se[i], own.se, rtol=1e-8)
        np.testing.assert_allclose(series.df[i], own.df, rtol=1e-6)
        np.testing.assert_allclose(series.ci[i], own.ci, rtol=1e-6)
    last = cumulative(found, by="cluster")
    np.testing.assert_allclose(last.se[-1], found.se, rtol=1e-6)


@pytest.mark.parametrize("test", ["Satterthwaite", "naive-t", "naive-tp", "z"])
def test_robust_predictions_are_contrasts_by_hand(test: str) -> None:
    found = robust(che("~ x + g"), test=test)
    new = {"x": [0.0, 2.0, 2.0], "g": ["u", "u", "v"]}
    rows = found.model.design.for_data(new)
    shown = found.predict(new, level=0.9)
    for i, row in enumerate(rows):
        wald = found.wald(row[None, :])
        assert shown.estimate[i] == pytest.approx(row @ found.coefficients)
        assert shown.se[i] == pytest.approx(np.sqrt(row @ found.vcov @ row))
        assert (shown.estimate[i] / shown.se[i]) ** 2 == pytest.approx(wald.statistic)
        if test == "Satterthwaite":
            # HTZ of one contrast is its t test with Satterthwaite's degrees of freedom.
            assert shown.df[i] == pytest.approx(wald.df2)
    from scipy.stats import norm, t

    spread = t(shown.df) if test != "z" else norm
    reach = spread.ppf(0.95) * shown.se
    np.testing.assert_allclose(shown.ci[:, 1] - shown.estimate, reach, rtol=1e-9)
    variance = found.model.prediction_variance()
    assert variance is not None
    far = spread.ppf(0.95) * np.sqrt(shown.se**2 + variance)
    np.testing.assert_allclose(shown.prediction_interval[:, 1] - shown.estimate, far, rtol=1e-9)
    assert list(shown.table()) == list(found.predict([[1.0, 0.0, 0.0]]).table())
    assert "90% CI" in shown.summary()


def test_the_robust_prediction_of_one_mean_is_the_inference_itself() -> None:
    found = robust(che())
    shown = found.predict()
    assert shown.ci[0] == pytest.approx(found.ci[0])
    assert tuple(shown.prediction_interval[0]) == pytest.approx(found.prediction_interval)
    assert found.predict({"anything": [1, 2]}).estimate.shape == (1,)


def test_what_one_cluster_alone_tells_has_no_robust_prediction() -> None:
    alone = (STUDY == 3).astype(float)
    data = {**DATA, "alone": alone}
    fit = working_model(Y, V, STUDY, kind="CHE", rho=0.6, mods="~ alone", data=data)
    shown = robust(fit).predict({"alone": [0.0, 1.0]})
    assert np.isfinite(shown.ci[0]).all()
    # Within that study the four effects still tell a little of it.
    assert shown.se[1] < 0.7 * fit.predict({"alone": [1.0]}).se[0]
    assert shown.notes[0].startswith("Few clusters decide row 2:")
    assert "Note: Few clusters" in shown.summary()
    lone = {**DATA, "alone": (STUDY == 0).astype(float)}
    fit = working_model(Y, V, STUDY, kind="CHE", rho=0.6, mods="~ alone", data=lone)
    shown = robust(fit).predict({"alone": [0.0, 1.0]})
    assert np.isfinite(shown.ci[0]).all()
    assert np.isnan(shown.se[1])
    assert np.isnan(shown.ci[1]).all()
    assert shown.notes == ()


def test_tests_and_predictions_show_their_summary() -> None:
    fit = che("~ x")
    wald = robust(fit).wald("x")
    assert repr(wald) == wald.summary()
    assert wald.summary().startswith("Robust test (HTZ): F = ")
    assert wald.table()["df1"] == [1]
    assert robust(fit).wald("x", test="chi-sq").summary().count("chi-squared = ") == 1
    predicted = fit.predict({"x": [1.0, 2.0]})
    assert repr(predicted) == predicted.summary()
    assert predicted.summary().count("prediction interval") == 2
    assert "study lower" in predicted.table()
    assert repr(fit) == fit.summary()
    kr = kenward_roger(fit)
    assert repr(kr) == kr.summary()
    assert kr.summary().count("\n") == 2
    assert kr.table()["term"] == ["Intercept", "x"]
    assert kr.test("x").p_value == pytest.approx(kr.p_value[1], rel=1e-9)
    assert kr.test() == kr.test([1]) == kr.test([[0.0, 1.0]])
    assert repr(kr.test()).startswith("Kenward-Roger test: F = ")
    batch = working_model_batch(Y, V, STUDY, STUDY > 3, rho=0.6)
    assert repr(batch) == batch.summary()
    assert "2 cells, rho 0.6: 18 effects; 2 with a standard error" in batch.summary()
    many = fit.predict({"x": np.arange(50.0)})
    assert many.summary().endswith("and 30 more rows: see table()")
    regression = meta_regression(Y, V, "~ x", data=DATA, method="EE").predict({"x": 1})
    assert "prediction" not in repr(regression)
