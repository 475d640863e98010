"""Ratings of records by any number of raters, some of them missing, as numbers."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from numbers import Real

import numpy as np
import numpy.typing as npt

from whatworks.errors import TooFewStudies, UserError

__all__ = ["RatingTable", "rating_table"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MISSING = -1


@dataclass(frozen=True, slots=True, eq=False)
class RatingTable:
    """Who gave which category to which record.

    Attributes
    ----------
    categories
        All categories that could be given, in their order; length q.
    codes : shape (n, r)
        Position of the category each rater gave to each record, -1 where there is no rating. Records
        and raters without any rating are left out.
    counts : shape (n, q)
        How many raters gave each category to each record.
    """

    categories: tuple[Hashable, ...]
    codes: Ints
    counts: Floats

    @property
    def n_raters(self) -> int:
        """Raters with at least one rating."""
        return int(self.codes.shape[1])

    @property
    def ratings_per_record(self) -> Floats:
        """How many raters rated each record; shape (n,)."""
        return np.asarray(self.counts.sum(axis=1), dtype=np.float64)

    @property
    def is_paired(self) -> npt.NDArray[np.bool_]:
        """Which records have two ratings or more; shape (n,)."""
        return self.ratings_per_record >= 2

    def the_only_category(self) -> Hashable | None:
        """Return the category that every rating names; None where more than one is used."""
        used = np.flatnonzero(self.counts.sum(axis=0))
        return self.categories[int(used[0])] if used.size == 1 else None


def rating_table(
    raters: Sequence[Sequence[Hashable | None]],
    *,
    categories: Sequence[Hashable] | None = None,
) -> RatingTable:
    """Bring ratings into one table.

    Parameters
    ----------
    raters : sequence of r sequences of length n
        For each rater the category given to each record; None or NaN where there is no rating.
    categories : sequence, optional
        All categories that could be given, in their order. If not given, those seen: numbers by
        size, others as they come.

    Raises
    ------
    TooFewStudies
        Fewer than two raters, or no record with two ratings.
    UserError
        Lists of different length, or a category that is not among those allowed.
    """
    if len(raters) < 2:
        raise TooFewStudies(f"Agreement is between raters. Give two or more; found {len(raters)}.")
    n = len(raters[0])
    for position, ratings in enumerate(raters, start=1):
        if len(ratings) != n:
            raise UserError(
                f"The first rater has {n:,} ratings and rater {position} {len(ratings):,}. Give one for "
                "each record, and None where there is none."
            )
    names = _in_order(raters) if categories is None else list(dict.fromkeys(categories))
    code = {name: i for i, name in enumerate(names)}
    codes = np.full((n, len(raters)), MISSING, dtype=np.int64)
    for j, ratings in enumerate(raters):
        for i, name in enumerate(ratings):
            if is_missing(name):
                continue
            if name not in code:
                raise UserError(
                    f"Rater {j + 1}, record {i + 1}: found {name!r}. "
                    f"The categories are {', '.join(map(str, names))}."
                )
            codes[i, j] = code[name]
    given = codes != MISSING
    codes = codes[given.any(axis=1)][:, given.any(axis=0)]
    counts = np.zeros((codes.shape[0], len(names)))
    for column in codes.T:
        rated = np.flatnonzero(column != MISSING)
        counts[rated, column[rated]] += 1.0
    table = RatingTable(tuple(names), codes, counts)
    if not table.is_paired.any():
        raise TooFewStudies("There is no record that two people rated.")
    return table


def is_missing(name: object) -> bool:
    """Whether this stands for no rating: None, or the number that is not one."""
    return name is None or (isinstance(name, float) and name != name)


def _in_order(raters: Sequence[Sequence[Hashable | None]]) -> list[Hashable]:
    """Return the categories seen, numbers by size."""
    seen = dict.fromkeys(name for ratings in raters for name in ratings if not is_missing(name))
    names: list[Hashable] = list(seen)
    if all(isinstance(name, Real) for name in names):
        return sorted(names, key=lambda name: float(name))  # type: ignore[arg-type]
    return names
