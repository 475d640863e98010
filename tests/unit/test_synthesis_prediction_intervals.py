"""Prediction intervals by name: what each is made of, and when it is refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm, t

from tests.unit.test_synthesis_two_level import BCG_V, BCG_Y
from whatworks.errors import TooFewStudies, UserError
from whatworks.synthesis import (
    PREDICTION_INTERVALS,
    RandomEffects,
    kenward_roger,
    multilevel_model,
    random_effects,
)


def half_width(fit: RandomEffects, interval: str) -> float:
    limits = fit.predict(interval=interval).prediction_interval
    assert limits is not None
    assert sum(limits) / 2 == pytest.approx(fit.estimate)
    return (limits[1] - limits[0]) / 2


@pytest.mark.parametrize("method", ["REML", "DL", "PM"])
@pytest.mark.parametrize("test", ["z", "t", "knha", "adhoc"])
def test_each_named_interval_is_made_of_its_standard_error_and_degrees_of_freedom(
    method: str, test: str
) -> None:
    fit = random_effects(BCG_Y, BCG_V, method=method, test=test)
    assert fit.tau2 is not None
    wald = random_effects(BCG_Y, BCG_V, method=method, test="z").se
    knha = random_effects(BCG_Y, BCG_V, method=method, test="knha").se
    want = {
        "V": t.ppf(0.975, 12) * np.hypot(wald, np.sqrt(fit.tau2)),
        "HTS": t.ppf(0.975, 11) * np.hypot(wald, np.sqrt(fit.tau2)),
        "HK": t.ppf(0.975, 12) * np.hypot(knha, np.sqrt(fit.tau2)),
        "HK-PR": t.ppf(0.975, 11) * np.hypot(knha, np.sqrt(fit.tau2)),
        "z": norm.ppf(0.975) * np.hypot(wald, np.sqrt(fit.tau2)),
    }
    assert set(PREDICTION_INTERVALS) == {*want, "KR", "KR-PR"}
    for name, width in want.items():
        assert half_width(fit, name) == pytest.approx(width, rel=1e-12), name


@pytest.mark.parametrize(("test", "name"), [("knha", "HK"), ("t", "V"), ("z", "z")])
def test_the_default_is_the_named_interval_of_the_fits_own_test(test: str, name: str) -> None:
    fit = random_effects(BCG_Y, BCG_V, test=test)
    named, own = fit.predict(interval=name), fit.predict()
    assert named.prediction_interval == pytest.approx(own.prediction_interval, rel=1e-12)
    assert own.prediction_interval == pytest.approx(fit.prediction_interval, rel=1e-12)
    assert named.prediction_df == own.prediction_df
    assert (named.interval, own.interval) == (name, None)


def test_kenward_roger_is_that_of_the_model_for_dependent_effects() -> None:
    fit = random_effects(BCG_Y, BCG_V)
    model = multilevel_model(BCG_Y, BCG_V, random="~ 1 | trial", data={"trial": list(range(13))})
    theirs = kenward_roger(model)
    assert fit.tau2 is not None
    df, se = float(theirs.df[0]), float(theirs.se[0])
    found = fit.predict(interval="KR")
    assert found.prediction_df == pytest.approx(df, rel=1e-6)
    assert half_width(fit, "KR") == pytest.approx(
        t.ppf(0.975, df) * np.hypot(se, np.sqrt(fit.tau2)), rel=1e-6
    )
    assert fit.predict(interval="KR-PR").prediction_df == pytest.approx(df - 1.0, rel=1e-6)


def test_too_few_studies_for_a_named_interval_are_told_from_a_wrong_name() -> None:
    pair = random_effects(BCG_Y[:2], BCG_V[:2])
    assert pair.predict(interval="V").prediction_interval is not None
    with pytest.raises(TooFewStudies, match='"HTS" has 0 degrees of freedom with 2 studies'):
        pair.predict(interval="HTS")
    with pytest.raises(UserError, match="interval must be one of V, HTS"):
        pair.predict(interval="Higgins")
    with pytest.raises(UserError, match="not both"):
        pair.predict(interval="V", prediction_df=1)
    with pytest.raises(UserError, match="is for method REML"):
        random_effects(BCG_Y, BCG_V, method="DL").predict(interval="KR")


def test_a_model_without_a_spread_has_no_interval_of_any_name() -> None:
    for fit in (
        random_effects(BCG_Y, BCG_V, method="EE", test="z"),
        random_effects(BCG_Y[:1], BCG_V[:1]),
    ):
        found = fit.predict(interval="V")
        assert found.prediction_interval is None
        assert found.prediction_df is None
