"""The reader of R calls, held against what R 4.2 and metafor 3.8 give."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.oracle.r_call import (
    Binary,
    Node,
    Unary,
    assignments,
    columns_of,
    find_calls,
    formula_to_python,
    parse,
    r_coefficient_names,
    source,
    value,
)
from whatworks.synthesis.design import design_of

DAT: dict[str, list[Any]] = {
    "yi": [1.0, None, 3.0, 4.0],
    "g": ["a", "b", None, "a"],
    "grade": [10.0, 9.0, 10.0, 9.0],
    "is.rct": [True, False, True, True],
    "a b": [1.0, 2.0, 3.0, 4.0],
}
DATA: dict[str, Any] = {"dat": DAT, "V": [[1.0, 2.0], [3.0, 4.0]], "T": {"ni": [5, 6]}}
NA = math.nan

# An expression, and what R gives for it; None and NaN stand for NA.
VALUES: list[tuple[str, Any]] = [
    ("!1 == 2", True),
    ("!grade == 9 & TRUE", [True, False, True, False]),
    ("3:1", [3, 2, 1]),
    ("1.5:4", [1.5, 2.5, 3.5]),
    ("-1:2", [-1, 0, 1, 2]),
    ("-2^2", -4),
    ("2^-1", 0.5),
    ("2^3^2", 512),
    ("1 - -2 * 3", 7),
    ("-5 %% 3 * 2", 2),
    ("7 %/% 2", 3),
    ("2*1:3 - 1", [1, 3, 5]),
    ("c(1, 2) * 1:4", [1, 4, 3, 8]),
    ("V * c(1, 2)", [[1, 2], [6, 8]]),
    ("TRUE + TRUE", 2),
    ("-1/0", -math.inf),
    ("nrow(dat)", 4),
    ("ncol(dat)", 5),
    ("length(dat$yi)", 4),
    ("length(5)", 1),
    ("seq_len(nrow(dat))", [1, 2, 3, 4]),
    ("c(1, 'b', TRUE, NA)", ["1", "b", "TRUE", None]),
    ("c(100000, 'a')", ["1e+05", "a"]),
    ("c(TRUE, 2)", [1, 2]),
    ("c(TRUE, NA) | TRUE", [True, True]),
    ("c(1, NULL, 3)", [1, 3]),
    ("list(a = 1, b = 2)$b", 2),
    ("list(4, 5)[[2]]", 5),
    ("log(8, base = 2)", 3),
    ("log(base = 2, 8)", 3),
    ("rep(c(1, 2), each = 2, times = 2)", [1, 1, 2, 2, 1, 1, 2, 2]),
    ("rep(c('a', 'b'), times = c(2, 1))", ["a", "a", "b"]),
    ("rep(1:3, length.out = 5)", [1, 2, 3, 1, 2]),
    ("rep(0.5, 2)", [0.5, 0.5]),
    ("rep(1:3, len = 2)", [1, 2]),
    ("seq(2, 11, by = 3)", [2, 5, 8, 11]),
    ("seq(10, 1, by = -3)", [10, 7, 4, 1]),
    ("seq(0, 1, length.out = 5)", [0, 0.25, 0.5, 0.75, 1]),
    ("seq(3)", [1, 2, 3]),
    ("rev(1:3)", [3, 2, 1]),
    ("yi >= 3", [False, None, True, True]),
    ("yi <= 1 | TRUE", [True, True, True, True]),
    ("yi != 3 & FALSE", [False, False, False, False]),
    ("!(g == 'a')", [False, True, None, False]),
    ("g %in% c('a', 'c')", [True, False, False, True]),
    ("c(1, 2) == '2'", [False, True]),
    ("grade > '2'", [False, True, False, True]),
    ("is.na(g)", [False, False, True, False]),
    ("is.na(yi)", [False, True, False, False]),
    ("which(yi > 1)", [3, 4]),
    ("ifelse(yi > 1, 'hi', 'lo')", ["lo", None, "hi", "hi"]),
    ("ifelse(is.na(yi), 0, yi)", [1, 0, 3, 4]),
    ("Inf", math.inf),
    ("base::pi", math.pi),
    ("dat[['grade']]", [10, 9, 10, 9]),
    ("dat[, 'grade']", [10, 9, 10, 9]),
    ("dat$`a b`[dat$grade == 9]", [2, 4]),
    ("grade[-1]", [9, 10, 9]),
    ("yi[[1]]", 1),
    ("V[2, ]", [3, 4]),
    ("V[, 2]", [2, 4]),
    ("T$ni", [5, 6]),
    ("with(dat, grade * 2)", [20, 18, 20, 18]),
    ("levels(factor(c(10, 9, NA, 100000)))", ["9", "10", "1e+05"]),
    ("levels(factor(c('b', 'a', 'B')))", ["B", "a", "b"]),
    ("levels(factor(g, levels = c('b', 'a')))", ["b", "a"]),
    ("levels(relevel(as.factor(g), ref = 'b'))", ["b", "a"]),
    ("as.numeric(factor(grade))", [2, 1, 2, 1]),
    ("as.character(factor(grade))", ["10", "9", "10", "9"]),
    ("factor(grade) == '10'", [True, False, True, False]),
    ("as.numeric(c('1', '2.5'))", [1, 2.5]),
    ("as.character(c(0.1 + 0.2, 1e5, 123456))", ["0.3", "1e+05", "123456"]),
    ("as.character(100000L:100001L)", ["100000", "100001"]),
    ("paste(g, 1:4, sep = '-')", ["a-1", "b-2", "NA-3", "a-4"]),
    ("round(c(0.5, 1.5, -1.5, 2.675))", [0, 2, -2, 3]),
    ("round(c(2.675, 0.15, 5.015, 1.005), 2)", [2.67, 0.15, 5.02, 1]),
    ("c(mean(yi), 1)", [NA, 1]),
    ("mean(yi, na.rm = TRUE)", 8 / 3),
    ("sum(yi > 1, na.rm = TRUE)", 2),
    ("max(c(1, 3), 2)", 3),
    ("sd(c(1, 2, 4))", 1.52752523165195),
    ("var(c(1, 2, 4))", 7 / 3),
    ("median(c(4, 1, 2, 8))", 3),
    ("cumsum(1:3)", [1, 3, 6]),
    ("sqrt(abs(-4)) + exp(0)", 3),
    ("outer(1:2, 1:3)", [[1, 2, 3], [2, 4, 6]]),
    ("outer(1:2, 1:2, '+')", [[2, 3], [3, 4]]),
    ("diag(2)", [[1, 0], [0, 1]]),
    ("diag(c(1, 2))", [[1, 0], [0, 2]]),
    ("diag(V)", [1, 4]),
    ("matrix(1:4, 2)", [[1, 3], [2, 4]]),
    ("matrix(1:4, nrow = 2, byrow = TRUE)", [[1, 2], [3, 4]]),
    ("cbind(1:2, 3:4)", [[1, 3], [2, 4]]),
    ("rbind(c(1, 2), 3)", [[1, 2], [3, 3]]),
    ("c(matrix(1:4, 2))", [1, 2, 3, 4]),
    ("sort(c('b', 'a', 'B', NA))", ["B", "a", "b"]),
    ("unique(dat$grade)", [10, 9]),
    ("c(1,\n 2\n + 3)", [1, 5]),
    ("c(4, 2) |> sum(1)", 7),
    ("'it\\'s \\\"so\\\" \\u00e9\\\\'", 'it\'s "so" é\\'),
]
# What R prints as it is written.
UNCHANGED = [
    "rma(yi, vi, mods = ~x + I(year - 1990) * factor(g))",
    "list(~1 | a/b, ~1 | c)",
    "-a^2 + b * (c - 1)",
    "dat$x[dat$g == 2]",
    'ci[names(ci) != "digits" & x]',
    "a[[b[1]]]",
    "a[b[[1]]][2]",
    "x[1, , drop = FALSE]",
    "`a b` + dat$`c d`",
    "a == !b + c",
    "a <- b <- c",
]
# What is written, and how R prints it.
PRINTED = [
    ("a&&b||!c", "a && b || !c"),
    ("a%in%b", "a %in% b"),
    ("a %% b + a %/% b", "a%%b + a%/%b"),
    ("I(a>2)", "I(a > 2)"),
    ("x * 100000", "x * 1e+05"),
    ("c(0.0001, 123456, 1e15, 0.1, 1e-300)", "c(1e-04, 123456, 1e+15, 0.1, 1e-300)"),
    ("x[1e5L]", "x[100000L]"),
    ("function(x, y=2) x+y", "function(x, y = 2) x + y"),
    ("\\(x) x", "function(x) x"),
    ("if (a) b else c+1", "if (a) b else c + 1"),
    ("a |> f(b)", "f(a, b)"),
    ("stats::relevel(f, 'a')", 'stats::relevel(f, "a")'),
    ("'a\\n\\\\\"'", '"a\\n\\\\\\""'),
    ("`a b`", "a b"),
] + [(text, text) for text in UNCHANGED]
# A formula, and the names of its coefficients after the intercept's.
NAMED = [
    ("~ I(a > 2)", ["I(a > 2)TRUE"]),
    ("~ I(a>2 & b=='p')", ['I(a > 2 & b == "p")TRUE']),
    ("~ b != 'p'", ['b != "p"TRUE']),
    ("~ I(b!='p')*a", ['I(b != "p")TRUE', "a", 'I(b != "p")TRUE:a']),
    ("~ I(b %in% c('p','q'))", ['I(b %in% c("p", "q"))TRUE']),
    ("~ I(!l)", ["I(!l)TRUE"]),
    ("~ I((a > 2) + (b == 'p'))", ['I((a > 2) + (b == "p"))']),
    ("~ l", ["lTRUE"]),
    ("~ factor(a > 2)", ["factor(a > 2)TRUE"]),
    ("~ `a b` + factor(b)", ["`a b`", "factor(b)q", "factor(b)r"]),
    ("~ `a b`:b", ["`a b`:bp", "`a b`:bq", "`a b`:br"]),
    ("~ I(x.y^2) + class", ["I(x.y^2)", "class"]),
    ("~ factor(k)", ["factor(k)1e+05", "factor(k)2e+05"]),
    ("~ I(a*100000)", ["I(a * 1e+05)"]),
    ("~ I(a%%2)", ["I(a%%2)"]),
    ("~ log(a, base=2)", ["log(a, base = 2)"]),
    ("~ log(a):b", ["log(a):bp", "log(a):bq", "log(a):br"]),
    ("~ ifelse(a>2,1,0)", ["ifelse(a > 2, 1, 0)"]),
    ("~ as.integer(a>2)", ["as.integer(a > 2)"]),
    ("~ I((a - mean(a))/sd(a))", ["I((a - mean(a))/sd(a))"]),
    ("~ scale(a, scale=FALSE)", ["scale(a, scale = FALSE)"]),
    ("~ poly(a,2)", ["poly(a, 2)1", "poly(a, 2)2"]),
    (
        "~ factor(b, levels=c('r','p','q'))",
        ['factor(b, levels = c("r", "p", "q"))p', 'factor(b, levels = c("r", "p", "q"))q'],
    ),
    (
        "~ relevel(as.factor(b), ref='q')",
        ['relevel(as.factor(b), ref = "q")p', 'relevel(as.factor(b), ref = "q")r'],
    ),
]
MODERATORS: dict[str, list[Any]] = {
    "a": [1.0, 2.0, 3.0, 4.0] * 3,
    "b": ["p", "q", "r"] * 4,
    "k": [100000.0, 200000.0, 0.5] * 4,
    "l": [True, False, False] * 4,
    "a b": [0.2, 0.7, 0.1, 0.9, 0.4, 0.3, 0.8, 0.5, 0.6, 0.15, 0.25, 0.35],
    "x.y": [0.3, 0.1, 0.9, 0.2, 0.5, 0.7, 0.6, 0.8, 0.4, 0.25, 0.35, 0.15],
    "class": [0.9, 0.8, 0.3, 0.2, 0.6, 0.7, 0.5, 0.4, 0.1, 0.35, 0.15, 0.25],
}


def plain(found: Any) -> Any:
    """Return a value as lists and scalars of Python, with None for what is missing."""
    if isinstance(found, (np.ndarray, np.generic)):
        found = found.tolist()
    if isinstance(found, list):
        return [plain(each) for each in found]
    return None if isinstance(found, float) and math.isnan(found) else found


def is_same(found: Any, wanted: Any) -> bool:
    """Return whether values have one kind and are equal, numbers to twelve digits."""
    if isinstance(wanted, list):
        return (
            isinstance(found, list)
            and len(found) == len(wanted)
            and all(is_same(f, w) for f, w in zip(found, wanted, strict=True))
        )
    if isinstance(wanted, (int, float)) and not isinstance(wanted, bool):
        is_number = isinstance(found, (int, float)) and not isinstance(found, bool)
        return is_number and math.isclose(found, wanted, rel_tol=1e-12)
    return type(found) is type(wanted) and bool(found == wanted)


def r_text(given: Any) -> str:
    """Return R's text of a value; a matrix as a vector, column by column."""
    if isinstance(given, list):
        rows = given and isinstance(given[0], list)
        flat = [row[j] for j in range(len(given[0])) for row in given] if rows else given
        return f"c({', '.join(r_text(each) for each in flat)})"
    if given is None or given != given:
        return "NA"
    if isinstance(given, (bool, str)):
        return str(given).upper() if isinstance(given, bool) else json.dumps(given)
    return repr(given).replace("inf", "Inf")


