"""The arrangements a permutation test goes through: signs of units, orders of moderators."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import factorial, prod

import numpy as np
import numpy.typing as npt

from whatworks.synthesis.diagnostics.units import Units

__all__ = ["Reorderings", "all_signs", "drawn_signs"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def all_signs(m: int, start: int, stop: int) -> Floats:
    """Return some of the 2^(m-1) patterns of m signs whose first is plus, shape (n, m).

    The others are these with all signs turned. Pattern 0 is all plus: the data as they are.
    """
    numbers = np.arange(start, stop)
    bits = numbers[:, None] >> np.arange(m - 1)[None, :] & 1
    return np.concatenate((np.ones((numbers.size, 1)), 1.0 - 2.0 * bits), axis=1)


def drawn_signs(n: int, m: int, rng: np.random.Generator) -> Floats:
    """Return n patterns of m signs at random, the first of them all plus, shape (n, m)."""
    signs = np.where(rng.integers(0, 2, (n, m)) == 0, 1.0, -1.0)
    signs[0] = 1.0
    return signs


class Reorderings:
    """Orders of the rows of a design that leave its structure as it is.

    By effect, whole rows change places. By cluster, columns that are constant within every
    cluster change places between clusters, the others within.

    Parameters
    ----------
    x : array, shape (k, p)
        Columns of the fixed part.
    units : Units
        By effect or by cluster.
    """

    def __init__(self, x: Floats, units: Units) -> None:
        self.x = x
        self._rows = units.rows()
        first = np.array([rows[0] for rows in self._rows])
        #: Columns that go with the unit as a whole, (p,).
        self.is_between = (x == x[first][units.codes]).all(axis=0)
        self._codes = units.codes
        #: One row a unit of the columns that go with it, and the kind of each, (m,).
        self._unit_x = x[first][:, self.is_between]
        self._unit_kind = _kinds(self._unit_x)
        self._inside_x = x[:, ~self.is_between]
        self._inside_kind = [
            _kinds(self._inside_x[rows]) if self._inside_x.shape[1] else np.zeros(0, np.int64)
            for rows in self._rows
        ]

    @property
    def n_distinct(self) -> int:
        """Number of designs that differ."""
        return _n_orders(self._unit_kind) * prod(_n_orders(kind) for kind in self._inside_kind)

    def everyone(self) -> Iterator[Floats]:
        """Yield each different design once, (k, p)."""
        inside = [list(_orders(kind)) for kind in self._inside_kind if kind.size > 1]
        moving = [rows for rows in self._rows if self._inside_x.shape[1] and rows.size > 1]
        for unit_order in _orders(self._unit_kind):
            for orders in product(*inside):
                yield self._arranged(unit_order, list(zip(moving, orders, strict=True)))

    def drawn(self, rng: np.random.Generator) -> Floats:
        """Return a design in random order, (k, p)."""
        unit_order = rng.permutation(self._unit_kind.size)
        moves = [
            (rows, rng.permutation(rows.size))
            for rows in self._rows
            if self._inside_x.shape[1] and rows.size > 1
        ]
        return self._arranged(unit_order, moves)

    def _arranged(self, unit_order: Ints, moves: list[tuple[Ints, Ints]]) -> Floats:
        out = self.x.copy()
        out[:, self.is_between] = self._unit_x[unit_order][self._codes]
        for rows, order in moves:
            out[np.ix_(rows, np.flatnonzero(~self.is_between))] = self._inside_x[rows[order]]
        return out


def _kinds(x: Floats) -> Ints:
    """Return a number for each row, equal for equal rows."""
    if x.shape[1] == 0:
        return np.zeros(x.shape[0], dtype=np.int64)
    return np.asarray(np.unique(x, axis=0, return_inverse=True)[1].ravel(), dtype=np.int64)


def _n_orders(kinds: Ints) -> int:
    """Return the number of different orders of things of which some are equal."""
    if kinds.size == 0:
        return 1
    return factorial(kinds.size) // prod(factorial(n) for n in np.bincount(kinds).tolist() if n > 1)


def _orders(kinds: Ints) -> Iterator[Ints]:
    """Yield each different order once, as positions; the order of the data is among them.

    Knuth, The Art of Computer Programming 4A, section 7.2.1.2, algorithm L.
    """
    queues = [np.flatnonzero(kinds == i).tolist() for i in range(int(kinds.max(initial=-1)) + 1)]
    row = sorted(kinds.tolist())
    while True:
        taken = [0] * len(queues)
        order = []
        for kind in row:
            order.append(queues[kind][taken[kind]])
            taken[kind] += 1
        yield np.array(order, dtype=np.int64)
        i = len(row) - 2
        while i >= 0 and row[i] >= row[i + 1]:
            i -= 1
        if i < 0:
            return
        j = len(row) - 1
        while row[j] <= row[i]:
            j -= 1
        row[i], row[j] = row[j], row[i]
        row[i + 1 :] = reversed(row[i + 1 :])
