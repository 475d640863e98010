"""Export the decisions of a stage to a file; what is not revealed yet is in none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from whatworks.actions.screening_board import Board
from whatworks.errors import UserError
from whatworks.extraction.decision_files.nouns import Decided
from whatworks.screening.standing import Standing

__all__ = ["FORMATS", "Format", "decided_records", "export_decisions"]


@dataclass(frozen=True, slots=True)
class Format:
    """A format of files of decisions.

    Attributes
    ----------
    words
        What it is and who reads it, for people who choose.
    suffix
        How names of such files end, with the dot.
    media_type
        For the answer of a server.
    """

    words: str
    suffix: str
    media_type: str


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "csv": Format("CSV, one row for each record", ".csv", "text/csv; charset=utf-8"),
        "xlsx": Format(
            "Excel, one row for each record",
            ".xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        "ris": Format(
            "RIS with notes, for EndNote, Zotero, Rayyan and ASReview",
            ".ris",
            "application/x-research-info-systems",
        ),
        "eppi-json": Format("JSON for EPPI-Reviewer", ".json", "application/json"),
        "asreview": Format(
            "ASReview project file (version 3); one label for each record",
            ".asreview",
            "application/zip",
        ),
    }
)


def export_decisions(
    board: Board, stage_name: str, format_name: str, *, person: str | None
) -> bytes:
    """Return a file of all records of a stage with what was decided on them.

    What people decided on a record is in it only once all who must decide blind have decided; before that,
    only what the person who asks decided. People are in it by their pseudonyms.

    Parameters
    ----------
    board : Board
        The screening of the review.
    stage_name : {"title_abstract", "full_text"}
    format_name : str
        One of `FORMATS`.
    person : str or None
        Pseudonym of who asks; None if nobody's own decisions are to be in it before they are revealed.

    Raises
    ------
    UserError
        There is no such format, or the stage is not set up.
    """
    if format_name not in FORMATS:
        raise UserError(
            f'"{format_name}" is no format of decisions. Use one of {", ".join(FORMATS)}.'
        )
    decided = decided_records(board, stage_name, person=person)
    return _WRITERS[format_name](board, stage_name, decided)


def decided_records(board: Board, stage_name: str, *, person: str | None) -> list[Decided]:
    """Return all records of a stage with what the person who asks may see of the decisions."""
    with board.lock:
        stage = board.stage(stage_name)
        words = {reason.code: reason.label for reason in board.setting.reasons}
        return [
            _decided(board, stage_name, record_id, stage.standing(record_id), words, person)
            for record_id in stage.shown
            if record_id in board.records
        ]


def _decided(
    board: Board,
    stage_name: str,
    record_id: str,
    now: Standing,
    words: Mapping[str, str],
    person: str | None,
) -> Decided:
    own = now.votes.get(person) if person is not None else None
    if now.is_revealed:
        votes = tuple(now.votes[name] for name in sorted(now.votes))
    else:
        votes = (own,) if own is not None else ()
    return Decided(
        record=board.records[record_id],
        stage=stage_name,
        state=now.state,
        outcome=now.outcome,
        reason=now.reason,
        reason_words=words.get(now.reason or ""),
        settled_by=now.settled_by,
        reconciled=now.reconciled if now.is_revealed else None,
        votes=votes,
        own=own,
    )


# Modules are imported when their format is asked for.
def _csv(board: Board, stage_name: str, decided: Sequence[Decided]) -> bytes:
    from whatworks.extraction.decision_files.write_table import write_decision_csv

    return write_decision_csv(decided)


def _xlsx(board: Board, stage_name: str, decided: Sequence[Decided]) -> bytes:
    from whatworks.extraction.decision_files.write_table import write_decision_workbook

    return write_decision_workbook(decided)


def _ris(board: Board, stage_name: str, decided: Sequence[Decided]) -> bytes:
    from whatworks.extraction.decision_files.write_notes import write_decision_ris

    return write_decision_ris(decided)


def _eppi(board: Board, stage_name: str, decided: Sequence[Decided]) -> bytes:
    from whatworks.extraction.decision_files.write_eppi import write_decision_eppi

    return write_decision_eppi(decided, stage=stage_name, reasons=board.setting.reasons)


def _asreview(board: Board, stage_name: str, decided: Sequence[Decided]) -> bytes:
    from whatworks.actions.asreview_project import write_asreview_project

    return write_asreview_project(decided, name=f"{board.review_id}-{stage_name}")


_WRITERS: Mapping[str, Callable[[Board, str, Sequence[Decided]], bytes]] = MappingProxyType(
    {"csv": _csv, "xlsx": _xlsx, "ris": _ris, "eppi-json": _eppi, "asreview": _asreview}
)
