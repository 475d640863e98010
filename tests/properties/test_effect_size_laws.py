"""What must hold of any effect size: direction, units, and one truth told in several ways."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from whatworks.synthesis import (
    EffectSizes,
    arcsine_risk_difference,
    average_sd_difference,
    biserial_correlation,
    correlation_effect,
    cv_ratio,
    d_from_counts,
    d_from_log_odds_ratio,
    d_from_r,
    effect_from_report,
    gain_in_average_sd,
    gain_in_gain_sd,
    gain_in_pre_sd,
    hedges_g,
    log_odds_ratio_from_d,
    log_response_ratio,
    marginal_odds_ratio,
    mean_difference,
    moments_from_quantiles,
    odds_ratio,
    paired_odds_ratio,
    peto_odds_ratio,
    phi_coefficient,
    point_biserial_correlation,
    probability_of_superiority,
    probit_risk_difference,
    proportion_effect,
    proportion_from_effect,
    proportion_from_freeman_tukey,
    r_from_d,
    rate_difference,
    rate_ratio,
    risk_difference,
    risk_ratio,
    root_rate_difference,
    standardised_mean_change,
    tetrachoric_correlation,
    variability_ratio,
    yule_q,
    yule_y,
)

Run = Callable[..., EffectSizes]

sizes = st.integers(3, 400)
means = st.floats(0.5, 50.0)
sds = st.floats(0.2, 20.0)
groups = st.tuples(means, sds, sizes, means, sds, sizes)
correlations = st.floats(-0.95, 0.95)
cells = st.integers(0, 300)


@st.composite
def tables(draw: st.DrawFn) -> tuple[int, int, int, int]:
    """Events and sizes of two groups."""
    n1, n2 = draw(sizes), draw(sizes)
    return draw(st.integers(0, n1)), n1, draw(st.integers(0, n2)), n2


def _same(a: EffectSizes, b: EffectSizes, *, sign: float = 1.0) -> None:
    # As far as rounding moves them: a difference of like means has few digits.
    assert np.asarray(a.yi) == pytest.approx(sign * np.asarray(b.yi), rel=1e-9, abs=1e-10)
    assert np.asarray(a.vi) == pytest.approx(np.asarray(b.vi), rel=1e-9)


TWO_BY_TWO: list[Run] = [
    risk_ratio,
    odds_ratio,
    risk_difference,
    arcsine_risk_difference,
    peto_odds_ratio,
    d_from_counts,
    probit_risk_difference,
]


@pytest.mark.parametrize("run", TWO_BY_TWO)
@given(table=tables())
def test_swapping_two_groups_of_counts_turns_the_sign(
    run: Run, table: tuple[int, int, int, int]
) -> None:
    e1, n1, e2, n2 = table
    _same(run(e1, n1, e2, n2), run(e2, n2, e1, n1), sign=-1.0)


@pytest.mark.parametrize("run", [run for run in TWO_BY_TWO if run is not risk_ratio])
@given(table=tables())
def test_counting_the_others_turns_the_sign(run: Run, table: tuple[int, int, int, int]) -> None:
    e1, n1, e2, n2 = table
    _same(run(e1, n1, e2, n2), run(n1 - e1, n1, n2 - e2, n2), sign=-1.0)


@given(table=tables())
def test_a_ratio_of_risks_is_nearer_to_one_than_one_of_odds(
    table: tuple[int, int, int, int],
) -> None:
    ratio, odds = risk_ratio(*table), odds_ratio(*table)
    assert abs(float(ratio.yi)) <= abs(float(odds.yi)) + 1e-12
    assert float(ratio.yi) * float(odds.yi) >= -1e-24
    assert float(ratio.vi) <= float(odds.vi)


@given(table=tables(), add=st.floats(0.1, 2.0))
def test_nothing_is_added_where_no_cell_is_empty(
    table: tuple[int, int, int, int], add: float
) -> None:
    e1, n1, e2, n2 = table
    assume(0 < e1 < n1 and 0 < e2 < n2)
    _same(odds_ratio(*table, add=add), odds_ratio(*table, to="none"))
    _same(odds_ratio(*table, add=add, to="if0all"), odds_ratio(*table, to="none"))


@pytest.mark.parametrize("run", [phi_coefficient, yule_q, yule_y, tetrachoric_correlation])
@given(table=st.tuples(cells, cells, cells, cells))
def test_association_does_not_know_rows_from_columns(
    run: Run, table: tuple[int, int, int, int]
) -> None:
    a, b, c, d = table
    found = run(a, b, c, d)
    assume(not np.isnan(found.vi))
    _same(found, run(a, c, b, d))
    _same(found, run(d, c, b, a))
    _same(found, run(b, a, d, c), sign=-1.0)
    assert abs(float(found.yi)) <= 1.0
    assert float(found.vi) >= -1e-15


@given(table=st.tuples(*[st.integers(1, 300)] * 4))
def test_coefficients_of_association_stand_in_order(table: tuple[int, int, int, int]) -> None:
    # Q lies beyond Y, and the tetrachoric correlation beyond phi.
    q, y = abs(float(yule_q(*table).yi)), abs(float(yule_y(*table).yi))
    phi, r = abs(float(phi_coefficient(*table).yi)), abs(float(tetrachoric_correlation(*table).yi))
    assert q >= y - 1e-12
    assert r >= phi - 1e-9


@given(both=cells, first=cells, second=cells, neither=cells)
def test_swapping_the_times_turns_a_paired_odds_ratio(
    both: int, first: int, second: int, neither: int
) -> None:
    for kind in ("marginal", "conditional", "peto"):
        found = paired_odds_ratio(both, first, second, neither, kind=kind)
        assume(not np.isnan(found.yi))
        _same(found, paired_odds_ratio(both, second, first, neither, kind=kind), sign=-1.0)


@given(table=tables())
def test_uncorrelated_times_are_two_groups(table: tuple[int, int, int, int]) -> None:
    e1, n1, e2, _ = table
    assume(e2 <= n1)
    _same(marginal_odds_ratio(e1, e2, n1, r=0.0), odds_ratio(e1, n1, e2, n1))


STANDARDISED: list[Run] = [hedges_g, average_sd_difference]
TWO_MEANS: list[Run] = [*STANDARDISED, mean_difference, log_response_ratio, cv_ratio]


@pytest.mark.parametrize("run", TWO_MEANS)
@given(group=groups)
def test_swapping_two_groups_of_means_turns_the_sign(
    run: Run, group: tuple[float, float, int, float, float, int]
) -> None:
    _same(run(*group), run(*group[3:], *group[:3]), sign=-1.0)


@pytest.mark.parametrize("run", [*STANDARDISED, log_response_ratio, cv_ratio])
@given(group=groups, unit=st.floats(1e-3, 1e3))
def test_effects_without_a_unit_do_not_move_with_it(
    run: Run, group: tuple[float, float, int, float, float, int], unit: float
) -> None:
    m1, s1, n1, m2, s2, n2 = group
    _same(run(*group), run(unit * m1, unit * s1, n1, unit * m2, unit * s2, n2))


@given(group=groups, unit=st.floats(1e-3, 1e3))
def test_a_difference_of_means_moves_with_its_unit(
    group: tuple[float, float, int, float, float, int], unit: float
) -> None:
    m1, s1, n1, m2, s2, n2 = group
    found = mean_difference(*group)
    scaled = mean_difference(unit * m1, unit * s1, n1, unit * m2, unit * s2, n2)
    assert float(scaled.yi) == pytest.approx(unit * float(found.yi), rel=1e-9, abs=1e-9 * unit)
    assert float(scaled.vi) == pytest.approx(unit**2 * float(found.vi), rel=1e-9)


@pytest.mark.parametrize("run", [*STANDARDISED, mean_difference])
@given(group=groups, shift=st.floats(-50.0, 50.0))
def test_adding_points_to_everybody_changes_nothing(
    run: Run, group: tuple[float, float, int, float, float, int], shift: float
) -> None:
    m1, s1, n1, m2, s2, n2 = group
    _same(run(*group), run(m1 + shift, s1, n1, m2 + shift, s2, n2))


@given(group=groups)
def test_swapping_groups_turns_the_ratio_of_their_spreads(
    group: tuple[float, float, int, float, float, int],
) -> None:
    _, s1, n1, _, s2, n2 = group
    _same(variability_ratio(s1, n1, s2, n2), variability_ratio(s2, n2, s1, n1), sign=-1.0)


@given(group=groups)
def test_chances_of_superiority_of_the_two_groups_make_one(
    group: tuple[float, float, int, float, float, int],
) -> None:
    one = probability_of_superiority(*group)
    other = probability_of_superiority(*group[3:], *group[:3])
    assert float(one.yi) + float(other.yi) == pytest.approx(1.0)
    assert float(one.vi) == pytest.approx(float(other.vi), rel=1e-9)


@pytest.mark.parametrize("run", [point_biserial_correlation, biserial_correlation])
@given(d=st.floats(-3.0, 3.0), n1=sizes, n2=sizes)
def test_swapping_the_groups_turns_their_correlation_with_a_score(
    run: Run, d: float, n1: int, n2: int
) -> None:
    _same(run(d, n1, n2), run(-d, n2, n1), sign=-1.0)


@given(r=correlations, n=st.integers(5, 2000))
def test_turning_a_scale_turns_its_correlation(r: float, n: int) -> None:
    for scale in ("r", "unbiased", "fisher_z"):
        _same(
            correlation_effect(r, n, scale=scale), correlation_effect(-r, n, scale=scale), sign=-1
        )
    raw, corrected = (correlation_effect(r, n, scale=s).yi for s in ("r", "unbiased"))
    # The raw correlation is too near to 0.
    assert abs(float(raw)) <= abs(float(corrected)) <= 1.0 + 1e-12


@given(r=correlations, n=st.integers(4, 1000), share=st.floats(0.05, 0.95))
def test_a_correlation_and_a_difference_go_both_ways(r: float, n: int, share: float) -> None:
    d = d_from_r(r, n, share1=share)
    back = r_from_d(d.yi, d.vi, share1=share)
    assert float(back.yi) == pytest.approx(r, rel=1e-9, abs=1e-12)
    assert float(back.vi) == pytest.approx((1 - r**2) ** 2 / (n - 1), rel=1e-9)


@given(y=st.floats(-5.0, 5.0), v=st.floats(1e-4, 10.0))
def test_a_log_odds_ratio_and_a_difference_go_both_ways(y: float, v: float) -> None:
    for distribution in ("logistic", "normal"):
        d = d_from_log_odds_ratio(y, v, distribution=distribution)
        back = log_odds_ratio_from_d(d.yi, d.vi, distribution=distribution)
        _same(back, EffectSizes(np.asarray(y), np.asarray(v)))


@given(n=st.integers(2, 500), data=st.data())
def test_proportions_come_back_and_mirror(n: int, data: st.DataObject) -> None:
    x = data.draw(st.integers(1, n - 1))
    for scale in ("logit", "probit", "arcsine"):
        found = proportion_effect([x, n - x], n, scale=scale)
        assert proportion_from_effect(found.yi, scale=scale) == pytest.approx([x / n, 1 - x / n])
        assert found.vi[0] == pytest.approx(found.vi[1])
    angle = proportion_effect(x, n, scale="freeman_tukey")
    assert float(proportion_from_freeman_tukey(angle.yi, n)) == pytest.approx(x / n, abs=1e-9)


@pytest.mark.parametrize("run", [rate_ratio, rate_difference, root_rate_difference])
@given(x1=cells, t1=st.floats(0.5, 500.0), x2=cells, t2=st.floats(0.5, 500.0))
def test_swapping_two_groups_of_events_turns_the_sign(
    run: Run, x1: int, t1: float, x2: int, t2: float
) -> None:
    _same(run(x1, t1, x2, t2), run(x2, t2, x1, t1), sign=-1.0)


@given(x1=cells, t1=st.floats(0.5, 500.0), x2=cells, t2=st.floats(0.5, 500.0))
def test_a_ratio_of_rates_does_not_know_days_from_years(
    x1: int, t1: float, x2: int, t2: float
) -> None:
    _same(rate_ratio(x1, t1, x2, t2), rate_ratio(x1, 365.25 * t1, x2, 365.25 * t2))


@given(group=st.tuples(means, sds, means, sds, sizes), r=correlations)
def test_swapping_the_times_turns_a_change(
    group: tuple[float, float, float, float, int], r: float
) -> None:
    m2, s2, m1, s1, n = group
    for equal in (False, True):
        forth = gain_in_average_sd(m2, s2, m1, s1, n, r=r, equal_variances=equal)
        back = gain_in_average_sd(m1, s1, m2, s2, n, r=r, equal_variances=equal)
        _same(forth, back, sign=-1.0)


@given(group=st.tuples(means, sds, means, sds, sizes), r=correlations, unit=st.floats(0.01, 100))
def test_standardised_changes_do_not_move_with_the_unit(
    group: tuple[float, float, float, float, int], r: float, unit: float
) -> None:
    m2, s2, m1, s1, n = group
    for standardiser in ("pre", "change", "average"):
        options: dict[str, Any] = {"r": r, "standardiser": standardiser}
        found = standardised_mean_change(*group, **options)
        scaled = standardised_mean_change(unit * m2, unit * s2, unit * m1, unit * s1, n, **options)
        _same(found, scaled)


@given(gain=st.floats(-5.0, 5.0), sd=sds, n=sizes)
def test_gains_standardise_alike_where_half_of_the_spread_stays(
    gain: float, sd: float, n: int
) -> None:
    # r = 1/2 and equal spreads: the gains are as spread as the tests.
    _same(gain_in_gain_sd(gain, sd, n), gain_in_pre_sd(gain, 0.0, sd, n, r=0.5))


@given(
    n=st.integers(5, 500),
    numbers=st.lists(st.floats(-50.0, 50.0), min_size=5, max_size=5),
    shift=st.floats(-20.0, 20.0),
    unit=st.floats(0.1, 10.0),
)
def test_estimated_moments_move_with_the_scale(
    n: int, numbers: list[float], shift: float, unit: float
) -> None:
    names = ("minimum", "q1", "median", "q3", "maximum")
    ordered = sorted(numbers)
    found = moments_from_quantiles(n, **dict(zip(names, ordered, strict=True)))
    # Turned round, so that the order of the quantiles turns as well.
    moved = [shift - unit * x for x in reversed(ordered)]
    turned = moments_from_quantiles(n, **dict(zip(names, moved, strict=True)))
    assert float(turned.mean) == pytest.approx(shift - unit * float(found.mean), abs=1e-9)
    assert float(turned.sd) == pytest.approx(unit * float(found.sd), rel=1e-9, abs=1e-12)


@given(y=st.floats(-4.0, 4.0), v=st.floats(1e-4, 4.0), level=st.floats(0.5, 0.999))
def test_a_normal_interval_gives_back_its_variance(y: float, v: float, level: float) -> None:
    low, high = EffectSizes(np.asarray(y), np.asarray(v)).ci(level=level)
    _same(
        effect_from_report(
            np.exp(y), lower=np.exp(low), upper=np.exp(high), level=level, scale="log"
        ),
        EffectSizes(np.asarray(y), np.asarray(v)),
    )


@given(rows=st.lists(tables(), min_size=2, max_size=6), gap=st.integers(0, 5))
def test_a_gap_in_one_study_leaves_the_others_as_they_were(
    rows: list[tuple[int, int, int, int]], gap: int
) -> None:
    e1, n1, e2, n2 = (list(column) for column in zip(*rows, strict=True))
    at = gap % len(rows)
    whole = risk_ratio(e1, n1, e2, n2)
    holed = risk_ratio([None if i == at else e for i, e in enumerate(e1)], n1, e2, n2)
    kept = np.arange(len(rows)) != at
    assert np.isnan(holed.yi[at])
    assert holed.yi[kept].tolist() == whole.yi[kept].tolist()
    assert holed.vi[kept].tolist() == whole.vi[kept].tolist()
