"""One record out of those of a report: the best value of each field, and where each comes from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from whatworks.references import Record
from whatworks.references.fields import dump_extra, load_extra

__all__ = ["ORIGINS", "gathered_record"]

# Under this name the origins travel among the tags that have no field.
ORIGINS = "origins"
# A text is best where it is fullest; a text in capitals throughout only where there is no other.
FULLEST = ("title", "authors", "container", "abstract", "keywords", "isbn_issn")
# A fact is best where most records have it.
COMMONEST = ("year", "volume", "issue", "doi", "pmid", "language")
# Of these the first is as good as any.
FIRST = ("url", "accession", "database")
RANGE = re.compile(r"\w+-\w+")


def gathered_record(records: Sequence[Record]) -> Record:
    """Return the first record with the best of all in each field.

    Parameters
    ----------
    records : sequence of Record
        Those of one report, the kept one first.

    Returns
    -------
    Record
        With the name and place of the first. Its `extra` holds the tags of all, and under
        "origins" which record each field was taken from and the names of all.
    """
    first = records[0]
    if len(records) == 1:
        return first
    best: dict[str, Any] = {}
    origins: dict[str, str] = {}
    rules: tuple[tuple[tuple[str, ...], Callable[[str, Sequence[Record]], Record | None]], ...] = (
        (FULLEST, _fullest),
        (COMMONEST, _commonest),
        (("pages",), _pages),
        (FIRST, _first),
    )
    for names, rule in rules:
        for name in names:
            source = rule(name, records)
            if source is not None:
                best[name] = getattr(source, name)
                origins[name] = source.record_id
    kinds = Counter(one.record_type for one in records if one.record_type != "other")
    if kinds:
        best["record_type"] = min(kinds, key=lambda kind: (-kinds[kind], kind))
    extra = _all_tags(records)
    told = [f"{name}: {record}" for name, record in origins.items()]
    extra[ORIGINS] = [*told, *(f"record: {one.record_id}" for one in records)]
    return replace(first, **best, extra=dump_extra(extra))


def _with(name: str, records: Sequence[Record]) -> list[Record]:
    return [one for one in records if getattr(one, name)]


def _fullest(name: str, records: Sequence[Record]) -> Record | None:
    there = _with(name, records)
    return max(there, key=lambda one: _worth(getattr(one, name)), default=None)


def _worth(text: str) -> tuple[bool, int]:
    return not text.isupper(), len(text)


def _commonest(name: str, records: Sequence[Record]) -> Record | None:
    there = _with(name, records)
    counts = Counter(getattr(one, name) for one in there)
    return max(there, key=lambda one: counts[getattr(one, name)], default=None)


def _pages(name: str, records: Sequence[Record]) -> Record | None:
    """Return a record with a range of pages, which tells more than a first page."""
    there = _with(name, records)
    ranges = [one for one in there if RANGE.search(getattr(one, name))]
    return _commonest(name, ranges or there)


def _first(name: str, records: Sequence[Record]) -> Record | None:
    return next(iter(_with(name, records)), None)


def _all_tags(records: Sequence[Record]) -> dict[str, list[str]]:
    """Return the tags of all records, each value once, in the order of the records."""
    found: dict[str, list[str]] = {}
    for one in records:
        for tag, values in load_extra(one.extra).items():
            own = found.setdefault(tag, [])
            own += [value for value in values if value not in own]
    return found
