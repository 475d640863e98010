"""Advice: what each rule says, in words, and prices that are those one pays."""

from __future__ import annotations

import numpy as np
import pytest

from whatworks.errors import UserError
from whatworks.screening.advice import Advice, advise
from whatworks.screening.buscar import buscar_p
from whatworks.screening.certificate import Draws, certify, level_of_attempt
from whatworks.screening.price import few_found, may_be_left, price, prices
from whatworks.screening.stopping_rules import CONDITIONAL, GUARANTEE, HEURISTIC, RULES

# 60 relevant records come first, one of them late; then there is nothing.
LABELS = [True] * 59 + [False] * 120 + [True] + [False] * 70


def by_rule(advice: tuple[Advice, ...]) -> dict[str, Advice]:
    return {one.rule.name: one for one in advice}


def test_each_rule_says_what_it_is_and_the_guarantee_comes_first() -> None:
    advice = advise(LABELS, 1_000)
    assert advice[0].rule.name == "certificate"
    assert {one.rule.name for one in advice} == set(RULES)
    kinds = {one.rule.name: one.rule.kind for one in advice}
    assert [name for name, kind in kinds.items() if kind == GUARANTEE] == ["certificate"]
    assert [name for name, kind in kinds.items() if kind == CONDITIONAL] == ["buscar"]
    assert all(kind in (GUARANTEE, CONDITIONAL, HEURISTIC) for kind in kinds.values())
    for one in advice:
        assert f"({one.rule.kind})" in one.sentence()
        assert one.rule.assumption in one.sentence()


def test_a_run_that_is_long_enough_says_when_it_was() -> None:
    advice = by_rule(advise(LABELS, 1_000))
    assert advice["50 in a row"].says_stop
    assert advice["50 in a row"].first_said == 109
    assert advice["50 in a row"].sentence() == (
        "50 in a row (heuristic): stop; it would have said so 141 records ago. "
        "Assumes that relevant records come evenly: nothing vouches for it."
    )
    assert not advice["200 in a row"].says_stop
    assert advice["200 in a row"].n_more == 130
    assert "it needs about 130 more if nothing is found" in advice["200 in a row"].sentence()


def test_what_was_said_and_taken_back_is_told() -> None:
    one = by_rule(advise(LABELS[:200], 1_000))["50 in a row"]
    assert (one.says_stop, one.first_said, one.n_more) == (False, 109, 30)
    assert "It said stop 91 records ago and has taken that back." in one.sentence()


def test_the_records_that_buscar_needs_are_the_fewest() -> None:
    one = by_rule(advise(LABELS, 1_000))["buscar"]
    assert not one.says_stop
    assert one.n_more is not None
    then = LABELS + [False] * one.n_more
    assert buscar_p(then, n_records=1_000) < 0.05
    assert buscar_p(then[:-1], n_records=1_000) >= 0.05


def test_quantci_needs_scores_and_decisions_of_both_kinds() -> None:
    without = by_rule(advise(LABELS, 1_000))["QuantCI"]
    assert without.n_more is None
    assert "says nothing. It needs the scores of a ranking." in without.sentence()
    rng = np.random.default_rng(1)
    scores = np.where([*LABELS, *[False] * 750], 4.0, -4.0) + rng.normal(size=1_000)
    with_scores = by_rule(advise(LABELS, 1_000, scores=scores))["QuantCI"]
    assert with_scores.n_more is not None
    one_kind = by_rule(advise([False] * 5, 1_000, scores=scores))["QuantCI"]
    assert one_kind.reason == "It needs a relevant record and one that is not."


def test_the_price_of_each_target_stands_side_by_side_and_is_what_one_pays() -> None:
    certificate = advise(LABELS, 1_000)[0]
    assert [one.target for one in certificate.prices] == [0.9, 0.95, 0.98]
    assert [one.n_draws for one in certificate.prices] == sorted(
        one.n_draws for one in certificate.prices
    )
    assert certificate.n_more == certificate.prices[1].n_draws
    for one in certificate.prices:
        assert certify(60, [Draws(750, one.n_draws, 0)]).reaches(one.target)
        assert not certify(60, [Draws(750, one.n_draws - 1, 0)]).reaches(one.target)
        said = f"To be sure of {100 * one.target:g}% you will need about {one.n_draws:,} more"
        assert said in certificate.sentence()
    assert [one.target for one in advise(LABELS, 1_000, target=0.97)[0].prices] == [
        0.9,
        0.95,
        0.97,
        0.98,
    ]


