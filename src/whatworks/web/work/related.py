"""Reports that belong together without being one: corrections, preprints, the same work elsewhere."""

from __future__ import annotations

from itertools import groupby

from starlette.requests import Request
from starlette.responses import Response

from whatworks.web.work.paging import pages_of
from whatworks.web.work.pair_words import RELATION_WORDS
from whatworks.web.work.questions import find_records, place_in_file, raw_files_of
from whatworks.web.work.render import page, review_address
from whatworks.web.work.seat import Seat

__all__ = ["related_page"]

_SHOWN = 50


def related_page(desk: Seat, request: Request) -> Response:
    """List them by how they are related."""
    review = desk.review(request.path_params["review_id"])
    pairs = [
        pair
        for pair in desk.store.rows("record_pairs")
        if pair.review_id == review.review_id and pair.outcome != "ask"
    ]
    pairs.sort(key=lambda pair: (pair.outcome, -pair.probability, pair.record_id))
    here = review_address(review.review_id, "/related")
    shown = pages_of(pairs, request.query_params.get("page"), size=_SHOWN, address=here)
    names = {name for pair in shown.rows for name in pair.pair}
    return page(
        request,
        desk,
        "related.html",
        title="Related reports",
        crumbs=[(review.title, review_address(review.review_id))],
        values={
            "review": review,
            "lines": shown,
            "groups": [
                (RELATION_WORDS.get(outcome, outcome.capitalize()), list(own))
                for outcome, own in groupby(shown.rows, key=lambda pair: pair.outcome)
            ],
            "records": find_records(desk.store, names),
            "files": raw_files_of(desk.store, review.review_id),
            "place": place_in_file,
        },
    )
