"""One review: what was imported, the numbers of the PRISMA flow so far, and what can be done next."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from whatworks.references import RawFile
from whatworks.web.work.render import page
from whatworks.web.work.searches import search_names
from whatworks.web.work.seat import Seat

__all__ = ["review_page"]


@dataclass(frozen=True, slots=True)
class FileRow:
    """One imported file: its records that are held, and the search it came from."""

    file: RawFile
    n_records: int
    search: str | None


def review_page(desk: Seat, request: Request) -> Response:
    """Show a review."""
    review = desk.review(request.path_params["review_id"])
    review_id = review.review_id
    overview = desk.overview()
    counts = overview.of(review_id)
    sitting = desk.sitting(review_id)
    searches = search_names(desk.store, review_id)
    files = [
        FileRow(
            file,
            overview.records_of_file.get((review_id, file.raw_file_id), 0),
            searches.get(file.search_id) if file.search_id else None,
        )
        for file in desk.store.rows("raw_files")
        if file.review_id == review_id
    ]
    # Files of effects or decisions are listed with no records of their own.
    files.sort(key=lambda row: (row.file.name.casefold(), row.file.raw_file_id))
    identified = overview.identified.get(review_id)
    unheeded = desk.last_joining(review_id).unheeded(counts.waiting)
    return page(
        request,
        desk,
        "review.html",
        title=review.title,
        values={
            "review": review,
            "counts": counts,
            "files": files,
            "searches": [
                (searches[row.search_id], row.reported, row.imported)
                for row in (identified.searches if identified else ())
            ],
            "n_without_search": identified.untied if identified else 0,
            "n_waiting": len(counts.waiting) - unheeded,
            "n_unheeded": unheeded,
            "tasks": desk.tasks.under_way(review_id),
            "message": sitting.told(),
        },
    )
