"""Find the demo release that lies inside the package."""

from __future__ import annotations

from pathlib import Path

from whatworks.release.files import ReleaseFiles, open_release_files

__all__ = ["DEMO_FILE", "demo_release"]

DEMO_FILE = Path(__file__).with_name("evidence.zip")


def demo_release() -> ReleaseFiles:
    """Return the demo release's files."""
    return open_release_files(DEMO_FILE)
