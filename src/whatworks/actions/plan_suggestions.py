"""Which records a model or a rule would be asked about, and with what words; nothing is sent here."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from whatworks.actions.screening_board import Board
from whatworks.actions.set_up_screening import current_criteria
from whatworks.errors import UserError
from whatworks.release.screened import SCREENED_TABLES, settled_records
from whatworks.screening.suggesting import (
    REFUSED,
    Instructions,
    Prompt,
    Provider,
    instructions_for,
    prompt_for,
)
from whatworks.store import Store

__all__ = ["Question", "SuggestionPlan", "plan_suggestions"]

STAGE = "title_abstract"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about one record, and the name its suggestion will have."""

    suggestion_id: str
    record_id: str
    prompt: Prompt


@dataclass(frozen=True, slots=True)
class SuggestionPlan:
    """What a run would ask.

    Attributes
    ----------
    instructions
        What is asked about every record.
    instructions_sha256
        Hash of it and of how the provider is set.
    questions
        In an order of chance that is the same for every provider and each time: the first of them are a
        random draw, and two providers asked about as many are asked about the same.
    n_known
        Records left out since the same was asked before.
    n_without_text
        Records left out since they have neither title nor abstract.
    n_beyond_limit
        Records left for another run.
    """

    instructions: Instructions
    instructions_sha256: str
    questions: tuple[Question, ...]
    n_known: int
    n_without_text: int
    n_beyond_limit: int


def plan_suggestions(
    store: Store,
    *,
    review_id: str,
    stage: str,
    provider: Provider,
    record_ids: Sequence[str] | None = None,
    limit: int | None = None,
    only_decided: bool = False,
    retry_refused: bool = False,
) -> SuggestionPlan:
    """Return which records to ask about: of those that people see, one for each report.

    Parameters are those of `suggest_for_records`.

    Raises
    ------
    NotFound
        The review, or a record named, does not exist.
    UserError
        The review has no criteria, or the stage is not title_abstract.
    """
    if stage != STAGE:
        raise UserError(
            f'Suggestions are made at the stage {STAGE}: only titles and abstracts are read. Found "{stage}". '
            "Nothing was sent."
        )
    board = Board(store, review_id)
    criteria, reasons = current_criteria(store, review_id)
    if criteria is None:
        raise UserError(
            f'Review "{review_id}" has no eligibility criteria to judge by. Write them first. Nothing was sent.'
        )
    instructions = instructions_for(criteria, reasons)
    sha256 = instructions.sha256(provider.settings)
    names = list(board.records) if record_ids is None else list(dict.fromkeys(record_ids))
    if only_decided:
        settled = settled_records(store.evidence(*SCREENED_TABLES), review_id).get(stage, {})
        names = [name for name in names if name in settled]
    known = {
        one.suggestion_id
        for one in store.rows("suggestions", where={"review_id": review_id})
        if not (retry_refused and one.value == REFUSED)
    }
    questions = []
    n_known = n_without_text = 0
    for name in sorted(names, key=_chance):
        record = board.record(name)
        prompt = prompt_for(instructions, title=record.title, abstract=record.abstract)
        suggestion_id = _suggestion_id(name, stage, provider.actor, sha256, prompt)
        if not (prompt.title or prompt.abstract):
            n_without_text += 1
        elif suggestion_id in known:
            n_known += 1
        else:
            questions.append(Question(suggestion_id, name, prompt))
    asked = questions if limit is None else questions[: max(0, limit)]
    return SuggestionPlan(
        instructions,
        sha256,
        tuple(asked),
        n_known,
        n_without_text,
        len(questions) - len(asked),
    )


def _chance(record_id: str) -> bytes:
    """Return what an order of chance is sorted by."""
    return hashlib.sha256(f"suggest:{record_id}".encode()).digest()


def _suggestion_id(
    record_id: str, stage: str, actor: str, instructions_sha256: str, prompt: Prompt
) -> str:
    """Return the name of the answer to one question: the same question, the same name."""
    asked = hashlib.sha256(f"{instructions_sha256}:{prompt.sha256}".encode()).hexdigest()
    return f"{record_id}.{stage}.{actor}.{asked[:16]}"
