"""From pairs to reports: joined from the surest pair down, and never through a pair that differs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

__all__ = ["Clusters", "joined"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Likely = Callable[[Ints, Ints], Floats]

# Of a pair that a person told apart: below every probability.
NEVER = -1.0


class Clusters:
    """Groups of n records that grow by joining.

    Parameters
    ----------
    n : int
    """

    def __init__(self, n: int) -> None:
        self.of: Ints = np.arange(n, dtype=np.int64)
        self._members: dict[int, list[int]] = {}

    def members(self, record: int) -> list[int]:
        """Return the records of the group that holds this one."""
        name = int(self.of[record])
        return self._members.get(name, [name])

    def join(self, a: int, b: int) -> None:
        """Make the groups of two records one, named by its smallest record."""
        both = sorted(self.members(a) + self.members(b))
        for record in both:
            self._members.pop(record, None)
        self.of[both] = both[0]
        self._members[both[0]] = both


def joined(
    n: int,
    pairs: Ints,
    likely: Floats,
    *,
    same: float,
    different: float,
    compare: Likely,
    decided: Mapping[tuple[int, int], bool] | None = None,
) -> Clusters:
    """Join records whose pairs are sure, the surest first.

    Two groups are joined only if no pair across them is different. So a record that lies between
    two documents joins the one it fits best, and chains do not form.

    Parameters
    ----------
    n : int
        Records.
    pairs : array, shape (m, 2)
        Pairs by positions, each once.
    likely : array, shape (m,)
        Probability that each is one report.
    same, different : float
        From the first on a pair is joined; at or below the second it keeps its groups apart.
    compare : callable
        Probabilities of pairs that are not among `pairs`.
    decided : mapping of (int, int) to bool, optional
        Pairs, the smaller position first, that a person decided: True, they are one report. Such
        are joined first and whatever speaks against it; False, and their groups are never joined.

    Notes
    -----
    Pairs of one probability are gone through in the order of their positions, so that the result
    does not depend on the order in which pairs were found.
    """
    known = {(int(a), int(b)): float(p) for (a, b), p in zip(pairs.tolist(), likely, strict=True)}
    groups = Clusters(n)
    for (a, b), is_same in sorted((decided or {}).items()):
        known[a, b] = 1.0 if is_same else NEVER
        if is_same and groups.of[a] != groups.of[b]:
            groups.join(a, b)
    sure = np.flatnonzero(likely >= same)
    for at in sure[np.lexsort((pairs[sure, 1], pairs[sure, 0], -likely[sure]))].tolist():
        a, b = int(pairs[at, 0]), int(pairs[at, 1])
        if groups.of[a] == groups.of[b]:
            continue
        left, right = groups.members(a), groups.members(b)
        if len(left) * len(right) > 1:
            across = [(min(i, j), max(i, j)) for i in left for j in right]
            new = [pair for pair in across if pair not in known]
            if new:
                found = compare(
                    np.array([pair[0] for pair in new]), np.array([pair[1] for pair in new])
                )
                known.update(zip(new, found.tolist(), strict=True))
            if min(known[pair] for pair in across) <= different:
                continue
        elif known[a, b] <= different:
            continue
        groups.join(a, b)
    return groups
