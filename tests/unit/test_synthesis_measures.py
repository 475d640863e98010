"""Effect sizes from what papers report: worked examples, gaps, and what cannot be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from whatworks.errors import UserError
from whatworks.synthesis import (
    EffectSizes,
    PossibleMisuse,
    average_sd_difference,
    binomial_effect_size,
    chance_of_superiority,
    cohens_u3,
    correlation_effect,
    cv_ratio,
    d_from_chi2,
    d_from_log_odds_ratio,
    d_from_r,
    difference_between_groups,
    difference_in_gains,
    effect_from_report,
    explained_variance,
    g_from_beta,
    g_from_coefficient,
    g_from_f,
    g_from_point_biserial,
    g_from_t,
    gain_in_gain_sd,
    gain_in_one_sd,
    gain_in_pre_sd,
    glass_delta,
    hedges_g,
    log_cv,
    log_odds_ratio_from_d,
    log_response_ratio,
    log_sd,
    marginal_odds_ratio,
    mean_change,
    mean_difference,
    mean_effect,
    moments_from_quantiles,
    odds_ratio,
    overlap,
    paired_odds_ratio,
    paired_risk_difference,
    partial_correlation,
    partial_r_from_t,
    phi_coefficient,
    point_biserial_correlation,
    probability_of_superiority,
    proportion_effect,
    proportion_from_effect,
    proportion_from_freeman_tukey,
    r_from_p,
    r_from_t,
    rate_effect,
    rate_ratio,
    reliability_effect,
    reported_superiority,
    risk_difference,
    risk_ratio,
    sd_from_se,
    semipartial_correlation,
    semipartial_r_from_t,
    standardised_mean_change,
    tetrachoric_correlation,
    variability_ratio,
)


def test_ratios_of_a_small_table() -> None:
    # 10 of 50 against 20 of 50: RR 1/2, OR (10 30)/(40 20) = 3/8.
    ratio, odds = risk_ratio(10, 50, 20, 50), odds_ratio(10, 50, 20, 50)
    assert float(ratio.yi) == pytest.approx(np.log(0.5))
    assert float(ratio.vi) == pytest.approx(1 / 10 - 1 / 50 + 1 / 20 - 1 / 50)
    assert float(odds.yi) == pytest.approx(np.log(3 / 8))
    assert float(odds.vi) == pytest.approx(1 / 10 + 1 / 40 + 1 / 20 + 1 / 30)


def test_zeros_are_added_to_where_asked() -> None:
    events = ([0, 10], [20, 50], [3, 20], [20, 50])
    only0, every = risk_ratio(*events), risk_ratio(*events, to="all")
    ours = np.log(0.5 / 21) - np.log(3.5 / 21)
    assert only0.yi == pytest.approx([ours, np.log(0.5)])
    assert every.yi == pytest.approx([ours, np.log(10.5 / 51) - np.log(20.5 / 51)])
    assert risk_ratio(*events, to="if0all").yi == pytest.approx(every.yi)
    assert np.isnan(risk_ratio(*events, to="none").vi).tolist() == [True, False]


def test_studies_without_events_can_be_left_out() -> None:
    kept = odds_ratio([0, 0, 5], [10, 10, 5], [0, 2, 8], [10, 10, 8])
    dropped = odds_ratio([0, 0, 5], [10, 10, 5], [0, 2, 8], [10, 10, 8], drop00=True)
    assert np.isfinite(kept.yi).all()
    assert np.isnan(dropped.yi).tolist() == [True, False, True]


def test_missing_values_go_through_row_by_row() -> None:
    found = hedges_g([1.0, None, 2.0], [1.0, 1.0, None], [10, 10, 10], 0.0, 1.0, 12)
    assert np.isnan(found.yi).tolist() == [False, True, True]
    alone = hedges_g(1.0, 1.0, 10, 0.0, 1.0, 12)
    assert found.vi[0] == float(alone.vi)
    counts = risk_difference([3, np.nan], [10, 10], [1, 1], [10, 10])
    assert np.isnan(counts.yi).tolist() == [False, True]


REFUSED: list[tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any], str]] = [
    (risk_ratio, ([1, -2], 10, 1, 10), {}, r"events1, position 2: found -2.0. A count is 0"),
    (risk_ratio, (1, 10, [1, 12], 10), {}, r"events2, position 2: found 12.0. It is at most n2"),
    (risk_ratio, (0, 0, 1, 10), {}, r"n1, position 1: found 0.0. A group has somebody"),
    (risk_ratio, ([1, 2], [9, 9, 9], 1, 9), {}, r"differ in length: events1 2, n1 3"),
    (odds_ratio, (1, 9, 1, 9), {"to": "some"}, r"to must be one of only0"),
    (risk_difference, (1, 9, 1, 9), {"variance": "LS2"}, r"variance must be one of LS, UB, AV"),
    (phi_coefficient, (1, 2, 3, "many"), {}, r"d, position 1: found 'many'. Give a number"),
    (phi_coefficient, (1, 2, 3, True), {}, r"d, position 1: found True. Give a number"),
    (mean_difference, (1, 0.0, 9, 0, 1, 9), {}, r"sd1, position 1: found 0.0. A standard dev"),
    (mean_difference, (1, 1, 9, 0, 1, 1), {}, r"n2, position 1: found 1.0. A group has at least 2"),
    (mean_difference, (np.inf, 1, 9, 0, 1, 9), {}, r"mean1, position 1: found inf. Give a finite"),
    (correlation_effect, ([0.1, 1.3], 20), {}, r"r, position 2: found 1.3. A correlation lies"),
    (correlation_effect, (0.1, 20), {"scale": "z"}, r"scale must be one of r, unbiased"),
    (partial_correlation, (0.1, 5, 4), {}, r"n, position 1: found 5.0. A regression needs more"),
    (partial_correlation, (0.1, 50, 0), {}, r"predictors, position 1: found 0.0"),
    (semipartial_correlation, (0.1, 50, 1.2), {}, r"r_squared, position 1: found 1.2"),
    (proportion_effect, (5, 4), {}, r"events, position 1: found 5.0. It is at most n"),
    (proportion_effect, (3, 4), {"scale": "arcsine", "variance": "UB"}, r"one of LS"),
    (rate_effect, (5, 0), {}, r"time, position 1: found 0.0. Time at risk is above 0"),
    (reliability_effect, (1.0, 5, 20), {}, r"alpha, position 1: found 1.0"),
    (reliability_effect, (0.8, 1, 20), {}, r"items, position 1: found 1.0"),
    (gain_in_pre_sd, (1, 0, 1, 20), {"r": 1.1}, r"r, position 1: found 1.1"),
    (
        standardised_mean_change,
        (1, 1, 0, 1, 20),
        {"r": 0.5, "standardiser": "post"},
        "standardiser",
    ),
    (g_from_f, (-1.0, 20, 20), {}, r"f, position 1: found -1.0. F is 0 or more"),
    (g_from_f, (1.0, 20, 20), {"sign": 0}, r"sign, position 1: found 0.0. Give 1 or -1"),
    (g_from_coefficient, (30.0, 5, 20, 20), {}, r"b, position 1: found 30.0. It is larger"),
    (d_from_chi2, (101, 100), {}, r"chi2, position 1: found 101.0"),
    (d_from_r, (1.0, 10), {}, r"r, position 1: found 1.0. No difference"),
    (r_from_p, (0.0, 10), {}, r"signed_p, position 1: found 0.0"),
    (d_from_log_odds_ratio, (0.5, -1.0), {}, r"variance, position 1: found -1.0"),
    (reported_superiority, (1.2, 9, 9), {}, r"auc, position 1: found 1.2"),
    (glass_delta, (1, 9, 0, 1, 9), {"sd1": 2.0, "variance": "UB"}, r"variance must be one of LS"),
    (
        moments_from_quantiles,
        (20,),
        {"minimum": 3, "median": 2, "maximum": 9},
        r"median, position 1: found 2.0. It is at least minimum",
    ),
    (effect_from_report, (0.5,), {"lower": 0.9, "upper": 0.3}, r"upper, position 1: found 0.3"),
    (effect_from_report, (-0.5,), {"z": 2.0, "scale": "log"}, r"estimate, position 1: found -0.5"),
    (effect_from_report, (0.5,), {"p": 0.0}, r"p, position 1: found 0.0. A p value lies in"),
    (effect_from_report, (0.5,), {"z": 1.0, "level": 95}, r"level, position 1: found 95.0"),
]


@pytest.mark.parametrize(("run", "arguments", "options", "message"), REFUSED)
def test_what_no_study_can_report_is_refused_by_name_and_place(
    run: Callable[..., Any], arguments: tuple[Any, ...], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        run(*arguments, **options)


def test_all_positions_that_are_wrong_are_counted() -> None:
    with pytest.raises(UserError, match=r"\(2 more positions are like it\)"):
        risk_ratio([-1, -1, 2, -1], 10, 1, 10)


def test_groups_of_different_size_differ_in_effects_only_if_given_so() -> None:
    three = EffectSizes(np.zeros(3), np.ones(3))
    with pytest.raises(UserError, match="first group has 3 effects and the second 2"):
        difference_between_groups(three, EffectSizes(np.zeros(2), np.ones(2)))
    both = difference_between_groups(three, EffectSizes(np.ones(3), np.ones(3)))
    assert both.yi.tolist() == [-1.0] * 3
    assert both.vi.tolist() == [2.0] * 3


def test_limits_are_the_estimate_and_two_standard_errors() -> None:
    found = EffectSizes(np.array([1.0, 2.0]), np.array([0.25, 1.0]))
    assert found.sei.tolist() == [0.5, 1.0]
    assert found.ci(level=0.95)[0] == pytest.approx([1 - 0.979982, 1 + 0.979982], abs=1e-6)


def test_tetrachoric_correlation_of_a_table_cut_at_the_medians() -> None:
    # Sheppard: P(both above) = 1/4 + asin(r)/(2 pi); 3/8 is r = sin(pi/4).
    found = tetrachoric_correlation(30, 10, 10, 30)
    assert float(found.yi) == pytest.approx(np.sqrt(0.5), rel=1e-13)
    flipped = tetrachoric_correlation(10, 30, 30, 10)
    assert float(flipped.yi) == -float(found.yi)
    assert float(flipped.vi) == pytest.approx(float(found.vi), rel=1e-12)


def test_tetrachoric_variance_is_that_of_simulated_tables() -> None:
    rng = np.random.default_rng(5)
    n, r = 300, 0.5
    x = rng.normal(size=(4000, n))
    y = r * x + np.sqrt(1 - r**2) * rng.normal(size=x.shape)
    high, up = x > 0.3, y > -0.4
    cells = [(a & b).sum(axis=1) for a, b in ((high, up), (high, ~up), (~high, up), (~high, ~up))]
    found = tetrachoric_correlation(*cells)
    # A simulated variance has a standard error of sqrt(2/4000) = 2.2 %.
    assert found.yi.var() == pytest.approx(float(np.median(found.vi)), rel=0.08)


def test_an_empty_cell_has_no_tetrachoric_correlation() -> None:
    assert np.isnan(float(tetrachoric_correlation(30, 0, 10, 30).yi))


@pytest.mark.parametrize("sampling", ["cross-sectional", "stratified"])
def test_variance_of_phi_holds_in_simulated_tables(sampling: str) -> None:
    rng = np.random.default_rng(3)
    tables = 20_000
    if sampling == "stratified":
        a, c = rng.binomial(120, 0.55, tables), rng.binomial(80, 0.3, tables)
        cells = (a, 120 - a, c, 80 - c)
    else:
        shares = [0.33, 0.27, 0.12, 0.28]
        cells = tuple(rng.multinomial(200, shares, tables).T)
    found = phi_coefficient(*cells, sampling=sampling)
    assert found.yi.var() == pytest.approx(float(found.vi.mean()), rel=0.05)


def test_paired_tables_are_read_by_who_changed() -> None:
    # 15 of 100 had the event the first time only, 5 the second only.
    difference = paired_risk_difference(30, 15, 5, 50)
    assert float(difference.yi) == pytest.approx(0.1)
    assert float(paired_odds_ratio(30, 15, 5, 50, kind="conditional").yi) == pytest.approx(
        np.log(3)
    )


def test_marginal_odds_ratios_agree_with_the_paired_table() -> None:
    a, b, c, d = 30.0, 15.0, 5.0, 50.0
    paired = paired_odds_ratio(a, b, c, d)
    phi = float(phi_coefficient(a, b, c, d).yi)
    marginal = marginal_odds_ratio(a + b, a + c, 100, r=phi)
    assert float(marginal.yi) == pytest.approx(float(paired.yi))
    assert float(marginal.vi) == pytest.approx(float(paired.vi))


def test_second_order_corrections_take_the_bias_away() -> None:
    rng = np.random.default_rng(2)
    n1, n2, trials = 8, 6, 200_000
    x = rng.normal(10.0, 3.0, size=(trials, n1))
    y = rng.normal(8.0, 2.0, size=(trials, n2))
    groups = (x.mean(axis=1), x.std(axis=1, ddof=1), n1, y.mean(axis=1), y.std(axis=1, ddof=1), n2)
    # The standard errors of these means are below 0.0015.
    ratio = np.log(10 / 8)
    assert log_response_ratio(*groups).yi.mean() == pytest.approx(ratio, abs=0.004)
    spread = np.log(3 / 2)
    assert variability_ratio(*(groups[i] for i in (1, 2, 4, 5))).yi.mean() == pytest.approx(
        spread, abs=0.006
    )
    assert cv_ratio(*groups).yi.mean() == pytest.approx(spread - ratio, abs=0.008)


def test_a_ratio_of_means_of_different_sign_is_missing() -> None:
    found = log_response_ratio([1.0, 1.0], 1.0, 9, [2.0, -2.0], 1.0, 9)
    assert np.isnan(found.yi).tolist() == [False, True]


def test_variances_where_groups_are_alike_agree() -> None:
    # With equal n and sd, the average and the pooled standard deviation are one.
    average = average_sd_difference(1.0, 2.0, 30, 0.0, 2.0, 30)
    pooled = hedges_g(1.0, 2.0, 30, 0.0, 2.0, 30)
    assert float(average.yi) == pytest.approx(float(pooled.yi))
    assert float(average.vi) == pytest.approx(float(pooled.vi) * 30 / 29, rel=1e-3)


def test_glass_delta_of_two_pupils_has_no_expectation() -> None:
    assert np.isnan(float(glass_delta(1.0, 9, 0.0, 1.0, 2).yi))


def test_correlations_go_with_their_tests() -> None:
    t, n = 2.1, 42
    r = float(r_from_t(t, n))
    assert r * np.sqrt((n - 2) / (1 - r**2)) == pytest.approx(t)
    # P(|T| > 2.021075) = 0.05 on 40 degrees of freedom (Student's table).
    assert float(r_from_p(-0.05, n)) == pytest.approx(-float(r_from_t(2.021075390306, n)))
    assert float(r_from_p(1.0, n)) == 0.0


def test_a_lone_predictor_is_a_plain_correlation() -> None:
    assert float(partial_r_from_t(2.1, 42, 1)) == pytest.approx(float(r_from_t(2.1, 42)))
    r = 0.3
    alone = semipartial_r_from_t(float(r / np.sqrt((1 - r**2) / 40)), 42, 1, r**2)
    assert float(alone) == pytest.approx(r)
    # Without other predictors S = 0, and vi = (1 - r^2)^2/n.
    assert float(semipartial_correlation(r, 42, r**2).vi) == pytest.approx((1 - r**2) ** 2 / 42)


@pytest.mark.parametrize("n", [5, 60, 99, 101, 103, 105, 400])
def test_unbiased_correlation_has_no_bias_left(n: int) -> None:
    rng = np.random.default_rng(n)
    true, trials = 0.5, 4000
    x = rng.normal(size=(trials, n))
    y = true * x + np.sqrt(1 - true**2) * rng.normal(size=x.shape)
    x, y = x - x.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)
    r = (x * y).sum(axis=1) / np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
    found = correlation_effect(r, n, scale="unbiased")
    assert found.yi.mean() == pytest.approx(true, abs=4 * found.yi.std() / np.sqrt(trials))


@pytest.mark.parametrize(("n", "series"), [(101.9, 50), (102.1, 50)])
def test_both_ways_to_the_unbiased_correlation_meet(n: float, series: int) -> None:
    # 2F1(1/2, 1/2; c; z) = 1 + z/(4 c) + 9 z^2/(32 c (c + 1)) + ..., here by its first terms.
    r = np.array([0.0, 0.01, 0.4, 0.9])
    c, z = (n - 2) / 2, 1 - r**2
    term = total = np.ones(4)
    for k in range(series):
        term = term * (0.5 + k) ** 2 / ((c + k) * (k + 1)) * z
        total = total + term
    assert correlation_effect(r, n, scale="unbiased").yi == pytest.approx(r * total, rel=1e-13)


def test_fishers_z_needs_four_pupils() -> None:
    found = correlation_effect([0.5, 0.5, 1.0], [3, 4, 20])
    assert np.isnan(found.vi).tolist() == [True, False, True]


@pytest.mark.parametrize("scale", ["logit", "proportion", "log", "probit", "arcsine"])
def test_proportions_come_back_from_their_scale(scale: str) -> None:
    found = proportion_effect([3, 7, 1], [12, 9, 40], scale=scale)
    assert proportion_from_effect(found.yi, scale=scale) == pytest.approx([3 / 12, 7 / 9, 1 / 40])


def test_freeman_tukey_comes_back_to_the_ends() -> None:
    found = proportion_effect([0, 5, 10], 10, scale="freeman_tukey")
    back = proportion_from_freeman_tukey(found.yi, 10)
    assert back == pytest.approx([0.0, 0.5, 1.0], abs=1e-12)
    assert proportion_from_freeman_tukey([0.01, 1.57], 10).tolist() == [0.0, 1.0]
    assert np.isnan(proportion_from_freeman_tukey([np.nan], 10)).all()


def test_rates_are_events_over_time() -> None:
    found = rate_ratio(30, 100.0, 10, 50.0)
    assert float(found.yi) == pytest.approx(np.log(0.3 / 0.2))
    assert float(found.vi) == pytest.approx(1 / 30 + 1 / 10)
    # Half an event in ten years.
    assert float(rate_effect(0, 10.0, scale="rate").yi) == pytest.approx(0.05)
    assert float(rate_effect(0, 10.0, scale="root").yi) == 0.0


def test_changes_agree_where_they_are_the_same() -> None:
    # As variable after as before, and r = 1/2: the change is as variable as the tests.
    numbers = (12.0, 3.0, 10.0, 3.0, 25)
    by_change = standardised_mean_change(*numbers, r=0.5, standardiser="change", corrected=False)
    by_pre = standardised_mean_change(*numbers, r=0.5, corrected=False)
    average = standardised_mean_change(*numbers, r=0.5, standardiser="average", corrected=False)
    assert float(by_change.yi) == pytest.approx(2 / 3)
    assert float(by_pre.yi) == pytest.approx(2 / 3)
    assert float(average.yi) == pytest.approx(2 / 3)
    equal = standardised_mean_change(*numbers, r=0.5, equal_variances=True, corrected=False)
    assert float(equal.vi) == pytest.approx(1 / 25 + (2 / 3) ** 2 / 50)


def test_variance_of_a_gain_in_one_sd_holds_in_simulated_groups() -> None:
    rng = np.random.default_rng(8)
    n, r, trials = 60, 0.6, 20_000
    pre = rng.normal(0.0, 2.0, size=(trials, n))
    post = 1.5 + 1.5 * (r * pre / 2.0 + np.sqrt(1 - r**2) * rng.normal(size=pre.shape))
    found = gain_in_one_sd(
        post.mean(axis=1),
        pre.mean(axis=1),
        pre.std(axis=1, ddof=1),
        post.std(axis=1, ddof=1),
        n,
        r=r,
    )
    assert found.yi.var() == pytest.approx(float(np.median(found.vi)), rel=0.05)


def test_a_mean_change_in_points_has_the_variance_of_a_mean() -> None:
    found = mean_change([2.0, None], 5.0, 25)
    assert found.vi.tolist() == [1.0, 1.0]
    assert np.isnan(found.yi).tolist() == [False, True]


def test_an_unknown_correlation_gives_the_largest_variance() -> None:
    numbers = (12.0, 3.0, 10.0, 3.0, 25, 11.0, 3.0, 10.0, 3.0, 30)
    unknown = difference_in_gains(*numbers)
    known = [difference_in_gains(*numbers, r1=r, r2=r) for r in (-1.0, 0.0, 0.9)]
    assert float(unknown.vi) == pytest.approx(float(known[0].vi))
    assert float(known[0].vi) > float(known[1].vi) > float(known[2].vi)
    assert float(unknown.yi) == pytest.approx(1 / 3)


def test_tests_and_coefficients_lead_to_one_g() -> None:
    n1, n2, t = 30, 40, 2.2
    by_t = g_from_t(t, n1, n2)
    assert float(g_from_f(t**2, n1, n2).yi) == pytest.approx(float(by_t.yi))
    assert float(g_from_f(t**2, n1, n2, sign=-3).yi) == pytest.approx(-float(by_t.yi))
    # Pupils within groups have SD 2: total variance from its parts, then b and beta.
    d = t * np.sqrt(1 / n1 + 1 / n2)
    b, total = 2.0 * d, n1 + n2
    outcome = np.sqrt((4.0 * (total - 2) + b**2 * n1 * n2 / total) / (total - 1))
    assert float(g_from_coefficient(b, outcome, n1, n2).yi) == pytest.approx(float(by_t.yi))
    beta = b * np.sqrt(n1 * n2 / (total * (total - 1))) / outcome
    assert float(g_from_beta(beta, outcome, n1, n2).yi) == pytest.approx(float(by_t.yi))
    r = point_biserial_correlation(d, n1, n2).yi
    # The two differ in N - 2 for N.
    assert float(g_from_point_biserial(r, n1, n2).yi) == pytest.approx(float(by_t.yi), rel=0.02)


def test_standard_errors_become_standard_deviations() -> None:
    assert float(sd_from_se(0.5, 16)) == 2.0
    assert float(sd_from_se(0.5, 17, divisor="n")) == 2.0


def test_chi_squared_gives_d_and_the_variance_that_goes_with_it() -> None:
    found = d_from_chi2([7.9, 0.0], 100, sign=[-1, 1])
    assert found.yi[0] == pytest.approx(-0.585752, abs=1e-6)
    assert found.vi[0] == pytest.approx(0.585752**2 / 7.9, rel=1e-5)
    assert found.vi[1] == pytest.approx(4 / 100)


def test_what_d_means_for_normal_scores() -> None:
    # Cohen (1988), table 2.2.1: d = 0.5 has U3 = 69.1 %; 2 Phi(-1/4) = 0.8026; Phi(0.3536) = 0.638.
    assert float(cohens_u3(0.5)) == pytest.approx(0.691, abs=5e-4)
    assert float(overlap(-0.5)) == pytest.approx(0.8026, abs=5e-5)
    assert float(chance_of_superiority(0.5)) == pytest.approx(0.638, abs=5e-4)
    # r = 0.8/sqrt(4.64).
    assert float(binomial_effect_size(0.8)) == pytest.approx(0.5 + 0.8 / np.sqrt(4.64) / 2)


def test_chances_of_superiority_from_means_and_as_reported_are_near() -> None:
    by_means = probability_of_superiority(0.5, 1.0, 200, 0.0, 1.0, 200)
    reported = reported_superiority(float(by_means.yi), 200, 200)
    assert float(reported.vi) == pytest.approx(float(by_means.vi), rel=0.1)


def test_log_odds_and_d_go_both_ways() -> None:
    d = d_from_log_odds_ratio(1.2, 0.4)
    back = log_odds_ratio_from_d(d.yi, d.vi)
    assert (float(back.yi), float(back.vi)) == pytest.approx((1.2, 0.4))
    assert float(d_from_log_odds_ratio(1.65, 0.4, distribution="normal").yi) == 1.0


def test_one_groups_mean_on_each_scale() -> None:
    assert float(mean_effect(10.0, 2.0, 16).vi) == 0.25
    log = mean_effect([10.0, -1.0], 2.0, 16, scale="log", corrected=False)
    assert log.yi[0] == pytest.approx(np.log(10))
    assert np.isnan(log.yi[1])
    assert float(mean_effect(1.0, 2.0, 16, scale="standardised", corrected=False).yi) == 0.5


def test_log_spreads_of_one_group_make_the_ratio_of_two() -> None:
    one, two = log_cv(10.0, 3.0, 12), log_cv(8.0, 2.0, 9)
    ratio = cv_ratio(10.0, 3.0, 12, 8.0, 2.0, 9)
    assert float(ratio.yi) == pytest.approx(float(one.yi) - float(two.yi))
    assert float(ratio.vi) == pytest.approx(float(one.vi) + float(two.vi))
    assert float(log_sd(3.0, 12).yi) == pytest.approx(np.log(3) + 1 / 22)


def test_alpha_on_its_scales() -> None:
    # Bonett (2002): -ln(1 - 0.8) with 2 m/((m - 1)(n - 2)).
    found = reliability_effect(0.8, 5, 52)
    assert float(found.yi) == pytest.approx(np.log(5))
    assert float(found.vi) == pytest.approx(10 / (4 * 50))
    assert float(reliability_effect(0.8, 5, 52, scale="alpha").vi) == pytest.approx(0.002)
    assert float(reliability_effect(1 - 0.064, 5, 52, scale="cube_root").yi) == pytest.approx(0.6)


def test_explained_variance_is_less_certain_in_the_middle() -> None:
    found = explained_variance([0.01, 0.3, 0.99], 100, 4)
    assert found.vi.argmax() == 1


def test_moments_use_the_most_telling_set_of_a_row() -> None:
    found = moments_from_quantiles(
        [40, 40, 40, 4],
        minimum=[1, 1, None, 1],
        q1=[None, 4, 4, 4],
        median=[6, 6, None, 6],
        q3=[None, 8, 8, 8],
        maximum=[11, 11, None, 11],
    )
    assert found.mean[:2] == pytest.approx([6.0, 6.0])
    # No median, no mean; but the quartiles give a standard deviation.
    assert np.isnan(found.mean).tolist() == [False, False, True, True]
    assert np.isnan(found.sd).tolist() == [False, False, False, True]


def test_one_in_twenty_normal_samples_is_called_skewed() -> None:
    rng = np.random.default_rng(1)
    n, trials = 45, 20_000
    x = np.sort(rng.normal(size=(trials, n)), axis=1)
    found = moments_from_quantiles(
        np.full(trials, n),
        minimum=x[:, 0],
        q1=x[:, 11],
        median=x[:, 22],
        q3=x[:, 33],
        maximum=x[:, 44],
    )
    # The standard error of the share is 0.0015.
    assert found.is_skewed.mean() == pytest.approx(0.05, abs=0.006)
    assert found.mean.mean() == pytest.approx(0.0, abs=0.01)
    assert found.sd.mean() == pytest.approx(1.0, abs=0.01)


def test_a_reported_interval_z_or_p_gives_the_variance() -> None:
    # ln 0.5 with limits a factor 2 away: SE = ln 2/1.96.
    found = effect_from_report(
        [0.5, 0.5, 0.5, 0.5],
        lower=[0.25, None, None, None],
        upper=[1.0, None, None, None],
        z=[9.0, 2.0, None, None],
        p=[None, 0.5, 0.05, None],
        scale="log",
    )
    assert found.yi == pytest.approx(np.log([0.5] * 4))
    assert found.vi[:3] == pytest.approx(
        [(np.log(2) / 1.959964) ** 2, (np.log(2) / 2) ** 2, (np.log(2) / 1.959964) ** 2], rel=1e-6
    )
    assert np.isnan(found.vi[3])


def test_a_narrower_level_means_a_larger_variance() -> None:
    wide = effect_from_report(0.3, lower=0.1, upper=0.5, level=[0.95, 0.68])
    assert wide.vi[1] > wide.vi[0]


def test_an_estimate_off_the_middle_of_its_interval_is_pointed_out() -> None:
    with pytest.warns(PossibleMisuse, match="estimate, position 2"):
        effect_from_report([2.0, 2.0], lower=[1.0, 1.0], upper=[3.0, 8.0])


def test_gains_in_gain_sds_follow_from_a_paired_t() -> None:
    t, n = 2.5, 25
    by_t = gain_in_gain_sd(t / np.sqrt(n), 1.0, n)
    by_means = gain_in_gain_sd(2.0, 4.0, n)
    assert float(by_t.yi) == pytest.approx(float(by_means.yi))
