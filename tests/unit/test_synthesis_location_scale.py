"""Moderators of the spread: both links, bounds, units, flat likelihoods, and what is refused."""

from __future__ import annotations

import json

import numpy as np
import numpy.typing as npt
import pytest

from tests.unit.test_synthesis_two_level import BCG_V, BCG_Y
from whatworks.errors import TooFewStudies, UserError
from whatworks.statistics.bounded_newton import nearest_inside
from whatworks.synthesis import LocationScale, location_scale, random_effects

Floats = npt.NDArray[np.float64]

ABLAT = np.array([44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33], dtype=np.float64)


def drawn(seed: int, k: int = 25, tau2: float = 0.05) -> tuple[Floats, Floats, Floats]:
    """Draw effects whose variance grows with a moderator, and is 0 below its mean."""
    rng = np.random.default_rng(seed)
    v = 4.0 / np.exp(rng.normal(np.log(150.0), 0.8, k))
    x = np.column_stack((np.ones(k), rng.normal(size=k)))
    spread = np.sqrt(np.maximum(0.0, tau2 * x[:, 1]))
    return 0.2 + spread * rng.normal(size=k) + rng.normal(size=k) * np.sqrt(v), v, x


def log_likelihood(fit: LocationScale, a: Floats) -> float:
    """Compute the maximised log-likelihood of scale coefficients with k x k matrices."""
    eta = fit.scale_design.matrix @ a
    tau2 = np.exp(eta) if fit.link == "log" else eta
    if (tau2 < -1e-12).any():
        return float("-inf")
    x, w = fit.design.matrix, np.diag(1.0 / (fit.vi + np.maximum(tau2, 0.0)))
    r = fit.yi - x @ np.linalg.solve(x.T @ w @ x, x.T @ w @ fit.yi)
    value = -0.5 * (fit.k * np.log(2 * np.pi) - np.linalg.slogdet(w)[1] + r @ w @ r)
    if fit.method == "REML":
        value += 0.5 * (fit.p * np.log(2 * np.pi) + np.linalg.slogdet(x.T @ x)[1])
        value -= 0.5 * np.linalg.slogdet(x.T @ w @ x)[1]
    return float(value)


@pytest.mark.parametrize("link", ["log", "identity"])
@pytest.mark.parametrize("method", ["REML", "ML"])
@pytest.mark.parametrize("seed", range(6))
def test_no_scale_coefficients_near_or_far_have_a_higher_likelihood(
    link: str, method: str, seed: int
) -> None:
    y, v, x = drawn(seed)
    fit = location_scale(y, v, mods=x, scale=x, link=link, method=method)
    assert fit.remaining_gain < 1e-9
    here = log_likelihood(fit, fit.scale_coefficients)
    assert fit.log_likelihood == pytest.approx(here, rel=1e-9)
    rng = np.random.default_rng(seed)
    for reach in (1e-4, 1e-2, 0.1, 1.0):
        for step in rng.normal(size=(40, 2)):
            assert log_likelihood(fit, fit.scale_coefficients + reach * step) <= here + 1e-8


def test_without_moderators_the_variance_itself_is_that_of_the_random_effects_model() -> None:
    found = location_scale(BCG_Y, BCG_V, test="z", link="identity")
    plain = random_effects(BCG_Y, BCG_V, test="z")
    assert plain.tau2 is not None
    assert found.scale_coefficients[0] == pytest.approx(plain.tau2, rel=1e-7)
    assert found.components[0].se == pytest.approx(found.scale_se[0])
    assert found.log_likelihood == pytest.approx(plain.log_likelihood, rel=1e-11)


def test_two_groups_are_the_same_model_whatever_the_link() -> None:
    far = (ABLAT > 33).astype(int)
    log, identity = (
        location_scale(BCG_Y, BCG_V, mods="~ far", scale="~ far", data={"far": far}, link=link)
        for link in ("log", "identity")
    )
    assert identity.tau2 == pytest.approx(log.tau2, rel=1e-6)
    assert identity.coefficients == pytest.approx(log.coefficients, rel=1e-7)
    assert identity.log_likelihood == pytest.approx(log.log_likelihood, rel=1e-11)


def test_where_a_bound_holds_the_variance_is_0_and_said_to_be() -> None:
    fits = [location_scale(y, v, scale=x, link="identity") for y, v, x in map(drawn, range(8))]
    held = [fit for fit in fits if fit.tau2.min() < 1e-12]
    assert {bool(fit.tau2.max() > 1e-9) for fit in held} == {True, False}
    for fit in held:
        assert (fit.tau2 >= 0.0).all()
        assert any("0, the least it can be" in note for note in fit.notes)
        if fit.tau2.max() > 1e-9:
            # One bound leaves one direction: both standard errors are of one combination.
            assert abs(fit.scale_vcov[0, 1]) == pytest.approx(fit.scale_se[0] * fit.scale_se[1])
        else:
            assert np.isnan(fit.scale_se).all()
        json.dumps(fit.to_dict(), allow_nan=False)


