"""From BibTeX and BibLaTeX fields to canonical fields."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import Any

from whatworks.references.bibtex import ENTRY_KEY, ENTRY_TYPE
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
from whatworks.references.values import join_pages, normalise_name, split_keywords

__all__ = ["NOTE_FIELD", "OWN_ID_FIELD", "SUFFIX", "fields_from_bibtex"]

# What our own writer adds: the record's name here, and what BibTeX has no field for.
OWN_ID_FIELD = "whatworks-id"
NOTE_FIELD = "whatworks-fields"
# Fields that hold addresses, paths and codes, in which a backslash or brace is no TeX.
NOT_TEX = frozenset(
    {"url", "doi", "eprint", "file", "files", "filename", "pdf", "localfile", ENTRY_KEY}
    | {OWN_ID_FIELD, NOTE_FIELD}
)
# The decoder's time grows with the square; no abstract is as long.
MAX_TEX = 20_000
ESCAPED_SIGN = re.compile(r"\\([%&_#])")
PMID_IN_NOTE = re.compile(r"\bPMID[:}\s]+(\d{1,8})\b")
# BibTeX writes "King, Jr., Martin", everyone else "King, Martin, Jr.".
SUFFIX = r"(?:[JS]r\.?|I{2,3}|IV|2nd|3rd|4th)"
WITH_SUFFIX = re.compile(
    rf"(?P<family>[^,]+),\s*(?P<suffix>{SUFFIX}),\s*(?P<given>[^,]+)", re.IGNORECASE
)
DIGITS = re.compile(r"\d{1,8}")


def fields_from_bibtex(values: dict[str, list[str]]) -> tuple[Fields, list[tuple[str, str]]]:
    """Return the fields of one BibTeX entry, and what was not understood."""
    notes: list[tuple[str, str]] = []
    entry_type = values.get(ENTRY_TYPE, ["misc"])[0].lower()
    kind = type_from_bibtex(entry_type)
    raw_authors = [*values.get("author", []), *values.get("authors", [])]
    tags = Tags(
        {
            name: [value if name in NOT_TEX else _from_tex(value) for value in found]
            for name, found in values.items()
            if name not in (ENTRY_TYPE, "author", "authors")
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
        authors=_authors(raw_authors),
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


def _take_title(tags: Tags) -> str | None:
    title = tags.first("title", "maintitle")
    subtitle = tags.first("subtitle")
    return f"{title}: {subtitle}" if title and subtitle else title or subtitle


def _authors(values: list[str]) -> str | None:
    """Names between "and", outside braces; a name wholly in braces is a group's."""
    names = []
    for value in values:
        for raw in _outside_braces(value):
            name = " ".join(_from_tex(raw).split())
            if not raw.startswith("{"):
                name = _family_first(name)
            if name:
                names.append(name.replace(";", ","))
    return "; ".join(names) or None


def _outside_braces(value: str) -> list[str]:
    """Parts of a name list between " and ", leaving braces whole."""
    parts, depth, start = [], 0, 0
    for match in re.finditer(r"\\.|[{}]|\s+and\s+", value):
        if match[0] == "{":
            depth += 1
        elif match[0] == "}":
            depth = max(depth - 1, 0)
        elif match[0].strip() == "and" and depth == 0:
            parts.append(value[start : match.start()].strip())
            start = match.end()
    return [part for part in (*parts, value[start:].strip()) if part]


def _family_first(name: str) -> str:
    """Turn "Given von Family" into "von Family, Given", as BibTeX reads names without a comma."""
    if match := WITH_SUFFIX.fullmatch(name):
        return f"{match['family']}, {match['given']}, {match['suffix']}"
    if "," in name or name == "others":
        return normalise_name(name)
    dotted = normalise_name(name)
    words = name.split()
    if dotted != name or len(words) == 1:
        return dotted
    at = next((i for i, word in enumerate(words[1:-1], start=1) if word[0].islower()), -1)
    return f"{' '.join(words[at:])}, {' '.join(words[:at])}"


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


def _from_tex(value: str) -> str:
    """Text of a TeX value: accents as letters, protecting braces and mathematics marks gone."""
    simple = ESCAPED_SIGN.sub(r"\1", value)
    if "\\" not in simple and "$" not in simple:
        # Nearly all values; the decoder would take a second per thousand entries.
        plain = re.sub(r"[{}]", "", simple).replace("~", " ")
        return " ".join(plain.replace("---", "—").replace("--", "–").split())
    if len(value) > MAX_TEX:
        return " ".join(value.split())
    try:
        text = str(_decoder().latex_to_text(value))
    except Exception:  # the library raises many kinds; the raw value is better than none
        text = value
    return " ".join(text.split())


@cache
def _decoder() -> Any:
    # It comes with bibtexparser, whose own decoding turns a whole entry into an error block.
    from pylatexenc.latex2text import LatexNodes2Text

    return LatexNodes2Text(math_mode="text", keep_comments=True)
