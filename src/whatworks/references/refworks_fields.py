"""From RefWorks tags to canonical fields."""

from __future__ import annotations

from whatworks.references.entries import Tags
from whatworks.references.fields import Fields
from whatworks.references.name_lists import read_names
from whatworks.references.record_types import type_from_words
from whatworks.references.taking import (
    joined,
    pmid_from_urls,
    take_doi,
    take_longest,
    take_serials,
    take_url,
    take_year,
)
from whatworks.references.values import join_pages, normalise_pages, split_keywords

__all__ = ["fields_from_refworks"]


def fields_from_refworks(values: dict[str, list[str]]) -> tuple[Fields, list[tuple[str, str]]]:
    """Return the fields of one RefWorks record, and what was not understood."""
    tags = Tags(values)
    notes: list[tuple[str, str]] = []
    named = (tags.peek("RT") or [""])[0]
    kind = type_from_words([named]) or "other"
    if named.lower() == kind:
        tags.drop(named, "RT")
    year, not_a_year = take_year(tags, "YR", "FD", "PD")
    if not_a_year is not None:
        notes.append(("A year that could not be read.", not_a_year))
    pmid = pmid_from_urls(tags, "LK", "UL")
    names, repaired = read_names(tags.every("A1", "AU"))
    notes += repaired
    fields = Fields(
        record_type=kind,
        title=tags.first("T1", "CT"),
        authors="; ".join(names) or None,
        year=year,
        container=tags.first("JF", "JO", "T2", "T3"),
        volume=tags.first("VO"),
        issue=tags.first("IS"),
        pages=_take_pages(tags),
        abstract=take_longest(tags, "AB"),
        doi=take_doi(tags, ("DO",), ("LK", "UL", "NO")),
        pmid=pmid,
        isbn_issn=take_serials(tags, "SN"),
        url=take_url(tags, "LK", "UL"),
        keywords=joined(split_keywords(tags.all("K1"))),
        language=tags.first("LA", "OL"),
        accession=tags.first("AN", "ID"),
        database=tags.first("DB", "DS"),
        extra=tags.left(),
    )
    return fields, notes


def _take_pages(tags: Tags) -> str | None:
    first = tags.first("SP")
    if first is not None:
        return join_pages(first, tags.first("OP"))
    # CNKI writes the whole range into OP; a last page alone says no pages.
    for value in tags.peek("OP"):
        pages = normalise_pages(value)
        if "-" in pages:
            tags.drop(value, "OP")
            return pages
    return None
