"""Distributions, roots and the search, against closed forms and slower ways."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from whatworks.statistics.distributions import (
    chi2_quantile,
    chi2_upper_tail,
    normal_critical,
    normal_two_sided,
    t_critical,
    t_from_two_sided,
    t_two_sided,
)
from whatworks.statistics.global_search import (
    Equation,
    falling_roots,
    ml_score,
    q_equation,
    reml_score,
)
from whatworks.statistics.intercept_profile import InterceptProfile
from whatworks.statistics.large_profile import BinnedProfile, BlockedProfile
from whatworks.statistics.large_search import falling_roots_of_many
from whatworks.statistics.roots import bracketed_roots

Floats = npt.NDArray[np.float64]


@pytest.mark.parametrize(
    ("value", "r"),
    [
        # R 4.2.2: qt(.975, c(1, 5, 1e6)); qnorm(.975); 2*pt(-c(2, 40), 12); 2*pnorm(-10.6246525);
        # pchisq(152.2330080823733, 12, lower=FALSE); qchisq(c(.025, .975), 12)
        (t_critical(0.95, 1), 12.7062047361746941),
        (t_critical(0.95, 5), 2.5705818356363137),
        (t_critical(0.95, 1e6), 1.9599663568141066),
        (normal_critical(0.95), 1.9599639845400536),
        (normal_two_sided(-10.6246525), 2.2886293326417206e-26),
        (t_two_sided(2.0, 12), 0.068655014038085965),
        (t_two_sided(40.0, 12), 3.8512295807720369e-14),
        (chi2_upper_tail(152.2330080823733, 12), 1.996764590845974e-26),
        (chi2_quantile(0.025, 12), 4.4037885069817015),
        (chi2_quantile(0.975, 12), 23.3366641586453341),
    ],
)
def test_tails_and_quantiles_are_those_of_r(value: Floats, r: float) -> None:
    assert float(value) == pytest.approx(r, rel=1e-11, abs=0.0)


def test_a_tail_and_its_quantile_undo_each_other_far_out() -> None:
    p = np.array([1e-30, 1e-12, 0.05, 0.9])
    assert t_two_sided(t_from_two_sided(p, 7), 7) == pytest.approx(p, rel=1e-10, abs=0.0)


def test_no_degrees_of_freedom_give_no_value() -> None:
    assert np.isnan(t_critical(0.95, 0))
    assert np.isnan(t_two_sided(1.0, 0))
    assert float(chi2_upper_tail(0.0, 0)) == 1.0


def test_roots_are_found_together_to_the_last_digits() -> None:
    c = np.array([2.0, 1e-8, 1e8, 7.0])
    low, high = np.zeros(4), np.array([2.0, 1.0, 1e8, 7.0])

    def cube(x: Floats) -> Floats:
        return c - x**3

    found = bracketed_roots(cube, low, cube(low), high, cube(high))
    assert found == pytest.approx(np.cbrt(c), rel=3e-14)


def test_a_root_at_an_end_is_returned_as_it_is() -> None:
    found = bracketed_roots(
        lambda x: x - 1.0, np.array([0.5]), np.array([-0.5]), np.array([1.0]), np.array([0.0])
    )
    assert found[0] == 1.0


def test_a_flat_function_with_a_jump_is_bisected() -> None:
    def step(x: Floats) -> Floats:
        return np.where(x < 0.3, 1.0, -1.0)

    found = bracketed_roots(
        step, np.array([0.0]), np.array([1.0]), np.array([1.0]), np.array([-1.0])
    )
    assert found[0] == pytest.approx(0.3, rel=1e-13)


@pytest.fixture
def many() -> tuple[Floats, Floats]:
    rng = np.random.default_rng(5)
    v = rng.lognormal(-3.0, 1.5, 30_000)
    y = rng.normal(size=v.size) * np.sqrt(v + 0.04)
    return y - y.mean(), v


@pytest.mark.parametrize("equation", [reml_score, ml_score, q_equation])
def test_the_search_for_many_studies_gives_the_root_of_the_plain_search(
    many: tuple[Floats, Floats], equation: Equation
) -> None:
    y, v = many
    target = np.array([float(y.size - 1)])
    plain = falling_roots(InterceptProfile(y, v, np.zeros(1, dtype=np.int64)), equation, target)
    fast = falling_roots_of_many(BlockedProfile(y, v), BinnedProfile(y, v), equation, target)
    assert fast.t == pytest.approx(plain.t, rel=1e-12)


def test_blocked_sums_are_the_plain_sums(many: tuple[Floats, Floats]) -> None:
    y, v = many
    plain, blocked = InterceptProfile(y, v, np.zeros(1, dtype=np.int64)), BlockedProfile(y, v)
    t = np.array([[0.0], [0.03], [5.0]])
    for a, b in zip(plain.moments(t), blocked.moments(t), strict=True):
        assert b == pytest.approx(a, rel=1e-11)
    for a, b in zip(plain.power_sums(t[1]), blocked.power_sums(t[1]), strict=True):
        assert b == pytest.approx(a, rel=1e-9, abs=1e-9)
    for restricted in (True, False):
        assert blocked.log_likelihood(t[1], restricted=restricted) == pytest.approx(
            plain.log_likelihood(t[1], restricted=restricted), rel=1e-13
        )


def test_bins_whose_means_deceive_still_lead_to_the_exact_root() -> None:
    # One bin, in which the larger effects sit on the smaller variances.
    v = np.repeat([1.0, 1.004], 5_000)
    y = np.concatenate((np.tile([1.6, -1.6], 2_500), np.tile([0.3, -0.3], 2_500)))
    plain = falling_roots(InterceptProfile(y, v, np.zeros(1, np.int64)), reml_score, np.zeros(1))
    binned = BinnedProfile(y, v)
    assert binned.v.size == 1
    fast = falling_roots_of_many(BlockedProfile(y, v), binned, reml_score, np.zeros(1))
    assert fast.t == pytest.approx(plain.t, rel=1e-12)


@pytest.mark.parametrize("factor", [0.1, 5.0])
def test_bins_of_other_studies_fall_back_on_the_exact_scan(
    many: tuple[Floats, Floats], factor: float
) -> None:
    y, v = many
    plain = falling_roots(InterceptProfile(y, v, np.zeros(1, np.int64)), reml_score, np.zeros(1))
    fast = falling_roots_of_many(
        BlockedProfile(y, v), BinnedProfile(factor * y, v), reml_score, np.zeros(1)
    )
    assert fast.t == pytest.approx(plain.t, rel=1e-12)
