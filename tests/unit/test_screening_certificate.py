"""The certificate of recall: against exact numbers, at every look, with any ranking."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import numpy as np
import pytest

from whatworks.errors import UserError
from whatworks.screening.certificate import (
    Draws,
    certify,
    draws_needed,
    level_of_attempt,
    most_left,
)


def exact_most_left(n_records: int, n_drawn: int, n_found: int, alpha: Fraction) -> int:
    """The same in whole numbers and fractions, from the statement of the set."""
    counts = range(n_found, n_records - n_drawn + n_found + 1)
    likelihood = {k: comb(k, n_found) * comb(n_records - k, n_drawn - n_found) for k in counts}
    mean = sum(Fraction(likelihood[k], (k + 1) * (k + 2)) for k in counts)
    return max(k for k in counts if likelihood[k] > alpha * mean) - n_found


@pytest.mark.parametrize("n_records", [1, 7, 40, 150])
@pytest.mark.parametrize("alpha", [Fraction(1, 20), Fraction(1, 5)])
def test_it_is_the_set_of_its_definition(n_records: int, alpha: Fraction) -> None:
    for n_drawn in range(0, n_records + 1, max(1, n_records // 9)):
        for n_found in {0, 1, 3, n_drawn // 2, n_drawn}:
            if n_found <= n_drawn:
                found = most_left(Draws(n_records, n_drawn, n_found), level=float(1 - alpha))
                assert found == exact_most_left(n_records, n_drawn, n_found, alpha)


def test_it_begins_with_all_and_ends_with_none() -> None:
    assert most_left(Draws(500, 0, 0)) == 500
    assert most_left(Draws(500, 500, 12)) == 0
    left = [most_left(Draws(500, n, 0)) for n in range(0, 501, 25)]
    assert left == sorted(left, reverse=True)


@pytest.mark.parametrize("n_relevant", [0, 1, 5, 30, 120])
def test_looking_after_each_draw_it_holds_as_often_as_it_says(n_relevant: int) -> None:
    n, n_runs, level = 200, 300, 0.9
    bound = {
        (drawn, found): most_left(Draws(n, drawn, found), level=level)
        for drawn in range(0, n + 1, 2)
        for found in range(min(drawn, n_relevant) + 1)
        if n_relevant - found <= n - drawn
    }
    rng = np.random.default_rng(n_relevant)
    failed = 0
    for _ in range(n_runs):
        truth = rng.permutation(np.arange(n) < n_relevant)
        found = np.concatenate([[0], np.cumsum(truth)])[::2].tolist()
        failed += any(n_relevant - hits > bound[2 * at, hits] for at, hits in enumerate(found))
    # Three standard errors beyond the promise would be a fault, not chance.
    assert failed / n_runs <= 0.1 + 3 * np.sqrt(0.1 * 0.9 / n_runs)


def test_the_certificate_is_of_all_that_was_found() -> None:
    one = certify(95, [Draws(1_000, 200, 1)])
    assert one.n_found == 96
    assert one.recall == 96 / (96 + sum(one.most_left))
    assert one.reaches(one.recall - 1e-6)
    assert not one.reaches(0.999)
    assert one.sentence() == (
        f"With 95% confidence at least {int(1000 * one.recall) / 10:g}% of the relevant records have been "
        f"found: 96 are, and at most {one.most_left[0]} are left."
    )
    assert certify(0, [Draws(100, 100, 0)]).recall == 1.0
    assert certify(0, [Draws(100, 20, 0)]).recall == 0.0
    # 95 of 100 are 95%, though 0.95 is no binary fraction.
    assert certify(95, [Draws(5, 0, 0)]).reaches(0.95)


def test_sets_of_records_and_people_s_errors_share_what_may_go_wrong() -> None:
    sets = [Draws(400, 150, 0, "with abstract"), Draws(60, 30, 1, "no abstract")]
    both = certify(50, [*sets, Draws(800, 200, 0, "excluded by one person")])
    each = 1 - 0.05 / 3
    assert both.most_left[:2] == tuple(most_left(one, level=each) for one in sets)
    assert len(both.most_left) == 3
    assert both.recall < certify(50, sets).recall


@pytest.mark.parametrize(("found", "records"), [(95, 1_000), (30, 400), (5, 300), (400, 20_000)])
def test_the_number_of_draws_that_is_needed_is_the_least(found: int, records: int) -> None:
    start = Draws(records, 10, 0)
    more = draws_needed(found, start, target=0.95)
    assert certify(found, [Draws(records, 10 + more, 0)]).reaches(0.95)
    if more:
        assert not certify(found, [Draws(records, 9 + more, 0)]).reaches(0.95)


def test_attempts_together_hold_at_the_level() -> None:
    spent = [1 - level_of_attempt(0.95, attempt) for attempt in range(1, 40)]
    assert sum(spent) == pytest.approx(0.05)
    assert spent == sorted(spent, reverse=True)


def test_what_cannot_be_is_refused() -> None:
    for draws in (Draws(10, 11, 0), Draws(10, 5, 6), Draws(10, 5, -1)):
        with pytest.raises(UserError, match="cannot be"):
            most_left(draws)
    with pytest.raises(UserError, match="Draw some first"):
        certify(5, [])
    with pytest.raises(UserError, match="share between 0 and 1"):
        draws_needed(5, Draws(10, 0, 0), target=1.0)
    with pytest.raises(UserError, match="counted from 1"):
        level_of_attempt(0.95, 0)
