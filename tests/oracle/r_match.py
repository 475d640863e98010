"""Find an expression of a given form in an R call: which column plays which part.

A form is R text. In it `._name` stands for any name or `frame$name`, and `.__name` for any
expression; one that stands twice stands for the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from tests.oracle.r_call import (
    Binary,
    Block,
    Call,
    Function,
    Index,
    Name,
    Node,
    Unary,
    assignments,
    children,
    parse,
)

Bindings = dict[str, Node]


def inlined(node: Node) -> Node:
    """Return the tree without brackets, packages' names and names that a block gives values to."""
    return _plain(node, assignments(node))


def _plain(node: Node, given: Mapping[str, Node]) -> Node:
    if isinstance(node, Name):
        name = node.name.split("::")[-1]
        if name in given:
            return _plain(given[name], {k: v for k, v in given.items() if k != name})
        return Name(name)
    if isinstance(node, Unary):
        return Unary(node.op, _plain(node.operand, given))
    if isinstance(node, Binary):
        # The left of an arrow, and a column's name, are not values.
        left = node.left if node.op in ("<-", "$") else _plain(node.left, given)
        right = node.right if node.op == "$" else _plain(node.right, given)
        return Binary(node.op, left, right)
    if isinstance(node, Call):
        if node.function == "(":
            return _plain(node.positional[0], given)
        return Call(
            node.function,
            tuple(_plain(arg, given) for arg in node.positional),
            tuple((key, _plain(arg, given)) for key, arg in node.named),
        )
    if isinstance(node, Block):
        return Block(tuple(_plain(s, given) for s in node.statements))
    if isinstance(node, (Function, Index)):
        return node
    return node


def find(form: str, node: Node, is_value: Callable[[Node], bool]) -> Bindings | None:
    """Return the first place of this form, in the order of reading; None if there is none.

    Parameters
    ----------
    is_value
        Whether a name may stand for `._name`: that of a column, say.
    """
    wanted = inlined(parse(form))
    for place in _walk(node):
        found = matched(wanted, place, is_value)
        if found is not None:
            return found
    return None


def is_of(form: str, node: Node, is_value: Callable[[Node], bool]) -> Bindings | None:
    """Return the parts of an expression that has this form as a whole, else None."""
    return matched(inlined(parse(form)), node, is_value)


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in children(node):
        yield from _walk(child)


def matched(wanted: Node, node: Node, is_value: Callable[[Node], bool]) -> Bindings | None:
    """Return what the parts of a form stand for in a node, or None if it has another form."""
    bindings: Bindings = {}
    return bindings if _fits(wanted, node, is_value, bindings) else None


def _fits(wanted: Node, node: Node, is_value: Callable[[Node], bool], bindings: Bindings) -> bool:
    if isinstance(wanted, Name) and wanted.name.startswith("._"):
        if not wanted.name.startswith(".__") and not is_value(node):
            return False
        return bindings.setdefault(wanted.name.lstrip("._"), node) == node
    if isinstance(wanted, Binary) and isinstance(node, Binary):
        return (
            wanted.op == node.op
            and _fits(wanted.left, node.left, is_value, bindings)
            and _fits(wanted.right, node.right, is_value, bindings)
        )
    if isinstance(wanted, Call) and isinstance(node, Call):
        return (
            wanted.function == node.function
            and len(wanted.positional) == len(node.positional)
            and all(
                _fits(w, n, is_value, bindings)
                for w, n in zip(wanted.positional, node.positional, strict=True)
            )
        )
    return wanted == node
