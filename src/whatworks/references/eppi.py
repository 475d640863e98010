"""EPPI-Reviewer's JSON report: its references. What reviewers coded stays with each of them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from whatworks.references.entries import Parsed
from whatworks.references.eppi_fields import fields_from_eppi
from whatworks.references.import_report import ReportIssue, quote
from whatworks.references.json_items import as_text, read_list

__all__ = ["fields_from_eppi", "parse_eppi"]

LIST_NAMES = frozenset({"References"})
CODE_SETS = '"CodeSets"'


def parse_eppi(data: bytes, *, file: str) -> Parsed:
    """Cut a JSON report into its references.

    Codes and outcomes of a reference are kept whole, as one JSON text each. The code sets, which
    give the codes their names, belong to no reference; that they were left out is reported.

    Parameters
    ----------
    data : bytes
        The file as UTF-8, with LF line ends.
    file : str
        Its name, for messages.
    """
    text = data.decode("utf-8", errors="replace").removeprefix("\ufeff")
    parsed = read_list(text, LIST_NAMES, _values)
    return replace(parsed, issues=[_code_sets(issue) for issue in parsed.issues])


def _values(item: dict[str, Any]) -> dict[str, list[str]]:
    """Values of a reference by key: texts as they are, lists and objects whole, as JSON."""
    texts = {
        key: as_text(value)
        if not isinstance(value, list)
        else json.dumps(value, ensure_ascii=False)
        for key, value in item.items()
        if value not in (None, [], {})
    }
    return {key: [text] for key, text in texts.items() if text}


def _code_sets(issue: ReportIssue) -> ReportIssue:
    if CODE_SETS not in issue.text and "SetName" not in issue.text:
        return issue
    return ReportIssue(
        issue.line,
        "Code sets (the names of the codes).",
        "They were not read; each reference keeps its codes by their numbers.",
        quote(issue.text),
        issue.n_lines,
    )
