"""Laws of the random-effects model that hold whatever the studies."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whatworks.synthesis import (
    composite_by_study,
    months_of_progress,
    random_effects,
    random_effects_batch,
)

Floats = npt.NDArray[np.float64]

effects = st.floats(-2.0, 2.0).map(lambda x: round(x, 3))
variances = st.floats(-4.0, 0.5).map(lambda x: round(10.0**x, 6)).filter(lambda x: x > 0.0)
studies = st.lists(st.tuples(effects, variances), min_size=2, max_size=25)
likelihood_or_q = st.sampled_from(["ML", "REML", "PM", "DL", "HE", "HS", "SJ"])


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Random studies may well look like a slip."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _arrays(rows: list[tuple[float, float]]) -> tuple[Floats, Floats]:
    y, v = zip(*rows, strict=True)
    return np.array(y), np.array(v)


def _restricted_log_likelihood(y: Floats, v: Floats, t: float) -> float:
    """Slow and obvious: dense matrices, metafor's constants."""
    cov = np.diag(v + t)
    x = np.ones((y.size, 1))
    inverse = np.linalg.inv(cov)
    information = x.T @ inverse @ x
    beta = np.linalg.solve(information, x.T @ inverse @ y)
    r = y - x @ beta
    return float(
        -0.5 * (y.size - 1) * np.log(2 * np.pi)
        + 0.5 * np.linalg.slogdet(x.T @ x)[1]
        - 0.5 * np.linalg.slogdet(cov)[1]
        - 0.5 * np.linalg.slogdet(information)[1]
        - 0.5 * r @ inverse @ r
    )


@given(studies, likelihood_or_q, st.floats(-6.0, 6.0))
def test_a_change_of_unit_changes_nothing_but_the_unit(
    rows: list[tuple[float, float]], method: str, exponent: float
) -> None:
    y, v = _arrays(rows)
    s = 10.0**exponent
    here = random_effects(y, v, method=method)
    there = random_effects(y * s, v * s**2, method=method)
    assert here.tau2 is not None
    assert there.tau2 is not None
    # Rounding of y*s alone moves tau2 by this much of a sampling variance.
    slack = 1e-12 * float(v.min())
    assert there.tau2 / s**2 == pytest.approx(here.tau2, rel=1e-10, abs=slack)
    assert there.estimate / s == pytest.approx(here.estimate, rel=1e-10, abs=1e-12)
    assert there.i2 == pytest.approx(here.i2, rel=1e-9, abs=1e-9)
    assert len(there.maxima) == len(here.maxima)


@given(studies, likelihood_or_q, st.floats(-100.0, 100.0))
def test_a_shift_of_all_effects_moves_the_mean_and_nothing_else(
    rows: list[tuple[float, float]], method: str, shift: float
) -> None:
    y, v = _arrays(rows)
    here, there = random_effects(y, v, method=method), random_effects(y + shift, v, method=method)
    assert here.tau2 is not None
    # Adding 100 costs the effects two of their sixteen digits.
    assert there.tau2 == pytest.approx(here.tau2, rel=1e-7, abs=1e-9)
    assert there.estimate - shift == pytest.approx(here.estimate, rel=1e-7, abs=1e-7)


@given(studies, likelihood_or_q, st.randoms(use_true_random=False))
def test_the_order_of_studies_does_not_matter(
    rows: list[tuple[float, float]], method: str, random: object
) -> None:
    y, v = _arrays(rows)
    mixed = list(rows)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    here, there = (
        random_effects(y, v, method=method),
        random_effects(*_arrays(mixed), method=method),
    )
    assert there.tau2 == pytest.approx(here.tau2, rel=1e-9, abs=1e-12)
    assert there.estimate == pytest.approx(here.estimate, rel=1e-9, abs=1e-12)


@settings(deadline=None)
@given(studies)
def test_no_tau2_has_a_higher_restricted_likelihood(rows: list[tuple[float, float]]) -> None:
    y, v = _arrays(rows)
    fit = random_effects(y, v, test="z")
    assert fit.tau2 is not None
    best = _restricted_log_likelihood(y, v, fit.tau2)
    assert fit.log_likelihood == pytest.approx(best, rel=1e-10, abs=1e-9)
    tried = np.concatenate(([0.0], np.geomspace(1e-8, 100.0, 300)))
    assert best >= max(_restricted_log_likelihood(y, v, float(t)) for t in tried) - 1e-9


