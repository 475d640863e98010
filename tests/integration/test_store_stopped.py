"""Writes that are stopped, or meet one another: all of a write is stored, or nothing of it."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.store_places import ACTOR, new_location, row
from whatworks.errors import UserError
from whatworks.store import Store

ROOT = Path(__file__).resolve().parents[2]
WRITE = {"actor": ACTOR, "action": "try", "object_type": "review", "object_id": "r"}

IMPORT = """
import signal
import sys
from tests.store_places import ACTOR, row
from whatworks.store import Store

# A test run in the background hands down an ignored Ctrl-C; a person's terminal does not.
signal.signal(signal.SIGINT, signal.default_int_handler)
records = [row("records", record_id=str(n), abstract="words " * 100) for n in range(12_313)]
with Store.open(sys.argv[1]) as store:
    with store.write(actor=ACTOR, action="import", object_type="review", object_id="r") as tx:
        tx.put_file(b"file" * 500_000)
        print("begun", flush=True)
        tx.append("records", records)
        print("appended", flush=True)
        sys.stdin.read()
"""

COUNT = """
import sys
from tests.store_places import ACTOR, row
from whatworks.store import Store

with Store.open(sys.argv[1]) as store:
    for number in range(25):
        with store.write(actor=ACTOR, action="a", object_type="t", object_id="o") as tx:
            tx.append("reviews", [row("reviews", review_id=f"{sys.argv[2]}-{number}")])
"""


def run(program: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def import_under_way(location: str, *, stage: str) -> Iterator[subprocess.Popen[str]]:
    """Another process in the middle of an import of 12,313 records, at the stage given."""
    with run(IMPORT, location) as process:
        assert process.stdout is not None
        while (line := process.stdout.readline().strip()) != stage:
            assert line, "the import ended before it was stopped"
        yield process


def dump_of(store: Store) -> bytes:
    stream = io.BytesIO()
    store.dump(stream)
    return stream.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["begun", "appended"])
@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGINT])
def test_an_import_that_is_stopped_leaves_the_store_as_it_was(
    store: Store, location: str, stage: str, stop: signal.Signals
) -> None:
    with store.write(**WRITE) as tx:
        tx.append("reviews", [row("reviews")])
    before, events = dump_of(store), store.events()

    with import_under_way(location, stage=stage) as process:
        process.send_signal(stop)
        process.communicate()

    assert process.returncode != 0
    assert dump_of(store) == before
    assert store.events() == events
    with store.write(**WRITE) as tx:
        tx.append("searches", [row("searches", review_id="x")])
    assert store.check().is_sound


def test_two_processes_that_write_at_once_make_one_chain(store: Store, location: str) -> None:
    processes = [run(COUNT, location, name) for name in ("a", "b")]
    for process in processes:
        _out, errors = process.communicate()
        assert process.returncode == 0, errors
    assert len(store.rows("reviews")) == len(store.events()) == 50
    assert store.check().is_sound


def test_eight_threads_that_write_at_once_make_one_chain(store: Store) -> None:
    def decide(reviewer: str) -> None:
        for number in range(5):
            with store.write(**WRITE) as tx:
                name = f"{reviewer}-{number}"
                tx.append("reviews", [row("reviews", review_id=name)])

    threads = [threading.Thread(target=decide, args=(str(number),)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.rows("reviews")) == len(store.events()) == 40
    assert store.check().is_sound


def test_two_stores_on_one_file_in_one_process_wait_for_one_another(
    store: Store, location: str
) -> None:
    with (
        Store.open(location) as other,
        store.write(**WRITE),
        pytest.raises(RuntimeError, match="inside a write"),
        other.write(**WRITE),
    ):
        pass


def fill_up(store: Store, name: str) -> None:
    records = [row("records", record_id=f"{name}{n}", abstract="words " * 200) for n in range(500)]
    with store.write(**WRITE) as tx:
        tx.put_file(name.encode() * 1000)
        tx.append("records", records)


def test_a_full_disk_is_one_message_and_nothing_is_stored(tmp_path: Path) -> None:
    with Store.create(tmp_path / "s.db") as store:
        fill_up(store, "a")
        before = dump_of(store)
        with store.database.reading() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        store.database.close()

        def limit(connection: object, _record: object) -> None:
            connection.execute(f"PRAGMA max_page_count = {pages + 10}")

        sa.event.listen(store.database.engine, "connect", limit)
        with pytest.raises(UserError, match=r"is full\. Free some space, then") as caught:
            fill_up(store, "b")
        assert "Nothing was saved." in str(caught.value)
        assert dump_of(store) == before
        assert store.check().problems == Store.open(tmp_path / "s.db").check().problems

        sa.event.remove(store.database.engine, "connect", limit)
        store.database.close()
        fill_up(store, "b")
        assert len(store.rows("records")) == 1000


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("code", "words"), [("53100", "disk is full"), ("57P01", "being stopped or restarted")]
)
def test_a_server_in_trouble_is_one_message_and_nothing_is_stored(
    tmp_path: Path, code: str, words: str
) -> None:
    with new_location("postgresql", tmp_path) as place, Store.create(place) as store:
        with store.database.writing() as connection:
            connection.exec_driver_sql(
                "CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION 'trouble' USING ERRCODE = '{code}'; END $$"
            )
            connection.exec_driver_sql(
                "CREATE TRIGGER trouble BEFORE INSERT ON records EXECUTE FUNCTION trouble()"
            )
        with pytest.raises(UserError, match=words):
            fill_up(store, "a")
        assert store.events() == []


def test_a_file_another_program_holds_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("whatworks.store.database.BUSY_SECONDS", 0.05)
    with Store.create(tmp_path / "s.db") as store:
        holder = sa.create_engine(f"sqlite:///{tmp_path / 's.db'}").raw_connection()
        holder.cursor().execute("BEGIN IMMEDIATE")
        with (
            pytest.raises(UserError, match="another program has been writing"),
            store.write(**WRITE),
        ):
            pass
        holder.close()
        assert store.events() == []
