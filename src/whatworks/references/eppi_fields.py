"""From the keys of EPPI-Reviewer's references to canonical fields."""

from __future__ import annotations

import re
from dataclasses import replace

from whatworks.references.entries import Tags
from whatworks.references.fields import Fields
from whatworks.references.name_lists import read_cell_names
from whatworks.references.record_types import EPPI_NAME, type_from_eppi
from whatworks.references.taking import (
    joined,
    pmid_from_urls,
    take_doi,
    take_longest,
    take_serials,
    take_url,
    take_year,
)
from whatworks.references.values import join_pages, split_keywords

__all__ = ["fields_from_eppi"]

PMID_IN_NOTE = re.compile(r"\bPMID[:\s]+(\d{1,8})\b")


def fields_from_eppi(values: dict[str, list[str]]) -> tuple[Fields, list[tuple[str, str]]]:
    """Return the fields of one reference, and what was not understood.

    Parameters
    ----------
    values : dict of str to list of str
        By EPPI-Reviewer's key; codes and outcomes as JSON.
    """
    tags = Tags(values)
    notes: list[tuple[str, str]] = []
    type_name = tags.first("TypeName") or ""
    kind = type_from_eppi(type_name)
    year, not_a_year = take_year(tags, "Year")
    if not_a_year is not None:
        notes.append(("A year that could not be read.", not_a_year))
    pages = tags.first("Pages")
    title = tags.first("Title", "ShortTitle")
    # Names are written "Lee Ann M" or "Lee AM", without a comma.
    names, repaired = read_cell_names(tags.first("Authors") or "", family_first=True)
    notes += repaired
    fields = Fields(
        record_type=kind,
        title=title,
        authors="; ".join(names) or None,
        year=year,
        container=tags.first("ParentTitle"),
        volume=tags.first("Volume"),
        issue=tags.first("Issue"),
        pages=join_pages(pages, None) if pages else None,
        abstract=take_longest(tags, "Abstract"),
        doi=take_doi(tags, ("DOI",), ("URL", "Comments")),
        pmid=_take_pmid(tags),
        isbn_issn=take_serials(tags, "StandardNumber"),
        url=take_url(tags, "URL", "Availability"),
        keywords=joined(split_keywords(tags.all("Keywords"))),
        accession=tags.first("ItemId"),
    )
    extra = tags.left()
    if type_name and type_name.lower() != EPPI_NAME.get(kind):
        extra = extra | {"TypeName": [type_name]}
    return replace(fields, extra=extra), notes


def _take_pmid(tags: Tags) -> str | None:
    noted = (PMID_IN_NOTE.search(value) for value in tags.peek("Comments"))
    return next((match[1] for match in noted if match), None) or pmid_from_urls(tags, "URL")
