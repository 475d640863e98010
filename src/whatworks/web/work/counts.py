"""How far each review is: records, reports, duplicates, pairs to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from whatworks.dedupe import PairDecision, ReportRecord
from whatworks.release.identification import Identification, identification
from whatworks.store import Store

__all__ = ["Overview", "ReviewCounts", "overview_of", "waiting_decisions"]


@dataclass(frozen=True, slots=True)
class ReviewCounts:
    """The numbers of one review.

    Attributes
    ----------
    n_records
        Records identified: all that were imported.
    n_compared
        Those that were compared with the others; the rest came in since.
    n_reports
        Documents they describe.
    n_to_look_at
        Pairs that wait for a person.
    n_related
        Pairs of reports that belong together without being one.
    n_decided
        Pairs decided by a person.
    waiting
        Decisions that the reports do not follow yet.
    """

    n_records: int = 0
    n_compared: int = 0
    n_reports: int = 0
    n_to_look_at: int = 0
    n_related: int = 0
    n_decided: int = 0
    waiting: frozenset[tuple[str, ...]] = frozenset()

    @property
    def n_new(self) -> int:
        """Records that were not compared yet."""
        return self.n_records - self.n_compared

    @property
    def n_duplicates(self) -> int:
        """Records removed because another describes the same document."""
        return self.n_compared - self.n_reports


@dataclass(frozen=True, slots=True)
class Overview:
    """All reviews at one moment.

    Attributes
    ----------
    reviews
        Counts by review.
    records_of_file
        Records by review and file.
    identified
        Records by search, as `whatworks review flow` counts them, by review.
    """

    reviews: Mapping[str, ReviewCounts]
    records_of_file: Mapping[tuple[str, str], int]
    identified: Mapping[str, Identification]

    def of(self, review_id: str) -> ReviewCounts:
        """Return the counts of a review, all 0 where nothing was imported."""
        return self.reviews.get(review_id, ReviewCounts())


def overview_of(store: Store) -> Overview:
    """Count the reviews of a store."""
    held = store.evidence(
        "records",
        "reports",
        "report_records",
        "record_pairs",
        "pair_decisions",
        "raw_files",
        "searches",
    )
    review_of = {record.record_id: record.review_id for record in held.records}
    n_records = Counter(review_of.values())
    n_compared = Counter(
        review_of[link.record_id] for link in held.report_records if link.record_id in review_of
    )
    n_reports = Counter(report.review_id for report in held.reports)
    decided = {one.pair for one in held.pair_decisions}
    asked = Counter(
        pair.review_id
        for pair in held.record_pairs
        if pair.outcome == "ask" and pair.pair not in decided
    )
    related = Counter(pair.review_id for pair in held.record_pairs if pair.outcome != "ask")
    links: dict[str, list[ReportRecord]] = {}
    for link in held.report_records:
        if link.record_id in review_of:
            links.setdefault(review_of[link.record_id], []).append(link)
    decisions: dict[str, list[PairDecision]] = {}
    for one in held.pair_decisions:
        decisions.setdefault(one.review_id, []).append(one)
    return Overview(
        {
            review_id: ReviewCounts(
                n_records[review_id],
                n_compared[review_id],
                n_reports[review_id],
                asked[review_id],
                related[review_id],
                len(decisions.get(review_id, ())),
                waiting_decisions(links.get(review_id, ()), decisions.get(review_id, ())),
            )
            for review_id in n_records
        },
        Counter((record.review_id, record.raw_file_id) for record in held.records),
        {review_id: identification(held, review_id) for review_id in n_records},
    )


def waiting_decisions(
    links: Sequence[ReportRecord], decisions: Sequence[PairDecision]
) -> frozenset[tuple[str, ...]]:
    """Return the decisions that the reports do not follow, and the joins whose decision is gone."""
    report_of = {link.record_id: link.report_id for link in links}
    waiting: set[tuple[str, ...]] = set()
    joined: set[tuple[str, str]] = set()
    for one in decisions:
        pair = one.pair
        reports = {report_of.get(name) for name in pair}
        if None in reports:
            continue
        if one.decision == "same":
            joined.update((name, report_of[name]) for name in pair if len(reports) == 1)
        if (one.decision == "same") != (len(reports) == 1):
            waiting.add((*pair, one.decision))
    waiting.update(
        (link.record_id, "no longer joined")
        for link in links
        if link.rule == "person" and (link.record_id, link.report_id) not in joined
    )
    return frozenset(waiting)
