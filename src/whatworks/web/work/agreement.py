"""How far people decide alike, on what both saw; and what each keeps of what the team keeps."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from whatworks.actions.screening_board import STAGE_WORDS, Board
from whatworks.screening.agreement import ScreeningAgreement, screening_agreement
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
    found = agreement_of(board, stage_name)
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
    rows = agreement_of(board, known_stage_name(request)).table()
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


def agreement_of(board: Board, stage_name: str) -> ScreeningAgreement:
    """Return the agreement of a stage: only where all who must decide have, so that nothing is told early.

    Where one person decides, those read by two were drawn at random; where records come in an order of
    chance, all were.
    """
    stage = board.stage(stage_name)
    rules = stage.rules
    with board.lock:
        revealed = {name for name in stage.shown if stage.standing(name).is_revealed}
        decisions = [
            replace(one, record_id=shown)
            for one in stage.decisions()
            if (shown := stage.shown_for(one.record_id)) in revealed
        ]
        doubled = {name for name in revealed if stage.standing(name).n_needed > 1}
    is_ranked = rules.record_order == "ranked"
    at_random = None
    if not is_ranked:
        at_random = revealed
    elif rules.reviewers_per_record == 1:
        at_random = doubled
    return screening_agreement(
        decisions, stage=stage_name, at_random=at_random, is_ranked=is_ranked, level=rules.level
    )