@pytest.mark.parametrize("link", ["log", "identity"])
@pytest.mark.parametrize("unit", [1e-3, 1e4])
def test_the_unit_of_the_effects_changes_nothing_but_the_unit(link: str, unit: float) -> None:
    y, v, x = drawn(3)
    here = location_scale(y, v, mods=x, scale=x, link=link)
    there = location_scale(unit * y, unit**2 * v, mods=x, scale=x, link=link)
    assert there.tau2 / unit**2 == pytest.approx(here.tau2, rel=1e-6, abs=1e-12)
    assert there.coefficients / unit == pytest.approx(here.coefficients, rel=1e-7)
    change = unit**2 if link == "identity" else 1.0
    assert there.scale_coefficients[1] / change == pytest.approx(here.scale_coefficients[1])
    assert there.scale_se / change == pytest.approx(here.scale_se, rel=1e-5)


def test_a_log_variance_without_a_constant_keeps_the_unit_it_was_given() -> None:
    y, v, x = drawn(4)
    column = x[:, 1:]
    fit = location_scale(100.0 * y, 1e4 * v, scale=column)
    assert fit.tau2 == pytest.approx(np.exp(column[:, 0] * fit.scale_coefficients[0]), rel=1e-9)
    assert fit.log_likelihood == pytest.approx(log_likelihood(fit, fit.scale_coefficients))


def test_a_group_without_spread_leaves_the_other_coefficients_known() -> None:
    y = np.array([0.2, 0.2, 0.2, 0.2, 0.9, -0.6, 1.4, 0.1])
    group = {"group": list("aaaabbbb")}
    fit = location_scale(y, np.full(8, 0.02), scale="~ group - 1", data=group)
    assert fit.tau2[0] == pytest.approx(0.0, abs=1e-8)
    assert np.isfinite(fit.scale_se[1])
    assert any("0 in all but name" in note for note in fit.notes)
    json.dumps(fit.to_dict(), allow_nan=False)
    assert "Location-scale model" in fit.summary()


def test_predictions_spread_as_far_as_the_variance_of_their_kind_of_study() -> None:
    far = (ABLAT > 33).astype(int)
    fit = location_scale(BCG_Y, BCG_V, scale="~ far", data={"far": far}, test="z")
    found = fit.predict({"far": [0, 1]})
    wide = np.diff(found.prediction_interval)[:, 0] / 2 / 1.959963984540054
    spread = [fit.tau2[far == group][0] for group in (0, 1)]
    assert wide**2 == pytest.approx(found.se**2 + spread, rel=1e-9)
    assert found.estimate == pytest.approx([fit.coefficients[0]] * 2)
    assert fit.predict().estimate.shape == (13,)


def test_either_part_can_be_tested_by_term() -> None:
    fit = location_scale(BCG_Y, BCG_V, mods="~ ablat", scale="~ ablat", data={"ablat": ABLAT})
    assert fit.wald_test("ablat") == fit.omnibus
    assert fit.wald_test("ablat", part="scale") == fit.scale_omnibus
    at = float(fit.scale_coefficients[1])
    assert fit.wald_test([1], part="scale", values=at).statistic == pytest.approx(0.0, abs=1e-20)
    with pytest.raises(UserError, match="part must be one of"):
        fit.wald_test(part="both")


def test_a_refit_is_the_same_model_of_fewer_effects() -> None:
    y, v, x = drawn(5)
    fit = location_scale(y, v, mods=x, scale=x, link="identity", method="ML")
    rows = np.arange(20)
    again = fit.refit(rows)
    direct = location_scale(y[:20], v[:20], mods=x[:20], scale=x[:20], link="identity", method="ML")
    assert again.link == "identity"
    assert again.coefficients == pytest.approx(direct.coefficients)
    assert again.tau2 == pytest.approx(direct.tau2)


def test_what_cannot_be_fitted_is_refused() -> None:
    with pytest.raises(TooFewStudies, match="4 effects for 4 coefficients"):
        location_scale(
            [0.1, 0.2, 0.3, 0.4], [0.1] * 4, mods="~ x", scale="~ x", data={"x": range(4)}
        )
    with pytest.raises(UserError, match="link must be one of log, identity"):
        location_scale(BCG_Y, BCG_V, link="sqrt")


def test_the_nearest_point_inside_bounds_is_a_projection() -> None:
    bounds = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    assert nearest_inside(np.array([2.0, 3.0]), bounds) == pytest.approx([2.0, 3.0])
    assert nearest_inside(np.array([2.0, -3.0]), bounds) == pytest.approx([2.0, 0.0])
    assert nearest_inside(np.array([-2.0, -3.0]), bounds) == pytest.approx([0.0, 0.0], abs=1e-14)
