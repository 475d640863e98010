"""Types of need: their broad area, and the name official statistics count them under."""

from __future__ import annotations

from whatworks.vocab.codes import BroadArea, Need
from whatworks.vocab.terms import term

__all__ = ["need_parent_area", "reported_need"]


def need_parent_area(need: str) -> BroadArea | None:
    """Return the broad area of a need; None for DS, OTH and NSA, which have none.

    Raises
    ------
    NotFound
        There is no such need.
    """
    parent = term("need", need).parent
    return None if parent is None else BroadArea(parent)


def reported_need(need: str) -> Need:
    """Return the need that official statistics count these pupils under.

    The need itself, except ADHD, which is the evidence base's own label: the school census and
    SEN2 record it under SEMH (SEND Code of Practice 0-25, paragraph 6.32).

    Raises
    ------
    NotFound
        There is no such need.
    """
    code = Need(term("need", need).code)
    return Need.SEMH if code is Need.ADHD else code
