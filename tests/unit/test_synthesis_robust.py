"""Cluster-robust inference: closed forms, words, and what is refused."""

import json

import numpy as np
import pytest

from whatworks.errors import TooFewStudies, UserError
from whatworks.synthesis.multilevel import multilevel_model
from whatworks.synthesis.robust import (
    WALD_TESTS,
    rho_sensitivity,
    robust,
    robust_meta_regression,
    wild_bootstrap_test,
)
from whatworks.synthesis.robust.bootstrap_weights import all_signs, drawn_weights
from whatworks.synthesis.robust.inference import expected_shares
from whatworks.synthesis.working_models import working_model

RNG = np.random.default_rng(11)
STUDY = np.repeat(np.arange(10), 3)
DATA = {
    "study": STUDY,
    "effect": np.arange(30),
    "x": RNG.normal(size=30),
    "z": RNG.normal(size=30),
    "last": (STUDY == 9) * 1.0,
    "rest": (STUDY < 9) * 1.0,
}
Y = RNG.normal(0.3, 0.4, 30)
V = np.full(30, 0.05)


def model(mods: str | None = "~ x"):
    return multilevel_model(Y, V, random="~ 1 | study/effect", data=DATA, mods=mods)


def test_equal_independent_effects_have_the_standard_error_of_a_mean() -> None:
    y = np.array([0.1, 0.5, -0.2, 0.9, 0.4, 0.35])
    fit = multilevel_model(y, np.full(6, 0.04), random="~ 1 | id", data={"id": np.arange(6)})
    found = robust(fit)
    assert found.se[0] == pytest.approx(y.std(ddof=1) / np.sqrt(6), rel=1e-12)
    assert found.df[0] == pytest.approx(5.0, rel=1e-12)


def test_a_group_seen_in_one_cluster_alone_has_no_standard_error() -> None:
    found = robust(model("~ rest + last - 1"))
    assert np.isnan(found.se[1])
    assert np.isnan(found.p_value[1])
    assert np.isfinite(found.se[0])
    assert any("One cluster alone tells last" in note for note in found.notes)
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["coefficients"][1]["se"] is None


@pytest.mark.parametrize("test", WALD_TESTS)
@pytest.mark.parametrize("kind", ["CR0", "CR2", "CR3"])
def test_what_one_cluster_alone_tells_cannot_be_tested(test: str, kind: str) -> None:
    found = robust(model("~ rest + last - 1"), type=kind)
    with pytest.raises(TooFewStudies, match="rests on too few"):
        found.wald([0, 1], test=test)
    with pytest.raises(TooFewStudies, match="rests on too few"):
        wild_bootstrap_test(found, [1])


def test_a_contrast_with_one_cluster_says_where_its_error_comes_from() -> None:
    found = robust(model("~ last"))
    assert np.isfinite(found.se[1])
    assert any("1 cluster fits a coefficient perfectly" in note for note in found.notes)


def test_few_degrees_of_freedom_are_named_with_their_coefficients() -> None:
    two = (STUDY < 2) * 1.0
    fit = multilevel_model(
        Y, V, random="~ 1 | study/effect", data=DATA | {"two": two}, mods="~ two"
    )
    found = robust(fit)
    assert found.df[1] < 4.0
    assert "Fewer than 4 degrees of freedom (two)" in found.notes[0]
    assert robust(fit, test="z").notes == ()


def test_clusters_that_cut_a_study_are_refused_by_the_first_effect() -> None:
    cut = STUDY * 2
    cut[4] = 99
    with pytest.raises(UserError, match="Effect 5 is correlated"):
        robust(model(), cut)


