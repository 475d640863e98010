"""Likelihood-ratio comparison: what it computes, and which pairs of fits it refuses."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from scipy.stats import chi2

from tests.unit.test_synthesis_meta_regression import BCG
from tests.unit.test_synthesis_two_level import BCG_V, BCG_Y
from whatworks.errors import UserError
from whatworks.synthesis import (
    compare,
    meta_regression,
    multilevel_model,
    random_effects,
    sampling_covariance,
)

STUDY = list("aabbbccddddee")


def regression(formula: str | None = None, method: str = "ML", **options: Any) -> Any:
    return meta_regression(BCG_Y, BCG_V, formula, data=BCG, method=method, **options)


def multilevel(random: str, method: str = "REML", **options: Any) -> Any:
    data = {"study": STUDY, "effect": list(range(13)), **BCG}
    return multilevel_model(BCG_Y, BCG_V, random=random, data=data, method=method, **options)


def test_moderators_are_tested_by_twice_the_gain_in_likelihood() -> None:
    full, reduced = regression("~ ablat + year"), regression("~ year")
    found = compare(full, reduced)
    want = 2 * (full.ml_log_likelihood - reduced.ml_log_likelihood)
    assert found.statistic == pytest.approx(want)
    assert (found.df, found.n_parameters, found.restricted) == (1, (4, 3), False)
    assert found.p_value == pytest.approx(chi2.sf(want, 1))
    assert found.boundary_p_value is None
    assert found.full.aic == pytest.approx(2 * 4 - 2 * full.ml_log_likelihood)
    assert found.table()["model"] == ["full", "reduced"]
    json.dumps(found.to_dict(), allow_nan=False)
    assert "Likelihood ratio" in found.summary()


def test_one_mean_is_contained_in_any_formula_with_an_intercept() -> None:
    ratio = compare(regression("~ ablat"), random_effects(BCG_Y, BCG_V, method="ML"))
    assert ratio.statistic == pytest.approx(
        compare(regression("~ ablat"), regression(None)).statistic, rel=1e-9
    )
    by_level = compare(regression("~ 0 + C(year)"), regression("~ year"))
    assert by_level.df == len(set(BCG["year"])) - 2


def test_restricted_likelihoods_compare_random_parts_whatever_the_coding_of_the_fixed_part() -> (
    None
):
    full = multilevel("~ 1 | study/effect", mods="~ ablat")
    reduced = multilevel("~ 1 | effect", mods="~ I(ablat - 33)")
    found = compare(full, reduced)
    assert found.restricted
    assert found.df == 1
    assert found.boundary_p_value == pytest.approx(
        found.p_value / 2 if found.statistic > 0 else 1.0
    )
    assert found.statistic == pytest.approx(
        compare(full, regression("~ ablat", "REML")).statistic, abs=1e-6
    )


def test_a_variance_against_equal_effects_stands_on_its_boundary() -> None:
    full = random_effects(BCG_Y, BCG_V)
    found = compare(full, random_effects(BCG_Y, BCG_V, method="EE", test="z"))
    assert found.restricted
    assert found.boundary_p_value == pytest.approx(chi2.sf(found.statistic, 1) / 2)
    both = compare(regression("~ ablat"), random_effects(BCG_Y, BCG_V, method="EE", test="z"))
    s = both.statistic
    assert both.boundary_p_value == pytest.approx((chi2.sf(s, 1) + chi2.sf(s, 2)) / 2)


def test_several_components_at_their_boundary_are_said() -> None:
    found = compare(
        multilevel("~ 1 | study/effect"), random_effects(BCG_Y, BCG_V, method="EE", test="z")
    )
    assert found.boundary_p_value is None
    assert any("several components" in note for note in found.notes)


def test_a_given_variance_is_no_parameter() -> None:
    found = compare(regression(), regression(fixed_tau2=0.1))
    assert found.n_parameters == (2, 1)


@pytest.mark.parametrize(
    ("full", "reduced", "says"),
    [
        (regression("~ ablat", "REML"), regression("~ year", "REML"), "does not contain year"),
        (regression("~ ablat", "REML"), regression(None, "REML"), "different fixed parts"),
        (regression("~ ablat"), regression("~ year"), "does not contain year"),
        (regression("~ ablat"), regression(None, "REML"), "by ML and REML"),
        (regression("~ ablat", "DL"), regression(None, "DL"), "needs ML for both"),
        (regression("~ year"), regression("~ ablat + year"), "does not contain ablat"),
        (regression("~ year"), regression("~ year"), "larger model first"),
    ],
)
def test_fits_that_cannot_be_compared_are_refused(full: Any, reduced: Any, says: str) -> None:
    with pytest.raises(UserError, match=says):
        compare(full, reduced)


def test_fits_to_other_data_are_refused() -> None:
    full = regression("~ ablat")
    other = np.array(BCG_Y) + 0.1
    with pytest.raises(UserError, match="of other effects"):
        compare(full, random_effects(other, BCG_V, method="ML"))
    with pytest.raises(UserError, match="of other effects"):
        compare(full, random_effects(BCG_Y[:5], BCG_V[:5], method="ML"))
    with pytest.raises(UserError, match="other sampling variances"):
        compare(full, random_effects(BCG_Y, 2.0 * np.array(BCG_V), method="ML"))
    joint = sampling_covariance(BCG_V, cluster=STUDY, rho=0.6)
    data = {"study": STUDY, "effect": list(range(13))}
    model = multilevel_model(BCG_Y, joint, random="~ 1 | study/effect", data=data, method="ML")
    with pytest.raises(UserError, match="other sampling variances or covariances"):
        compare(model, regression(None))
