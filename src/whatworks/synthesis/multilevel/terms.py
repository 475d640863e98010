"""Random terms: what varies, and within what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.statistics.block_covariance import first_appearance_codes
from whatworks.synthesis.columns import (
    Columns,
    categories_of,
    no_such_column,
    refuse_gaps,
    table_of,
)
from whatworks.synthesis.multilevel.structures import STRUCTURES, Structure, structure_of

__all__ = ["RandomTerm", "TermData", "random_terms", "term_data"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

PATTERN = re.compile(r"^\s*~?\s*(?P<inner>[^|]+?)\s*\|\s*(?P<outer>[^|]+?)\s*$")
# A name that holds what a term is written with.
QUOTED = re.compile("`([^`]*)`")
# Stands for the n-th name in backticks while a term is read; no name holds it.
STAND_IN = "\x00{}\x00"


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
    if (
        random is None
        or isinstance(random, Mapping)
        or not isinstance(random, Iterable | RandomTerm)
    ):
        raise UserError(
            f'random: found {random!r}. Write "~ 1 | study/effect", or an empty list for a model '
            "without a random part."
        )
    given = [random] if isinstance(random, (str, RandomTerm)) else list(random)
    if not isinstance(structure, Iterable):
        raise UserError(
            f"structure must be one of {', '.join(STRUCTURES)}. Supplied value was {structure!r}."
        )
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
        outer, inner = _parts(entry)
        if inner is None:
            found += [RandomTerm(outer[: i + 1]) for i in range(len(outer))]
        else:
            if with_inner >= len(names) and len(names) != 1:
                raise UserError("structure: give one for each term with an inner variable.")
            found.append(RandomTerm(outer, inner, names[min(with_inner, len(names) - 1)]))
            with_inner += 1
    if len(names) > 1 and len(names) != with_inner:
        raise UserError(
            f"structure: found {len(names)} ({', '.join(names)}) for {with_inner} "
            f"{'term' if with_inner == 1 else 'terms'} with an inner variable. Give one each: "
            '"~ 1 | study" takes none, "~ outcome | study" takes one.'
        )
    levels = [term.level for term in found]
    twice = sorted({level for level in levels if levels.count(level) > 1})
    if twice:
        raise UserError(f"random: {', '.join(twice)} stands there twice. Name each level once.")
    return tuple(found)


def _parts(entry: object) -> tuple[tuple[str, ...], str | None]:
    """Return the outer columns of a term, and the inner one; None for a plain draw."""
    quoted: list[str] = []

    def stand_in(match: re.Match[str]) -> str:
        quoted.append(match[1])
        return STAND_IN.format(len(quoted) - 1)

    def name(text: str) -> str:
        for i, original in enumerate(quoted):
            text = text.replace(STAND_IN.format(i), original)
        return text

    match = PATTERN.match(QUOTED.sub(stand_in, entry)) if isinstance(entry, str) else None
    outer = [] if match is None else [part.strip() for part in match["outer"].split("/")]
    if match is None or not all(outer):
        raise UserError(
            f'random: found {entry!r}. Write "~ 1 | study/effect" for effects within studies, '
            'or "~ outcome | study" for outcomes that are correlated within studies.'
        )
    if set("+*") & set(match["inner"]):
        raise UserError(
            f"random: found {entry!r}. Random slopes are not offered. Write one column before the "
            'bar, as in "~ outcome | study", or 1, and put slopes among the moderators.'
        )
    inner = None if match["inner"] == "1" else name(match["inner"])
    return tuple(name(part) for part in outer), inner


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
        levels, codes = _levels(column, table_of(data)[term.inner])
        values = np.asarray(codes.ravel(), dtype=np.int64)
        if term.structure == "CAR" and column.dtype.kind not in "iuf":
            raise UserError(
                f'random: structure CAR goes by the time between occasions; column "{term.inner}" '
                "holds text. Give times as numbers, or use AR for occasions in order."
            )
        value_labels = tuple(_text(level) for level in levels.tolist())
        is_number = column.dtype.kind in "iuf"
        places = levels.astype(np.float64) if is_number else np.arange(levels.size, dtype=float)
        structure = structure_of(term.structure or "CS", places)
    return TermData(term, units, names, values, value_labels, places, structure)


def _column(name: str, data: Columns | None, k: int) -> npt.NDArray[Any]:
    table = table_of(data)
    if name not in table:
        raise UserError(f"random: {no_such_column(name, table)}")
    refuse_gaps(table[name], name, "Every effect needs its unit; leave it out, or name one.")
    column = np.asarray(table[name])
    if column.shape != (k,):
        raise UserError(
            f'data, column "{name}": found shape {column.shape}. Give one value for each of the '
            f"{k:,} effects."
        )
    if column.dtype.kind == "O":
        return np.array([_text(value) for value in column.tolist()])
    return column


def _levels(column: npt.NDArray[Any], given: object) -> tuple[npt.NDArray[Any], Ints]:
    """Return inner values in their order, and which of them each effect has, (k,).

    Sorted, or in the order of its categories for a column that states one.
    """
    levels, codes = np.unique(column, return_inverse=True)
    categories = categories_of(given)
    if categories is None or column.dtype.kind in "iuf":
        return levels, np.asarray(codes.ravel(), dtype=np.int64)
    place = {_text(category): i for i, category in enumerate(categories)}
    order = np.argsort([place[_text(level)] for level in levels.tolist()], kind="stable")
    rank = np.empty(order.size, dtype=np.int64)
    rank[order] = np.arange(order.size)
    return levels[order], rank[codes.ravel()]


def _combined(columns: Sequence[npt.NDArray[Any]]) -> Ints:
    """Return units for the combinations of columns."""
    codes = first_appearance_codes(columns[0])
    for column in columns[1:]:
        inner = first_appearance_codes(column)
        codes = first_appearance_codes(codes * (int(inner.max()) + 1) + inner)
    return codes


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) and value == int(value) else str(value)
