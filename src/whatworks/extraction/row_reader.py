"""Reading the fields of one row as a mapping says, gathering what is wrong by column."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping
from math import isfinite
from typing import TYPE_CHECKING, Any

from whatworks.errors import FileProblem
from whatworks.extraction.fields import Field
from whatworks.tabular import (
    CellError,
    CsvRow,
    is_missing,
    parse_boolean,
    parse_integer,
    parse_number,
)
from whatworks.vocab import (
    join_codes,
    phases_of_ages,
    phases_of_grades,
    phases_of_years,
    resolve,
    split_codes,
)

if TYPE_CHECKING:
    from whatworks.extraction.field_source import FieldSource

__all__ = ["RowReader"]

YEAR_RANGE = re.compile(r"(-?\d+(?:\.\d+)?)(?:\s*(?:-|–|to)\s*(-?\d+(?:\.\d+)?))?")
YEAR_READERS: Mapping[str, Callable[[float, float | None], tuple[str, ...]]] = {
    "school_year": phases_of_years,
    "us_grade": phases_of_grades,
    "age": phases_of_ages,
}
# Above these a number is something else, such as a calendar year or an age in months.
LAST_YEAR: Mapping[str, int] = {"school_year": 20, "us_grade": 20, "age": 99}


class RowReader:
    """Turns the cells of one row into fields; faults go to a list shared by all rows.

    Parameters
    ----------
    row : CsvRow
        The row.
    problems : list of FileProblem
        Where faults are added, with row and column.
    """

    def __init__(self, row: CsvRow, problems: list[FileProblem]) -> None:
        self.row = row
        self.problems = problems

    def section(
        self, sources: Mapping[str, FieldSource], fields: Mapping[str, Field]
    ) -> dict[str, Any]:
        """Return all fields of a section; those that are not mapped hold their default."""
        return {name: self.field(sources.get(name), field) for name, field in fields.items()}

    def field(self, source: FieldSource | None, field: Field) -> Any:
        """Return one field's value, None where it is missing or faulty."""
        if source is None:
            return field.default
        before = len(self.problems)
        text = self._text(source)
        if text is None:
            if len(self.problems) > before:
                return None  # already told
            if field.required and field.default is None:
                self._fault(source, "The cell is empty.", "Fill it in, or leave the row out.")
            return field.default
        try:
            return self._value(text, source, field)
        except CellError as error:
            self._fault(source, error.found, error.fix)
        except ValueError as error:
            found, _, fix = str(error).partition(". ")
            found = f"{found[:1].upper()}{found[1:]}"
            self._fault(
                source,
                found if found.endswith(".") else f"{found}.",
                fix or "Correct the cell, or map it to another value.",
            )
        return None

    def _value(self, text: str, source: FieldSource, field: Field) -> Any:
        """Turn text into a value of the field's kind."""
        if field.kind in ("number", "integer"):
            return _within_limits(text, self._number(text, source, field), field)
        if field.kind == "boolean":
            return parse_boolean(text)
        if field.kind == "word":
            return _word(text, field.choices)
        if field.kind == "code":
            return resolve(field.list_name, text)
        if field.kind == "codes":
            return self._codes(text, source, field)
        return text

    def _number(self, text: str, source: FieldSource, field: Field) -> float | None:
        """Turn text into a number, scaled or rounded as the mapping says."""
        if field.kind == "integer" and not source.round:
            return parse_integer(text)
        number = parse_number(text)
        if number is None:
            return None
        if field.kind == "integer":
            return parse_integer(str(round(number)))
        return number if source.scale is None else number * source.scale

    def _codes(self, text: str, source: FieldSource, field: Field) -> str | None:
        """Turn text into codes of the vocabulary, or words of the field, joined by ";"."""
        if source.years_from is not None and not _is_mapped(text, source):
            match = YEAR_RANGE.fullmatch(text)
            if match is None:
                raise CellError(
                    f'Found "{text}", which is not a year or a range of years.',
                    "Write it as 3 or 3-6, or map it to phases.",
                )
            last = None if match[2] is None else float(match[2])
            limit = LAST_YEAR[source.years_from]
            if max(float(match[1]), last or 0) > limit:
                raise CellError(
                    f'Found "{text}", which is above {limit}.',
                    "Correct the cell, or say in years_from what the column holds.",
                )
            return join_codes(YEAR_READERS[source.years_from](float(match[1]), last))
        parts = split_codes(text.replace(source.split, ";") if source.split else text)
        if field.choices:
            return join_codes(_word(part, field.choices) for part in parts)
        return join_codes(resolve(field.list_name, part) for part in parts)

    def _text(self, source: FieldSource) -> str | None:
        """Return the text a source gives, before it is read as a value."""
        if source.constant is not None:
            if isinstance(source.constant, list):
                return ";".join(source.constant)
            return str(source.constant)
        if source.first_of is not None:
            for part in source.first_of:
                text = self._text(part)
                if text is not None:
                    return text
            return source.default
        if source.all_of is not None:
            texts = [self._text(part) for part in source.all_of]
            return ";".join(text for text in texts if text) or source.default
        if source.flags is not None:
            return self._flagged(source)
        if source.template is not None:
            return self._filled(source.template, source)
        assert source.column is not None  # the mapping was checked: one source is given
        return self._mapped(self._cell(source.column), source)

    def _mapped(self, text: str | None, source: FieldSource) -> str | None:
        """Apply pattern, values and defaults to a cell."""
        if text is not None and source.pattern is not None:
            match = re.search(source.pattern, text)
            text = None if match is None else match[1].strip() or None
        if text is None:
            # An empty cell can be given a meaning, as "" in values.
            return (source.values or {}).get("", source.default)
        if source.if_present is not None:
            return source.if_present
        if source.values is not None:
            listed = _look_up(text, source.values)
            if listed is not None:
                return listed or source.default
            if source.only_listed:
                return source.default
        return text

    def _filled(self, template: str, source: FieldSource) -> str | None:
        """Fill a template; missing if every part is."""
        pieces, found = [], False
        for literal, name, _, _ in string.Formatter().parse(template):
            pieces.append(literal)
            if name is not None:
                part = self._text(source.parts[name]) if name in source.parts else self._cell(name)
                pieces.append(part or "")
                found = found or part is not None
        if not found:
            return source.default
        return self._mapped(" ".join("".join(pieces).split()), source)

    def _flagged(self, source: FieldSource) -> str | None:
        """Return the codes of the columns that say yes."""
        codes = []
        for column, code in (source.flags or {}).items():
            cell = self.row.cells[column]
            try:
                if parse_boolean(cell):
                    codes.append(code)
            except CellError as error:
                self.problems.append(FileProblem(error.found, error.fix, self.row.number, column))
        if source.pick == "first":
            codes = codes[:1]
        elif source.pick == "only" and len(codes) > 1:
            return source.default
        return ";".join(codes) or source.default

    def _cell(self, column: str) -> str | None:
        """Return the text of a cell with blanks tidied, None if missing."""
        text = " ".join(self.row.cells[column].split())
        return None if is_missing(text) else text

    def _fault(self, source: FieldSource, found: str, fix: str) -> None:
        columns = list(dict.fromkeys(source.columns()))
        if not columns:
            # A constant of the mapping is the same in every row: it is told once, and not of a row.
            self.problems.append(FileProblem(found, "Correct the constant in the mapping."))
            return
        column = " and ".join(columns[:3]) or None
        self.problems.append(FileProblem(found, fix, self.row.number, column))


