"""An evidence base in memory: every table as rows, with the look-ups pages and checks need."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from whatworks.appraisal.nouns import Judgement
from whatworks.dedupe.nouns import PairDecision, RecordPair, Report, ReportRecord, SampledPair
from whatworks.england.nouns import OfficialFigure
from whatworks.extraction.nouns import Accuracy, Arm, Effect, FlowCount, Measure, Study
from whatworks.grading.nouns import Certainty, CertaintyStep
from whatworks.references.nouns import (
    Amendment,
    FullText,
    ProtocolSection,
    RawFile,
    Record,
    Review,
    Search,
)
from whatworks.release.nouns import Analysis, AnalysisInput, Number, Strand
from whatworks.screening.nouns import (
    Certification,
    CertificationRecord,
    Decision,
    EligibilityCriteria,
    ExclusionReason,
    ScreeningRules,
    SeedRecord,
    Suggestion,
    TeamMember,
)
from whatworks.vocab.nouns import Term

__all__ = ["Evidence", "group_by"]

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


def group_by(rows: Iterable[T], attribute: str) -> dict[Any, list[T]]:
    """Group rows by one attribute, keeping their order."""
    groups: dict[Any, list[T]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, attribute)].append(row)
    return dict(groups)


@dataclass(frozen=True)
class Evidence:
    """All current rows of an evidence base.

    One field for each table of `release.schema.TABLES`, under the table's name. Rows stand in key
    order, as the store and a release give them.
    """

    terms: Sequence[Term] = ()
    reviews: Sequence[Review] = ()
    protocol_sections: Sequence[ProtocolSection] = ()
    amendments: Sequence[Amendment] = ()
    searches: Sequence[Search] = ()
    raw_files: Sequence[RawFile] = ()
    records: Sequence[Record] = ()
    reports: Sequence[Report] = ()
    report_records: Sequence[ReportRecord] = ()
    record_pairs: Sequence[RecordPair] = ()
    pair_decisions: Sequence[PairDecision] = ()
    sampled_pairs: Sequence[SampledPair] = ()
    full_texts: Sequence[FullText] = ()
    team_members: Sequence[TeamMember] = ()
    screening_rules: Sequence[ScreeningRules] = ()
    eligibility_criteria: Sequence[EligibilityCriteria] = ()
    exclusion_reasons: Sequence[ExclusionReason] = ()
    seed_records: Sequence[SeedRecord] = ()
    decisions: Sequence[Decision] = ()
    suggestions: Sequence[Suggestion] = ()
    certifications: Sequence[Certification] = ()
    certification_records: Sequence[CertificationRecord] = ()
    flow_counts: Sequence[FlowCount] = ()
    studies: Sequence[Study] = ()
    arms: Sequence[Arm] = ()
    measures: Sequence[Measure] = ()
    effects: Sequence[Effect] = ()
    accuracies: Sequence[Accuracy] = ()
    judgements: Sequence[Judgement] = ()
    strands: Sequence[Strand] = ()
    analyses: Sequence[Analysis] = ()
    analysis_inputs: Sequence[AnalysisInput] = ()
    numbers: Sequence[Number] = ()
    certainties: Sequence[Certainty] = ()
    certainty_steps: Sequence[CertaintyStep] = ()
    figures: Sequence[OfficialFigure] = ()

    def table(self, name: str) -> Sequence[Any]:
        """Return the rows of a table by its name."""
        rows: Sequence[Any] = getattr(self, name)
        return rows

    def replace(self, **tables: Sequence[Any]) -> Evidence:
        """Return a copy with the named tables replaced; look-ups are built anew."""
        return dataclasses.replace(self, **tables)

    @cached_property
    def review_by_id(self) -> dict[str, Review]:
        """Reviews by their id."""
        return {review.review_id: review for review in self.reviews}

    @cached_property
    def study_by_id(self) -> dict[str, Study]:
        """Studies by their id."""
        return {study.study_id: study for study in self.studies}

    @cached_property
    def arm_by_id(self) -> dict[str, Arm]:
        """Arms by their id."""
        return {arm.arm_id: arm for arm in self.arms}

    @cached_property
    def measure_by_id(self) -> dict[str, Measure]:
        """Measures by their id."""
        return {measure.measure_id: measure for measure in self.measures}

    @cached_property
    def effect_by_id(self) -> dict[str, Effect]:
        """Effects by their id."""
        return {effect.effect_id: effect for effect in self.effects}

    @cached_property
    def effects_by_study(self) -> dict[str, list[Effect]]:
        """Effects of each study."""
        return group_by(self.effects, "study_id")

    @cached_property
    def judgements_by_study(self) -> dict[str, list[Judgement]]:
        """Risk-of-bias judgements of each study."""
        return group_by(self.judgements, "study_id")

    @cached_property
    def strand_by_id(self) -> dict[str, Strand]:
        """Strands by their id."""
        return {strand.strand_id: strand for strand in self.strands}

    @cached_property
    def analysis_by_id(self) -> dict[str, Analysis]:
        """Analyses by their id."""
        return {analysis.analysis_id: analysis for analysis in self.analyses}

    @cached_property
    def analyses_by_subject(self) -> dict[str, list[Analysis]]:
        """Analyses of each strand or review."""
        return group_by(self.analyses, "subject")

    @cached_property
    def inputs_by_analysis(self) -> dict[str, list[AnalysisInput]]:
        """Inputs of each analysis, in the order they entered."""
        grouped = group_by(self.analysis_inputs, "analysis_id")
        return {key: sorted(rows, key=lambda row: row.position) for key, rows in grouped.items()}

    @cached_property
    def number_by_id(self) -> dict[str, Number]:
        """Numbers by their id."""
        return {number.number_id: number for number in self.numbers}

    @cached_property
    def numbers_by_analysis(self) -> dict[str, list[Number]]:
        """Numbers of each analysis."""
        return group_by(self.numbers, "analysis_id")

    @cached_property
    def certainty_by_strand(self) -> dict[str, Certainty]:
        """The judgement of certainty of each strand."""
        return {certainty.strand_id: certainty for certainty in self.certainties}

    @cached_property
    def steps_by_certainty(self) -> dict[str, list[CertaintyStep]]:
        """Steps of each judgement of certainty."""
        return group_by(self.certainty_steps, "certainty_id")

    @cached_property
    def raw_file_by_id(self) -> dict[str, RawFile]:
        """Imported files by the SHA-256 of their content."""
        return {raw_file.raw_file_id: raw_file for raw_file in self.raw_files}
