"""Hold the suggestions kept for a review against what people decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from whatworks.actions.known_review import require_review
from whatworks.errors import NotFound, UserError
from whatworks.references import Record
from whatworks.release.evidence import Evidence
from whatworks.release.screened import SCREENED_TABLES, settled_records
from whatworks.screening.nouns import Suggestion
from whatworks.screening.recall_threshold import RecallThreshold, recall_threshold
from whatworks.screening.stage import shown_records
from whatworks.screening.suggesting import REFUSED
from whatworks.screening.suggestion_accuracy import (
    JudgedSuggestion,
    SuggestionAccuracy,
    Verdict,
    accuracy_by_stratum,
    suggestion_accuracy,
    verdict,
)
from whatworks.screening.suggestion_calibration import Calibration, calibration
from whatworks.store import Store

__all__ = ["STRATA", "SuggestionEvaluation", "evaluate_suggestions"]

STRATA: Mapping[str, Callable[[Record], str]] = {
    "abstract": lambda record: "with abstract" if record.abstract else "no abstract",
    "language": lambda record: record.language or "not given",
    "database": lambda record: record.database or "not given",
    "record_type": lambda record: record.record_type,
}
STAGES = ("title_abstract", "full_text")


@dataclass(frozen=True, slots=True)
class SuggestionEvaluation:
    """What may be said of one actor's suggestions under one set of instructions.

    Attributes
    ----------
    actor
        Model or rule.
    instructions_sha256
        What it was asked; suggestions asked for otherwise are judged apart.
    n_suggestions
        Records it has an answer about.
    n_refused
        Those of them whose answer could not be used.
    n_undecided
        Those of them on which people have not decided.
    accuracy
        Over the others.
    strata
        The same within each stratum; empty if none was asked for.
    calibration
        Of its probabilities; None if it gives none.
    threshold
        Probability below which records may be left out; None if it gives none.
    verdict
        In words.
    """

    actor: str
    instructions_sha256: str
    n_suggestions: int
    n_refused: int
    n_undecided: int
    accuracy: SuggestionAccuracy
    strata: Mapping[str, SuggestionAccuracy]
    calibration: Calibration | None
    threshold: RecallThreshold | None
    verdict: Verdict


def evaluate_suggestions(
    store: Store,
    *,
    review_id: str,
    stage: str,
    outcome_stage: str | None = None,
    actor: str | None = None,
    stratum: str | None = None,
    target_recall: float = 0.95,
    level: float = 0.95,
) -> tuple[SuggestionEvaluation, ...]:
    """Return an evaluation for each actor and each set of instructions, by name.

    Only what people settled counts, by the rules of the stage; nothing is written.

    Parameters
    ----------
    stage : str
        Stage the suggestions were made at.
    outcome_stage : str, optional
        Stage whose outcome is the truth; `stage` if not given. With full_text a record is relevant if it was
        included in the end, and irrelevant if it was excluded at either stage.
    actor : str, optional
        Only this one.
    stratum : {"abstract", "language", "database", "record_type"}, optional
        What to report apart as well.
    target_recall : float
        Share of the relevant records that is to be kept.
    level : float
        Level of the intervals, and confidence of the threshold.

    Raises
    ------
    NotFound
        There is no such review, or no suggestion.
    UserError
        A stage or stratum is none there is, or a share is not between 0 and 1.
    """
    require_review(store, review_id)
    truth = outcome_stage or stage
    for name in (stage, truth):
        if name not in STAGES:
            raise UserError(f'There is no stage "{name}". The stages are {" and ".join(STAGES)}.')
    if stratum is not None and stratum not in STRATA:
        raise UserError(f'Records are told apart by {", ".join(STRATA)}. Found "{stratum}".')
    held = store.evidence(*SCREENED_TABLES, "suggestions")
    sets = _sets(held, review_id, stage, actor)
    if not sets:
        whose = "" if actor is None else f' of "{actor}"'
        raise NotFound(
            f'There are no suggestions{whose} at the stage {stage} of "{review_id}". Ask for some with '
            f"`whatworks screening suggest --review {review_id}`."
        )
    relevant = _outcomes(held, review_id, truth)
    shown_for = _shown_for(held, review_id)
    records = {one.record_id: one for one in held.records if one.review_id == review_id}
    kind = STRATA[stratum] if stratum is not None else None
    found = []
    for (name, sha256), suggestions in sorted(sets.items()):
        newest = {shown_for.get(one.record_id, one.record_id): one for one in suggestions}
        judged = [
            JudgedSuggestion(
                record_id,
                one.value,
                one.is_quote_found,
                one.probability,
                relevant[record_id],
                kind(records[record_id]) if kind is not None and record_id in records else None,
            )
            for record_id, one in newest.items()
            if record_id in relevant
        ]
        has_probabilities = any(one.probability is not None for one in judged)
        accuracy = suggestion_accuracy(judged, level=level)
        found.append(
            SuggestionEvaluation(
                name,
                sha256,
                len(newest),
                sum(one.value == REFUSED for one in newest.values()),
                len(newest) - len(judged),
                accuracy,
                accuracy_by_stratum(judged, level=level),
                calibration(judged, level=level),
                recall_threshold(judged, target_recall=target_recall, level=level)
                if has_probabilities
                else None,
                verdict(accuracy, target_recall=target_recall),
            )
        )
    return tuple(found)


def _sets(
    held: Evidence, review_id: str, stage: str, actor: str | None
) -> dict[tuple[str, str], list[Suggestion]]:
    """Return the suggestions of each actor under each set of instructions, the latest last."""
    sets: dict[tuple[str, str], list[Suggestion]] = {}
    for one in sorted(held.suggestions, key=lambda one: (one.suggested_at, one.suggestion_id)):
        if one.review_id == review_id and one.stage == stage and actor in (None, one.actor):
            sets.setdefault((one.actor, one.instructions_sha256), []).append(one)
    return sets


def _outcomes(held: Evidence, review_id: str, stage: str) -> dict[str, bool]:
    """Return whether each record that people settled is relevant, one for each report."""
    settled = settled_records(held, review_id)
    relevant = {name: one.outcome == "include" for name, one in settled.get(stage, {}).items()}
    if stage == "full_text":
        for name, one in settled.get("title_abstract", {}).items():
            if one.outcome == "exclude":
                relevant[name] = False
    return relevant


def _shown_for(held: Evidence, review_id: str) -> dict[str, str]:
    """Return the record that is shown in place of each."""
    report_of = {link.record_id: link.report_id for link in held.report_records}
    own = {one.record_id for one in held.records if one.review_id == review_id}
    decided = {one.record_id for one in held.decisions if one.review_id == review_id}
    return shown_records(own | decided, report_of)
