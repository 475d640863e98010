"""Opening, creating, upgrading and going back."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from tests.store_places import ACTOR, row
from whatworks.errors import NotFound, UserError
from whatworks.store import Store, downgrade, upgrade
from whatworks.store.database import connect_to
from whatworks.store.migrate import migrate_down, migration_config
from whatworks.store.revisions import REVISIONS, schema_problem
from whatworks.store.tables import METADATA

WRITE = {"actor": ACTOR, "action": "try", "object_type": "review", "object_id": "r"}


def set_revision(store: Store, revision: str) -> None:
    with store.database.writing() as connection:
        connection.execute(
            sa.text("UPDATE alembic_version SET version_num = :new"), {"new": revision}
        )


def test_a_store_that_is_not_there_is_told_with_how_to_create_one(location: str) -> None:
    with pytest.raises(NotFound, match="whatworks store create"):
        Store.open(location)


def test_looking_for_a_store_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        Store.open(tmp_path / "none.db")
    assert list(tmp_path.iterdir()) == []


def test_open_with_create_makes_a_store_once_and_then_opens_it(location: str) -> None:
    with Store.open(location, create=True) as store, store.write(**WRITE) as tx:
        tx.append("reviews", [row("reviews")])
    with Store.open(location, create=True) as store:
        assert len(store.rows("reviews")) == 1


def test_creating_over_a_store_is_refused(store: Store, location: str) -> None:
    with pytest.raises(UserError, match="there is a store already"):
        Store.create(location)


def test_a_database_with_tables_of_another_program_is_refused(location: str) -> None:
    database = connect_to(location)
    with database.writing() as connection:
        connection.execute(sa.text("CREATE TABLE events (x TEXT)"))
    database.close()
    with pytest.raises(UserError, match=r"needs \(events\)"):
        Store.create(location)


def test_folders_of_a_new_store_are_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "evidence.db"
    with Store.create(path) as store:
        assert store.database.path == path


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but long enough to be read as one\n" * 100)
    with pytest.raises(UserError, match="not a store's file"):
        Store.open(path)
    assert path.read_text().startswith("not a database")


@pytest.mark.parametrize("place", ["", ":memory:", "sqlite://", "mysql://u@h/d", "nonsense://x"])
def test_a_place_that_cannot_hold_a_store_is_refused(place: str) -> None:
    with pytest.raises(UserError):
        Store.open(place)


@pytest.mark.postgres
def test_a_server_that_cannot_be_reached_is_told_without_its_password() -> None:
    with pytest.raises(UserError, match="cannot be reached") as caught:
        Store.open("postgresql://someone:secret@127.0.0.1:1/none")
    assert "secret" not in str(caught.value)


def test_postgresql_without_its_driver_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(UserError, match=r"pip install \"whatworks\[postgres\]\""):
        Store.open("postgresql://someone@127.0.0.1/none")


def test_sqlite_writes_reach_the_disk_and_readers_do_not_wait(tmp_path: Path) -> None:
    with Store.create(tmp_path / "s.db") as store, store.database.reading() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    full = 2
    assert pragmas == {"journal_mode": "wal", "synchronous": full, "foreign_keys": 1}


def test_the_migrations_make_the_schema_the_nouns_ask_for(store: Store) -> None:
    with store.database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_the_known_revisions_are_those_of_the_migrations() -> None:
    script = ScriptDirectory.from_config(migration_config())
    assert tuple(one.revision for one in script.walk_revisions())[::-1] == REVISIONS


def test_going_back_below_the_first_revision_drops_every_table(store: Store) -> None:
    with store.database.writing() as connection:
        migrate_down(connection, "base")
        assert sa.inspect(connection).get_table_names() == ["alembic_version"]


def test_a_newer_store_is_neither_opened_nor_upgraded(store: Store, location: str) -> None:
    set_revision(store, "9999")
    for attempt in (Store.open, upgrade):
        with pytest.raises(UserError, match="made by a newer version of whatworks"):
            attempt(location)


def test_an_older_store_says_how_to_upgrade_it() -> None:
    for revision in (None, "0001"):
        problem = schema_problem("evidence.db", revision, known=("0001", "0002"))
        assert "Run: whatworks store upgrade" in str(problem)
    assert schema_problem("evidence.db", "0002", known=("0001", "0002")) is None


def test_a_store_left_without_tables_is_upgraded_and_kept_as_it_was(
    store: Store, location: str
) -> None:
    with store.database.writing() as connection:
        migrate_down(connection, "base")
    with pytest.raises(UserError, match="whatworks store upgrade"):
        Store.open(location)

    report = upgrade(location)

    assert (report.before, report.after) == (None, REVISIONS[-1])
    if store.database.path is not None:
        assert report.backup is not None
        old = sqlite3.connect(report.backup)
        assert old.execute("SELECT count(*) FROM alembic_version").fetchone() == (0,)
        old.close()
    with Store.open(location) as upgraded:
        assert upgraded.check().is_sound


def test_an_upgrade_of_a_store_that_is_up_to_date_changes_nothing(
    store: Store, location: str, tmp_path: Path
) -> None:
    before = sorted(tmp_path.iterdir())
    report = upgrade(location)
    assert (report.before, report.after, report.backup) == (REVISIONS[-1], REVISIONS[-1], None)
    assert sorted(tmp_path.iterdir()) == before


def test_an_upgrade_that_fails_leaves_the_store_as_it_was(
    store: Store, location: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.write(**WRITE) as tx:
        tx.append("reviews", [row("reviews")])
    before = store.dump_hash()
    # A store whose log was tampered with, and whose schema is behind a version not made yet.
    monkeypatch.setattr("whatworks.store.upgrading.REVISIONS", (*REVISIONS, "9998"))
    with store.database.writing() as connection:
        connection.execute(sa.text("UPDATE events SET actor = 'forged'"))
    with pytest.raises(UserError, match="so the upgrade was undone"):
        upgrade(location)
    assert store.dump_hash() == before


def test_going_back_to_what_is_no_earlier_schema_is_refused(store: Store, location: str) -> None:
    with pytest.raises(UserError, match="cannot go back to '9999'"):
        downgrade(location, "9999")
