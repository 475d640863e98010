"""Subgroups: each group's fit, the test between them, and what is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.stats import chi2, f_oneway, ttest_ind

from tests.unit.test_synthesis_two_level import BCG_V, BCG_Y
from whatworks.errors import UserError
from whatworks.synthesis import meta_regression, random_effects, subgroup_analysis

# How the 13 trials assigned people.
ALLOCATION = ["random"] * 4 + ["alternate"] * 2 + ["random"] * 3 + ["systematic"] * 4
Y, V = np.array(BCG_Y), np.array(BCG_V)
LABELS = ("random", "alternate", "systematic")


@pytest.mark.parametrize("method", ["REML", "DL", "EE"])
@pytest.mark.parametrize("test", ["z", "knha"])
def test_groups_with_their_own_tau2_are_fits_of_each_group(method: str, test: str) -> None:
    found = subgroup_analysis(BCG_Y, BCG_V, ALLOCATION, method=method, test=test)
    assert found.labels == LABELS
    for i, label in enumerate(LABELS):
        rows = np.array(ALLOCATION) == label
        one = random_effects(Y[rows], V[rows], method=method, test=test)
        assert (found.estimate[i], found.se[i]) == pytest.approx((one.estimate, one.se))
        assert found.ci[i] == pytest.approx(one.ci)
        assert (found.tau2[i], found.i2[i], found.q[i]) == pytest.approx((one.tau2, one.i2, one.q))
    assert found.overall.estimate == random_effects(Y, V, method=method, test=test).estimate


def test_with_one_variance_the_groups_are_a_regression_on_their_indicators() -> None:
    found = subgroup_analysis(BCG_Y, BCG_V, ALLOCATION, common_tau2=True)
    fit = meta_regression(BCG_Y, BCG_V, "~ alloc", data={"alloc": ALLOCATION})
    assert found.tau2 == pytest.approx(np.full(3, fit.tau2))
    assert found.between == pytest.approx(fit.omnibus, rel=1e-9)
    assert found.r2 == pytest.approx(fit.r2, abs=1e-9)
    assert found.estimate[1] == pytest.approx(fit.coefficients[0], rel=1e-9)
    assert found.se[1] == pytest.approx(fit.se[0], rel=1e-9)


def test_q_between_and_within_add_up_for_equal_effects() -> None:
    found = subgroup_analysis(BCG_Y, BCG_V, ALLOCATION, method="EE", test="z")
    assert found.q.sum() + found.q_between == pytest.approx(found.overall.q, rel=1e-12)
    assert found.between == pytest.approx(
        (found.q_between, 2, None, float(chi2.sf(found.q_between, 2)))
    )


def test_two_groups_of_precise_studies_are_compared_by_welchs_t() -> None:
    # With tau2 far above equal sampling variances the studies are plain observations.
    y = np.array([0.1, 0.9, 0.4, 1.6, 2.0, 1.1, 2.6, 1.9, 1.4])
    group = ["a"] * 4 + ["b"] * 5
    found = subgroup_analysis(y, np.full(9, 1e-12), group)
    t, p = ttest_ind(y[:4], y[4:], equal_var=False)
    assert found.between.statistic == pytest.approx(t**2, rel=1e-6)
    assert found.between.p_value == pytest.approx(p, rel=1e-6)
    common = subgroup_analysis(y, np.full(9, 1e-12), group, common_tau2=True)
    f, p = f_oneway(y[:4], y[4:])
    assert (common.between.statistic, common.between.p_value) == pytest.approx((f, p), rel=1e-6)


@pytest.mark.parametrize("common", [False, True])
def test_a_group_of_one_study_is_shown_and_said(common: bool) -> None:
    y, v = [0.3, 0.1, 0.25, 0.6, 0.4, 0.9], [0.02, 0.01, 0.04, 0.02, 0.03, 0.03]
    found = subgroup_analysis(y, v, [1, 1, 1, 2, 2, 3], common_tau2=common)
    assert found.labels == ("1", "2", "3")
    assert found.k.tolist() == [3, 2, 1]
    assert np.isnan(found.i2[2])
    assert bool(np.isnan(found.tau2[2])) is not common
    assert any("One study in 3" in note for note in found.notes) is not common
    assert "Between groups: F" in found.summary()
    json.dumps(found.to_dict(), allow_nan=False)
    assert {len(column) for column in found.table().values()} == {3}  # type: ignore[arg-type]


def test_equal_effects_in_a_group_do_not_break_the_comparison() -> None:
    y, v = [0.2, 0.2, 0.2, 0.5, 0.9, 0.1], [0.02, 0.03, 0.04, 0.02, 0.03, 0.03]
    found = subgroup_analysis(y, v, list("aaabbb"))
    assert np.isfinite(found.between).all()
    assert any('Use test "adhoc"' in note for note in found.notes)


@pytest.mark.parametrize(
    ("group", "says"),
    [
        (["a"] * 4, "A comparison needs two groups"),
        (["a", None, "b", "b"], "group, position 2: there is no value"),
        (["a", "b"], "one for each of the 4 effects"),
    ],
)
def test_groups_that_cannot_be_compared_are_refused(group: list[str], says: str) -> None:
    with pytest.raises(UserError, match=says):
        subgroup_analysis([0.1, 0.2, 0.3, 0.4], [0.01] * 4, group)