def test_draws_made_lower_the_price_until_it_is_paid() -> None:
    start = advise(LABELS, 1_000)[0]
    assert start.n_more is not None
    later = advise(LABELS, 1_000, draws=Draws(750, 100, 0))[0]
    assert later.n_more == start.n_more - 100
    paid = advise(LABELS, 1_000, draws=Draws(750, start.n_more, 0))[0]
    assert paid.says_stop
    assert paid.n_more == 0
    assert "certain already" in paid.prices[1].sentence()


def test_relevant_records_among_the_draws_cost_more() -> None:
    in_vain, some, many = (price(150, Draws(2_000, 0, 0), rate=rate) for rate in (0.0, 0.002, 0.02))
    assert in_vain.n_expected == in_vain.n_draws
    assert in_vain.n_draws < (some.n_expected or 0) < (many.n_expected or 0)
    n = some.n_expected or 0
    assert certify(150, [Draws(2_000, n, int(0.002 * n))]).reaches(0.95)
    assert f"about {n:,} if one in 500 is" in some.sentence()


def test_whoever_may_go_back_to_ranking_pays_more() -> None:
    costs = [price(150, Draws(2_000, 0, 0), attempt=attempt).n_draws for attempt in (None, 1, 2, 3)]
    assert costs == sorted(set(costs))
    second = Draws(2_000, costs[2], 0)
    assert certify(150, [second], level=level_of_attempt(0.95, 2)).reaches(0.95)


def test_few_relevant_records_are_told_first_with_what_a_lower_aim_costs() -> None:
    certificate = advise([True] * 12 + [False] * 188, 1_000)[0]
    assert certificate.sentence().startswith("Only 12 relevant records have been found.")
    lower = price(12, Draws(800, 0, 0), target=0.9)
    assert f"An aim of 90% takes {lower.n_draws:,}." in certificate.sentence()
    assert price(12, Draws(800, 0, 0)).n_draws > 0.8 * 800
    assert few_found(18, Draws(800, 0, 0)) is not None
    assert few_found(19, Draws(800, 0, 0)) is None
    assert may_be_left(19, 0.95) == 1
    assert "90% takes as many" in (few_found(5, Draws(800, 0, 0)) or "")
    assert "An aim of" not in (few_found(5, Draws(800, 0, 0), target=0.9) or "")
    assert few_found(0, Draws(800, 800, 0)) is None


def test_when_everything_is_screened_there_is_nothing_to_advise() -> None:
    for one in advise(LABELS, len(LABELS), scores=np.arange(len(LABELS))):
        assert one.says_stop
        assert one.n_more == 0
        assert "everything is screened" in one.sentence()
    for one in advise([], 0):
        assert one.n_left == 0


@pytest.mark.parametrize("labels", [[], [False], [True], [False] * 30, [True] * 30])
def test_the_first_records_can_be_advised_on(labels: list[bool]) -> None:
    advice = advise(labels, 400, scores=np.linspace(1, 0, 400), rate=0.01)
    for one in advice:
        assert one.n_more is None or 0 < one.n_more <= one.n_left
        assert one.sentence()


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(UserError, match="cannot be"):
        advise([True] * 5, 4)
    with pytest.raises(UserError, match="draws are from 700"):
        advise(LABELS, 1_000, draws=Draws(700, 0, 0))
    with pytest.raises(UserError, match="do not match"):
        advise(LABELS, 1_000, scores=[0.5] * 9)
    with pytest.raises(UserError, match="share between 0 and 1"):
        advise(LABELS, 1_000, target=1.0)
    with pytest.raises(UserError, match="level must be"):
        advise(LABELS, 1_000, level=95)
    with pytest.raises(UserError, match="The rate is 2"):
        prices(60, Draws(750, 0, 0), rate=2.0)
