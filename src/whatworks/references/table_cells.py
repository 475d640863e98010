"""Records as the cells of a table, for CSV and Excel: what a cell cannot hold goes into a note."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from whatworks.references.csv_fields import NOTE_COLUMN
from whatworks.references.fields import FIELD_NAMES, Fields, dump_extra
from whatworks.references.nouns import Record
from whatworks.references.own_note import fields_of, note_text

__all__ = ["CellRules", "table_of"]

# Not characters of XML 1.0, control characters among them, and what repairs would take for a
# written-out byte or a workbook for a written-out character.
NOT_PLAIN = re.compile(
    r"[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
    r"|<(?=[cdef][0-9a-f]>)|_(?=x[0-9a-f]{4}_)",
    re.IGNORECASE,
)
LINE_END = re.compile(r"\r\n|\r")


@dataclass(frozen=True, slots=True)
class CellRules:
    """What a cell of a format can hold.

    Attributes
    ----------
    max_length
        Characters of a cell, in UTF-16.
    formula_signs
        Signs at the start of a cell that a spreadsheet would compute with; such a cell gets an
        apostrophe before it.
    """

    max_length: int
    formula_signs: str = ""


def table_of(records: Sequence[Record], rules: CellRules) -> tuple[list[str], list[list[str]]]:
    """Return the header and one row of cells for each record.

    Columns are the record's name, its fields, the leftover tags as JSON and, only where a cell
    cannot hold its value, a note in as many columns as it needs.
    """
    rows: list[list[str]] = []
    notes: list[list[str]] = []
    for record in records:
        wanted = fields_of(record)
        shown = {name: _cell(getattr(wanted, name), rules) for name in FIELD_NAMES}
        extra = _extra_cell(wanted.extra, rules)
        rows.append([record.record_id, *shown.values(), extra])
        note = note_text(wanted, _as_read(shown, wanted if extra else Fields(), wanted.year))
        size = rules.max_length
        notes.append([note[at : at + size] for at in range(0, len(note), size)])
    n_notes = max(map(len, notes), default=0)
    names = [NOTE_COLUMN, *(f"{NOTE_COLUMN} {n}" for n in range(2, n_notes + 1))][:n_notes]
    filled = [
        [*row, *note, *[""] * (n_notes - len(note))] for row, note in zip(rows, notes, strict=True)
    ]
    return ["record_id", *FIELD_NAMES, "extra", *names], filled


def _as_read(shown: dict[str, str], with_extra: Fields, year: int | None) -> Fields:
    """Fields that the reader finds in the cells alone."""
    values = {name: cell or None for name, cell in shown.items() if name != "year"}
    values["record_type"] = values["record_type"] or "other"
    return replace(with_extra, **values, year=year)  # type: ignore[arg-type]


def _cell(value: str | int | None, rules: CellRules) -> str:
    """Text of a cell that every program reads as it is."""
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    text = NOT_PLAIN.sub(_escaped, LINE_END.sub("\n", value))
    if rules.formula_signs and text.startswith(tuple(rules.formula_signs)):
        text = "'" + text
    if _width(text) > rules.max_length:
        # In the worst case every character is two units wide.
        text = text[: rules.max_length // 2 - 1] + "…"
    return text


def _escaped(match: re.Match[str]) -> str:
    """Return a blank for a control character; part the sign that begins an escape from it."""
    return match[0] + " " if match[0] in "<_" else " "


def _extra_cell(extra: dict[str, list[str]], rules: CellRules) -> str:
    """Leftover tags as JSON; empty if only a note can hold them."""
    text = dump_extra(extra) or ""
    if NOT_PLAIN.search(text):
        text = json.dumps(extra, sort_keys=True).replace("<", "\\u003c").replace("_x", "\\u005fx")
        text = text.replace("_X", "\\u005fX").replace("\x7f", "\\u007f")
    return text if _width(text) <= rules.max_length else ""


def _width(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)