def r_objects(data: dict[str, Any]) -> str:
    """Return R's text that makes a frame of columns."""
    columns = ", ".join(f"`{name}` = {r_text(values)}" for name, values in data.items())
    return f"data.frame({columns}, check.names = FALSE)"


def denied_by_r(folder: Path, setup: str, claims: Iterable[tuple[str, str]]) -> list[str]:
    """Run R and return the claims (text, condition in R) that are not TRUE there."""
    if shutil.which("Rscript") is None:
        pytest.skip("Rscript is not installed here")
    named = list(claims)
    lines = [f"if (!isTRUE({condition})) cat({i}, '')" for i, (_, condition) in enumerate(named)]
    script = folder / "claims.R"
    script.write_text("\n".join([setup, *lines, "cat('DONE')"]), "utf-8")
    # Texts are sorted as everywhere.
    in_c = os.environ | {"LC_ALL": "", "LC_CTYPE": "C.UTF-8", "LC_COLLATE": "C"}
    done = subprocess.run(
        ["Rscript", str(script)], capture_output=True, text=True, check=True, env=in_c
    )
    *denied, last = done.stdout.split()
    assert last == "DONE"
    return [named[int(i)][0] for i in denied]


@pytest.mark.parametrize(("text", "expected"), VALUES)
def test_a_value_is_that_of_r(text: str, expected: Any) -> None:
    assert is_same(plain(value(parse(text), DATA)), plain(expected))


