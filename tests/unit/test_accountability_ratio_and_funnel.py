"""Standardised ratios and funnels: edges, refusals, and a funnel worked by hand."""

from __future__ import annotations

from math import asin, exp, isnan, sqrt

import numpy as np
import pytest

from whatworks.accountability import expected_events, funnel, standardised_ratio
from whatworks.errors import TooFewStudies, UserError


def test_no_event_has_no_byar_limit_and_an_exact_one_of_zero() -> None:
    found = standardised_ratio(0, 2.0, level=0.95)
    assert isnan(found.byar[0])
    # P(X = 0) = 0.025 at -log(0.025) events.
    assert found.exact == pytest.approx((0.0, 1.8444397270569682), rel=1e-12)
    assert (found.method, found.ci) == ("exact", found.exact)
    # Twice half the probability of nothing.
    assert found.mid_p_value == pytest.approx(exp(-2.0))


def test_byar_takes_over_from_ten_events() -> None:
    assert standardised_ratio(9, 9.0, level=0.95).method == "exact"
    assert standardised_ratio(10, 9.0, level=0.95).method == "byar"


def test_expected_events_are_the_reference_rates_times_the_pupils() -> None:
    assert expected_events([10, 30], [100, 150], [20, 5]) == pytest.approx(3.0)
    with pytest.raises(UserError, match="Stratum 2 has 30 events among 0 reference pupils"):
        expected_events([10, 30], [100, 0], [20, 5])
    with pytest.raises(UserError, match="Stratum 1 has -1 pupils"):
        expected_events([10], [100], [-1])
    with pytest.raises(UserError, match="same strata in the same order"):
        expected_events([10], [100, 2], [1])


@pytest.mark.parametrize(("observed", "expected"), [(-1, 2.0), (1, 0.0), (1, float("nan"))])
def test_ratios_that_cannot_be_are_refused(observed: int, expected: float) -> None:
    with pytest.raises(UserError, match="must be 0 or more, the second above 0"):
        standardised_ratio(observed, expected, level=0.95)


def test_a_funnel_of_proportions_by_hand() -> None:
    found = funnel([10, 20, 30], [100, 100, 100], kind="proportion", trim=0.1)

    assert found.target == pytest.approx(0.2)
    assert found.z[2] == pytest.approx((asin(sqrt(0.3)) - asin(sqrt(0.2))) * 20.0)
    assert found.n_used == 3
    low = np.sin(asin(sqrt(0.2)) - 1.959964 / 20.0) ** 2
    assert found.chance.low_95 == pytest.approx([low] * 3)
    assert found.chance.outside(found.values, limits="95").tolist() == [True, False, True]


def test_settings_that_do_not_differ_have_no_dispersion() -> None:
    found = funnel([10, 20, 40], [50, 100, 200], kind="proportion", trim=0.1)
    assert (found.phi, found.tau2) == (pytest.approx(0.0, abs=1e-20), 0.0)
    assert not found.chance.outside(found.values, limits="95").any()


def test_limits_stay_on_the_scale_for_the_smallest_settings() -> None:
    found = funnel([0, 1, 2, 9], [1, 2, 3, 10], kind="proportion", trim=0.1)
    assert np.all((found.chance.low_998 >= 0.0) & (found.chance.high_998 <= 1.0))
    ratios = funnel([0, 1, 2, 9], [0.4, 2, 3, 10], kind="ratio", trim=0.1)
    assert np.all(ratios.overdispersed.low_998 >= 0.0)
    # Far below, where the root would turn negative, the square must not come back up.
    assert ratios.overdispersed.low_998[0] == 0.0


@pytest.mark.parametrize(
    ("observed", "denominator", "kind", "message"),
    [
        ([1, 5, 2], [4, 4, 4], "proportion", "Setting 2 has a count of 5"),
        ([1, 2, 0], [4, 4, 4], "log ratio", "Setting 3 has a count of 0"),
        ([1, 2, 0], [4, 4, 0], "ratio", "Setting 3 .* denominator of 0"),
        ([1, 2], [4, 4, 4], "ratio", "same length"),
        ([1, 2, 3], [4, 4, 4], "rates", "Supplied value was 'rates'"),
    ],
)
def test_funnels_that_cannot_be_are_refused(
    observed: list[int], denominator: list[int], kind: str, message: str
) -> None:
    with pytest.raises(UserError, match=message):
        funnel(observed, denominator, kind=kind, trim=0.1)  # type: ignore[arg-type]


def test_a_funnel_needs_settings_and_a_trim_that_leaves_some() -> None:
    with pytest.raises(TooFewStudies, match="2 settings"):
        funnel([1, 2], [4, 4], kind="ratio", trim=0.1)
    with pytest.raises(UserError, match=r"trim is 0\.5"):
        funnel([1, 2, 3], [4, 4, 4], kind="ratio", trim=0.5)
    with pytest.raises(TooFewStudies, match="Trim less"):
        funnel([1, 2, 3, 4], [4, 4, 4, 4], kind="log ratio", trim=0.49)
