"""Which table turned an effect into months of progress, in words."""

from __future__ import annotations

import json

from whatworks.errors import NotFound
from whatworks.release.nouns import Analysis
from whatworks.site.figures import date_in_words
from whatworks.synthesis.months import MonthsTable, months_table

__all__ = ["analysis_months_table", "months_in_words", "months_remark", "months_source"]


def analysis_months_table(analysis: Analysis | None) -> MonthsTable | None:
    """Return the table an analysis names among its options; None where it names none known here."""
    version = None if analysis is None else json.loads(analysis.options).get("months_table")
    if not isinstance(version, str):
        return None
    try:
        return months_table(version)
    except NotFound:
        return None


def months_source(analysis: Analysis | None) -> tuple[str, str] | None:
    """Return (what the table is and when it was read, its address) of the analysis's months."""
    table = analysis_months_table(analysis)
    if table is None:
        return None
    return f"{table.title}, read on {date_in_words(table.read_on)}", table.source


def months_remark(note: str | None, analysis: Analysis | None) -> str | None:
    """Return a note without the sentence that names the months table by its version."""
    table = analysis_months_table(analysis)
    if note is None or table is None:
        return note
    return note.replace(f"Conversion table: {table.version}.", "").strip() or None


def months_in_words(note: str | None, analysis: Analysis) -> str | None:
    """Return a note with the title of the months table in place of its version."""
    table = analysis_months_table(analysis)
    if note is None or table is None:
        return note
    return note.replace(table.version, f"{table.title}, version {table.version}")
