"""Tables as users have them: columns by name, read one way wherever a model takes data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, cast

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.synthesis.inputs import missing_positions

__all__ = [
    "Columns",
    "Frame",
    "categories_of",
    "columns_by_name",
    "no_such_column",
    "quoted",
    "refuse_gaps",
    "table_of",
]


class Frame(Protocol):
    """A data frame of polars, pandas or their like."""

    @property
    def columns(self) -> Any:
        """Names of the columns."""
        ...

    def __getitem__(self, name: str, /) -> Any:
        """Return a column by its name."""
        ...


Columns = Mapping[str, npt.ArrayLike] | Frame
"""A table: columns by name, or a data frame."""

# A message that lists more names than this is not read.
MOST_NAMES = 8


def columns_by_name(data: object) -> dict[str, npt.ArrayLike] | None:
    """Return the columns of a table by name; None for what is not a table."""
    if isinstance(data, Mapping):
        return dict(data)
    names = getattr(data, "columns", None)
    if names is None or not hasattr(data, "__getitem__"):
        return None
    frame = cast(Frame, data)
    table: dict[str, npt.ArrayLike] = {}
    for name in names:
        column = frame[name]
        # Only the column itself knows in which order its categories stand.
        table[str(name)] = column if categories_of(column) is not None else np.asarray(column)
    return table


def table_of(data: object) -> dict[str, npt.ArrayLike]:
    """Return the columns of `data` by name; none where it was not given.

    Raises
    ------
    UserError
        It is not a table; the message says what it is.
    """
    if data is None:
        return {}
    table = columns_by_name(data)
    if table is None:
        kind = type(data).__name__
        raise UserError(
            f"data is a {kind}, which is no table. Give a mapping of column names to columns, or a "
            "data frame (pandas.DataFrame(data) makes one of rows or records)."
        )
    return table


def categories_of(column: object) -> list[object] | None:
    """Return the categories of a column of pandas or polars that states their order, or None."""
    listed = getattr(getattr(column, "dtype", None), "categories", None)
    if not isinstance(listed, Iterable):
        return None
    return list(listed)


def no_such_column(missing: str, names: Iterable[str]) -> str:
    """Return a sentence on a column that does not exist, and the nearest of those there are."""
    import difflib

    there = [str(name) for name in names]
    if not there:
        return f'there is no column "{missing}": data has no columns. Give data.'
    near = difflib.get_close_matches(missing, there, n=3, cutoff=0.6)
    folded = [name for name in there if name.lower() == missing.lower() and name not in near]
    guess = " or ".join(f'"{name}"' for name in (*folded, *near)[:3])
    shown = ", ".join(sorted(there)[:MOST_NAMES])
    more = len(there) - MOST_NAMES
    listed = f"Columns of data: {shown}{f' and {more:,} more' if more > 0 else ''}."
    return f'there is no column "{missing}". {f"Did you mean {guess}? " if guess else ""}{listed}'


def quoted(name: str) -> str:
    """Return a column's name as a formula has to write it."""
    return name if name.isidentifier() else f"`{name}`"


def refuse_gaps(values: object, name: str, advice: str) -> None:
    """Raise where a column has no value: None, NaN, NA, NaT, or masked.

    Raises
    ------
    UserError
        Naming the first row, from 1, and how many more there are.
    """
    gaps = missing_positions(values)
    if gaps.size:
        more = f" ({gaps.size - 1:,} more rows are like it)" if gaps.size > 1 else ""
        raise UserError(
            f'data, column "{name}", row {gaps[0] + 1}: there is no value{more}. {advice}'
        )
