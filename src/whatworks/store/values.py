"""Rows as plain values: what may be stored, in the one form that every database gives back."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from whatworks.errors import UserError
from whatworks.release.hashing import content_hash
from whatworks.store.tables import FactTable, Key, Values

__all__ = ["as_key", "checked_text", "describe_key", "row_address", "row_values", "state_hash"]

MAX_INTEGER = 2**63 - 1


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"found {value!r}. Text is expected.")
    if "\x00" in value:
        # PostgreSQL cannot hold it, and a store must be able to move there.
        raise ValueError("found a NUL character (U+0000). Take it out of the text.")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise ValueError(
                f"found half a character at position {error.start + 1}. Repair the text's encoding."
            ) from None
    return value if type(value) is str else str.__str__(value)


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"found {value!r}. A whole number is expected.")
    number = int(value)
    if not -MAX_INTEGER - 1 <= number <= MAX_INTEGER:
        raise ValueError(f"found {number}. Whole numbers have at most 18 digits.")
    return number


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"found {value!r}. A number is expected.")
    if not math.isfinite(value):
        raise ValueError(f"found {value}. A finite number or nothing is expected.")
    # SQLite keeps a negative zero as 0 and PostgreSQL as -0: adding 0.0 makes it 0 on both.
    return float(value) + 0.0


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"found {value!r}. True or False is expected.")
    return value


_CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "string": _string,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
}


def row_values(fact: FactTable, row: Any) -> Values:
    """Return a noun instance as values in column order, checked and brought to one form.

    Raises
    ------
    TypeError
        The row is not of the table's noun, or a value is of another type than its column.
    UserError
        A value that cannot be kept: NUL or broken characters in text, numbers that are not
        finite or too long, nothing where a value is required. The message names the row.
    """
    if type(row) is not fact.schema.noun:
        expected = fact.schema.noun.__name__
        raise TypeError(f"{fact.name} takes {expected}, not {type(row).__name__}: {row!r}")
    values = []
    for column in fact.schema.columns:
        value = getattr(row, column.name)
        if value == "" and not column.required:
            # A release's files cannot tell an empty text from none, so neither does the store.
            value = None
        try:
            if value is not None:
                value = _CHECKS[column.type](value)
            elif column.required:
                raise ValueError("found nothing. A value is required.")
        except (TypeError, ValueError) as error:
            key = tuple(getattr(row, name) for name in fact.schema.key)
            message = f'{fact.name}, row {describe_key(key)}, column "{column.name}": {error}'
            if isinstance(error, TypeError):
                raise TypeError(message) from None
            raise UserError(f"{message} Nothing was saved.") from None
        values.append(value)
    return tuple(values)


def checked_text(value: str, what: str) -> str:
    """Return text that is not part of a row, checked as a row's text is.

    Raises
    ------
    UserError
        The text has NUL or broken characters.
    """
    try:
        return _string(value)
    except ValueError as error:
        raise UserError(f"{what}: {error} Nothing was saved.") from None


def as_key(fact: FactTable, key: str | Sequence[Any]) -> Key:
    """Return a key as a tuple; a key of one column may be given as text.

    Raises
    ------
    TypeError
        The number of parts is not that of the table's key.
    """
    parts = (key,) if isinstance(key, str) else tuple(key)
    if len(parts) != len(fact.schema.key):
        raise TypeError(f"the key of {fact.name} is {', '.join(fact.schema.key)}, not {key!r}")
    return parts


def describe_key(key: Iterable[Any]) -> str:
    """Return a key as a message shows it."""
    return ", ".join(f'"{part}"' for part in key)


def row_address(fact: FactTable, values: Values) -> str:
    """Return the SHA-256 of the canonical JSON of a row's values that are not missing.

    Missing values are left out so that a column added by a later version of the program does not
    change the address of rows written before it.
    """
    named = zip(fact.names, values, strict=True)
    return content_hash({name: value for name, value in named if value is not None})


def state_hash(addresses: Mapping[tuple[str, Key], str | None]) -> str:
    """Return the hash of the current rows under some keys.

    Parameters
    ----------
    addresses : mapping of (table name, key) to str or None
        Address of the current row under the key; None where there is none.

    Returns
    -------
    str
        SHA-256 of the canonical JSON of ``[[table, [key, ...], address], ...]`` sorted by table
        and key.
    """
    places = sorted(addresses)
    return content_hash([[table, list(key), addresses[table, key]] for table, key in places])
