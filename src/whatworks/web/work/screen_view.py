"""A record as somebody screens it: its text with the criteria's words marked, and nothing of other votes."""

from __future__ import annotations

from dataclasses import dataclass

from whatworks.actions.rank_screening import Orders
from whatworks.actions.screening_board import Board
from whatworks.references import Record
from whatworks.release.full_texts import doi_link
from whatworks.screening.nouns import Decision
from whatworks.screening.ranking import Reason
from whatworks.screening.terms import Piece, marked, split_terms

__all__ = ["RecordView", "record_view"]


@dataclass(frozen=True, slots=True)
class RecordView:
    """What is shown of one record.

    Attributes
    ----------
    record
        The record.
    title, abstract
        In pieces, the criteria's words marked; an abstract in paragraphs.
    link
        Where its DOI or address leads; None without either.
    own
        What this person decided before, if anything.
    reasons
        Terms that moved it in the ranking.
    """

    record: Record
    title: tuple[Piece, ...]
    abstract: tuple[tuple[Piece, ...], ...]
    link: str | None
    own: Decision | None
    reasons: tuple[Reason, ...]


def record_view(
    board: Board, orders: Orders, stage_name: str, record_id: str, person: str
) -> RecordView:
    """Return what a person is shown of a record.

    Raises
    ------
    NotFound
        It is not one to screen.
    UserError
        The stage was not set up.
    """
    record = board.record(record_id)
    stage = board.known_stage(stage_name)
    criteria = board.setting.criteria
    include = split_terms(criteria.include_terms) if criteria else ()
    exclude = split_terms(criteria.exclude_terms) if criteria else ()
    own = stage.standing(record_id).votes.get(person) if record_id in stage else None
    return RecordView(
        record,
        marked(record.title or "No title", include, exclude),
        tuple(
            marked(line, include, exclude)
            for line in (record.abstract or "").splitlines()
            if line.strip()
        ),
        _link(record),
        own,
        orders.reasons(stage_name, record_id),
    )


def _link(record: Record) -> str | None:
    """Return where more can be read; only addresses a browser may safely follow."""
    if record.doi:
        return doi_link(record.doi)
    if record.url and record.url.lower().startswith(("https://", "http://")):
        return record.url.split()[0]
    return None
