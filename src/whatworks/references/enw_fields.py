"""From EndNote's %-tags to canonical fields."""

from __future__ import annotations

from whatworks.references.entries import Tags
from whatworks.references.fields import Fields
from whatworks.references.name_lists import read_names
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

__all__ = ["fields_from_enw"]


def fields_from_enw(values: dict[str, list[str]]) -> tuple[Fields, list[tuple[str, str]]]:
    """Return the fields of one EndNote record, and what was not understood."""
    tags = Tags(values)
    notes: list[tuple[str, str]] = []
    named = (tags.peek("%0") or [""])[0]
    # refer has no types; what stands in a journal is an article.
    kind = type_from_words([named]) or ("article" if not named and tags.peek("%J") else "other")
    if named.lower() == kind:
        tags.drop(named, "%0")
    year, not_a_year = take_year(tags, "%D", "%8")
    if not_a_year is not None:
        notes.append(("A year that could not be read.", not_a_year))
    pages = tags.first("%P")
    if pages is None:
        pages = tags.first("%&", "%]")
    names, repaired = read_names(tags.every("%A"))
    notes += repaired
    fields = Fields(
        record_type=kind,
        title=tags.first("%T"),
        authors="; ".join(names) or None,
        year=year,
        container=tags.first("%J", "%B", "%S"),
        volume=tags.first("%V"),
        issue=tags.first("%N"),
        pages=join_pages(pages, None) if pages else None,
        abstract=take_longest(tags, "%X"),
        doi=take_doi(tags, ("%R", "%3"), ("%U", "%Z", "%O")),
        isbn_issn=take_serials(tags, "%@"),
        url=take_url(tags, "%U", "%>"),
        keywords=joined(split_keywords(tags.all("%K"))),
        language=tags.first("%G"),
        accession=tags.first("%M"),
        database=tags.first("%~", "%W"),
        extra=tags.left(),
    )
    return fields, notes
