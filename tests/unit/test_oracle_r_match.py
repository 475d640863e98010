"""The finder of columns by the form of an expression."""

from __future__ import annotations

from tests.oracle.r_call import Name, Node, parse, source
from tests.oracle.r_match import find, inlined, is_of


def _is_column(node: Node) -> bool:
    return isinstance(node, Name) and node.name in ("g", "size", "rho")


def test_parts_are_found_whatever_their_names() -> None:
    node = inlined(parse("with(dat, list(deff=1+(size-1)*rho))"))
    found = find("(._n - 1)*._icc", node, _is_column)
    assert found is not None
    assert {k: source(v) for k, v in found.items()} == {"n": "size", "icc": "rho"}


def test_names_given_values_are_replaced_and_brackets_go() -> None:
    node = inlined(parse("{D <- 1+(size-1)*rho; x <- g/(D); list(v=x^2)}"))
    assert find("(._g/(1 + (._n - 1)*._icc))^2", node, _is_column) is not None


def test_a_part_that_stands_twice_is_one() -> None:
    assert is_of("._a/(1 - ._a)", inlined(parse("g/(1-g)")), _is_column) is not None
    assert is_of("._a/(1 - ._a)", inlined(parse("g/(1-rho)")), _is_column) is None


def test_what_is_no_column_is_not_taken_for_one() -> None:
    node = inlined(parse("J*g*sqrt(rho)"))
    found = find(".__j*._g*sqrt(.__x)", node, _is_column)
    assert found is not None
    assert source(found["g"]) == "g"
    assert find("._j*._g*sqrt(.__x)", node, _is_column) is None


def test_packages_names_are_taken_off() -> None:
    assert is_of("._d*pi", inlined(parse("g*base::pi")), _is_column) is not None
