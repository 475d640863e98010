"""Certificates for kinds of records: with no abstract, in another language, of another need.

Each kind gets a bound of its own, and all bounds hold together: they share what may go wrong. Where a simple
random sample of all records left is sorted into kinds afterwards, the draws within a kind are a simple random
sample of it too; so are draws that were allotted to each kind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from whatworks.errors import UserError
from whatworks.screening.certificate import Draws, most_left
from whatworks.statistics.confidence_level import level_between_0_and_1

__all__ = ["StrataCertificate", "Stratum", "allot", "certify_strata"]


@dataclass(frozen=True, slots=True)
class Stratum:
    """What is known of one kind of records.

    Attributes
    ----------
    draws
        Its records that were left, those drawn, and the relevant ones among these.
    n_found
        Relevant records of the kind found, before and among the draws.
    most_left
        At most so many are left.
    recall
        At least this share of the relevant ones has been found; 1 if none is left, 0 if none was found.
    level
        Confidence in which the bounds of all strata hold together.
    """

    draws: Draws
    n_found: int
    most_left: int
    recall: float
    level: float

    @property
    def says_something(self) -> bool:
        """Whether the draws rule anything out: that all of those not drawn are relevant."""
        left = self.draws.n_records - self.draws.n_drawn
        return left == 0 or self.most_left < left

    def sentence(self) -> str:
        """Return the bound as a sentence, or that there is none."""
        name, records = self.draws.name, self.draws.n_records
        if records == 0:
            return f"{name}: no record was left to draw from; {self.n_found:,} relevant found."
        if not self.says_something:
            return (
                f"{name}: nothing can be said. {self.draws.n_drawn:,} of {records:,} records drawn are too "
                "few; draw more, or screen them all."
            )
        percent = floor(1000 * self.recall) / 10
        share = f", at least {percent:g}% of the relevant ones" if self.n_found else ""
        return f"{name}: {self.n_found:,} found{share}; at most {self.most_left:,} left."


@dataclass(frozen=True, slots=True)
class StrataCertificate:
    """Bounds for kinds of records and for all together; they hold at once at the level.

    Attributes
    ----------
    strata
        One for each kind.
    n_found, most_left, recall
        Of all kinds together, as in `Certificate`.
    level
        Probability that all of it holds, at all looks at once.
    """

    strata: tuple[Stratum, ...]
    n_found: int
    most_left: int
    recall: float
    level: float

    def reaches(self, target: float) -> bool:
        """Whether the recall of all together is certified to be the target or more."""
        return self.n_found >= Fraction(str(target)) * (self.n_found + self.most_left)

    def sentences(self) -> tuple[str, ...]:
        """Return a sentence for all together, then one for each kind."""
        percent = floor(1000 * self.recall) / 10
        total = (
            f"With {100 * self.level:g}% confidence, all of this together: at least {percent:g}% of the "
            f"relevant records have been found; {self.n_found:,} are, and at most {self.most_left:,} "
            f"{'is' if self.most_left == 1 else 'are'} left."
        )
        return (total, *(stratum.sentence() for stratum in self.strata))


def certify_strata(
    strata: Sequence[str],
    drawn: Sequence[int],
    relevant: Sequence[bool],
    *,
    found_before: Mapping[str, int],
    names: Sequence[str] = (),
    is_one_sample: bool = False,
    level: float = 0.95,
) -> StrataCertificate:
    """Return the certificate of each kind of records and of all together.

    Parameters
    ----------
    strata : sequence of str, n of them
        The kind of each record that was left when ranked screening was frozen.
    drawn : sequence of int, k of them
        Positions of the records drawn, at random within each kind or from all.
    relevant : sequence of bool, k of them
        What was decided about each.
    found_before : mapping of str to int
        Relevant records of each kind found in ranked screening; none of the kinds not named.
    names : sequence of str
        Kinds that are to be told of though no record of them is left; they come first, in this order.
    is_one_sample : bool
        Whether the draws were made from all records at once. Then the bound of all together is the least of
        the sum of the bounds and that of the whole sample, which takes a share of its own of what may go
        wrong.
    level : float
        Probability with which all of it is to hold.

    Raises
    ------
    UserError
        Numbers that contradict each other, a record drawn twice or that is not there, or a level that is
        none.
    """
    level_between_0_and_1(level)
    if len(drawn) != len(relevant):
        raise UserError(
            f"{len(drawn):,} records drawn and {len(relevant):,} decisions do not match."
        )
    if len(set(drawn)) != len(drawn):
        raise UserError("A record was drawn twice. Draw without putting back.")
    for at in drawn:
        if not 0 <= at < len(strata):
            raise UserError(
                f"There is no record {at}: they are counted from 0 to {len(strata) - 1:,}."
            )
    below = [name for name, n in found_before.items() if n < 0]
    if below:
        raise UserError(f'{found_before[below[0]]:,} relevant records of "{below[0]}" cannot be.')
    kinds = tuple(dict.fromkeys((*names, *found_before, *sorted(set(strata)))))
    if not kinds:
        raise UserError("There is no kind of records to certify. Name one, or give the records.")
    sizes, n_drawn, n_found = ({kind: 0 for kind in kinds} for _ in range(3))
    for kind in strata:
        sizes[kind] += 1
    for at, is_relevant in zip(drawn, relevant, strict=True):
        n_drawn[strata[at]] += 1
        n_found[strata[at]] += bool(is_relevant)
    # A kind of which nothing is left cannot go wrong and takes no share.
    n_shares = max(1, sum(size > 0 for size in sizes.values()) + is_one_sample)
    each = 1.0 - (1.0 - level) / n_shares
    parts = []
    for kind in kinds:
        draws = Draws(sizes[kind], n_drawn[kind], n_found[kind], kind)
        left = most_left(draws, level=each) if sizes[kind] else 0
        found = found_before.get(kind, 0) + n_found[kind]
        parts.append(Stratum(draws, found, left, _recall(found, left), level))
    most = sum(part.most_left for part in parts)
    if is_one_sample and strata:
        most = min(
            most, most_left(Draws(len(strata), len(drawn), sum(n_found.values())), level=each)
        )
    found = sum(part.n_found for part in parts)
    return StrataCertificate(tuple(parts), found, most, _recall(found, most), level)


def allot(sizes: Mapping[str, int], n_draws: int, *, least: int = 0) -> dict[str, int]:
    """Return how many draws go to each kind of records, in proportion to its size.

    Parameters
    ----------
    sizes : mapping of str to int
        Records of each kind that can be drawn.
    n_draws : int
        Draws in all; more than there are records draws them all.
    least : int
        So many go to each kind first, or all of a kind that has fewer, so that small kinds are seen too.

    Raises
    ------
    UserError
        A number below 0, or more go to the kinds first than there are draws.
    """
    if n_draws < 0 or least < 0 or any(size < 0 for size in sizes.values()):
        raise UserError("Draws and records are counted from 0. Found a number below 0.")
    first = {kind: min(size, least) for kind, size in sizes.items()}
    n_draws = min(n_draws, sum(sizes.values()))
    rest = n_draws - sum(first.values())
    if rest < 0:
        raise UserError(
            f"{least:,} for each kind are {sum(first.values()):,} draws, and there are {n_draws:,}. Draw more, "
            "or fewer from each."
        )
    room = {kind: size - first[kind] for kind, size in sizes.items()}
    total = sum(room.values())
    if total == 0:
        return first
    exact = {kind: Fraction(rest * free, total) for kind, free in room.items()}
    given = {kind: first[kind] + floor(share) for kind, share in exact.items()}
    # What rounding leaves goes to the largest remainders, of equals to the kind named first.
    over = n_draws - sum(given.values())
    for kind in sorted(exact, key=lambda kind: floor(exact[kind]) - exact[kind])[:over]:
        given[kind] += 1
    return given


def _recall(n_found: int, n_left: int) -> float:
    return n_found / (n_found + n_left) if n_found + n_left else 1.0
