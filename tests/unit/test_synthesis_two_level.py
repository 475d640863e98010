"""The two-level random-effects model: known answers, boundaries and what it says."""

from __future__ import annotations

import json

import numpy as np
import pytest

from whatworks.errors import TooFewStudies, UserError
from whatworks.synthesis import PossibleMisuse, random_effects, random_effects_batch

# dat.bcg of metafor (Colditz et al. 1994): log risk ratios and variances of 13 trials.
BCG_Y = [
    -0.8893113339202054,
    -1.5853886572014306,
    -1.3480731482996933,
    -1.4415511900213054,
    -0.21754732221129558,
    -0.786115585818864,
    -1.6208982235983918,
    0.011952333523840508,
    -0.4694176487381494,
    -1.3713448034727844,
    -0.3393588283383906,
    0.44591340057137874,
    -0.017313948216879815,
]
BCG_V = [
    0.32558476500396133,
    0.19458112139814385,
    0.4153679653679654,
    0.020010031902247573,
    0.05121017216963086,
    0.0069056184559087574,
    0.22301724757231517,
    0.0039615792978177295,
    0.056434210463248966,
    0.07302479361302891,
    0.01241221397155972,
    0.5325058452001528,
    0.0714046596839863,
]


@pytest.mark.parametrize(
    ("method", "tau2"),
    [
        ("DL", 0.30876026287),
        ("HE", 0.32856385800),
        ("HS", 0.22836286368),
        ("SJ", 0.34551570160),
        ("ML", 0.28002813727),
        ("REML", 0.31324325814),
        ("EB", 0.31806845220),
        ("PM", 0.31806845220),
    ],
)
def test_every_estimator_gives_its_published_tau2_on_the_bcg_trials(
    method: str, tau2: float
) -> None:
    assert random_effects(BCG_Y, BCG_V, method=method).tau2 == pytest.approx(tau2, abs=2e-11)


def test_bcg_trials_give_the_published_mean_and_knapp_hartung_interval() -> None:
    fit = random_effects(BCG_Y, BCG_V)
    assert fit.estimate == pytest.approx(-0.7145323, abs=5e-8)
    assert fit.ci == pytest.approx((-1.1084, -0.3206), abs=5e-5)
    assert random_effects(BCG_Y, BCG_V, test="z").se == pytest.approx(0.1797815, abs=5e-8)


def test_tau2_is_zero_when_q_is_below_its_degrees_of_freedom() -> None:
    fit = random_effects([0.21, 0.24, 0.19, 0.26], [0.03, 0.02, 0.05, 0.04], method="DL")
    assert fit.q < fit.q_df
    assert fit.tau2 == 0.0
    assert fit.tau2_ci == (0.0, 0.0)


@pytest.mark.parametrize(
    ("y", "v", "tau2", "estimate"),
    [
        # Anchored in the project's survey of engines; rma() stops at 13.27 with mean 1.61.
        ([8.269, -0.469, -0.145], [9.7236, 0.0227, 0.0014], 0.04016, -0.252),
    ],
)
def test_the_highest_of_two_maxima_is_taken(
    y: list[float], v: list[float], tau2: float, estimate: float
) -> None:
    with pytest.warns(PossibleMisuse):
        fit = random_effects(y, v, test="z")
    assert fit.tau2 == pytest.approx(tau2, abs=5e-6)
    assert fit.estimate == pytest.approx(estimate, abs=5e-4)
    assert [round(found.log_likelihood, 3) for found in fit.maxima] == [-5.530, -5.866]
    assert any("2 local maxima" in note for note in fit.notes)


def test_a_boundary_that_is_the_only_maximum_is_reported_as_one() -> None:
    fit = random_effects([0.21, 0.24, 0.19, 0.26], [0.03, 0.02, 0.05, 0.04])
    assert [found.tau2 for found in fit.maxima] == [0.0]
    assert fit.maxima[0].log_likelihood == pytest.approx(fit.log_likelihood, rel=1e-12)


def test_one_study_gives_its_own_effect_and_says_what_cannot_be_known() -> None:
    fit = random_effects([0.4], [0.04])
    assert (fit.k, fit.estimate, fit.se) == (1, 0.4, 0.2)
    assert fit.ci == pytest.approx((0.4 - 1.959963984540054 * 0.2, 0.4 + 1.959963984540054 * 0.2))
    assert fit.tau2 is None
    assert fit.i2 is None
    assert fit.prediction_interval is None
    assert fit.test == "z"
    assert "knha interval needs two studies" in fit.summary()
    assert fit.predict().prediction_interval is None
    with pytest.raises(TooFewStudies, match="two studies"):
        fit.confint()


def test_no_study_is_refused() -> None:
    with pytest.raises(TooFewStudies, match="no effect to pool"):
        random_effects([], [])


def test_two_studies_with_a_symmetric_difference_have_tau2_in_closed_form() -> None:
    # k = 2 and equal variances: restricted likelihood is maximal at (y1 - y2)^2/2 - v.
    fit = random_effects([0.1, 0.9], [0.05, 0.05])
    assert fit.tau2 == pytest.approx(0.8**2 / 2 - 0.05, rel=1e-13)


