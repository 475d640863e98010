"""From Ovid's tags and field names to canonical fields."""

from __future__ import annotations

import re

from whatworks.references.entries import Tags
from whatworks.references.fields import Fields
from whatworks.references.names import MAX_NAME, normalise_name
from whatworks.references.record_types import type_from_words
from whatworks.references.taking import (
    joined,
    take_doi,
    take_longest,
    take_pmid,
    take_serials,
    take_url,
    take_year,
)
from whatworks.references.values import join_pages, split_keywords

__all__ = ["fields_from_ovid"]

TITLE = ("TI", "Title", "Article Title", "Chapter Title", "BT", "Book Title")
AUTHORS = ("FA", "AU", "Authors Full Name", "Author Full Name", "Authors", "Author", "Author(s)")
YEAR = ("YR", "DP", "Year of Publication", "Date of Publication", "Publication Date", "Year", "PD")
CONTAINER = ("JN", "JT", "JL", "Journal Name", "Journal", "Book Title", "Publication Title")
KEYWORDS = (
    "MH", "SH", "HW", "KW", "KP", "DE", "MM",
    "MeSH Subject Headings", "Subject Headings", "Subject Heading", "Heading Words",
    "Author Keywords", "Keyword Heading", "Keywords", "Key Words", "Key Concepts", "Descriptors",
)  # fmt: skip
# What Ovid puts after titles: "... in Harz Mountains, Germany.[Article]".
TITLE_MARK = re.compile(
    r"\s*\[((?:\w+ )?(?:Article|Articles|Review|Reviews|Editorial|Letter|Report|Abstract|Erratum|"
    r"References|Miscellaneous))\]\.?$"
)
AFFILIATION_MARK = re.compile(r"(?<=[^\W\d_.])[ ]?\d{1,2}(?:[ ,]+\d{1,2})*$|\s*\[.*\]$|\s*[*+#&]+$")
DEGREES = re.compile(
    r"(?:,?\s+(?:MD|M\.D\.|PhD|Ph\.D\.?|MSc|MPH|BSc|MA|EdD|Ed\.D\.|PsyD|DPhil|MBBS|RN|DDS))+$"
)
# "Ecohydrology.   8(6):1048-1064, September 2015."
MEDLINE_SOURCE = re.compile(
    r"(?P<container>.+?)[.,]\s+(?:v(?:ol)?\.?\s*)?(?P<volume>[\w-]+)?\s*(?:\((?P<issue>[^)]*)\))?"
    r"\s*:\s*(?P<pages>[\w.]+(?:\s*-\s*\w+)?)[,;.]?\s*(?P<date>.*)"
)
# "Lancet. 367 (9506) (pp 225-232), 2006."
EMBASE_SOURCE = re.compile(
    r"(?P<container>.+?)\.\s+(?P<volume>[\w-]+)?\s*(?:\((?P<issue>(?!pp?\b|no )[^)]*)\))?\s*"
    r"\((?:pp?\.?\s*(?P<pages>[^)]+)|no pagination)\),?\s*(?P<date>.*)"
)
# "School Psychology Review, Vol 31(2), 2002. pp. 167-180."
PSYCINFO_SOURCE = re.compile(
    r"(?P<container>.+?)[.,]\s+Vol\.?\s*(?P<volume>[\w-]+)\s*(?:\((?P<issue>[^)]*)\))?,?\s*"
    r"(?P<date>[^.]*?\d{4}[^.]*?)[.,]\s*(?:(?:pp?\.|Article)\s*(?P<pages>[\w-]+))?.*"
)


