"""The whole site: every address, and the page or file behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial

from whatworks.release.evidence import Evidence
from whatworks.release.read import ReleaseLabel
from whatworks.release.schema import TABLES
from whatworks.release.table_files import csv_bytes
from whatworks.site import paths
from whatworks.site.context import Context
from whatworks.site.page import Download, Page
from whatworks.site.pages.analysis import analysis_download, analysis_page
from whatworks.site.pages.gap_map import gap_map_download, gap_map_page, phases_on_map
from whatworks.site.pages.home import home_page
from whatworks.site.pages.identification import identification_download, identification_page
from whatworks.site.pages.information import (
    about_page,
    accessibility_page,
    data_page,
    error_page,
    glossary_page,
)
from whatworks.site.pages.need import need_page, needs_with_pages, phases_of_need
from whatworks.site.pages.review import review_page
from whatworks.site.pages.strand import strand_download, strand_page
from whatworks.site.pages.study import study_page

__all__ = ["TABLES_BESIDE", "TABLES_INSIDE", "Site"]

# Where the tables' CSV files lie: inside the site, or beside it as in a release's folder.
TABLES_INSIDE = "tables/"
TABLES_BESIDE = "../tables/"

_NOT_FOUND = (
    "Page not found",
    "If you typed the address, check that it is right. If you followed a link, the evidence may have "
    "moved on: look for it from the start.",
)


@dataclass(frozen=True)
class Site:
    """All pages of one evidence base; each is made when it is asked for.

    Attributes
    ----------
    evidence
        The evidence base.
    release
        Name, version and date to show on every page.
    tables
        Where the tables' CSV files lie, from the site's root.
    """

    evidence: Evidence
    release: ReleaseLabel
    tables: str = TABLES_INSIDE

    @cached_property
    def _context(self) -> Context:
        return Context(self.evidence, self.release, self.tables)

    @cached_property
    def _pages(self) -> dict[str, Callable[[], Page]]:
        context, evidence = self._context, self.evidence
        found: dict[str, Callable[[], Page]] = {
            "index.html": partial(home_page, context),
            "gap-map.html": partial(gap_map_page, context),
            "identification.html": partial(identification_page, context),
            "data.html": partial(data_page, context),
            "about.html": partial(about_page, context),
            "accessibility.html": partial(accessibility_page, context),
            "glossary.html": partial(glossary_page, context),
            "404.html": self.not_found,
        }
        for term in phases_on_map(context):
            found[paths.gap_map_path(term.code)] = partial(gap_map_page, context, term.code)
        for code in needs_with_pages(context):
            found[paths.need_path(code)] = partial(need_page, context, code)
            for term in phases_of_need(context, code):
                found[paths.need_path(code, term.code)] = partial(
                    need_page, context, code, term.code
                )
        for strand in evidence.strands:
            found[paths.strand_path(strand.strand_id)] = partial(strand_page, context, strand)
        for study in evidence.studies:
            found[paths.study_path(study.study_id)] = partial(study_page, context, study)
        for analysis in evidence.analyses:
            found[paths.analysis_path(analysis.analysis_id)] = partial(
                analysis_page, context, analysis
            )
        for review in evidence.reviews:
            found[paths.review_path(review.review_id)] = partial(review_page, context, review)
        return found

    @cached_property
    def _downloads(self) -> dict[str, Callable[[], Download | None]]:
        context, evidence = self._context, self.evidence
        found: dict[str, Callable[[], Download | None]] = {
            "downloads/identification.csv": partial(identification_download, context)
        }
        for phase in (None, *(term.code for term in phases_on_map(context))):
            name = paths.gap_map_path(phase).removesuffix(".html")
            found[f"downloads/{name}.csv"] = partial(gap_map_download, context, phase)
        for strand in evidence.strands:
            name = f"downloads/forest-{paths.slug(strand.strand_id)}.csv"
            found[name] = partial(strand_download, context, strand)
        for analysis in evidence.analyses:
            name = f"downloads/inputs-{paths.slug(analysis.analysis_id)}.csv"
            found[name] = partial(analysis_download, context, analysis)
        if self.tables == TABLES_INSIDE:
            for table in TABLES:
                found[f"{TABLES_INSIDE}{table}.csv"] = partial(self._table, table)
        return found

    def _table(self, name: str) -> Download:
        """Return one table as its CSV file."""
        content = csv_bytes(TABLES[name], self.evidence.table(name))
        return Download(f"{TABLES_INSIDE}{name}.csv", "text/csv; charset=utf-8", content)

    def not_found(self, *, root: str | None = None) -> Page:
        """Return the page for an address that is not there."""
        title, advice = _NOT_FOUND
        return error_page(self._context, title=title, advice=advice, root=root)

    def error(self, *, title: str, advice: str, detail: str | None = None, root: str) -> Page:
        """Return a page that says what went wrong and what to do."""
        return error_page(self._context, title=title, advice=advice, detail=detail, root=root)

    def paths(self) -> list[str]:
        """Return the addresses of all pages, in the order they are made."""
        return list(self._pages)

    def page(self, path: str) -> Page | None:
        """Return one page, or None where there is none at the address."""
        make = self._pages.get(path)
        return None if make is None else make()

    def pages(self) -> Iterator[Page]:
        """Make every page."""
        for make in self._pages.values():
            yield make()

    def download(self, path: str) -> Download | None:
        """Return one file for download, or None where there is none at the address."""
        make = self._downloads.get(path)
        return None if make is None else make()

    def downloads(self) -> Iterator[Download]:
        """Make every file for download."""
        for make in self._downloads.values():
            download = make()
            if download is not None:
                yield download
