"""R's functions that arguments of reference calls are made with.

A parameter has R's name, with "_" for "." and after a word that Python keeps for itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tests.oracle.r_vectors import (
    Factor,
    factor_of,
    is_text,
    known_truth,
    missing,
    numbers,
    operation,
    sequence,
    texts,
    truth,
)


def _combine(*values: Any) -> Any:
    """c(): texts if any is text, else numbers, else truth values."""
    parts = [v for v in values if v is not None]
    if any(isinstance(v, (list, Mapping, Factor)) for v in parts):
        raise ValueError("R call: c() of lists or factors is not read here")
    if not parts:
        return None
    if any(is_text(v) for v in parts):
        return np.array([t for v in parts for t in texts(v)], dtype=object)
    flat = [np.ma.ravel(v, order="F") for v in parts]
    if any(v.dtype == bool for v in flat) and all(
        v.dtype == bool or (v.dtype == float and np.isnan(v).all()) for v in flat
    ):
        given = [truth(v) for v in flat]
        gone = np.concatenate([np.ma.getmaskarray(v) for v in given])
        return known_truth(np.concatenate([v.data for v in given]), gone)
    if all(v.dtype.kind == "i" for v in flat):
        return np.concatenate([v.data for v in flat])
    return np.concatenate([np.atleast_1d(numbers(np.ravel(v, order="F"))) for v in parts])


def _rep(x: Any, times: Any = 1, each: Any = 1, length_out: Any = None) -> Any:
    found = np.repeat(np.atleast_1d(x), int(each))
    if length_out is not None:
        return found[np.arange(int(length_out)) % found.size]
    repeats = np.atleast_1d(numbers(times)).astype(int)
    if repeats.size == 1:
        return np.concatenate([found] * repeats[0]) if repeats[0] else found[:0]
    return np.repeat(found, repeats)


def _seq(
    from_: Any = 1, to: Any = None, by: Any = None, length_out: Any = None, along_with: Any = None
) -> Any:
    if along_with is not None:
        return np.arange(1, _length(along_with) + 1)
    if to is None and by is None and length_out is None:
        n = int(from_) if np.size(from_) == 1 else _length(from_)
        return sequence(1, n)
    if length_out is not None:
        n = int(np.ceil(length_out))
        step = by if by is not None else (1 if to is None else (to - from_) / max(n - 1, 1))
        return from_ + step * np.arange(n)
    if by is None:
        return sequence(from_, to)
    n = int((to - from_) / by + 1e-10)
    if n < 0:
        raise ValueError(f"R call: seq() from {from_} to {to} cannot go by {by}")
    return from_ + by * np.arange(n + 1)


def _length(x: Any) -> int:
    if x is None:
        return 0
    return len(x) if isinstance(x, (list, Mapping)) else int(np.size(x))


def _rows(x: Any) -> int | None:
    if isinstance(x, Mapping):
        return _length(next(iter(x.values()), None))
    return int(np.shape(x)[0]) if np.ndim(x) == 2 else None


def _columns(x: Any) -> int | None:
    if isinstance(x, Mapping):
        return len(x)
    return int(np.shape(x)[1]) if np.ndim(x) == 2 else None


def _if_else(test: Any, yes: Any, no: Any) -> Any:
    asked = truth(test)
    n = np.size(asked)
    parts = [yes, no]
    if is_text(yes) or is_text(no):
        parts = [np.array(texts(part), dtype=object) for part in parts]
    chosen = [np.resize(np.atleast_1d(part), n) for part in parts]
    gone = np.ravel(missing(asked))
    found = np.where(np.ravel(asked.data), *chosen)
    if gone.any():
        found = found if found.dtype == object else found.astype(float)
        found[gone] = None if found.dtype == object else np.nan
    return found.reshape(np.shape(asked))[()]


def _relevel(x: Any, ref: Any) -> Factor:
    if not isinstance(x, Factor):
        raise ValueError("R call: relevel() of what is no factor")
    first = x.levels[int(ref) - 1] if not is_text(ref) else str(ref)
    if first not in x.levels:
        raise ValueError(f"R call: relevel() to {first!r}, which is not among {list(x.levels)}")
    levels = [first, *(level for level in x.levels if level != first)]
    return factor_of(x, np.array(levels, dtype=object))


def _levels(x: Any) -> Any:
    return np.array(x.levels, dtype=object) if isinstance(x, Factor) else None


def _as_numeric(x: Any) -> Any:
    if isinstance(x, Factor):
        where = {level: i + 1.0 for i, level in enumerate(x.levels)}
        return np.array([np.nan if t is None else where[t] for t in texts(x)])
    if not is_text(x):
        return numbers(x)
    return np.array([_number(t) for t in texts(x)]).reshape(np.shape(x))[()]


def _number(text: str | None) -> float:
    try:
        return np.nan if text is None else float(text)
    except ValueError:
        return np.nan


def _as_character(x: Any) -> Any:
    return np.array(texts(x), dtype=object).reshape(np.shape(x))[()]


def _round(x: Any, digits: Any = 0) -> Any:
    # The nearer of the two decimal numbers around; the even one where they are as near.
    given, scale = numbers(x), 10.0 ** int(digits)
    below, above = np.floor(given * scale), np.ceil(given * scale)
    to_below, to_above = given - below / scale, above / scale - given
    is_below = (to_below < to_above) | ((to_below == to_above) & (below % 2 == 0))
    return np.where(is_below, below, above)[()] / scale


def _log(x: Any, base: Any = None) -> Any:
    with np.errstate(all="ignore"):
        return np.log(numbers(x)) / (1.0 if base is None else np.log(numbers(base)))


def _of_each(function: Callable[..., Any]) -> Callable[[Any], Any]:
    def each(x: Any) -> Any:
        with np.errstate(all="ignore"):
            return function(numbers(x))

    return each


def _of_all(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of one vector."""

    def summary(x: Any, na_rm: Any = False) -> Any:
        given = np.ravel(numbers(x))
        return function(given[~np.isnan(given)] if na_rm else given)

    return summary