def fields_from_ovid(values: dict[str, list[str]]) -> tuple[Fields, list[tuple[str, str]]]:
    """Return the fields of one Ovid record, and what was not understood.

    Journal, volume, issue and pages are taken from the source line where they have no field of
    their own; the source line stays among the other tags.
    """
    tags = Tags(values)
    notes: list[tuple[str, str]] = []
    source = _read_source((tags.peek("SO", "Source") or [""])[0])
    year, not_a_year = take_year(tags, *YEAR, "SO", "Source", "Status")
    if not_a_year is not None:
        notes.append(("A year that could not be read.", not_a_year))
    database = tags.first("DB", "Database")
    title, mark = _take_title(tags)
    unique = next(iter(tags.peek("UI", "Unique Identifier")), None)
    is_medline = "medline" in (database or "").lower()
    pmid = take_pmid(tags, "PM", "PMID", *(("UI", "Unique Identifier") if is_medline else ()))
    if pmid is not None and unique == pmid:
        unique = None
    pages = tags.first("PG", "Page Range", "Pages", "Page", "First Page") or source.get("pages")
    accession = tags.first("AN", "Accession Number", "UI", "Unique Identifier")
    fields = Fields(
        record_type=_kind(tags, mark, source),
        title=title,
        authors=_take_authors(tags),
        year=year,
        container=tags.first(*CONTAINER) or source.get("container"),
        volume=tags.first("VI", "VO", "Volume") or source.get("volume"),
        issue=tags.first("IP", "Issue Number", "Issue/Part", "Issue") or source.get("issue"),
        pages=join_pages(pages, None) if pages else None,
        abstract=take_longest(tags, "AB", "Abstract"),
        doi=take_doi(
            tags,
            (
                "DO",
                "DI",
                "DOI",
                "DOI Number",
                "Digital Object Identifier",
                "Digital Object Identifier (DOI)",
            ),
            ("UR", "XL", "URL", "LK"),
        ),
        pmid=pmid,
        isbn_issn=take_serials(
            tags, "IS", "IB", "ISSN", "ISSN Print", "ISSN Electronic", "Print ISSN", "ISBN"
        ),
        url=take_url(tags, "UR", "URL", "XL", "LK"),
        keywords=_take_keywords(tags),
        language=_bare(tags.first("LG", "LA", "Language")),
        accession=_bare(accession),
        database=database,
        extra=tags.left(),
    )
    return fields, notes


def _read_source(text: str) -> dict[str, str]:
    """Parts of a source line; empty if it is written in none of Ovid's three ways."""
    line = " ".join(text.split())
    for pattern in (PSYCINFO_SOURCE, EMBASE_SOURCE, MEDLINE_SOURCE):
        match = pattern.fullmatch(line)
        if match:
            return {name: found.strip() for name, found in match.groupdict().items() if found}
    # A journal's name alone: an article that is not yet in an issue.
    alone = line.rstrip(". ")
    return {"container": alone} if alone and not re.search(r"\d", alone) else {}


def _take_title(tags: Tags) -> tuple[str | None, str | None]:
    """Title without the mark that Ovid adds, and the mark; the title as it stands is then kept."""
    whole = next(iter(tags.peek(*TITLE)), None)
    match = TITLE_MARK.search(whole) if whole else None
    if whole is not None and match and match.start() > 0:
        return whole[: match.start()].strip(), match[1]
    return tags.first(*TITLE), None


def _take_authors(tags: Tags) -> str | None:
    values = tags.peek(next((tag for tag in AUTHORS if tags.peek(tag)), "AU"))
    names = []
    for value in values:
        parts = [part.strip() for part in value.rstrip(";").split(";")]
        cleaned = [
            DEGREES.sub("", AFFILIATION_MARK.sub("", part).strip())
            if len(part) < MAX_NAME
            else part
            for part in parts
        ]
        names += [normalise_name(part.rstrip("."), bare_initials=True) for part in cleaned]
        if cleaned == parts:
            tags.drop(value, *AUTHORS)
    return "; ".join(name for name in names if name) or None


def _take_keywords(tags: Tags) -> str | None:
    words = split_keywords([value for name in KEYWORDS for value in tags.all(name)])
    return joined(_bare(word) or word for word in words)


def _bare(value: str | None) -> str | None:
    """Value without the full stop that Ovid ends its fields with."""
    return value.rstrip(".").rstrip() or value if value else None


def _kind(tags: Tags, mark: str | None, source: dict[str, str]) -> str:
    named = type_from_words(
        [*tags.peek("PT", "Publication Type", "Document Type"), *([mark] if mark else [])]
    )
    return named or ("article" if source.get("volume") or tags.peek("VI", "IP") else "other")
