"""Kinds of records and people's errors: bounds that hold together, and say when they say nothing."""

from __future__ import annotations

import numpy as np
import pytest

from whatworks.errors import UserError
from whatworks.screening.certificate import Draws, most_left
from whatworks.screening.overlooked import certify_overlooked
from whatworks.screening.strata import allot, certify_strata

KINDS = ["with abstract"] * 900 + ["no abstract"] * 90 + ["no title"] * 4


def test_each_kind_has_its_bound_and_all_share_what_may_go_wrong() -> None:
    drawn = [*range(300), *range(900, 960)]
    done = certify_strata(
        KINDS, drawn, [False] * 359 + [True], found_before={"with abstract": 80, "no abstract": 9}
    )
    each = 1 - 0.05 / 3
    by_name = {part.draws.name: part for part in done.strata}
    assert by_name["with abstract"].most_left == most_left(Draws(900, 300, 0), level=each)
    assert by_name["no abstract"].most_left == most_left(Draws(90, 60, 1), level=each)
    assert done.most_left == sum(part.most_left for part in done.strata)
    assert done.n_found == 90
    assert done.recall == 90 / (90 + done.most_left)
    assert done.reaches(done.recall - 1e-9)
    assert not done.reaches(0.999)
    left = by_name["no abstract"].most_left
    assert by_name["no abstract"].sentence() == (
        f"no abstract: 10 found, at least {int(10_000 / (10 + left)) / 10:g}% of the relevant ones; "
        f"at most {left} left."
    )
    assert done.sentences()[0].startswith("With 95% confidence, all of this together: at least")


def test_kinds_too_small_to_say_anything_and_empty_ones_say_so() -> None:
    done = certify_strata(KINDS, range(500), [False] * 500, found_before={}, names=("in Welsh",))
    by_name = {part.draws.name: part for part in done.strata}
    assert "nothing can be said. 0 of 4 records" in by_name["no title"].sentence()
    assert "no record was left to draw from" in by_name["in Welsh"].sentence()
    assert done.strata[0].draws.name == "in Welsh"
    # An empty kind takes no share of what may go wrong.
    assert by_name["with abstract"].most_left == most_left(Draws(900, 500, 0), level=1 - 0.05 / 3)


def test_one_sample_of_all_bounds_the_whole_more_closely() -> None:
    rng = np.random.default_rng(2)
    drawn = rng.permutation(len(KINDS))[:400].tolist()
    parts = {"found_before": {"with abstract": 90}, "level": 0.9}
    apart = certify_strata(KINDS, drawn, [False] * 400, **parts)
    whole = certify_strata(KINDS, drawn, [False] * 400, is_one_sample=True, **parts)
    assert whole.most_left == most_left(Draws(994, 400, 0), level=1 - 0.1 / 4)
    assert whole.most_left < apart.most_left
    for one, other in zip(whole.strata, apart.strata, strict=True):
        assert one.most_left >= other.most_left


@pytest.mark.parametrize("is_one_sample", [False, True])
def test_all_bounds_hold_together_as_often_as_they_say(is_one_sample: bool) -> None:
    rng = np.random.default_rng(11)
    kinds = ["a"] * 150 + ["b"] * 60 + ["c"] * 30
    truth = np.zeros(240, dtype=bool)
    truth[[*range(12), *range(150, 156), *range(210, 222)]] = True
    level, runs, failed = 0.8, 200, 0
    for _ in range(runs):
        order = rng.permutation(240)
        if not is_one_sample:
            # Half of each kind, in turn.
            order = np.concatenate(
                [rng.permutation(np.flatnonzero(np.array(kinds) == kind)) for kind in "abc"]
            )
            sizes = np.concatenate([np.arange(n) / n for n in (150, 60, 30)])
            order = order[np.argsort(sizes, kind="stable")]
        failed_now = False
        for n_drawn in range(20, 240, 20):
            seen = order[:n_drawn]
            done = certify_strata(
                kinds,
                seen.tolist(),
                truth[seen].tolist(),
                found_before={},
                is_one_sample=is_one_sample,
                level=level,
            )
            left = truth.copy()
            left[seen] = False
            by_kind = {kind: int(left[np.array(kinds) == kind].sum()) for kind in "abc"}
            failed_now |= done.most_left < left.sum()
            failed_now |= any(one.most_left < by_kind[one.draws.name] for one in done.strata)
        failed += failed_now
    # Three standard errors beyond the promise would be a fault, not chance.
    assert failed / runs <= 0.2 + 3 * np.sqrt(0.2 * 0.8 / runs)


@pytest.mark.parametrize("overlooked", [0.05, 0.1, 0.2])
def test_what_one_person_overlooks_is_in_the_bound(overlooked: float) -> None:
    rng = np.random.default_rng(3)
    level, runs, failed, naive_failed = 0.9, 300, 0, 0
    for _ in range(runs):
        # Ranked screening reads 600 of 1,000 records and meets 76 of 80 relevant ones; one person reads.
        overlooks = rng.binomial(76, overlooked)
        found = 76 - overlooks
        excluded = rng.permutation(np.arange(600 - found) < overlooks)
        rest = rng.permutation(np.arange(400) < 4)
        failed_now = naive_failed_now = False
        for share in (0.2, 0.4, 0.6, 0.8):
            n, m = int(share * rest.size), int(share * excluded.size)
            unread = Draws(rest.size, n, int(rest[:n].sum()))
            again = Draws(excluded.size, m, int(excluded[:m].sum()))
            done = certify_overlooked(found, unread, again, level=level)
            failed_now |= done.recall > done.n_found / 80
            naive_left = most_left(unread, level=level)
            naive = (found + unread.n_found) / (found + unread.n_found + naive_left)
            naive_failed_now |= naive > (found + unread.n_found) / 80
        failed += failed_now
        naive_failed += naive_failed_now
    assert failed / runs <= 0.1 + 3 * np.sqrt(0.1 * 0.9 / runs)
    # Without the second person the promise is broken, so that the test can tell.
    if overlooked >= 0.1:
        assert naive_failed / runs > 0.5


def test_small_kinds_can_be_given_draws_first() -> None:
    assert allot({"a": 900, "b": 90, "c": 10}, 100) == {"a": 90, "b": 9, "c": 1}
    least = allot({"a": 900, "b": 90, "c": 10}, 100, least=10)
    assert least == {"a": 74, "b": 16, "c": 10}
    assert allot({"a": 3, "b": 0}, 10) == {"a": 3, "b": 0}
    with pytest.raises(UserError, match="Draw more"):
        allot({"a": 30, "b": 30}, 10, least=6)
    with pytest.raises(UserError, match="below 0"):
        allot({"a": -1}, 0)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(UserError, match="drawn twice"):
        certify_strata(["a"] * 3, [1, 1], [True, True], found_before={})
    with pytest.raises(UserError, match="no record 3"):
        certify_strata(["a"] * 3, [3], [True], found_before={})
    with pytest.raises(UserError, match="do not match"):
        certify_strata(["a"] * 3, [1], [], found_before={})
    with pytest.raises(UserError, match='of "a" cannot be'):
        certify_strata(["a"] * 3, [], [], found_before={"a": -1})
    with pytest.raises(UserError, match="no kind of records"):
        certify_strata([], [], [], found_before={})
