"""Read R calls: enough of the language for the calls that stand beside reference results."""

from __future__ import annotations

from tests.oracle.r_formula import columns_of, formula_to_python, r_coefficient_names
from tests.oracle.r_reader import parse
from tests.oracle.r_tree import (
    Binary,
    Block,
    Call,
    Function,
    Index,
    Name,
    Node,
    Number,
    Text,
    Unary,
    assignments,
    children,
    find_calls,
    source,
)
from tests.oracle.r_values import value
from tests.oracle.r_vectors import Factor, column

__all__ = [
    "Binary",
    "Block",
    "Call",
    "Factor",
    "Function",
    "Index",
    "Name",
    "Node",
    "Number",
    "Text",
    "Unary",
    "assignments",
    "children",
    "column",
    "columns_of",
    "find_calls",
    "formula_to_python",
    "parse",
    "r_coefficient_names",
    "source",
    "value",
]
