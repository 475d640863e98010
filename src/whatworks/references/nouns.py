"""Nouns of the way in: reviews, searches, imported files and the records in them."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "Amendment",
    "FullText",
    "ProtocolSection",
    "RawFile",
    "Record",
    "Review",
    "Search",
]


@dataclass(frozen=True, slots=True)
class Review:
    """A review, or a published evidence set that is carried as one.

    Attributes
    ----------
    review_id
        Short lower-case name, unique.
    title
        Title of the review or evidence set.
    question
        What it asked, in one plain sentence.
    citation
        How to cite it.
    doi
        DOI without resolver, lower case.
    licence
        Licence of the data as stated by the source, or "facts only" where none is stated.
    licence_note
        What the licence asks for (attribution text, limits).
    source
        Where the data came from: repository or publisher, with commit or version.
    published_year
        Year the review was published.
    note
        Known faults and limits of the set, for readers.
    """

    review_id: str
    title: str
    question: str
    citation: str
    doi: str | None
    licence: str
    licence_note: str | None
    source: str
    published_year: int | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Search:
    """One search of one source.

    Attributes
    ----------
    search_id
        Unique name.
    review_id
        Review it was run for.
    source_name
        Database, register or other source searched.
    platform
        Platform the source was searched on.
    run_on
        Date it was run, ISO 8601; None if not reported.
    strategy
        The search exactly as run.
    limits
        Limits applied, and why.
    n_hits
        Number of records the source returned, as reported.
    note
        Anything a reader must know.
    kind
        database, register, website, organisation or citations, as PRISMA tells them apart; None
        if not said.
    """

    search_id: str
    review_id: str
    source_name: str
    platform: str | None
    run_on: str | None
    strategy: str | None
    limits: str | None
    n_hits: int | None
    note: str | None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class RawFile:
    """A file as it was imported, kept whole and named by its content.

    Attributes
    ----------
    raw_file_id
        SHA-256 of the bytes, hexadecimal.
    review_id
        Review it was imported into.
    name
        File name as given by the person.
    format
        Recognised format, such as ris, nbib, wos, bibtex, csv or json.
    encoding
        Character encoding it was read with.
    n_bytes
        Size in bytes.
    n_items
        Number of records, decisions or effects read from it.
    search_id
        Search whose result it is; None if not said.
    """

    raw_file_id: str
    review_id: str
    name: str
    format: str
    encoding: str
    n_bytes: int
    n_items: int
    search_id: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One bibliographic row of one imported file.

    Attributes
    ----------
    record_id
        Unique name within the evidence base.
    review_id
        Review it belongs to.
    raw_file_id
        File it came from.
    position
        1 for the first record of the file.
    line
        Line of the file the record starts at (1 is the first); None if the format has no lines.
    byte_offset
        Offset of its first byte in the file; None if not known.
    record_type
        article, report, thesis, book, chapter, conference, web, dataset, unpublished or other.
    title
        Title as imported, repaired for encoding only.
    authors
        "Family, Given" separated by "; ".
    year
        Year of publication.
    container
        Journal, book or series.
    volume
        Volume.
    issue
        Issue.
    pages
        First and last page, or article number.
    abstract
        Abstract; never published in a release.
    doi
        DOI without resolver, lower case.
    pmid
        PubMed identifier.
    isbn_issn
        ISBNs and ISSNs separated by "; ".
    url
        First address given.
    keywords
        Keywords separated by "; ".
    language
        Language as given.
    accession
        Accession number or identifier in the source database.
    database
        Database named in the record.
    extra
        Tags that have no field here, as JSON: tag to list of values.
    """

    record_id: str
    review_id: str
    raw_file_id: str
    position: int
    line: int | None
    byte_offset: int | None
    record_type: str
    title: str | None
    authors: str | None
    year: int | None
    container: str | None
    volume: str | None
    issue: str | None
    pages: str | None
    abstract: str | None
    doi: str | None
    pmid: str | None
    isbn_issn: str | None
    url: str | None
    keywords: str | None
    language: str | None
    accession: str | None
    database: str | None
    extra: str | None


@dataclass(frozen=True, slots=True)
class ProtocolSection:
    """One section of a review's protocol, as it stands.

    Attributes
    ----------
    review_id
        Review it plans.
    section
        Short lower-case name, such as question, eligibility or synthesis.
    position
        Place among the sections; the first is 1.
    title
        Heading.
    text
        What is planned, in Markdown.
    """

    review_id: str
    section: str
    position: int
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Amendment:
    """A dated change of a protocol, with its reason.

    Attributes
    ----------
    amendment_id
        Unique name within the evidence base.
    review_id
        Review whose protocol was changed.
    section
        Section that was changed.
    amended_on
        Date, ISO 8601.
    change
        What was changed, in one or two sentences.
    reason
        Why.
    stage
        What had been done by then: before_search, before_screening, before_extraction,
        before_synthesis or after_synthesis.
    made_by
        Pseudonym of who made it.
    """

    amendment_id: str
    review_id: str
    section: str
    amended_on: str
    change: str
    reason: str
    stage: str
    made_by: str


@dataclass(frozen=True, slots=True)
class FullText:
    """The search for the full text of one report.

    Attributes
    ----------
    report_id
        The report.
    review_id
        Review it belongs to.
    status
        sought, retrieved or not_retrieved.
    url
        Where it is or was looked for.
    raw_file_id
        SHA-256 of the document, where the review holds it; it is never published.
    reason
        Why it was not retrieved.
    checked_on
        Date of the last attempt, ISO 8601.
    """

    report_id: str
    review_id: str
    status: str
    url: str | None
    raw_file_id: str | None
    reason: str | None
    checked_on: str | None
