"""From Web of Science tags to canonical fields; SP, CY, ID and C1 are not what RIS means by them."""

from __future__ import annotations

import re

from whatworks.references.entries import Tags
from whatworks.references.fields import Fields
from whatworks.references.names import normalise_name
from whatworks.references.record_types import type_from_words
from whatworks.references.taking import joined, take_doi, take_pmid, take_serials, take_year
from whatworks.references.values import join_pages, split_keywords

__all__ = ["WOS_COLUMNS", "fields_from_wos"]

# Columns by which the table of the same export is known.
WOS_COLUMNS = frozenset({"PT", "AU", "TI", "SO", "UT"})

KINDS = {"J": "article", "B": "book", "P": "other"}
# What accession numbers begin with, and the collection they come from.
COLLECTIONS = {
    "WOS": "Web of Science",
    "ISI": "Web of Science",
    "MEDLINE": "MEDLINE",
    "BIOSIS": "BIOSIS",
    "BCI": "BIOSIS",
    "CABI": "CABI",
    "FSTA": "FSTA",
    "INSPEC": "Inspec",
    "KJD": "KCI",
    "SCIELO": "SciELO",
    "RSCI": "Russian Science Citation Index",
    "CCC": "Current Contents",
    "ZOOREC": "Zoological Record",
    "DRCI": "Data Citation Index",
    "PPRN": "Preprint Citation Index",
    "PQDT": "ProQuest Dissertations and Theses",
}


def fields_from_wos(values: dict[str, list[str]]) -> tuple[Fields, list[tuple[str, str]]]:
    """Return the fields of one Web of Science record, and what was not understood."""
    tags = Tags({tag: rest for tag, found in values.items() if (rest := _filled(found))})
    notes: list[tuple[str, str]] = []
    kind = _kind(tags)
    year, not_a_year = take_year(tags, "PY", "PD", "EA", "EY")
    if not_a_year is not None:
        notes.append(("A year that could not be read.", not_a_year))
    authors = _take_authors(tags)
    accession = tags.first("UT", "AN")
    fields = Fields(
        record_type=kind,
        title=tags.first("TI", "FT"),
        authors=authors,
        year=year,
        container=tags.first("SO", "JI", "J9", "SE"),
        volume=tags.first("VL"),
        issue=tags.first("IS"),
        pages=_take_pages(tags),
        abstract=tags.first("AB"),
        doi=take_doi(tags, ("DI", "D2"), ("UR", "DL")),
        pmid=take_pmid(tags, "PM") or _pmid_of(accession),
        isbn_issn=take_serials(tags, "SN", "EI", "BN"),
        url=tags.first("UR", "DL"),
        keywords=joined(
            split_keywords([*tags.all("DE"), *tags.all("ID"), *tags.all("MH"), *tags.all("MC")])
        ),
        language=tags.first("LA"),
        accession=accession,
        database=_take_database(tags, accession),
        extra=tags.left(),
    )
    return fields, notes


def _filled(values: list[str]) -> list[str]:
    """Values that are not blank; a table has empty cells."""
    return [bare for value in values if (bare := value.strip())]


def _kind(tags: Tags) -> str:
    """Kind by document type where it names one, else by publication type; both stay."""
    publication = (tags.peek("PT") or [""])[0]
    named = type_from_words(tags.peek("DT"))
    if publication == "J" and named in (None, "book", "other"):
        # "Book Review" in a journal is an article.
        return "article"
    return named or KINDS.get(publication) or type_from_words([publication]) or "other"


def _take_authors(tags: Tags) -> str | None:
    """Full names (AF) where given, short ones (AU) otherwise; book authors; groups after them."""
    names = [
        normalise_name(name, bare_initials=True)
        for value in tags.every("AF") or tags.every("AU") or tags.every("BF") or tags.every("BA")
        for name in value.split(";")
    ]
    groups = [" ".join(name.split()) for value in tags.all("CA") for name in value.split(";")]
    return "; ".join(name for name in [*names, *groups] if name) or None


def _take_pages(tags: Tags) -> str | None:
    first = tags.first("BP")
    if first is not None:
        return join_pages(first, tags.first("EP"))
    other = tags.first("PS", "AR")
    return join_pages(other, None) if other else None


def _pmid_of(accession: str | None) -> str | None:
    match = re.fullmatch(r"MEDLINE:(\d{1,8})", accession or "")
    return match[1] if match else None


def _take_database(tags: Tags, accession: str | None) -> str | None:
    """Take the collection by the accession number, else what the heading of the file says."""
    prefix, sign, _ = (accession or "").partition(":")
    if sign and prefix in COLLECTIONS:
        return COLLECTIONS[prefix]
    return next(iter(tags.peek("FN")), None)
