"""Decisions from a CSV file or an Excel workbook, with the columns that teams and programs write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from whatworks.errors import FileError, FileProblem
from whatworks.extraction.decision_files.columns import (
    COLUMN_FIELDS,
    REFERENCE_FIELDS,
    DecisionColumns,
    Group,
    find_decision_columns,
)
from whatworks.extraction.decision_files.note_dialects import (
    covidence_said,
    is_rayyan_note,
    rayyan_said,
)
from whatworks.extraction.decision_files.nouns import DecisionFile, Said, SaidRecord
from whatworks.extraction.decision_files.words import decision_in, signed_decision
from whatworks.references.csv_fields import fields_from_row, plain_name
from whatworks.tabular import is_missing, numbered_names, read_csv

__all__ = ["read_decision_csv", "read_decision_workbook"]

MAX_SHOWN = 20
NOTE_NAMES = ("notes", "note", "comments")
# Some tables have parts of Rayyan's note in columns of their own.
RAYYAN = "rayyan inclusion"
RAYYAN_NAMES = {RAYYAN: "RAYYAN-INCLUSION", "rayyan exclusion reasons": "RAYYAN-EXCLUSION-REASONS"}


@dataclass(frozen=True, slots=True)
class _How:
    """What the person who imports says of a table."""

    file: str
    chosen: Mapping[str, str]
    all_are: str | None
    stage: str | None


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    cells: Mapping[str, str]


def read_decision_csv(
    data: bytes,
    *,
    file: str,
    columns: Mapping[str, str] | None = None,
    all_are: str | None = None,
    stage: str | None = None,
) -> DecisionFile:
    """Read decisions from a CSV file.

    Parameters
    ----------
    data : bytes
        Content of the file.
    file : str
        Its name, for messages.
    columns : mapping, optional
        Column by field of `columns.COLUMN_FIELDS`, where the names do not tell.
    all_are : {"include", "exclude", "unsure"}, optional
        What was decided of every record, for files that list the records of one decision.
    stage : {"title_abstract", "full_text"}, optional
        Stage whose decisions are wanted, for tables with those of both.

    Raises
    ------
    FileError
        No table, or none with decisions.
    """
    table = read_csv(data, file=file, lenient=True)
    rows = [_Row(row.number, row.cells) for row in table.rows]
    return _read(
        "csv", table.encoding, table.header, rows, _How(file, columns or {}, all_are, stage)
    )


def read_decision_workbook(
    data: bytes,
    *,
    file: str,
    columns: Mapping[str, str] | None = None,
    all_are: str | None = None,
    stage: str | None = None,
) -> DecisionFile:
    """Read decisions from the sheet of a workbook that tells most of them; as `read_decision_csv`."""
    from whatworks.references.excel import read_sheets

    best: tuple[int, tuple[str, ...], list[_Row]] | None = None
    others: list[str] = []
    for name, rows in read_sheets(data, file=file):
        if len(rows) < 2:
            continue
        width = max(len(cells) for _, cells in rows)
        first = [*(cell.strip() for cell in rows[0][1]), *[""] * (width - len(rows[0][1]))]
        header = numbered_names(tuple(cell or f"column {n}" for n, cell in enumerate(first, 1)))
        known = find_decision_columns(header, columns, stage=stage)
        n_known = len(known.by_field) + 100 * known.is_of_decisions()
        body = [
            _Row(number, dict.fromkeys(header, "") | dict(zip(header, cells, strict=False)))
            for number, cells in rows[1:]
        ]
        if best is None or n_known > best[0]:
            best = (n_known, header, body)
        others.append(name)
    if best is None:
        raise FileError(
            file, [FileProblem("No sheet has a header with rows below it.", "Check the workbook.")]
        )
    found = _read("xlsx", "binary", best[1], best[2], _How(file, columns or {}, all_are, stage))
    if len(others) > 1:
        told = f"{len(others)} sheets have rows; the one with the most known columns was read."
        found = replace(found, warnings=(told, *found.warnings))
    return found


def _read(
    format: str,
    encoding: str,
    header: Sequence[str],
    rows: Sequence[_Row],
    how: _How,
) -> DecisionFile:
    file, chosen, all_are = how.file, how.chosen, how.all_are
    _require_chosen(file, header, chosen)
    known = find_decision_columns(header, chosen, stage=how.stage)
    notes = [column for column in header if plain_name(column) in NOTE_NAMES]
    has_rayyan = any(is_rayyan_note(row.cells[column]) for row in rows for column in notes) or any(
        plain_name(column) == RAYYAN for column in header
    )
    # An export of another program may carry Rayyan's notes along.
    is_rayyan = has_rayyan and (not known.is_of_decisions() or chosen.get("decision") in notes)
    is_covidence = plain_name("Covidence #") in {plain_name(column) for column in header}
    if not (known.is_of_decisions() or is_rayyan or is_covidence or all_are):
        raise FileError(file, [_no_decisions(header)])
    problems: list[FileProblem] = []
    records: list[SaidRecord] = []
    reader = _RowReader(known, _signed(known, rows), problems)
    for row in rows:
        if is_rayyan:
            said = _noted(row, [column for column in header if _is_noted(column)], problems)
        elif all_are is not None:
            said = [Said(all_are, reason=reader.cell(row, "reason"), note=reader.cell(row, "note"))]
        elif is_covidence and not known.is_of_decisions():
            told = covidence_said(" ".join(row.cells[column] for column in notes))
            said = [told] if told else []
        else:
            said = reader.said(row)
        records.append(_record(row, known, said))
    unread = [column for column in known.unread if not is_rayyan]
    warnings = (
        [f"Also of decisions by their names, and not read: {', '.join(unread)}."] if unread else []
    )
    if has_rayyan and not is_rayyan:
        warnings.append("Rayyan's notes are in the table too, and were not read.")
    return DecisionFile(
        format, encoding, tuple(records), tuple(problems), tuple(warnings), known.is_own
    )


def _require_chosen(file: str, header: Sequence[str], chosen: Mapping[str, str]) -> None:
    """Refuse fields and columns that there are not."""
    problems = [
        FileProblem(
            f'"{name}" is nothing that a column can be.', f"Use {', '.join(COLUMN_FIELDS)}."
        )
        for name in chosen
        if name not in COLUMN_FIELDS
    ]
    problems += [
        FileProblem(f'There is no column "{column}".', _columns(header))
        for column in chosen.values()
        if column not in header
    ]
    if problems:
        raise FileError(file, problems)


def _no_decisions(header: Sequence[str]) -> FileProblem:
    return FileProblem(
        "No column tells decisions.",
        f'{_columns(header)} Name the one that does "decision", or say which it is.',
    )


def _columns(header: Sequence[str]) -> str:
    shown = ", ".join(f'"{name}"' for name in header[:MAX_SHOWN])
    more = len(header) - MAX_SHOWN
    return f"The columns are {shown}{f' and {more} more' if more > 0 else ''}."


def _signed(known: DecisionColumns, rows: Iterable[_Row]) -> bool:
    """Whether decisions are written -1, 0 and 1."""
    columns = [group.by_field["decision"] for group in known.groups]
    columns += [known.by_field["final"]] if "final" in known.by_field else []
    return any(
        row.cells[column].strip().lstrip("'") in ("-1", "-1.0")
        for row in rows
        for column in columns
    )


def _is_noted(column: str) -> bool:
    """Return whether a column may hold Rayyan's note, or a part of it."""
    return plain_name(column) in (*NOTE_NAMES, *RAYYAN_NAMES)


