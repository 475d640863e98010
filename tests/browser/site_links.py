"""Reads the links, anchors and published numbers of all pages."""

from __future__ import annotations

import posixpath
from html.parser import HTMLParser

from whatworks.release import Evidence
from whatworks.site import Site, static_files


class ParsedPage(HTMLParser):
    """Links, anchors and published numbers of one page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.repeated: list[str] = []
        self.numbers: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if "id" in found:
            if found["id"] in self.anchors:
                self.repeated.append(found["id"])
            self.anchors.add(found["id"])
        self.links += [found[name] for name in ("href", "src", "hx-get") if found.get(name)]
        if "data-number" in found:
            self.numbers.append((found["data-number"], found.get("href", "")))


def parse_site(site: Site) -> tuple[dict[str, ParsedPage], set[str]]:
    """Return every page parsed, and the addresses of all other files."""
    parsed = {page.path: ParsedPage(page.html) for page in site.pages()}
    return parsed, set(static_files()) | {download.path for download in site.downloads()}


def broken_links(parsed: dict[str, ParsedPage], files: set[str]) -> list[tuple[str, str]]:
    """Return (page, link) of every relative link that leads nowhere."""
    broken = []
    for path, page in parsed.items():
        for link in page.links:
            if link.startswith(("https://", "http://", "data:")):
                continue
            target, _, anchor = link.partition("#")
            target = target.partition("?")[0]
            folder = posixpath.dirname(path)
            resolved = posixpath.normpath(posixpath.join(folder, target)) if target else path
            if (resolved not in parsed and resolved not in files) or (
                anchor and resolved in parsed and anchor not in parsed[resolved].anchors
            ):
                broken.append((path, link))
    return broken


def misled_numbers(parsed: dict[str, ParsedPage], evidence: Evidence) -> list[tuple[str, str]]:
    """Return (page, number) of every number that does not lead to its field on its analysis's page."""
    misled = []
    for path, page in parsed.items():
        for number_id, href in page.numbers:
            number = evidence.number_by_id[number_id]
            if not href.endswith(f"analyses/{number.analysis_id}.html#{number.field}"):
                misled.append((path, number_id))
    return misled