@given(
    st.lists(
        st.tuples(st.sampled_from([-0.5, -0.1, 2.0, 8.0]), st.sampled_from([0.001, 0.02, 9.0])),
        min_size=3,
        max_size=5,
    )
)
def test_every_local_maximum_is_listed_where_two_are_common(
    rows: list[tuple[float, float]],
) -> None:
    y, v = _arrays(rows)
    fit = random_effects(y, v, test="z")
    grid = np.concatenate(([0.0], np.geomspace(1e-7, 1e4, 2_000)))
    w = 1.0 / (v + grid[:, None])
    mean = (w @ y) / w.sum(axis=1)
    r = y - mean[:, None]
    height = -0.5 * (np.log(v + grid[:, None]) + w * r**2).sum(axis=1) - 0.5 * np.log(w.sum(axis=1))
    # Heights that differ by rounding are one height.
    kept = [height[0]]
    for h in height[1:]:
        if abs(h - kept[-1]) > 1e-12 * (1.0 + abs(h)):
            kept.append(h)
    rises = np.diff(kept) > 0.0
    peaks = int(rises.size == 0 or not rises[0]) + int((rises[:-1] & ~rises[1:]).sum())
    assert len(fit.maxima) == peaks


@given(studies)
def test_paule_mandel_sets_the_generalised_q_to_its_expectation(
    rows: list[tuple[float, float]],
) -> None:
    y, v = _arrays(rows)
    fit = random_effects(y, v, method="PM")
    assert fit.tau2 is not None
    w = 1.0 / (v + fit.tau2)
    q = float((w * (y - fit.estimate) ** 2).sum())
    if fit.tau2 > 0.0:
        assert q == pytest.approx(y.size - 1, rel=1e-9)
    else:
        assert q <= (y.size - 1) * (1 + 1e-9)


@given(studies)
def test_q_profile_limits_enclose_each_other_and_the_paule_mandel_estimate(
    rows: list[tuple[float, float]],
) -> None:
    y, v = _arrays(rows)
    fit = random_effects(y, v, method="PM")
    assert fit.tau2 is not None
    wide, narrow = fit.confint(level=0.99).tau2, fit.confint(level=0.8).tau2
    assert wide[1] <= narrow[1] <= narrow[2] <= wide[2]
    if narrow[2] > 0.0:
        assert narrow[1] <= fit.tau2 * (1 + 1e-9)


@given(st.lists(studies, min_size=1, max_size=6), st.sampled_from(["REML", "PM", "DL"]))
def test_a_batch_of_cells_is_the_cells_one_by_one(
    cells: list[list[tuple[float, float]]], method: str
) -> None:
    y, v = _arrays([row for cell in cells for row in cell])
    starts = np.cumsum([0, *[len(cell) for cell in cells[:-1]]])
    batch = random_effects_batch(y, v, starts, method=method)
    for i, cell in enumerate(cells):
        one = random_effects(*_arrays(cell), method=method)
        assert batch.tau2[i] == pytest.approx(one.tau2, rel=1e-9, abs=1e-12)
        assert batch.estimate[i] == pytest.approx(one.estimate, rel=1e-9, abs=1e-12)


@given(studies, st.floats(0.0, 1.0))
def test_composites_of_single_effects_are_the_effects(
    rows: list[tuple[float, float]], rho: float
) -> None:
    y, v = _arrays(rows)
    found = composite_by_study(y, v, list(range(y.size)), rho=rho)
    assert found.yi == pytest.approx(y)
    assert found.vi == pytest.approx(v, rel=1e-12)


@given(st.lists(effects, min_size=1, max_size=6), variances)
def test_perfectly_correlated_equal_variances_average_to_the_same_variance(
    y: list[float], v: float
) -> None:
    found = composite_by_study(y, [v] * len(y), ["a"] * len(y), rho=1.0)
    assert found.vi[0] == pytest.approx(v, rel=1e-12)
    assert found.yi[0] == pytest.approx(float(np.mean(y)), abs=1e-12)


@given(st.floats(-3.0, 3.0), st.floats(-3.0, 3.0))
def test_more_effect_is_never_fewer_months_and_the_sign_mirrors(a: float, b: float) -> None:
    low, high = sorted((a, b))
    fewer = months_of_progress(low, is_attainment=True).months
    more = months_of_progress(high, is_attainment=True).months
    assert fewer <= more
    assert months_of_progress(-low, is_attainment=True).months == -fewer