@pytest.mark.parametrize("type", ["CR0", "CR1", "CR1p", "CR1S", "CR2", "CR3"])
def test_clusters_may_hold_several_studies(type: str) -> None:
    found = robust(model(), STUDY // 2, type=type)
    assert found.n_clusters == 5
    assert found.se[0] > 0.0


def test_one_cluster_is_too_few() -> None:
    with pytest.raises(TooFewStudies, match="it needs two"):
        robust(model(), np.zeros(30))


def test_unknown_words_are_refused_with_the_known_ones() -> None:
    with pytest.raises(UserError, match="CR3"):
        robust(model(), type="CR9")
    with pytest.raises(UserError, match="naive-tp"):
        robust(model(), test="knha")
    with pytest.raises(UserError, match="HTZ"):
        robust(model()).wald(test="F")
    with pytest.raises(UserError, match="one for each of the 30"):
        robust(model(), STUDY[:-1])


@pytest.mark.parametrize(
    ("tested", "words"),
    [
        ("weeks", "Terms: Intercept, x, z"),
        ([5], "positions from 0 to 2"),
        ([[1.0, 0.0]], "found contrasts of 2 numbers. Give 3"),
        ([1.5], "found contrasts of 1 numbers. Give 3"),
        ([[0.0, 1.0, 0.0], [0.0, 0.0, 0.0]], "contrast 2: all its numbers are 0"),
        ([[0.0, 1.0, 0.0], [0.0, 2.0, 0.0]], "follows from the others"),
        (np.array(["x"]), "contrasts of 3 numbers"),
        ([1, 1], "names a coefficient twice"),
    ],
)
def test_what_cannot_be_tested_is_said(tested: object, words: str) -> None:
    with pytest.raises(UserError, match=words):
        robust(model("~ x + z")).wald(tested)  # type: ignore[arg-type]


def test_a_model_without_moderators_tests_its_mean() -> None:
    found = robust(model(None))
    assert found.wald().p_value == pytest.approx(found.p_value[0], rel=1e-9)


def test_terms_positions_and_contrasts_name_the_same_test() -> None:
    found = robust(model("~ x + z"))
    by_term, by_position = found.wald("z"), found.wald([2])
    assert by_term == by_position == found.wald([[0.0, 0.0, 1.0]])
    assert found.wald() == found.wald([1, 2])


def test_naive_degrees_of_freedom_count_clusters() -> None:
    assert robust(model(), test="naive-t").df.tolist() == [9.0, 9.0]
    assert robust(model(), test="naive-tp").df.tolist() == [8.0, 8.0]
    assert np.isinf(robust(model(), test="z").df).all()


def test_the_prediction_interval_is_wider_than_the_confidence_interval() -> None:
    found = robust(model(None))
    low, high = found.prediction_interval or (np.nan, np.nan)
    assert low < found.ci[0, 0]
    assert high > found.ci[0, 1]
    assert robust(model("~ x")).prediction_interval is None


def test_summary_says_type_clusters_and_interval() -> None:
    text = robust(model(), level=0.9).summary()
    assert text.startswith(
        "Cluster-robust inference, CR2, Satterthwaite: 30 effects in 10 clusters"
    )
    assert "90% CI" in text


def test_moment_models_give_text_and_json() -> None:
    found = robust_meta_regression(Y, V, STUDY, rho=0.8, mods="~ x", data=DATA)
    assert found.summary().startswith("Correlated effects, rho = 0.8: 30 effects in 10 studies")
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["rho"] == 0.8
    hier = robust_meta_regression(Y, V, STUDY, kind="HIER")
    assert "omega2" in hier.summary()
    assert hier.rho is None


def test_moment_models_refuse_what_they_cannot_do() -> None:
    with pytest.raises(UserError, match="CORR needs rho"):
        robust_meta_regression(Y, V, STUDY)
    with pytest.raises(UserError, match="HIER"):
        robust_meta_regression(Y, V, STUDY, kind="BOTH")
    with pytest.raises(TooFewStudies, match="2 studies for 2 coefficients"):
        robust_meta_regression(
            Y[:6], V[:6], STUDY[:6], rho=0.5, mods="~ x", data={"x": np.arange(6)}
        )


def test_sensitivity_repeats_the_analysis_for_each_rho() -> None:
    found = rho_sensitivity(
        lambda rho: robust_meta_regression(Y, V, STUDY, rho=rho, mods="~ x", data=DATA),
        [0.0, 0.5, 1.0],
    )
    alone = robust_meta_regression(Y, V, STUDY, rho=0.5, mods="~ x", data=DATA)
    assert found.coefficients[1].tolist() == alone.coefficients.tolist()
    assert found.variances["tau2"][1] == alone.tau2
    assert found.largest_change.shape == (2,)
    table = found.table()
    assert table["term"] == ["Intercept", "x"] * 3
    assert "Intercept:" in found.summary()


def test_sensitivity_of_a_working_model_names_its_levels() -> None:
    found = rho_sensitivity(
        lambda rho: robust(working_model(Y, V, STUDY, kind="CHE", rho=rho)), [0.2, 0.8]
    )
    assert set(found.variances) == {"sigma2 study", "sigma2 study/effect"}
    with pytest.raises(UserError, match="one or more"):
        rho_sensitivity(lambda rho: robust(model()), [])


def test_a_drawn_bootstrap_needs_a_generator_and_repeats_with_its_seed() -> None:
    found = robust(working_model(Y, V, STUDY, kind="CHE", rho=0.5, mods="~ x", data=DATA))
    with pytest.raises(UserError, match="default_rng"):
        wild_bootstrap_test(found, "x", n=99)
    one, other = (
        wild_bootstrap_test(found, "x", n=99, rng=np.random.default_rng(3)) for _ in range(2)
    )
    assert one.distribution.tolist() == other.distribution.tolist()
    assert json.loads(json.dumps(one.to_dict(), allow_nan=False))["n"] == 99
    assert "99 data sets, 10 clusters" in one.summary()


def test_few_clusters_bound_the_p_value_of_signs() -> None:
    fit = multilevel_model(
        Y[:12], V[:12], random="~ 1 | study/effect", data={k: v[:12] for k, v in DATA.items()}
    )
    test = wild_bootstrap_test(robust(fit))
    assert test.is_exact
    assert test.n == 8
    assert test.p_value >= 1 / 8
    assert "no p value below 0.125" in test.notes[0]


def test_all_signs_are_all_patterns_up_to_turning_every_sign() -> None:
    rows = np.concatenate(list(all_signs(6, batch=5)))
    assert rows.shape == (32, 6)
    both = {tuple(row) for row in np.concatenate((rows, -rows))}
    assert len(both) == 64


@pytest.mark.parametrize("kind", ["Rademacher", "Mammen", "Webb six"])
def test_weights_have_mean_0_and_variance_1_and_do_not_depend_on_batches(kind: str) -> None:
    whole = np.concatenate(
        list(drawn_weights(kind, 40_000, 5, np.random.default_rng(0), batch=40_000))
    )
    cut = np.concatenate(list(drawn_weights(kind, 40_000, 5, np.random.default_rng(0), batch=999)))
    assert np.array_equal(whole, cut)
    # 200,000 draws: the standard error of the mean is 0.0022.
    assert abs(whole.mean()) < 0.012
    assert whole.var() == pytest.approx(1.0, abs=0.02)
    if kind == "Mammen":
        assert (whole**3).mean() == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("kind", ["CR0", "CR1", "CR2", "CR3"])
def test_expected_shares_are_those_of_dense_matrices_and_low_ones_are_told(kind: str) -> None:
    data = {**DATA, "last two": (STUDY > 7) * 1.0, "w": np.where(STUDY == 9, DATA["z"], 0.0)}
    v = RNG.uniform(0.02, 0.2, 30)
    fit = working_model(Y, v, STUDY, kind="CHE", rho=0.6, mods="~ `last two` + w", data=data)
    found = robust(fit, type=kind)
    m = np.zeros((30, 30))
    for stack in fit.marginal_covariance().stacks():
        m[stack.rows[:, :, None], stack.rows[:, None, :]] = stack.matrices
    x = fit.design.matrix
    bread = np.linalg.inv(x.T @ np.linalg.solve(m, x))
    of_residuals = m - x @ bread @ x.T
    expected = np.zeros(3)
    for j in range(10):
        own = np.flatnonzero(j == STUDY)
        w = found.parts.weights[own]
        expected += np.einsum("ip,ij,jp->p", w, of_residuals[np.ix_(own, own)], w)
    share = expected / np.diagonal(bread)
    np.testing.assert_allclose(expected_shares(found.parts, np.eye(3)), share, rtol=1e-9)
    note = [n for n in found.notes if n.startswith("The robust variance is expected")]
    for name, value in zip(found.names, share, strict=True):
        assert any(f"{name} {100 * value:.0f}%" in n for n in note) == (value < 0.8)
    assert share[2] < 0.8
    told = found.wald("w").notes
    assert len(told) == 1
    assert told[0] in found.wald("w").summary()
    assert found.wald([0]).notes == () or share[0] < 0.8
