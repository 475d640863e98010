"""Measure how far the people who screen a review decide alike."""

from __future__ import annotations

from dataclasses import replace

from whatworks.actions.screening_board import Board
from whatworks.screening.agreement import ScreeningAgreement, screening_agreement

__all__ = ["measure_agreement"]


def measure_agreement(board: Board, stage_name: str) -> ScreeningAgreement:
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
