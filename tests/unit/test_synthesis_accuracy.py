"""Accuracy of identification tools, and agreement of raters."""

from __future__ import annotations

import pytest

from whatworks.errors import TooFewStudies, UserError
from whatworks.statistics.agreement import agreement_of_two, cohen_kappa
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


A = [1, 1, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0]
B = [1, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]


def test_agreement_of_two_raters_is_that_of_irrcac_and_scikit_learn() -> None:
    # irrCAC 0.4.4 (five digits) and sklearn.metrics.cohen_kappa_score 1.9.1 on these ratings.
    found = agreement_of_two(A, B)
    assert found.percent_agreement.value == 0.85
    assert found.cohen_kappa.value == pytest.approx(0.625, abs=1e-12)
    assert found.cohen_kappa.se == pytest.approx(0.20013, abs=5e-6)
    assert found.cohen_kappa.ci == pytest.approx((0.20612, 1.0), abs=5e-6)
    assert found.gwet_ac1.value == pytest.approx(0.75052, abs=5e-6)
    assert found.gwet_ac1.se == pytest.approx(0.14818, abs=5e-6)
    assert found.gwet_ac1.ci == pytest.approx((0.44037, 1.0), abs=5e-6)
    assert found.specific_agreement[1] == pytest.approx(2 * 4 / (6 + 5))


def test_kappa_of_five_ordered_categories_is_that_of_scikit_learn() -> None:
    a = [1, 2, 3, 3, 2, 1, 4, 1, 2, 5, 5, 4, 3, 2, 1]
    b = [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 4, 4, 3, 3, 1]
    assert cohen_kappa(a, b).value == pytest.approx(0.7457627118644068, rel=1e-13)


def test_one_category_throughout_is_not_estimable() -> None:
    found = agreement_of_two(["no"] * 5, ["no"] * 5)
    assert found.percent_agreement.value == 1.0
    assert found.cohen_kappa.value is None
    assert found.gwet_ac1.value is None
    assert "not estimable" in found.summary()
    # With a second category on offer AC1 is defined, and full.
    named = agreement_of_two(["no"] * 5, ["no"] * 5, categories=["yes", "no"])
    assert named.gwet_ac1.value == 1.0
    assert named.specific_agreement["yes"] is None


def test_ratings_that_do_not_pair_are_refused() -> None:
    with pytest.raises(UserError, match="2 ratings and the second 1"):
        agreement_of_two([1, 0], [1])
    with pytest.raises(TooFewStudies):
        agreement_of_two([], [])
    with pytest.raises(UserError, match="second rater, record 2: found 'maybe'"):
        agreement_of_two(["yes", "no"], ["no", "maybe"], categories=["yes", "no"])
