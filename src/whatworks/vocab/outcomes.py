"""Which outcomes are attainment."""

from __future__ import annotations

from whatworks.vocab.codes import Outcome
from whatworks.vocab.terms import ancestors

__all__ = ["is_attainment"]


def is_attainment(outcome: str) -> bool:
    """Tell whether an outcome is attainment, the only kind that months of progress exist for.

    Raises
    ------
    NotFound
        There is no such outcome.
    """
    return Outcome.ATTAINMENT in (outcome, *ancestors("outcome", outcome))
