"""From BibTeX and BibLaTeX fields to canonical fields."""

from __future__ import annotations

import re
from dataclasses import replace

from whatworks.references.bibtex_blocks import ENTRY_TYPE
from whatworks.references.bibtex_names import names_of
from whatworks.references.bibtex_tex import text_of_address, text_of_tex
from whatworks.references.bibtex_told import ADDRESSES, AUTHORS, NOT_TEX, NOTE_FIELD, OWN_ID_FIELD
from whatworks.references.entries import Tags
from whatworks.references.fields import Fields
from whatworks.references.identifiers import serial_numbers
from whatworks.references.own_note import OWN_ID, OWN_NAME, read_note
from whatworks.references.record_types import type_from_bibtex
from whatworks.references.taking import (
    joined,
    pmid_from_urls,
    take_doi,
    take_longest,
    take_url,
    take_year,
)
from whatworks.references.values import join_pages, split_keywords

__all__ = ["fields_from_bibtex"]

PMID_IN_NOTE = re.compile(r"\bPMID[:}\s]+(\d{1,8})\b")
DIGITS = re.compile(r"\d{1,8}")


def fields_from_bibtex(values: dict[str, list[str]]) -> tuple[Fields, list[tuple[str, str]]]:
    """Return the fields of one BibTeX entry, and what was not understood."""
    notes: list[tuple[str, str]] = []
    entry_type = values.get(ENTRY_TYPE, ["misc"])[0].lower()
    kind = type_from_bibtex(entry_type)
    authors = [name for tag in AUTHORS for value in values.get(tag, []) for name in names_of(value)]
    tags = Tags(
        {
            name: [_as_text(name, value) for value in found]
            for name, found in values.items()
            if name not in (ENTRY_TYPE, *AUTHORS)
        }
    )
    own_note = None
    for value in tags.peek(NOTE_FIELD):
        own_note = read_note(value, prefix="")
        if own_note is not None:
            tags.drop(value, NOTE_FIELD)
            break
    for value in tags.peek(OWN_ID_FIELD):
        if value.startswith(OWN_ID):
            tags.drop(value, OWN_ID_FIELD)
            notes.append((OWN_NAME, value))
    year, not_a_year = take_year(tags, "year", "date", "issued", "issue_date", "publicationdate")
    if not_a_year is not None:
        notes.append(("A year that could not be read.", not_a_year))
    pages = tags.first("pages", "article-number", "art_number", "articleno", "eid")
    keywords = [*tags.all("keywords"), *tags.all("keyword"), *tags.all("author_keywords")]
    fields = Fields(
        record_type=kind,
        title=_take_title(tags),
        authors="; ".join(authors) or None,
        year=year,
        container=tags.first(
            "journal", "journaltitle", "booktitle", "maintitle", "series", "fjournal"
        ),
        volume=tags.first("volume"),
        issue=tags.first("number", "issue"),
        pages=join_pages(pages, None) if pages else None,
        abstract=take_longest(tags, "abstract", "annote"),
        doi=take_doi(tags, ("doi",), ("note", "url", "howpublished")),
        pmid=_take_pmid(tags),
        isbn_issn=_take_serials(tags),
        url=take_url(tags, "url", "howpublished", "link"),
        keywords=joined(_keyword_list(keywords)),
        language=tags.first("language", "langid"),
        accession=tags.first("unique-id", "uniqueid"),
        database=tags.first("source", "database", "databaseprovider"),
    )
    # A key is no identifier: the same one names different works in most joined libraries.
    left = {name.removeprefix("@"): found for name, found in tags.left().items()}
    if entry_type != kind:
        left["entry type"] = [entry_type]
    fields = replace(fields, extra=left)
    return (own_note.apply(fields) if own_note else fields), notes


def _as_text(name: str, value: str) -> str:
    """Value of a field without TeX."""
    if name in NOT_TEX:
        return value
    return text_of_address(value) if name in ADDRESSES else text_of_tex(value)


def _take_title(tags: Tags) -> str | None:
    title = tags.first("title", "maintitle")
    subtitle = tags.first("subtitle")
    return f"{title}: {subtitle}" if title and subtitle else title or subtitle


def _keyword_list(values: list[str]) -> list[str]:
    """BibTeX parts keywords by commas where no ";" is used."""
    return split_keywords([value if ";" in value else value.replace(",", ";") for value in values])


def _take_pmid(tags: Tags) -> str | None:
    for value in tags.peek("pmid", "pubmed_id"):
        if DIGITS.fullmatch(value):
            tags.drop(value, "pmid", "pubmed_id")
            return value
    noted = (PMID_IN_NOTE.search(value) for value in tags.peek("note"))
    return next((match[1] for match in noted if match), None) or pmid_from_urls(tags, "url")


def _take_serials(tags: Tags) -> str | None:
    numbers: list[str] = []
    for name in ("issn", "isbn", "eissn"):
        for value in tags.peek(name):
            found = serial_numbers(value)
            numbers.extend(found)
            if found and "".join(found) == re.sub(r"[\s,;]", "", value):
                tags.drop(value, name)
    return joined(numbers)
