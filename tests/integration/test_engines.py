"""Every engine gives the pairs that a plain dictionary gives, in parts of any size."""

from __future__ import annotations

import importlib.util
import shutil
import uuid
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.store_places import postgres_url
from whatworks.engine import (
    DuckDBEngine,
    Engine,
    SparkEngine,
    SQLiteEngine,
    candidate_pairs,
    pair_source,
)
from whatworks.errors import UserError

Ints = npt.NDArray[np.int64]
Pairs = list[tuple[int, int]]

KINDS = (
    "duckdb",
    "sqlite",
    pytest.param("postgresql", marks=pytest.mark.postgres),
    pytest.param("spark", marks=pytest.mark.slow),
)
LONGEST = 2**63 - 1


class PostgresEngine:
    """The protocol on PostgreSQL, to see that the questions are plain SQL; nobody runs on it."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def register(self, name: str, columns: dict[str, Ints]) -> None:
        self.drop(name)
        listed = ", ".join(f"{column} BIGINT" for column in columns)
        self._connection.execute(f"CREATE TEMP TABLE {name} ({listed})")
        with self._connection.cursor().copy(f"COPY {name} FROM STDIN") as copy:
            for row in zip(*(values.tolist() for values in columns.values()), strict=True):
                copy.write_row(row)

    def keep(self, name: str, sql: str) -> None:
        self.drop(name)
        self._connection.execute(f"CREATE TEMP TABLE {name} AS {sql}")

    def query(self, sql: str) -> Iterator[tuple[Ints, ...]]:
        rows = self._connection.execute(sql).fetchall()
        if rows:
            yield tuple(np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))

    def drop(self, name: str) -> None:
        self._connection.execute(f"DROP TABLE IF EXISTS {name}")


@pytest.fixture(scope="module", params=KINDS)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    if request.param == "duckdb":
        yield DuckDBEngine(memory="200MB", threads=1)
    elif request.param == "sqlite":
        yield SQLiteEngine()
    elif request.param == "postgresql":
        psycopg = pytest.importorskip("psycopg")
        url = postgres_url().replace("postgresql+psycopg", "postgresql")
        with psycopg.connect(url, autocommit=True) as connection:
            yield PostgresEngine(connection)
    else:
        with spark_session() as session:
            yield SparkEngine(session)


def spark_session() -> Any:
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("pyspark is not installed: pip install --group spark")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java 17 or newer")
    from pyspark.sql import SparkSession

    here = "127.0.0.1"
    builder = SparkSession.builder.master("local[1]").appName(uuid.uuid4().hex)
    for option, value in {
        "spark.ui.enabled": "false",
        "spark.driver.host": here,
        "spark.driver.bindAddress": here,
        "spark.sql.shuffle.partitions": "2",
    }.items():
        builder = builder.config(option, value)
    return builder.getOrCreate()


def pairs_of(engine: Engine, rows: set[tuple[int, int]], **sizes: int) -> Pairs:
    """The pairs of rows of record and key, as they come."""
    ordered = sorted(rows, key=lambda row: (row[1], -row[0]))
    at = np.array([record for record, _ in ordered], dtype=np.int64)
    keys = np.array([key for _, key in ordered], dtype=np.int64)
    found = candidate_pairs(engine, at, keys, **sizes)
    return [pair for a, b in found for pair in zip(a.tolist(), b.tolist(), strict=True)]


def by_dictionary(rows: set[tuple[int, int]], largest: int = 100) -> Pairs:
    """The same, in the plainest way."""
    blocks: dict[int, set[int]] = defaultdict(set)
    for record, key in rows:
        blocks[key].add(record)
    return sorted(
        {
            pair
            for block in blocks.values()
            if len(block) <= largest
            for pair in combinations(sorted(block), 2)
        }
    )


def many_rows(n_records: int, n_keys: int, n_rows: int, seed: int) -> set[tuple[int, int]]:
    rng = np.random.default_rng(seed)
    keys = rng.integers(-LONGEST, LONGEST, size=n_keys)
    drawn = zip(
        rng.integers(0, n_records, size=n_rows).tolist(),
        keys[(n_keys * rng.random(n_rows) ** 2).astype(int)].tolist(),
        strict=True,
    )
    return set(drawn)


def test_pairs_are_those_of_a_dictionary_in_order(engine: Engine) -> None:
    rows = many_rows(n_records=400, n_keys=300, n_rows=2_000, seed=1)
    found = pairs_of(engine, rows, largest=12)
    assert found == by_dictionary(rows, largest=12)
    assert len(found) > 1_000


@pytest.mark.parametrize("part", [1, 7, 300, 10**9])
def test_parts_of_any_size_give_the_same_pairs(engine: Engine, part: int) -> None:
    rows = many_rows(n_records=30, n_keys=20, n_rows=90, seed=2)
    assert pairs_of(engine, rows, part=part) == by_dictionary(rows)


def test_a_pair_that_shares_several_keys_comes_once(engine: Engine) -> None:
    rows = {(record, key) for record in (3, 5) for key in (-7, 0, LONGEST, -LONGEST - 1)}
    assert pairs_of(engine, rows, part=1) == [(3, 5)]


def test_a_key_of_too_many_records_is_passed_over(engine: Engine) -> None:
    crowd = {(record, 1) for record in range(5)}
    rest = {(0, 2), (4, 2), (1, 3)}
    assert pairs_of(engine, crowd | rest, largest=4) == [(0, 4)]
    assert len(pairs_of(engine, crowd | rest, largest=5)) == 10


def test_no_rows_give_no_pairs(engine: Engine) -> None:
    assert pairs_of(engine, set()) == []


def test_an_engine_can_be_asked_again_after_stopping_half_way(engine: Engine) -> None:
    rows = many_rows(n_records=30, n_keys=20, n_rows=90, seed=3)
    at = np.array([record for record, _ in rows], dtype=np.int64)
    keys = np.array([key for _, key in rows], dtype=np.int64)
    halfway = candidate_pairs(engine, at, keys, part=1)
    next(halfway)
    halfway.close()  # type: ignore[attr-defined]
    assert pairs_of(engine, rows) == by_dictionary(rows)


def test_a_table_is_replaced_and_forgotten(engine: Engine) -> None:
    one = np.array([1], dtype=np.int64)
    engine.register("numbers", {"record": one, "key": one})
    engine.register("numbers", {"record": 2 * one, "key": 3 * one})
    engine.keep("sums", "SELECT record + key AS total FROM numbers")
    engine.keep("sums", "SELECT record * key AS total FROM numbers")
    engine.drop("numbers")
    assert [column.tolist() for (column,) in engine.query("SELECT total FROM sums")] == [[6]]
    engine.drop("sums")
    engine.drop("sums")
    with pytest.raises(Exception, match="sums"):
        list(engine.query("SELECT total FROM sums"))


ROWS = st.sets(st.tuples(st.integers(0, 12), st.integers(-3, 3)), max_size=60)


@pytest.mark.parametrize("make", [DuckDBEngine, SQLiteEngine])
@given(rows=ROWS, largest=st.integers(1, 8), part=st.integers(1, 40))
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_any_rows_and_sizes_give_the_pairs_of_a_dictionary(
    make: type[DuckDBEngine] | type[SQLiteEngine],
    rows: set[tuple[int, int]],
    largest: int,
    part: int,
) -> None:
    assert pairs_of(make(), rows, largest=largest, part=part) == by_dictionary(rows, largest)


def test_sizes_below_one_and_columns_of_two_lengths_are_refused() -> None:
    one, two = np.zeros(1, dtype=np.int64), np.zeros(2, dtype=np.int64)
    with pytest.raises(UserError, match="sizes of at least 1"):
        list(candidate_pairs(SQLiteEngine(), one, one, part=0))
    with pytest.raises(UserError, match="1 positions and 2 keys"):
        list(candidate_pairs(SQLiteEngine(), one, two))


def test_a_pair_source_keeps_its_sizes() -> None:
    crowd = np.arange(5, dtype=np.int64)
    key = np.zeros(5, dtype=np.int64)
    assert list(pair_source(SQLiteEngine(), largest=4)(crowd, key)) == []
    ((a, b),) = pair_source(SQLiteEngine(), largest=5)(crowd, key)
    assert a.size == b.size == 10
