"""Long lists in pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

__all__ = ["Pages", "pages_of"]

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Pages(Generic[Row]):
    """One page of a list.

    Attributes
    ----------
    rows
        What stands on it.
    first, last, total
        Numbers of its first and last row, counted from 1, and of all rows.
    number, n_pages
        Which page it is, of how many.
    before, after
        Addresses of the pages beside it; None at the ends.
    """

    rows: Sequence[Row]
    first: int
    last: int
    total: int
    number: int
    n_pages: int
    before: str | None
    after: str | None


def pages_of(
    rows: Sequence[Row], wanted: str | None, *, size: int, address: str, query: str = ""
) -> Pages[Row]:
    """Return the page that was asked for; the nearest one where there is none of that number.

    Parameters
    ----------
    wanted : str or None
        Number of the page as it stands in the address.
    size : int
        Rows of a page.
    address, query : str
        Where the list stands, from the root, and what its pages have in common ("kind=2&").
    """
    n_pages = max(1, -(-len(rows) // size))
    asked = (
        int(wanted) if wanted and wanted.isascii() and wanted.isdigit() and len(wanted) < 10 else 1
    )
    number = min(max(1, asked), n_pages)
    start = (number - 1) * size
    shown = rows[start : start + size]

    def at(other: int) -> str | None:
        return f"{address}?{query}page={other}" if 1 <= other <= n_pages else None

    return Pages(
        shown,
        start + 1 if shown else 0,
        start + len(shown),
        len(rows),
        number,
        n_pages,
        at(number - 1),
        at(number + 1),
    )
