"""Standardised differences, tests before and after, and clusters, against slower ways."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from whatworks.errors import UserError
from whatworks.synthesis import (
    cluster_corrected_g,
    cluster_corrected_g_by_arm,
    cluster_df,
    difference_in_g,
    g_from_p,
    g_from_t,
    hedges_g,
    small_sample_factor,
)


def test_small_sample_factor_has_its_closed_forms() -> None:
    # Gamma at halves: J(2) = 1/sqrt(pi), J(4) = sqrt(2/pi).
    closed = [1 / np.sqrt(np.pi), np.sqrt(2 / np.pi)]
    assert small_sample_factor([2, 4]) == pytest.approx(closed, rel=1e-14)
    assert small_sample_factor(50, exact=False) == pytest.approx(1 - 3 / 199, rel=1e-14)


def test_g_of_a_worked_example() -> None:
    # By hand: pooled SD 5.0249, d = 3/5.0249, J = 1 - 3/391, 1/50 + 1/50 + d^2/200.
    found = hedges_g(103, 5.5, 50, 100, 4.5, 50, exact_j=False)
    assert float(found.yi) == pytest.approx(0.5924, abs=5e-5)
    d = hedges_g(103, 5.5, 50, 100, 4.5, 50, corrected=False)
    assert (float(d.yi), float(d.vi)) == pytest.approx((0.5970, 0.0418), abs=5e-5)


def test_swapping_the_groups_turns_the_sign_and_keeps_the_variance() -> None:
    a = hedges_g(10.0, 2.0, 30, 8.0, 3.0, 25)
    b = hedges_g(8.0, 3.0, 25, 10.0, 2.0, 30)
    assert float(a.yi) == -float(b.yi)
    assert float(a.vi) == float(b.vi)


def test_a_p_value_leads_back_to_the_t_it_came_from() -> None:
    # t = 2.100922 on 18 degrees of freedom has p = 0.05 (Student's table).
    by_p, by_t = g_from_p(-0.05, 10, 10), g_from_t(-2.10092204024104, 10, 10)
    assert float(by_p.yi) == pytest.approx(float(by_t.yi), rel=1e-12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1.0, 0.0, 20, 0.0, 1.0, 20), "sd1, position 1: found 0.0"),
        ((1.0, 1.0, 20, 0.0, -1.0, 20), "sd2, position 1: found -1.0"),
        ((1.0, 1.0, 20, 0.0, 1.0, 1), "n2, position 1: found 1.0"),
    ],
)
def test_impossible_groups_are_refused(arguments: tuple[float, ...], message: str) -> None:
    with pytest.raises(UserError, match=message):
        hedges_g(*arguments)


def test_variance_of_a_difference_in_g_holds_in_simulated_trials() -> None:
    rng = np.random.default_rng(11)
    trials, n, r, true_post, true_pre = 20_000, 40, 0.7, 0.9, 0.4
    pre = rng.normal(size=(trials, 2, n))
    post = r * pre + np.sqrt(1 - r**2) * rng.normal(size=(trials, 2, n))
    pre[:, 0] += true_pre
    post[:, 0] += true_post

    def g(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        mean, sd = x.mean(axis=-1), x.std(axis=-1, ddof=1)
        return hedges_g(mean[:, 0], sd[:, 0], n, mean[:, 1], sd[:, 1], n).yi

    simulated = (g(post) - g(pre)).var()
    before = hedges_g(true_pre, 1.0, n, 0.0, 1.0, n, corrected=False)
    after = hedges_g(true_post, 1.0, n, 0.0, 1.0, n, corrected=False)
    formula = float(difference_in_g(after, before, n, n, r=r).vi)
    # The standard error of a simulated variance is sqrt(2/20000) = 1 %; J^2 accounts for 2 %.
    assert simulated == pytest.approx(formula, rel=0.06)


def _dense(sizes1: list[int], sizes2: list[int], rho: float) -> tuple[float, float, float]:
    """Gamma, h and eta from the pupils' whole covariance matrix."""
    clusters = [*sizes1, *sizes2]
    n1, n2 = sum(sizes1), sum(sizes2)
    label = np.repeat(np.arange(len(clusters)), clusters)
    cov = np.where(label[:, None] == label[None, :], rho, 0.0)
    np.fill_diagonal(cov, 1.0)
    arm = np.repeat([0, 1], [n1, n2])
    same = arm[:, None] == arm[None, :]
    size = np.where(arm == 0, n1, n2)
    centring = np.eye(n1 + n2) - same / size[:, None]
    quadratic = centring @ cov
    trace, square = np.trace(quadratic), np.trace(quadratic @ quadratic)
    weight = np.where(arm == 0, 1 / n1, -1 / n2)
    eta = weight @ cov @ weight / (1 / n1 + 1 / n2)
    return trace / (n1 + n2 - 2), trace**2 / square, float(eta)


