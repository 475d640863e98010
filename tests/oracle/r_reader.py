"""From the text of an R call to its tree: enough of R's grammar for calls of reference results."""

from __future__ import annotations

import re

from tests.oracle.r_tree import (
    NAME,
    RESERVED,
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
    source,
)

TOKEN = re.compile(
    r"(?P<space>[ \t\r]+|\#[^\n]*)|(?P<end>[;\n])"
    r"|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?L?)"
    r"|(?P<text>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
    rf"|(?P<name>`[^`]+`|{NAME}(?::::?{NAME})?)"
    r"|(?P<op><-|\|>|%[^%\n]*%|\[\[|==|!=|<=|>=|&&|\|\||[-+*/^~|&!<>=(){}\[\],:$\\])",
    re.DOTALL,
)
# How tightly R's operators bind, as in its manual (?Syntax).
BINDS = {"<-": 1, "~": 2, "||": 3, "|": 3, "&&": 4, "&": 4}
BINDS |= dict.fromkeys(("==", "!=", "<", ">", "<=", ">="), 6)
BINDS |= {"+": 7, "-": 7, "*": 8, "/": 8, "|>": 9, ":": 10, "^": 12}
SPECIAL, COMPARISON = 9, 6
PREFIX = {"~": 3, "!": 5, "-": 11, "+": 11}
FROM_THE_RIGHT = ("<-", "^")
OPENED_BY = {")": "(", "]": "[", "]]": "[[", "}": "{"}
ESCAPES = {"n": "\n", "t": "\t", "r": "\r"} | {s: s for s in "\\'\"`"}
ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{1,2})|u\{?([0-9a-fA-F]{1,4})\}?|(.))", re.DOTALL)

Token = tuple[str, str, int]


def parse(text: str) -> Node:
    """Return the call's tree; a single statement stands for itself.

    `x = 3` as a statement is read as `x <- 3`, `a |> f(b)` as `f(a, b)`, and `\\(x)` as
    `function(x)`.

    Raises
    ------
    ValueError
        The text is beyond what is read here; the message has the position, counted from 1, and
        what stands there.
    """
    reader = _Reader(text)
    block = reader.block("")
    return block.statements[0] if len(block.statements) == 1 else block


