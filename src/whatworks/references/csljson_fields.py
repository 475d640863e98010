"""From CSL variables to canonical fields."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from whatworks.references.entries import Tags
from whatworks.references.fields import Fields
from whatworks.references.names import normalise_name
from whatworks.references.own_note import OWN_ID, OWN_NAME, Note, read_note
from whatworks.references.record_types import CSL_TYPE, type_from_csl
from whatworks.references.taking import (
    joined,
    pmid_from_urls,
    take_doi,
    take_longest,
    take_pmid,
    take_serials,
    take_url,
)
from whatworks.references.values import find_year, join_pages, split_keywords

__all__ = ["OWN_KEY", "fields_from_csljson", "name_from_csl"]

# Key of the object `custom` under which our own writer puts what CSL has no variable for.
OWN_KEY = "whatworks"
# Parts of a name that are all told by "Family, Given, Suffix".
SIMPLE_PARTS = frozenset({"family", "given", "suffix", "literal"})
PMID_IN_NOTE = re.compile(r"^\s*PMID:\s*(\d{1,8})\s*$", re.IGNORECASE | re.MULTILINE)


def fields_from_csljson(values: dict[str, list[str]]) -> tuple[Fields, list[tuple[str, str]]]:
    """Return the fields of one CSL item, and what was not understood.

    Parameters
    ----------
    values : dict of str to list of str
        By CSL variable; names, dates and other objects as JSON.
    """
    tags = Tags(values)
    notes: list[tuple[str, str]] = []
    own_note, own_name = _take_own(tags)
    csl_type = tags.first("type") or ""
    kind = type_from_csl(csl_type)
    year, not_a_year = _take_year(tags)
    if not_a_year is not None:
        notes.append(("A year that could not be read.", not_a_year))
    page = tags.first("page", "page-first")
    fields = Fields(
        record_type=kind,
        title=tags.first("title"),
        authors=_take_authors(tags),
        year=year,
        container=tags.first("container-title", "event-title"),
        volume=tags.first("volume"),
        issue=tags.first("issue"),
        pages=join_pages(page, None) if page else None,
        abstract=take_longest(tags, "abstract"),
        doi=take_doi(tags, ("DOI",), ("URL", "note")),
        pmid=_take_pmid(tags),
        isbn_issn=take_serials(tags, "ISSN", "ISBN"),
        url=take_url(tags, "URL"),
        keywords=joined(_keywords(tags.all("keyword"))),
        language=tags.first("language"),
        accession=tags.first("archive_location", "archive-location"),
        database=tags.first("source"),
    )
    extra = tags.left()
    if csl_type and csl_type != CSL_TYPE[kind]:
        extra = extra | {"type": [csl_type]}
    fields = replace(fields, extra=extra)
    if own_name:
        notes.append((OWN_NAME, own_name))
    return (own_note.apply(fields) if own_note else fields), notes


def name_from_csl(value: str) -> tuple[str, bool]:
    """Return a CSL name as "Family, Given, Suffix", and whether that says all of it."""
    name = _object(value)
    if name is None:
        return normalise_name(value), normalise_name(value) == value
    parts = {key: " ".join(str(part).split()) for key, part in name.items() if part is not None}
    if parts.get("literal"):
        return parts["literal"], set(parts) == {"literal"}
    before = (parts.get("dropping-particle"), parts.get("non-dropping-particle"))
    family = " ".join(part for part in (*before, parts.get("family")) if part)
    text = ", ".join(part for part in (family, parts.get("given"), parts.get("suffix")) if part)
    is_all = set(parts) <= SIMPLE_PARTS and not (parts.get("suffix") and not parts.get("given"))
    return text, is_all


def _object(value: str) -> dict[str, Any] | None:
    if not value.startswith("{"):
        return None
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _take_own(tags: Tags) -> tuple[Note | None, str | None]:
    """Take what our own writer put into the item, and the name it gave the record."""
    for value in tags.peek("custom"):
        custom = _object(value) or {}
        own = custom.pop(OWN_KEY, None)
        if not isinstance(own, dict) or not isinstance(own.get("record"), str):
            continue
        note = read_note(json.dumps(own.get("fields", {})), prefix="")
        if note is None or not own["record"].startswith(OWN_ID):
            continue
        tags.drop(value, "custom")
        return note, own["record"]
    return None, None


def _take_authors(tags: Tags) -> str | None:
    """Names in file order; the tag stays where a name has parts that the field does not tell."""
    values = tags.peek("author")
    told = [name_from_csl(value) for value in values]
    names = [name.replace(";", ",") for name, _ in told if name]
    if all(is_all for _, is_all in told):
        for value in values:
            tags.drop(value, "author")
    return "; ".join(names) or None


def _take_year(tags: Tags) -> tuple[int | None, str | None]:
    """Year of publication, and a date that holds none; a date that says more stays."""
    values = tags.peek("issued", "original-date", "event-date")
    for value in values:
        date = _object(value)
        if date is None:
            year, is_all = find_year(value), value.isdigit()
        else:
            year, is_all = _year_of_date(date)
        if year is not None:
            if is_all:
                tags.drop(value, "issued")
            return year, None
    return None, values[0] if values else None


def _year_of_date(date: dict[str, Any]) -> tuple[int | None, bool]:
    """Year of a CSL date, and whether the date says nothing else."""
    parts = date.get("date-parts")
    if isinstance(parts, list) and parts and isinstance(parts[0], list) and parts[0]:
        year = find_year(str(parts[0][0]))
        is_all = len(date) == 1 and len(parts) == 1 and len(parts[0]) == 1
        return year, is_all and str(parts[0][0]) == str(year)
    for key in ("literal", "raw", "year"):
        if date.get(key):
            return find_year(str(date[key])), False
    return None, False


def _keywords(values: list[str]) -> list[str]:
    """CSL holds all keywords in one text, parted by commas where no ";" is used."""
    return split_keywords([value if ";" in value else value.replace(",", ";") for value in values])


def _take_pmid(tags: Tags) -> str | None:
    own = take_pmid(tags, "PMID")
    if own:
        return own
    # Zotero has no field for it and its users write it into "Extra", which becomes the note.
    noted = (PMID_IN_NOTE.search(value) for value in tags.peek("note"))
    return next((match[1] for match in noted if match), None) or pmid_from_urls(tags, "URL")
