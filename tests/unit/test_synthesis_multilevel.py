"""Models for dependent effects: what they say where the data say little, and bad input."""

import numpy as np
import pytest

from whatworks.errors import NotFound, TooFewStudies, UserError
from whatworks.synthesis.multilevel import kenward_roger, multilevel_model
from whatworks.synthesis.working_models import constant_correlation, working_model

Y = [0.31, 0.52, 0.08, 0.24, 0.61, 0.44, 0.02, 0.35]
V = [0.02, 0.03, 0.01, 0.02, 0.04, 0.03, 0.02, 0.05]
STUDY = ["a", "a", "b", "b", "c", "c", "d", "d"]
NESTED = {"study": STUDY, "effect": list(range(8))}


@pytest.mark.filterwarnings("ignore::whatworks.synthesis.PossibleMisuse")
def test_of_two_maxima_the_higher_is_taken_and_both_are_told() -> None:
    fit = multilevel_model(
        [8.269, -0.469, -0.145], [9.7236, 0.0227, 0.0014], random="~ 1 | e", data={"e": [1, 2, 3]}
    )
    assert fit.components[0].estimate == pytest.approx(0.0401606, rel=1e-5)
    assert [top.components[0] for top in fit.certificate.maxima] == pytest.approx(
        [0.0401606, 13.2706555], rel=1e-5
    )
    assert any("2 local maxima" in note for note in fit.notes)


@pytest.mark.parametrize("unit", [0.001, 0.01, 100.0])
@pytest.mark.filterwarnings("ignore::whatworks.synthesis.PossibleMisuse")
def test_two_maxima_are_found_in_any_unit(unit: float) -> None:
    y, v = np.array([8.269, -0.469, -0.145]), np.array([9.7236, 0.0227, 0.0014])
    fit = multilevel_model(unit * y, unit**2 * v, random="~ 1 | e", data={"e": [1, 2, 3]})
    assert fit.components[0].estimate / unit**2 == pytest.approx(0.0401605985, rel=1e-8)
    assert len(fit.certificate.maxima) == 2


def test_a_level_that_repeats_another_is_set_to_zero_and_said() -> None:
    fit = multilevel_model(
        Y, V, random="~ 1 | study/effect", data={"study": range(8), "effect": range(8)}
    )
    assert [c.is_fixed for c in fit.components] == [False, True]
    assert "cannot be told apart" in " ".join(fit.notes)


def test_a_level_of_one_unit_is_set_to_zero_and_said() -> None:
    fit = multilevel_model(
        Y, V, random="~ 1 | study/effect", data={"study": ["s"] * 8, "effect": range(8)}
    )
    assert fit.component("sigma2 study").is_fixed
    assert "There is one study" in " ".join(fit.notes)


def test_a_singular_sampling_covariance_is_fitted_and_said() -> None:
    whole = np.diag(V)
    whole[0, 1] = whole[1, 0] = np.sqrt(V[0] * V[1])
    fit = multilevel_model(Y, whole, random="~ 1 | study/effect", data=NESTED)
    assert np.isfinite(fit.estimate)
    assert fit.q is None
    assert fit.i2 is None
    assert "not positive definite in 1 block (first effects: 1)" in " ".join(fit.notes)


def test_without_a_random_part_a_singular_covariance_is_refused() -> None:
    whole = np.diag(V)
    whole[0, 1] = whole[1, 0] = np.sqrt(V[0] * V[1])
    with pytest.raises(UserError, match="not positive definite"):
        multilevel_model(Y, whole, random=[])


def test_no_random_part_is_generalised_least_squares() -> None:
    fit = multilevel_model(Y, V, random=[], test="z")
    w = 1.0 / np.array(V)
    assert fit.estimate == pytest.approx(float(w @ Y / w.sum()), rel=1e-12)
    assert fit.se[0] == pytest.approx(w.sum() ** -0.5, rel=1e-12)
    assert fit.components == ()


def test_equal_effects_have_no_variance_and_the_fit_says_boundary() -> None:
    fit = multilevel_model([0.2] * 8, V, random="~ 1 | study/effect", data=NESTED)
    assert [c.estimate for c in fit.components] == [0.0, 0.0]
    assert fit.certificate.on_boundary == ("sigma2 study", "sigma2 study/effect")
    assert [c.se for c in fit.components] == [None, None]


