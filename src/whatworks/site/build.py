"""The site as files: the same pages the server shows, for any web server or straight from disk."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from whatworks.release.evidence import Evidence
from whatworks.release.read import ReleaseLabel
from whatworks.site.page import Page
from whatworks.site.site import TABLES_BESIDE, TABLES_INSIDE, Site

__all__ = ["build", "pages", "render", "site_files", "static_files"]


def pages(evidence: Evidence, *, release: ReleaseLabel) -> Iterator[Page]:
    """Make every page of an evidence base."""
    return Site(evidence, release).pages()


def render(evidence: Evidence, path: str, *, release: ReleaseLabel) -> Page | None:
    """Make one page; None where there is none at the path.

    To make many, keep one `Site` and ask it: it keeps the look-ups.
    """
    return Site(evidence, release).page(path)


def static_files() -> dict[str, bytes]:
    """Return the styles, scripts, fonts and icons every page uses, by address."""

    def walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
        for entry in sorted(folder.iterdir(), key=lambda found: found.name):
            name = f"{prefix}{entry.name}"
            if entry.is_dir():
                yield from walk(entry, f"{name}/")
            else:
                yield name, entry.read_bytes()

    return dict(walk(files("whatworks.site") / "static", "static/"))


def site_files(
    evidence: Evidence, release: ReleaseLabel, *, tables: str = TABLES_BESIDE
) -> dict[str, bytes]:
    """Return every file of the site by its address.

    Parameters
    ----------
    tables : str
        Where the tables' CSV files lie, from the site's root. By default beside the site, as in a
        release; "tables/" puts them inside.
    """
    site = Site(evidence, release, tables)
    found = static_files()
    found.update((page.path, page.html.encode()) for page in site.pages())
    found.update((download.path, download.content) for download in site.downloads())
    return found


def build(evidence: Evidence, folder: Path, *, release: ReleaseLabel) -> list[str]:
    """Write the whole site, tables included, into a folder; return the addresses written.

    Files of the same name are replaced, others in the folder are left alone.
    """
    found = site_files(evidence, release, tables=TABLES_INSIDE)
    for name, content in found.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return sorted(found)
