"""What a computation gives before it becomes a published number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from whatworks.release.nouns import Analysis, Number

__all__ = ["Result", "numbers_of"]


@dataclass(frozen=True, slots=True)
class Result:
    """One field of an analysis's result; `note` says why there is no value, or how to read it."""

    field: str
    value: float | None
    unit: str
    label: str
    note: str | None = None


def numbers_of(analysis: Analysis, results: Sequence[Result]) -> tuple[Number, ...]:
    """Return the results as numbers, named subject.role.field."""
    return tuple(
        Number(
            number_id=f"{analysis.subject}.{analysis.role}.{result.field}",
            analysis_id=analysis.analysis_id,
            field=result.field,
            value=None if result.value is None else float(result.value),
            unit=result.unit,
            label=result.label,
            note=result.note,
        )
        for result in results
    )