def _noted(row: _Row, columns: Sequence[str], problems: list[FileProblem]) -> list[Said]:
    """Return the decisions in Rayyan's notes of a row."""
    texts = []
    for column in columns:
        cell = row.cells[column]
        label = RAYYAN_NAMES.get(plain_name(column))
        is_bare = label is not None and cell.strip() and label not in cell.upper()
        texts.append(f"{label}: {cell}" if is_bare else cell)
    try:
        said = rayyan_said(texts)
    except ValueError as error:
        problems.append(
            FileProblem(
                f"Rayyan's note cannot be understood: {error}", "Export the file again.", row.number
            )
        )
        return []
    return said or []


def _record(row: _Row, known: DecisionColumns, said: Sequence[Said]) -> SaidRecord:
    """Return what a row's record is known by; cells are read as those of any table of references."""
    # Columns of decisions are nothing that a reference has.
    wanted = {
        name: [row.cells[column]]
        for name, column in known.by_field.items()
        if name in REFERENCE_FIELDS
    }
    fields, _ = fields_from_row(wanted) if wanted else (None, None)
    named = _clean(row.cells.get(known.by_field.get("record_id", ""), ""))
    stage = _clean(row.cells.get(known.by_field.get("stage", ""), ""))
    return SaidRecord(
        row.number,
        named,
        None if fields is None else fields.doi,
        None if fields is None else fields.pmid,
        None if fields is None else _clean(fields.title or ""),
        None if fields is None else fields.year,
        tuple(said),
        stage,
    )


