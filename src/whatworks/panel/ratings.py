"""Ratings of one item by a panel: who may rate, who did, and whether that is enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Literal

from whatworks.errors import UserError

__all__ = ["HIGHEST", "LOWEST", "Region", "Votes", "region_of", "votes_on_item"]

Region = Literal["low", "middle", "high"]

LOWEST, HIGHEST = 1, 9


def region_of(value: float) -> Region:
    """Return the three-point region of the 1-9 scale that holds a rating or a median.

    A median between two regions (3.5, 6.5) belongs to the higher one.
    """
    return "low" if value < 3.5 else "middle" if value < 6.5 else "high"


@dataclass(frozen=True, slots=True)
class Votes:
    """The ratings of one item that count.

    Attributes
    ----------
    ratings
        Ratings from 1 to 9 of the members who may rate and did, in the order of the members.
    eligible
        Members without a conflict of interest on this item.
    abstained
        Eligible members who gave no rating.
    conflicted
        Members kept out, whether or not they gave a rating.
    """

    ratings: tuple[int, ...]
    eligible: int
    abstained: int
    conflicted: int

    @property
    def rated(self) -> int:
        """Number of ratings that count."""
        return len(self.ratings)

    def has_quorum(self, quorum: float) -> bool:
        """Return whether at least this share of the eligible members rated the item."""
        if not 0.0 < quorum <= 1.0:
            raise UserError(f"The quorum is {quorum!r}. Give a share above 0 and up to 1.")
        return self.eligible > 0 and self.rated / self.eligible >= quorum


def votes_on_item(
    ratings: Sequence[int | None], *, has_conflict: Sequence[bool] | None = None
) -> Votes:
    """Sort out which ratings of one item count.

    Parameters
    ----------
    ratings : sequence of int or None
        One entry for each member: a whole number from 1 to 9, or None for no rating (abstained,
        absent, outside the member's expertise).
    has_conflict : sequence of bool, optional
        One entry for each member: whether a declared interest keeps the member out of this item.
        None when nobody declared one.

    Raises
    ------
    UserError
        An entry is neither, or the two lists differ in length. Members are counted from 1.
    """
    kept_out = [False] * len(ratings) if has_conflict is None else list(has_conflict)
    if len(kept_out) != len(ratings):
        raise UserError(
            f"There are {len(ratings)} ratings and {len(kept_out)} entries on conflicts of "
            "interest. Give one of each for every member."
        )
    for position, rating in enumerate(ratings, start=1):
        if rating is not None and not _is_rating(rating):
            raise UserError(
                f"Member {position} rated {rating!r}. A rating is a whole number from {LOWEST} to "
                f"{HIGHEST}; leave it empty for a member who did not rate."
            )
    eligible = [r for r, out in zip(ratings, kept_out, strict=True) if not out]
    used = tuple(int(r) for r in eligible if r is not None)
    return Votes(
        ratings=used,
        eligible=len(eligible),
        abstained=len(eligible) - len(used),
        conflicted=len(ratings) - len(eligible),
    )


def _is_rating(value: object) -> bool:
    # bool is an int to Python; a tick box is not a rating of 1.
    if isinstance(value, bool) or not isinstance(value, Integral):
        return False
    return LOWEST <= int(value) <= HIGHEST
