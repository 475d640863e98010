"""R's model formulas in formulaic's notation, and its columns by the names that R gives them."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from tests.oracle.r_tree import (
    Binary,
    Call,
    Name,
    Node,
    Number,
    Text,
    Unary,
    number_text,
    quoted_name,
    source,
)
from tests.oracle.r_values import value
from tests.oracle.r_vectors import column

# Operators that make terms of terms; the others stand within one.
OF_TERMS = ("+", "-", "*", ":", "/", "^")
TRUTHS = {"==": "==", "!=": "!=", "<": "<", ">": ">", "<=": "<=", ">=": ">=", "&": "&", "|": "|"}
ARITHMETIC = {"+": "+", "-": "-", "*": "*", "/": "/", "^": "**", "%%": "%", "%/%": "//"}
WORDS = {"TRUE": "True", "FALSE": "False", "T": "True", "F": "False", "pi": "np.pi"}
FUNCTIONS = {name: name for name in ("log", "log10", "log2", "exp", "poly", "scale")} | {
    name: f"np.{name}" for name in ("sqrt", "abs", "log1p", "mean", "median", "sum", "max", "min")
}


def python_name(name: str) -> str:
    """Return a column's name as Python reads it: the same, unless it has dots, spaces or so."""
    if keyword.iskeyword(name):
        return f"{name}_"
    return re.sub(r"\W", lambda sign: f"_{ord(sign[0]):x}_", name)


def columns_of(data: Mapping[str, Any], frame: str = "dat") -> dict[str, Any]:
    """Return all columns of the case's frame for a model's formula.

    Truth values are R's texts TRUE and FALSE, for a model makes categories of them. A column whose
    name Python cannot read is there by the name `python_name` gives as well.
    """
    found: dict[str, Any] = {}
    for name, values in data.get(frame, {}).items():
        known = [v for v in values if v is not None] if isinstance(values, list) else []
        if known and all(isinstance(v, bool) for v in known):
            words = {True: "TRUE", False: "FALSE", None: None}
            found[name] = np.array([words[v] for v in values], dtype=object)
        else:
            found[name] = column(values)
    return found | {python_name(name): values for name, values in found.items()}


def formula_to_python(node: Node) -> str:
    """Return a model formula in formulaic's notation: factor(x) becomes C(x).

    Raises
    ------
    ValueError
        The formula has what formulaic does otherwise than R, or what is not read here.
    """
    if isinstance(node, Unary) and node.op == "~":
        return f"~ {formula_to_python(node.operand)}"
    if isinstance(node, Unary) and node.op in "+-":
        return f"{node.op}{formula_to_python(node.operand)}"
    if isinstance(node, Call) and node.function == "(":
        return f"({formula_to_python(node.positional[0])})"
    if isinstance(node, Binary) and node.op in OF_TERMS:
        op = "**" if node.op == "^" else node.op
        return f"{formula_to_python(node.left)} {op} {formula_to_python(node.right)}"
    if isinstance(node, Binary) and node.op == "%in%":
        raise ValueError(f"R call: {source(node)}: %in% between terms is not read here")
    return _atom(node)


def _atoms(node: Node) -> Iterator[Node]:
    """Yield the variables and calls of a formula, each of which gives its own columns."""
    if isinstance(node, Unary) and node.op in "~+-":
        yield from _atoms(node.operand)
    elif isinstance(node, Call) and node.function == "(":
        yield from _atoms(node.positional[0])
    elif isinstance(node, Binary) and node.op in OF_TERMS:
        yield from _atoms(node.left)
        yield from _atoms(node.right)
    elif not isinstance(node, Number):
        yield node


def _atom(node: Node) -> str:
    if _is_truth(node):
        # R makes a category of a condition, with FALSE as the reference.
        return f"C({_python(node)})"
    if not isinstance(node, Call):
        return _python(node)
    if node.function == "I":
        inside = node.positional[0]
        return _atom(inside) if _is_truth(inside) else f"I({_python(inside)})"
    if node.function in ("factor", "as.factor", "relevel"):
        return _category(node)
    if node.function in FUNCTIONS and not (node.function == "log" and len(_arguments(node)) > 1):
        return _python(node)
    return f"I({_python(node)})"


def _is_truth(node: Node) -> bool:
    """Return whether an expression is a condition."""
    if isinstance(node, Call) and node.function == "(":
        return _is_truth(node.positional[0])
    if isinstance(node, Binary):
        return node.op in TRUTHS or node.op == "%in%"
    return isinstance(node, Unary) and node.op == "!"


def _category(node: Call) -> str:
    """Return factor(x, levels =) or relevel(factor(x), ref =) as formulaic's C()."""
    reference = node.get("ref", 1) if node.function == "relevel" else None
    inside = node.positional[0] if node.function == "relevel" and node.positional else node
    if not isinstance(inside, Call) or inside.function not in ("factor", "as.factor"):
        raise ValueError(f"R call: cannot read {source(node)} in a formula: relevel a factor")
    if any(key not in ("x", "levels") for key, _ in inside.named) or len(inside.positional) > 2:
        raise ValueError(f"R call: cannot read {source(node)} in a formula: labels and the like")
    variable, levels = inside.get("x", 0), inside.get("levels", 1)
    if variable is None:
        raise ValueError(f"R call: cannot read {source(node)} in a formula: no variable")
    parts = [_python(variable)]
    if reference is not None:
        parts.append(f"contr.treatment(base={_level(reference, node)})")
    if levels is not None:
        given = np.atleast_1d(value(levels, {})).tolist()
        parts.append(f"levels=[{', '.join(repr(level) for level in given)}]")
    return f"C({', '.join(parts)})"