def test_r_itself_gives_these_values(tmp_path: Path) -> None:
    setup = f"dat <- {r_objects(DAT)}; V <- rbind(c(1, 2), c(3, 4)); T <- data.frame(ni = 5:6)"
    claims = [
        (
            text,
            f"all.equal(as.vector(with(dat, {{{text}}})), {r_text(expected)}, "
            "check.attributes = FALSE)",
        )
        for text, expected in VALUES
    ]
    assert denied_by_r(tmp_path, setup, claims) == []


@pytest.mark.parametrize(("text", "printed"), PRINTED)
def test_an_expression_is_printed_as_r_prints_it(text: str, printed: str) -> None:
    assert source(parse(text)) == printed


def test_r_itself_prints_so(tmp_path: Path) -> None:
    claims = [
        (
            text,
            f"identical(deparse(parse(text = {json.dumps(text)}, keep.source = FALSE)[[1]]), "
            f"{json.dumps(printed)})",
        )
        for text, printed in PRINTED
    ]
    assert denied_by_r(tmp_path, "", claims) == []


def coefficient_names(formula: Node, data: dict[str, Any], k: int) -> list[str]:
    made = design_of(formula_to_python(formula), columns_of(data), k)
    return r_coefficient_names(made.names, formula)


@pytest.mark.parametrize(("text", "names"), NAMED)
def test_coefficients_have_the_names_that_metafor_gives(text: str, names: list[str]) -> None:
    assert coefficient_names(parse(text), {"dat": MODERATORS}, 12) == ["intrcpt", *names]


