"""From MEDLINE tags to canonical fields (PubMed, PubMed Central, ERIC)."""

from __future__ import annotations

import re

from whatworks.references.entries import Tags
from whatworks.references.fields import Fields
from whatworks.references.identifiers import find_doi, normalise_doi, serial_numbers
from whatworks.references.names import normalise_name
from whatworks.references.record_types import type_from_words
from whatworks.references.taking import joined, take_longest, take_url, take_year
from whatworks.references.values import join_pages, split_keywords

__all__ = ["fields_from_nbib"]

DATABASES = {"NLM": "PubMed", "ERIC": "ERIC"}
# "J Test. 2019 May 1;4(1):12-9. doi: ..."
PAGES_IN_SOURCE = re.compile(r";[^:;]*:\s*([A-Za-z]{0,2}\d+(?:-[A-Za-z]{0,2}\d+)?)[.,;]")
LABELLED = re.compile(r"(.*?)\s*\[(doi|pii)\]\s*", re.IGNORECASE)


def fields_from_nbib(values: dict[str, list[str]]) -> tuple[Fields, list[tuple[str, str]]]:
    """Return the fields of one MEDLINE record, and what was not understood."""
    tags = Tags(values)
    notes: list[tuple[str, str]] = []
    year, not_a_year = take_year(tags, "DP", "DEP", "DA")
    if not_a_year is not None:
        notes.append(("A year that could not be read.", not_a_year))
    database = _take_database(tags)
    pages = tags.first("PG")
    fields = Fields(
        record_type=type_from_words(tags.peek("PT")) or _default_type(database),
        title=tags.first("TI", "BTI", "TT"),
        authors=_take_authors(tags),
        year=year,
        container=tags.first("JT", "TA", "BTI"),
        volume=tags.first("VI"),
        issue=tags.first("IP"),
        pages=join_pages(pages, None) if pages else _pages_of_source(tags),
        abstract=take_longest(tags, "AB", "OAB"),
        doi=_take_doi(tags) or next(filter(None, map(find_doi, tags.peek("SO"))), None),
        pmid=tags.first("PMID"),
        isbn_issn=_take_serials(tags),
        url=take_url(tags, "URL", "UR", "LK"),
        keywords=joined(split_keywords([*tags.all("MH"), *tags.all("OT"), *tags.all("KW")])),
        language=tags.first("LA"),
        accession=tags.first("PMC", "OID", "AN"),
        database=database,
        extra=tags.left(),
    )
    return fields, notes


def _take_authors(tags: Tags) -> str | None:
    """Full names (FAU) where given, short ones (AU) otherwise; group authors (CN) after them.

    The short spellings of names that are given in full stay with the other tags.
    """
    full = tags.every("FAU")
    names = full or [normalise_name(name, bare_initials=True) for name in tags.every("AU")]
    names += tags.every("CN")
    return "; ".join(name.replace(";", ",") for name in names) or None


def _take_doi(tags: Tags) -> str | None:
    found: str | None = None
    for tag in ("LID", "AID", "DOI"):
        for value in tags.peek(tag):
            match = LABELLED.fullmatch(value)
            if match and match[2].lower() == "pii":
                continue
            doi = normalise_doi(match[1] if match else value)
            if doi is not None and found in (None, doi):
                found = doi
                tags.drop(value, tag)
    return found


def _pages_of_source(tags: Tags) -> str | None:
    """Pages of the source line, which stays among the other tags."""
    found = (PAGES_IN_SOURCE.search(value) for value in tags.peek("SO"))
    return next((join_pages(match[1], None) for match in found if match), None)


def _take_serials(tags: Tags) -> str | None:
    """ISSNs and ISBNs; values with a label such as "(Electronic)" stay with the other tags."""
    numbers: list[str] = []
    for tag in ("IS", "ISBN"):
        for value in tags.peek(tag):
            found = serial_numbers(value.removeprefix("ISSN-").removeprefix("ISBN-"))
            numbers.extend(found)
            if "".join(found) == value:
                tags.drop(value, tag)
    return joined(numbers)


def _take_database(tags: Tags) -> str | None:
    owner = next(iter(tags.peek("OWN")), None)
    if owner in DATABASES:
        tags.drop(owner, "OWN")
        return DATABASES[owner]
    return None


def _default_type(database: str | None) -> str:
    """MEDLINE lists journal articles; ERIC lists anything."""
    return "other" if database == "ERIC" else "article"
