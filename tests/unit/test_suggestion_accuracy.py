"""Suggestions against outcomes: counts by hand, intervals, calibration, and thresholds that keep what they say."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatworks.errors import UserError
from whatworks.screening.recall_threshold import recall_threshold, relevant_needed
from whatworks.screening.suggestion_accuracy import (
    JudgedSuggestion,
    accuracy_by_stratum,
    suggestion_accuracy,
    verdict,
)
from whatworks.screening.suggestion_calibration import calibration


def one(
    at: int,
    value: str,
    is_relevant: bool,
    *,
    found: bool | None = True,
    probability: float | None = None,
    stratum: str | None = None,
) -> JudgedSuggestion:
    return JudgedSuggestion(f"r.{at}", value, found, probability, is_relevant, stratum)


MIXED = [
    one(0, "include", True),
    one(1, "exclude", True),
    one(2, "unsure", True, found=None),
    one(3, "exclude", True, found=False),
    one(4, "refused", True, found=None),
    one(5, "exclude", False),
    one(6, "exclude", False),
    one(7, "exclude", False, found=False),
    one(8, "include", False),
    one(9, "include", False, found=False),
]


def many(n_relevant: int, n_lost: int, n_irrelevant: int, n_spared: int) -> list[JudgedSuggestion]:
    made = [one(at, "exclude" if at < n_lost else "include", True) for at in range(n_relevant)]
    return made + [
        one(n_relevant + at, "exclude" if at < n_spared else "include", False)
        for at in range(n_irrelevant)
    ]


def test_the_figures_are_those_counted_by_hand():
    found = suggestion_accuracy(MIXED)
    counted = {
        name: (getattr(found, name).numerator, getattr(found, name).denominator)
        for name in (
            "sensitivity", "specificity", "precision", "include_precision", "unsure", "refused",
            "quote_missing",
        )
    }  # fmt: skip
    assert counted == {
        "sensitivity": (4, 5),
        "specificity": (2, 5),
        "precision": (4, 7),
        "include_precision": (1, 2),
        "unsure": (1, 10),
        "refused": (1, 10),
        "quote_missing": (3, 10),
    }
    assert found.lost == ("r.1",)
    assert found.number_to_read.value == pytest.approx(7 / 4)


def test_the_intervals_are_wilsons():
    ci = suggestion_accuracy(many(100, 5, 100, 40)).sensitivity.ci
    assert ci is not None
    z, p, n = 1.959963984540054, 0.95, 100
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    assert ci == pytest.approx((centre - reach, centre + reach), rel=1e-12)


def test_of_nothing_nothing_is_said():
    found = suggestion_accuracy([])
    assert found.sensitivity.value is None
    assert found.number_to_read.value is None
    assert not verdict(found, target_recall=0.95).can_judge


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ((0, 0, 0, 0), "Needed: 20 more relevant and 20 more irrelevant."),
        (
            (5, 0, 95, 90),
            "Needed: 15 more relevant. At the share found so far that takes about 300",
        ),
        ((30, 0, 12, 0), "Needed: 8 more irrelevant."),
        ((0, 0, 100, 0), "Needed: 20 more relevant."),
    ],
)
def test_with_too_few_it_refuses_to_judge_and_says_how_many_more(counts, words):
    found = verdict(suggestion_accuracy(many(*counts)), target_recall=0.95)
    assert (found.can_judge, found.meets_target) == (False, None)
    assert words in found.sentence


@pytest.mark.parametrize(
    ("counts", "meets", "words"),
    [
        ((200, 0, 100, 50), True, "lost none of 200 relevant records"),
        ((73, 0, 20, 5), True, "It keeps at least 95%"),
        ((72, 0, 20, 5), None, "cannot be told"),
        ((200, 60, 100, 50), False, "It does not keep 95%"),
        ((20, 0, 20, 20), None, "cannot be told"),
    ],
)
def test_the_verdict_rests_on_the_interval_and_not_on_the_share(counts, meets, words):
    found = verdict(suggestion_accuracy(many(*counts)), target_recall=0.95)
    assert found.can_judge
    assert found.meets_target is meets
    assert words in found.sentence


@given(st.lists(st.tuples(st.sampled_from(["include", "exclude", "unsure", "refused"]), st.booleans(), st.sampled_from([None, "a", "b"])), max_size=40))  # fmt: skip
def test_strata_add_up_and_every_record_is_counted_once(drawn):
    judged = [one(at, value, rel, stratum=s) for at, (value, rel, s) in enumerate(drawn)]
    whole = suggestion_accuracy(judged)
    assert whole.sensitivity.denominator + whole.specificity.denominator == whole.n_records
    assert len(whole.lost) == whole.n_relevant - whole.sensitivity.numerator
    parts = accuracy_by_stratum(judged)
    assert sum(part.n_records for part in parts.values()) == sum(s is not None for *_, s in drawn)


def test_brier_score_and_ranges_are_those_counted_by_hand():
    judged = [
        one(0, "include", True, probability=1.0),
        one(1, "include", True, probability=0.8),
        one(2, "exclude", False, probability=0.1),
        one(3, "exclude", False, probability=0.0),
        one(4, "include", False),
    ]
    found = calibration(judged, edges=(0, 0.5, 1))
    assert found is not None
    assert found.n_records == 4
    assert found.brier == pytest.approx((0 + 0.04 + 0.01 + 0) / 4)
    assert found.brier_of_share == 0.25
    low, high = found.bins
    assert (low.mean_probability, low.relevant.value) == (0.05, 0.0)
    assert (high.mean_probability, high.relevant.numerator) == (pytest.approx(0.9), 2)


def test_without_probabilities_there_is_no_calibration():
    assert calibration(MIXED) is None
    with pytest.raises(UserError, match="rise from 0 to 1"):
        calibration(MIXED, edges=(0, 0.5))


def test_probabilities_that_are_far_off_are_told():
    judged = [one(at, "include", at % 10 == 0, probability=0.95) for at in range(100)]
    found = calibration(judged)
    assert found is not None
    assert [part.is_off for part in found.bins] == [True]
    assert found.brier > found.brier_of_share


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
def test_every_probability_lies_in_one_range(drawn):
    found = calibration([one(at, "include", r, probability=p) for at, (p, r) in enumerate(drawn)])
    assert found is not None
    assert sum(part.relevant.denominator for part in found.bins) == len(drawn)
    assert 0 <= found.brier <= 1


@pytest.mark.parametrize(
    ("recall", "level", "needed"), [(0.95, 0.95, 59), (0.9, 0.95, 29), (0.99, 0.99, 459)]
)
def test_the_relevant_records_needed_are_the_known_ones(recall, level, needed):
    assert relevant_needed(target_recall=recall, level=level) == needed
    judged = [one(at, "include", True, probability=at / 500) for at in range(needed)]
    enough = recall_threshold(judged, target_recall=recall, level=level)
    assert enough.threshold == 0.0
    short = recall_threshold(judged[1:], target_recall=recall, level=level)
    assert short.threshold is None
    assert short.n_more == 1
    assert "1 more is needed" in short.sentence


def test_answers_that_cannot_be_relied_on_are_never_left_out():
    judged = [one(at, "include", True, probability=0.5) for at in range(100)]
    judged += [
        one(100, "exclude", False, probability=0.0, found=False),
        one(101, "refused", False, probability=None, found=None),
    ]
    found = recall_threshold(judged)
    assert found.threshold == 0.5
    assert "spared 0 of 102 records" in found.sentence


@pytest.mark.parametrize("shape", [(1.0, 1.0), (0.3, 0.3), (5.0, 1.0)])
def test_the_threshold_keeps_its_recall_as_often_as_it_says(shape):
    # The share of relevant records below a threshold is the distribution function there, here by a large draw.
    draw = np.random.default_rng(11)
    reference = np.sort(draw.beta(*shape, size=200_000))
    runs, kept, chosen = 400, 0, []
    for _ in range(runs):
        scores = draw.beta(*shape, size=120)
        found = recall_threshold(
            [one(at, "include", True, probability=float(s)) for at, s in enumerate(scores)],
            target_recall=0.9,
            level=0.9,
        )
        assert found.threshold is not None
        lost = np.searchsorted(reference, found.threshold) / len(reference)
        kept += lost <= 0.1
        chosen.append(lost)
    # 400 runs at 90%: three standard errors are 4.5 points.
    assert kept / runs >= 0.855
    assert np.mean(chosen) > 0.04


def test_the_check_on_records_left_out_counts_each_once():
    draw = np.random.default_rng(5)
    judged = [
        one(at, "include", at < 200, probability=float(draw.beta(4, 2) if at < 200 else draw.beta(1, 4)))
        for at in range(1000)
    ]  # fmt: skip
    found = recall_threshold(judged)
    assert found.cross_validated is not None
    assert found.cross_validated.recall.denominator == 200
    assert found.cross_validated.spared.denominator == 1000
    assert found.cross_validated.recall.numerator >= 185
    assert found.recall_bound is not None
    assert found.recall_bound >= 0.95


@pytest.mark.parametrize("wrong", [{"target_recall": 1.0}, {"level": 0.0}, {"n_folds": 1}])
def test_shares_beyond_0_and_1_are_refused(wrong):
    with pytest.raises(UserError):
        recall_threshold(MIXED, **wrong)
