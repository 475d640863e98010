"""What the calls of rma() and rma.mv() have in common: rows, effects, moderators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.oracle.complete_cases import complete_cases, rows_kept
from tests.oracle.r_call import (
    Binary,
    Call,
    Name,
    Node,
    columns_of,
    formula_to_python,
    r_coefficient_names,
    source,
    value,
)

Case = Mapping[str, Any]


@dataclass(frozen=True)
class ModelCall:
    """A call after R's handling of `subset` and of missing values.

    Attributes
    ----------
    case
        The case with the rows that are used.
    yi
        Effects, (k,).
    mods
        Moderators in our notation: a formula, columns with the intercept, or None.
    formula
        The formula's tree, for names; None without one.
    columns
        The frame's columns.
    """

    case: Case
    yi: Any
    mods: Any
    formula: Node | None
    column_names: tuple[str, ...]
    columns: dict[str, Any]

    def names(self, ours: tuple[str, ...]) -> list[str]:
        """Return metafor's names of our coefficients."""
        if self.column_names:
            return list(self.column_names)
        return r_coefficient_names(ours, self.formula)


def read_model(case: Case, whole: Node, call: Call) -> ModelCall:
    """Read rows, effects and moderators of a call."""
    subset = call.get("subset")
    if subset is not None:
        picked = np.asarray(value(subset, case["input"]))
        picked = picked if picked.dtype == bool else np.isin(np.arange(1, picked.size + 1), picked)
        case = rows_kept(case, np.flatnonzero(picked))
    case = complete_cases(case, whole, call)
    data = case["input"]
    effect, formula = call.get("yi", 0) or Name("yi"), call.get("mods")
    if isinstance(effect, Binary) and effect.op == "~":
        effect, formula = effect.left, effect.right
    yi = np.asarray(value(effect, data), dtype=float)
    intercept = call.get("intercept")
    has_intercept = intercept is None or bool(value(intercept, {}))
    mods: Any = None
    names: tuple[str, ...] = ()
    if isinstance(formula, Call) and formula.function == "cbind":
        parts = [(None, arg) for arg in formula.positional] + list(formula.named)
        given = [np.asarray(value(arg, data), dtype=float) for _, arg in parts]
        names = tuple(key or source(arg) for key, arg in parts)
        mods = np.column_stack(([np.ones(yi.size)] if has_intercept else []) + given)
        names = (("intrcpt",) if has_intercept else ()) + names
    elif formula is call.get("mods") and isinstance(formula, Name):
        column = np.asarray(value(formula, data), dtype=float)
        mods = np.column_stack(([np.ones(yi.size)] if has_intercept else []) + [column])
        names = (("intrcpt",) if has_intercept else ()) + ("mods",)
    elif formula is not None:
        mods = formula_to_python(formula)
        if not has_intercept:
            mods = f"{mods} - 1"
    return ModelCall(case, yi, mods, formula if not names else None, names, columns_of(data))
