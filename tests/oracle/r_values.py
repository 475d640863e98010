"""What an argument of an R call stands for: literals, columns of the frame, other objects."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tests.oracle.r_functions import FUNCTIONS
from tests.oracle.r_tree import Binary, Call, Index, Name, Node, Number, Text, Unary, source
from tests.oracle.r_vectors import column, is_text, negated, numbers, operation

CONSTANTS = {
    "TRUE": True,
    "FALSE": False,
    "T": True,
    "F": False,
    "NULL": None,
    "NA": np.nan,
    "NaN": np.nan,
    "NA_real_": np.nan,
    "NA_integer_": np.nan,
    "NA_character_": None,
    "Inf": np.inf,
    "pi": np.pi,
}
# The order of arguments without names among those with names is not kept.
ORDERED = ("c", "list", "cbind", "rbind")


def value(node: Node, data: Mapping[str, Any], frame: str = "dat") -> Any:
    """Return what an argument stands for.

    Columns are arrays, with NaN for missing numbers and None for missing text; a list is a list,
    or a dictionary where its parts have names; truth values that are not all known are masked
    arrays. `data` is the case's `input`.

    Raises
    ------
    ValueError
        A name that neither the frame nor the objects hold, or an expression beyond this reader.
    """
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Text):
        return node.value
    if isinstance(node, Name):
        return _named(node.name, data, frame)
    if isinstance(node, Unary) and node.op != "~":
        inside = value(node.operand, data, frame)
        if node.op == "!":
            return negated(inside)
        return -numbers(inside) if node.op == "-" else numbers(inside)
    if isinstance(node, Binary) and node.op == "$" and isinstance(node.right, Name):
        return _part(_object(node.left, data, frame), node.right.name, node)
    if isinstance(node, Binary) and node.op not in ("~", "<-", "$"):
        left, right = value(node.left, data, frame), value(node.right, data, frame)
        return operation(node.op, left, right)
    if isinstance(node, Index):
        return _indexed(node, data, frame)
    if isinstance(node, Call):
        return _call(node, data, frame)
    raise ValueError(f"R call: cannot read {source(node)}")


def _named(name: str, data: Mapping[str, Any], frame: str) -> Any:
    package, _, bare = name.rpartition("::")
    columns = data.get(frame)
    if package:
        if bare in CONSTANTS:
            return CONSTANTS[bare]
    elif isinstance(columns, Mapping) and name in columns:
        return column(columns[name])
    elif name in data:
        return column(data[name])
    elif name in CONSTANTS:
        return CONSTANTS[name]
    known = ", ".join(sorted(columns)) if isinstance(columns, Mapping) else ""
    raise ValueError(
        f"R call: there is no {name} among the columns ({known}) and objects ({', '.join(data)})"
    )


def _object(node: Node, data: Mapping[str, Any], frame: str) -> Any:
    """Return what is indexed: an object before a column of the same name."""
    if isinstance(node, Name) and isinstance(data.get(node.name), Mapping):
        return data[node.name]
    return value(node, data, frame)


def _part(whole: Any, name: str, node: Node) -> Any:
    if not isinstance(whole, Mapping):
        raise ValueError(f"R call: cannot read {source(node)}: it has no parts by name")
    if name not in whole:
        raise ValueError(f"R call: {source(node)}: there is no {name} among {', '.join(whole)}")
    return column(whole[name])


def _call(node: Call, data: Mapping[str, Any], frame: str) -> Any:
    if node.function == "with":
        where = node.get("data", 0)
        inside = node.get("expr", 1 if node.get("data") is None else 0)
        if isinstance(where, Name) and inside is not None:
            return value(inside, data, where.name)
    if node.function in ORDERED and node.positional and node.named:
        raise ValueError(f"R call: {source(node)}: name all arguments or none to be read here")
    positional = [_object(arg, data, frame) for arg in node.positional]
    named = {key: _object(arg, data, frame) for key, arg in node.named}
    if node.function == "list":
        return named or positional
    if node.function in ORDERED:
        return _called(node.function, [*positional, *named.values()], {})
    try:
        return _called(node.function, positional, named)
    except (TypeError, IndexError) as error:
        raise ValueError(f"R call: cannot read {source(node)}: {error}") from None


def _called(name: str, positional: Sequence[Any], named: Mapping[str, Any]) -> Any:
    """Call a function as R matches arguments: by name, by the start of a name, then in order.

    Raises
    ------
    ValueError
        The function, or an argument of it, is not read here.
    """
    if name not in FUNCTIONS:
        raise ValueError(f"R call: the function {name}() is not read here")
    function = FUNCTIONS[name]
    parameters = inspect.signature(function).parameters
    r_names = {key.rstrip("_").replace("_", "."): key for key in parameters}
    given: dict[str, Any] = {}
    for key, value in named.items():
        meant = [r for r in r_names if r == key] or [r for r in r_names if r.startswith(key)]
        if len(meant) != 1 or r_names[meant[0]] in given:
            raise ValueError(f"R call: the argument {key} of {name}() is not read here")
        given[r_names[meant[0]]] = value
    kinds = {key: parameter.kind for key, parameter in parameters.items()}
    if inspect.Parameter.VAR_POSITIONAL in kinds.values():
        return function(*positional, **given)
    free = [key for key in parameters if key not in given]
    if len(positional) > len(free):
        raise ValueError(f"R call: {name}() has {len(positional)} arguments, too many to read here")
    given |= dict(zip(free, positional, strict=False))
    absent = [
        key
        for key, parameter in parameters.items()
        if parameter.default is inspect.Parameter.empty and key not in given
    ]
    if absent:
        raise ValueError(f"R call: {name}() without {', '.join(absent)}")
    return function(**given)


def _indexed(node: Index, data: Mapping[str, Any], frame: str) -> Any:
    whole = _object(node.object, data, frame)
    args = [None if arg is None else value(arg, data, frame) for arg in node.args]
    if isinstance(whole, Mapping) and len(args) == (1 if node.is_double else 2):
        name = args[-1]
        if isinstance(name, float) and 1 <= name <= len(whole):
            name = list(whole)[int(name) - 1]
        if isinstance(name, str):
            found = _part(whole, name, node)
            return found if node.is_double or args[0] is None else _taken(found, args[:1], node)
    elif isinstance(whole, list) and node.is_double and len(args) == 1:
        at = _positions(args[0], len(whole), node)
        if at.size == 1:
            return whole[at[0]]
    elif not isinstance(whole, (Mapping, list)) and whole is not None:
        return _taken(whole, args, node)
    raise ValueError(f"R call: cannot read {source(node)}")


def _taken(whole: Any, args: list[Any], node: Index) -> Any:
    """Return parts of a vector or matrix."""
    if np.ndim(whole) < 2 or len(args) == 1:
        whole = np.ravel(whole, order="F") if np.ndim(whole) == 2 else np.atleast_1d(whole)
    if whole.ndim != len(args):
        raise ValueError(f"R call: cannot read {source(node)}: it has {whole.ndim} dimensions")
    places = [_positions(a, n, node) for a, n in zip(args, whole.shape, strict=True)]
    found = whole[np.ix_(*places)]
    if node.is_double and found.size == 1:
        return found.ravel()[0]
    keeps = any(key == "drop" and arg == Name("FALSE") for key, arg in node.named)
    return found if found.ndim == 1 or keeps else found.squeeze()[()]


def _positions(index: Any, size: int, node: Index) -> Any:
    """Return positions from 0 for R's index: truth values, places, or places to leave out."""
    if index is None:
        return np.arange(size)
    if is_text(index):
        raise ValueError(f"R call: cannot read {source(node)}: vectors keep no names here")
    given = np.atleast_1d(index)
    if given.dtype == bool:
        if np.ma.is_masked(given) or given.size > size:
            raise ValueError(f"R call: {source(node)}: the condition is missing for some, or long")
        return np.flatnonzero(np.resize(given, size))
    places = np.atleast_1d(numbers(given))
    if np.isnan(places).any() or np.abs(places).max(initial=0) > size:
        raise ValueError(f"R call: {source(node)}: there are {size} values")
    at = np.trunc(places[places != 0]).astype(int)
    if (at > 0).all():
        return at - 1
    if (at < 0).all():
        return np.setdiff1d(np.arange(size), -at - 1)
    raise ValueError(f"R call: {source(node)}: places to take and to leave out together")
