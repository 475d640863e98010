"""The reader of R calls."""

import numpy as np
import pytest

from tests.oracle.r_call import (
    assignments,
    find_calls,
    formula_to_python,
    parse,
    r_coefficient_names,
    source,
    value,
)
from whatworks.synthesis.design import design_of

DATA = {"dat": {"yi": [1.0, None, 3.0], "g": ["a", "b", "a"]}, "V": [[1.0, 0.0], [0.0, 1.0]]}


def test_calls_are_found_within_blocks_and_functions() -> None:
    node = parse("{r <- rma(yi, vi, data=dat); f <- lapply(x, function(z) rma(yi, vi, subset=z))}")
    assert [len(call.named) for call in find_calls(node, "rma")] == [1, 1]
    assert set(assignments(node)) == {"r", "f"}


@pytest.mark.parametrize(
    "text",
    [
        "rma(yi, vi, mods = ~x + I(year - 1990) * factor(g))",
        "list(~1 | a/b, ~1 | c)",
        "-a^2 + b * (c - 1)",
        "dat$x[dat$g == 2]",
        'ci[names(ci)!="digits" & x]'.replace("!=", " != "),
    ],
)
def test_an_expression_is_printed_as_it_was_read(text: str) -> None:
    assert source(parse(text)) == text


def test_values_are_columns_objects_and_arithmetic() -> None:
    assert value(parse("dat$yi"), DATA)[2] == 3.0
    assert np.isnan(value(parse("yi"), DATA)[1])
    assert value(parse("2*1:3 - 1"), DATA).tolist() == [1, 3, 5]
    assert value(parse("-2^2"), DATA) == -4.0
    assert value(parse("FALSE"), DATA) is False
    assert value(parse("V"), DATA).shape == (2, 2)


def test_what_is_not_there_is_said() -> None:
    with pytest.raises(ValueError, match="there is no zi"):
        value(parse("zi"), DATA)
    with pytest.raises(ValueError, match="position"):
        parse("rma(yi, vi")


def test_formulas_and_names_go_both_ways() -> None:
    formula = parse("~ log(w):o + factor(n)*I(y-1990)")
    text = formula_to_python(formula)
    assert text == "~ log(w):o + C(n) * I(y - 1990)".replace(":", " : ")
    rng = np.random.default_rng(1)
    data = {
        "w": rng.uniform(1, 2, 12),
        "o": np.array(["p", "q"] * 6, dtype=object),
        "n": np.repeat([1.0, 2.0, 3.0], 4),
        "y": rng.uniform(1990, 2000, 12),
    }
    names = r_coefficient_names(design_of(text, data, 12).names, formula)
    assert names[0] == "intrcpt"
    assert "factor(n)2:I(y - 1990)" in names
    assert "log(w):oq" in names
