"""What models and rules suggested at a stage, and how good it is, held against what people decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from whatworks.actions.evaluate_suggestions import SuggestionEvaluation, evaluate_suggestions
from whatworks.actions.screening_board import STAGE_WORDS
from whatworks.errors import NotFound
from whatworks.statistics.proportions import Proportion
from whatworks.web.work.render import page, review_address
from whatworks.web.work.screen import known_stage_name
from whatworks.web.work.seat import Seat

__all__ = ["suggestions_page"]


@dataclass(frozen=True, slots=True)
class ActorView:
    """One actor's suggestions under one set of instructions.

    Attributes
    ----------
    found
        The evaluation.
    figures
        Shares with their intervals, each with what it says.
    """

    found: SuggestionEvaluation
    figures: tuple[tuple[str, Proportion], ...]


def suggestions_page(desk: Seat, request: Request) -> Response:
    """Show how good the suggestions at a stage are; nothing of what was suggested about a record."""
    review = desk.review(request.path_params["review_id"])
    stage_name = known_stage_name(request)
    board, _orders = desk.screening(review.review_id)
    rules = board.setting.rules.get(stage_name)
    level = rules.level if rules is not None else 0.95
    try:
        found: Sequence[SuggestionEvaluation] = evaluate_suggestions(
            desk.store,
            review_id=review.review_id,
            stage=stage_name,
            target_recall=rules.recall_target if rules is not None else 0.95,
            level=level,
        )
    except NotFound:
        # None were asked for yet: the page says how to.
        found = ()
    return page(
        request,
        desk,
        "suggestions.html",
        title=f"Suggestions on {STAGE_WORDS[stage_name]}",
        crumbs=[
            (review.title, review_address(review.review_id)),
            ("Screening", review_address(review.review_id, "/screening")),
        ],
        values={
            "review_id": review.review_id,
            "stage_path": request.path_params["stage"],
            "actors": [ActorView(one, _figures(one)) for one in found],
            "level": level,
        },
    )


def _figures(found: SuggestionEvaluation) -> tuple[tuple[str, Proportion], ...]:
    accuracy = found.accuracy
    return (
        ("Relevant records kept (sensitivity)", accuracy.sensitivity),
        ("Irrelevant records spared (specificity)", accuracy.specificity),
        ("Relevant among those not excluded (precision)", accuracy.precision),
        ("Relevant among those to include", accuracy.include_precision),
        ("Unsure", accuracy.unsure),
        ("Refused", accuracy.refused),
        ("Quote not in the text", accuracy.quote_missing),
    )
