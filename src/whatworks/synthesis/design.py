"""The moderators of a model: from a formula and a table to columns with names."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.synthesis.columns import (
    Columns,
    Frame,
    categories_of,
    columns_by_name,
    no_such_column,
    quoted,
    refuse_gaps,
    table_of,
)
from whatworks.synthesis.formulas import columns_of_formula, parsed_formula, what_went_wrong
from whatworks.synthesis.inputs import unmasked

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
            A term of the formula, the name of a coefficient, positions of coefficients (the first is
            0), contrasts one a row, or all moderators (all coefficients without moderators).

        Raises
        ------
        UserError
            What is tested does not exist, or its rows depend on each other.
        """
        if tested is None:
            return np.eye(self.p)[list(self.moderators or range(self.p))]
        if isinstance(tested, str):
            return np.eye(self.p)[list(self._positions(tested))]
        try:
            given = unmasked(tested, "tested")
        except ValueError:
            raise UserError("tested: the rows have different lengths.") from None
        if given.dtype.kind not in "iuf" or given.ndim not in (1, 2) or given.size == 0:
            raise UserError(
                "tested: give a term or coefficient by its name, positions of coefficients, or "
                f"contrasts of {self.p} numbers each. Supplied value was {tested!r}."
            )
        if given.ndim == 1 and given.dtype.kind in "iu":
            return np.eye(self.p)[self._checked_positions(given.astype(np.int64))]
        return self._checked_contrasts(np.atleast_2d(given).astype(np.float64))

    def _positions(self, name: str) -> tuple[int, ...]:
        """Return the columns of a term, or of one coefficient."""
        terms = dict(self.terms)
        if name in terms:
            return terms[name]
        if name in self.names:
            return (self.names.index(name),)
        raise UserError(
            f'There is no term or coefficient "{name}". Terms: {", ".join(terms)}. Coefficients: '
            f"{', '.join(self.names)}."
        )

    def _checked_positions(self, at: Ints) -> Ints:
        if at.min() < 0 or at.max() >= self.p:
            wrong = int(at[(at < 0) | (at >= self.p)][0])
            raise UserError(
                f"tested: found position {wrong}. Give positions from 0 to {self.p - 1}, or write "
                "contrasts as a list of rows."
            )
        if np.unique(at).size < at.size:
            raise UserError(f"tested: {at.tolist()} names a coefficient twice. Name each once.")
        return at

    def _checked_contrasts(self, rows: Floats) -> Floats:
        if rows.shape[1] != self.p:
            raise UserError(
                f"tested: found contrasts of {rows.shape[1]} numbers. Give {self.p}, one for each "
                f"coefficient ({', '.join(self.names)})."
            )
        if not np.isfinite(rows).all():
            raise UserError("tested: found a number that is not finite.")
        empty = np.flatnonzero(~rows.any(axis=1))
        if empty.size:
            raise UserError(
                f"tested, contrast {empty[0] + 1}: all its numbers are 0, which tests nothing."
            )
        if np.linalg.matrix_rank(rows) < rows.shape[0]:
            raise UserError("tested: a contrast follows from the others. Leave it out.")
        return rows

    def new_rows(self, data: Columns | npt.ArrayLike | None) -> Floats:
        """Return rows for a prediction, (m, p): of new values, of columns, or the effects' own.

        Raises
        ------
        UserError
            Values that do not fit the model.
        """
        if data is None:
            return np.ones((1, 1)) if self.is_intercept_only else self.matrix
        if columns_by_name(data) is not None:
            return self.for_data(cast(Columns, data))
        try:
            rows = np.atleast_2d(unmasked(cast(npt.ArrayLike, data), "data"))
            rows = rows.astype(np.float64)
        except (TypeError, ValueError):
            raise UserError(
                "data: give values by the name of their column, such as "
                f"{self._example()}, or rows of {self.p} numbers. Supplied value was {data!r}."
            ) from None
        if rows.ndim != 2 or rows.shape[1] != self.p:
            raise UserError(
                f"data has shape {rows.shape}; the model has {self.p} coefficients "
                f"({', '.join(self.names)}). Give one number for each, a row for each prediction."
            )
        if not np.isfinite(rows).all():
            raise UserError("data: found a number that is not finite.")
        return rows

    def _example(self) -> str:
        if self.formula is None:
            return '{"x": [1, 2]}'
        used = sorted(columns_of_formula(self.formula)) or ["x"]
        return f'{{"{used[0]}": [...]}}'

    def for_data(self, data: Columns) -> Floats:
        """Return columns for new rows of the same variables, shape (m, p).

        One value for each variable makes one row; a single value stands for all rows.

        Raises
        ------
        UserError
            The design was not made by a formula, or a variable or category is not known.
        """
        if self.spec is None or self.formula is None:
            if self.is_intercept_only:
                return np.ones((1, 1))
            raise UserError(
                "The moderators were given as columns. Give the new columns as an array of shape "
                f"(m, {self.p}) instead of a table."
            )
        import pandas as pd

        table = table_of(data)
        place = f'New values for "{self.formula}"'
        _, used, of_whole = parsed_formula(self.formula)
        if of_whole:
            raise UserError(
                f"{place}: {', '.join(sorted(of_whole))} would be taken over the new rows, which is "
                "not what the model was fitted with. Use center(), scale() or standardize(), which "
                "keep what they learnt, or give rows of numbers."
            )
        new = {name: _new_column(table, name, place) for name in sorted(used)}
        sizes = {name: column.size for name, column in new.items()}
        rows = max((size for size in sizes.values() if size != 1), default=1)
        if 0 in sizes.values():
            raise UserError(f"{place}: data has no row. Give one for each prediction.")
        if any(size not in (1, rows) for size in sizes.values()):
            listed = ", ".join(f"{name} {size:,}" for name, size in sizes.items())
            raise UserError(f"{place}: the columns differ in length ({listed}). Give one each.")
        if not new:
            lengths = [np.size(cast(Any, column)) for column in table.values()]
            rows = max(lengths, default=1)
        frame = pd.DataFrame(
            {name: np.broadcast_to(column, (rows,)) for name, column in new.items()},
            index=range(rows),
        )
        _refuse_new_kinds(self.spec, frame, place)
        try:
            with warnings.catch_warnings():
                # The library takes a category it has not seen for no value.
                warnings.simplefilter("error")
                # The library writes what it sees into the spec it is given.
                spec = deepcopy(self.spec)
                matrix = np.asarray(spec.get_model_matrix(frame, na_action="raise"), np.float64)
        except Exception as error:
            raise UserError(f"{place}: {what_went_wrong(error)}") from None
        strange = np.flatnonzero(~np.isfinite(matrix).all(axis=1))
        if strange.size:
            raise UserError(
                f"{place}, row {strange[0] + 1}: found a value that is not a finite number."
            )
        return matrix


