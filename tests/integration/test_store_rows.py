"""Rows in and out: versions, withdrawals, history, events and files."""

from __future__ import annotations

import math
import os
from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.store_places import ACTOR, row
from whatworks.errors import NotFound, UserError
from whatworks.release.schema import TABLES
from whatworks.store import Actor, Store

WRITE = {"actor": ACTOR, "action": "try", "object_type": "review", "object_id": "r"}


def add(store: Store, table: str, *rows: object) -> int:
    with store.write(**WRITE) as tx:
        return tx.append(table, rows)


def test_a_row_of_every_table_comes_back_as_it_went_in(store: Store) -> None:
    rows = {name: row(name) for name in TABLES}
    with store.write(**WRITE) as tx:
        for name, one in rows.items():
            tx.append(name, [one])
    evidence = store.evidence()
    assert {name: list(evidence.table(name)) for name in TABLES} == {
        name: [one] for name, one in rows.items()
    }


def test_rows_stand_in_key_order_by_code_point(store: Store) -> None:
    names = ["b", "a", "B", "é", "z", "a b", "_", "Z-1", "😀", "\uffff"]
    add(store, "reviews", *(row("reviews", review_id=name) for name in names))
    assert [review.review_id for review in store.rows("reviews")] == sorted(names)


def test_a_correction_is_the_next_version_and_the_first_stays(store: Store) -> None:
    add(store, "reviews", row("reviews", review_id="r", title="Old"))
    add(store, "reviews", row("reviews", review_id="r", title="New"))
    assert [review.title for review in store.rows("reviews")] == ["New"]
    history = store.history("reviews", "r")
    assert [(one.version, one.row.title) for one in history] == [(1, "Old"), (2, "New")]
    assert [one.event_id for one in history] == [event.id for event in store.events()]


def test_an_equal_row_makes_no_version_and_no_event(store: Store) -> None:
    add(store, "reviews", row("reviews"))
    with store.write(**WRITE) as tx:
        assert tx.append("reviews", [row("reviews")]) == 0
    assert tx.event is None
    assert len(store.events()) == 1
    assert len(store.history("reviews", "x")) == 1


def test_a_withdrawn_row_is_not_current_and_can_come_back(store: Store) -> None:
    add(store, "reviews", row("reviews"))
    with store.write(**WRITE) as tx:
        assert tx.withdraw("reviews", ["x"]) == 1
    assert store.rows("reviews") == []
    assert add(store, "reviews", row("reviews")) == 1
    assert [one.is_withdrawn for one in store.history("reviews", "x")] == [False, True, False]
    assert store.check().is_sound


def test_withdrawing_what_is_not_there_names_it_and_stores_nothing(store: Store) -> None:
    def append_and_withdraw() -> None:
        with store.write(**WRITE) as tx:
            tx.append("reviews", [row("reviews")])
            tx.withdraw("reviews", ["gone"])

    with pytest.raises(NotFound, match='reviews has no current row "gone"'):
        append_and_withdraw()
    assert store.rows("reviews") == []
    assert store.events() == []


def test_keys_of_several_columns_are_given_as_tuples(store: Store) -> None:
    inputs = [row("analysis_inputs", analysis_id="a", row_id=name) for name in "xyz"]
    add(store, "analysis_inputs", *inputs)
    with store.write(**WRITE) as tx:
        tx.withdraw("analysis_inputs", [("a", "x", "y")])
    assert [one.row_id for one in store.rows("analysis_inputs")] == ["x", "z"]
    with pytest.raises(TypeError, match="analysis_id, table_name, row_id"):
        store.history("analysis_inputs", "a")


def test_one_transaction_may_append_correct_and_withdraw_the_same_row(store: Store) -> None:
    with store.write(**WRITE) as tx:
        tx.append("reviews", [row("reviews", title="one")])
        tx.append("reviews", [row("reviews", title="two")])
        tx.withdraw("reviews", ["x"])
        tx.append("reviews", [row("reviews", title="three")])
        tx.append("reviews", [row("reviews", title="four")])
    assert len(store.events()) == 1
    assert [one.row.title for one in store.history("reviews", "x")] == [
        "one",
        "two",
        "two",
        "three",
        "four",
    ]
    assert store.check().is_sound


def test_an_exception_in_the_block_leaves_nothing(store: Store) -> None:
    def append_and_fail() -> None:
        with store.write(**WRITE) as tx:
            tx.append("reviews", [row("reviews")])
            tx.put_file(b"data")
            raise ZeroDivisionError

    before = store.dump_hash()
    with pytest.raises(ZeroDivisionError):
        append_and_fail()
    assert store.dump_hash() == before
    assert store.events() == []
    assert add(store, "reviews", row("reviews")) == 1


def test_two_different_rows_of_one_name_are_refused(store: Store) -> None:
    with pytest.raises(UserError, match='two rows have the name "x" and differ in "title"'):
        add(store, "reviews", row("reviews", title="a"), row("reviews", title="b"))
    assert add(store, "reviews", row("reviews"), row("reviews")) == 1


