"""Join the records of a review that describe the same document."""

from __future__ import annotations

from dataclasses import dataclass

from whatworks.actions.known_review import require_review
from whatworks.dedupe import exact_reports
from whatworks.store import Actor, Store

__all__ = ["FoundReports", "find_reports"]


@dataclass(frozen=True, slots=True)
class FoundReports:
    """What joining gave: counts, and the pairs that share an identifier but were kept apart."""

    n_records: int
    n_reports: int
    conflicts: tuple[str, ...]


def find_reports(store: Store, *, by: Actor, review_id: str) -> FoundReports:
    """Join records by exact identifiers; reports no longer formed are withdrawn.

    Raises
    ------
    NotFound
        The review does not exist.
    """
    require_review(store, review_id)
    records = [record for record in store.rows("records") if record.review_id == review_id]
    found = exact_reports(records, review_id=review_id)
    new_ids = {report.report_id for report in found.reports}
    gone = [
        (report.report_id,)
        for report in store.rows("reports")
        if report.review_id == review_id and report.report_id not in new_ids
    ]
    with store.write(
        actor=by, action="find_reports", object_type="review", object_id=review_id
    ) as tx:
        tx.withdraw("reports", gone)
        tx.append("reports", found.reports)
        tx.append("report_records", found.links)
    return FoundReports(len(records), len(found.reports), found.conflicts)
