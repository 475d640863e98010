"""Counts of nothing: what is added to them, and when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.synthesis.inputs import one_of
from whatworks.synthesis.reported_values import above_zero, counts, matching, refuse

__all__ = ["TO", "Table", "added", "table", "table_of_cells"]

Floats = npt.NDArray[np.float64]

TO = ("only0", "all", "if0all", "none")


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """The four cells of each study's table.

    Attributes
    ----------
    a, b
        Group 1 with and without the event.
    c, d
        Group 2 with and without the event.
    """

    a: Floats
    b: Floats
    c: Floats
    d: Floats

    @property
    def n1(self) -> Floats:
        """Group 1."""
        return self.a + self.b

    @property
    def n2(self) -> Floats:
        """Group 2."""
        return self.c + self.d

    @property
    def total(self) -> Floats:
        """All."""
        return self.n1 + self.n2


def added(cells: tuple[Floats, ...], *, add: npt.ArrayLike, to: str) -> tuple[Floats, ...]:
    """Return the counts with `add` added where `to` says.

    Parameters
    ----------
    cells : tuple of arrays of one shape
        What is looked at for zeros, and added to, together.
    add : array-like
        0 or more; one number, or one for each study.
    to : {"only0", "all", "if0all", "none"}
        Studies with a zero; all; all, if any study has a zero; none.
    """
    one_of(to, TO, "to")
    amount = counts(add, "add")
    has_zero = np.logical_or.reduce([cell == 0.0 for cell in cells])
    where = {
        "only0": has_zero,
        "all": np.ones_like(has_zero),
        "if0all": np.full_like(has_zero, bool(has_zero.any())),
        "none": np.zeros_like(has_zero),
    }[to]
    return tuple(np.asarray(cell + np.where(where, amount, 0.0)) for cell in cells)


def table(
    events1: npt.ArrayLike,
    n1: npt.ArrayLike,
    events2: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    add: npt.ArrayLike,
    to: str,
    drop00: bool,
) -> Table:
    """Return the cells of two groups, adjusted for zeros.

    Parameters
    ----------
    events1, n1, events2, n2 : array-like
        Events and sizes of the two groups.
    add, to : see `added`
    drop00 : bool
        True takes tables without an event, or with nothing but events, as missing.

    Raises
    ------
    UserError
        A negative count, an empty group, or more events than people.
    """
    e1, m1, e2, m2 = matching(
        "events1 n1 events2 n2",
        counts(events1, "events1"),
        above_zero(n1, "n1", "A group has somebody in it."),
        counts(events2, "events2"),
        above_zero(n2, "n2", "A group has somebody in it."),
    )
    for events, size, name in ((e1, m1, "1"), (e2, m2, "2")):
        refuse(events > size, events, f"events{name}", f"It is at most n{name}.")
    return _adjusted((e1, m1 - e1, e2, m2 - e2), add=add, to=to, drop00=drop00)


def table_of_cells(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    c: npt.ArrayLike,
    d: npt.ArrayLike,
    *,
    add: npt.ArrayLike,
    to: str,
    drop00: bool = False,
) -> Table:
    """Return the four cells given, adjusted for zeros; see `table`."""
    cells = matching("a b c d", counts(a, "a"), counts(b, "b"), counts(c, "c"), counts(d, "d"))
    return _adjusted(cells, add=add, to=to, drop00=drop00)


def _adjusted(cells: tuple[Floats, ...], *, add: npt.ArrayLike, to: str, drop00: bool) -> Table:
    a, b, c, d = cells
    if drop00:
        is_silent = ((a == 0.0) & (c == 0.0)) | ((b == 0.0) & (d == 0.0))
        a, b, c, d = (np.where(is_silent, np.nan, x) for x in cells)
    return Table(*added((a, b, c, d), add=add, to=to))
