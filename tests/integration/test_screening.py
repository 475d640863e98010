"""Screening by several people in a store: votes, blindness, conflicts, undo, allocation."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.screening_store import LEAD, RULES, fill, person, records
from whatworks.actions.rank_screening import Orders
from whatworks.actions.screen_record import settle, take_in_hand, undo_last, vote
from whatworks.actions.screening_board import Board
from whatworks.actions.set_up_screening import (
    current_criteria,
    name_seeds,
    set_rules,
    write_criteria,
)
from whatworks.errors import NotFound, UserError
from whatworks.release.plan import FLOW_TABLES
from whatworks.release.prisma import prisma_flow
from whatworks.store import Store

TA = "title_abstract"
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def say(board: Board, who: str, record_id: str, value: str, **more: str) -> str:
    found = vote(
        board,
        by=person(who),
        stage_name=TA,
        record_id=record_id,
        value=value,
        **more,  # type: ignore[arg-type]
    )
    return found.state


def test_two_people_decide_and_a_third_settles(store: Store) -> None:
    board = fill(store)
    assert say(board, "a", "r.00000", "include") == "waiting"
    assert say(board, "b", "r.00000", "exclude", reason="design") == "conflict"
    with pytest.raises(UserError, match="somebody who did not vote"):
        settle(board, by=person("a"), stage_name=TA, record_id="r.00000", value="include")
    found = settle(
        board, by=person("c"), stage_name=TA, record_id="r.00000", value="exclude", reason="design"
    )
    assert (found.outcome, found.reason, found.settled_by) == ("exclude", "design", "reconciled")
    assert {vote.value for vote in found.votes.values()} == {"include", "exclude"}


def test_under_agreement_those_who_voted_settle(store: Store) -> None:
    board = fill(store, conflict_rule="agreement")
    say(board, "a", "r.00000", "include")
    say(board, "b", "r.00000", "unsure")
    with pytest.raises(UserError, match="one of the two who voted"):
        settle(board, by=person("c"), stage_name=TA, record_id="r.00000", value="include")
    assert (
        settle(board, by=person("b"), stage_name=TA, record_id="r.00000", value="include").outcome
        == "include"
    )


def test_nothing_is_settled_before_both_have_voted(store: Store) -> None:
    board = fill(store)
    say(board, "a", "r.00000", "include")
    with pytest.raises(UserError, match="Not everybody"):
        settle(board, by=LEAD, stage_name=TA, record_id="r.00000", value="include")


def test_an_agreed_outcome_is_changed_only_with_a_reason(store: Store) -> None:
    board = fill(store)
    for who in "ab":
        say(board, who, "r.00000", "exclude")
    with pytest.raises(UserError, match="Say why"):
        settle(board, by=person("c"), stage_name=TA, record_id="r.00000", value="include")
    found = settle(
        board,
        by=person("c"),
        stage_name=TA,
        record_id="r.00000",
        value="include",
        note="it is a trial",
    )
    assert found.outcome == "include"


def test_votes_that_both_have_given_stand(store: Store) -> None:
    board = fill(store)
    say(board, "a", "r.00000", "include")
    say(board, "a", "r.00000", "unsure")  # still blind: the later counts
    say(board, "b", "r.00000", "include")
    with pytest.raises(UserError, match="their votes stand"):
        say(board, "a", "r.00000", "include")
    versions = store.history("decisions", "r.00000.title_abstract.a")
    assert [version.row.value for version in versions] == ["include", "unsure"]


def test_undo_goes_back_to_the_first_decision_and_no_further(store: Store) -> None:
    board = fill(store)
    for at, value in enumerate(["include", "exclude", "unsure"]):
        say(board, "a", f"r.{at:05}", value)
    say(board, "b", "r.00001", "exclude")
    undone = [undo_last(board, by=person("a"), stage_name=TA) for _ in range(4)]
    assert [one.value if one else None for one in undone] == ["unsure", "exclude", "include", None]
    # In a process that begins now it is the same.
    fresh = Board(store, "r").stage(TA)
    assert fresh.progress() == board.stage(TA).progress()
    assert list(fresh.standing("r.00001").votes) == ["b"]


def test_what_somebody_saw_of_others_cannot_be_undone(store: Store) -> None:
    board = fill(store)
    say(board, "a", "r.00000", "include")
    say(board, "a", "r.00001", "include")
    found = undo_last(board, by=person("a"), stage_name=TA, without=frozenset({"r.00001"}))
    assert found is not None
    assert found.record_id == "r.00000"


def test_a_full_text_is_excluded_for_a_reason_and_only_included_records_come_there(
    store: Store,
) -> None:
    board = fill(store, reviewers_per_record=1)
    set_rules(store, by=LEAD, rules=replace(RULES, stage="full_text", reviewers_per_record=1))
    say(board, "a", "r.00000", "include")
    say(board, "a", "r.00001", "exclude")
    assert list(board.stage("full_text").shown) == ["r.00000"]
    with pytest.raises(UserError, match="why the full text"):
        vote(board, by=person("a"), stage_name="full_text", record_id="r.00000", value="exclude")
    with pytest.raises(UserError, match="was not included"):
        vote(board, by=person("a"), stage_name="full_text", record_id="r.00001", value="include")
    found = vote(
        board,
        by=person("a"),
        stage_name="full_text",
        record_id="r.00000",
        value="exclude",
        reason="design",
    )
    assert found.reason == "design"


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"value": "maybe"}, "include, exclude or unsure"),
        ({"value": "exclude", "reason": "weather"}, "none of the exclusion reasons"),
        ({"stage_name": "pilot"}, "no stage"),
        ({"stage_name": "full_text"}, "not set up"),
    ],
)
def test_a_wrong_decision_is_refused_in_words(
    store: Store, changes: dict[str, str], match: str
) -> None:
    board = fill(store)
    given = {"stage_name": TA, "record_id": "r.00000", "value": "include", **changes}
    with pytest.raises(UserError, match=match):
        vote(board, by=person("a"), **given)  # type: ignore[arg-type]
    assert store.rows("decisions") == []


def test_an_unknown_record_and_a_closed_stage_are_refused(store: Store) -> None:
    board = fill(store)
    with pytest.raises(NotFound, match="nowhere"):
        say(board, "a", "nowhere", "include")
    set_rules(store, by=LEAD, rules=replace(RULES, is_open=False))
    with pytest.raises(UserError, match="closed"):
        say(board, "a", "r.00000", "include")


def test_rules_keep_the_seed_they_began_with(store: Store) -> None:
    board = fill(store)
    set_rules(store, by=LEAD, rules=replace(RULES, seed=99, doubled_share=0.5))
    assert board.stage(TA).rules.seed == RULES.seed


def test_criteria_have_versions_and_decisions_name_theirs(store: Store) -> None:
    board = fill(store)
    say(board, "a", "r.00000", "include")
    with pytest.raises(UserError, match="Say what changed"):
        write_criteria(store, by=LEAD, review_id="r", text="Pupils", reasons=[("age", "Adults")])
    write_criteria(
        store,
        by=LEAD,
        review_id="r",
        text="Pupils",
        reasons=[("age", "Adults")],
        why_changed="trials were too few",
    )
    say(board, "a", "r.00001", "exclude", reason="age")
    shown = {one.record_id: one.criteria_version for one in store.rows("decisions")}
    assert shown == {"r.00000": 1, "r.00001": 2}
    newest, reasons = current_criteria(store, "r")
    assert newest is not None
    assert (newest.criteria_version, [one.code for one in reasons]) == (2, ["age"])
    again = write_criteria(
        store, by=LEAD, review_id="r", text="Pupils", reasons=[("age", "Adults")]
    )
    assert again == newest


def test_a_lapsed_record_goes_to_whoever_asks_next(store: Store) -> None:
    board = fill(store, n=4, reviewers_per_record=1)
    order = Orders(board).order(TA)
    first = take_in_hand(board, TA, "a", order, at=NOON)
    assert take_in_hand(board, TA, "b", order, at=NOON + timedelta(minutes=29)) == []
    assert take_in_hand(board, TA, "b", order, at=NOON + timedelta(minutes=31)) == first


def test_new_records_join_without_losing_order_or_decisions(store: Store) -> None:
    board = fill(store, n=20, reviewers_per_record=1, record_order="ranked")
    orders = Orders(board)
    say(board, "a", "r.00000", "include")
    say(board, "a", "r.00019", "exclude")
    assert orders.refresh(TA)
    before = list(orders.order(TA))
    new = [replace(one, record_id=f"{one.record_id}.new") for one in records(4)]
    with store.write(actor=LEAD, action="add", object_type="review", object_id="r") as tx:
        tx.append("records", new)
    stage = board.stage(TA)
    after = list(orders.order(TA))
    assert after[:20] == before
    assert set(after[20:]) == {one.record_id for one in new}
    assert stage.progress().n_settled == 2
    assert orders.refresh(TA)
    assert set(orders.order(TA)) == set(after)


def test_ranking_begins_with_words_and_with_known_records(store: Store) -> None:
    board = fill(store, n=40, record_order="ranked")
    orders = Orders(board)
    # By the words of the criteria all about reading come first, by chance among themselves.
    assert set(orders.order(TA)[:20]) == {f"r.{at:05}" for at in range(20)}
    assert not orders.refresh(TA)
    name_seeds(store, by=LEAD, review_id="r", seeds={"r.00030": True})
    board.catch_up()
    # One relevant record is enough; what is irrelevant is stood in for by records of chance.
    assert orders.refresh(TA)
    assert set(orders.order(TA)[:20]) == {f"r.{at:05}" for at in range(20, 40)}
    assert orders.reasons(TA, "r.00030")
    with pytest.raises(NotFound, match="nowhere"):
        name_seeds(store, by=LEAD, review_id="r", seeds={"nowhere": True})


@pytest.mark.parametrize("needed", [1, 2])
def test_fifty_at_once_decide_on_each_record_as_often_as_needed(store: Store, needed: int) -> None:
    people = [f"p{at:02}" for at in range(50)]
    board = fill(store, n=60, people=people, reviewers_per_record=needed)
    orders = Orders(board)
    failures: list[BaseException] = []

    def work(who: str) -> None:
        try:
            skipped: frozenset[str] = frozenset()
            while got := take_in_hand(board, TA, who, orders.order(TA), most=1, without=skipped):
                say(board, who, got[0], "include" if hash(got[0]) % 2 else "exclude")
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(who,)) for who in people]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failures == []
    counted = Counter(one.record_id for one in store.rows("decisions"))
    assert counted == {f"r.{at:05}": needed for at in range(60)}
    assert store.check().problems == ()
    assert Board(store, "r").stage(TA).progress() == board.stage(TA).progress()


def test_the_flow_counts_what_was_settled_with_the_reasons(store: Store) -> None:
    board = fill(store, reviewers_per_record=1)
    set_rules(store, by=LEAD, rules=replace(RULES, stage="full_text", reviewers_per_record=1))
    for at in range(5):
        say(board, "a", f"r.{at:05}", "include" if at < 3 else "exclude")
    say(board, "a", "r.00009", "unsure")
    for at, (value, reason) in enumerate(
        [("include", None), ("exclude", "design"), ("exclude", "population")]
    ):
        vote(
            board, by=person("b"), stage_name="full_text", record_id=f"r.{at:05}", value=value, reason=reason
        )  # fmt: skip
    flow = prisma_flow(store.evidence(*FLOW_TABLES), "r")
    counted = {box.box: box.counted for box in flow.boxes}
    assert counted["records_screened"] == 5
    assert counted["records_excluded"] == 2
    assert counted["dbr_assessed"] == 3
    assert counted["dbr_excluded"] == 2
    (excluded,) = [box for box in flow.boxes if box.box == "dbr_excluded"]
    assert excluded.details == (("Not pupils", 1), ("No comparison group", 1))