@pytest.mark.parametrize(
    ("table", "column", "value", "message"),
    [
        ("numbers", "value", math.nan, "found nan. A finite number"),
        ("numbers", "value", -math.inf, "found -inf. A finite number"),
        ("reviews", "title", "a\x00b", "found a NUL character"),
        ("reviews", "title", "a\ud800", "found half a character at position 2"),
        ("reviews", "title", None, "found nothing. A value is required"),
        ("records", "year", 2**63, "Whole numbers have at most 18 digits"),
    ],
)
def test_a_value_that_cannot_be_kept_is_named(
    store: Store, table: str, column: str, value: object, message: str
) -> None:
    with pytest.raises(UserError, match=message) as caught:
        add(store, table, row(table, **{column: value}))
    assert f'{table}, row "x", column "{column}"' in str(caught.value)
    assert store.events() == []


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("numbers", "value", "0.5"),
        ("numbers", "value", True),
        ("records", "year", 2000.0),
        ("reviews", "title", 7),
        ("studies", "in_synthesis", 1),
    ],
)
def test_a_value_of_the_wrong_type_is_a_bug(
    store: Store, table: str, column: str, value: object
) -> None:
    with pytest.raises(TypeError, match=column):
        add(store, table, row(table, **{column: value}))


def test_an_empty_optional_text_is_kept_as_missing_and_a_required_one_as_empty(
    store: Store,
) -> None:
    add(store, "reviews", row("reviews", title="", note=""))
    (review,) = store.rows("reviews")
    assert (review.title, review.note) == ("", None)
    assert add(store, "reviews", row("reviews", title="", note=None)) == 0


def test_a_row_of_another_noun_is_a_bug(store: Store) -> None:
    with pytest.raises(TypeError, match="reviews takes Review, not Search"):
        add(store, "reviews", row("searches"))


def test_an_unknown_table_is_answered_with_the_tables_there_are(store: Store) -> None:
    with pytest.raises(NotFound, match=r'no table "effect".*effects'):
        store.rows("effect")


def test_an_event_says_who_did_what_when_and_why(store: Store) -> None:
    at = datetime(2026, 3, 1, 14, 30, 0, 123456, tzinfo=timezone(timedelta(hours=1)))
    with store.write(
        actor=Actor("person-a", "reviewer"),
        action="import_references",
        object_type="review",
        object_id="r1",
        reason="second search",
        at=at,
    ) as tx:
        tx.append("reviews", [row("reviews")])
    (event,) = store.events()
    assert event == tx.event
    assert (event.position, event.id) == (1, tx.event_id)
    assert event.at == "2026-03-01T13:30:00.123456Z"
    assert (event.actor, event.role, event.reason) == ("person-a", "reviewer", "second search")
    assert (event.action, event.object_type, event.object_id) == (
        "import_references",
        "review",
        "r1",
    )
    assert event.previous_hash == "0" * 64
    assert event.before_hash != event.after_hash
    assert store.last_event_id() == event.id
    assert store.payload(event.id)["changes"][0]["table"] == "reviews"


def test_a_time_without_zone_is_refused(store: Store) -> None:
    naive = datetime.now(UTC).replace(tzinfo=None)
    with pytest.raises(ValueError, match="no time zone"), store.write(**WRITE, at=naive):
        pass


def test_events_are_found_by_object_and_action(store: Store) -> None:
    for action, object_id in [("a", "1"), ("b", "1"), ("a", "2")]:
        with store.write(actor=ACTOR, action=action, object_type="t", object_id=object_id) as tx:
            tx.append("reviews", [row("reviews", review_id=action + object_id)])
    assert [event.object_id for event in store.events(action="a")] == ["1", "2"]
    assert [event.action for event in store.events(object_type="t", object_id="1")] == ["a", "b"]
    assert [event.position for event in store.events(newest_first=True, limit=2)] == [3, 2]


def test_the_payload_of_an_event_that_is_not_there_is_told(store: Store) -> None:
    with pytest.raises(NotFound, match='no event "gone"'):
        store.payload("gone")


@pytest.mark.parametrize("size", [0, 1, 999_999, 1_000_000, 2_500_000])
def test_a_file_comes_back_byte_for_byte(store: Store, size: int) -> None:
    data = os.urandom(size)
    with store.write(**WRITE) as tx:
        sha256 = tx.put_file(data)
    assert store.file(sha256) == data
    assert store.check().is_sound


def test_a_file_kept_already_is_no_change(store: Store) -> None:
    with store.write(**WRITE) as tx:
        first = tx.put_file(b"same")
    with store.write(**WRITE) as tx:
        assert tx.put_file(b"same") == first
    assert len(store.events()) == 1


def test_a_file_that_was_never_kept_is_told(store: Store) -> None:
    with pytest.raises(NotFound, match="keeps no file"):
        store.file("0" * 64)


def test_a_write_inside_a_write_fails_instead_of_waiting_for_itself(store: Store) -> None:
    with (
        store.write(**WRITE),
        pytest.raises(RuntimeError, match="inside a write"),
        store.write(**WRITE),
    ):
        pass


def test_a_reader_sees_the_store_as_it_was_before_an_unfinished_write(store: Store) -> None:
    add(store, "reviews", row("reviews", review_id="a"))
    with store.write(**WRITE) as tx:
        tx.append("reviews", [row("reviews", review_id="b")])
        assert [review.review_id for review in store.rows("reviews")] == ["a"]
    assert [review.review_id for review in store.rows("reviews")] == ["a", "b"]


def test_names_that_only_look_like_sql_are_kept_as_text(store: Store) -> None:
    name = "Robert'); DROP TABLE reviews;-- %s %(x)s :y ?"
    add(store, "reviews", row("reviews", review_id=name))
    assert store.history("reviews", name)[0].row.review_id == name
