"""The log proves the tables, and can make them again."""

from __future__ import annotations

import io
import json
import zlib

import pytest
import sqlalchemy as sa

from tests.store_places import ACTOR, row
from whatworks.errors import UserError
from whatworks.release.hashing import canonical_json
from whatworks.release.schema import TABLES
from whatworks.store import Store
from whatworks.store.fold import Fold

WRITE = {"actor": ACTOR, "action": "try", "object_type": "review", "object_id": "r"}


@pytest.fixture
def filled(store: Store) -> Store:
    """A store of five events: rows, a correction, a withdrawal and a file."""
    reviews = [row("reviews", review_id=name, title=f"Title {name}") for name in "abc"]
    with store.write(**WRITE) as tx:
        tx.append("reviews", reviews)
    with store.write(**WRITE) as tx:
        tx.append("searches", [row("searches", search_id="s", review_id="a", n_hits=3)])
        tx.append("measures", [row("measures", review_id="a", higher_is_better=True)])
    with store.write(**WRITE) as tx:
        tx.append("reviews", [row("reviews", review_id="b", title="Corrected")])
    with store.write(**WRITE) as tx:
        tx.withdraw("reviews", ["c"])
    with store.write(**WRITE) as tx:
        tx.put_file(b"imported" * 1000)
    return store


def tamper(store: Store, sql: str, **values: object) -> None:
    with store.database.writing() as connection:
        assert connection.execute(sa.text(sql), values).rowcount >= 1


def test_an_untouched_store_is_sound(filled: Store) -> None:
    report = filled.check()
    assert report.problems == ()
    assert (report.n_events, report.n_rows, report.n_files) == (5, 7, 1)
    assert report.last_hash == filled.events()[-1].hash
    assert "Nothing is wrong" in report.summary()


def test_an_empty_store_is_sound(store: Store) -> None:
    assert store.check().is_sound
    assert store.rebuild().is_identical
    assert store.last_event_id() is None


@pytest.mark.parametrize(
    ("sql", "where", "found"),
    [
        (
            "UPDATE reviews SET title = 'Better' WHERE review_id = 'a'",
            'reviews, row "a", version 1, column "title"',
            "found 'Better', the log says 'Title a'.",
        ),
        (
            "UPDATE searches SET n_hits = NULL",
            'searches, row "s", version 1, column "n_hits"',
            "found None, the log says 3.",
        ),
        (
            "UPDATE measures SET higher_is_better = NOT higher_is_better",
            'measures, row "x", version 1, column "higher_is_better"',
            "the log says True.",
        ),
        (
            "UPDATE reviews SET is_withdrawn = NOT is_withdrawn WHERE version = 2 AND review_id = 'c'",
            'reviews, row "c", version 2, column "is_withdrawn"',
            "the log says True.",
        ),
        ("DELETE FROM searches", 'searches, row "s", version 1', "it was taken out."),
        (
            "UPDATE reviews SET version = 3 WHERE review_id = 'b' AND version = 2",
            'reviews, row "b", version 3',
            "it was put in.",
        ),
    ],
)
def test_a_changed_table_is_named_and_rebuild_repairs_it(
    filled: Store, sql: str, where: str, found: str
) -> None:
    before = filled.dump_hash()
    tamper(filled, sql)
    problems = filled.check().problems
    assert {problem.kind for problem in problems} == {"table"}
    assert any(one.where == where and one.found.endswith(found) for one in problems)

    report = filled.rebuild()
    assert report.hash_after == before
    assert report.repaired == problems
    assert filled.check().is_sound


def test_rebuild_of_a_sound_store_gives_the_same_bytes(filled: Store) -> None:
    before, after = io.BytesIO(), io.BytesIO()
    filled.dump(before)
    report = filled.rebuild()
    filled.dump(after)
    assert before.getvalue() == after.getvalue()
    assert before.getvalue().count(b"\n") == 5
    assert report.is_identical
    assert report.repaired == ()


@pytest.mark.parametrize("column", ["actor", "at", "reason", "object_id", "action", "before_hash"])
def test_a_changed_event_is_named(filled: Store, column: str) -> None:
    tamper(filled, f"UPDATE events SET {column} = 'forged' WHERE position = 3")
    problems = filled.check().problems
    assert problems[0].where.startswith("event 3 (")
    assert "its fields do not give its hash" in problems[0].found
    with pytest.raises(UserError, match="the log itself is broken"):
        filled.rebuild()


def test_a_changed_event_with_a_new_hash_breaks_the_chain_after_it(filled: Store) -> None:
    tamper(filled, "UPDATE events SET hash = :hash WHERE position = 3", hash="f" * 64)
    problems = filled.check().problems
    assert [problem.where.split(" (")[0] for problem in problems] == ["event 3", "event 4"]
    assert "does not follow the event before it" in problems[1].found


def test_a_changed_payload_is_named(filled: Store) -> None:
    event = filled.events()[2]
    payload = filled.payload(event.id)
    payload["changes"][0]["rows"][0][1] = "Forged"
    body = zlib.compress(canonical_json(payload).encode())
    tamper(
        filled,
        "UPDATE payloads SET body = :body WHERE hash = :hash",
        body=body,
        hash=event.payload_hash,
    )
    (problem,) = filled.check().problems
    assert problem.where.startswith("event 3 (")
    assert "its payload does not give its hash" in problem.found


