"""What a formula may say: columns, arithmetic, and a fixed list of functions; nothing else is run.

The formula library hands each part of a formula to Python. Here the part is read before that, so that
a formula out of a file or a form can do no more than compute columns.
"""

from __future__ import annotations

import ast
import re
from typing import Any, NamedTuple

from whatworks.errors import UserError

__all__ = ["columns_of_formula", "parsed_formula", "what_went_wrong"]

# Functions that stand by themselves; those of the library that look at the whole column keep what
# they learnt (a mean, knots, categories) for predictions.
FUNCTIONS = frozenset(
    [
        "C",
        "I",
        "center",
        "scale",
        "standardize",
        "poly",
        "bs",
        "cs",
        "cr",
        "cc",
        "log",
        "log10",
        "log2",
        "exp",
        "exp2",
    ]
)
NUMPY = frozenset(
    [
        "log",
        "log2",
        "log10",
        "log1p",
        "exp",
        "exp2",
        "expm1",
        "sqrt",
        "cbrt",
        "square",
        "abs",
        "absolute",
        "fabs",
        "sign",
        "sin",
        "cos",
        "tan",
        "arcsin",
        "arccos",
        "arctan",
        "sinh",
        "cosh",
        "tanh",
        "arcsinh",
        "arccosh",
        "arctanh",
        "power",
        "minimum",
        "maximum",
        "where",
        "clip",
        "round",
        "floor",
        "ceil",
        "isin",
        "logical_and",
        "logical_or",
        "logical_not",
    ]
)
# These look at the whole column and keep nothing of it: a fit may use them, a prediction not.
OF_WHOLE_COLUMN = frozenset(["mean", "median", "std", "var", "min", "max", "sum"])
NUMPY_KEYWORDS = frozenset(["decimals", "a_min", "a_max", "min", "max", "ddof"])
NUMPY_NUMBERS = frozenset(("pi", "e"))
CONTRASTS = frozenset(["treatment", "sum", "helmert", "poly", "diff", "SAS"])
CONTRAST_FUNCTIONS = frozenset(["Treatment", "Sum", "Helmert", "Diff", "Poly"])
OPERATORS = (
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.Div,
    ast.FloorDiv,
    ast.Mod,
    ast.Pow,
    ast.BitAnd,
    ast.BitOr,
    ast.USub,
    ast.UAdd,
    ast.Invert,
    ast.Not,
)
# Numbers to a higher power are computed before any column is seen, and may take for ever.
LARGEST_POWER = 100
# Text in quotation marks, or a name in backticks; quoted text is kept as it is.
QUOTED = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`([^`]*)`")
NUMBER = re.compile(r"\s*[\d.]*\s*")


class _Reader:
    """Reads one part of a formula; gathers the columns it uses, and refuses what is not allowed."""

    def __init__(self, aliases: dict[str, str]) -> None:
        self._aliases = aliases
        self.columns: set[str] = set()
        self.of_whole: set[str] = set()

    def read(self, node: ast.expr) -> None:
        """Read an expression.

        Raises
        ------
        UserError
            It holds something that is not allowed; the message names it.
        """
        match node:
            case ast.Constant(value=bool() | int() | float() | str() | None):
                return
            case ast.Name(id=name):
                if name not in CONTRAST_FUNCTIONS:
                    self.columns.add(self._aliases.get(name, name))
            case ast.Attribute():
                self._attribute(node, is_called=False)
            case ast.BinOp(left=left, op=op, right=right) if isinstance(op, OPERATORS):
                self._refuse_constants(node)
                self.read(left)
                self.read(right)
            case ast.UnaryOp(op=op, operand=operand) if isinstance(op, OPERATORS):
                self.read(operand)
            case ast.Compare(left=left, comparators=others):
                for part in (left, *others):
                    self.read(part)
            case ast.List(elts=parts) | ast.Tuple(elts=parts):
                for part in parts:
                    self.read(part)
            case ast.Call():
                self._call(node)
            case _:
                raise _Refused(self._text(node))

    def _call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Attribute):
            self._attribute(node.func, is_called=True)
        elif not isinstance(node.func, ast.Name) or (
            node.func.id not in FUNCTIONS | CONTRAST_FUNCTIONS
        ):
            raise _Refused(self._text(node.func))
        is_numpy = self._text(node.func).startswith("np.")
        for keyword in node.keywords:
            name = keyword.arg or "**"
            if name[0] in "_*" or (is_numpy and name not in NUMPY_KEYWORDS):
                raise _Refused(f"{self._text(node.func)}(... {name}=)")
            self.read(keyword.value)
        for part in node.args:
            self.read(part)

    def _attribute(self, node: ast.Attribute, *, is_called: bool) -> None:
        base = node.value.id if isinstance(node.value, ast.Name) else ""
        allowed = CONTRASTS if base == "contr" else frozenset[str]()
        if base == "np":
            allowed = NUMPY | OF_WHOLE_COLUMN if is_called else NUMPY_NUMBERS
            if node.attr in OF_WHOLE_COLUMN:
                self.of_whole.add(f"np.{node.attr}")
        if node.attr not in allowed:
            raise _Refused(self._text(node))

    def _refuse_constants(self, node: ast.BinOp) -> None:
        """Python would compute a power of numbers, or a repeated text, of any size at once."""
        for side in (node.left, node.right):
            if isinstance(side, (ast.List, ast.Tuple)) or (
                isinstance(side, ast.Constant) and isinstance(side.value, str)
            ):
                raise _Refused(self._text(node))
        if not isinstance(node.op, ast.Pow) or _has_name(node.right):
            return
        power = node.right.operand if isinstance(node.right, ast.UnaryOp) else node.right
        is_small = (
            isinstance(power, ast.Constant)
            and isinstance(power.value, (int, float))
            and power.value <= LARGEST_POWER
        )
        if not is_small or not (_has_name(node.left) or isinstance(node.left, ast.Constant)):
            raise _Refused(self._text(node))

    def _text(self, node: ast.AST) -> str:
        text = ast.unparse(node)
        for alias, name in self._aliases.items():
            text = text.replace(alias, f"`{name}`")
        return text


def _has_name(node: ast.AST) -> bool:
    return any(isinstance(part, ast.Name) for part in ast.walk(node))


class _Refused(Exception):
    """Carries what is not allowed."""


class ParsedFormula(NamedTuple):
    """A formula of the library, names of the columns it uses, and functions of whole columns in it."""

    formula: Any
    columns: frozenset[str]
    of_whole: frozenset[str]


def parsed_formula(formula: str, argument: str = "mods") -> ParsedFormula:
    """Read a formula, and check that it does nothing but compute columns.

    Parameters
    ----------
    formula : str
        The right-hand side; "~" may be left out.
    argument : str
        Its name in messages.

    Raises
    ------
    UserError
        It cannot be read, or calls what is not allowed.
    """
    from formulaic import Formula

    place = f'{argument}, formula "{formula}"'
    text = formula.strip()
    for match in QUOTED.finditer(text):
        if match[1] is not None and NUMBER.fullmatch(match[1]):
            raise UserError(
                f'{place}: a column named "{match[1]}" cannot be told from a number. Rename the '
                "column."
            )
    try:
        parsed = Formula(text if text.startswith("~") else f"~ {text}")
    except Exception as error:
        raise UserError(f"{place}: {what_went_wrong(error)}") from None
    if hasattr(parsed, "rhs") or not hasattr(parsed, "__iter__") or _has_parts(parsed):
        raise UserError(f'{place}: "|" has no place here. Write terms with + between them.')
    columns: set[str] = set()
    of_whole: set[str] = set()
    for term in parsed:
        for factor in term.factors:
            own, functions = _columns_of_factor(factor, place)
            columns |= own
            of_whole |= functions
    if "Intercept" in {str(factor.expr) for term in parsed for factor in term.factors}:
        raise UserError(
            f'{place}: a column named "Intercept" cannot be told from the constant of the model. '
            "Rename the column."
        )
    return ParsedFormula(parsed, frozenset(columns), frozenset(of_whole))


def columns_of_formula(formula: str) -> frozenset[str]:
    """Return the names of the columns that a formula uses."""
    return parsed_formula(formula).columns


def _has_parts(parsed: Any) -> bool:
    return not all(hasattr(term, "factors") for term in parsed)


def _columns_of_factor(factor: Any, place: str) -> tuple[set[str], set[str]]:
    """Return columns and functions of whole columns in a factor; refuse what must not be run."""
    text, how = str(factor.expr), factor.eval_method.value
    if how == "literal":
        return set(), set()
    if how == "lookup":
        return {text}, set()
    aliases: dict[str, str] = {}

    def stand_in(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0]
        alias = f"quoted_{len(aliases)}_column"
        aliases[alias] = match[1]
        return f" {alias} "

    try:
        expression = ast.parse(QUOTED.sub(stand_in, text).strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        raise UserError(
            f"{place}: {text!r} cannot be read. Check brackets and operators."
        ) from None
    reader = _Reader(aliases)
    try:
        reader.read(expression)
    except _Refused as found:
        raise UserError(f"{place}: found {found}. {_advice(str(found))}") from None
    return reader.columns, reader.of_whole


def _advice(found: str) -> str:
    if found in ("factor", "as.factor", "as_factor", "category", "categorical"):
        return "For categories write C(...)."
    functions = ", ".join((*sorted(FUNCTIONS), *(f"np.{name}" for name in sorted(NUMPY))))
    contrasts = ", ".join(f"contr.{name}" for name in sorted(CONTRASTS))
    return (
        "A formula may use columns, numbers, text, arithmetic and comparisons, and these functions: "
        f"{functions}; for contrasts Treatment, Sum, Helmert, Diff, Poly, {contrasts}. Compute "
        "anything else as a column of data."
    )


def what_went_wrong(error: Exception) -> str:
    """Return what the formula library found, in words that say what to do."""
    lines = str(error).strip().splitlines()
    text = lines[0] if lines else type(error).__name__
    if "`.` operator" in text:
        return 'found ".". Name the columns, with + between them.'
    if "insuffi" in text or "incorrectly used" in text:
        return "an operator lacks one of its sides. Write terms with + between them."
    if "context" in text and ("marker" in text or "closed" in text):
        return "a bracket or a quotation mark has no partner. Check the formula."
    if "String literals" in text:
        return "text stands where a column should. Write the column's name without quotation marks."
    if "Numeric literals" in text:
        return "a number stands where a column should; 1 is the constant, 0 or -1 leaves it out."
    if "Unknown operator" in text or "misplaced" in text:
        operator = text.partition("'")[2].partition("'")[0]
        return f"found {operator or 'an operator'} between terms. Write it inside I(...) or C(...)."
    if "datetime" in text or "M8[" in text or "m8[" in text:
        return "a column holds dates. Give numbers (such as the year), or text for categories."
    return f"{text.replace(' (<unknown>, line 1)', '').rstrip('.')}. Check the formula."
