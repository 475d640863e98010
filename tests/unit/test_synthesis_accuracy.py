"""Accuracy of identification tools, and agreement of raters."""

from __future__ import annotations

import pytest

from whatworks.errors import UserError
from whatworks.synthesis import per_hundred, two_by_two_accuracy


def test_rates_have_wilson_intervals() -> None:
    # R 4.2.2: prop.test(x, n, correct=FALSE)$conf.int for 81 of 263, 15 of 148, 0 of 20.
    found = two_by_two_accuracy(tp=81, fp=133, fn=182, tn=15)
    assert found.sensitivity.ci == pytest.approx((0.255288519878274, 0.366209576982800), rel=1e-12)
    assert found.specificity.ci == pytest.approx((0.0623863995307363, 0.160487241723320), rel=1e-12)
    none = two_by_two_accuracy(tp=0, fp=1, fn=20, tn=9).sensitivity
    assert none.value == 0.0
    assert none.ci == pytest.approx((0.0, 0.161125158052819), rel=1e-12)


def test_likelihood_ratios_have_intervals_on_the_log_scale() -> None:
    # R 4.2.2: exp(log(lr) + c(-1, 1)*qnorm(.975)*sqrt((1 - 431/460)/431 + (1 - 30/146)/30)).
    found = two_by_two_accuracy(tp=431, fp=30, fn=29, tn=116)
    assert found.lr_positive.value == pytest.approx(431 / 460 / (30 / 146), rel=1e-14)
    assert found.lr_positive.ci == pytest.approx((3.31165622115299, 6.27851349698203), rel=1e-12)


def test_a_rate_without_pupils_has_a_reason_and_no_value() -> None:
    found = two_by_two_accuracy(tp=5, fp=0, fn=2, tn=0)
    assert found.specificity.value is None
    assert found.specificity.reason == "There are no pupils without the need."
    assert found.lr_positive.value is None
    with pytest.raises(UserError, match="Specificity has no value: There are no pupils"):
        found.at_prevalence(0.1)


def test_hundred_pupils_at_a_schools_own_prevalence() -> None:
    found = per_hundred(0.8, 0.9, 0.05)
    assert (found.with_need, found.found, found.missed) == pytest.approx((5.0, 4.0, 1.0))
    assert found.false_alarms == pytest.approx(9.5)
    assert found.flagged == pytest.approx(13.5)
    assert found.ppv == pytest.approx(4 / 13.5)
    assert found.npv == pytest.approx(85.5 / 86.5)
    text = per_hundred(0.8, 0.9, 0.1).summary()
    assert "10 have the need, 17 are flagged: 8 rightly, 9 falsely; 2 are missed" in text


def test_a_tool_that_flags_nobody_has_no_predictive_value() -> None:
    found = per_hundred(0.0, 1.0, 0.1)
    assert found.ppv is None
    assert found.npv == pytest.approx(0.9)


def test_percentages_and_broken_counts_are_refused() -> None:
    with pytest.raises(UserError, match="not a percentage"):
        per_hundred(80, 0.9, 0.05)
    with pytest.raises(UserError, match="fn is -1"):
        two_by_two_accuracy(1, 1, -1, 1)
    with pytest.raises(UserError, match="All four counts are 0"):
        two_by_two_accuracy(0, 0, 0, 0)
