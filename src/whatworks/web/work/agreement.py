"""How far people decide alike, on what both saw; and what each keeps of what the team keeps."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from whatworks.actions.measure_agreement import measure_agreement
from whatworks.actions.screening_board import STAGE_WORDS
from whatworks.screening.agreement import ScreeningAgreement
from whatworks.web.work.render import page, review_address
from whatworks.web.work.screen import known_stage_name
from whatworks.web.work.seat import Seat

__all__ = ["agreement_page", "download_agreement"]


@dataclass(frozen=True, slots=True)
class Group:
    """The figures of a team or of two people, on one set of records.

    Attributes
    ----------
    records
        Which set.
    who
        Names of the people.
    n_records
        Records they share.
    rows
        One for each figure.
    is_team
        Whether it is of all together.
    """

    records: str
    who: str
    n_records: int
    rows: tuple[dict[str, object], ...]
    is_team: bool


def agreement_page(desk: Seat, request: Request) -> Response:
    """Show the agreement on a stage."""
    review = desk.review(request.path_params["review_id"])
    stage_name = known_stage_name(request)
    board, _orders = desk.screening(review.review_id)
    found = measure_agreement(board, stage_name)
    return page(
        request,
        desk,
        "agreement.html",
        title=f"Agreement on {STAGE_WORDS[stage_name]}",
        crumbs=[
            (review.title, review_address(review.review_id)),
            ("Screening", review_address(review.review_id, "/screening")),
        ],
        values={
            "review_id": review.review_id,
            "stage_path": request.path_params["stage"],
            "found": found,
            "groups": _groups(found, desk.names()),
            "names": desk.names(),
        },
    )


def download_agreement(desk: Seat, request: Request) -> Response:
    """Give every figure as CSV."""
    review = desk.review(request.path_params["review_id"])
    board, _orders = desk.screening(review.review_id)
    rows = measure_agreement(board, known_stage_name(request)).table()
    out = io.StringIO(newline="")
    columns = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(out, columns, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    name = f"{review.review_id}-{request.path_params['stage']}-agreement.csv"
    return Response(
        out.getvalue(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _groups(found: ScreeningAgreement, names: dict[str, str]) -> list[Group]:
    """Return the figures group by group: of the team first, on what was drawn at random first."""
    groups = []
    for part in (found.at_random, found.shared):
        if part is None or part.team is None:
            continue
        if (
            part is found.shared
            and found.at_random is not None
            and found.at_random.n_records == part.n_records
        ):
            continue
        by_who: dict[str, list[dict[str, object]]] = {}
        for row in part.rows():
            by_who.setdefault(str(row["who"]), []).append(row)
        who_of = {" and ".join(pair.reviewers): pair.reviewers for pair in part.pairs}
        for who, rows in by_who.items():
            people = who_of.get(who, ())
            groups.append(
                Group(
                    part.records,
                    " and ".join(names.get(one, one) for one in people) or "Whole team",
                    part.n_records if not people else int(str(rows[0]["n_records"])),
                    tuple(rows),
                    not people,
                )
            )
    return groups
