"""A certificate in a store: frozen, drawn, looked at, issued, given up; and what it follows from."""

from __future__ import annotations

import json

import pytest

from tests.screening_store import LEAD, fill, person, records
from whatworks.actions.certify_screening import (
    begin_certification,
    give_up_certification,
    issue_certificate,
    look,
    ranked_advice,
    stated,
)
from whatworks.actions.rank_screening import Orders
from whatworks.actions.screen_record import settle, take_in_hand, vote
from whatworks.actions.screening_board import Board
from whatworks.errors import UserError
from whatworks.release.plan import FLOW_TABLES
from whatworks.release.prisma import prisma_flow
from whatworks.screening.statement import Statement
from whatworks.store import Store

TA = "title_abstract"


def say(board: Board, record_id: str, *, relevant: bool, who: str = "a") -> None:
    value = "include" if relevant else "exclude"
    vote(board, by=person(who), stage_name=TA, record_id=record_id, value=value)


def begun(store: Store, *, n: int = 60, n_ranked: int = 30, seed: int = 5) -> Board:
    """All relevant records (the first half) are found in ranked screening, and it is frozen."""
    board = fill(store, n=n, reviewers_per_record=1)
    for at in range(n_ranked):
        say(board, f"r.{at:05}", relevant=True)
    begin_certification(board, by=LEAD, stage_name=TA, seed=seed)
    return board


def test_draws_come_in_their_order_and_only_a_prefix_counts(store: Store) -> None:
    board = begun(store)
    orders = Orders(board)
    draws = list(orders.order(TA))
    assert sorted(draws) == [f"r.{at:05}" for at in range(30, 60)]
    assert take_in_hand(board, TA, "a", draws)[0] == draws[0]
    for name in (draws[0], draws[1], draws[3]):
        say(board, name, relevant=False)
    now = look(board, TA)
    assert now is not None
    assert (now.n_drawn, now.n_ahead) == (2, 1)
    assert now.statement.drawn == tuple(draws[:2])


def test_when_everything_is_drawn_all_is_certified(store: Store) -> None:
    board = begun(store)
    for name in Orders(board).order(TA):
        say(board, name, relevant=False)
    now = look(board, TA)
    assert now is not None
    assert now.certificate.recall == 1.0
    assert now.is_reached


def test_an_issued_certificate_is_stored_and_can_be_computed_again(store: Store) -> None:
    board = begun(store)
    for name in list(Orders(board).order(TA))[:20]:
        say(board, name, relevant=False)
    issued = issue_certificate(board, by=LEAD, stage_name=TA)
    assert issued.state == "issued"
    assert issued.statement is not None
    assert f"at least {int(1000 * (issued.recall or 0)) / 10:g}%" in issued.statement
    with pytest.raises(UserError, match="closed"):
        say(board, "r.00059", relevant=False)
    # From what is stored alone, elsewhere.
    fresh = Board(store, "r")
    kept = Statement.from_dict(json.loads(json.dumps(stated(fresh, TA).to_dict())))
    left = [f"r.{at:05}" for at in range(30, 60)]
    assert kept.differences(left, dict.fromkeys(kept.drawn, False)) == ()
    assert kept.recompute().recall == issued.recall
    assert kept.differences(left[:-1]) != ()
    # What was left unread was kept out by the program, and the flow says so.
    counted = {box.box: box.counted for box in prisma_flow(store.evidence(*FLOW_TABLES), "r").boxes}
    assert counted["records_screened"] == 50
    assert counted["excluded_automatic"] == 10


def test_nothing_is_issued_while_records_outside_the_draws_are_open(store: Store) -> None:
    board = fill(store, n=40, reviewers_per_record=1)
    vote(board, by=person("a"), stage_name=TA, record_id="r.00000", value="unsure")
    begin_certification(board, by=LEAD, stage_name=TA)
    with pytest.raises(UserError, match="1 record outside the draws is not settled"):
        issue_certificate(board, by=LEAD, stage_name=TA)
    new = records(42)[40:]
    with store.write(actor=LEAD, action="add", object_type="review", object_id="r") as tx:
        tx.append("records", new)
    with pytest.raises(UserError, match="3 records outside the draws are not settled"):
        issue_certificate(board, by=LEAD, stage_name=TA)


def test_an_attempt_given_up_costs_half_of_what_may_go_wrong(store: Store) -> None:
    board = begun(store)
    say(board, Orders(board).order(TA)[0], relevant=True)
    give_up_certification(board, by=LEAD, stage_name=TA)
    assert "r.00000" in Orders(board).order(TA)
    second = begin_certification(board, by=LEAD, stage_name=TA, seed=6)
    assert second.attempt == 2
    assert second.n_records == 29
    now = look(board, TA)
    assert now is not None
    assert now.statement.attempt == 2


def test_two_attempts_at_once_and_none_are_refused(store: Store) -> None:
    board = begun(store)
    with pytest.raises(UserError, match="already"):
        begin_certification(board, by=LEAD, stage_name=TA)
    give_up_certification(board, by=LEAD, stage_name=TA)
    for refused in (give_up_certification, issue_certificate):
        with pytest.raises(UserError, match="No records are being drawn"):
            refused(board, by=LEAD, stage_name=TA)


def test_advice_is_given_with_prices_before_anything_is_frozen(store: Store) -> None:
    board = fill(store, n=60, reviewers_per_record=1)
    for at in range(30):
        say(board, f"r.{at:05}", relevant=at < 20)
    guarantee, *others = ranked_advice(board, TA, {})
    assert guarantee.rule.name == "certificate"
    assert [one.target for one in guarantee.prices] == [0.9, 0.95, 0.98]
    assert guarantee.n_left == 30
    assert {one.rule.name for one in others} >= {"buscar", "knee", "QuantCI"}


def test_what_one_person_overlooks_is_bounded_by_what_two_decided_on(store: Store) -> None:
    board = fill(store, n=400, reviewers_per_record=1, doubled_share=0.5)
    stage = board.stage(TA)
    doubled = [name for name in stage.shown if stage.standing(name).n_needed == 2]
    # Of 200 relevant records the first person overlooks every tenth; the second person sees all.
    for at in range(200):
        name = f"r.{at:05}"
        say(board, name, relevant=at % 10 > 0)
        if name in doubled:
            say(board, name, relevant=True, who="b")
            if at % 10 == 0:
                settle(board, by=person("c"), stage_name=TA, record_id=name, value="include")
    begin_certification(board, by=LEAD, stage_name=TA, seed=5)
    for name in Orders(board).order(TA):
        say(board, name, relevant=False)
        if name in doubled:
            say(board, name, relevant=False, who="b")
    now = look(board, TA)
    assert now is not None
    # As if people never erred everything is found; in truth some of what one person excluded is not.
    assert now.certificate.recall == 1.0
    truly_found = sum(stage.standing(f"r.{at:05}").outcome == "include" for at in range(200))
    assert now.overlooked is not None
    assert now.overlooked.n_found == truly_found
    assert now.overlooked.recall <= truly_found / 200 < 1.0
