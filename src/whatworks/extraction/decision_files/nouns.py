"""What files of screening decisions say, before it is known which records and people are meant."""

from __future__ import annotations

from dataclasses import dataclass

from whatworks.errors import FileProblem
from whatworks.references.nouns import Record
from whatworks.screening.nouns import Decision

__all__ = ["Decided", "DecisionFile", "Said", "SaidRecord"]


@dataclass(frozen=True, slots=True)
class Said:
    """One decision as a file says it.

    Attributes
    ----------
    value
        include, exclude or unsure.
    reviewer
        Who decided, as the file names them; None if it does not.
    is_final
        Whether it is the outcome that was agreed on, and not what one person decided.
    reason
        Exclusion reason, in the file's words.
    note
        What was written beside it.
    decided_at
        When, as the file says it.
    criteria_version
        Version of the eligibility criteria, in files written here.
    """

    value: str
    reviewer: str | None = None
    is_final: bool = False
    reason: str | None = None
    note: str | None = None
    decided_at: str | None = None
    criteria_version: int | None = None


@dataclass(frozen=True, slots=True)
class SaidRecord:
    """One record of such a file: what it is known by, and what was decided.

    Attributes
    ----------
    row
        Row of a table, the header being row 1; line of a text; otherwise its place, 1 for the first.
    record_id
        The name it has here, where the file carries it.
    doi, pmid, title, year
        What else it is known by.
    said
        The decisions; none if nobody decided.
    stage
        Stage of the decisions, in files that say it.
    """

    row: int
    record_id: str | None
    doi: str | None
    pmid: str | None
    title: str | None
    year: int | None
    said: tuple[Said, ...]
    stage: str | None = None


@dataclass(frozen=True, slots=True)
class DecisionFile:
    """A file of decisions as its reader understood it.

    Attributes
    ----------
    format
        csv, xlsx, ris (or another format of references), eppi-json or asreview.
    encoding
        Character encoding it was read with.
    records
        In file order.
    problems
        What could not be understood; nothing of the file is to be used while there are any.
    warnings
        Sentences on what was left aside.
    is_own
        Whether it was written here, so that its people are pseudonyms.
    """

    format: str
    encoding: str
    records: tuple[SaidRecord, ...]
    problems: tuple[FileProblem, ...] = ()
    warnings: tuple[str, ...] = ()
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Decided:
    """A record of a stage as a file may show it to the person who asks.

    Attributes
    ----------
    record
        The record that was screened.
    stage
        title_abstract or full_text.
    state
        unread, waiting, conflict or settled.
    outcome
        include or exclude; None until it is settled.
    reason
        Code of the exclusion reason that counts.
    reason_words
        The same in words.
    settled_by
        one, agreed or reconciled; None until it is settled.
    reconciled
        The decision that settled a conflict.
    votes
        What people decided, as far as it may be shown.
    own
        What the person who asks decided; one of the votes.
    """

    record: Record
    stage: str
    state: str
    outcome: str | None
    reason: str | None
    reason_words: str | None
    settled_by: str | None
    reconciled: Decision | None
    votes: tuple[Decision, ...]
    own: Decision | None

    @property
    def label(self) -> str | None:
        """What programs that know one label for each record are told: include, exclude or nothing.

        The outcome; before there is one, what the person who asks decided.
        """
        if self.outcome is not None:
            return self.outcome
        return self.own.value if self.own is not None and self.own.value != "unsure" else None
