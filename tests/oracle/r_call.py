"""Read R calls: enough of the language for the calls that stand beside reference results."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

TOKEN = re.compile(
    r"(?P<space>[ \t]+|#[^\n]*)|(?P<end>[;\n])|(?P<number>(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?L?)"
    r"|(?P<text>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
    r"|(?P<name>`[^`]+`|[A-Za-z.][\w.]*(?:::[A-Za-z.][\w.]*)?)"
    r"|(?P<op><-|%[^%]*%|\[\[|\]\]|==|!=|<=|>=|&&|\|\||[-+*/^~|&!<>=(){}\[\],:$])"
)
# From loose to tight; the unary minus stands between ":" and "^".
BINARY: tuple[tuple[str, ...], ...] = (
    ("<-",),
    ("~",),
    ("||", "|"),
    ("&&", "&"),
    ("==", "!=", "<", ">", "<=", ">="),
    ("+", "-"),
    ("*", "/"),
    ("%",),
    (":",),
)


@dataclass(frozen=True)
class Number:
    value: float


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
    """A call; `function` is the name without its package, or what is called."""

    function: str
    positional: tuple[Node, ...]
    named: tuple[tuple[str, Node], ...]

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
    object: Node
    args: tuple[Node | None, ...]
    is_double: bool


@dataclass(frozen=True)
class Function:
    parameters: tuple[str, ...]
    body: Node


@dataclass(frozen=True)
class Block:
    statements: tuple[Node, ...]


Node = Number | Text | Name | Unary | Binary | Call | Index | Function | Block


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, str, int]] = []
        at = 0
        while at < len(text):
            found = TOKEN.match(text, at)
            if found is None:
                raise ValueError(f"R call, position {at}: cannot read {text[at : at + 20]!r}")
            kind = str(found.lastgroup)
            if kind != "space":
                self.tokens.append((kind, found.group(), at))
            at = found.end()
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def kind(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else "stop"

    def take(self, wanted: str | None = None) -> str:
        found = self.peek()
        if (wanted is not None and found != wanted) or not found:
            where = self.tokens[self.at][2] if self.at < len(self.tokens) else len(self.text)
            raise ValueError(f"R call, position {where}: found {found!r}, wanted {wanted!r}")
        self.at += 1
        return found

    def skip_ends(self) -> None:
        while self.kind() == "end":
            self.at += 1

    def block(self, stop: str) -> Block:
        statements = []
        self.skip_ends()
        while self.peek() != stop and self.kind() != "stop":
            statements.append(self.expression(0))
            self.skip_ends()
        return Block(tuple(statements))

    def expression(self, level: int) -> Node:
        if level == len(BINARY):
            return self.unary()
        if level == 1 and self.peek() == "~":
            self.take()
            return Unary("~", self.expression(2))
        if level == 5 and self.peek() in ("+", "-"):
            # Unary signs bind tighter than "*"; "-" of a sum starts here.
            left: Node = self.expression(6)
        else:
            left = self.expression(level + 1)
        while self._is_op(level):
            op = self.take()
            self.skip_ends()
            right = self.expression(level if op == "<-" else level + 1)
            left = Binary(op, left, right)
        return left

    def _is_op(self, level: int) -> bool:
        if self.kind() != "op":
            return False
        found = self.peek()
        return found in BINARY[level] or (BINARY[level] == ("%",) and found[0] == "%")

    def unary(self) -> Node:
        if self.kind() == "op" and self.peek() in ("-", "+", "!"):
            op = self.take()
            return Unary(op, self.unary())
        return self.power()

    def power(self) -> Node:
        base = self.postfix()
        if self.peek() == "^" and self.kind() == "op":
            self.take()
            return Binary("^", base, self.unary())
        return base

    def postfix(self) -> Node:
        node = self.atom()
        while self.kind() == "op" and self.peek() in ("(", "[", "[[", "$"):
            op = self.take()
            if op == "$":
                node = Binary("$", node, self.atom())
            elif op == "(":
                positional, named = self.arguments(")")
                name = node.name.split("::")[-1] if isinstance(node, Name) else source(node)
                node = Call(name, tuple(p for p in positional if p is not None), named)
            else:
                positional, _ = self.arguments("]" if op == "[" else "]]")
                node = Index(node, positional, op == "[[")
        return node

    def arguments(self, stop: str) -> tuple[tuple[Node | None, ...], tuple[tuple[str, Node], ...]]:
        positional: list[Node | None] = []
        named: list[tuple[str, Node]] = []
        self.skip_ends()
        while self._at_stop(stop) is False:
            if self.peek() == ",":
                self.take()
                positional.append(None)
                self.skip_ends()
                if self._at_stop(stop):
                    positional.append(None)
                continue
            following = self.tokens[self.at + 1][1] if self.at + 1 < len(self.tokens) else ""
            if self.kind() in ("name", "text") and following == "=":
                key = self.take().strip("`'\"")
                self.take("=")
                self.skip_ends()
                named.append((key, self.expression(0)))
            else:
                positional.append(self.expression(0))
            self.skip_ends()
            if self.peek() == ",":
                self.take()
                self.skip_ends()
                if self._at_stop(stop):
                    positional.append(None)
        self._take_stop(stop)
        return tuple(positional), tuple(named)

    def _at_stop(self, stop: str) -> bool:
        # "]]" may close two single brackets.
        return self.peek() == stop or (stop == "]" and self.peek() == "]]")

    def _take_stop(self, stop: str) -> None:
        if stop == "]" and self.peek() == "]]":
            kind, _, where = self.tokens[self.at]
            self.tokens[self.at] = (kind, "]", where + 1)
            return
        self.take(stop)

    def atom(self) -> Node:
        kind, found = self.kind(), self.take()
        if kind == "number":
            return Number(float(found.rstrip("L")))
        if kind == "text":
            return Text(found[1:-1])
        if found == "function":
            self.take("(")
            positional, _ = self.arguments(")")
            names = tuple(node.name for node in positional if isinstance(node, Name))
            return Function(names, self.expression(0))
        if kind == "name":
            return Name(found.strip("`"))
        if found == "(":
            self.skip_ends()
            inside = self.expression(0)
            self.skip_ends()
            self.take(")")
            return Call("(", (inside,), ())
        if found == "{":
            block = self.block("}")
            self.take("}")
            return block
        raise ValueError(f"R call: found {found!r} where a value should stand")


def parse(text: str) -> Node:
    """Return the call's tree; a single statement stands for itself.

    Raises
    ------
    ValueError
        The text is beyond what is read here; the message has the position.
    """
    reader = _Reader(text.strip())
    block = reader.block("")
    if reader.kind() != "stop":
        reader.take("")
    return block.statements[0] if len(block.statements) == 1 else block


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
    elif isinstance(node, Function):
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


SPACED = ("+", "-", "*", "<-", "|", "&", "==", "!=", "<", ">", "<=", ">=")


def source(node: Node) -> str:
    """Return R's text of an expression, spaced as R prints it."""
    if isinstance(node, Number):
        return f"{node.value:.15g}"
    if isinstance(node, Text):
        return f'"{node.value}"'
    if isinstance(node, Name):
        return node.name
    if isinstance(node, Unary):
        return f"{node.op}{source(node.operand)}"
    if isinstance(node, Binary):
        gap = " " if node.op in SPACED or node.op.startswith("%") or node.op == "~" else ""
        return f"{source(node.left)}{gap}{node.op}{gap}{source(node.right)}"
    if isinstance(node, Call):
        inside = [source(arg) for arg in node.positional]
        inside += [f"{key} = {source(arg)}" for key, arg in node.named]
        return f"{'' if node.function == '(' else node.function}({', '.join(inside)})"
    if isinstance(node, Index):
        left, right = ("[[", "]]") if node.is_double else ("[", "]")
        return f"{source(node.object)}{left}{', '.join('' if a is None else source(a) for a in node.args)}{right}"
    if isinstance(node, Function):
        return f"function({', '.join(node.parameters)}) {source(node.body)}"
    return "{" + "; ".join(source(s) for s in node.statements) + "}"


