"""Intraclass correlations: the library, estimates from pupils, and uncertainty carried into weights."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest

from whatworks.errors import NotFound, TooFewStudies, UserError
from whatworks.synthesis import (
    AnalysedEffects,
    Assignment,
    IccInterval,
    IccRange,
    effect_of_means,
    icc_default,
    icc_from_pupils,
    icc_library,
    vi_over_icc,
)


def effect(icc: float) -> AnalysedEffects:
    classes = Assignment(icc=icc, cluster_size=20, is_handled=False)
    return effect_of_means([0.4, 0.1], 50, 50, assignment=classes)


def test_conventions_have_a_source_and_no_made_up_uncertainty() -> None:
    achievement, other = icc_default("achievement"), icc_default("other")
    assert (achievement.value, other.value) == (0.20, 0.10)
    assert achievement.uncertainty is other.uncertainty is None
    assert achievement.uncertainty_is == "none stated"
    assert "Handbook, version 5.0" in achievement.source


def test_an_unknown_kind_of_outcome_or_name_lists_what_there_is() -> None:
    with pytest.raises(NotFound, match="achievement, other"):
        icc_default("attendance")
    with pytest.raises(NotFound, match="wwc-achievement, london-age-16"):
        icc_default("achievement", name="wwc-other")


def test_a_convention_has_a_spread_only_if_the_caller_states_one() -> None:
    found = icc_default("achievement").spread(sd=0.05)
    assert (found.mean, found.sd) == (0.20, 0.05)
    estimate = icc_default("achievement", name="london-age-16")
    with pytest.raises(UserError, match="standard error"):
        estimate.spread(sd=0.01)


def test_every_entry_of_the_library_says_where_it_is_from() -> None:
    entries = icc_library()
    assert len({entry.name for entry in entries}) == len(entries)
    for entry in entries:
        assert 0 < entry.value < 1
        assert len(entry.source) > 20
        assert (entry.uncertainty is None) == (entry.uncertainty_is == "none stated")


def test_the_estimate_from_balanced_classes_is_that_of_analysis_of_variance() -> None:
    """REML of a balanced one-way layout: (MSB - MSW)/(MSB + (n - 1) MSW)."""
    scores = np.array([[3.0, 5.0, 4.0], [8.0, 6.0, 9.0], [5.0, 7.0, 5.0], [1.0, 4.0, 3.0]])
    between = 3 * scores.mean(axis=1).var(ddof=1)
    within = scores.var(axis=1, ddof=1).mean()
    found = icc_from_pupils(scores.ravel(), np.repeat([1, 2, 3, 4], 3).tolist())
    assert found.icc == pytest.approx((between - within) / (between + 2 * within), rel=1e-10)
    assert (found.n_pupils, found.n_clusters) == (12, 4)


def test_the_estimate_is_zero_where_classes_differ_less_than_chance() -> None:
    found = icc_from_pupils([1.0, 2.0, 3.0, 3.0, 2.0, 1.0], ["a", "a", "a", "b", "b", "b"])
    assert found.icc == 0.0
    assert found.se is None


def test_the_standard_error_is_that_of_simulated_classes() -> None:
    rng = np.random.default_rng(3)
    code = np.repeat(np.arange(40), rng.integers(5, 25, 40)).tolist()
    fits = []
    for _ in range(200):
        between = rng.normal(0.0, 0.5, 40)
        fits.append(icc_from_pupils(between[code] + rng.normal(0.0, 1.0, len(code)), code))
    spread = np.std([fit.icc for fit in fits], ddof=1)
    # A standard deviation of 200 draws is known to 5 percent.
    assert np.mean([fit.se for fit in fits if fit.se]) == pytest.approx(spread, rel=0.2)
    assert np.mean([fit.icc for fit in fits]) == pytest.approx(0.2, abs=4 * spread / np.sqrt(200))


def test_pupils_without_information_are_refused() -> None:
    with pytest.raises(TooFewStudies, match="1 clusters"):
        icc_from_pupils([1.0, 2.0], ["a", "a"])
    with pytest.raises(UserError, match="do not differ"):
        icc_from_pupils([1.0, 1.0, 2.0, 2.0], ["a", "a", "b", "b"])
    with pytest.raises(UserError, match="3 names for 2 scores"):
        icc_from_pupils([1.0, 2.0], ["a", "b", "c"])


@pytest.mark.parametrize(("mean", "sd"), [(0.2, 0.07), (0.1, 1e-5), (0.02, 0.1), (0.5, 0.4)])
def test_quadrature_has_the_moments_of_the_beta_distribution(mean: float, sd: float) -> None:
    icc = IccRange(mean, sd)
    a, b = icc.shape
    points, weights = icc.quadrature()
    for power in range(6):
        exact = np.prod([(a + j) / (a + b + j) for j in range(power)])
        assert weights @ points**power == pytest.approx(exact, rel=1e-10)


def test_quadrature_of_an_interval_has_its_mean_and_variance() -> None:
    points, weights = IccInterval(0.1, 0.3).quadrature()
    assert weights @ points == pytest.approx(0.2)
    assert weights @ (points - 0.2) ** 2 == pytest.approx(0.04 / 12)


def test_uncertain_icc_adds_the_spread_of_the_effect_to_the_mean_variance() -> None:
    """eta is linear in the icc, gamma too: both parts against sums over many draws."""
    found = vi_over_icc(effect, IccRange(mean=0.2, sd=0.08))
    p = (np.arange(4000) + 0.5) / 4000
    drawn = [effect(float(x)) for x in IccRange(mean=0.2, sd=0.08).quantile(p)]
    y, v = np.stack([one.yi for one in drawn]), np.stack([one.vi for one in drawn])
    assert found.yi == pytest.approx(y.mean(axis=0), rel=1e-5)
    assert found.within == pytest.approx(v.mean(axis=0), rel=1e-4)
    assert found.between == pytest.approx(y.var(axis=0), rel=1e-3)
    assert found.vi == pytest.approx(found.within + found.between)
    assert found.yi_at.shape == (7, 2)
    assert (np.diff(found.vi_at[:, 0]) > 0).all()


def test_a_narrow_range_is_the_value_itself() -> None:
    found, alone = vi_over_icc(effect, IccRange(mean=0.2, sd=1e-7)), effect(0.2)
    assert found.yi == pytest.approx(alone.yi)
    assert found.vi == pytest.approx(alone.vi)


def test_ranges_that_cannot_be_are_refused() -> None:
    with pytest.raises(UserError, match="standard deviation"):
        IccRange(mean=0.2, sd=0.5)
    with pytest.raises(UserError, match="this order"):
        IccInterval(0.3, 0.1)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "file", "score"),
    [
        ("london-age-16", "exam.csv", "normexam"),
        ("england-a-level-chemistry", "chem97.csv", "score"),
    ],
)
def test_the_library_s_estimates_are_computed_from_the_pupils(
    shared: Path, name: str, file: str, score: str
) -> None:
    with (shared / "data" / "fair" / file).open() as handle:
        rows = list(csv.DictReader(handle))
    found = icc_from_pupils([float(row[score]) for row in rows], [row["school"] for row in rows])
    entry = icc_default("achievement", name=name)
    assert found.se is not None
    assert (round(found.icc, 4), round(found.se, 4)) == (entry.value, entry.uncertainty)
    assert f"{found.n_pupils:,} pupils" in entry.population
    assert f"{found.n_clusters:,}" in entry.population


@pytest.mark.shared
def test_published_findings_state_conventions_and_hardly_anything_else(shared: Path) -> None:
    """Why the library has no distribution of them (docs/methods/education-effects.md)."""
    path = shared / "data" / "evidence" / "wwc_findings" / "findings.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as handle:
        stated = [row for row in csv.DictReader(handle) if row["f_icc"]]
    conventions = {icc_default(outcome).value for outcome in ("achievement", "other")}
    others = [row for row in stated if float(row["f_icc"]) not in conventions]
    assert (len(stated), len(others)) == (204, 23)
    assert len({row["s_studyid"] for row in others}) == 5
