"""Nouns of extraction: studies, arms, measures, effects and accuracy tables.

Lists of codes (needs, phases, approaches, deliverers, settings) are stored as codes of the
vocabulary separated by ";" with no blanks, in the order they were coded.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Accuracy", "Arm", "Effect", "FlowCount", "Measure", "Study"]


@dataclass(frozen=True, slots=True)
class Study:
    """One investigation, reported in one or more reports.

    Attributes
    ----------
    study_id
        Unique name within the evidence base.
    review_id
        Review that found it.
    report_id
        Its main report, where the search trail is held; None otherwise.
    label
        Short name: first author and year.
    title
        Title of its main report.
    citation
        Full reference as the source gives it; None where the source gives only parts.
    year
        Year of publication.
    country
        Country or countries of the trial, as given.
    design
        randomised, quasi_randomised, quasi_experimental, single_case, other or not_reported.
    publication
        Journal, or type of report, as given.
    doi
        DOI without resolver, lower case.
    url
        Address of the study's page at the source.
    in_synthesis
        False when the review included the study but no effect of it could be used.
    not_in_synthesis_reason
        Why not, in words.
    """

    study_id: str
    review_id: str
    report_id: str | None
    label: str
    title: str | None
    citation: str | None
    year: int | None
    country: str | None
    design: str
    publication: str | None
    doi: str | None
    url: str | None
    in_synthesis: bool
    not_in_synthesis_reason: str | None


@dataclass(frozen=True, slots=True)
class Arm:
    """What one group of pupils in a study received.

    Attributes
    ----------
    arm_id
        Unique name within the evidence base.
    study_id
        Study it belongs to.
    role
        intervention or comparison.
    name
        Name of the programme or condition.
    approaches
        Approach codes of the vocabulary, ";" between.
    deliverers
        Staff role codes of the vocabulary: who worked with the pupils.
    settings
        Setting codes of the vocabulary.
    group_size
        one_to_one, pairs, small_group, class, school or None.
    dose_weeks
        Length in weeks.
    dose_sessions
        Number of sessions.
    dose_hours_week
        Hours a week.
    description
        Dose or condition in the source's own words, where it is not a number.
    """

    arm_id: str
    study_id: str
    role: str
    name: str
    approaches: str | None
    deliverers: str | None
    settings: str | None
    group_size: str | None
    dose_weeks: float | None
    dose_sessions: float | None
    dose_hours_week: float | None
    description: str | None


@dataclass(frozen=True, slots=True)
class Measure:
    """A test, scale or count that an outcome was measured with.

    Attributes
    ----------
    measure_id
        Unique name within the evidence base.
    review_id
        Review it belongs to.
    name
        Name of the instrument.
    outcome
        Outcome code of the vocabulary.
    kind
        standardised, broad, narrow, researcher_made, administrative or not_reported.
    higher_is_better
        False where a lower score is the better one; None if not stated.
    """

    measure_id: str
    review_id: str
    name: str
    outcome: str
    kind: str
    higher_is_better: bool | None


@dataclass(frozen=True, slots=True)
class Effect:
    """One standardised mean difference between two arms on one measure at one time.

    Positive is better for the pupil, whatever the direction of the measure. `yi` and `vi` can be
    recomputed from the other fields by the `route`.

    Attributes
    ----------
    effect_id
        Unique name within the evidence base.
    review_id
        Review it belongs to.
    study_id
        Study, the unit of dependence.
    arm_id
        Intervention arm.
    comparison_arm_id
        Comparison arm.
    measure_id
        What it was measured with.
    timepoint
        end (of the intervention) or follow_up.
    needs
        Need codes of the vocabulary, ";" between.
    phases
        Phase codes of the vocabulary.
    approaches
        Approach codes of the vocabulary (those of the intervention arm).
    deliverers
        Staff role codes of the vocabulary.
    settings
        Setting codes of the vocabulary.
    outcome
        Outcome code of the vocabulary (that of the measure).
    subgroup
        Description of the part of the sample, None for the whole.
    comparison
        business_as_usual, waiting_list, active, or not_reported.
    n_intervention
        Pupils analysed, intervention.
    n_comparison
        Pupils analysed, comparison.
    n_total
        Pupils analysed in both groups.
    clusters_intervention
        Classes or schools, intervention.
    clusters_comparison
        Classes or schools, comparison.
    mean_intervention
        Mean after the intervention.
    sd_intervention
        Standard deviation after the intervention.
    mean_comparison
        Mean of the comparison group.
    sd_comparison
        Standard deviation of the comparison group.
    pre_mean_intervention
        Mean before the intervention.
    pre_sd_intervention
        Standard deviation before the intervention.
    pre_mean_comparison
        Mean of the comparison group before.
    pre_sd_comparison
        Standard deviation of the comparison group before.
    reported_g
        Hedges' g or equivalent as the source reports it, positive is better.
    reported_se
        Its standard error as the source reports it.
    icc
        Intra-cluster correlation used in the route.
    route
        How yi and vi come from the other fields; a name of `synthesis.routes`.
    yi
        Hedges' g used in the synthesis, positive is better.
    vi
        Its sampling variance.
    flags
        Plausibility flags, ";" between; None if none.
    excluded_reason
        Why the effect is kept out of pooling, in words; None if it is in.
    raw_file_id
        File it came from.
    source_row
        Row of that file, the header being row 1.
    """

    effect_id: str
    review_id: str
    study_id: str
    arm_id: str
    comparison_arm_id: str
    measure_id: str
    timepoint: str
    needs: str | None
    phases: str | None
    approaches: str | None
    deliverers: str | None
    settings: str | None
    outcome: str
    subgroup: str | None
    comparison: str
    n_intervention: int | None
    n_comparison: int | None
    n_total: int | None
    clusters_intervention: float | None
    clusters_comparison: float | None
    mean_intervention: float | None
    sd_intervention: float | None
    mean_comparison: float | None
    sd_comparison: float | None
    pre_mean_intervention: float | None
    pre_sd_intervention: float | None
    pre_mean_comparison: float | None
    pre_sd_comparison: float | None
    reported_g: float | None
    reported_se: float | None
    icc: float | None
    route: str
    yi: float
    vi: float
    flags: str | None
    excluded_reason: str | None
    raw_file_id: str
    source_row: int


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How well one tool identified one need in one sample.

    Either the four counts are given, or the published rates with their limits.

    Attributes
    ----------
    accuracy_id
        Unique name within the evidence base.
    review_id
        Review or source it belongs to.
    study_label
        Author and year.
    citation
        Reference as given.
    doi
        DOI without resolver, lower case.
    need
        Need code of the vocabulary.
    index_test
        Tool or rule that flags a pupil.
    threshold
        Score at which a pupil is flagged.
    reference_standard
        What was taken as the truth.
    population
        Who was tested: age, setting.
    n_studies
        Number of studies behind a pooled row; 1 for a single table.
    tp
        Pupils with the need who were flagged.
    fp
        Pupils without the need who were flagged.
    fn
        Pupils with the need who were missed.
    tn
        Pupils without the need who were not flagged.
    sensitivity
        Published sensitivity, only where there are no counts.
    sensitivity_lb
        Its lower 95% limit.
    sensitivity_ub
        Its upper 95% limit.
    specificity
        Published specificity, only where there are no counts.
    specificity_lb
        Its lower 95% limit.
    specificity_ub
        Its upper 95% limit.
    warnings
        Threats to believing the row, as codes, ";" between: incorporation, healthy_controls,
        same_children, fitted_and_tested_on_same, solved_from_rates.
    note
        Anything else a reader must know.
    raw_file_id
        File it came from.
    source_row
        Row of that file, the header being row 1.
    """

    accuracy_id: str
    review_id: str
    study_label: str
    citation: str | None
    doi: str | None
    need: str
    index_test: str
    threshold: str | None
    reference_standard: str | None
    population: str | None
    n_studies: int | None
    tp: int | None
    fp: int | None
    fn: int | None
    tn: int | None
    sensitivity: float | None
    sensitivity_lb: float | None
    sensitivity_ub: float | None
    specificity: float | None
    specificity_lb: float | None
    specificity_ub: float | None
    warnings: str | None
    note: str | None
    raw_file_id: str
    source_row: int


@dataclass(frozen=True, slots=True)
class FlowCount:
    """One number of a review's PRISMA flow, as published.

    Attributes
    ----------
    flow_count_id
        Unique name within the evidence base.
    review_id
        Review it belongs to.
    box
        Machine name of the PRISMA 2020 field, such as records_screened.
    detail
        Source or reason the count is for; None for the box's total.
    n
        The count.
    note
        Anything a reader must know.
    """

    flow_count_id: str
    review_id: str
    box: str
    detail: str | None
    n: int
    note: str | None
