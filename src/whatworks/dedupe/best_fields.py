"""From the records of one document to its report: the best value of each field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from whatworks.dedupe.nouns import Report
from whatworks.references import Record

__all__ = ["best_report"]

Value = TypeVar("Value", str, int)


def best_report(records: Sequence[Record], *, report_id: str) -> Report:
    """Return the report of records that describe one document.

    The fullest title, author list and container are taken, the commonest year, kind and
    identifiers; ties go to the value that comes first in the alphabet, so that the order of the
    records does not matter.
    """
    return Report(
        report_id=report_id,
        review_id=records[0].review_id,
        record_type=_commonest(
            (r.record_type for r in records if r.record_type != "other"), default="other"
        ),
        title=_fullest((r.title for r in records), _worth),
        authors=_fullest((r.authors for r in records), _worth),
        year=_commonest_or_none(r.year for r in records),
        container=_fullest((r.container for r in records), _worth),
        doi=_commonest_or_none(r.doi for r in records),
        pmid=_commonest_or_none(r.pmid for r in records),
    )


def _worth(text: str) -> tuple[bool, int]:
    """Rank a text in capitals throughout below all others, and those by their length."""
    return not text.isupper(), len(text)


def _fullest(values: Iterable[str | None], worth: Callable[[str], tuple[bool, int]]) -> str | None:
    given = sorted({value for value in values if value})
    return max(given, key=worth) if given else None


def _commonest_or_none(values: Iterable[Value | None]) -> Value | None:
    counts = Counter(value for value in values if value is not None)
    return min(counts, key=lambda value: (-counts[value], value)) if counts else None


def _commonest(values: Iterable[str], *, default: str) -> str:
    return _commonest_or_none(values) or default
