"""Nouns of publication: strands, analyses, their inputs and the numbers they give."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Analysis", "AnalysisInput", "Number", "Strand"]


@dataclass(frozen=True, slots=True)
class Strand:
    """One published answer: what an approach does for an outcome of pupils with a need.

    Attributes
    ----------
    strand_id
        Short lower-case name, unique; part of its address.
    title
        Title in teachers' words.
    question
        What it answers, as one question.
    needs
        Need codes of the vocabulary, ";" between.
    approaches
        Approach codes of the vocabulary.
    phases
        Phase codes of the vocabulary.
    outcome
        Outcome code of the vocabulary the headline is about.
    reviews
        Reviews it draws on, ";" between.
    selection
        Rule that picks its effects, as JSON; see `release.selection`. None when nothing is pooled.
    status
        pooled, no_usable_study, or not_pooled.
    what_it_is
        What the approach is, in two or three plain sentences.
    in_practice
        What to do: for whom, how long, by whom, as far as the studies say.
    not_known
        What the evidence does not tell, one point a line.
    position
        Place in lists, 1 first.
    """

    strand_id: str
    title: str
    question: str
    needs: str | None
    approaches: str | None
    phases: str | None
    outcome: str
    reviews: str
    selection: str | None
    status: str
    what_it_is: str
    in_practice: str | None
    not_known: str
    position: int


@dataclass(frozen=True, slots=True)
class Analysis:
    """One computation, named by the hash of everything that decides its result.

    Attributes
    ----------
    analysis_id
        First 16 hexadecimal digits of the SHA-256 of the canonical JSON of inputs, kind, options,
        code version and seed.
    subject
        Strand or review it is about.
    role
        Its part there: main, or the name of a sensitivity analysis.
    kind
        What was computed; a name of `release.recompute`.
    options
        Options as JSON, all of them, none left to a default.
    code_version
        Version of the method that ran.
    seed
        Seed of the random generator; None where nothing is random.
    n_inputs
        Number of input rows.
    inputs_hash
        SHA-256 over the inputs' ids and content hashes.
    """

    analysis_id: str
    subject: str
    role: str
    kind: str
    options: str
    code_version: str
    seed: int | None
    n_inputs: int
    inputs_hash: str


@dataclass(frozen=True, slots=True)
class AnalysisInput:
    """That a row went into an analysis, in the version it had.

    Attributes
    ----------
    analysis_id
        The analysis.
    table_name
        Table of the row, such as effects.
    row_id
        Identifier of the row.
    row_hash
        SHA-256 of the row's canonical JSON, first 16 digits.
    position
        Order in which it entered, 1 first.
    """

    analysis_id: str
    table_name: str
    row_id: str
    row_hash: str
    position: int


@dataclass(frozen=True, slots=True)
class Number:
    """One published number: a pointer to a field of an analysis, with its value.

    Attributes
    ----------
    number_id
        subject.role.field; the same in every release.
    analysis_id
        Analysis it comes from.
    field
        Field of the analysis's result.
    value
        Value in full precision; None where the result does not exist (then the note says why).
    unit
        Unit: g (standard deviations), months, studies, effects, pupils, records, percent, ...
    label
        What the number is, in words.
    note
        Why there is no value, or how to read it.
    """

    number_id: str
    analysis_id: str
    field: str
    value: float | None
    unit: str
    label: str
    note: str | None
