"""Random terms: what varies, and within what."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.statistics.block_covariance import first_appearance_codes
from whatworks.synthesis.design import Columns, columns_by_name
from whatworks.synthesis.multilevel.structures import STRUCTURES, Structure, structure_of

__all__ = ["RandomTerm", "TermData", "random_terms", "term_data"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

PATTERN = re.compile(r"^\s*~?\s*(?P<inner>[^|]+?)\s*\|\s*(?P<outer>[^|]+?)\s*$")


@dataclass(frozen=True, slots=True)
class RandomTerm:
    """One random term.

    Attributes
    ----------
    outer
        Columns whose combinations are the units that have their own draw.
    inner
        Column whose values have a draw each within a unit, correlated by `structure`; None: one
        draw a unit.
    structure
        How the draws of one unit are related; None without `inner`.
    """

    outer: tuple[str, ...]
    inner: str | None = None
    structure: str | None = None

    @property
    def level(self) -> str:
        """How the level is called: "district/school" or "outcome | trial"."""
        name = "/".join(self.outer)
        return name if self.inner is None else f"{self.inner} | {name}"


@dataclass(frozen=True, slots=True, eq=False)
class TermData:
    """A term laid over the effects.

    Attributes
    ----------
    term
        The term.
    units
        Unit of each effect, (k,), from 0 in order of first appearance.
    names
        For each column of `outer`, its value in each unit, (units,).
    values, value_labels
        Inner value of each effect, (k,), and the name of each; zeros without `inner`.
    places
        Where each inner value stands in time, (m,).
    structure
        Covariance of the draws of one unit as a function of its parameters.
    """

    term: RandomTerm
    units: Ints
    names: tuple[npt.NDArray[Any], ...]
    values: Ints
    value_labels: tuple[str, ...]
    places: Floats
    structure: Structure

    @property
    def n_units(self) -> int:
        """Number of units."""
        return int(self.names[0].size)

    @property
    def unit_labels(self) -> tuple[str, ...]:
        """Name of each unit: "Northtown/Hill School"."""
        columns = [[_text(value) for value in column.tolist()] for column in self.names]
        return tuple("/".join(parts) for parts in zip(*columns, strict=True))

    def take(self, rows: Ints) -> TermData:
        """Return the term for some of the effects; units and values that are gone are dropped."""
        units = first_appearance_codes(self.units[rows])
        _, first = np.unique(units, return_index=True)
        left = self.units[rows][first]
        kept = np.unique(self.values[rows])
        values = np.searchsorted(kept, self.values[rows])
        structure = self.structure
        if kept.size < len(self.value_labels):
            structure = structure_of(structure.name, self.places[kept])
        return TermData(
            self.term,
            units,
            tuple(column[left] for column in self.names),
            np.asarray(values, dtype=np.int64),
            tuple(self.value_labels[i] for i in kept.tolist()),
            self.places[kept],
            structure,
        )


def random_terms(
    random: str | RandomTerm | Sequence[str | RandomTerm], structure: str | Sequence[str]
) -> tuple[RandomTerm, ...]:
    """Read random terms.

    Parameters
    ----------
    random : str, RandomTerm or a sequence of them
        "~ 1 | district/school" for nested levels, one string for each of several crossed levels,
        "~ outcome | trial" for a draw for each outcome in each trial.
    structure : str or sequence of str
        For terms with an inner variable, in order; one for all if a single one.

    Raises
    ------
    UserError
        A term that cannot be read, or an unknown structure.
    """
    given = [random] if isinstance(random, (str, RandomTerm)) else list(random)
    names = [structure] if isinstance(structure, str) else list(structure)
    for name in names:
        if name not in STRUCTURES:
            raise UserError(
                f"structure must be one of {', '.join(STRUCTURES)}. Supplied value was {name!r}."
            )
    found: list[RandomTerm] = []
    with_inner = 0
    for entry in given:
        if isinstance(entry, RandomTerm):
            found.append(entry)
            continue
        match = PATTERN.match(entry) if isinstance(entry, str) else None
        if match is None:
            raise UserError(
                f'random: found {entry!r}. Write "~ 1 | study/effect" for effects within studies, '
                'or "~ outcome | study" for outcomes that are correlated within studies.'
            )
        outer = tuple(part.strip() for part in match["outer"].split("/"))
        if match["inner"] == "1":
            found += [RandomTerm(outer[: i + 1]) for i in range(len(outer))]
        else:
            if with_inner >= len(names) and len(names) > 1:
                raise UserError("structure: give one for each term with an inner variable.")
            found.append(RandomTerm(outer, match["inner"], names[min(with_inner, len(names) - 1)]))
            with_inner += 1
    levels = [term.level for term in found]
    twice = sorted({level for level in levels if levels.count(level) > 1})
    if twice:
        raise UserError(f"random: {', '.join(twice)} stands there twice. Name each level once.")
    return tuple(found)


def term_data(term: RandomTerm, data: Columns | None, k: int) -> TermData:
    """Lay a term over k effects.

    Raises
    ------
    UserError
        A column is missing, has gaps or another length.
    """
    columns = [_column(name, data, k) for name in term.outer]
    units = _combined(columns)
    _, first = np.unique(units, return_index=True)
    names = tuple(column[first] for column in columns)
    if term.inner is None:
        values = np.zeros(k, dtype=np.int64)
        value_labels: tuple[str, ...] = ("",)
        places = np.zeros(1)
        structure = structure_of("ID", places)
    else:
        column = _column(term.inner, data, k)
        levels, codes = np.unique(column, return_inverse=True)
        values = np.asarray(codes.ravel(), dtype=np.int64)
        value_labels = tuple(_text(level) for level in levels.tolist())
        is_number = column.dtype.kind in "iuf"
        places = levels.astype(np.float64) if is_number else np.arange(levels.size, dtype=float)
        structure = structure_of(term.structure or "CS", places)
    return TermData(term, units, names, values, value_labels, places, structure)


def _column(name: str, data: Columns | None, k: int) -> npt.NDArray[Any]:
    table = columns_by_name(data) or {}
    if name not in table:
        there = ", ".join(sorted(table)) or "none"
        raise UserError(f'random: there is no column "{name}". Columns of data: {there}.')
    column = np.asarray(table[name])
    if column.shape != (k,):
        raise UserError(
            f'data, column "{name}": found shape {column.shape}. Give one value for each of the '
            f"{k:,} effects."
        )
    if column.dtype.kind == "O":
        empty = [i for i, value in enumerate(column.tolist()) if value is None or value != value]
        column = column if empty else np.array([_text(value) for value in column.tolist()])
    elif column.dtype.kind == "f":
        empty = np.flatnonzero(np.isnan(column)).tolist()
    else:
        empty = []
    if empty:
        raise UserError(
            f'data, column "{name}", row {empty[0] + 1}: there is no value. Every effect needs its '
            "unit; leave it out, or name one."
        )
    return column


def _combined(columns: Sequence[npt.NDArray[Any]]) -> Ints:
    """Return units for the combinations of columns."""
    codes = first_appearance_codes(columns[0])
    for column in columns[1:]:
        inner = first_appearance_codes(column)
        codes = first_appearance_codes(codes * (int(inner.max()) + 1) + inner)
    return codes


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) and value == int(value) else str(value)
