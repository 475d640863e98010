"""Join the records of a review that describe the same document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from whatworks.actions.deduplicate import deduplicate
from whatworks.actions.known_review import require_review
from whatworks.dedupe import Thresholds, decided_pairs, report_rows
from whatworks.store import Actor, Store

__all__ = ["FoundReports", "find_reports"]


# A hundredth of a small review is no question at all; a person answers so many in minutes.
FEW_RECORDS = 40


@dataclass(frozen=True, slots=True)
class FoundReports:
    """What joining gave.

    Attributes
    ----------
    n_records, n_reports
        Records of the review, and the documents they describe.
    n_asked
        Pairs that a person should look at.
    n_related
        Pairs of reports that belong together without being one.
    n_new
        Reports that were not there before.
    n_withdrawn
        Reports that are no longer there: they became part of another.
    """

    n_records: int
    n_reports: int
    n_asked: int
    n_related: int
    n_new: int
    n_withdrawn: int


def find_reports(store: Store, *, by: Actor, review_id: str) -> FoundReports:
    """Join records by what they say, and by what people decided.

    Reports keep their names as long as one of their records stays. Nothing is lost: a report that
    became part of another is withdrawn in the log, and a decision "different" brings it back.

    Raises
    ------
    NotFound
        The review does not exist.
    """
    require_review(store, review_id)
    records = [record for record in store.rows("records") if record.review_id == review_id]
    decisions = [one for one in store.rows("pair_decisions") if one.review_id == review_id]
    own = {record.record_id for record in records}
    before = {
        link.record_id: link.report_id
        for link in store.rows("report_records")
        if link.record_id in own
    }
    found = deduplicate(
        records,
        decided=decided_pairs(records, decisions),
        thresholds=Thresholds(always_asked=FEW_RECORDS),
    )
    studies = [one for one in store.rows("studies") if one.review_id == review_id]
    full_texts = [one for one in store.rows("full_texts") if one.review_id == review_id]
    firm = {one.report_id for one in (*studies, *full_texts) if one.report_id is not None}
    rows = report_rows(
        records, found, review_id=review_id, decisions=decisions, names=before, firm=firm
    )
    now = {report.report_id for report in rows.reports}
    gone = [
        (report.report_id,)
        for report in store.rows("reports")
        if report.review_id == review_id and report.report_id not in now
    ]
    pairs = {pair.pair for pair in rows.pairs}
    settled = [
        pair.pair
        for pair in store.rows("record_pairs")
        if pair.review_id == review_id and pair.pair not in pairs
    ]
    successor = _successors(before, {link.record_id: link.report_id for link in rows.links})
    moved = {
        one.report_id: successor[one.report_id] for one in full_texts if one.report_id not in now
    }
    sought = {one.report_id for one in full_texts}
    with store.write(
        actor=by, action="find_reports", object_type="review", object_id=review_id
    ) as tx:
        tx.withdraw("reports", gone)
        tx.append("reports", rows.reports)
        tx.append("report_records", rows.links)
        tx.withdraw("record_pairs", settled)
        tx.append("record_pairs", rows.pairs)
        # What hangs on a report that became part of another goes with it.
        tx.append(
            "studies",
            [
                replace(one, report_id=successor[one.report_id])
                for one in studies
                if one.report_id in successor and one.report_id not in now
            ],
        )
        tx.withdraw("full_texts", [(name,) for name in moved])
        tx.append(
            "full_texts",
            {
                moved[one.report_id]: replace(one, report_id=moved[one.report_id])
                for one in full_texts
                if one.report_id in moved and moved[one.report_id] not in sought
            }.values(),
        )
    return FoundReports(
        n_records=len(records),
        n_reports=len(rows.reports),
        n_asked=len(found.asked),
        n_related=len(found.related),
        n_new=len(now - set(before.values())),
        n_withdrawn=len(gone),
    )


def _successors(before: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    """Return for each report that was there the one that has most of its records now."""
    counts: dict[str, Counter[str]] = {}
    for record, report in before.items():
        if record in now:
            counts.setdefault(report, Counter())[now[record]] += 1
    return {
        report: min(found, key=lambda name: (-found[name], name))
        for report, found in counts.items()
    }
