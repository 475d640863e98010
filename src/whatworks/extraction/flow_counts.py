"""The published numbers of a review's flow, from JSON or a table of two columns."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from whatworks.errors import FileError, FileProblem
from whatworks.extraction.identifiers import slug
from whatworks.extraction.nouns import FlowCount
from whatworks.tabular import CellError, decode, parse_integer, read_csv, unpack

if TYPE_CHECKING:
    from whatworks.extraction.mapping import FlowCountsMapping

__all__ = ["FlowCountImport", "read_flow_counts"]


@dataclass(frozen=True, slots=True)
class FlowCountImport:
    """What a file of flow counts gives."""

    flow_counts: tuple[FlowCount, ...]
    warnings: tuple[str, ...]
    encoding: str


def read_flow_counts(
    data: bytes, mapping: FlowCountsMapping, *, file: str, review_id: str
) -> FlowCountImport:
    """Read the numbers of a flow by their names in the file.

    Raises
    ------
    FileError
        The file is neither JSON nor a table, a number is missing or is not a count.
    """
    numbers, encoding = _numbers(data, mapping, file)
    counts, problems = [], []
    for source in mapping.count:
        if source.key not in numbers:
            problems.append(
                FileProblem(
                    f'There is no number called "{source.key}".',
                    f"The names are {', '.join(numbers)}.",
                )
            )
            continue
        value = numbers[source.key]
        try:
            n = parse_integer(str(value))
        except CellError as error:
            problems.append(FileProblem(error.found, error.fix, column=source.key))
            continue
        if n is None or n < 0:
            problems.append(FileProblem(f"Found {value}.", "Write a count.", column=source.key))
            continue
        name = slug(source.box if source.detail is None else f"{source.box} {source.detail}")
        counts.append(
            FlowCount(
                flow_count_id=f"{review_id}/{name}",
                review_id=review_id,
                box=source.box,
                detail=source.detail,
                n=n,
                note=source.note,
            )
        )
    if problems:
        raise FileError(file, problems)
    return FlowCountImport(tuple(counts), (), encoding)


def _numbers(data: bytes, mapping: FlowCountsMapping, file: str) -> tuple[dict[str, Any], str]:
    """Return all numbers of the file by name, and its encoding."""
    if mapping.name_column is not None and mapping.value_column is not None:
        table = read_csv(data, file=file)
        table.require([mapping.name_column, mapping.value_column])
        named = {
            row.cells[mapping.name_column].strip(): row.cells[mapping.value_column]
            for row in table.rows
        }
        return named, table.encoding
    decoded = decode(unpack(data, file=file), file=file)
    try:
        content = json.loads(decoded.text)
    except json.JSONDecodeError as error:
        raise FileError(
            file,
            [
                FileProblem(
                    f"The file is not JSON: line {error.lineno} cannot be read.",
                    "Correct it, or name name_column and value_column for a table.",
                )
            ],
        ) from None
    return dict(_flatten(content, "")), decoded.encoding


def _flatten(content: Any, prefix: str) -> list[tuple[str, Any]]:
    if isinstance(content, dict):
        parts = []
        for name, value in content.items():
            parts += _flatten(value, f"{prefix}.{name}" if prefix else name)
        return parts
    return [(prefix, content)]
