"""The canonical fields of a record, before it is given its place in a file."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields

__all__ = ["FIELD_NAMES", "Fields", "dump_extra", "load_extra"]


@dataclass(frozen=True, slots=True)
class Fields:
    """What a record says, by the names of `Record`, with what has no field in `extra`."""

    record_type: str = "other"
    title: str | None = None
    authors: str | None = None
    year: int | None = None
    container: str | None = None
    volume: str | None = None
    issue: str | None = None
    pages: str | None = None
    abstract: str | None = None
    doi: str | None = None
    pmid: str | None = None
    isbn_issn: str | None = None
    url: str | None = None
    keywords: str | None = None
    language: str | None = None
    accession: str | None = None
    database: str | None = None
    extra: dict[str, list[str]] = field(default_factory=dict)


_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True)
FIELD_NAMES = tuple(item.name for item in fields(Fields) if item.name != "extra")


def dump_extra(extra: dict[str, list[str]]) -> str | None:
    """Return leftover tags as JSON, or None if there are none."""
    return _JSON.encode(extra) if extra else None


def load_extra(text: str | None) -> dict[str, list[str]]:
    """Return leftover tags from their JSON.

    Raises
    ------
    ValueError
        The text is not JSON of tags and lists of values.
    """
    if not text:
        return {}
    found = json.loads(text)
    if not isinstance(found, dict) or not all(
        isinstance(values, list) and all(isinstance(value, str) for value in values)
        for values in found.values()
    ):
        raise ValueError("not tags with lists of values")
    return found
