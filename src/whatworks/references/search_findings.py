"""What a check of a search strategy has to say."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SEVERITIES", "SearchFinding"]

# error: it does something else than was meant, or nothing. check: it may be meant. note: no harm.
SEVERITIES = ("error", "check", "note")


@dataclass(frozen=True, slots=True)
class SearchFinding:
    """One thing that is likely wrong in one line of a strategy.

    Attributes
    ----------
    line
        Number of the line in the strategy; None for the strategy as a whole.
    at
        Line of the text; None for the strategy as a whole.
    check
        Short name of the check.
    severity
        error, check or note.
    what
        What stands there.
    why
        Why it matters.
    fix
        What to do.
    """

    line: int | None
    at: int | None
    check: str
    severity: str
    what: str
    why: str
    fix: str
