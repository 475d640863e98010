"""What models and rules suggested about one record, for people who have decided on it."""

from __future__ import annotations

from dataclasses import dataclass

from whatworks.actions.screening_board import Board
from whatworks.screening.nouns import Suggestion
from whatworks.screening.quotes import find_quote

__all__ = ["ShownSuggestion", "suggestions_to_show"]


@dataclass(frozen=True, slots=True)
class ShownSuggestion:
    """A suggestion, and where its quote stands.

    Attributes
    ----------
    suggestion
        As it is kept.
    place
        title or abstract; None if there is no quote or it does not stand there.
    spans
        First and one past the last character of each part of the quote in that text.
    """

    suggestion: Suggestion
    place: str | None
    spans: tuple[tuple[int, int], ...]


def suggestions_to_show(board: Board, *, stage: str, record_id: str) -> tuple[ShownSuggestion, ...]:
    """Return the suggestions about a record that people may see, the latest of each actor.

    Who sees a suggestion first is drawn to it, and the decision can no longer tell how good the suggestion
    was. So nothing is returned until all who must decide have. Refused answers are never shown.

    Parameters
    ----------
    board : Board
        The review's screening, caught up.
    stage : str
        title_abstract or full_text.
    record_id : str
        A record that is shown.

    Raises
    ------
    NotFound
        There is no such record to screen.
    UserError
        The stage was not set up.
    """
    record = board.record(record_id)
    found = board.known_stage(stage)
    if record_id not in found or not found.standing(record_id).is_revealed:
        return ()
    rows = board.store.rows("suggestions", where={"record_id": record_id, "stage": stage})
    latest = {one.actor: one for one in sorted(rows, key=lambda one: one.suggested_at)}
    texts = {"title": record.title or "", "abstract": record.abstract or ""}
    return tuple(_placed(one, texts) for _, one in sorted(latest.items()) if one.value != "refused")


def _placed(suggestion: Suggestion, texts: dict[str, str]) -> ShownSuggestion:
    """Find the quote again in the texts as they are now."""
    # A quote too short to have counted is not pointed at either.
    if suggestion.quote is not None and suggestion.is_quote_found:
        for name, text in texts.items():
            quote = find_quote(suggestion.quote, text, least_letters=1)
            if quote is not None:
                return ShownSuggestion(suggestion, name, quote.spans)
    return ShownSuggestion(suggestion, None, ())