def test_degrees_of_freedom_by_containment() -> None:
    """R 4.2.2, metafor 3.8-1: rma.mv(..., test="t", dfs="contain")$ddf gives 2, 2 and 5."""
    between = [1.0, 1.0, 2.0, 2.0, 5.0, 5.0, 4.0, 4.0]
    within = [1.0, 0.0, 1.0, 3.0, 1.0, 2.0, 2.0, 1.0]
    of_between = multilevel_model(
        Y, V, random="~ 1 | study", data=NESTED | {"b": between}, mods="~ b"
    )
    assert of_between.coefficient_df.tolist() == [2.0, 2.0]
    of_both = multilevel_model(
        Y, V, random="~ 1 | study", data=NESTED | {"b": between, "w": within}, mods="~ b + w"
    )
    assert of_both.coefficient_df.tolist() == [1.0, 1.0, 5.0]


def test_profile_interval_holds_the_estimate_and_starts_at_zero_on_the_boundary() -> None:
    fit = multilevel_model([0.2] * 8, V, random="~ 1 | study/effect", data=NESTED)
    lower, upper = fit.confint("sigma2 study")
    assert lower == 0.0
    assert 0.0 < upper < 1.0


def test_profile_falls_by_the_quantile_at_the_ends_of_the_interval() -> None:
    fit = multilevel_model(Y, V, random="~ 1 | study/effect", data=NESTED)
    _, upper = fit.confint("sigma2 study/effect")
    _, heights = fit.profile("sigma2 study/effect", [upper])
    assert fit.log_likelihood - heights[0] == pytest.approx(1.920729410347062, rel=1e-7)


def test_kenward_roger_on_balanced_groups_is_the_t_test_of_group_means() -> None:
    rng = np.random.default_rng(5)
    groups, size = 7, 3
    means = rng.normal(size=groups)
    group = np.repeat(np.arange(groups), size)
    y = means[group] + rng.normal(0.0, 0.4, groups * size)
    fit = multilevel_model(
        y,
        np.full(y.size, 0.01),
        random="~ 1 | group/effect",
        data={"group": group, "effect": np.arange(y.size)},
    )
    found = kenward_roger(fit)
    observed = y.reshape(groups, size).mean(axis=1)
    assert found.df[0] == pytest.approx(groups - 1, rel=1e-8)
    assert found.se[0] == pytest.approx(observed.std(ddof=1) / np.sqrt(groups), rel=1e-8)


def test_kenward_roger_is_that_of_r() -> None:
    """R 4.2.2, lme4 1.1-31, pbkrtest 0.5.2: lmer(y ~ x + (1 | g)), vcovAdj and KRmodcomp.

    There is no known sampling variance in lme4: here it is next to nothing, and the variance between
    effects is lme4's residual.
    """
    y = [
        -0.297869923335,
        -1.37809529909,
        -0.821478653728,
        -0.0715012197743,
        -0.116256571872,
        -0.616867527151,
        -0.561347919713,
        -1.41377856861,
        -1.55137965854,
        0.127196804149,
        0.5320474941,
        -0.153861163426,
        -0.475925770925,
        0.118113556183,
        1.52395376016,
        0.292115265345,
        2.23493019905,
        2.0399362951,
        0.993019516808,
        0.416502360447,
        -0.956457611941,
        2.05533620348,
        2.39044100507,
        -0.576355373666,
        -0.470515290389,
    ]
    x = [
        -0.626453810742,
        0.183643324222,
        -0.83562861241,
        1.59528080214,
        0.329507771815,
        -0.820468384118,
        0.487429052428,
        0.738324705129,
        0.575781351653,
        -0.305388387156,
        1.51178116845,
        0.389843236411,
        -0.621240580542,
        -2.21469988718,
        1.12493091814,
        -0.0449336090152,
        -0.0161902630989,
        0.943836210685,
        0.821221195098,
        0.593901321218,
        0.918977371608,
        0.782136300731,
        0.0745649833652,
        -1.98935169586,
        0.619825747895,
    ]
    group = np.repeat(np.arange(8), [2, 3, 4, 2, 5, 3, 2, 4])
    fit = multilevel_model(
        y,
        [1e-6] * 25,
        random="~ 1 | group/effect",
        data={"group": group, "effect": np.arange(25), "x": x},
        mods="~ x",
    )
    found = kenward_roger(fit)
    assert found.vcov.ravel() == pytest.approx(
        [0.110912741, -0.009789534, -0.009789534, 0.041190365], abs=1e-8
    )
    assert found.df == pytest.approx([6.988945, 17.72074], rel=1e-6)
    both = found.test(np.eye(2))
    assert (both.statistic, both.df2, both.scale) == pytest.approx(
        (0.835245, 12.17449, 0.9529933), rel=1e-5
    )