def _level(node: Node, whole: Call) -> str:
    """Return a reference category; R takes that of a number as a text too."""
    if isinstance(node, Text):
        is_number = re.fullmatch(r"-?\d+(\.\d+)?", node.value)
        return node.value if is_number else repr(node.value)
    raise ValueError(f"R call: cannot read {source(whole)} in a formula: give ref as a text")


def _arguments(node: Call) -> list[Node]:
    return [*node.positional, *(arg for _, arg in node.named)]


def _python(node: Node) -> str:
    """Return an expression of columns in Python's notation."""
    if isinstance(node, Number):
        return f"{node.value:.15g}"
    if isinstance(node, Name):
        return WORDS.get(node.name, python_name(node.name))
    if isinstance(node, Text):
        return repr(node.value)
    if isinstance(node, Unary) and node.op in "+-":
        return f"{node.op}{_number(node.operand)}"
    if isinstance(node, Unary) and node.op == "!":
        inside = _python(node.operand)
        # A column of truth values has R's texts, see columns_of.
        return f"({inside} == 'FALSE')" if isinstance(node.operand, Name) else f"~({inside})"
    if isinstance(node, Binary):
        side = _number if node.op in ARITHMETIC else _python
        left, right = side(node.left), side(node.right)
        if node.op == "%in%":
            return f"np.isin({left}, {right})"
        # Python binds these otherwise than R.
        if node.op in ("&", "|", "%%", "%/%"):
            left, right = f"({left})", f"({right})"
        op = TRUTHS.get(node.op) or ARITHMETIC.get(node.op)
        if op is not None:
            found = f"{left} {op} {right}"
            return f"({found})" if node.op in ("%%", "%/%") else found
    if isinstance(node, Call):
        return _function(node)
    raise ValueError(f"R call: {source(node)} cannot stand in a formula")


def _number(node: Node) -> str:
    """Return an expression in a sum or product, where a condition counts as 0 or 1."""
    found = _python(node)
    return f"(({found}) * 1.0)" if _is_truth(node) else found


def _function(node: Call) -> str:
    parts = [_python(arg) for arg in _arguments(node)]
    name, n = node.function, len(parts)
    if name == "(":
        return f"({parts[0]})"
    if name == "I" and n == 1:
        return f"({parts[0]})"
    if name == "c" and n:
        return f"[{', '.join(parts)}]"
    if name == "log" and n == 2:
        return f"(np.log({parts[0]}) / np.log({parts[1]}))"
    if name in ("as.numeric", "as.integer") and n == 1 and _is_truth(node.positional[0]):
        return _number(node.positional[0])
    if name == "as.numeric" and n == 1 and isinstance(node.positional[0], Name):
        return f"({parts[0]} * 1.0)"
    if name == "sd" and n == 1:
        return f"np.std({parts[0]}, ddof=1)"
    texts = [arg for arg in _arguments(node) if isinstance(arg, Text)]
    if name == "ifelse" and n == 3 and not texts:
        return f"np.where({', '.join(parts)})"
    keys = {key for key, _ in node.named}
    if name in FUNCTIONS and (not keys or (name == "scale" and keys <= {"center", "scale"})):
        inside = [_python(arg) for arg in node.positional]
        inside += [f"{key}={_python(arg)}" for key, arg in node.named]
        return f"{FUNCTIONS[name]}({', '.join(inside)})"
    raise ValueError(f"R call: {source(node)} cannot stand in a formula")


def r_coefficient_names(names: Sequence[str], formula: Node | None) -> list[str]:
    """Return metafor's names for formulaic's columns."""
    written: dict[str, str] = {}
    for term in _atoms(formula) if formula is not None else []:
        text = quoted_name(term.name) if isinstance(term, Name) else source(term)
        written[_plain(_atom(term))] = text
    order = list(written)
    found = []
    for name in names:
        parts = [] if name == "Intercept" else _split(name)
        # R orders an interaction by where its variables first stand in the formula.
        parts.sort(key=lambda part: order.index(part[0]) if part[0] in order else 0)
        found.append(":".join(_r_name(*part, written) for part in parts) or "intrcpt")
    return found


def _plain(term: str) -> str:
    """Return Python's text of a term as Python itself writes it."""
    return ast.unparse(ast.parse(term.strip(), mode="eval"))


def _split(name: str) -> list[tuple[str, str | None]]:
    """Return the terms of an interaction, each with its category or None."""
    parts: list[tuple[str, str | None]] = []
    start = depth = at = 0
    quote = ""
    while at < len(name):
        sign = name[at]
        if quote:
            at += sign == "\\"
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        elif sign == "[" and depth == 0:
            # A category ends at a bracket before a colon or at the end.
            end = re.compile(r"\](?=:|$)").search(name, at)
            assert end is not None
            parts.append((_plain(name[start:at]), name[at + 1 : end.start()].removeprefix("T.")))
            at, start = end.end(), end.end() + 1
        elif sign == ":" and depth == 0:
            parts.append((_plain(name[start:at]), None))
            start = at + 1
        else:
            depth += (sign in "([") - (sign in ")]")
        at += 1
    return [*parts, (_plain(name[start:]), None)] if start < len(name) else parts


def _r_name(term: str, level: str | None, written: Mapping[str, str]) -> str:
    found = written.get(term, term)
    if level is None:
        return found
    if re.fullmatch(r"-?[\d.]+(e[+-]?\d+)?", level) and repr(float(level)) == level:
        level = number_text(float(level))
    return found + {"True": "TRUE", "False": "FALSE"}.get(level, level)