def _clean(cell: str) -> str | None:
    """Text of a cell, without the apostrophe that keeps a spreadsheet from computing with it."""
    bare = cell.strip()
    if len(bare) > 1 and bare[0] == "'" and bare[1] in "=+-@":
        bare = bare[1:]
    return None if is_missing(bare) else bare


class _RowReader:
    """Reads the decisions of rows by the columns that were found."""

    def __init__(self, known: DecisionColumns, signed: bool, problems: list[FileProblem]) -> None:
        self.known = known
        self.read = signed_decision if signed else decision_in
        self.problems = problems

    def cell(self, row: _Row, field: str, group: Group | None = None) -> str | None:
        """Text of a field in a row."""
        by_field = self.known.by_field if group is None else group.by_field
        return _clean(row.cells[by_field[field]]) if field in by_field else None

    def said(self, row: _Row) -> list[Said]:
        """All decisions of a row."""
        found = []
        for group in self.known.groups:
            value, behind = self._value(row, group.by_field["decision"])
            if value is None:
                continue
            found.append(
                Said(
                    value=value,
                    reviewer=self.cell(row, "reviewer", group) or group.name,
                    reason=(self.cell(row, "reason", group) or behind)
                    if value == "exclude"
                    else None,
                    note=self.cell(row, "note", group),
                    decided_at=self.cell(row, "decided_at", group),
                    criteria_version=self._version(row, group.by_field.get("criteria_version")),
                )
            )
        final = self._final(row)
        return [*found, final] if final else found

    def _final(self, row: _Row) -> Said | None:
        column = self.known.by_field.get("final")
        # Where all said the same, or one decides, the outcome follows from the votes.
        settled_by = self.cell(row, "settled_by")
        if column is None or ("settled_by" in self.known.by_field and settled_by != "reconciled"):
            return None
        value, behind = self._value(row, column)
        if value is None:
            return None
        if value == "unsure":
            self.problems.append(
                FileProblem(
                    f'The outcome is "{row.cells[column].strip()}".',
                    "An outcome is include or exclude; empty the cell where there is none yet.",
                    row.number,
                    column,
                )
            )
            return None
        reason = self.cell(row, "final_reason") or behind
        return Said(
            value=value,
            reviewer=self.cell(row, "final_reviewer"),
            is_final=True,
            reason=reason if value == "exclude" else None,
            note=self.cell(row, "final_note"),
            decided_at=self.cell(row, "final_at"),
            criteria_version=self._version(row, self.known.by_field.get("final_criteria_version")),
        )

    def _value(self, row: _Row, column: str) -> tuple[str | None, str | None]:
        text = row.cells[column]
        try:
            return self.read(text)
        except ValueError:
            self.problems.append(
                FileProblem(
                    f'found "{text.strip()}".',
                    "Write include, exclude or unsure (or 1, 0, maybe, yes, no), or empty the cell.",
                    row.number,
                    column,
                )
            )
            return None, None

    def _version(self, row: _Row, column: str | None) -> int | None:
        text = _clean(row.cells[column]) if column else None
        if text is None:
            return None
        if not text.isdecimal() or len(text) > 6:
            self.problems.append(
                FileProblem(f'found "{text}".', "A version is a whole number.", row.number, column)
            )
            return None
        return int(text)