def _tokens(text: str) -> list[Token]:
    """Return the tokens; a new line within round or square brackets ends nothing."""
    tokens: list[Token] = []
    open_ones: list[str] = []
    at = 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"R call, position {at + 1}: cannot read {text[at : at + 20]!r}")
        kind, found = str(match.lastgroup), match.group()
        if found == "]" and open_ones[-1:] == ["[["] and text[at : at + 2] == "]]":
            found = "]]"
        if kind == "op" and found in ("(", "[", "[[", "{"):
            open_ones.append(found)
        elif kind == "op" and open_ones[-1:] == [OPENED_BY.get(found, "")]:
            open_ones.pop()
        is_inside = bool(open_ones) and open_ones[-1] != "{"
        if kind != "space" and not (found == "\n" and is_inside):
            tokens.append((kind, found, at))
        at += len(found)
    return [*tokens, ("stop", "", len(text))]


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens = _tokens(text)
        self.at = 0
        self.braces = 0

    def peek(self) -> str:
        return self.tokens[self.at][1]

    def kind(self) -> str:
        return self.tokens[self.at][0]

    def is_op(self, *signs: str) -> bool:
        return self.kind() == "op" and self.peek() in signs

    def refuse(self, wanted: str, at: int | None = None) -> ValueError:
        _, found, where = self.tokens[self.at if at is None else at]
        there = repr(found) if found else "the end"
        return ValueError(f"R call, position {where + 1}: found {there}, wanted {wanted}")

    def take(self, wanted: str | None = None) -> str:
        if wanted is not None and not self.is_op(wanted):
            raise self.refuse(repr(wanted))
        self.at += 1
        return self.tokens[self.at - 1][1]

    def skip(self, ends: str = "\n") -> None:
        while self.kind() == "end" and self.peek() in ends:
            self.at += 1

    def block(self, stop: str) -> Block:
        """Read statements, each on its own line or after a semicolon."""
        statements = []
        self.skip("\n;")
        while not (self.is_op(stop) if stop else self.kind() == "stop"):
            statements.append(self.statement())
            if self.kind() not in ("end", "stop") and not (stop and self.is_op(stop)):
                raise self.refuse("a new line or ';' before another statement")
            self.skip("\n;")
        return Block(tuple(statements))

    def statement(self) -> Node:
        left = self.expression(0)
        if not self.is_op("="):
            return left
        self.take()
        self.skip()
        return Binary("<-", left, self.statement())

    def expression(self, tightest: int) -> Node:
        """Read an expression of operators that bind at least as tightly as this."""
        left = self.operand()
        while self.kind() == "op":
            op = self.peek()
            binds = SPECIAL if op[0] == "%" else BINDS.get(op, -1)
            if binds < tightest:
                break
            self.take()
            self.skip()
            start = self.at
            right = self.expression(binds if op in FROM_THE_RIGHT else binds + 1)
            left = self.piped(left, right, start) if op == "|>" else Binary(op, left, right)
            if binds == COMPARISON and BINDS.get(self.peek()) == COMPARISON and self.kind() == "op":
                raise self.refuse("no second comparison: R does not chain them")
        return left

    def piped(self, left: Node, right: Node, start: int) -> Call:
        if not isinstance(right, Call) or right.function in ("(", "if"):
            raise self.refuse("a call after '|>'", start)
        return Call(right.function, (left, *right.positional), right.named, right.package)

    def operand(self) -> Node:
        if self.kind() == "op" and self.peek() in PREFIX:
            op = self.take()
            self.skip()
            return Unary(op, self.expression(PREFIX[op]))
        node = self.atom()
        while self.is_op("(", "[", "[[", "$"):
            op = self.take()
            if op == "$":
                node = Binary("$", node, self.column())
            elif op == "(":
                node = self.call(node)
            else:
                stop = "]" if op == "[" else "]]"
                args, named = self.arguments(stop)
                node = Index(node, args, op == "[[", named)
        return node

    def column(self) -> Node:
        self.skip()
        if self.kind() == "name":
            return Name(self.take().strip("`"))
        if self.kind() == "text":
            return Name(self.unescaped())
        raise self.refuse("a name after '$'")

    def call(self, node: Node) -> Call:
        args, named = self.arguments(")")
        positional = tuple(arg for arg in args if arg is not None)
        if not isinstance(node, Name):
            return Call(source(node), positional, named)
        package, colons, name = node.name.rpartition("::")
        return Call(name, positional, named, package + colons)

    def arguments(self, stop: str) -> tuple[tuple[Node | None, ...], tuple[tuple[str, Node], ...]]:
        """Read arguments up to a closing bracket; one left empty is None."""
        positional: list[Node | None] = []
        named: list[tuple[str, Node]] = []
        while not (self.is_op(stop) and not positional and not named):
            _, following, _ = self.tokens[min(self.at + 1, len(self.tokens) - 1)]
            if self.is_op(",", stop):
                positional.append(None)
            elif self.kind() in ("name", "text") and following == "=":
                key = self.unescaped() if self.kind() == "text" else self.take().strip("`")
                self.take("=")
                named.append((key, self.expression(0)))
            else:
                positional.append(self.expression(0))
            if not self.is_op(","):
                break
            self.take()
        if not self.is_op(stop):
            raise self.refuse(f"',' or {stop!r}")
        self.take(stop)
        return tuple(positional), tuple(named)

    def unescaped(self) -> str:
        """Take a text and return what it says."""
        start = self.at

        def said(match: re.Match[str]) -> str:
            code = match[1] or match[2]
            if code is None and match[3] not in ESCAPES:
                raise self.refuse("no escape that R does not know", start)
            return chr(int(code, 16)) if code else ESCAPES[match[3]]

        found = ESCAPE.sub(said, self.tokens[start][1][1:-1])
        self.at += 1
        return found

    def atom(self) -> Node:
        kind, found = self.kind(), self.peek()
        if kind == "number":
            self.take()
            return Number(float(found.rstrip("L")), found.endswith("L"))
        if kind == "text":
            return Text(self.unescaped())
        if found in ("function", "\\"):
            return self.function()
        if kind == "name" and found == "if":
            return self.condition()
        if kind == "name" and found not in RESERVED:
            self.take()
            return Name(found.strip("`"))
        if self.is_op("("):
            self.take()
            inside = self.statement()
            self.take(")")
            return Call("(", (inside,), ())
        if self.is_op("{"):
            self.take()
            self.braces += 1
            block = self.block("}")
            self.braces -= 1
            self.take("}")
            return block
        raise self.refuse("a value")

    def function(self) -> Function:
        self.take()
        self.take("(")
        parameters: list[tuple[str, Node | None]] = []
        while not self.is_op(")"):
            if self.kind() != "name":
                raise self.refuse("a parameter's name")
            name, default = self.take().strip("`"), None
            if self.is_op("="):
                self.take()
                default = self.expression(0)
            parameters.append((name, default))
            if not self.is_op(")"):
                self.take(",")
        self.take(")")
        self.skip()
        return Function(tuple(parameters), self.expression(0))

    def condition(self) -> Call:
        self.take()
        self.take("(")
        test = self.expression(0)
        self.take(")")
        self.skip()
        parts = [test, self.expression(0)]
        before = self.at
        if self.braces:
            self.skip()
        if self.kind() == "name" and self.peek() == "else":
            self.take()
            self.skip()
            parts.append(self.expression(0))
        else:
            self.at = before
        return Call("if", tuple(parts), ())