def test_equal_effects_model_has_no_heterogeneity_to_ask_for() -> None:
    fit = random_effects(BCG_Y, BCG_V, method="EE", test="z")
    assert fit.tau2 == 0.0
    assert fit.prediction_interval is None
    with pytest.raises(UserError, match="EE assumes tau2 = 0"):
        fit.confint()


def test_identical_effects_are_fitted_and_the_empty_interval_is_explained() -> None:
    y, v = [0.25, 0.25, 0.25], [0.02, 0.03, 0.04]
    with pytest.warns(PossibleMisuse, match="entered twice"):
        fit = random_effects(y, v)
    with pytest.warns(PossibleMisuse, match="entered twice"):
        careful = random_effects(y, v, test="adhoc")
    assert fit.estimate == pytest.approx(0.25)
    assert any("adhoc" in note for note in fit.notes)
    json.dumps(fit.to_dict(), allow_nan=False)
    assert careful.se > 0.05


def test_profile_likelihood_interval_needs_a_likelihood() -> None:
    with pytest.raises(UserError, match="ML or REML"):
        random_effects(BCG_Y, BCG_V, method="DL").confint(type="PL")


def test_prediction_interval_of_higgins_is_wider_than_the_default() -> None:
    fit = random_effects(BCG_Y, BCG_V)
    default, higgins = fit.predict(), fit.predict(prediction_df=fit.k - 2)
    assert default.prediction_interval == pytest.approx(fit.prediction_interval, rel=1e-14)
    assert higgins.prediction_interval is not None
    assert default.prediction_interval is not None
    assert higgins.prediction_interval[1] > default.prediction_interval[1]
    with pytest.raises(UserError, match="prediction_df is 0"):
        random_effects(BCG_Y[:2], BCG_V[:2]).predict(prediction_df=0)


def test_weights_are_percent_and_follow_the_marginal_variance() -> None:
    fit = random_effects(BCG_Y, BCG_V)
    assert fit.tau2 is not None
    assert fit.weights.sum() == pytest.approx(100.0)
    assert fit.weights[0] / fit.weights[3] == pytest.approx(
        (BCG_V[3] + fit.tau2) / (BCG_V[0] + fit.tau2)
    )


def test_result_is_printed_with_all_that_a_reader_needs() -> None:
    text = random_effects(BCG_Y, BCG_V).summary()
    for part in (
        "REML",
        "knha",
        "13 studies",
        "-0.7145",
        "-1.108",
        "prediction",
        "tau2",
        "I2 92.2%",
    ):
        assert part in text


def test_result_keeps_the_data_and_does_not_let_them_be_changed() -> None:
    y, v = np.array(BCG_Y), np.array(BCG_V)
    fit = random_effects(y, v)
    with pytest.raises(ValueError, match="read-only"):
        fit.yi[0] = 9.0
    y[0] = y[0]
    assert set(fit.table()) == {"yi", "vi", "se", "ci_lower", "ci_upper", "weight_percent"}


@pytest.mark.parametrize("method", ["EE", "DL", "HE", "HS", "HSk", "SJ", "ML", "REML", "PM", "PMM"])
@pytest.mark.parametrize("test", ["z", "t", "knha", "adhoc"])
def test_a_batch_gives_the_numbers_of_single_fits(method: str, test: str) -> None:
    rng = np.random.default_rng(7)
    sizes = [1, 2, 3, 20, 1, 5, 60, 4]
    v = rng.lognormal(-3.0, 1.0, sum(sizes))
    y = 0.2 + rng.normal(size=v.size) * np.sqrt(v + rng.choice([0.0, 0.05, 0.3], v.size))
    starts = np.cumsum([0, *sizes[:-1]])
    batch = random_effects_batch(y, v, starts, method=method, test=test)
    for cell, (first, size) in enumerate(zip(starts, sizes, strict=True)):
        one = random_effects(
            y[first : first + size], v[first : first + size], method=method, test=test
        )
        expected = one.to_dict()
        for name, column in batch.table().items():
            if name == "n_maxima":
                assert column[cell] == len(one.maxima)
                continue
            base, _, end = name.rpartition("_")
            want = expected.get(name)
            if end in ("lower", "upper"):
                pair = expected[base]
                want = None if pair is None else pair[end == "upper"]
            if want is None:
                assert np.isnan(column[cell])
            else:
                assert column[cell] == pytest.approx(want, rel=1e-11, abs=1e-13), name


def test_a_batch_refuses_cells_without_effects_and_names_them() -> None:
    with pytest.raises(TooFewStudies, match="Cell 2"):
        random_effects_batch([0.1, 0.2], [0.1, 0.1], [0, 1, 1])
    with pytest.raises(UserError, match="ascending"):
        random_effects_batch([0.1, 0.2, 0.3], [0.1, 0.1, 0.1], [0, 2, 1])
    with pytest.raises(UserError, match="starts at 0"):
        random_effects_batch([0.1, 0.2], [0.1, 0.1], [1])


def test_a_batch_can_be_written_as_json() -> None:
    batch = random_effects_batch([0.1, 0.2, 0.4], [0.1, 0.1, 0.1], [0, 1])
    json.dumps(batch.to_dict(), allow_nan=False)
    assert "2 cells, 3 effects" in batch.summary()
