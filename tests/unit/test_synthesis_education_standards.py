"""What Works Clearinghouse standards: values from the tables, and what the clearinghouse published."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest

from whatworks.errors import UserError
from whatworks.synthesis import (
    attrition,
    attrition_bias,
    attrition_from_counts,
    baseline_equivalence,
    benjamini_hochberg,
    cluster_adjusted_t,
    cox_index,
    extent_of_evidence,
    group_design_rating,
    improvement_index,
)


@pytest.mark.parametrize(
    ("overall", "boundary", "limit"),
    [
        (0, "cautious", 5.7),
        (8, "cautious", 6.3),
        (10, "cautious", 6.3),
        (11, "cautious", 6.2),
        (10.5, "cautious", 6.2),
        (2.5, "cautious", 5.9),
        (100 * (1 - 0.9), "cautious", 6.3),
        (57, "cautious", 0.0),
        (0, "optimistic", 10.0),
        (30, "optimistic", 8.4),
        (57, "optimistic", 2.3),
    ],
)
def test_attrition_limits_are_read_at_their_own_percent(
    overall: float, boundary: str, limit: float
) -> None:
    assert attrition(overall, 1.0, boundary=boundary).limit == limit
    assert attrition(overall, limit, boundary=boundary).is_low
    assert attrition(overall, -limit - 0.01, boundary=boundary).is_low is False


@pytest.mark.parametrize("overall", [57.01, 58, 100])
def test_beyond_the_table_there_is_no_verdict(overall: float) -> None:
    found = attrition(overall, 0.0, boundary="optimistic")
    assert found.limit is found.is_low is None
    assert "Not in the table: it ends at 57 percent" in found.notes[-1]


def test_what_is_unverified_of_the_table_is_said() -> None:
    found = attrition(10, 1, boundary="cautious")
    assert found.version == "wwc-standards-4.0"
    assert "unverified" in found.notes[0]


def test_attrition_from_the_numbers_of_a_flow_chart() -> None:
    """100 and 100 assigned, 85 and 95 analysed: 10 percent overall, 10 points apart."""
    found = attrition_from_counts(100, 85, 100, 95, boundary="optimistic")
    assert (found.overall, found.differential) == (10.0, pytest.approx(10.0))
    assert found.is_low
    with pytest.raises(UserError, match="analysed2 is 101"):
        attrition_from_counts(100, 85, 100, 101, boundary="optimistic")


@pytest.mark.parametrize("boundary", ["cautious", "optimistic"])
def test_the_model_behind_the_table_gives_its_tolerance_at_every_limit(boundary: str) -> None:
    for overall in range(8, 58):
        limit = attrition(overall, 0, boundary=boundary).limit
        assert limit is not None
        assert attrition_bias(overall, limit, boundary=boundary) == pytest.approx(0.05, abs=5e-4)
    assert attrition_bias(0, 0, boundary=boundary) == 0.0
    with pytest.raises(UserError, match="cannot be"):
        attrition_bias(4, 10, boundary=boundary)


@pytest.mark.parametrize(("overall", "differential"), [(-1, 0), (101, 0), (10, 101), (np.nan, 0)])
def test_percentages_out_of_range_are_refused(overall: float, differential: float) -> None:
    with pytest.raises(UserError, match="percent"):
        attrition(overall, differential, boundary="cautious")


@pytest.mark.parametrize(
    ("g", "verdict"),
    [
        (0.05, "satisfied"),
        (-0.051, "needs adjustment"),
        (0.25, "needs adjustment"),
        (-0.26, "not met"),
    ],
)
def test_baseline_equivalence(g: float, verdict: str) -> None:
    assert baseline_equivalence(g).verdict == verdict


LOW, HIGH = attrition(5, 2, boundary="cautious"), attrition(40, 9, boundary="cautious")
BEYOND = attrition(60, 0, boundary="cautious")
ALIKE, NEAR, APART = (baseline_equivalence(g) for g in (0.03, 0.1, 0.4))


@pytest.mark.parametrize(
    ("randomised", "losses", "baseline", "adjusted", "compromised", "rating"),
    [
        (True, LOW, APART, False, False, "meets standards without reservations"),
        (True, LOW, None, False, None, "meets standards without reservations"),
        (True, LOW, ALIKE, False, True, "meets standards with reservations"),
        (True, LOW, APART, True, True, "does not meet standards"),
        (True, HIGH, ALIKE, False, False, "meets standards with reservations"),
        (True, HIGH, NEAR, False, False, "does not meet standards"),
        (True, HIGH, NEAR, True, False, "meets standards with reservations"),
        (True, BEYOND, ALIKE, False, False, "meets standards with reservations"),
        (True, None, ALIKE, False, False, "meets standards with reservations"),
        (False, LOW, NEAR, True, None, "meets standards with reservations"),
        (False, None, APART, True, None, "does not meet standards"),
        (False, None, None, True, None, "does not meet standards"),
    ],
)
def test_the_rating_needs_low_attrition_or_equivalence(
    randomised: bool,
    losses: object,
    baseline: object,
    adjusted: bool,
    compromised: bool | None,
    rating: str,
) -> None:
    found = group_design_rating(
        is_randomised=randomised,
        losses=losses,  # type: ignore[arg-type]
        baseline=baseline,  # type: ignore[arg-type]
        is_adjusted=adjusted,
        is_compromised=compromised,
    )
    assert found.rating == rating
    assert found.notes[0].startswith("Unverified")
    assert found.reasons


def test_extent_of_evidence_names_what_is_missing() -> None:
    small = extent_of_evidence(n_studies=1, n_schools=6, n_pupils=349)
    assert small.label == "small"
    assert small.missing == ("more than one study", "350 pupils or 14 classrooms")
    by_pupils = extent_of_evidence(n_studies=2, n_schools=2, n_pupils=350)
    by_classes = extent_of_evidence(n_studies=2, n_schools=2, n_pupils=None, n_classrooms=14)
    assert by_pupils.label == by_classes.label == "medium to large"
    with pytest.raises(UserError, match="n_pupils or n_classrooms"):
        extent_of_evidence(n_studies=2, n_schools=2, n_pupils=None)


def test_cox_index_is_the_log_odds_ratio_over_its_factor_without_omega() -> None:
    found = cox_index(0.6, 50, 0.5, 50)
    assert found.yi == pytest.approx(np.log(1.5) / 1.65)
    assert found.vi == pytest.approx((1 / 12 + 1 / 12.5) / 1.65**2)
    with pytest.raises(UserError, match="above 0 and below 1"):
        cox_index(1.0, 50, 0.5, 50)


def test_improvement_index_of_a_quarter_of_a_standard_deviation() -> None:
    """R: 100 * pnorm(0.25 + c(0, -1, 1) * qnorm(0.975) * 0.1) - 50."""
    found = improvement_index(0.25, 0.1)
    assert float(found.index) == pytest.approx(9.870632568)
    assert float(found.u3) == pytest.approx(0.59870632568)
    assert found.ci == pytest.approx([2.153385259, 17.220007625])
    assert float(improvement_index(0.0).index) == 0.0
    assert improvement_index(0.0).ci is None


def test_benjamini_hochberg_on_the_paper_s_example() -> None:
    """Benjamini and Hochberg (1995), section 4.1: 15 tests, four are rejected at 0.05."""
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240]
    p += [0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    found = benjamini_hochberg(p)
    assert found.is_significant.sum() == 4
    assert found.critical_p[3] == pytest.approx(0.0133, abs=5e-5)
    assert (found.adjusted_p <= 0.05).tolist() == found.is_significant.tolist()
    # 0.0278 * 15/6, 0.0298 * 15/7 and 0.0344 * 15/8: the last is the smallest of the three.
    assert found.adjusted_p[5] == pytest.approx(0.0298 * 15 / 7)
    assert benjamini_hochberg([]).is_significant.size == 0
    with pytest.raises(UserError, match="from 0 to 1"):
        benjamini_hochberg([1.2])


def findings(shared: Path) -> list[dict[str, str]]:
    path = shared / "data" / "evidence" / "wwc_findings" / "findings.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


@pytest.mark.shared
def test_published_reasons_of_ratings_lead_to_the_published_ratings(shared: Path) -> None:
    checked = 0
    for row in findings(shared):
        reason = row["s_rating_reason"]
        if "attrition" not in reason and "compromised" not in reason and "quasi" not in reason:
            continue
        found = group_design_rating(
            is_randomised="quasi-experimental" not in reason,
            losses=LOW if "low" in reason else HIGH if "high attrition" in reason else None,
            # A reason that does not speak of equivalence had no need of it, or the study would
            # not be in a file of those that meet standards.
            baseline=ALIKE if "equivalence" in reason or "compromised" in reason else APART,
            is_adjusted=True,
            is_compromised="compromised" in reason,
        )
        assert found.rating == row["s_study_rating"].lower().replace("wwc ", "")
        checked += 1
    assert checked == 427


@pytest.mark.shared
def test_published_improvement_indices_follow_from_a_published_effect(shared: Path) -> None:
    """Within rounding, from the clearinghouse's effect or else from the study's own."""
    rows = findings(shared)
    published = np.array([float(row["f_improvement_index"]) for row in rows])
    hit = np.zeros(len(rows), dtype=bool)
    for column in ("f_effect_size_wwc", "f_effect_size_study"):
        g = [float(row[column]) if row[column] else None for row in rows]
        # The study's effect is printed with two decimals, which is 0.2 points of the index.
        hit |= np.abs(improvement_index(g).index - published) <= 0.7
    assert len(rows) == 1553
    assert hit.sum() >= 0.98 * len(rows)


@pytest.mark.shared
def test_published_p_values_of_clustered_findings_follow_from_the_stated_icc(shared: Path) -> None:
    """Findings that state their icc and clusters: most p values come back, hardly any without it."""
    rows = [
        row
        for row in findings(shared)
        if row["f_icc"] and row["f_cluster_ss"] and row["f_p_value_wwc"]
    ]
    g, n1, n2, clusters, icc, p = (
        np.array([float(row[name]) for row in rows])
        for name in (
            "f_effect_size_wwc",
            "f_t_ss",
            "f_c_ss",
            "f_cluster_ss",
            "f_icc",
            "f_p_value_wwc",
        )
    )
    t = g * np.sqrt(n1 * n2 / (n1 + n2))

    def reproduced(icc: object) -> int:
        found = cluster_adjusted_t(t, n1, n2, icc=icc, cluster_size=(n1 + n2) / clusters)  # type: ignore[arg-type]
        return int((np.abs(found.p_value - p) < 0.005).sum())

    assert len(rows) == 182
    assert reproduced(icc) == 131
    assert reproduced(0.0) < 40
