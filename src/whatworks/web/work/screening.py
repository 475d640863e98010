"""How far the screening of a review is: each stage, who has done what, and what waits for whom."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from whatworks.actions.screen_record import may_settle
from whatworks.actions.screening_board import STAGE_WORDS, Board
from whatworks.screening.nouns import ScreeningRules
from whatworks.screening.stage import Progress, Stage
from whatworks.screening.standing import CONFLICT, WAITING
from whatworks.web.work.render import page, review_address
from whatworks.web.work.seat import Seat

__all__ = ["screening_page"]


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person's part in a stage.

    Attributes
    ----------
    person
        Pseudonym.
    n_decided
        Records decided on.
    n_awaited
        Records that somebody decided on and that wait for a second person, who could be this one.
    n_to_settle
        Conflicts this person may settle.
    has_left
        Whether the person has left the team.
    """

    person: str
    n_decided: int
    n_awaited: int
    n_to_settle: int
    has_left: bool


@dataclass(frozen=True, slots=True)
class StageRow:
    """One stage: its rules, how far it is, and its people."""

    name: str
    path: str
    words: str
    rules: ScreeningRules | None
    progress: Progress | None
    people: tuple[PersonRow, ...]
    percent: int


def screening_page(desk: Seat, request: Request) -> Response:
    """Show how far each stage is."""
    review = desk.review(request.path_params["review_id"])
    board, orders = desk.screening(review.review_id)
    board.catch_up()
    stages = []
    for name, words in STAGE_WORDS.items():
        stage = board.stages.get(name)
        if stage is None:
            stages.append(StageRow(name, name.replace("_", "-"), words, None, None, (), 0))
            continue
        orders.refresh_in_background(name)
        with board.lock:
            progress = stage.progress()
            rows = people_rows(board, stage)
        percent = 100 * progress.n_settled // progress.n_records if progress.n_records else 0
        stages.append(
            StageRow(name, name.replace("_", "-"), words, stage.rules, progress, rows, percent)
        )
    return page(
        request,
        desk,
        "screening.html",
        title="Screening",
        crumbs=[(review.title, review_address(review.review_id))],
        values={
            "review": review,
            "stages": stages,
            "criteria": board.setting.criteria,
            "reasons": board.setting.reasons,
            "n_records": len(board.records),
            "names": desk.names(),
            "may_lead": desk.may("lead", review.review_id),
            "may_review": desk.may("reviewer", review.review_id),
            "message": desk.sitting(review.review_id).told(),
        },
    )


def people_rows(board: Board, stage: Stage) -> tuple[PersonRow, ...]:
    """Return each person's part, with those of the team who have not begun."""
    members = board.setting.members
    deciding = frozenset(
        one.person for one in members.values() if one.role != "reader" and not one.has_left
    )
    waiting = [stage.standing(name) for name in stage.with_state(WAITING)]
    conflicts = [stage.standing(name) for name in stage.with_state(CONFLICT)]
    rows = []
    for person in sorted(deciding | set(stage.people())):
        member = members.get(person)
        is_lead = member is not None and member.role == "lead"
        is_deciding = person in deciding
        rows.append(
            PersonRow(
                person,
                len(stage.own(person)),
                sum(person not in now.votes for now in waiting) if is_deciding else 0,
                sum(
                    may_settle(stage, now, person, is_lead=is_lead, others=deciding)
                    for now in conflicts
                )
                if is_deciding
                else 0,
                member is not None and member.has_left,
            )
        )
    return tuple(rows)
