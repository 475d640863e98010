"""Add a new search to a running review: what is new, what was known, what has changed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from whatworks.actions.find_reports import FoundReports, find_reports
from whatworks.actions.import_references import import_references
from whatworks.dedupe.notices import notice_of
from whatworks.references import ImportReport, Record
from whatworks.release.evidence import Evidence
from whatworks.store import Actor, Store

__all__ = ["ReportChange", "UpdatedReview", "update_review"]

# What a notice may say about a report that was there.
NOTICES = ("retraction", "concern", "correction")
# How PubMed marks the record of an article that was retracted (its publication type).
RETRACTED = "retracted publication"
TABLES = ("decisions", "record_pairs", "records", "report_records", "reports", "studies")


@dataclass(frozen=True, slots=True)
class ReportChange:
    """A notice about a report that was there before.

    Attributes
    ----------
    report_id, title
        The report it is about.
    change
        retraction, concern or correction.
    notice_record_id, notice_title
        The new record that says so.
    is_included
        Whether someone decided to include the report.
    studies
        Studies drawn from it: their effects, and what rests on them, need another look.
    """

    report_id: str
    title: str | None
    change: str
    notice_record_id: str
    notice_title: str | None
    is_included: bool
    studies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UpdatedReview:
    """What a new search brought.

    Attributes
    ----------
    imports
        The account of each file.
    found
        What joining gave for the whole review.
    n_records
        Records that were not joined to a report before.
    new_reports
        Reports that no earlier record describes: to be screened.
    known_reports
        Reports that were there and that new records describe as well; decisions on them stay.
    changes
        Notices about reports that were there, those with studies or inclusions first.
    """

    imports: tuple[ImportReport, ...]
    found: FoundReports
    n_records: int
    new_reports: tuple[str, ...]
    known_reports: tuple[str, ...]
    changes: tuple[ReportChange, ...]


def update_review(
    store: Store,
    *,
    by: Actor,
    review_id: str,
    files: Sequence[tuple[str, bytes]],
    search_id: str | None = None,
) -> UpdatedReview:
    """Import the files of a new search, join them to what is there, and tell what that means.

    Reports keep their names and decisions. Doing it twice changes nothing the second time, and
    tells of nothing new. If it is stopped between import and joining, doing it again finishes.

    Raises
    ------
    FileError
        A file cannot be read; nothing is stored.
    NotFound
        The review does not exist, or has no such search.
    """
    before = {link.record_id: link.report_id for link in store.rows("report_records")}
    imports = import_references(store, by=by, review_id=review_id, files=files, search_id=search_id)
    found = find_reports(store, by=by, review_id=review_id)
    evidence = store.evidence(*TABLES)
    records = {row.record_id: row for row in evidence.records if row.review_id == review_id}
    now = {
        link.record_id: link.report_id
        for link in evidence.report_records
        if link.record_id in records
    }
    new = [record_id for record_id in records if record_id not in before]
    standing = set(before.values())
    touched = dict.fromkeys(now[record_id] for record_id in new)
    return UpdatedReview(
        imports=tuple(imports),
        found=found,
        n_records=len(new),
        new_reports=tuple(name for name in touched if name not in standing),
        known_reports=tuple(name for name in touched if name in standing),
        changes=_changes(evidence, records, now, new=set(new), standing=standing),
    )


def _changes(
    evidence: Evidence,
    records: Mapping[str, Record],
    now: Mapping[str, str],
    *,
    new: set[str],
    standing: set[str],
) -> tuple[ReportChange, ...]:
    """Return the notices among new records about reports that were there."""
    told: dict[tuple[str, str], str] = {}
    for pair in evidence.record_pairs:
        for notice, other in (
            pair.pair,
            (pair.other_record_id, pair.record_id),
        ):
            # A further copy of a notice that was there tells nothing new.
            if notice not in new or now[notice] in standing or now.get(other) not in standing:
                continue
            change = _change(records[notice], pair.outcome)
            if change is not None:
                told.setdefault((now[other], change), notice)
    marked_before = {
        (now[name], _mark(records[name])) for name in records if name not in new and name in now
    }
    for name in sorted(new):
        # A new copy of a known record that the database has marked since.
        mark = _mark(records[name])
        if mark is not None and now[name] in standing and (now[name], mark) not in marked_before:
            told.setdefault((now[name], mark), name)
    included = {
        now[decision.record_id]
        for decision in evidence.decisions
        if decision.value == "include" and decision.record_id in now
    }
    studies: dict[str, list[str]] = {}
    for study in evidence.studies:
        if study.report_id is not None:
            studies.setdefault(study.report_id, []).append(study.study_id)
    titles = {report.report_id: report.title for report in evidence.reports}
    changes = [
        ReportChange(
            report_id=report_id,
            title=titles[report_id],
            change=change,
            notice_record_id=notice,
            notice_title=records[notice].title,
            is_included=report_id in included,
            studies=tuple(studies.get(report_id, ())),
        )
        for (report_id, change), notice in told.items()
    ]
    return tuple(
        sorted(
            changes,
            key=lambda one: (
                not one.studies,
                not one.is_included,
                NOTICES.index(one.change),
                one.report_id,
            ),
        )
    )


def _change(notice: Record, outcome: str) -> str | None:
    """Return what a record says about the other of its pair, if it is a notice.

    The pair's outcome tells how the two are related, the title which of them is the notice.
    """
    said = _said(notice)
    return said if outcome in (said, "ask") else None


def _said(record: Record) -> str | None:
    """Return which notice a record is by its title."""
    said = notice_of(record.title) if record.title else ""
    return said if said in NOTICES else None


def _mark(record: Record) -> str | None:
    """Return which notice a record carries about itself: in its title, or among its types."""
    return _said(record) or ("retraction" if _is_marked_retracted(record) else None)


def _is_marked_retracted(record: Record) -> bool:
    """Whether one of a record's tags says it was retracted."""
    if not record.extra or RETRACTED not in record.extra.lower():
        return False
    held = json.loads(record.extra).values()
    values = [value for part in held for value in (part if isinstance(part, list) else [part])]
    return any(str(value).strip().lower() == RETRACTED for value in values)