FUNCTIONS: dict[str, Any] = {
    "sqrt": np.sqrt,
    "log": np.log,
    "exp": np.exp,
    "abs": np.abs,
    "(": lambda x: x,
    "factor": lambda x: x,
    "as.numeric": lambda x: x,
    "as.character": lambda x: x,
    "list": lambda *values: list(values),
    "length": len,
    "seq_along": lambda x: np.arange(1, len(x) + 1),
    "unique": lambda x: np.array(list(dict.fromkeys(np.asarray(x).tolist()))),
    "sum": np.sum,
    "mean": np.mean,
    "nrow": len,
}
CONSTANTS = {"TRUE": True, "FALSE": False, "T": True, "F": False, "NULL": None, "NA": np.nan}


def value(node: Node, data: Mapping[str, Any], frame: str = "dat") -> Any:
    """Return what an argument stands for: literals, columns of the frame, other objects.

    Columns are arrays, with NaN for missing numbers and None for missing text. `data` is the
    case's `input`.

    Raises
    ------
    ValueError
        A name that neither the frame nor the objects hold, or an expression beyond this reader.
    """
    if isinstance(node, (Number, Text)):
        return node.value
    if isinstance(node, Name):
        return _named(node.name, data, frame)
    if isinstance(node, Unary) and node.op in "+-":
        inside = value(node.operand, data, frame)
        return -inside if node.op == "-" else inside
    if isinstance(node, Binary):
        return _operation(node, data, frame)
    if isinstance(node, Call) and node.function == "c":
        arguments = (*node.positional, *(arg for _, arg in node.named))
        parts = [value(arg, data, frame) for arg in arguments]
        return np.array([x for part in parts for x in np.atleast_1d(part)])
    if isinstance(node, Call) and node.function in FUNCTIONS:
        return FUNCTIONS[node.function](*(value(arg, data, frame) for arg in node.positional))
    raise ValueError(f"R call: cannot read {source(node)}")


