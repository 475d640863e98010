"""What a certificate will cost from here, for some targets side by side, before one is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from whatworks.errors import UserError
from whatworks.screening.certificate import Draws, certify, draws_needed, level_of_attempt
from whatworks.screening.first_stop import least

__all__ = ["TARGETS", "Price", "few_found", "may_be_left", "price", "prices"]

TARGETS = (0.90, 0.95, 0.98)


@dataclass(frozen=True, slots=True)
class Price:
    """What it costs to be sure of a target.

    Attributes
    ----------
    target, level
        Recall aimed at, and confidence in it.
    n_draws
        Further random draws that are enough if none of them is relevant.
    n_left
        Records that could be drawn.
    n_expected
        Further draws if relevant records turn up at the rate that was named; None if none was.
    rate
        That rate: relevant records per record drawn.
    """

    target: float
    level: float
    n_draws: int
    n_left: int
    n_expected: int | None = None
    rate: float | None = None

    @property
    def is_everything(self) -> bool:
        """Whether all records that are left must be screened, though none were relevant."""
        return self.n_draws == self.n_left

    def sentence(self) -> str:
        """Return the price as a sentence."""
        aim = f"{100 * self.target:g}%"
        if self.n_draws == 0:
            return f"That {aim} have been found is certain already, at {100 * self.level:g}% confidence."
        if self.is_everything:
            return f"To be sure of {aim} you will need all {self.n_left:,} that are left."
        text = f"To be sure of {aim} you will need about {self.n_draws:,} more if none of them is relevant"
        if self.n_expected is not None and self.rate:
            one_in = f"one in {round(1 / self.rate):,}"
            text += f", about {self.n_expected:,} if {one_in} is"
        return f"{text}."


def price(
    n_found_before: int,
    draws: Draws,
    *,
    target: float = 0.95,
    level: float = 0.95,
    attempt: int | None = None,
    rate: float | None = None,
) -> Price:
    """Return what a certificate will cost from here.

    Parameters
    ----------
    n_found_before : int
        Relevant records found in ranked screening.
    draws : Draws
        Made so far; none of the records not screened, if screening has not been frozen.
    target, level : float
        Recall aimed at, and confidence in it.
    attempt : int, optional
        See `level_of_attempt`; None if nobody is to go back to ranked screening after the draws.
    rate : float, optional
        Share of the records drawn that will be relevant, as somebody expects it, 0 to 1. The further draws
        are then taken to hold floor(rate x draws) relevant ones, evenly.

    Raises
    ------
    UserError
        The rate is no share, or as `draws_needed` and `level_of_attempt`.
    """
    at = level if attempt is None else level_of_attempt(level, attempt)
    n_left = draws.n_records - draws.n_drawn
    in_vain = draws_needed(n_found_before, draws, target=target, level=at)
    expected = None
    if rate is not None:
        if not 0.0 <= rate <= 1.0:
            raise UserError(f"The rate is {rate:g}. Give a share from 0 to 1, such as 0.01.")
        expected = _expected(n_found_before, draws, target, at, Fraction(str(rate)))
    return Price(target, level, in_vain, n_left, expected, rate)


def prices(
    n_found_before: int,
    draws: Draws,
    *,
    targets: Sequence[float] = TARGETS,
    level: float = 0.95,
    attempt: int | None = None,
    rate: float | None = None,
) -> tuple[Price, ...]:
    """Return the price of each target, as `price` does, so that one may choose."""
    return tuple(
        price(n_found_before, draws, target=target, level=level, attempt=attempt, rate=rate)
        for target in targets
    )


def may_be_left(n_found: int, target: float) -> int:
    """Return how many relevant records may be left if so many found are to be the target or more."""
    share = Fraction(str(target))
    return floor(n_found * (1 - share) / share)


def few_found(
    n_found_before: int,
    draws: Draws,
    *,
    target: float = 0.95,
    level: float = 0.95,
    attempt: int | None = None,
) -> str | None:
    """Return what to say first where few relevant records have been found; None if there are enough.

    Few are found where the target is missed by leaving a single one: below 19 for a target of 95%, for only
    screening nearly everything can show that not one is left.

    Parameters
    ----------
    n_found_before, draws, target, level, attempt
        As for `price`.
    """
    n_found = n_found_before + draws.n_found
    if may_be_left(n_found, target) or draws.n_drawn == draws.n_records:
        return None
    dear = price(n_found_before, draws, target=target, level=level, attempt=attempt)
    if dear.n_draws == 0:
        return None
    text = (
        f"Only {n_found:,} relevant {'record has' if n_found == 1 else 'records have'} been found. For "
        f"{100 * target:g}% not one may be left, and to be sure of it you will need nearly all: "
        f"{dear.n_draws:,} of the {dear.n_left:,} that are left."
    )
    lower = TARGETS[0]
    if target <= lower:
        return text
    cheap = price(n_found_before, draws, target=lower, level=level, attempt=attempt)
    if cheap.n_draws < dear.n_draws:
        return f"{text} An aim of {100 * lower:g}% takes {cheap.n_draws:,}."
    return f"{text} An aim of {100 * lower:g}% takes as many."


def _expected(
    n_found_before: int, draws: Draws, target: float, level: float, rate: Fraction
) -> int:
    """Return how many further draws certify the target if they hold floor(rate x draws) relevant ones."""
    n_left = draws.n_records - draws.n_drawn

    def certified(more: int) -> bool:
        found = floor(rate * more)
        then = Draws(draws.n_records, draws.n_drawn + more, draws.n_found + found)
        return certify(n_found_before, [then], level=level).reaches(target)

    if rate == 0:
        return least(certified, 0, n_left)
    # Each relevant one is a step back, so that the last draw before the next is the one to ask at.
    ends = [-(-step // rate) - 1 for step in range(1, floor(rate * n_left) + 1)]
    ends.append(n_left)
    at = least(lambda step: certified(ends[step]), 0, len(ends) - 1)
    return least(certified, ends[at - 1] + 1 if at else 0, ends[at])