def test_equal_clusters_are_corrected_as_the_dense_covariance_says() -> None:
    found = cluster_corrected_g(0.4, 60, 40, icc=0.15, cluster_size=5)
    gamma, h, eta = _dense([5] * 12, [5] * 8, 0.15)
    assert float(found.gamma) == pytest.approx(gamma, rel=1e-12)
    assert float(found.df) == pytest.approx(h, rel=1e-12)
    assert float(found.eta) == pytest.approx(eta, rel=1e-12)


def test_clusters_of_another_size_in_each_arm_are_corrected_as_the_dense_covariance_says() -> None:
    found = cluster_corrected_g_by_arm(0.4, 60, 48, 10, 4, icc=0.2)
    gamma, h, eta = _dense([6] * 10, [12] * 4, 0.2)
    assert float(found.gamma) == pytest.approx(gamma, rel=1e-12)
    assert float(found.df) == pytest.approx(h, rel=1e-12)
    assert float(found.eta) == pytest.approx(eta, rel=1e-12)
    assert float(found.vi) == pytest.approx(
        (1 / 60 + 1 / 48) * eta + gamma * (0.4**2 * gamma) / (2 * h), rel=1e-12
    )


def test_both_cluster_forms_agree_where_they_meet() -> None:
    equal = cluster_corrected_g(0.3, 50, 75, icc=0.1, n_clusters=25)
    by_arm = cluster_corrected_g_by_arm(0.3, 50, 75, 10, 15, icc=0.1)
    assert float(equal.yi) == pytest.approx(float(by_arm.yi), rel=1e-13)
    assert float(equal.vi) == pytest.approx(float(by_arm.vi), rel=1e-13)


def test_no_clustering_leaves_the_effect_as_it_was() -> None:
    found = cluster_corrected_g(0.3, 50, 75, icc=0.0, cluster_size=20)
    assert float(found.yi) == 0.3
    assert float(found.vi) == pytest.approx(1 / 50 + 1 / 75 + 0.3**2 / (2 * 123), rel=1e-14)


def test_degrees_of_freedom_of_the_handbooks_example() -> None:
    # WWC Handbook E.21 for 100 pupils in clusters of 5 and ICC 0.1.
    assert float(cluster_df(100, 5, 0.1)) == pytest.approx(94.40, abs=5e-3)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"icc": 0.2}, "either cluster_size or n_clusters"),
        ({"icc": 0.2, "cluster_size": 5, "n_clusters": 20}, "either cluster_size or n_clusters"),
        ({"icc": 1.0, "cluster_size": 5}, "icc must be at least 0 and below 1"),
        ({"icc": 0.2, "cluster_size": 80}, "at least two clusters"),
    ],
)
def test_impossible_clusters_are_refused(options: dict[str, float], message: str) -> None:
    with pytest.raises(UserError, match=message):
        cluster_corrected_g(0.3, 50, 50, **options)
