"""Stores for integration tests: every test that asks for one runs on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store_places import KINDS, new_location
from whatworks.store import Store


@pytest.fixture(params=[KINDS[0], pytest.param(KINDS[1], marks=pytest.mark.postgres)])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A place where no store is yet."""
    with new_location(request.param, tmp_path) as place:
        yield place


@pytest.fixture
def store(location: str) -> Iterator[Store]:
    """An empty store."""
    with Store.create(location) as made:
        yield made
