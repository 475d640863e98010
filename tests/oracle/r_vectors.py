"""R's vectors in numpy: missing values, factors, recycling and the operators.

Numbers are doubles with NaN for missing, texts are objects with None for missing. Truth values are
booleans; where some are missing they are a masked array that is false there, so that a `subset`
leaves those rows out as R does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from tests.oracle.r_tree import number_text

SPECIAL = {"Infinity": np.inf, "-Infinity": -np.inf}


class Factor(np.ndarray[Any, Any]):
    """The values a factor was made of, with its levels as texts in R's order."""

    levels: tuple[str, ...]

    def __array_finalize__(self, made_from: Any) -> None:
        self.levels = getattr(made_from, "levels", ())


def column(values: Any) -> Any:
    """Return a column of a case as an array; what is not a list stays as it is."""
    if not isinstance(values, list):
        return values
    given = [SPECIAL.get(v, v) if isinstance(v, str) else v for v in values]
    if any(isinstance(v, str) for v in given):
        return np.array(given, dtype=object)
    if given and all(isinstance(v, bool) for v in given):
        return np.array(given)
    if any(isinstance(v, list) for v in given):
        return np.array(given, dtype=float)
    return np.array([np.nan if v is None else v for v in given], dtype=float)


def factor_of(values: Any, levels: Any = None, labels: Any = None) -> Factor:
    """Return factor(values, levels, labels): levels are sorted as in the C locale unless given."""
    written = texts(values)
    if levels is None and isinstance(values, Factor):
        levels = np.array([level for level in values.levels if level in written], dtype=object)
    elif levels is None:
        levels = sorted_values(values)
    known = list(dict.fromkeys(texts(levels)))
    named = known if labels is None else texts(labels)
    if len(named) != len(known):
        raise ValueError(f"R call: factor() has {len(known)} levels and {len(named)} labels")
    if labels is not None:
        entries: list[Any] = [named[known.index(t)] if t in known else None for t in written]
        made = np.array(entries, dtype=object).view(Factor)
    else:
        made = np.atleast_1d(np.asarray(values)).copy().view(Factor)
        gone = [t not in known for t in written]
        if any(gone):
            made[gone] = None if made.dtype == object else np.nan
    made.levels = tuple(str(name) for name in named)
    return made


def is_text(values: Any) -> bool:
    """Return whether these are texts, or a factor, which is compared by its labels."""
    return isinstance(values, (str, Factor)) or (
        isinstance(values, np.ndarray) and values.dtype.kind in "OU"
    )


def texts(values: Any) -> list[str | None]:
    """Return values as R writes them; None for missing."""
    return [_written(v) for v in _entries(values)]


def _entries(values: Any) -> list[Any]:
    if isinstance(values, np.ma.MaskedArray):
        return [None if v is np.ma.masked else v for v in values.ravel(order="F")]
    return list(np.atleast_1d(np.asarray(values)).ravel(order="F"))


def _written(entry: Any) -> str | None:
    if entry is None or isinstance(entry, str):
        return entry if entry is None else str(entry)
    if isinstance(entry, (bool, np.bool_)):
        return "TRUE" if entry else "FALSE"
    if isinstance(entry, (int, np.integer)):
        return str(entry)
    return None if entry != entry else number_text(float(entry))


def numbers(values: Any) -> Any:
    """Return values as doubles, a scalar for a scalar.

    Raises
    ------
    ValueError
        They are texts, a factor, a list or nothing.
    """
    if values is None or is_text(values) or isinstance(values, (list, Mapping)):
        raise ValueError(f"R call: found {values!r} where numbers should stand")
    if isinstance(values, np.ma.MaskedArray):
        return np.where(np.ma.getmaskarray(values), np.nan, values.data)
    return np.asarray(values, dtype=float)[()]


def missing(values: Any) -> Any:
    """Return is.na(values)."""
    if isinstance(values, np.ma.MaskedArray):
        return np.ma.getmaskarray(values)
    found = np.array([v is None or v != v for v in _entries(values)])
    return found.reshape(np.shape(values), order="F")[()]


def recycled(left: Any, right: Any) -> tuple[Any, Any]:
    """Repeat the shorter of two vectors; a vector goes down the columns of a matrix."""
    a, b = np.asanyarray(left), np.asanyarray(right)
    if a.shape == b.shape or a.ndim == 0 or b.ndim == 0:
        return a, b
    if a.ndim == b.ndim == 1:
        n = max(a.size, b.size) if a.size and b.size else 0
        return np.resize(a, n), np.resize(b, n)
    if {a.ndim, b.ndim} == {1, 2}:
        shape = a.shape if a.ndim == 2 else b.shape
        size = shape[0] * shape[1]
        return tuple(  # type: ignore[return-value]
            x if x.ndim == 2 else np.resize(x, size).reshape(shape, order="F") for x in (a, b)
        )
    raise ValueError(f"R call: arrays of shapes {a.shape} and {b.shape} do not conform")


