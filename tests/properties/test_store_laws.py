"""Laws of the store, on random histories: the log gives the tables, on either database."""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.store_places import ACTOR, new_location, row
from whatworks.release.schema import TABLES
from whatworks.store import Store
from whatworks.store.tables import METADATA

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)
# Few names, so that corrections and withdrawals meet what is there.
NAMES = st.sampled_from(["a", "B", "é", "", " ", "z'%s"])
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
INTEGERS = st.integers(-(2**63), 2**63 - 1)

ROWS = st.one_of(
    st.builds(
        lambda **v: ("numbers", row("numbers", **v)),
        number_id=NAMES,
        value=st.none() | NUMBERS,
        label=TEXT,
        note=st.none() | TEXT,
    ),
    st.builds(
        lambda **v: ("measures", row("measures", **v)),
        measure_id=NAMES,
        name=TEXT,
        higher_is_better=st.none() | st.booleans(),
    ),
    st.builds(
        lambda **v: ("analysis_inputs", row("analysis_inputs", **v)),
        analysis_id=NAMES,
        table_name=NAMES,
        row_id=NAMES,
        position=INTEGERS,
    ),
)
# A step appends the row, or withdraws whatever stands under its key.
STEPS = st.tuples(st.booleans(), ROWS)
HISTORIES = st.lists(st.lists(STEPS, min_size=1, max_size=5), max_size=6)
LAWS = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

Model = dict[str, dict[tuple[Any, ...], Any]]


def key_of(table: str, one: Any) -> tuple[Any, ...]:
    return tuple(getattr(one, name) for name in TABLES[table].key)


def play(store: Store, history: list[list[tuple[bool, tuple[str, Any]]]]) -> Model:
    """Play a history into a store, and into plain dictionaries that say what must be current."""
    model: Model = {name: {} for name in TABLES}
    for transaction in history:
        with store.write(actor=ACTOR, action="a", object_type="t", object_id="o") as tx:
            for is_append, (table, one) in transaction:
                key = key_of(table, one)
                if is_append:
                    tx.append(table, [one])
                    # An optional empty text is kept as none: a release's files cannot tell them apart.
                    model[table][key] = (
                        replace(one, note=one.note or None) if table == "numbers" else one
                    )
                elif key in model[table]:
                    tx.withdraw(table, [key])
                    del model[table][key]
    return model


def dump_of(store: Store) -> bytes:
    stream = io.BytesIO()
    store.dump(stream)
    return stream.getvalue()


def tampering(store: Store) -> list[str]:
    """Problems of a store but loose links, which random rows are full of."""
    return [one.describe() for one in store.check().problems if one.kind != "reference"]


@pytest.fixture(scope="module")
def empty() -> Iterator[Path]:
    """An empty store to copy: making the tables anew for each example would take all the time."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        Store.create(path).close()
        yield path


@contextmanager
def copy_of(empty: Path) -> Iterator[Store]:
    """A fresh SQLite store."""
    with tempfile.TemporaryDirectory() as folder, Store.open(shutil.copy(empty, folder)) as store:
        yield store


@pytest.fixture(scope="module")
def server() -> Iterator[Store]:
    """A store on PostgreSQL that each example empties."""
    with (
        new_location("postgresql", Path()) as location,
        Store.create(location) as store,
    ):
        yield store


def emptied(store: Store) -> Store:
    names = ", ".join(METADATA.tables)
    with store.database.writing() as connection:
        connection.execute(sa.text(f"TRUNCATE {names}"))
    return store


@given(history=HISTORIES)
@LAWS
def test_current_rows_are_what_a_plain_dictionary_says(empty: Path, history: Any) -> None:
    with copy_of(empty) as store:
        model = play(store, history)
        for table, rows in model.items():
            assert store.rows(table) == [rows[key] for key in sorted(rows)]


@given(history=HISTORIES)
@LAWS
def test_the_log_alone_gives_the_same_dump(empty: Path, history: Any) -> None:
    with copy_of(empty) as store:
        play(store, history)
        before = dump_of(store)
        assert tampering(store) == []
        assert store.rebuild().is_identical
        assert dump_of(store) == before
        assert tampering(store) == []


@given(history=HISTORIES, data=st.data())
@LAWS
def test_any_changed_cell_is_found_and_repaired(empty: Path, history: Any, data: Any) -> None:
    with copy_of(empty) as store:
        with store.write(actor=ACTOR, action="a", object_type="t", object_id="o") as tx:
            tx.append("reviews", [row("reviews", review_id="sure")])
        play(store, history)
        before = dump_of(store)
        filled = [name for name in TABLES if store.rows(name)]
        table = METADATA.tables[data.draw(st.sampled_from(filled))]
        texts = [c.name for c in table.columns if isinstance(c.type, sa.Text) and not c.primary_key]
        column = data.draw(st.sampled_from(texts))
        with store.database.writing() as connection:
            connection.execute(sa.update(table).values({column: "changed by hand"}))
        assert all(f'column "{column}"' in problem for problem in tampering(store))
        assert tampering(store) != []
        store.rebuild()
        assert dump_of(store) == before
        assert tampering(store) == []


@pytest.mark.postgres
@given(history=HISTORIES)
@LAWS
def test_both_databases_give_the_same_dump(empty: Path, server: Store, history: Any) -> None:
    central = emptied(server)
    with copy_of(empty) as local:
        assert play(local, history) == play(central, history)
        assert dump_of(local) == dump_of(central)
        assert tampering(central) == []
        assert central.rebuild().is_identical


@pytest.mark.postgres
@given(history=HISTORIES)
@LAWS
def test_a_store_moves_to_the_other_database_whole(
    empty: Path, server: Store, history: Any
) -> None:
    central = emptied(server)
    with copy_of(empty) as local:
        play(local, history)
        log = io.BytesIO()
        local.export_log(log)
        log.seek(0)
        central.import_log(log)
        assert dump_of(central) == dump_of(local)
        assert central.events() == local.events()
        assert tampering(central) == []
