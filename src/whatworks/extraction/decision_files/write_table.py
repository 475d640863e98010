"""Decisions to CSV and Excel: one row for each record, the columns of each person side by side."""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Sequence

from whatworks.extraction.decision_files.nouns import Decided
from whatworks.screening.nouns import Decision

__all__ = ["COLUMNS", "PERSON_COLUMNS", "write_decision_csv", "write_decision_workbook"]

# What a row has once.
COLUMNS = (
    "record_id",
    "title",
    "authors",
    "year",
    "container",
    "doi",
    "pmid",
    "abstract",
    "stage",
    "state",
    "outcome",
    "reason",
    "reason_words",
    "settled_by",
    "reconciled_by",
    "reconciled_note",
    "reconciled_at",
    "reconciled_criteria_version",
)
# What it has for each person, with the person's place in the row behind it: "decision_1".
PERSON_COLUMNS = ("person", "decision", "reason", "note", "decided_at", "criteria_version")
# A spreadsheet computes with cells of a CSV file that begin so.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t")
# Limits of Python's reader of CSV, and of Excel.
CSV_CELL, EXCEL_CELL = 131_000, 32_767
UNTAMED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
WRITTEN_OUT = re.compile(r"_(?=x[0-9a-fA-F]{4}_)")
NUMBERS = frozenset({"year", "reconciled_criteria_version"})
WIDTHS = {"title": 60, "abstract": 40, "authors": 30, "container": 30, "record_id": 20}
WIDTH = 14
# The same decisions give the same bytes at any time.
CREATED = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)


def write_decision_csv(decided: Sequence[Decided]) -> bytes:
    """Return decisions as CSV: UTF-8 with a byte-order mark, without which Excel takes it for something else.

    A cell that a spreadsheet would compute with begins with an apostrophe, which is taken off when the file
    is read here.
    """
    header, rows = _table(decided)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([_csv_cell(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def write_decision_workbook(decided: Sequence[Decided]) -> bytes:
    """Return decisions as an .xlsx workbook; all cells are text but the years and versions."""
    import xlsxwriter

    header, rows = _table(decided)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    book.set_properties({"created": CREATED.replace(tzinfo=None)})
    sheet = book.add_worksheet("Decisions")
    bold = book.add_format({"bold": True})
    for at, name in enumerate(header):
        sheet.set_column(at, at, WIDTHS.get(name, WIDTH))
        sheet.write_string(0, at, name, bold)
    for number, row in enumerate(rows, start=1):
        for at, cell in enumerate(row):
            if not cell:
                continue
            is_number = header[at] in NUMBERS or header[at].startswith("criteria_version")
            if is_number and cell.isdecimal():
                sheet.write_number(number, at, int(cell))
            else:
                text = WRITTEN_OUT.sub("_ ", cell)
                sheet.write_string(number, at, _cut(text, EXCEL_CELL))
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, max(len(rows), 1), len(header) - 1)
    book.close()
    return out.getvalue()


def _table(decided: Sequence[Decided]) -> tuple[list[str], list[list[str]]]:
    """Header and rows; as many groups of columns as the record with the most votes needs."""
    n_people = max((len(one.votes) for one in decided), default=0)
    # Without any vote there is still a place to write one.
    places = range(1, max(n_people, 1) + 1)
    header = [*COLUMNS, *(f"{name}_{place}" for place in places for name in PERSON_COLUMNS)]
    rows = []
    for one in decided:
        cells = [*_once(one), *(cell for vote in one.votes for cell in _person(vote))]
        rows.append([*cells, *[""] * (len(header) - len(cells))])
    return header, rows


def _once(one: Decided) -> list[str]:
    record, last = one.record, one.reconciled
    return [
        _text(value)
        for value in (
            record.record_id,
            record.title,
            record.authors,
            record.year,
            record.container,
            record.doi,
            record.pmid,
            record.abstract,
            one.stage,
            one.state,
            one.outcome,
            one.reason,
            one.reason_words,
            one.settled_by,
            last.reviewer if last else None,
            last.note if last else None,
            last.decided_at if last else None,
            last.criteria_version if last else None,
        )
    ]


def _person(vote: Decision) -> list[str]:
    return [
        _text(value)
        for value in (
            vote.reviewer,
            vote.value,
            vote.reason,
            vote.note,
            vote.decided_at,
            vote.criteria_version,
        )
    ]


def _text(value: str | int | None) -> str:
    """Text of a cell, without what no cell can hold."""
    return "" if value is None else UNTAMED.sub(" ", str(value).replace("\r\n", "\n"))


def _csv_cell(cell: str) -> str:
    text = _cut(cell, CSV_CELL)
    # Blanks before the sign do not stop every spreadsheet.
    return f"'{text}" if text.lstrip(" \n").startswith(FORMULA_SIGNS) else text


def _cut(text: str, limit: int) -> str:
    if len(text) + sum(sign > "\uffff" for sign in text) <= limit:
        return text
    # In the worst case every character is two units wide.
    return text[: limit // 2 - 1] + "\u2026"
