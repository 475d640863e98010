"""From the Cochrane Library's tags to canonical fields."""

from __future__ import annotations

import re

from whatworks.references.entries import Tags
from whatworks.references.fields import Fields
from whatworks.references.names import normalise_name
from whatworks.references.record_types import type_from_words
from whatworks.references.taking import (
    joined,
    take_doi,
    take_longest,
    take_serials,
    take_url,
    take_year,
)
from whatworks.references.values import join_pages, split_keywords

__all__ = ["fields_from_cochrane"]

PUBMED = re.compile(r"PUBMED\s+(\d{1,8})", re.IGNORECASE)


def fields_from_cochrane(values: dict[str, list[str]]) -> tuple[Fields, list[tuple[str, str]]]:
    """Return the fields of one record, and what was not understood."""
    tags = Tags(values)
    notes: list[tuple[str, str]] = []
    year, not_a_year = take_year(tags, "YR")
    if not_a_year is not None:
        notes.append(("A year that could not be read.", not_a_year))
    pmid = None
    for value in tags.peek("PM"):
        match = PUBMED.match(value)
        if match:
            pmid = match[1]
            if match[0] == value:  # "PUBMED 1,EMBASE 2" says more
                tags.drop(value, "PM")
            break
    pages = tags.first("PG")
    names = (
        normalise_name(part, bare_initials=True)
        for value in tags.every("AU")
        for part in value.split(";")
    )
    fields = Fields(
        record_type=type_from_words(tags.peek("PT")) or "article",
        title=tags.first("TI"),
        authors="; ".join(name for name in names if name) or None,
        year=year,
        container=tags.first("SO"),
        volume=tags.first("VL"),
        issue=tags.first("NO"),
        pages=join_pages(pages, None) if pages else None,
        abstract=take_longest(tags, "AB"),
        doi=take_doi(tags, ("DOI",), ("US",)),
        pmid=pmid,
        isbn_issn=take_serials(tags, "SN"),
        url=take_url(tags, "US"),
        keywords=joined(split_keywords(tags.all("KY"))),
        language=tags.first("LA"),
        accession=tags.first("ID"),
        database="Cochrane Library",
        extra=tags.left(),
    )
    return fields, notes