def _named(name: str, data: Mapping[str, Any], frame: str) -> Any:
    columns = data.get(frame)
    if isinstance(columns, Mapping) and name in columns:
        return column(columns[name])
    if name in data:
        return column(data[name])
    if name in CONSTANTS:
        return CONSTANTS[name]
    raise ValueError(f"R call: there is no {name} among {sorted(data)}")


OPERATORS: dict[str, Any] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "^": np.power,
    "==": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    ">": np.greater,
}


def _operation(node: Binary, data: Mapping[str, Any], frame: str) -> Any:
    if node.op == "$" and isinstance(node.left, Name) and isinstance(node.right, Name):
        if node.left.name in data:
            return column(data[node.left.name][node.right.name])
    elif node.op == ":" or node.op in OPERATORS:
        left, right = value(node.left, data, frame), value(node.right, data, frame)
        if node.op == ":":
            return np.arange(int(left), int(right) + 1)
        return OPERATORS[node.op](left, right)
    raise ValueError(f"R call: cannot read {source(node)}")


def column(values: Any) -> Any:
    """Return a column as an array: numbers as doubles with NaN for missing, text as objects."""
    if not isinstance(values, list):
        return values
    special = {"Infinity": np.inf, "-Infinity": -np.inf}
    given = [special.get(v, v) if isinstance(v, str) else v for v in values]
    if any(isinstance(v, str) for v in given):
        return np.array(given, dtype=object)
    if given and all(isinstance(v, bool) for v in given):
        return np.array(given)
    if any(isinstance(v, list) for v in given):
        return np.array(given, dtype=float)
    return np.array([np.nan if v is None else v for v in given], dtype=float)


def columns_of(data: Mapping[str, Any], frame: str = "dat") -> dict[str, Any]:
    """Return all columns of the case's frame."""
    return {name: column(values) for name, values in data.get(frame, {}).items()}