def _of_several(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of all values of its arguments."""

    def summary(*values: Any, na_rm: Any = False) -> Any:
        given = np.concatenate([np.ravel(numbers(v)) for v in values])
        return function(given[~np.isnan(given)] if na_rm else given)

    return summary


def _diag(x: Any, nrow: Any = None) -> Any:
    if np.ndim(x) == 2:
        return np.diagonal(numbers(x)).copy()
    if np.size(x) == 1 and nrow is None:
        return np.eye(int(np.ravel(x)[0]))
    values = np.atleast_1d(numbers(x))
    return np.diag(values if nrow is None else np.resize(values, int(nrow)))


def _matrix(data: Any = np.nan, nrow: Any = None, ncol: Any = None, byrow: Any = False) -> Any:
    values = np.ravel(numbers(data), order="F")
    rows = -(-values.size // int(ncol or 1)) if nrow is None else int(nrow)
    columns = -(-values.size // rows) if ncol is None else int(ncol)
    filled = np.resize(values, rows * columns)
    return filled.reshape((rows, columns), order="C" if byrow else "F")


def _bound(*values: Any) -> Any:
    """rbind() of vectors and matrices."""
    parts = [numbers(v) for v in values if v is not None]
    width = max(np.shape(v)[1] if np.ndim(v) == 2 else np.size(v) for v in parts)
    return np.vstack([v if np.ndim(v) == 2 else np.resize(v, width) for v in parts])


def _bound_columns(*values: Any) -> Any:
    return _bound(*(np.transpose(numbers(v)) for v in values if v is not None)).T


def _outer(X: Any, Y: Any, FUN: Any = "*") -> Any:
    x, y = np.atleast_1d(X), np.atleast_1d(Y)
    return operation(str(FUN), np.tile(x[:, None], y.size), np.tile(y, (x.size, 1)))


def _paste(*values: Any, sep: Any = " ") -> Any:
    parts = [["NA" if t is None else t for t in texts(v)] for v in values]
    n = max(len(part) for part in parts)
    rows = zip(*(np.resize(np.array(part, dtype=object), n) for part in parts), strict=True)
    return np.array([sep.join(row) for row in rows], dtype=object)


def _sort(x: Any, decreasing: Any = False) -> Any:
    flat = np.atleast_1d(x)
    found = sorted(flat[~np.atleast_1d(missing(x))].tolist(), reverse=bool(decreasing))
    return np.array(found, dtype=flat.dtype)


def _as_factor(x: Any) -> Any:
    return x if isinstance(x, Factor) else factor_of(x)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "c": _combine,
    "(": lambda x: x,
    "rep": _rep,
    "seq": _seq,
    "seq_len": lambda length_out: np.arange(1, int(length_out) + 1),
    "seq_along": lambda along_with: np.arange(1, _length(along_with) + 1),
    "rev": lambda x: np.atleast_1d(x)[::-1],
    "unique": lambda x: np.array(list(dict.fromkeys(np.asarray(x).tolist()))),
    "sort": _sort,
    "length": _length,
    "nrow": _rows,
    "ncol": _columns,
    "is.na": missing,
    "is.null": lambda x: x is None,
    "ifelse": _if_else,
    "which": lambda x: np.flatnonzero(truth(x).filled(False)) + 1,
    "factor": lambda x, levels=None, labels=None: factor_of(x, levels, labels),
    "as.factor": _as_factor,
    "relevel": _relevel,
    "levels": _levels,
    "as.numeric": _as_numeric,
    "as.integer": lambda x: np.trunc(_as_numeric(x)),
    "as.character": _as_character,
    "as.vector": lambda x: x,
    "as.matrix": lambda x: x if np.ndim(x) == 2 else np.reshape(numbers(x), (-1, 1)),
    "paste": _paste,
    "paste0": lambda *values: _paste(*values, sep=""),
    "round": _round,
    "sqrt": _of_each(np.sqrt),
    "exp": _of_each(np.exp),
    "abs": _of_each(np.abs),
    "log10": _of_each(np.log10),
    "log2": _of_each(np.log2),
    "log": _log,
    "cumsum": _of_each(np.cumsum),
    "mean": _of_all(np.mean),
    "median": _of_all(np.median),
    "sd": _of_all(lambda x: np.std(x, ddof=1)),
    "var": _of_all(lambda x: np.var(x, ddof=1)),
    "sum": _of_several(np.sum),
    "min": _of_several(np.min),
    "max": _of_several(np.max),
    "diag": _diag,
    "matrix": _matrix,
    "t": lambda x: np.transpose(np.atleast_2d(x)) if np.ndim(x) == 2 else np.atleast_2d(x),
    "cbind": _bound_columns,
    "rbind": _bound,
    "outer": _outer,
}
