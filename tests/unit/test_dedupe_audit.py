"""The estimate of errors: exact where all is checked, and covering where a sample is."""

from __future__ import annotations

import numpy as np
import pytest

from whatworks.dedupe import draw_audit, estimate_errors
from whatworks.errors import UserError

M = 4_000


def a_population(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Draw pairs with probabilities that are right: truth follows them."""
    rng = np.random.default_rng(seed)
    likely = np.where(rng.random(M) < 0.2, 1 - rng.beta(0.3, 9, M), rng.beta(0.2, 12, M))
    truth = rng.random(M) < likely
    pairs = np.column_stack((np.arange(M), np.arange(M) + M))
    return pairs, likely, likely >= 0.9, truth


def test_checking_every_pair_gives_the_errors_themselves() -> None:
    pairs, likely, merged, truth = a_population(1)
    sample = draw_audit(pairs, likely, merged, size=10**9, rng=np.random.default_rng(2))
    assert len(sample.pairs) == M
    found = estimate_errors(
        sample, dict(zip(map(tuple, pairs.tolist()), truth.tolist(), strict=True))
    )
    assert found.wrong == pytest.approx((merged & ~truth).sum())
    assert found.missed == pytest.approx((~merged & truth).sum())
    assert found.wrong_interval == pytest.approx((found.wrong, found.wrong))
    assert (found.n_merged, found.n_apart, found.n_checked) == (merged.sum(), (~merged).sum(), M)


def test_intervals_cover_and_estimates_are_unbiased() -> None:
    wrong, missed, covered = [], [], 0
    for seed in range(200):
        pairs, likely, merged, truth = a_population(seed)
        sample = draw_audit(pairs, likely, merged, size=300, rng=np.random.default_rng(seed))
        known = dict(zip(map(tuple, pairs.tolist()), truth.tolist(), strict=True))
        found = estimate_errors(sample, {pair: known[pair] for pair in sample.pairs})
        due = ((merged & ~truth).sum(), (~merged & truth).sum())
        wrong.append(found.wrong - due[0])
        missed.append(found.missed - due[1])
        covered += (
            found.wrong_interval[0] <= due[0] <= found.wrong_interval[1]
            and found.missed_interval[0] <= due[1] <= found.missed_interval[1]
        )
    assert covered >= 190
    for errors in (wrong, missed):
        assert abs(np.mean(errors)) < 4 * np.std(errors) / np.sqrt(len(errors))


def test_an_audit_says_what_it_lacks() -> None:
    pairs, likely, merged, _ = a_population(1)
    rng = np.random.default_rng(1)
    with pytest.raises(UserError, match="1 pair or more"):
        draw_audit(pairs, likely, merged, size=0, rng=rng)
    with pytest.raises(UserError, match="no pair to check"):
        draw_audit(pairs[:0], likely[:0], merged[:0], size=5, rng=rng)
    sample = draw_audit(pairs, likely, merged, size=20, rng=rng)
    with pytest.raises(UserError, match="Nobody said"):
        estimate_errors(sample, {})
    found = estimate_errors(sample, dict.fromkeys(sample.pairs, True))
    assert "never compared" in found.summary()
