"""The moderators of a model: from a formula and a table to columns with names."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError

__all__ = [
    "INTERCEPT",
    "Columns",
    "Design",
    "Frame",
    "Moderators",
    "columns_by_name",
    "design_of",
    "intercept_only",
]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Frame(Protocol):
    """A data frame of polars, pandas or their like."""

    @property
    def columns(self) -> Any:
        """Names of the columns."""
        ...

    def __getitem__(self, name: str, /) -> Any:
        """Return a column by its name."""
        ...


Columns = Mapping[str, npt.ArrayLike] | Frame
"""A table: columns by name, or a data frame."""
Moderators = str | npt.ArrayLike | None

INTERCEPT = "Intercept"
# A column whose part outside the others is smaller than this share of it adds nothing.
REDUNDANT = 1e-9
PLAINLY_APART = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """Columns of the fixed part of a model.

    Attributes
    ----------
    matrix
        Shape (k, p), full column rank.
    names
        Name of each column, p of them; the intercept is "Intercept".
    terms
        Terms of the formula with the columns each gave, in order: ("C(phase)", (1, 2)).
    formula
        The formula, or None for columns given as they are.
    """

    matrix: Floats
    names: tuple[str, ...]
    terms: tuple[tuple[str, tuple[int, ...]], ...]
    formula: str | None = None
    spec: Any = field(default=None, repr=False)

    @property
    def k(self) -> int:
        """Number of effects."""
        return int(self.matrix.shape[0])

    @property
    def p(self) -> int:
        """Number of coefficients."""
        return int(self.matrix.shape[1])

    @property
    def is_intercept_only(self) -> bool:
        """Whether the model is that of one mean."""
        return self.p == 1 and self.intercept == 0

    @property
    def intercept(self) -> int | None:
        """Which column is the intercept: all ones."""
        for i in np.flatnonzero(self.matrix[0] == 1.0).tolist():
            if bool((self.matrix[:, i] == 1.0).all()):
                return int(i)
        return None

    @property
    def moderators(self) -> tuple[int, ...]:
        """Columns other than the intercept; all of them where there is no intercept."""
        intercept = self.intercept
        return tuple(i for i in range(self.p) if i != intercept)

    def rows(self, index: Ints) -> Design:
        """Return the design of some of the effects.

        Raises
        ------
        UserError
            With these effects alone a column says nothing that the others do not say.
        """
        return self.with_matrix(self.matrix[index])

    def with_matrix(self, matrix: Floats) -> Design:
        """Return the design with other values in the same columns, (k, p).

        Raises
        ------
        UserError
            A column can be computed from those before.
        """
        _refuse_redundant(matrix, self.names)
        return Design(matrix, self.names, self.terms, self.formula, self.spec)

    def contrasts(self, tested: str | Sequence[int] | npt.ArrayLike | None) -> Floats:
        """Return what is to be tested as rows of contrasts, (q, p).

        Parameters
        ----------
        tested : str, sequence of int, array (q, p) or None
            A term of the formula, positions of coefficients (the first is 0), contrasts one a row,
            or all moderators (all coefficients without moderators).

        Raises
        ------
        UserError
            What is tested does not exist, or its rows depend on each other.
        """
        if tested is None:
            return np.eye(self.p)[list(self.moderators or range(self.p))]
        if isinstance(tested, str):
            at = dict(self.terms).get(tested)
            if at is None:
                listed = ", ".join(name for name, _ in self.terms)
                raise UserError(f'There is no term "{tested}". Terms: {listed}.')
            return np.eye(self.p)[list(at)]
        given = np.asarray(tested)
        if given.ndim == 1 and given.dtype.kind in "iu":
            if given.size == 0 or given.min() < 0 or given.max() >= self.p:
                raise UserError(f"tested: give positions from 0 to {self.p - 1}.")
            rows = np.eye(self.p)[given]
        elif given.dtype.kind in "iuf" and given.ndim in (1, 2):
            rows = np.atleast_2d(given).astype(np.float64)
        else:
            rows = np.zeros((0, 0))
        if rows.shape[1] != self.p or not np.linalg.matrix_rank(rows) == rows.shape[0] > 0:
            raise UserError(
                f"tested: give contrasts of {self.p} numbers each, none of which follows from the "
                "others."
            )
        return np.asarray(rows, dtype=np.float64)

    def for_data(self, data: Columns) -> Floats:
        """Return columns for new rows of the same variables, shape (m, p).

        Raises
        ------
        UserError
            The design was not made by a formula, or a variable or category is not known.
        """
        if self.spec is None:
            if self.is_intercept_only:
                return np.ones((1, 1))
            raise UserError(
                "The moderators were given as columns. Give the new columns as an array of shape "
                f"(m, {self.p}) instead of a table."
            )
        import pandas as pd

        table = columns_by_name(data) or {}
        frame = pd.DataFrame({name: np.asarray(values) for name, values in table.items()})
        try:
            with warnings.catch_warnings():
                # The library takes a category it has not seen for no value.
                warnings.simplefilter("error")
                matrix = self.spec.get_model_matrix(frame, na_action="raise")
        except Exception as error:
            raise UserError(f'New values for "{self.formula}": {_reason(error)}') from None
        return np.asarray(matrix, dtype=np.float64)


def columns_by_name(data: object) -> dict[str, npt.ArrayLike] | None:
    """Return the columns of a table by name; None for what is not a table."""
    if isinstance(data, Mapping):
        return dict(data)
    names = getattr(data, "columns", None)
    if names is None or not hasattr(data, "__getitem__"):
        return None
    return {str(name): np.asarray(cast(Frame, data)[name]) for name in names}


def intercept_only(k: int) -> Design:
    """Return the design of a model with one mean."""
    return Design(np.ones((k, 1)), (INTERCEPT,), ((INTERCEPT, (0,)),))


def design_of(mods: Moderators, data: Columns | None, k: int) -> Design:
    """Make the columns of the fixed part.

    Parameters
    ----------
    mods : str, array or None
        A formula of the right-hand side, such as ``"~ dose + C(phase) * weeks"`` (formulaic's
        notation; text columns become categories, the first in sorted order is the reference);
        an array of shape (k,) or (k, p) whose columns are taken as they are, without an
        intercept added; or None for an intercept alone.
    data : mapping of columns, optional
        Where the formula's variables stand, each of length k.
    k : int
        Number of effects.

    Raises
    ------
    UserError
        The formula cannot be read, a variable is missing or has gaps, lengths differ, or columns
        depend on each other; the message names which.
    """
    if mods is None:
        return intercept_only(k)
    if isinstance(mods, str):
        return _from_formula(mods, data, k)
    try:
        matrix = np.asarray(mods, dtype=np.float64)
    except (TypeError, ValueError):
        raise UserError("mods: give a formula as text, or an array of numbers.") from None
    matrix = matrix[:, None] if matrix.ndim == 1 else matrix
    if matrix.ndim != 2 or matrix.shape[0] != k:
        raise UserError(
            f"mods has shape {matrix.shape}; give one row for each of the {k:,} effects."
        )
    names = tuple(
        INTERCEPT if (column == 1.0).all() else f"x{i + 1}" for i, column in enumerate(matrix.T)
    )
    return _checked(Design(matrix, names, tuple((n, (i,)) for i, n in enumerate(names))))


def _from_formula(formula: str, data: Columns | None, k: int) -> Design:
    import pandas as pd
    from formulaic import Formula

    columns = {n: np.asarray(values) for n, values in (columns_by_name(data) or {}).items()}
    for name, values in columns.items():
        if values.shape != (k,):
            raise UserError(
                f'data, column "{name}": found {values.shape[0] if values.ndim else 0} values. '
                f"Give one for each of the {k:,} effects."
            )
    text = formula.strip()
    try:
        parsed = Formula(text if text.startswith("~") else f"~ {text}")
        known = _variables(parsed) & set(columns)
    except Exception as error:
        raise UserError(f'mods, formula "{formula}": {_reason(error)}') from None
    missing = sorted(str(name) for name in parsed.required_variables if name not in columns)
    if missing:
        there = ", ".join(sorted(columns)) or "none"
        raise UserError(
            f'mods, formula "{formula}": there is no column {", ".join(missing)}. '
            f"Columns of data: {there}."
        )
    frame = pd.DataFrame({name: columns[name] for name in columns if name in known}, index=range(k))
    for name in frame.columns:
        gaps = np.flatnonzero(frame[name].isna().to_numpy())
        if gaps.size:
            raise UserError(
                f'data, column "{name}", row {gaps[0] + 1}: there is no value'
                f"{f' ({gaps.size - 1:,} more rows are like it)' if gaps.size > 1 else ''}. "
                "Leave these effects out, or impute the value."
            )
    try:
        made = parsed.get_model_matrix(frame, na_action="raise")
    except Exception as error:
        raise UserError(f'mods, formula "{formula}": {_reason(error)}') from None
    spec = made.model_spec
    terms = tuple(
        (str(term) if str(term) != "1" else INTERCEPT, tuple(int(i) for i in where))
        for term, where in spec.term_indices.items()
    )
    names = tuple(str(name) for name in spec.column_names)
    matrix = np.ascontiguousarray(made, dtype=np.float64)
    if matrix.shape[1] == 0:
        raise UserError(f'mods, formula "{formula}": nothing is left to estimate. Add a term.')
    return _checked(Design(matrix, names, terms, text, spec))


def _variables(parsed: Any) -> set[str]:
    """Return names that a formula reads; the library does not name those of scale() and the like."""
    words = {
        word
        for term in parsed
        for factor in getattr(term, "factors", ())
        for word in re.findall(r"[^\W\d]\w*", str(factor.expr))
    }
    return {str(name) for name in parsed.required_variables} | words


def _checked(design: Design) -> Design:
    bad = np.flatnonzero(~np.isfinite(design.matrix).all(axis=1))
    if bad.size:
        raise UserError(
            f"Moderators, row {bad[0] + 1}: found a value that is not a finite number. "
            "Leave the effect out or correct the value."
        )
    _refuse_redundant(design.matrix, design.names)
    return design


def _refuse_redundant(matrix: Floats, names: tuple[str, ...]) -> None:
    """Raise when a column depends on those before it; the scale of each column does not matter."""
    length = np.sqrt(np.einsum("kp,kp->p", matrix, matrix))
    if matrix.shape[0] < matrix.shape[1]:
        raise UserError(
            f"The model has {matrix.shape[1]:,} coefficients for {matrix.shape[0]:,} effects. "
            "Use fewer moderators."
        )
    scale = np.where(length > 0.0, length, 1.0)
    # Products of the columns tell in most cases that none is near the others; their square root has
    # half the digits, so that only a decomposition can tell that one is.
    if np.linalg.eigvalsh(matrix.T @ matrix / np.outer(scale, scale))[0] > PLAINLY_APART:
        return
    scaled = matrix / scale
    apart = np.abs(np.diagonal(np.linalg.qr(scaled, mode="r")))
    redundant = [name for name, size in zip(names, apart, strict=True) if size < REDUNDANT]
    if redundant:
        raise UserError(
            f"Moderators: {', '.join(redundant)} can be computed from the columns before; with "
            "these effects no coefficient can be told for it. Leave it out."
        )


def _reason(error: Exception) -> str:
    """Return the first line of what the formula library said."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
