"""Nouns of deduplication: reports, and which records describe them."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Report", "ReportRecord"]


@dataclass(frozen=True, slots=True)
class Report:
    """One document, gathered from one or more records.

    Attributes
    ----------
    report_id
        Unique name within the evidence base.
    review_id
        Review it belongs to.
    record_type
        article, report, thesis, book, chapter, conference, web, dataset, unpublished or other.
    title
        Best title among its records.
    authors
        "Family, Given" separated by "; ".
    year
        Year of publication.
    container
        Journal, book or series.
    doi
        DOI without resolver, lower case.
    pmid
        PubMed identifier.
    """

    report_id: str
    review_id: str
    record_type: str
    title: str | None
    authors: str | None
    year: int | None
    container: str | None
    doi: str | None
    pmid: str | None


@dataclass(frozen=True, slots=True)
class ReportRecord:
    """That a record describes a report, and the rule that said so.

    Attributes
    ----------
    record_id
        The record; each belongs to exactly one report.
    report_id
        The report.
    rule
        Why: only_record, same_doi, same_pmid.
    evidence
        The identifier or fields that agreed.
    """

    record_id: str
    report_id: str
    rule: str
    evidence: str | None
