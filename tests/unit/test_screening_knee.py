"""The knee rule: worked by hand, and asked when batches are done."""

from __future__ import annotations

import pytest

from whatworks.screening.knee import knee, knee_stop


def test_the_ratio_is_that_of_the_slopes_before_and_after_the_knee() -> None:
    # 10 relevant in 10, then 1 in 90: the slopes are 1 and (1 + 1) / 90.
    relevant = [True] * 10 + [False] * 40 + [True] + [False] * 49
    found = knee(relevant)
    assert found.n_at == 10
    assert found.ratio == pytest.approx(90 / 2)
    assert found.ratio_wanted == 145
    assert not found.says_stop


@pytest.mark.parametrize(("n_found", "wanted"), [(0, 156), (1, 155), (149, 7), (150, 6), (900, 6)])
def test_the_more_are_found_the_less_is_wanted(n_found: int, wanted: int) -> None:
    assert knee([True] * n_found + [False] * 5).ratio_wanted == wanted


def test_it_says_nothing_before_a_thousand_are_screened_unless_told_so() -> None:
    relevant = [True] * 150 + [False] * 849
    assert knee(relevant).ratio >= 6
    assert not knee(relevant).says_stop
    assert knee([*relevant, False]).says_stop
    assert knee(relevant, least_screened=500).says_stop


def test_it_is_asked_when_a_batch_is_done() -> None:
    relevant = [True] * 150 + [False] * 3_000
    first = knee_stop(relevant)
    assert first is not None
    # Batches of 1, 2, 3, ..., 10, 11, 13, 15, ...: the first to end at 1,000 or more.
    ends, batch = [1], 1
    while ends[-1] < 1_000:
        batch += -(-batch // 10)
        ends.append(ends[-1] + batch)
    assert first == ends[-1]
    assert knee(relevant[:first]).says_stop


def test_a_gain_curve_without_a_knee_never_stops_it() -> None:
    assert knee_stop(([False] * 19 + [True]) * 200) is None
    assert knee_stop([False] * 3_000) is None
    assert knee_stop([]) is None