def _within_limits(text: str, number: float | None, field: Field) -> float | None:
    """Return the number, or refuse one that cannot be meant."""
    if number is None:
        return None
    low, high = field.at_least, field.at_most
    if not isfinite(number):
        raise CellError(f'Found "{text}", which is too large.', "Check the number and the scale.")
    if (low is not None and number < low) or (high is not None and number > high):
        limits = f"at least {low:g}" if high is None else f"from {low:g} to {high:g}"
        raise CellError(
            f'Found "{text}", which must be {limits}.',
            "Correct the cell, or empty it if the number is not known.",
        )
    return number


def _word(text: str, choices: tuple[str, ...]) -> str:
    """Return the allowed word that a text is, whatever its case and blanks."""
    word = re.sub(r"[\s-]+", "_", text.strip().lower())
    if word not in choices:
        raise CellError(
            f'Found "{text}", which is not one of {", ".join(choices)}.',
            "Correct the cell, or give it a meaning under values in the mapping.",
        )
    return word


def _look_up(text: str, values: Mapping[str, str]) -> str | None:
    """Find a cell in a value map: as it stands, in any case, or as a number."""
    if text in values:
        return values[text]
    folded = text.casefold()
    for cell, value in values.items():
        if cell.casefold() == folded or _same_number(cell, text):
            return value
    return None


def _same_number(left: str, right: str) -> bool:
    try:
        return float(left) == float(right)
    except ValueError:
        return False


def _is_mapped(text: str, source: FieldSource) -> bool:
    """Say whether a text came out of the value map rather than from the cell."""
    return text in (source.values or {}).values() or text == source.default
