"""The site of the evidence as it is now: pages are made when first asked for, and kept."""

from __future__ import annotations

import threading
from collections.abc import Callable

from whatworks.release.evidence import Evidence
from whatworks.release.read import ReleaseLabel
from whatworks.site import Site
from whatworks.web.content import Content

__all__ = ["LiveSite"]

_HTML = "text/html; charset=utf-8"


class LiveSite:
    """Gives pages and downloads of the current evidence.

    What was made is kept as long as `load_evidence` gives the same object, and dropped when it
    gives another.

    Parameters
    ----------
    load_evidence : callable
        Returns the evidence base; cheap when nothing has changed.
    release : ReleaseLabel
        How it is called on the pages.
    """

    def __init__(self, load_evidence: Callable[[], Evidence], release: ReleaseLabel) -> None:
        self._load_evidence = load_evidence
        self._release = release
        self._lock = threading.Lock()
        self._site: Site | None = None
        self._made: dict[str, Content] = {}

    def _current(self) -> tuple[Site, dict[str, Content]]:
        """Return the site of the evidence as it is now, and what was made of it."""
        evidence = self._load_evidence()
        with self._lock:
            if self._site is None or self._site.evidence is not evidence:
                self._site, self._made = Site(evidence, self._release), {}
            return self._site, self._made

    def content(self, path: str) -> Content | None:
        """Return the page or download at a path; None where there is none."""
        site, made = self._current()
        if path not in made:
            page = site.page(path)
            if page is not None:
                made[path] = Content.of(page.html.encode(), _HTML)
            else:
                download = site.download(path)
                if download is None:
                    return None
                made[path] = Content.of(download.content, download.media_type)
        return made[path]
