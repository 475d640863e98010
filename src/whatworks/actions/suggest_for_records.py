"""Ask a model or a rule about records, and keep what it suggests: as suggestions, never as decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from whatworks.actions.plan_suggestions import Question, plan_suggestions
from whatworks.errors import UserError
from whatworks.screening.nouns import Suggestion
from whatworks.screening.quotes import LEAST_LETTERS
from whatworks.screening.suggesting import (
    REFUSED,
    Answer,
    NoAnswer,
    Provider,
    ProviderUnavailable,
    RefusedAnswer,
    parse_answer,
    refused_answer,
)
from whatworks.store import Actor, Store
from whatworks.store.events import utc_text

__all__ = ["SuggestingReport", "suggest_for_records"]

BATCH = 20
ROLES = ("model", "rule")
# One record may be too long for a model; after some in a row the server is at fault, not the records.
MOST_UNANSWERED_IN_A_ROW = 3


@dataclass(frozen=True, slots=True)
class SuggestingReport:
    """What came of a run.

    Attributes
    ----------
    actor
        Whose suggestions they are.
    n_kept
        Answers kept, refused ones included.
    by_value
        Number of them by value: include, exclude, unsure, refused.
    refusals
        Number of refused answers by reason, the most frequent first.
    n_quote_missing
        Answers whose quote does not stand in the text.
    n_unanswered
        Records about which no answer came; they are asked about again next time.
    n_known, n_without_text, n_beyond_limit
        Records not asked about, see `SuggestionPlan`.
    stopped
        Why the run ended before its end, and what to do; None if it did not.
    """

    actor: str
    n_kept: int
    by_value: Mapping[str, int]
    refusals: Mapping[str, int]
    n_quote_missing: int
    n_unanswered: int
    n_known: int
    n_without_text: int
    n_beyond_limit: int
    stopped: str | None


def suggest_for_records(
    store: Store,
    *,
    by: Actor,
    review_id: str,
    stage: str,
    provider: Provider,
    record_ids: Sequence[str] | None = None,
    limit: int | None = None,
    only_decided: bool = False,
    retry_refused: bool = False,
    progress: Callable[[int, int], None] | None = None,
    now: Callable[[], datetime] | None = None,
) -> SuggestingReport:
    """Ask a provider about records and keep its answers.

    Each 20 answers are stored with one event, whose actor is the model or rule. A run that is stopped, by
    whatever, keeps what was answered; the next one asks only what was not: same record, same words, same
    criteria, same settings.

    Parameters
    ----------
    by : Actor
        Who had it asked; the events name them as their reason.
    stage : str
        title_abstract.
    provider : Provider
        A model or a rule.
    record_ids : sequence of str, optional
        Records as they are shown, one for each report; all of the review if not given.
    limit : int, optional
        Most records to ask about: a random draw of them.
    only_decided : bool
        Whether to ask only about records that people have settled, to see how good the suggestions are.
    retry_refused : bool
        Whether to ask again where an answer was refused.
    progress : callable, optional
        Told after each record how many are done, of how many.
    now : callable, optional
        Gives the time; the clock if not given.

    Raises
    ------
    NotFound
        The review, or a record named, does not exist.
    UserError
        The review has no criteria, the stage is not title_abstract, or the provider is neither model nor rule.
    """
    if provider.role not in ROLES:
        raise UserError(
            f'A provider is a {" or a ".join(ROLES)}. Found "{provider.role}". Nothing was sent.'
        )
    plan = plan_suggestions(
        store,
        review_id=review_id,
        stage=stage,
        provider=provider,
        record_ids=record_ids,
        limit=limit,
        only_decided=only_decided,
        retry_refused=retry_refused,
    )
    run = _Run(store, by, review_id, stage, provider, plan.instructions_sha256)
    clock = now or (lambda: datetime.now(UTC))
    codes, schema = plan.instructions.codes, plan.instructions.schema
    # A rule's words are taken from the text, however few; a model's must show that it read.
    least_letters = 1 if provider.role == "rule" else LEAST_LETTERS
    stopped = None
    in_a_row = 0
    try:
        for done, question in enumerate(plan.questions, start=1):
            try:
                said = provider.suggest(question.prompt, schema)
                answer = parse_answer(
                    said, question.prompt, codes=codes, least_letters=least_letters
                )
            except RefusedAnswer as refusal:
                answer = refused_answer(str(refusal))
            except NoAnswer as fault:
                run.n_unanswered += 1
                in_a_row += 1
                if in_a_row >= MOST_UNANSWERED_IN_A_ROW:
                    stopped = (
                        f"Stopped after {in_a_row} records in a row without an answer. {fault} What was answered "
                        "is kept; the same command goes on from there."
                    )
                    break
                answer = None
            except ProviderUnavailable as fault:
                stopped = str(fault)
                break
            if answer is not None:
                in_a_row = 0
                run.keep(question, answer, clock())
            if progress is not None:
                progress(done, len(plan.questions))
    finally:
        # Also when interrupted: an answer was waited for and may have been paid for.
        run.store_batch()
    return SuggestingReport(
        actor=provider.actor,
        n_kept=sum(run.by_value.values()),
        by_value=dict(run.by_value),
        refusals=dict(run.refusals.most_common()),
        n_quote_missing=run.n_quote_missing,
        n_unanswered=run.n_unanswered,
        n_known=plan.n_known,
        n_without_text=plan.n_without_text,
        n_beyond_limit=plan.n_beyond_limit,
        stopped=stopped,
    )


class _Run:
    """Answers of one run: counted, and stored a batch at a time."""

    def __init__(
        self,
        store: Store,
        by: Actor,
        review_id: str,
        stage: str,
        provider: Provider,
        instructions_sha256: str,
    ) -> None:
        self._store = store
        self._by = by
        self._review_id = review_id
        self._stage = stage
        self._actor = Actor(provider.actor, provider.role)
        self._instructions_sha256 = instructions_sha256
        self._batch: list[Suggestion] = []
        self.by_value: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.n_quote_missing = 0
        self.n_unanswered = 0

    def keep(self, question: Question, answer: Answer, at: datetime) -> None:
        """Take in an answer; store the batch when it is full."""
        self.by_value[answer.value] += 1
        if answer.value == REFUSED:
            self.refusals[str(answer.reason)] += 1
        self.n_quote_missing += answer.is_quote_found is False
        self._batch.append(
            Suggestion(
                suggestion_id=question.suggestion_id,
                review_id=self._review_id,
                record_id=question.record_id,
                stage=self._stage,
                actor=self._actor.pseudonym,
                value=answer.value,
                reason=answer.reason,
                quote=answer.quote,
                is_quote_found=answer.is_quote_found,
                probability=answer.probability,
                instructions_sha256=self._instructions_sha256,
                suggested_at=utc_text(at),
            )
        )
        if len(self._batch) >= BATCH:
            self.store_batch()

    def store_batch(self) -> None:
        """Store what was answered since the last time."""
        batch, self._batch = self._batch, []
        if not batch:
            return
        with self._store.write(
            actor=self._actor,
            action="suggest",
            object_type="review",
            object_id=self._review_id,
            reason=f"asked by {self._by.pseudonym}",
        ) as tx:
            tx.append("suggestions", batch)