def truth(values: Any) -> Any:
    """Return values as a masked array of truth values, masked where missing."""
    if np.asarray(values).dtype == bool:
        return np.ma.array(values, dtype=bool)
    given = numbers(values)
    gone = np.isnan(given)
    return np.ma.array(np.where(gone, False, given != 0), mask=gone)


def known_truth(found: Any, gone: Any) -> Any:
    """Return truth values: as booleans where all are known, else masked and false where not."""
    found, gone = np.asarray(found, dtype=bool), np.broadcast_to(gone, np.shape(found))
    if not gone.any():
        return found[()]
    return np.ma.array(found & ~gone, mask=gone) if found.ndim else np.nan


def negated(values: Any) -> Any:
    """Return !values."""
    given = truth(values)
    return known_truth(~given.data, np.ma.getmaskarray(given))


def both(left: Any, right: Any) -> Any:
    """Return left & right: false where one is, even if the other is missing."""
    a, b = recycled(truth(left).filled(True), truth(right).filled(True))
    unsure_a, unsure_b = recycled(missing(truth(left)), missing(truth(right)))
    return known_truth(a & b, (unsure_a & b) | (unsure_b & a))


def either(left: Any, right: Any) -> Any:
    """Return left | right."""
    return negated(both(negated(left), negated(right)))


def is_in(left: Any, right: Any) -> Any:
    """Return left %in% right."""
    known = set(texts(right) if right is not None else [])
    return np.array([t in known for t in texts(left)]).reshape(np.shape(left), order="F")[()]


COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    ">": np.greater,
    "<=": np.less_equal,
    ">=": np.greater_equal,
}


def compared(op: str, left: Any, right: Any) -> Any:
    """Return a comparison; a number beside a text is compared as R writes it."""
    if left is None or right is None:
        raise ValueError(f"R call: NULL beside {op}")
    if not is_text(left) and not is_text(right):
        a, b = recycled(numbers(left), numbers(right))
        return known_truth(COMPARISONS[op](a, b), np.isnan(a) | np.isnan(b))
    a, b = recycled(_as_text(left), _as_text(right))
    gone = np.logical_or(missing(a), missing(b))
    filled = (np.where(missing(side), "", side).astype(str) for side in (a, b))
    return known_truth(COMPARISONS[op](*filled), gone)


def _as_text(values: Any) -> Any:
    return np.array(texts(values), dtype=object).reshape(np.shape(values), order="F")


ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "^": np.power,
    "%%": np.mod,
    "%/%": np.floor_divide,
}


def computed(op: str, left: Any, right: Any) -> Any:
    """Return arithmetic on numbers."""
    if op == "%*%":
        return numbers(left) @ numbers(right)
    a, b = recycled(numbers(left), numbers(right))
    with np.errstate(all="ignore"):
        return ARITHMETIC[op](a, b)


def operation(op: str, left: Any, right: Any) -> Any:
    """Return what an operator gives.

    Raises
    ------
    ValueError
        The operator is beyond this reader, or its operands do not fit.
    """
    if op in COMPARISONS:
        return compared(op, left, right)
    if op in ARITHMETIC or op == "%*%":
        return computed(op, left, right)
    others = {"&": both, "&&": both, "|": either, "||": either, "%in%": is_in, ":": sequence}
    if op not in others:
        raise ValueError(f"R call: the operator {op} is not read here")
    return others[op](left, right)


def sequence(first: Any, last: Any) -> Any:
    """Return first:last, up or down in steps of 1."""
    start, stop = (float(numbers(np.ravel(end)[0])) for end in (first, last))
    steps = np.arange(int(abs(stop - start) + 1e-10) + 1)
    found = start + (steps if stop >= start else -steps)
    return found.astype(int) if start == int(start) else found


def sorted_values(values: Sequence[Any] | Any, *, is_falling: bool = False) -> Any:
    """Return sort(unique(values)) without the missing ones; texts as in the C locale."""
    known = [v for v in _entries(values) if not (v is None or v != v)]
    found = sorted(dict.fromkeys(known), reverse=is_falling)
    return np.array(found, dtype=object if is_text(np.asarray(values)) else None)
