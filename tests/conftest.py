"""Fixtures every test may use, and the rule for what may be skipped where."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of reference material beside the project."""
    if not (SHARED / "README.md").is_file():
        pytest.skip("the reference material ../shared is not here")
    return SHARED