def test_a_payload_that_is_no_payload_is_named(filled: Store) -> None:
    event = filled.events()[0]
    tamper(
        filled,
        "UPDATE payloads SET body = :body WHERE hash = :hash",
        body=b"x",
        hash=event.payload_hash,
    )
    assert "its payload cannot be read" in filled.check().problems[0].found


def test_events_that_changed_places_are_named(filled: Store) -> None:
    for old, new in [(2, 99), (3, 2), (99, 3)]:
        tamper(filled, "UPDATE events SET position = :new WHERE position = :old", old=old, new=new)
    problems = filled.check().problems
    assert {"event 2", "event 3"} <= {problem.where.split(" (")[0] for problem in problems}
    assert any("does not follow the event before it" in problem.found for problem in problems)


def test_an_event_taken_out_is_noticed(filled: Store) -> None:
    tamper(filled, "DELETE FROM events WHERE position = 2")
    found = " ".join(problem.found for problem in filled.check().problems)
    assert "the log jumps here from position 1" in found
    assert "no event names it" in found


def test_the_newest_event_taken_out_is_noticed_by_its_payload_and_rows(filled: Store) -> None:
    tamper(filled, "DELETE FROM events WHERE position = 5")
    kinds = {problem.kind for problem in filled.check().problems}
    assert kinds == {"payload", "file"}


def test_a_log_cut_off_without_trace_is_noticed_by_a_hash_written_down_before(
    filled: Store,
) -> None:
    known = filled.check().last_hash
    payload_hash = filled.events()[-1].payload_hash
    tamper(filled, "DELETE FROM events WHERE position = 5")
    tamper(filled, "DELETE FROM payloads WHERE hash = :hash", hash=payload_hash)
    tamper(filled, "DELETE FROM file_chunks")
    tamper(filled, "DELETE FROM files")
    assert filled.check().is_sound
    assert "the log was rewritten" in filled.check(known_hash=known).problems[0].found


def test_a_changed_file_is_named(filled: Store) -> None:
    tamper(filled, "UPDATE file_chunks SET data = :data", data=zlib.compress(b"other"))
    (problem,) = filled.check().problems
    assert problem.kind == "file"
    assert "its content does not give its hash" in problem.found
    with pytest.raises(UserError, match="is not what was imported"):
        filled.file(problem.where.removeprefix("file "))


def test_a_row_that_names_a_row_that_is_not_there_is_told_once(store: Store) -> None:
    studies = [row("studies", study_id=str(number), review_id="gone") for number in range(3)]
    with store.write(**WRITE) as tx:
        tx.append("studies", studies)
        tx.append("analysis_inputs", [row("analysis_inputs", table_name="studies", row_id="9")])
    loose = {(p.where, p.found) for p in store.check().problems}
    assert loose == {
        ('studies, row "0" and 2 more, column "review_id"', '"gone" is not among the reviews.'),
        (
            'analysis_inputs, row "x", "studies", "9", column "analysis_id"',
            '"x" is not among the analyses.',
        ),
        (
            'analysis_inputs, row "x", "studies", "9", column "row_id"',
            '"9" is not among the studies.',
        ),
    }


def test_the_report_as_data_says_what_the_summary_says(filled: Store) -> None:
    tamper(filled, "UPDATE reviews SET title = 'x' WHERE review_id = 'a'")
    report = filled.check()
    data = json.loads(json.dumps(report.to_dict()))
    assert data["is_sound"] is False
    assert data["problems"][0]["where"] in report.summary()
    assert "whatworks store rebuild" in report.summary()


def test_the_dump_is_canonical_json_lines_in_order(filled: Store) -> None:
    stream = io.BytesIO()
    filled.dump(stream)
    lines = stream.getvalue().decode().splitlines()
    parsed = [json.loads(line) for line in lines]
    assert [line["table"] for line in parsed] == [
        "files",
        "measures",
        "reviews",
        "reviews",
        "searches",
    ]
    assert [canonical_json(line) for line in parsed] == lines
    assert [line["row"]["title"] for line in parsed[2:4]] == ["Title a", "Corrected"]


def test_a_log_written_before_a_column_was_added_still_folds() -> None:
    names = [column.name for column in TABLES["measures"].columns]
    old = [name for name in names if name != "higher_is_better"]
    change = {"table": "measures", "columns": old, "rows": [[f"{name}!" for name in old]]}
    fold = Fold()
    fold.apply("event", {"changes": [change], "files": [], "people": []})
    (version,) = fold.versions["measures"]["measure_id!",]
    assert dict(zip(names, version.values, strict=True)) == {
        **{name: f"{name}!" for name in old},
        "higher_is_better": None,
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"table": "later", "columns": [], "rows": []}, 'the table "later"'),
        ({"table": "reviews", "columns": ["later"], "rows": []}, 'the column "later" of reviews'),
        ({"table": "reviews", "withdrawn": [["x"]]}, "withdraws a row of reviews never stored"),
    ],
)
def test_a_log_that_this_version_cannot_fold_says_why(
    change: dict[str, object], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        Fold().apply("event", {"changes": [change], "files": [], "people": []})
