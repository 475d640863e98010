"""Bring files of references into a review: choose, send, follow."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from whatworks.actions.import_references import import_references
from whatworks.errors import UserError
from whatworks.site.figures import plural
from whatworks.web.work.questions import raw_files_of
from whatworks.web.work.render import page, review_address, see_other
from whatworks.web.work.searches import search_names
from whatworks.web.work.seat import Seat
from whatworks.web.work.tasks import Report
from whatworks.web.work.uploads import Upload, form_of, megabytes, uploads_of

__all__ = ["FileOutcome", "import_files", "import_form"]


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file.

    Attributes
    ----------
    name
        As it was sent.
    raw_file_id
        SHA-256 of its bytes.
    n_records, n_issues
        Records that came out, and lines that were skipped or repaired.
    known_as
        Name under which the same bytes were in the review before; None if they were not.
    error
        Why nothing of it was saved; None if it was.
    """

    name: str
    raw_file_id: str
    n_records: int = 0
    n_issues: int = 0
    known_as: str | None = None
    error: str | None = None


def import_form(desk: Seat, request: Request) -> Response:
    """Ask for files."""
    return _form(desk, request, [], "")


async def import_files(desk: Seat, request: Request) -> Response:
    """Take the files in and begin to import them."""
    form = await form_of(request, limit=desk.upload_limit)
    try:
        uploads = await uploads_of(form, "files")
        search = form.get("search")
        search_id = search if isinstance(search, str) else ""
    finally:
        await form.close()
    return await run_in_threadpool(_start, desk, request, uploads, search_id)


def _start(desk: Seat, request: Request, uploads: list[Upload], search_id: str) -> Response:
    review_id = desk.review(request.path_params["review_id"]).review_id
    errors = []
    if not uploads:
        errors.append(("files", "Choose at least one file"))
    if search_id and search_id not in search_names(desk.store, review_id):
        errors.append(("search", "Choose a search from the list, or none"))
    if errors:
        return _form(desk, request, errors, search_id)

    def work(report: Report) -> list[FileOutcome]:
        return _import(desk, review_id, uploads, search_id or None, report)

    task = desk.tasks.start(
        work, review_id=review_id, kind="import", title=f"Importing {plural(len(uploads), 'file')}"
    )
    return see_other(request, f"desk/tasks/{task.task_id}")


def _import(
    desk: Seat, review_id: str, uploads: Sequence[Upload], search_id: str | None, report: Report
) -> list[FileOutcome]:
    """Import each file by itself, so that one that cannot be read does not keep out the others."""
    total = sum(len(upload.content) for upload in uploads) or 1
    done = 0
    outcomes = []
    for at, upload in enumerate(uploads, start=1):
        # One file alone: nobody knows how far it is, and a bar that stands at nothing looks stuck.
        percent = 100 * done / total if len(uploads) > 1 else None
        report(f"Reading {upload.name}, file {at} of {len(uploads)}", percent)
        outcomes.append(_import_one(desk, review_id, upload, search_id))
        done += len(upload.content)
    return outcomes


def _import_one(desk: Seat, review_id: str, upload: Upload, search_id: str | None) -> FileOutcome:
    digest = hashlib.sha256(upload.content).hexdigest()
    known = raw_files_of(desk.store, review_id).get(digest)
    try:
        (account,) = import_references(
            desk.store,
            by=desk.by,
            review_id=review_id,
            files=[(known.name if known else upload.name, upload.content)],
            search_id=search_id,
        )
    except UserError as error:
        return FileOutcome(upload.name, digest, error=str(error))
    desk.keep_report(review_id, digest, account)
    return FileOutcome(
        upload.name,
        digest,
        account.n_records,
        len(account.issues),
        known_as=known.name if known else None,
    )


def _form(desk: Seat, request: Request, errors: list[tuple[str, str]], search_id: str) -> Response:
    review = desk.review(request.path_params["review_id"])
    return page(
        request,
        desk,
        "import.html",
        title="Import references",
        crumbs=[(review.title, review_address(review.review_id))],
        values={
            "review": review,
            "searches": search_names(desk.store, review.review_id),
            "chosen": search_id,
            "limit": desk.upload_limit,
            "limit_words": megabytes(desk.upload_limit),
        },
        errors=errors,
    )
