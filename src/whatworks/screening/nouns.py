"""Nouns of screening: decisions, and the rules, criteria and people behind them."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "Certification",
    "CertificationRecord",
    "Decision",
    "EligibilityCriteria",
    "ExclusionReason",
    "ScreeningRules",
    "SeedRecord",
    "Suggestion",
    "TeamMember",
]


@dataclass(frozen=True, slots=True)
class Decision:
    """What one reviewer decided about one record at one stage.

    Attributes
    ----------
    decision_id
        Unique name within the evidence base.
    review_id
        Review it belongs to.
    record_id
        Record it is about.
    reviewer
        Pseudonym of who decided, or of the group that reconciled.
    stage
        title_abstract or full_text.
    role
        individual, or reconciled (the outcome after discussion).
    value
        include, exclude or unsure.
    reason
        Reason code or text; None if none was given.
    source
        Who made it: human, rule or model.
    decided_at
        UTC time, ISO 8601; None where the trail does not say.
    raw_file_id
        File it was imported from; None if made here.
    source_row
        Row of that file, the header being row 1.
    note
        What the reviewer wrote beside it.
    criteria_version
        Version of the eligibility criteria that were shown; None if it was imported.
    """

    decision_id: str
    review_id: str
    record_id: str
    reviewer: str
    stage: str
    role: str
    value: str
    reason: str | None
    source: str
    decided_at: str | None
    raw_file_id: str | None
    source_row: int | None
    note: str | None = None
    criteria_version: int | None = None


@dataclass(frozen=True, slots=True)
class ScreeningRules:
    """How the records of a review are screened at one stage.

    Attributes
    ----------
    review_id
        Review they belong to.
    stage
        title_abstract or full_text.
    reviewers_per_record
        1 or 2 people who decide on each record.
    doubled_share
        Where one person decides: share of records, drawn at random, that two decide on all the same.
    conflict_rule
        third (somebody else decides) or agreement (those who decided agree, or the lead decides).
    record_order
        ranked (likely relevant ones first) or random.
    recall_target
        Share of the relevant records that is to be found, such as 0.95.
    level
        Confidence with which it is to be found, such as 0.95.
    seed
        What the random choices of this stage are made from.
    is_open
        Whether decisions are taken at the moment.
    """

    review_id: str
    stage: str
    reviewers_per_record: int
    doubled_share: float
    conflict_rule: str
    record_order: str
    recall_target: float
    level: float
    seed: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class EligibilityCriteria:
    """What makes a record eligible, in one of its versions; a change is a new version.

    Attributes
    ----------
    review_id
        Review they belong to.
    criteria_version
        1 for the first; decisions name the version that was shown.
    text
        The criteria in words, a line each.
    include_terms
        Words that speak for a record, separated by "; ": highlighted, and the ranking's first hint.
    exclude_terms
        Words that speak against it.
    why_changed
        What changed against the version before, and why.
    """

    review_id: str
    criteria_version: int
    text: str
    include_terms: str | None
    exclude_terms: str | None
    why_changed: str | None


@dataclass(frozen=True, slots=True)
class ExclusionReason:
    """One reason to exclude, of one version of the criteria.

    Attributes
    ----------
    review_id
        Review it belongs to.
    criteria_version
        Version of the criteria.
    code
        Short name that decisions carry.
    position
        Its place: of two reasons given for one record, PRISMA counts the first.
    label
        The reason in words.
    """

    review_id: str
    criteria_version: int
    code: str
    position: int
    label: str


@dataclass(frozen=True, slots=True)
class TeamMember:
    """That somebody works on a review.

    Attributes
    ----------
    review_id
        The review.
    person
        Pseudonym of the person.
    role
        lead, reviewer or reader.
    has_left
        Whether the person has stopped; decisions stay, and what was open goes to others.
    """

    review_id: str
    person: str
    role: str
    has_left: bool


@dataclass(frozen=True, slots=True)
class SeedRecord:
    """A record known to be relevant (or not) before screening; the ranking begins with it.

    Attributes
    ----------
    review_id
        The review.
    record_id
        The record.
    is_relevant
        What is known.
    """

    review_id: str
    record_id: str
    is_relevant: bool


@dataclass(frozen=True, slots=True)
class Certification:
    """One attempt to certify recall: ranked screening is frozen, and records are drawn at random.

    Attributes
    ----------
    certification_id
        Unique name within the evidence base.
    review_id
        Review it belongs to.
    stage
        title_abstract or full_text.
    attempt
        1 for the first; each later one is judged at half of what may still go wrong.
    seed
        What the order of the draws follows from, with the names of the records.
    n_records
        Records nobody had decided on when it began.
    remainder_sha256
        SHA-256 of their names, sorted, a line each.
    n_found_before
        Relevant records found by then.
    recall_target
        Share of the relevant records that is to be found.
    level
        Confidence over all attempts together.
    state
        open, issued (screening ended with it) or given_up (ranked screening went on).
    n_drawn
        Records drawn and decided on when it was issued; None before.
    n_found
        Relevant ones among them.
    recall
        Least recall certified; None before it was issued.
    statement
        What was certified, as a sentence.
    """

    certification_id: str
    review_id: str
    stage: str
    attempt: int
    seed: int
    n_records: int
    remainder_sha256: str
    n_found_before: int
    recall_target: float
    level: float
    state: str
    n_drawn: int | None
    n_found: int | None
    recall: float | None
    statement: str | None


@dataclass(frozen=True, slots=True)
class CertificationRecord:
    """One record that nobody had decided on when a certification began, and its place in the draws.

    Attributes
    ----------
    certification_id
        The certification.
    record_id
        The record.
    place
        1 for the first drawn.
    stratum
        Set it is drawn from, where sets are certified apart; None where there is one.
    """

    certification_id: str
    record_id: str
    place: int
    stratum: str | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a model or a rule suggests about a record; never a decision.

    Attributes
    ----------
    suggestion_id
        Unique name within the evidence base.
    review_id
        Review it belongs to.
    record_id
        Record it is about.
    stage
        title_abstract or full_text.
    actor
        Name of the model or rule, with its version.
    value
        include, exclude, unsure, or refused: an answer that could not be used.
    reason
        Exclusion reason's code, or why in words; of a refused answer, what was wrong with it.
    quote
        Words of the record it rests on.
    is_quote_found
        Whether they stand in the record's text; None if there is no quote.
    probability
        Probability of relevance it gave, 0 to 1.
    instructions_sha256
        SHA-256 of what it was asked about every record, and how.
    suggested_at
        UTC time, ISO 8601.
    """

    suggestion_id: str
    review_id: str
    record_id: str
    stage: str
    actor: str
    value: str
    reason: str | None
    quote: str | None
    is_quote_found: bool | None
    probability: float | None
    instructions_sha256: str
    suggested_at: str