def test_r_itself_names_and_computes_the_same_columns(tmp_path: Path) -> None:
    claims = []
    for text, names in NAMED:
        columns = design_of(formula_to_python(parse(text)), columns_of({"dat": MODERATORS}), 12)
        made = f"model.matrix({text}, dat)"
        claims += [
            (text, f"identical(colnames({made})[-1], {r_text(names)})"),
            (
                f"values of {text}",
                f"all.equal(c({made}), {r_text(columns.matrix.T.ravel().tolist())})",
            ),
        ]
    assert denied_by_r(tmp_path, f"dat <- {r_objects(MODERATORS)}", claims) == []


def test_a_model_without_intercept_has_both_categories_of_a_condition() -> None:
    data = {"dat": MODERATORS}
    assert coefficient_names(parse("~ 0 + l"), data, 12) == ["lFALSE", "lTRUE"]
    found = coefficient_names(parse("~ I(a > 2) - 1"), data, 12)
    assert found == ["I(a > 2)FALSE", "I(a > 2)TRUE"]


def test_calls_are_found_within_blocks_and_functions() -> None:
    node = parse("{r <- rma(yi, vi, data=dat); f <- lapply(x, function(z) rma(yi, vi, subset=z))}")
    assert [len(call.named) for call in find_calls(node, "rma")] == [1, 1]
    assert set(assignments(node)) == {"r", "f"}