def formula_to_python(node: Node) -> str:
    """Return a model formula in formulaic's notation: factor(x) becomes C(x)."""
    if isinstance(node, Unary) and node.op == "~":
        return f"~ {formula_to_python(node.operand)}"
    if isinstance(node, Unary):
        return f"{node.op}{formula_to_python(node.operand)}"
    if isinstance(node, Call) and node.function == "I":
        return f"I({_python(node.positional[0])})"
    if isinstance(node, Call) and node.function == "factor":
        return f"C({_python(node.positional[0])})"
    if isinstance(node, Call) and node.function == "relevel":
        return _with_reference(node)
    if isinstance(node, Call) and node.function == "(":
        return f"({formula_to_python(node.positional[0])})"
    if isinstance(node, Binary) and node.op in ("+", "-", "*", ":", "/", "^"):
        op = "**" if node.op == "^" else node.op
        return f"{formula_to_python(node.left)} {op} {formula_to_python(node.right)}"
    return _python(node)


def _with_reference(node: Call) -> str:
    """Return relevel(factor(x), ref = "b") as a category whose reference is b."""
    inside, reference = node.positional[0], node.get("ref", 1)
    if isinstance(inside, Call) and inside.function == "factor":
        inside = inside.positional[0]
    if not isinstance(reference, (Text, Number)):
        raise ValueError(f"R call: cannot read {source(node)}")
    text = str(reference.value)
    base = text if re.fullmatch(r"-?\d+(\.\d+)?", text) else repr(text)
    return f"C({_python(inside)}, contr.treatment(base={base}))"


def _python(node: Node) -> str:
    """Return an arithmetic expression in Python's notation."""
    if isinstance(node, Number):
        return f"{node.value:.15g}"
    if isinstance(node, Name):
        return node.name
    if isinstance(node, Text):
        return repr(node.value)
    if isinstance(node, Unary):
        return f"{node.op}{_python(node.operand)}"
    if isinstance(node, Binary):
        return f"{_python(node.left)} {'**' if node.op == '^' else node.op} {_python(node.right)}"
    if isinstance(node, Call):
        inside = ", ".join(_python(arg) for arg in node.positional)
        name = {"(": "", "sqrt": "np.sqrt", "abs": "np.abs"}.get(node.function, node.function)
        return f"{name}({inside})"
    raise ValueError(f"R call: {source(node)} cannot stand in a formula")


def r_coefficient_names(names: Sequence[str], formula: Node | None) -> list[str]:
    """Return metafor's names for formulaic's columns."""
    written: dict[str, str] = {}
    for term in _atoms(formula) if formula is not None else []:
        written[formula_to_python(term).replace(" ", "")] = source(term)
    order = list(written)
    found = []
    for name in names:
        parts = [] if name == "Intercept" else _split(name)
        # R orders an interaction by where its variables first stand in the formula.
        parts.sort(key=lambda part: order.index(_term(part)) if _term(part) in order else 0)
        found.append(":".join(_r_name(part, written) for part in parts) or "intrcpt")
    return found


def _atoms(node: Node) -> Iterator[Node]:
    """Yield the variables and calls of a formula."""
    if isinstance(node, (Name, Call)) and not (isinstance(node, Call) and node.function == "("):
        yield node
        return
    for child in children(node):
        yield from _atoms(child)


def _split(name: str) -> list[str]:
    """Split an interaction at colons outside brackets."""
    parts, depth, start = [], 0, 0
    for i, sign in enumerate(name):
        depth += sign in "([" or -(sign in ")]")
        if sign == ":" and depth == 0:
            parts.append(name[start:i])
            start = i + 1
    return [*parts, name[start:]]


def _term(part: str) -> str:
    return re.sub(r"\[(T\.)?[^\[]*\]$", "", part).replace(" ", "")


def _r_name(part: str, written: Mapping[str, str]) -> str:
    match = re.match(r"^(?P<term>.*?)(?:\[(?:T\.)?(?P<level>.*)\])?$", part)
    assert match is not None
    term = written.get(match["term"].replace(" ", ""), match["term"])
    level = match["level"]
    if level is None:
        return term
    if re.fullmatch(r"-?\d+\.0", level):
        level = level[:-2]
    return term + {"True": "TRUE", "False": "FALSE"}.get(level, level)
