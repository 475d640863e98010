"""Names stand in one place and can be erased; the log stays whole."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.store_places import ACTOR, row
from whatworks.errors import NotFound, UserError
from whatworks.store import Actor, Person, Store
from whatworks.store.tables import METADATA, PEOPLE

NAME, EMAIL = "Wilhelmina Quackenbush", "w.quackenbush@school.example"


def everything_but_people(store: Store) -> str:
    """All cells of all other tables, and all payloads, as text."""
    cells = []
    with store.database.reading() as connection:
        for table in METADATA.sorted_tables:
            if table is not PEOPLE:
                cells.extend(connection.execute(sa.select(table)).all())
    payloads = [store.payload(event.id) for event in store.events()]
    return repr(cells) + repr(payloads)


def test_a_person_is_known_by_a_pseudonym_that_says_nothing(store: Store) -> None:
    first = store.add_person(NAME, email=EMAIL, actor=ACTOR)
    second = store.add_person(NAME, actor=ACTOR)
    assert first != second
    assert {person.pseudonym: person for person in store.people()} == {
        first: Person(first, NAME, EMAIL),
        second: Person(second, NAME, None),
    }


def test_no_name_or_address_is_in_the_log(store: Store) -> None:
    pseudonym = store.add_person(NAME, email=EMAIL, actor=ACTOR)
    with store.write(
        actor=Actor(pseudonym, "reviewer"), action="a", object_type="t", object_id="o"
    ) as tx:
        tx.append("reviews", [row("reviews")])
    log = io.BytesIO()
    store.export_log(log)
    text = everything_but_people(store) + log.getvalue().decode()
    assert pseudonym in text
    assert "Quackenbush" not in text
    assert EMAIL not in text


def test_erasing_a_person_keeps_the_chain_verifiable(store: Store) -> None:
    pseudonym = store.add_person(NAME, email=EMAIL, actor=ACTOR)
    with store.write(
        actor=Actor(pseudonym, "reviewer"), action="a", object_type="t", object_id="o"
    ) as tx:
        tx.append("reviews", [row("reviews")])
    store.erase_person(pseudonym, actor=ACTOR, reason="asked for")
    assert store.people() == []
    assert [event.action for event in store.events()] == ["add_person", "a", "erase_person"]
    assert store.events()[1].actor == pseudonym
    assert store.check().is_sound
    assert store.rebuild().is_identical


def test_erasing_nobody_is_told_and_writes_no_event(store: Store) -> None:
    with pytest.raises(NotFound, match="Nobody is stored"):
        store.erase_person("person-gone", actor=ACTOR)
    assert store.events() == []


@pytest.mark.parametrize("broken", ["a\x00b", "a\udcff"])
def test_a_name_or_reason_that_cannot_be_kept_is_told(store: Store, broken: str) -> None:
    with pytest.raises(UserError, match="name: found"):
        store.add_person(broken, actor=ACTOR)
    pseudonym = store.add_person(NAME, actor=ACTOR)
    with pytest.raises(UserError, match="reason: found"):
        store.erase_person(pseudonym, actor=ACTOR, reason=broken)
    assert len(store.people()) == len(store.events()) == 1


def test_an_erasure_that_a_reader_keeps_from_the_disk_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("whatworks.store.database.BUSY_SECONDS", 0.05)
    with Store.create(tmp_path / "s.db") as store:
        pseudonym = store.add_person(NAME, actor=ACTOR)
        with store.database.reading() as connection:
            connection.execute(sa.select(PEOPLE)).all()
            with pytest.raises(UserError, match="stop and start them once"):
                store.erase_person(pseudonym, actor=ACTOR)
        assert store.people() == []


def test_an_erased_name_is_not_left_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    with Store.create(path) as store:
        pseudonym = store.add_person(NAME, email=EMAIL, actor=ACTOR)
        store.erase_person(pseudonym, actor=ACTOR)
        bytes_on_disk = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert pseudonym.encode() in bytes_on_disk
    assert NAME.encode() not in bytes_on_disk
    assert EMAIL.encode() not in bytes_on_disk