def test_a_parameter_keeps_its_default_and_what_stands_there_is_found() -> None:
    node = parse("function(d, fit = rma(yi, vi)) fit")
    assert len(find_calls(node, "rma")) == 1


def test_statements_stand_on_lines_or_after_semicolons_and_may_assign_with_equals() -> None:
    block = parse("x = 3\ny <- if (x > 2) {\n 1\n} else 2; {\n if (x) 1\n else 2\n}")
    assert set(assignments(block)) == {"x", "y"}
    assert source(parse("f(a\n  + b,\n c) |>\n g()")) == "g(f(a + b, c))"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rma(yi, vi", "position 11: found the end, wanted ',' or '\\)'"),
        ("rma(yi vi)", "position 8: found 'vi', wanted ',' or '\\)'"),
        ("a b", "position 3: found 'b', wanted a new line or ';'"),
        ("x <- 1 2", "position 8: found '2'"),
        ("a == b == c", "position 8: found '=='"),
        ("f(a))", "position 5: found '\\)'"),
        ("a + ", "position 5: found the end, wanted a value"),
        ("a ? b", "position 3: cannot read '\\? b'"),
        ("'a\\d'", "position 1: found .* no escape"),
        ("f(')", "position 3: cannot read"),
        ("a |> b", "position 6: found 'b', wanted a call"),
        ("for (i in x) y", "position 1: found 'for', wanted a value"),
    ],
)
def test_what_cannot_be_read_is_shown_with_its_position(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("zi", "there is no zi among the columns .*yi.* and objects .*V"),
        ("dat$zz", r"dat\$zz: there is no zz among yi"),
        ("dat[['zz']]", "there is no zz among yi"),
        ("g + 1", "where numbers should stand"),
        ("grade[9]", r"grade\[9\]: there are 4 values"),
        ("yi[yi > 1]", "the condition is missing for some"),
        ("fisher.test(yi)", r"the function fisher.test\(\) is not read here"),
        ("rep(1, often = 3)", r"the argument often of rep\(\) is not read here"),
        ("c(1, b = 2)", "name all arguments or none"),
        ("~ yi", "cannot read ~yi"),
    ],
)
def test_what_has_no_value_here_is_said(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        value(parse(text), DATA)


@pytest.mark.parametrize(
    "text",
    [
        "~ factor(b, labels = c('x', 'y', 'z'))",
        "~ a %in% b",
        "~ poly(a, 2, raw = TRUE)",
        "~ cut(a, 3)",
        "~ relevel(b, 2)",
    ],
)
def test_a_formula_is_refused_rather_than_read_otherwise(text: str) -> None:
    with pytest.raises(ValueError, match="R call"):
        formula_to_python(parse(text))


def test_unknown_conditions_leave_rows_out_of_a_subset() -> None:
    picked = value(parse("!(yi == 3)"), DATA)
    assert np.asarray(picked).tolist() == [True, False, False, True]


def test_a_list_keeps_its_names() -> None:
    assert value(parse("list(tol = 1e-8, maxiter = 100)"), {}) == {"tol": 1e-8, "maxiter": 100.0}
    assert value(parse("list('UN', 'CS')"), {}) == ["UN", "CS"]


def test_columns_and_objects_are_arrays() -> None:
    assert value(parse("dat$yi"), DATA)[2] == 3.0
    assert value(parse("FALSE"), DATA) is False
    assert value(parse("V"), DATA).shape == (2, 2)
    assert value(parse("c(pi = 2)[1] * pi"), {"dat": {"pi": [0.5]}}).tolist() == [1.0]


def test_a_formula_is_put_into_our_notation() -> None:
    text = formula_to_python(parse("~ log(w):o + factor(n)*I(y-1990)"))
    assert text == "~ log(w) : o + C(n) * I(y - 1990)"


FITS = ("rma", "rma.uni", "rma.mv", "robu")


def formulas_of(node: Node) -> list[Node | None]:
    """Return the moderators of each fit; None for a mean alone."""
    found: list[Node | None] = []
    for call in find_calls(node, *FITS):
        effect = call.get("yi", 0)
        if isinstance(effect, Binary) and effect.op == "~":
            found.append(Unary("~", effect.right))
        else:
            found.append(call.get("mods"))
    return found


@pytest.mark.shared
@pytest.mark.parametrize("name", ["effect_sizes", "rma_uni", "rma_mv", "robust"])
def test_every_reference_call_is_read_and_names_its_coefficients(shared: Path, name: str) -> None:
    cases = json.loads((shared / "oracle" / f"{name}.json").read_text("utf-8"))
    assert cases
    wrong = []
    for case in cases:
        node = parse(case["call"])
        expected = case["expected"].get("coef_names")
        if expected is None:
            continue
        k = len(next(iter(case["input"]["dat"].values())))
        formula = formulas_of(node)[0]
        found = ["intrcpt"]
        if formula is not None:
            found = coefficient_names(formula, case["input"], k)
        if found != ([expected] if isinstance(expected, str) else expected):
            wrong.append((case["id"], found, expected))
    assert wrong == []