def test_kenward_roger_refuses_what_it_does_not_exist_for() -> None:
    data = NESTED | {"outcome": ["x", "y"] * 4}
    fit = multilevel_model(Y, V, random="~ outcome | study", structure="HCS", data=data)
    with pytest.raises(UserError, match="HCS"):
        kenward_roger(fit)


def test_draws_add_up_to_nothing_over_equal_weights() -> None:
    fit = multilevel_model(Y, [0.02] * 8, random="~ 1 | study", data=NESTED)
    draws = fit.ranef("study")
    assert draws.labels == ("a", "b", "c", "d")
    assert float(draws.estimate.sum()) == pytest.approx(0.0, abs=1e-10)
    with pytest.raises(NotFound, match="Levels of this model: study"):
        fit.ranef("school")


def test_prediction_for_new_categories_is_refused() -> None:
    fit = multilevel_model(
        Y, V, random="~ 1 | study", mods="~ C(g)", data=NESTED | {"g": list("xyxyxyxy")}
    )
    assert fit.predict({"g": ["y"]}).estimate[0] == pytest.approx(fit.coefficients.sum())
    with pytest.raises(UserError, match="z"):
        fit.predict({"g": ["z"]})


def test_prediction_asks_which_inner_value_where_variances_differ() -> None:
    data = NESTED | {"outcome": ["x", "y"] * 4}
    fit = multilevel_model(Y, V, random="~ outcome | study", structure="DIAG", data=data)
    assert fit.prediction_variance() is None
    with pytest.raises(UserError, match="inner='x' or 'y'"):
        fit.predict()
    assert fit.predict(inner="x").prediction_interval.shape == (1, 2)


@pytest.mark.parametrize(
    ("random", "data", "message"),
    [
        ("~ 1 | school", {}, 'no column "school"'),
        ("study/effect", {}, "Write"),
        ("~ 1 | study", {"study": ["a", None] * 4}, "row 2: there is no value"),
        ("~ 1 | study", {"study": ["a", "b"]}, "one value for each of the 8 effects"),
        (["~ 1 | study", "~ 1 | study/effect"], {}, "study stands there twice"),
    ],
)
def test_bad_random_terms_are_named(random: object, data: dict[str, object], message: str) -> None:
    with pytest.raises(UserError, match=message):
        multilevel_model(Y, V, random=random, data=NESTED | data)  # type: ignore[arg-type]


def test_as_many_coefficients_as_effects_are_refused() -> None:
    with pytest.raises(TooFewStudies):
        multilevel_model([0.1, 0.2], [0.1, 0.1], random="~ 1 | s", data={"s": [1, 2]}, mods="~ s")


def test_an_asymmetric_covariance_is_refused() -> None:
    whole = np.diag(V)
    whole[1, 0] = 0.01
    with pytest.raises(UserError, match="row 1, column 2"):
        multilevel_model(Y, whole, random="~ 1 | study", data=NESTED)


def test_subgroup_correlated_effects_have_a_variance_for_each_category() -> None:
    fit = working_model(Y, V, STUDY, kind="SCE", rho=0.5, category=["x", "y"] * 4)
    assert [c.name for c in fit.components] == ["tau2 x", "tau2 y"]
    off = fit.sampling_covariance()
    assert off.labels.max() == 7


def test_a_working_model_has_no_silent_correlation() -> None:
    with pytest.raises(UserError, match="needs rho"):
        working_model(Y, V, STUDY, kind="CHE")
    with pytest.raises(UserError, match="from 0 to below 1"):
        constant_correlation(V, STUDY, 1.0)


def test_summary_names_components_maxima_and_notes() -> None:
    text = working_model(Y, V, STUDY, kind="CHE", rho=0.6).summary()
    assert "8 effects in 4 independent clusters" in text
    assert "sigma2 study/effect" in text
    assert "maxima found: 1" in text


@pytest.mark.parametrize("kind", ["polars", "pandas"])
def test_data_frames_are_tables_too(kind: str) -> None:
    library = pytest.importorskip(kind)
    x = [1.0, 2.0, 0.0, 1.0, 3.0, 2.0, 1.0, 0.0]
    frame = library.DataFrame({"study": STUDY, "effect": list(range(8)), "x": x})
    fit = multilevel_model(Y, V, random="~ 1 | study/effect", data=frame, mods="~ x")
    same = multilevel_model(Y, V, random="~ 1 | study/effect", data=NESTED | {"x": x}, mods="~ x")
    assert fit.coefficients == pytest.approx(same.coefficients, rel=1e-12)
    new = library.DataFrame({"x": [2.0]})
    assert fit.predict(new).estimate == pytest.approx(same.predict({"x": [2.0]}).estimate)
