"""Places where tests may keep stores, and rows to put into them."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from whatworks.release.schema import TABLES
from whatworks.store import Actor

KINDS = ("sqlite", "postgresql")
ACTOR = Actor("person-22222222", "tester")
DEFAULTS: dict[str, Any] = {"string": "x", "integer": 1, "number": 0.5, "boolean": True}


def row(table: str, **values: Any) -> Any:
    """A noun with the values given; the rest is missing, or a plain value where one is required."""
    columns = TABLES[table].columns
    assert values.keys() <= {column.name for column in columns}
    plain = {column.name: DEFAULTS[column.type] if column.required else None for column in columns}
    return TABLES[table].noun(**{**plain, **values})


def postgres_url() -> str:
    """URL of the server tests may use; without one they skip, but never in CI."""
    url = os.environ.get("WHATWORKS_TEST_POSTGRES")
    if url:
        return url
    reason = "WHATWORKS_TEST_POSTGRES is not set: see tools/start-postgres.sh"
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(f"{reason}. In CI these tests may not skip.")
    pytest.skip(reason)


@contextmanager
def new_location(kind: str, folder: Path) -> Iterator[str]:
    """A place for a store that is not there yet: a file, or a schema of its own."""
    if kind == "sqlite":
        yield str(folder / f"{uuid.uuid4().hex}.db")
        return
    server = sa.create_engine(postgres_url())
    schema = f"test_{uuid.uuid4().hex}"
    with server.begin() as connection:
        connection.execute(sa.text(f"CREATE SCHEMA {schema}"))
    own = server.url.update_query_dict({"options": f"-csearch_path={schema}"})
    try:
        yield own.render_as_string(hide_password=False)
    finally:
        with server.begin() as connection:
            connection.execute(sa.text(f"DROP SCHEMA {schema} CASCADE"))
        server.dispose()