def _new_column(table: dict[str, npt.ArrayLike], name: str, place: str) -> npt.NDArray[Any]:
    """Return one variable of new rows, (m,)."""
    if name not in table:
        raise UserError(f"{place}: {no_such_column(name, table)}")
    refuse_gaps(table[name], name, "Every moderator needs a value.")
    column = np.atleast_1d(_plain(table[name], name))
    if column.ndim != 1:
        raise UserError(
            f'data, column "{name}": found shape {column.shape}. Give one value for each row.'
        )
    if column.dtype.kind == "f" and not np.isfinite(column).all():
        bad = int(np.flatnonzero(~np.isfinite(column))[0])
        raise UserError(
            f'data, column "{name}", row {bad + 1}: found a value that is not a finite number.'
        )
    return column


def _refuse_new_kinds(spec: Any, frame: Any, place: str) -> None:
    """Raise where a column holds what the model was not fitted with: a category, or no number."""
    for factor, (_, state) in spec.encoder_state.items():
        known = state.get("categories")
        name = str(factor).strip("`")
        if known is None and name in frame and frame[name].dtype.kind not in "biuf":
            raise UserError(
                f'{place}: column "{name}" holds {frame[name].iloc[0]!r}; the model was fitted to '
                "numbers. Give numbers."
            )
        if name not in frame and name.startswith("C("):
            name = name[2:].split(",")[0].strip(" `)")
        if known is None or name not in frame:
            continue
        strange = [value for value in frame[name].tolist() if value not in known]
        if strange:
            raise UserError(
                f'{place}: column "{name}" holds {strange[0]!r}, which no effect of the model has. '
                f"Known are {', '.join(repr(value) for value in known)}."
            )


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
        matrix = np.asarray(unmasked(mods, "mods"), dtype=np.float64)
    except (TypeError, ValueError):
        raise UserError(f"mods: give a formula as text, or numbers.{_as_formula(mods)}") from None
    matrix = matrix[:, None] if matrix.ndim == 1 else matrix
    if matrix.ndim != 2 or matrix.shape[0] != k:
        raise UserError(
            f"mods has shape {matrix.shape}; give one row for each of the {k:,} effects."
        )
    names = tuple(
        INTERCEPT if (column == 1.0).all() else f"x{i + 1}" for i, column in enumerate(matrix.T)
    )
    return _checked(Design(matrix, names, tuple((n, (i,)) for i, n in enumerate(names))))


