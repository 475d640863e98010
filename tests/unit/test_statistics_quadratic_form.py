"""Tails of weighted chi-squared sums against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr
from scipy.stats import chi2

from whatworks.statistics.quadratic_form import quadratic_form_tail


@pytest.mark.parametrize("df", [1, 2, 5, 40])
@pytest.mark.parametrize("share", [0.01, 0.5, 1.0, 2.0, 5.0])
def test_equal_weights_are_a_chi_squared_variable(df: int, share: float) -> None:
    x = 0.3 * share * df
    assert quadratic_form_tail(x, np.full(df, 0.3)) == pytest.approx(
        chi2.sf(share * df, df), rel=1e-11
    )


@pytest.mark.parametrize("ratio", [1.5, 10.0, 1e3, 1e6])
@pytest.mark.parametrize("x", [0.1, 1.0, 6.0, 20.0])
def test_two_pairs_are_a_sum_of_two_exponentials(ratio: float, x: float) -> None:
    # c chi2_2 is exponential with mean 2c; two of them are hypoexponential.
    a, b = 1.0, 1.0 / ratio
    want = (a * np.exp(-x / (2 * a)) - b * np.exp(-x / (2 * b))) / (a - b)
    assert quadratic_form_tail(x, np.array([a, a, b, b])) == pytest.approx(want, rel=1e-12)


def test_three_pairs_are_a_sum_of_three_exponentials() -> None:
    a, x = np.array([2.0, 0.7, 0.1]), 3.3
    rates = 1.0 / (2.0 * a)
    want = sum(
        np.exp(-rates[i] * x) * np.prod([r / (r - rates[i]) for r in np.delete(rates, i)])
        for i in range(3)
    )
    assert quadratic_form_tail(x, np.repeat(a, 2)) == pytest.approx(want, rel=1e-12)


@pytest.mark.parametrize("ratio", [2.0, 50.0, 1e4])
def test_two_single_weights_are_an_integral_over_the_normal(ratio: float) -> None:
    a, b, x = 1.0, 1.0 / ratio, 2.5
    end = np.sqrt(x / b)
    # P(a Z1^2 <= x - b z^2), averaged over z within reach, which is all but a known tail.
    inside = quad(
        lambda z: (2 * ndtr(np.sqrt((x - b * z * z) / a)) - 1) * np.exp(-z * z / 2),
        0.0,
        min(end, 12.0),
        epsabs=1e-13,
        limit=400,
    )[0]
    want = 1.0 - inside * np.sqrt(2.0 / np.pi)
    assert quadratic_form_tail(x, np.array([a, b])) == pytest.approx(want, abs=1e-9)


def test_the_order_and_the_unit_of_weights_do_not_matter() -> None:
    weights = np.array([0.2, 3.0, 1.1, 0.05, 0.9])
    tail = quadratic_form_tail(4.0, weights)
    assert quadratic_form_tail(4.0, weights[::-1]) == pytest.approx(tail, rel=1e-12)
    assert quadratic_form_tail(4e-6, 1e-6 * weights) == pytest.approx(tail, rel=1e-10)
    assert quadratic_form_tail(0.0, weights) == 1.0
    assert quadratic_form_tail(-1.0, weights) == 1.0


@pytest.mark.parametrize("df", [1, 3, 50, 3_000])
@pytest.mark.parametrize("share", [1e-9, 0.01, 0.5, 0.99, 1.0 - 1e-9])
def test_far_tails_keep_their_digits(df: int, share: float) -> None:
    x = float(chi2.ppf(share, df))
    upper, lower = chi2.sf(x, df), chi2.cdf(x, df)
    found = quadratic_form_tail(x, np.ones(df))
    assert found == pytest.approx(upper, rel=1e-11)
    assert 1.0 - found == pytest.approx(lower, rel=1e-11, abs=1e-15)


def test_more_is_rarer_on_both_sides_of_the_mean() -> None:
    for weights in (np.array([1.0, 0.5, 0.2]), np.geomspace(1.0, 1e-5, 12)):
        tails = np.array([quadratic_form_tail(x, weights) for x in np.linspace(0.01, 15.0, 60)])
        assert (np.diff(tails) < 0.0).all()
        assert ((tails > 0.0) & (tails < 1.0)).all()
