"""Decisions to RIS: references with notes that EndNote, Zotero, Rayyan, ASReview and we read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from whatworks.extraction.decision_files.note_dialects import is_about_screening, rayyan_note
from whatworks.extraction.decision_files.nouns import Decided, Said
from whatworks.extraction.decision_files.own_decision_note import decision_note
from whatworks.references import write_ris
from whatworks.references.fields import dump_extra, load_extra
from whatworks.references.nouns import Record

__all__ = ["write_decision_ris"]

END = "ER  - "
RIS_TAG = re.compile(r"[A-Z][A-Z0-9]")
LABELS = {"include": "ASReview_relevant", "exclude": "ASReview_irrelevant"}
NOT_SEEN = "ASReview_not_seen"
STAGE_WORDS = {"title_abstract": "title and abstract", "full_text": "full text"}
# A DOI in a reviewer's note is not that of the record; what was written stands whole in the notes for us.
NUMBERED = re.compile(r"(?:https?://)?(?:\bdx\.)?\bdoi(?:\.org)?[\s:=/]*(?=10\.)", re.IGNORECASE)
OUTCOMES = {"include": "included", "exclude": "excluded"}


def write_decision_ris(decided: Sequence[Decided]) -> bytes:
    """Return records with their decisions as RIS.

    Each record has, as notes (N1): a sentence to read; ASReview's label; Rayyan's note of who decided what;
    and one note for each decision that we read back. The outcome is a keyword too, by which EndNote and
    Zotero can group. Notes that other screening programs left in a record are not carried along: they may
    tell what may not be seen here.
    """
    return b"".join(_block(one) for one in decided)


def _block(one: Decided) -> bytes:
    text = write_ris([_bare(one)]).decode("utf-8")
    body, found, rest = text.rpartition(END)
    notes = "".join(f"N1  - {_one_line(note)}\r\n" for note in _notes(one))
    return f"{body}{notes}{found}{rest}".encode("utf-8", errors="replace")


def _bare(one: Decided) -> Record:
    """Return the record without what other programs said about its screening."""
    record = one.record
    extra = {
        tag: kept
        for tag, values in load_extra(record.extra).items()
        if RIS_TAG.fullmatch(tag)
        and (kept := [value for value in values if not is_about_screening(value)])
    }
    keywords = record.keywords
    if one.outcome is not None:
        keywords = "; ".join(filter(None, [keywords, f"screening {OUTCOMES[one.outcome]}"]))
    return replace(record, extra=dump_extra(extra), keywords=keywords)


def _notes(one: Decided) -> list[str]:
    notes = [LABELS.get(one.label or "", NOT_SEEN)]
    said = _sentence(one)
    if said:
        notes.append(said)
    if one.votes:
        people = [Said(vote.value, vote.reviewer, reason=vote.reason) for vote in one.votes]
        notes.append(rayyan_note(people))
    last = [one.reconciled] if one.reconciled is not None else []
    notes += [decision_note(one, decision) for decision in [*one.votes, *last]]
    return notes


def _sentence(one: Decided) -> str:
    """Say what came of the record, to be read by a person."""
    parts = []
    if one.outcome is not None:
        why = f" ({one.reason_words or one.reason})" if one.reason else ""
        parts.append(f"{OUTCOMES[one.outcome]}{why}.")
    elif one.state == "conflict":
        parts.append("those who decided do not agree.")
    for decision in [*one.votes, *([one.reconciled] if one.reconciled else [])]:
        who = "Settled" if decision is one.reconciled else decision.reviewer
        why = f", {decision.reason}" if decision.reason else ""
        note = f", \u201c{decision.note}\u201d" if decision.note else ""
        parts.append(f"{who}: {decision.value}{why}{note}.")
    if not parts:
        return ""
    # A screening program's word of its own would be taken for a decision made there.
    told = re.sub(r"(?i)(rayyan|asreview)(?=[-_])", r"\1 ", " ".join(parts))
    told = NUMBERED.sub("DOI ", told).replace("PMID", "PubMed number")
    return f"whatworks screening, {STAGE_WORDS.get(one.stage, one.stage)}: {told}"


def _one_line(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029\s]+", " ", text).strip()