def _as_formula(mods: object) -> str:
    """Return the formula that a list of names was meant for, as a sentence."""
    if isinstance(mods, (list, tuple)) and mods and all(isinstance(name, str) for name in mods):
        return f' For these columns of data write mods="~ {" + ".join(map(quoted, mods))}".'
    return ""


def _from_formula(formula: str, data: Columns | None, k: int) -> Design:
    import pandas as pd

    table = table_of(data)
    parsed, used, _ = parsed_formula(formula)
    missing = sorted(used - set(table))
    if missing:
        raise UserError(f'mods, formula "{formula}": {no_such_column(missing[0], table)}')
    # In the order of the table, which is that of interactions in the library.
    columns = {name: _model_column(table[name], name, k) for name in table if name in used}
    frame = pd.DataFrame(columns, index=range(k))
    try:
        made = parsed.get_model_matrix(frame, na_action="raise")
    except Exception as error:
        raise UserError(f'mods, formula "{formula}": {what_went_wrong(error)}') from None
    spec = made.model_spec
    terms = tuple(
        (str(term) if str(term) != "1" else INTERCEPT, tuple(int(i) for i in where))
        for term, where in spec.term_indices.items()
    )
    names = tuple(str(name) for name in spec.column_names)
    matrix = np.ascontiguousarray(made, dtype=np.float64)
    if matrix.shape[1] == 0:
        raise UserError(f'mods, formula "{formula}": nothing is left to estimate. Add a term.')
    return _checked(Design(matrix, names, terms, formula.strip(), spec))


def _model_column(values: Any, name: str, k: int) -> Any:
    """Return one column as the formula library takes it: k numbers, or categories in their order."""
    import pandas as pd

    refuse_gaps(values, name, "Leave these effects out, or impute the value.")
    levels = categories_of(values)
    column = _plain(values, name)
    if column.shape != (k,):
        found = (
            f"{column.size:,} values"
            if column.ndim == 1
            else f"shape {column.shape} (two columns of this name, or a table in place of a column)"
            if column.ndim > 1
            else "one value"
        )
        raise UserError(
            f'data, column "{name}": found {found}. Give one for each of the {k:,} effects.'
        )
    if column.dtype.kind in "mM":
        raise UserError(
            f'data, column "{name}": found dates. Give numbers (such as the year), or text for '
            "categories."
        )
    if levels is None:
        return column
    present = set(column.tolist())
    return pd.Categorical(column, categories=[level for level in levels if level in present])


def _plain(values: Any, name: str) -> npt.NDArray[Any]:
    """Return a column as an array; decimal numbers as doubles."""
    try:
        column: npt.NDArray[Any] = np.asarray(values)
    except ValueError:
        raise UserError(
            f'data, column "{name}": found lists of different length. Give one value for each row.'
        ) from None
    if column.dtype.kind == "O" and column.size:
        entries = column.ravel().tolist()
        if isinstance(entries[0], Decimal) and all(
            isinstance(value, (Decimal, int, float)) for value in entries
        ):
            return column.astype(np.float64)
    return column


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
