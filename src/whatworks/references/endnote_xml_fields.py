"""From EndNote XML's elements to canonical fields."""

from __future__ import annotations

import re
from dataclasses import replace

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
from whatworks.references.values import join_pages, split_keywords

__all__ = ["fields_from_endnote_xml"]

# EndNote's numbers of reference types, for files that give no name.
NUMBERED = {
    "0": "article", "17": "article", "23": "article", "19": "article", "6": "book", "28": "book",
    "1": "book", "5": "chapter", "7": "chapter", "10": "conference", "47": "conference",
    "3": "conference", "27": "report", "46": "report", "32": "thesis", "2": "thesis", "12": "web",
    "16": "web", "34": "unpublished", "36": "unpublished", "59": "dataset",
}  # fmt: skip
URLS = ("url", "web-urls", "related-urls", "text-urls", "pdf-urls", "urls")
DIGITS = re.compile(r"[1-9]\d{0,7}")


def fields_from_endnote_xml(values: dict[str, list[str]]) -> tuple[Fields, list[tuple[str, str]]]:
    """Return the fields of one EndNote XML record, and what was not understood."""
    tags = Tags(values)
    notes: list[tuple[str, str]] = []
    named = tags.peek("ref-type@name", "reference-type")
    kind = type_from_words(named) or next(
        (NUMBERED[code] for code in tags.peek("ref-type", "reference-type") if code in NUMBERED),
        "other",
    )
    year, not_a_year = take_year(tags, "year", "date", "pub-dates")
    if not_a_year is not None:
        notes.append(("A year that could not be read.", not_a_year))
    database = tags.first("remote-database-name", "remote-database-provider")
    pmid = _take_pmid(tags, database)
    pages = tags.first("pages", "pages@start", "electronic-pages")
    written = tags.every("authors", "author")
    names, repaired = read_names([line for value in written for line in value.split("\n")])
    notes += repaired
    fields = Fields(
        record_type=kind,
        title=tags.first("title"),
        authors="; ".join(names) or None,
        year=year,
        container=tags.first("full-title", "secondary-title", "periodical", "abbr-1", "alt-title"),
        volume=tags.first("volume"),
        issue=tags.first("number", "issue"),
        pages=join_pages(" ".join(pages.split()), None) if pages else None,
        abstract=take_longest(tags, "abstract"),
        doi=take_doi(tags, ("electronic-resource-num", "doi"), (*URLS, "notes", "research-notes")),
        pmid=pmid,
        isbn_issn=take_serials(tags, "isbn", "issn", "orig-pub"),
        url=take_url(tags, *URLS),
        keywords=joined(split_keywords([*tags.all("keyword"), *tags.all("keywords")])),
        language=tags.first("language"),
        accession=tags.first("accession-num"),
        database=database,
    )
    left = tags.left()
    if fields.container is not None:
        # Most programs write the journal's name twice.
        left = {
            name: rest
            for name, found in left.items()
            if (rest := [v for v in found if name != "secondary-title" or v != fields.container])
        }
    return replace(fields, extra=left), notes


def _take_pmid(tags: Tags, database: str | None) -> str | None:
    """PubMed number: the accession number of what came from PubMed, or of a PubMed address."""
    is_pubmed = (database or "").lower() in {"nlm", "pubmed", "medline"}
    if is_pubmed:
        for value in tags.peek("accession-num"):
            if DIGITS.fullmatch(value):
                tags.drop(value, "accession-num")
                return value
    return pmid_from_urls(tags, *URLS)
