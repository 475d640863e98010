"""From PubMed XML's elements to canonical fields."""

from __future__ import annotations

from whatworks.references.entries import Tags
from whatworks.references.fields import Fields
from whatworks.references.record_types import type_from_words
from whatworks.references.taking import joined, take_doi, take_pmid, take_serials, take_year
from whatworks.references.values import join_pages

__all__ = ["fields_from_pubmed_xml"]


def fields_from_pubmed_xml(values: dict[str, list[str]]) -> tuple[Fields, list[tuple[str, str]]]:
    """Return the fields of one PubMed record, and what was not understood.

    Links to corrections, retractions and comments stay among the other tags, by their kind.
    """
    tags = Tags(values)
    notes: list[tuple[str, str]] = []
    year, not_a_year = take_year(
        tags, "PubDate", "ArticleDate@Electronic", "ArticleDate", "DateCreated"
    )
    if not_a_year is not None:
        notes.append(("A year that could not be read.", not_a_year))
    is_book, is_part = bool(tags.peek("BookTitle")), bool(tags.peek("ArticleTitle"))
    title = tags.first("ArticleTitle", *(("BookTitle",) if is_book else ()), "VernacularTitle")
    kind = type_from_words(tags.peek("PublicationType"))
    if is_book:
        kind = "chapter" if is_part else "book"
    pmid = take_pmid(tags, "PMID", "ArticleId@pubmed")
    if pmid is not None:
        tags.drop(pmid, "ArticleId@pubmed")
    fields = Fields(
        record_type=kind or "article",
        title=title,
        authors="; ".join(name.replace(";", ",") for name in tags.every("Author")) or None,
        year=year,
        container=tags.first(
            *(("BookTitle",) if is_book else ()), "Title", "MedlineTA", "ISOAbbreviation"
        ),
        volume=tags.first("Volume"),
        issue=tags.first("Issue"),
        pages=_take_pages(tags),
        abstract="\n".join(tags.all("Abstract")) or None,
        doi=take_doi(tags, ("ELocationID@doi", "ArticleId@doi"), ()),
        pmid=pmid,
        isbn_issn=take_serials(tags, "ISSN", "Isbn", "ISSNLinking"),
        keywords=joined([*tags.all("MeshHeading"), *tags.all("Keyword")]),
        language=tags.first("Language"),
        accession=tags.first("ArticleId@pmc", "ArticleId@bookaccession"),
        database="PubMed",
        extra=tags.left(),
    )
    return fields, notes


def _take_pages(tags: Tags) -> str | None:
    whole = tags.first("MedlinePgn")
    first, last = tags.peek("StartPage"), tags.peek("EndPage")
    if whole is not None:
        pages = join_pages(whole, None)
        if first and pages == join_pages(first[0], last[0] if last else None):
            for name, found in (("StartPage", first), ("EndPage", last)):
                for value in found:
                    tags.drop(value, name)
        return pages
    start = tags.first("StartPage")
    return join_pages(start, tags.first("EndPage")) if start else None
