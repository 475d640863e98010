"""What the import of one file kept, skipped and repaired, line by line.

The account is made again from the file as it is kept, so that it can be seen at any time later, and on a
store that came from elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from starlette.requests import Request
from starlette.responses import Response

from whatworks.errors import FileError, NotFound
from whatworks.references import ImportReport, RawFile, ReportIssue, read_references
from whatworks.site.csv_file import csv_download
from whatworks.site.paths import slug
from whatworks.web.work.paging import pages_of
from whatworks.web.work.questions import raw_files_of
from whatworks.web.work.render import page, review_address
from whatworks.web.work.searches import search_names
from whatworks.web.work.seat import Seat

__all__ = ["issues_csv", "report_page"]

_LINES_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of issue: its words, how often it was met, and the first line."""

    number: int
    what: str
    done: str
    n: int
    first_line: int


def report_page(desk: Seat, request: Request) -> Response:
    """Show the account of one import: counts, kinds of issues, and each line of all or of one kind."""
    review = desk.review(request.path_params["review_id"])
    file = _file(desk, request)
    account = _account(desk, file)
    kinds = _kinds(account.issues)
    chosen = next(
        (kind for kind in kinds if str(kind.number) == request.query_params.get("kind")), None
    )
    lines = [
        issue
        for issue in account.issues
        if chosen is None or (issue.what, issue.done) == (chosen.what, chosen.done)
    ]
    here = review_address(review.review_id, f"/files/{file.raw_file_id}")
    return page(
        request,
        desk,
        "import_report.html",
        title=f"Import report: {file.name}",
        crumbs=[(review.title, review_address(review.review_id))],
        values={
            "review": review,
            "file": file,
            "account": account,
            "search": search_names(desk.store, review.review_id).get(file.search_id or ""),
            "kinds": kinds,
            "chosen": chosen,
            "lines": pages_of(
                lines,
                request.query_params.get("page"),
                size=_LINES_SHOWN,
                address=here,
                query=f"kind={chosen.number}&" if chosen else "",
            ),
            "here": here,
        },
    )


def issues_csv(desk: Seat, request: Request) -> Response:
    """Send every line of the account as CSV."""
    file = _file(desk, request)
    account = _account(desk, file)
    name = f"import-report-{slug(file.name.lower())}.csv"
    download = csv_download(
        name,
        ("file", "line", "n_lines", "what", "done", "text"),
        [
            (file.name, one.line, one.n_lines, one.what, one.done, one.text)
            for one in account.issues
        ],
    )
    return Response(
        download.content,
        media_type=download.media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _file(desk: Seat, request: Request) -> RawFile:
    review_id, raw_file_id = (request.path_params[name] for name in ("review_id", "raw_file_id"))
    desk.review(review_id)
    found = raw_files_of(desk.store, review_id).get(raw_file_id)
    if found is None:
        raise NotFound(f'The review "{review_id}" has no file {raw_file_id[:12]}.')
    return found


def _account(desk: Seat, file: RawFile) -> ImportReport:
    """Return the account of a file: kept, or made again.

    Raises
    ------
    NotFound
        The store has the file's name but not the file, as after it was opened from a release.
    FileError
        It is no file of references: effects or decisions were imported from it by a mapping.
    """
    kept = desk.kept_report(file)
    if kept is not None:
        return kept
    data = desk.store.file(file.raw_file_id)
    try:
        account = read_references(data, file=file.name, review_id=file.review_id).report
    except FileError as error:
        raise FileError(file.name, error.problems) from None
    desk.keep_report(file.review_id, file.raw_file_id, account)
    return account


def _kinds(issues: Sequence[ReportIssue]) -> list[Kind]:
    """Return the kinds of issues, the commonest first."""
    ordered = sorted(issues, key=lambda issue: (issue.what, issue.done, issue.line))
    groups = [
        (what, done, list(own))
        for (what, done), own in groupby(ordered, key=lambda issue: (issue.what, issue.done))
    ]
    groups.sort(key=lambda group: (-len(group[2]), group[2][0].line))
    return [
        Kind(number, what, done, len(own), own[0].line)
        for number, (what, done, own) in enumerate(groups, start=1)
    ]
