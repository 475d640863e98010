"""QuantCI: its variance by hand and by simulation, and probabilities that agree with the decisions."""

from __future__ import annotations

import numpy as np
import pytest

from whatworks.errors import UserError
from whatworks.screening.quant import calibrated, quant_recall
from whatworks.screening.stopping import quant_stop


def test_recall_and_its_error_worked_by_hand() -> None:
    # Sums 1.7 of 2.0; variances 0.25 and 0.25.
    found = quant_recall([0.9, 0.8], [0.1, 0.2])
    assert found.recall == pytest.approx(0.85)
    assert found.standard_error**2 == pytest.approx(0.25 / 4 + 1.7**2 / 16 * 0.5)
    assert found.ci == (pytest.approx(0.85 - 2 * found.standard_error), 1.0)
    assert found.says_stop(found.ci[0])
    assert not found.says_stop(0.5)


def test_the_error_is_not_below_that_of_records_drawn_anew() -> None:
    rng = np.random.default_rng(5)
    seen, unseen = rng.beta(2, 2, 300), rng.beta(1, 9, 500)
    runs = 4_000
    n_seen = (rng.random((runs, 300)) < seen).sum(axis=1)
    n_unseen = (rng.random((runs, 500)) < unseen).sum(axis=1)
    recall = n_seen / (n_seen + n_unseen)
    found = quant_recall(seen, unseen)
    assert found.recall == pytest.approx(recall.mean(), abs=0.002)
    # The authors leave the covariance out, which makes the error larger, never smaller; the spread of the
    # runs is itself known to about 1 / sqrt(2 x 4,000) = 1.1%.
    assert found.standard_error >= recall.std() * (1 - 3 * 0.011)


def test_sure_scores_stop_and_unsure_ones_do_not() -> None:
    assert quant_recall([1.0] * 40, [0.0] * 400).says_stop(0.95)
    assert not quant_recall([1.0] * 40, [0.05] * 400).says_stop(0.95)
    assert quant_recall([], [0.0]).recall == 1.0


def test_probabilities_agree_with_the_decisions() -> None:
    rng = np.random.default_rng(1)
    scores = rng.normal(size=4_000)
    relevant = rng.random(4_000) < 1 / (1 + np.exp(2.0 - 1.5 * scores))
    screened, others = calibrated(scores[:3_000], relevant[:3_000], scores[3_000:])
    # The likeliest curve has as many relevant as were wanted, and as much of the scores.
    n = int(relevant[:3_000].sum())
    wanted = np.where(relevant[:3_000], (n + 1) / (n + 2), 1 / (3_000 - n + 2))
    assert screened.sum() == pytest.approx(wanted.sum(), rel=1e-6)
    assert screened @ scores[:3_000] == pytest.approx(wanted @ scores[:3_000], rel=1e-5)
    # Of records not seen as many are relevant as said, up to three standard errors.
    error = np.sqrt((others * (1 - others)).sum())
    assert abs(others.sum() - relevant[3_000:].sum()) < 3 * error
    assert (np.argsort(others) == np.argsort(scores[3_000:])).all()


@pytest.mark.parametrize("scale", [1e-8, 1.0, 1e8])
def test_the_scale_of_the_scores_does_not_matter(scale: float) -> None:
    scores = np.array([0.0, 1.0, 2.0, 3.0, 4.0])
    relevant = [False, False, True, False, True]
    probabilities, others = calibrated(scores * scale, relevant, np.array([9.0]) * scale)
    same, same_others = calibrated(scores, relevant, [9.0])
    assert probabilities == pytest.approx(same)
    assert others == pytest.approx(same_others)


def test_scores_that_part_the_records_perfectly_stay_short_of_certainty() -> None:
    probabilities, _ = calibrated([1.0] * 5 + [-1.0] * 50, [True] * 5 + [False] * 50, [])
    assert probabilities[0] == pytest.approx(6 / 7, abs=1e-6)
    assert probabilities[-1] == pytest.approx(1 / 52, abs=1e-6)
    flat, others = calibrated([2.0, 2.0], [True, False], [5.0])
    assert flat == pytest.approx([0.5, 0.5])
    assert others == pytest.approx([0.5])


def test_it_is_asked_along_the_way() -> None:
    relevant = np.arange(2_000) < 400
    scores = np.where(relevant, 1.0, -1.0)
    at = quant_stop(relevant, lambda _: scores)
    assert at is not None
    assert 400 < at < 2_000
    assert quant_stop(np.zeros(100, dtype=bool), lambda _: np.zeros(100)) is None
    with pytest.raises(UserError, match="do not match"):
        quant_stop(relevant, lambda _: scores[:5])


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(UserError, match=r"1.2 is no probability"):
        quant_recall([0.5, 1.2], [])
    with pytest.raises(UserError, match="no probability"):
        quant_recall([0.5], [float("nan")])
    with pytest.raises(UserError, match="do not match"):
        calibrated([0.1], [True, False], [])
    with pytest.raises(UserError, match="0 relevant of 2 screened"):
        calibrated([0.1, 0.2], [False, False], [])
    with pytest.raises(UserError, match="Rank the records again"):
        calibrated([0.1, float("inf")], [False, True], [])
