"""How many records were identified, by source, and how many were removed as duplicates.

Boxes are those of the PRISMA 2020 flow diagram's data file (Page et al. 2021, BMJ 372:n71);
PRISMA-S (Rethlefsen et al. 2021, Syst Rev 10:39) asks for the records of each source (item 15) and
for the deduplication (item 16).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from whatworks.release.evidence import Evidence

__all__ = ["KIND_BOXES", "Identification", "SearchCount", "identification"]

# Kind of a search's source -> box; a search of which nothing is said is one of a database.
KIND_BOXES: Mapping[str | None, str] = {
    None: "database_results",
    "database": "database_results",
    "register": "register_results",
    "website": "website_results",
    "organisation": "organisation_results",
    "citations": "citations_results",
}


@dataclass(frozen=True, slots=True)
class SearchCount:
    """What one search brought: as its source reported it, and as it was imported."""

    search_id: str
    source_name: str
    box: str
    reported: int | None
    imported: int


@dataclass(frozen=True, slots=True)
class Identification:
    """The first boxes of a review's flow, counted from what is held here.

    Attributes
    ----------
    searches
        The review's searches with at least one imported file, by name.
    untied
        Records of files that no search is named for.
    n_records
        All records of the review.
    n_reports
        Documents they describe; None while some record is not joined to a report.
    """

    searches: tuple[SearchCount, ...]
    untied: int
    n_records: int
    n_reports: int | None

    @property
    def boxes(self) -> dict[str, int]:
        """Counts by box.

        Empty while no file is tied to a search: where the records came from is then not known.
        """
        if not self.searches:
            return {}
        counted: Counter[str] = Counter()
        for search in self.searches:
            counted[search.box] += search.imported
        boxes = dict(counted)
        if self.n_reports is not None:
            boxes["duplicates"] = self.n_records - self.n_reports
            boxes["records_after_removal"] = self.n_reports
        return boxes

    @property
    def by_source(self) -> dict[str, tuple[tuple[str, int], ...]]:
        """Each box's sources with their counts."""
        parts: dict[str, Counter[str]] = {}
        for search in self.searches:
            parts.setdefault(search.box, Counter())[search.source_name] += search.imported
        return {box: tuple(sorted(counts.items())) for box, counts in parts.items()}


def identification(evidence: Evidence, review_id: str) -> Identification:
    """Count a review's records by search, and the documents they describe."""
    file_search = {
        file.raw_file_id: file.search_id
        for file in evidence.raw_files
        if file.review_id == review_id
    }
    by_search: Counter[str | None] = Counter()
    own = set()
    for record in evidence.records:
        if record.review_id == review_id:
            own.add(record.record_id)
            by_search[file_search.get(record.raw_file_id)] += 1
    tied = {search_id for search_id in file_search.values() if search_id is not None}
    searches = tuple(
        SearchCount(
            search.search_id,
            search.source_name,
            KIND_BOXES.get(search.kind, "database_results"),
            search.n_hits,
            by_search[search.search_id],
        )
        for search in evidence.searches
        if search.review_id == review_id and search.search_id in tied
    )
    joined = {
        link.record_id: link.report_id for link in evidence.report_records if link.record_id in own
    }
    untied = len(own) - sum(search.imported for search in searches)
    n_reports = len(set(joined.values())) if own and len(joined) == len(own) else None
    return Identification(searches, untied, len(own), n_reports)
