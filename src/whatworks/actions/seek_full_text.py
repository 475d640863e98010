"""Full texts: which are sought, which the review holds, which could not be had, and why."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from whatworks.actions.known_review import require_review
from whatworks.dedupe import Report
from whatworks.errors import FileError, FileProblem, NotFound, UserError
from whatworks.references.nouns import FullText, RawFile
from whatworks.release.full_texts import included_reports
from whatworks.release.screened import SCREENED_TABLES
from whatworks.store import Actor, Store

__all__ = ["keep_full_text", "say_not_retrieved", "seek_full_texts", "stored_full_text"]

# Readers accept the mark anywhere in the first kilobyte (PDF Reference 1.7, notes to section 3.4.1).
PDF_MARK = b"%PDF-"
MARK_WITHIN = 1024


@dataclass(frozen=True, slots=True)
class StoredFullText:
    """A document the review holds: its name as given, and its bytes."""

    name: str
    data: bytes


def seek_full_texts(
    store: Store,
    *,
    by: Actor,
    review_id: str,
    report_ids: Sequence[str] = (),
    url: str | None = None,
    on: date,
) -> list[FullText]:
    """Record that full texts are being sought.

    Parameters
    ----------
    report_ids : sequence of str
        Reports; none means every report that was included on title and abstract and of which
        nothing is recorded yet.
    url : str, optional
        Where one report is looked for, other than by its DOI.
    on : date
        Day of the attempt.

    Raises
    ------
    NotFound
        The review, or a report in it, does not exist.
    UserError
        An address was given for several reports, or the full text is there already.
    """
    require_review(store, review_id)
    if url is not None and len(report_ids) != 1:
        raise UserError("One address belongs to one report. Name the report. Nothing was saved.")
    there = {row.report_id: row for row in store.rows("full_texts")}
    if report_ids:
        for report_id in report_ids:
            _require_report(store, review_id, report_id)
            if report_id in there and there[report_id].status == "retrieved":
                raise UserError(
                    f"The full text of {report_id} is there already. Nothing was saved."
                )
        chosen = list(dict.fromkeys(report_ids))
    else:
        evidence = store.evidence(*SCREENED_TABLES, "reports")
        chosen = [
            report.report_id
            for report in included_reports(evidence, review_id)
            if report.report_id not in there
        ]
    rows = [FullText(name, review_id, "sought", url, None, None, on.isoformat()) for name in chosen]
    with store.write(
        actor=by, action="seek_full_texts", object_type="review", object_id=review_id
    ) as tx:
        tx.append("full_texts", rows)
    return rows


def keep_full_text(
    store: Store,
    *,
    by: Actor,
    report_id: str,
    data: bytes,
    name: str,
    url: str | None = None,
    on: date,
) -> FullText:
    """Keep the PDF of a report in the store; it never becomes part of a release.

    Raises
    ------
    FileError
        The file is not a PDF.
    NotFound
        There is no such report.
    """
    if PDF_MARK not in data[:MARK_WITHIN]:
        raise FileError(
            name,
            [
                FileProblem(
                    "This is not a PDF: its first bytes do not say so.",
                    "Check that it was not a web page saved under this name.",
                )
            ],
        )
    report = _report(store, report_id)
    old = _old(store, report_id)
    sha256 = hashlib.sha256(data).hexdigest()
    file = RawFile(
        raw_file_id=sha256,
        review_id=report.review_id,
        name=name,
        format="pdf",
        encoding="binary",
        n_bytes=len(data),
        n_items=1,
    )
    row = FullText(
        report_id=report_id,
        review_id=report.review_id,
        status="retrieved",
        url=url or (old.url if old is not None else None),
        raw_file_id=sha256,
        reason=None,
        checked_on=on.isoformat(),
    )
    with store.write(
        actor=by, action="keep_full_text", object_type="report", object_id=report_id
    ) as tx:
        tx.put_file(data)
        tx.append("raw_files", [file])
        tx.append("full_texts", [row])
    return row


def say_not_retrieved(
    store: Store, *, by: Actor, report_id: str, reason: str, on: date
) -> FullText:
    """Record that a full text could not be had, and why.

    Raises
    ------
    NotFound
        There is no such report.
    UserError
        No reason was given, or the full text is there.
    """
    if not reason.strip():
        raise UserError("Say why the full text could not be had. Nothing was saved.")
    report = _report(store, report_id)
    old = _old(store, report_id)
    if old is not None and old.status == "retrieved":
        raise UserError(
            f"The full text of {report_id} is in the store since {old.checked_on}. "
            "Nothing was saved."
        )
    row = FullText(
        report_id=report_id,
        review_id=report.review_id,
        status="not_retrieved",
        url=old.url if old is not None else None,
        raw_file_id=None,
        reason=reason.strip(),
        checked_on=on.isoformat(),
    )
    with store.write(
        actor=by,
        action="say_not_retrieved",
        object_type="report",
        object_id=report_id,
        reason=row.reason,
    ) as tx:
        tx.append("full_texts", [row])
    return row


def stored_full_text(store: Store, *, report_id: str) -> StoredFullText:
    """Return the document the review holds of a report.

    Raises
    ------
    NotFound
        There is no such report, or its full text is not in the store.
    """
    _report(store, report_id)
    row = _old(store, report_id)
    if row is None or row.raw_file_id is None:
        raise NotFound(
            f"The store holds no full text of {report_id}. Put it in with "
            f"`whatworks fulltext retrieved {report_id} FILE.pdf`."
        )
    names = {file.raw_file_id: file.name for file in store.rows("raw_files")}
    return StoredFullText(names[row.raw_file_id], store.file(row.raw_file_id))


def _old(store: Store, report_id: str) -> FullText | None:
    """Return what is recorded of a report's full text."""
    return next((row for row in store.rows("full_texts") if row.report_id == report_id), None)


def _report(store: Store, report_id: str) -> Report:
    """Return a report, or say that there is none."""
    report: Report | None = next(
        (row for row in store.rows("reports") if row.report_id == report_id), None
    )
    if report is None:
        raise NotFound(
            f'There is no report "{report_id}". `whatworks fulltext list` names those that are '
            "sought, `whatworks reports find` makes reports of records. Nothing was saved."
        )
    return report


def _require_report(store: Store, review_id: str, report_id: str) -> None:
    """Refuse a report of another review."""
    report = _report(store, report_id)
    if report.review_id != review_id:
        raise UserError(
            f'Report "{report_id}" belongs to review "{report.review_id}". Nothing was saved.'
        )
