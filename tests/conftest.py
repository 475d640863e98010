"""Fixtures every test may use, and the rule for what may be skipped where."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine is slow, not wrong: no test may fail for the time it took.
settings.register_profile("whatworks", deadline=None)
settings.load_profile("whatworks")

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of reference material beside the project."""
    if not (SHARED / "README.md").is_file():
        pytest.skip("the reference material ../shared is not here")
    return SHARED
