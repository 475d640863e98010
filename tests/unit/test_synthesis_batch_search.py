"""Local and global search of batches: the same where one maximum exists, honest where not."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whatworks.errors import UserError
from whatworks.synthesis import RandomEffectsBatch, random_effects, random_effects_batch

Floats = npt.NDArray[np.float64]


def cells(seed: int, n: int = 200) -> tuple[Floats, Floats, npt.NDArray[np.int64]]:
    """Draw n cells of 1 to 25 studies, with and without differences between studies."""
    rng = np.random.default_rng(seed)
    k = rng.integers(1, 26, n)
    v = 4.0 / np.exp(rng.normal(np.log(150.0), 0.8, k.sum()))
    tau = np.repeat(rng.choice([0.0, 0.1, 0.5], n), k)
    y = 0.2 + tau * rng.normal(size=v.size) + rng.normal(size=v.size) * np.sqrt(v)
    return y, v, np.concatenate(([0], np.cumsum(k)[:-1]))


def same(here: RandomEffectsBatch, there: RandomEffectsBatch, rows: npt.NDArray[np.bool_]) -> None:
    for name, column in here.table().items():
        if name != "n_maxima":
            assert there.table()[name][rows] == pytest.approx(
                column[rows], rel=1e-9, abs=1e-11, nan_ok=True
            ), name


@settings(deadline=None, max_examples=20)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from(["REML", "ML"]),
    st.sampled_from(["z", "knha"]),
)
def test_with_one_maximum_the_local_search_gives_the_numbers_of_the_global_one(
    seed: int, method: str, test: str
) -> None:
    y, v, starts = cells(seed)
    best = random_effects_batch(y, v, starts, method=method, test=test)
    near = random_effects_batch(y, v, starts, method=method, test=test, search="local")
    # A shoulder that is all but a second maximum may hold a climb; it is lower.
    higher = best.log_likelihood > near.log_likelihood + 1e-9
    assert (best.log_likelihood >= near.log_likelihood - 1e-9).all()
    assert higher.mean() < 0.02
    same(best, near, ~higher & (best.n_maxima <= 1))


def test_where_two_maxima_exist_the_local_search_may_stop_at_the_lower() -> None:
    # A precise study, and one far out: DerSimonian and Laird's estimate is 0, and so is one maximum.
    y, v = [0.37, -2.54, 0.19, 0.36], [0.011, 0.663, 0.049, 0.036]
    best = random_effects_batch(y, v, [0], test="z")
    near = random_effects_batch(y, v, [0], test="z", search="local")
    assert best.n_maxima.tolist() == [2]
    assert best.tau2[0] == pytest.approx(1.08873796, abs=1e-7)
    assert near.tau2[0] == 0.0
    assert best.log_likelihood[0] > near.log_likelihood[0] + 0.3


@pytest.mark.parametrize("unit", [1e-6, 1e-3, 1e3, 1e6])
def test_the_unit_does_not_decide_where_a_climb_ends(unit: float) -> None:
    y, v, starts = cells(3)
    here = random_effects_batch(y, v, starts, search="local")
    there = random_effects_batch(y * unit, v * unit**2, starts, search="local")
    assert there.tau2 / unit**2 == pytest.approx(here.tau2, rel=1e-9, abs=1e-13, nan_ok=True)


@pytest.mark.parametrize("search", ["global", "local"])
def test_without_intervals_only_the_q_profile_limits_are_missing(search: str) -> None:
    y, v, starts = cells(4)
    full = random_effects_batch(y, v, starts, search=search)
    bare = random_effects_batch(y, v, starts, search=search, intervals=False)
    assert np.isnan(bare.tau2_ci).all()
    for name, column in full.table().items():
        if not name.startswith("tau2_ci"):
            assert np.array_equal(column, bare.table()[name], equal_nan=True), name
    assert bare.to_dict()["search"] == search


@pytest.mark.parametrize("search", ["global", "local"])
@pytest.mark.parametrize("ratio", [1e4, 1e8, 1e12, 1e20])
def test_one_study_that_outweighs_the_rest_costs_no_digits(search: str, ratio: float) -> None:
    v = [1.0 / ratio, 1.0, 2.0, 3.0]
    exact = [1 / Fraction(x) for x in v]
    s1, s2, s3 = (sum(w**n for w in exact) for n in (1, 2, 3))
    fit = random_effects_batch([0.1, 0.3, -1.0, 2.5], v, [0], test="z", search=search)
    assert fit.tau2[0] == 0.0
    trace_pp = float(s2 - 2 * s3 / s1 + (s2 / s1) ** 2)
    assert fit.tau2_se[0] == pytest.approx(np.sqrt(2.0 / trace_pp), rel=1e-13)
    dl = random_effects([0.1, 0.3, -1.0, 9.5], v, method="DL", test="z")
    assert dl.typical_variance == pytest.approx(float(3 / (s1 - s2 / s1)), rel=1e-13)


def test_one_study_that_outweighs_thousands_costs_no_digits_either() -> None:
    rng = np.random.default_rng(2)
    v = np.concatenate(([1e-14], rng.uniform(1.0, 3.0, 4_500)))
    y = 0.3 + rng.normal(size=v.size) * np.sqrt(v)
    fit = random_effects(y, v, method="DL", test="z")
    exact = [1 / Fraction(x) for x in v.tolist()]
    s1, s2 = sum(exact), sum(w * w for w in exact)
    assert fit.typical_variance == pytest.approx(float(4_500 / (s1 - s2 / s1)), rel=1e-12)


def test_a_local_search_is_refused_where_there_is_nothing_to_climb() -> None:
    with pytest.raises(UserError, match="is for methods REML and ML"):
        random_effects_batch([0.1, 0.3], [0.1, 0.1], [0], method="PM", search="local")
    with pytest.raises(UserError, match="search must be one of global, local"):
        random_effects_batch([0.1, 0.3], [0.1, 0.1], [0], search="fast")
