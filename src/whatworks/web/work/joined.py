"""Which records were joined to one report, and why; each join can be looked at and undone."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from whatworks.dedupe import Report, ReportRecord
from whatworks.references import Record
from whatworks.web.work.paging import pages_of
from whatworks.web.work.questions import find_records, place_in_file, raw_files_of
from whatworks.web.work.render import page, review_address
from whatworks.web.work.seat import Seat

__all__ = ["joined_page"]

_SHOWN = 25
_RULES = {
    "exact_copy": "an exact copy: every field is the same",
    "evidence": "joined by what the records say",
    "person": "joined because a person said so",
}


@dataclass(frozen=True, slots=True)
class Member:
    """One record of a report, why it is there, and where it is compared with the first."""

    record: Record
    why: str
    place: str
    compare: str | None


def joined_page(desk: Seat, request: Request) -> Response:
    """List the reports with more than one record, those joined by the weakest evidence first."""
    review = desk.review(request.path_params["review_id"])
    own = {
        report.report_id: report
        for report in desk.store.rows("reports")
        if report.review_id == review.review_id
    }
    links: dict[str, list[ReportRecord]] = {}
    for link in desk.store.rows("report_records"):
        if link.report_id in own:
            links.setdefault(link.report_id, []).append(link)
    several = [
        (min(link.probability or 0.0 for link in members), report_id)
        for report_id, members in links.items()
        if len(members) > 1
    ]
    here = review_address(review.review_id, "/joined")
    shown = pages_of(sorted(several), request.query_params.get("page"), size=_SHOWN, address=here)
    names = {link.record_id for _, report_id in shown.rows for link in links[report_id]}
    records = find_records(desk.store, names)
    files = raw_files_of(desk.store, review.review_id)
    rows: list[tuple[Report, list[Member]]] = []
    for _, report_id in shown.rows:
        first, *others = (link.record_id for link in links[report_id])
        compare = {
            other: review_address(
                review.review_id, f"/pairs?{urlencode({'record': first, 'other': other})}"
            )
            for other in others
        }
        rows.append(
            (
                own[report_id],
                [
                    Member(
                        records[link.record_id],
                        _why(link),
                        place_in_file(records[link.record_id], files),
                        compare.get(link.record_id),
                    )
                    for link in links[report_id]
                ],
            )
        )
    return page(
        request,
        desk,
        "joined.html",
        title="Records joined",
        crumbs=[(review.title, review_address(review.review_id))],
        values={"review": review, "lines": shown, "rows": rows},
    )


def _why(link: ReportRecord) -> str:
    words = _RULES.get(link.rule, link.rule)
    if link.rule != "evidence" or link.probability is None:
        return words
    # 0.9996 must not read as if nothing could be wrong.
    share = min(99.9, 100 * link.probability)
    return f"{words}, {share:.{1 if share > 99 else 0}f} per cent sure"
