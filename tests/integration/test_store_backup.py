"""Backups, restores, and moves from one database to the other."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store_places import ACTOR, KINDS, new_location, row
from whatworks.errors import NotFound, UserError
from whatworks.store import Store, backup, restore

WRITE = {"actor": ACTOR, "action": "try", "object_type": "review", "object_id": "r"}


@pytest.fixture
def filled(store: Store) -> Store:
    reviews = [row("reviews", review_id=name, title="Ünïcödé 😀\n\u2028") for name in "abc"]
    with store.write(**WRITE) as tx:
        tx.append("reviews", reviews)
        tx.put_file(bytes(range(256)) * 10_000)
    with store.write(**WRITE) as tx:
        tx.withdraw("reviews", ["b"])
        tx.append("reviews", [row("reviews", review_id="c", title="new")])
        tx.append("numbers", [row("numbers", analysis_id="n", value=0.1 + 0.2)])
        tx.append("analyses", [row("analyses", analysis_id="n")])
    store.add_person("Wilhelmina", actor=ACTOR)
    return store


@pytest.fixture(params=[KINDS[0], pytest.param(KINDS[1], marks=pytest.mark.postgres)])
def second_location(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with new_location(request.param, tmp_path) as place:
        yield place


def exported(store: Store, *, people: bool = False) -> list[bytes]:
    stream = io.BytesIO()
    store.export_log(stream, people=people)
    return stream.getvalue().splitlines(keepends=True)


def assert_same(one: Store, other: Store) -> None:
    assert one.dump_hash() == other.dump_hash()
    assert one.events() == other.events()
    assert one.history("reviews", "b") == other.history("reviews", "b")
    names = [name for event in one.events() for name, _size in one.payload(event.id)["files"]]
    assert len(names) == 1
    assert [one.file(name) for name in names] == [other.file(name) for name in names]


def test_a_backup_restores_to_the_same_store_on_either_database(
    filled: Store, second_location: str, tmp_path: Path
) -> None:
    report = backup(filled, tmp_path / "backup")
    assert report.check.is_sound
    assert report.n_bytes == (tmp_path / "backup").stat().st_size
    check = restore(tmp_path / "backup", second_location)
    assert check.is_sound
    with Store.open(second_location) as second:
        assert_same(filled, second)
        assert second.people() == filled.people()


def test_a_backup_leaves_one_file_and_never_overwrites(filled: Store, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    backup(filled, folder / "one")
    assert [file.name for file in folder.iterdir()] == ["one"]
    before = (folder / "one").read_bytes()
    with pytest.raises(UserError, match="exists already"):
        backup(filled, folder / "one")
    assert (folder / "one").read_bytes() == before


def test_a_backup_can_be_made_while_a_write_is_under_way(filled: Store, tmp_path: Path) -> None:
    before = filled.dump_hash()
    with filled.write(**WRITE) as tx:
        tx.append("reviews", [row("reviews", review_id="unfinished")])
        backup(filled, tmp_path / "backup")
    restore(tmp_path / "backup", tmp_path / "restored.db")
    with Store.open(tmp_path / "restored.db") as restored:
        assert restored.dump_hash() == before


def test_an_unsound_store_can_be_backed_up_and_says_so(store: Store, tmp_path: Path) -> None:
    with store.write(**WRITE) as tx:
        tx.append("studies", [row("studies", review_id="gone")])
    assert not backup(store, tmp_path / "backup").check.is_sound


def test_a_store_goes_to_the_other_database_and_back_with_the_same_dump(
    filled: Store, second_location: str
) -> None:
    with Store.create(second_location) as second:
        summary = second.import_log(exported(filled, people=True))
        assert (summary.n_events, summary.n_files, summary.n_people) == (3, 1, 1)
        assert_same(filled, second)
        assert second.check().is_sound
        assert exported(second, people=True) == exported(filled, people=True)


def test_a_moved_store_goes_on_where_the_first_stopped(filled: Store, second_location: str) -> None:
    with Store.create(second_location) as second:
        second.import_log(exported(filled))
        with second.write(**WRITE) as tx:
            tx.append("reviews", [row("reviews", review_id="c", title="later")])
        assert tx.event.position == len(filled.events()) + 1
        assert [one.version for one in second.history("reviews", "c")] == [1, 2, 3]
        assert second.check().is_sound


def test_a_log_is_only_imported_into_an_empty_store(filled: Store) -> None:
    with pytest.raises(UserError, match="new, empty store"):
        filled.import_log(exported(filled))


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda lines: lines[:-1], "cut short"),
        (lambda lines: lines[:1], "cut short"),
        (lambda lines: [], "cut short"),
        (lambda lines: lines[1:], "Line 1 of the log file is not a line"),
        (lambda lines: [*lines[:2], b"not json\n"], "Line 3 of the log file is not a line"),
        (lambda lines: [*lines[:1], *lines[2:]], "Line 2 .* no event before it brought"),
        (lambda lines: [*lines[:1], *lines[3:]], "not imported:\nevent 2"),
        (lambda lines: [*lines[:3], *lines[2:]], "Line 4 of the log file is not a line"),
        (lambda lines: [line.replace(b'"x"', b'"y"') for line in lines], "was changed"),
        (lambda lines: [one for one in lines if b'"position":0' not in one], "files are broken"),
    ],
)
def test_a_broken_log_is_refused_whole(
    store: Store, tmp_path: Path, break_it: object, message: str
) -> None:
    with Store.create(tmp_path / "source.db") as source:
        for name in "ab":
            with source.write(**WRITE) as tx:
                tx.append("reviews", [row("reviews", review_id=name)])
                tx.put_file(name.encode())
        lines = break_it(exported(source))
    with pytest.raises(UserError, match=message):
        store.import_log(lines)
    assert store.events() == []
    assert store.dump_hash() == Store.create(tmp_path / "empty.db").dump_hash()


def test_a_broken_log_is_not_exported(store: Store) -> None:
    with store.write(**WRITE) as tx:
        tx.append("reviews", [row("reviews")])
    with store.database.writing() as connection:
        connection.exec_driver_sql("UPDATE events SET actor = 'forged'")
    with pytest.raises(UserError, match="was not exported"):
        exported(store)


def test_what_is_no_backup_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("notes")
    with pytest.raises(UserError, match="is not a backup"):
        restore(tmp_path / "notes", tmp_path / "s.db")
    with pytest.raises(NotFound, match="There is no file"):
        restore(tmp_path / "none", tmp_path / "s.db")
    assert not (tmp_path / "s.db").exists()


def test_a_backup_cut_short_is_refused(tmp_path: Path) -> None:
    data = gzip.compress(b"x" * 10_000)
    (tmp_path / "cut").write_bytes(data[:-12])
    with pytest.raises(UserError):
        restore(tmp_path / "cut", tmp_path / "s.db")


def test_a_restore_never_overwrites_a_store(filled: Store, location: str, tmp_path: Path) -> None:
    backup(filled, tmp_path / "backup")
    before = filled.dump_hash()
    with pytest.raises(UserError, match=r"exists already|new, empty store"):
        restore(tmp_path / "backup", location)
    assert filled.dump_hash() == before
