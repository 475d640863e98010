"""How one field's value comes from the columns of a row: the grammar of a mapping file."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from math import isfinite
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

__all__ = ["Condition", "FieldSource", "columns_of"]


def _compiles(pattern: str) -> str:
    """Check a regular expression: it must be valid and have a group."""
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        raise ValueError(f"is not a regular expression: {error}.") from None
    if groups != 1:
        raise ValueError("needs one pair of brackets around the part to take.")
    return pattern


class Strict(BaseModel):
    """Settings shared by all parts of a mapping: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _is_factor(scale: float) -> float:
    """Check that a scale leaves the numbers something."""
    if scale == 0 or not isfinite(scale):
        raise ValueError(f"holds {scale:g}, which is not a factor. Write one such as 0.01 or -1.")
    return scale


def _is_template(template: str) -> str:
    """Check that braces are paired and hold a name."""
    try:
        names = [name for _, name, _, _ in string.Formatter().parse(template) if name is not None]
    except ValueError as error:
        raise ValueError(f"is not a template: {error}. Write columns as {{name}}.") from None
    if not all(name.strip() for name in names):
        raise ValueError("has braces without a name. Write columns as {name}.")
    return template


class FieldSource(Strict):
    """Where a value comes from, and how it is turned into one of ours.

    Exactly one of `column`, `constant`, `template`, `flags`, `first_of` and `all_of` is given.

    Attributes
    ----------
    column
        Column the value stands in.
    constant
        The same value for every row.
    template
        Text with column names in braces, such as "{Author} ({Year})"; blanks are tidied.
    parts
        With `template`: names in braces that are not columns, and where they come from.
    flags
        Column to code or word; the columns that hold yes (1, true) give their codes.
    first_of
        Sources tried in order; the first that gives a value counts.
    all_of
        Sources whose codes are joined.
    values
        Cell to value; numbers match whatever their spelling ("1" and "1.0").
    only_listed
        True: cells that are not in `values` count as missing. False: they are taken as they are.
    if_present
        Value for every cell that is not missing.
    pattern
        Regular expression with one group, the part of the cell to take; no match is missing.
    split
        Sign between several codes in one cell.
    scale
        Factor for numbers: 0.01 turns per cent into shares, -1 turns the direction.
    round
        True: counts with a fraction, as estimated counts have, are rounded to the nearest.
    pick
        With `flags`: all codes, the first in the order given, or the only one (none if there are
        several).
    years_from
        For phases: the cell is a school year, US grade or age, or a range of them.
    default
        Value where the cell is missing.
    """

    column: str | None = None
    constant: str | int | float | bool | list[str] | None = None
    template: Annotated[str, AfterValidator(_is_template)] | None = None
    parts: dict[str, FieldSource] = Field(default_factory=dict)
    flags: dict[str, str] | None = None
    first_of: list[FieldSource] | None = None
    all_of: list[FieldSource] | None = None
    values: dict[str, str] | None = None
    only_listed: bool = False
    if_present: str | None = None
    pattern: Annotated[str, AfterValidator(_compiles)] | None = None
    split: str | None = Field(default=None, min_length=1)
    scale: Annotated[float, AfterValidator(_is_factor)] | None = None
    round: bool = False
    pick: Literal["first", "all", "only"] = "all"
    years_from: Literal["school_year", "us_grade", "age"] | None = None
    default: str | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        names = ("column", "constant", "template", "flags", "first_of", "all_of")
        given = [name for name in names if getattr(self, name) is not None]
        if len(given) != 1:
            found = " and ".join(given) if given else "none"
            raise ValueError(
                f"needs exactly one of column, constant, template, flags, first_of and all_of; "
                f"found {found}."
            )
        return self

    def columns(self) -> Iterator[str]:
        """Yield the columns the value depends on."""
        if self.column is not None:
            yield self.column
        if self.template is not None:
            for _, name, _, _ in string.Formatter().parse(self.template):
                if name in self.parts:
                    yield from self.parts[name].columns()
                elif name is not None:
                    yield name
        yield from self.flags or ()
        for source in [*(self.first_of or ()), *(self.all_of or ())]:
            yield from source.columns()


class Condition(Strict):
    """A rule on one column that a row must meet, or a choice of such rules.

    Attributes
    ----------
    column
        Column looked at.
    one_of
        The cell is one of these.
    none_of
        The cell is none of these.
    present
        True: the cell holds a value. False: it is missing.
    at_least, at_most
        Limits of a number.
    any
        Rules of which one must be met, in place of a column.
    """

    column: str | None = None
    one_of: list[str] | None = None
    none_of: list[str] | None = None
    present: bool | None = None
    at_least: float | None = None
    at_most: float | None = None
    any: list[Condition] | None = None

    @model_validator(mode="after")
    def _column_or_choice(self) -> Self:
        if (self.column is None) == (self.any is None):
            raise ValueError("needs either a column or any, a list of rules.")
        tests = (self.one_of, self.none_of, self.present, self.at_least, self.at_most)
        if self.column is not None and all(test is None for test in tests):
            raise ValueError(
                "says nothing of its column: add one_of, none_of, present, at_least or at_most."
            )
        return self

    def columns(self) -> Iterator[str]:
        """Yield the columns the rule looks at."""
        if self.column is not None:
            yield self.column
        for rule in self.any or ():
            yield from rule.columns()


def columns_of(part: object) -> Iterator[str]:
    """Yield every column that a mapping, or a part of one, refers to."""
    if isinstance(part, FieldSource | Condition):
        yield from part.columns()
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from columns_of(getattr(part, name))
    elif isinstance(part, dict):
        for value in part.values():
            yield from columns_of(value)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from columns_of(value)
