"""The tree of an R call: its nodes, what stands in it, and its text as R prints it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

NAME = r"(?:[^\W\d_]|\.(?!\d))[\w.]*"
SYNTACTIC = re.compile(rf"{NAME}(?::::?{NAME})?")
RESERVED = {"if", "else", "function", "for", "while", "repeat", "break", "next", "in"}


@dataclass(frozen=True)
class Number:
    """A number; `2L` is 2 for all but its text."""

    value: float
    is_integer: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Text:
    value: str


@dataclass(frozen=True)
class Name:
    name: str


@dataclass(frozen=True)
class Unary:
    op: str
    operand: Node


@dataclass(frozen=True)
class Binary:
    op: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Call:
    """A call; `function` is the name without its package, or the text of what is called.

    Brackets are a call of "(", and `if` is one of "if" with two or three arguments.
    """

    function: str
    positional: tuple[Node, ...]
    named: tuple[tuple[str, Node], ...]
    package: str = field(default="", compare=False)

    def get(self, name: str, position: int | None = None) -> Node | None:
        """Return a named argument, else the one at a position, else None."""
        for key, value in self.named:
            if key == name:
                return value
        if position is not None and position < len(self.positional):
            return self.positional[position]
        return None


@dataclass(frozen=True)
class Index:
    """`x[i, j]` or `x[[i]]`; None stands for an argument left empty."""

    object: Node
    args: tuple[Node | None, ...]
    is_double: bool
    named: tuple[tuple[str, Node], ...] = ()


@dataclass(frozen=True)
class Function:
    """A function's parameters, each with its default or None, and its body."""

    parameters: tuple[tuple[str, Node | None], ...]
    body: Node


@dataclass(frozen=True)
class Block:
    statements: tuple[Node, ...]


Node = Number | Text | Name | Unary | Binary | Call | Index | Function | Block


def children(node: Node) -> Iterator[Node]:
    """Yield what a node is made of, in order."""
    if isinstance(node, Unary):
        yield node.operand
    elif isinstance(node, Binary):
        yield node.left
        yield node.right
    elif isinstance(node, Call):
        yield from node.positional
        yield from (value for _, value in node.named)
    elif isinstance(node, Index):
        yield node.object
        yield from (arg for arg in node.args if arg is not None)
        yield from (value for _, value in node.named)
    elif isinstance(node, Function):
        yield from (default for _, default in node.parameters if default is not None)
        yield node.body
    elif isinstance(node, Block):
        yield from node.statements


def find_calls(node: Node, *names: str) -> list[Call]:
    """Return all calls of these functions, in the order in which they stand."""
    found = [node] if isinstance(node, Call) and node.function in names else []
    for child in children(node):
        found += find_calls(child, *names)
    return found


def assignments(node: Node) -> dict[str, Node]:
    """Return what each name of a block is given."""
    found: dict[str, Node] = {}
    if isinstance(node, Binary) and node.op == "<-" and isinstance(node.left, Name):
        found[node.left.name] = node.right
    for child in children(node):
        found |= assignments(child)
    return found


CLOSE_OPERATORS = ("/", "^", ":", "$", "%%", "%/%")
ESCAPED = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def source(node: Node) -> str:
    """Return R's text of an expression, spaced as R prints it (on one line).

    As in R, a name that needs backquotes has them within an expression, and none alone.
    """
    return node.name if isinstance(node, Name) else _text(node)


def _text(node: Node) -> str:
    if isinstance(node, Number):
        return f"{int(node.value)}L" if node.is_integer else number_text(node.value)
    if isinstance(node, Text):
        return '"' + "".join(ESCAPED.get(sign, sign) for sign in node.value) + '"'
    if isinstance(node, Name):
        return quoted_name(node.name)
    if isinstance(node, Unary):
        return f"{node.op}{_text(node.operand)}"
    if isinstance(node, Binary):
        gap = "" if node.op in CLOSE_OPERATORS else " "
        return f"{_text(node.left)}{gap}{node.op}{gap}{_text(node.right)}"
    if isinstance(node, Call):
        return _call_text(node)
    if isinstance(node, Index):
        left, right = ("[[", "]]") if node.is_double else ("[", "]")
        return f"{_text(node.object)}{left}{_listed(node.args, node.named)}{right}"
    if isinstance(node, Function):
        inside = ", ".join(
            quoted_name(name) + ("" if default is None else f" = {_text(default)}")
            for name, default in node.parameters
        )
        return f"function({inside}) {_text(node.body)}"
    return "{" + "; ".join(_text(s) for s in node.statements) + "}"


def _call_text(call: Call) -> str:
    if call.function == "if":
        test, yes, *no = (_text(arg) for arg in call.positional)
        return f"if ({test}) {yes}" + "".join(f" else {part}" for part in no)
    name = "" if call.function == "(" else call.function
    return f"{call.package}{name}({_listed(call.positional, call.named)})"


def _listed(positional: tuple[Node | None, ...], named: tuple[tuple[str, Node], ...]) -> str:
    parts = ["" if arg is None else _text(arg) for arg in positional]
    parts += [f"{quoted_name(key)} = {_text(arg)}" for key, arg in named]
    return ", ".join(parts)


def quoted_name(name: str) -> str:
    """Return a name as it stands within an expression."""
    return name if SYNTACTIC.fullmatch(name) and name not in RESERVED else f"`{name}`"


def number_text(value: float) -> str:
    """Return a number as R prints it: at most 15 digits, in powers of ten where that is shorter."""
    if value != value:
        return "NA"
    if value in (float("inf"), float("-inf")):
        return "Inf" if value > 0 else "-Inf"
    digits, _, exponent = f"{value:.14e}".partition("e")
    digits = digits.rstrip("0").rstrip(".")
    power = int(exponent)
    decimals = max(0, len(digits.replace("-", "").replace(".", "")) - 1 - power)
    plain, scientific = f"{value:.{decimals}f}", f"{digits}e{power:+03d}"
    return plain if len(plain) <= len(scientific) else scientific
