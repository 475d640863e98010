"""Accuracy of identification from a table of 2x2 counts or of published rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from whatworks.errors import FileError, FileProblem
from whatworks.extraction.fields import ACCURACY
from whatworks.extraction.identifiers import names_of
from whatworks.extraction.nouns import Accuracy
from whatworks.extraction.row_reader import RowReader
from whatworks.extraction.selection import JoinedFile, select_rows
from whatworks.extraction.studies import bare_doi, repeated_key

if TYPE_CHECKING:
    from whatworks.extraction.mapping import AccuracyMapping

__all__ = ["AccuracyImport", "read_accuracies"]

COUNTS = ("tp", "fp", "fn", "tn")
RATES = ("sensitivity", "specificity")
SHARES = tuple(f"{rate}{end}" for rate in RATES for end in ("", "_lb", "_ub"))


@dataclass(frozen=True, slots=True)
class AccuracyImport:
    """What a table of accuracies gives."""

    accuracies: tuple[Accuracy, ...]
    warnings: tuple[str, ...]
    encoding: str


def read_accuracies(
    data: bytes,
    mapping: AccuracyMapping,
    *,
    file: str,
    review_id: str,
    raw_file_id: str,
    joined: JoinedFile | None = None,
) -> AccuracyImport:
    """Read a table of accuracies; parameters as in `read_studies`.

    Raises
    ------
    FileError
        With every fault of the file: an identifier in two rows, neither four counts nor both
        rates, negative counts, rates outside 0 to 1 (a column of per cents needs `scale = 0.01`),
        per cents and shares in one column.
    """
    table = select_rows(data, mapping, file=file, joined=joined)
    problems: list[FileProblem] = []
    drafts: list[tuple[int, dict[str, Any]]] = []
    seen: dict[str, int] = {}
    for row in table.rows:
        before = len(problems)
        values = RowReader(row, problems).section(mapping.accuracy, ACCURACY)
        key = values["key"]
        if key in seen:
            problems.append(repeated_key(key, seen[key], row.number, mapping.accuracy["key"]))
        elif key is not None:
            seen[key] = row.number
        if len(problems) == before:
            problems += _impossible(row.number, values)
        drafts.append((row.number, values))
    problems += _mixed_scales(drafts, mapping)
    if problems:
        raise FileError(file, problems)
    names = names_of((values["key"], values["key"]) for _, values in drafts)
    accuracies = []
    for number, values in drafts:
        key = values.pop("key")
        if values["doi"] is not None:
            values["doi"] = bare_doi(values["doi"])
        accuracies.append(
            Accuracy(
                accuracy_id=f"{review_id}/{names[key, key]}",
                review_id=review_id,
                raw_file_id=raw_file_id,
                source_row=number,
                **values,
            )
        )
    return AccuracyImport(tuple(accuracies), table.repairs, table.encoding)


def _impossible(number: int, values: dict[str, Any]) -> list[FileProblem]:
    """Check that a row holds four counts or two rates, and that they can be true."""
    counts = [values[name] for name in COUNTS]
    if all(count is None for count in counts):
        if any(values[rate] is None for rate in RATES):
            return [
                FileProblem(
                    "The row has neither the four counts nor both sensitivity and specificity.",
                    "Fill in one or the other.",
                    number,
                )
            ]
        return _outside(number, values)
    if any(count is None for count in counts):
        return [
            FileProblem(
                "Some of the four counts are missing.", "Fill in all of tp, fp, fn and tn.", number
            )
        ]
    if min(counts) < 0 or counts[0] + counts[2] == 0 or counts[1] + counts[3] == 0:
        return [
            FileProblem(
                "The counts cannot be: they are negative, or nobody has the need, or everybody.",
                "Check tp, fp, fn and tn.",
                number,
            )
        ]
    return _outside(number, values)


def _outside(number: int, values: dict[str, Any]) -> list[FileProblem]:
    return [
        FileProblem(
            f"{name} is {values[name]:g}; a share is between 0 and 1.",
            "Correct the cell; for a column of per cents add scale = 0.01 to the mapping.",
            number,
            name,
        )
        for name in SHARES
        if values[name] is not None and not 0 <= values[name] <= 1
    ]


def _mixed_scales(
    drafts: Sequence[tuple[int, dict[str, Any]]], mapping: AccuracyMapping
) -> list[FileProblem]:
    """Find columns read as per cents that hold shares: values at or below 1 beside larger ones."""
    problems = []
    for name in SHARES:
        source = mapping.accuracy.get(name)
        if source is None or source.scale is None:
            continue
        given = [(row, v[name] / source.scale) for row, v in drafts if v[name] is not None]
        small = [(row, value) for row, value in given if 0 < value <= 1]
        if small and len(small) < len(given):
            row, value = small[0]
            problems.append(
                FileProblem(
                    f"Found {value:g} in a column of per cents, which looks like a share.",
                    "Write all cells of the column on one scale.",
                    row,
                    " and ".join(source.columns()),
                )
            )
    return problems
