"""Nouns of deduplication: reports, which records describe them, and what people decided."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PairDecision", "RecordPair", "Report", "ReportRecord", "SampledPair"]


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
        Why: only_record, exact_copy (every field is the same), evidence (it was weighed), or
        person (someone decided so).
    evidence
        What spoke for the surest pair that ties it to the report, and against it.
    probability
        Probability of that pair; None for an only record.
    """

    record_id: str
    report_id: str
    rule: str
    evidence: str | None
    probability: float | None


@dataclass(frozen=True, slots=True)
class _OfTwoRecords:
    """What names two records of one review."""

    record_id: str
    other_record_id: str
    review_id: str

    @property
    def pair(self) -> tuple[str, str]:
        """Names of the two records, the smaller first."""
        return self.record_id, self.other_record_id


@dataclass(frozen=True, slots=True)
class RecordPair(_OfTwoRecords):
    """Two records of different reports that a person should look at, or that belong together.

    Attributes
    ----------
    record_id
        The record with the smaller name.
    other_record_id
        The other record.
    review_id
        Review they belong to.
    outcome
        ask, where they may be one report; else how the reports are related: correction, retraction,
        reply, comment, concern, companion, preprint, conference abstract, thesis, other publication.
    probability
        That they are one report.
    evidence
        What speaks for it and against it.
    """

    outcome: str
    probability: float
    evidence: str


@dataclass(frozen=True, slots=True)
class PairDecision(_OfTwoRecords):
    """What a person decided about two records; it stands whatever a later run finds.

    Attributes
    ----------
    record_id
        The record with the smaller name.
    other_record_id
        The other record.
    review_id
        Review they belong to.
    decision
        same or different.
    decided_by
        Pseudonym of who decided.
    note
        Why, in the person's words; None if not given.
    """

    decision: str
    decided_by: str
    note: str | None


@dataclass(frozen=True, slots=True)
class SampledPair(_OfTwoRecords):
    """A pair of records drawn at random, for a person to check how well records were joined.

    What the person says of it is a `PairDecision`: it counts in the estimate, and it stands.

    Attributes
    ----------
    record_id
        The record with the smaller name.
    other_record_id
        The other record.
    review_id
        Review they belong to.
    place
        Its place in the order in which pairs are checked, from 1; the order is random too.
    low
        Least probability of the part of pairs it was drawn from.
    high
        Where that part ends.
    is_merged
        Whether the pairs of the part were in one report when the sample was drawn.
    n_pairs
        How many pairs the part had.
    """

    place: int
    low: float
    high: float
    is_merged: bool
    n_pairs: int
