"""What R does with missing values: rows in which the model's variables have gaps are left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from tests.oracle.r_call import Call, Name, Node, assignments, children

Case = Mapping[str, Any]


def complete_cases(case: Case, whole: Node, call: Call, frame: str = "dat") -> Case:
    """Return the case without the rows in which a variable of the model has no value.

    Parameters
    ----------
    case : mapping
        A reference case.
    whole, call : Node
        Its whole text, in which objects are made, and the call that fits the model.
    """
    columns = case["input"].get(frame)
    if not isinstance(columns, Mapping) or not columns:
        return case
    made = assignments(whole)
    wanted = {"yi", "vi"} if call.get("yi", 0) is None else set()
    for arg in [*call.positional, *(arg for _, arg in call.named)]:
        for name in _names(arg):
            wanted |= {name} | (set(_names(made[name])) if name in made else set())
    n = len(next(iter(columns.values())))
    kept = np.ones(n, dtype=bool)
    for name in wanted & set(columns):
        kept &= np.array([value is not None for value in columns[name]])
    return case if kept.all() else rows_kept(case, np.flatnonzero(kept), frame)


def rows_kept(case: Case, rows: np.ndarray[Any, Any], frame: str = "dat") -> Case:
    """Return the case with some rows of its frame, and of what goes along with them."""
    columns = case["input"][frame]
    n = len(next(iter(columns.values())))
    cut = {frame: {name: [values[i] for i in rows] for name, values in columns.items()}}
    for name, values in case["input"].items():
        if name != frame:
            cut[name] = _cut(values, rows, n)
    return {**case, "input": cut}


def _cut(values: Any, rows: np.ndarray[Any, Any], n: int) -> Any:
    """Return a vector or square matrix of all rows for the rows kept; other objects as they are."""
    if not isinstance(values, list) or len(values) != n:
        return values
    if all(isinstance(row, list) and len(row) == n for row in values):
        return [[values[i][j] for j in rows] for i in rows]
    return [values[i] for i in rows]


def _names(node: Node) -> Iterator[str]:
    if isinstance(node, Name):
        yield node.name
    for child in children(node):
        yield from _names(child)
