"""A small invented evidence base with every kind of page: for tests only, nothing in it is true."""

from __future__ import annotations

import random

from whatworks import vocab
from whatworks.appraisal.nouns import Judgement
from whatworks.extraction.nouns import Accuracy, Arm, Effect, FlowCount, Measure, Study
from whatworks.grading.nouns import Certainty, CertaintyStep
from whatworks.references.nouns import RawFile, Record, Review, Search
from whatworks.release import Evidence, ReleaseLabel, Strand
from whatworks.release.plan import planned_analyses
from whatworks.release.recompute import recompute
from whatworks.release.results import numbers_of
from whatworks.screening.nouns import Decision
from whatworks.synthesis import DEFAULT_MONTHS_TABLE

RELEASE = ReleaseLabel(
    name="invented",
    title="Invented evidence base",
    version="0.1.0",
    released_on="2026-11-24",
    code_version="0.1.0",
)
RAW_FILE = "a" * 64


def _review(review_id: str, title: str, **changes: object) -> Review:
    fields: dict[str, object] = {
        "review_id": review_id,
        "title": title,
        "question": "Does extra support help pupils who find reading hard?",
        "citation": "Invented A, Author B (2021). A review that does not exist. Journal of Tests 1:1-9.",
        "doi": "10.1000/invented",
        "licence": "CC BY 4.0",
        "licence_note": "Attribution asked for.",
        "source": "Invented for tests",
        "published_year": 2021,
        "note": "Invented: the numbers mean nothing.",
    }
    return Review(**{**fields, **changes})  # type: ignore[arg-type]


def _studies(rng: random.Random, review: str, n: int, prefix: str) -> list[Study]:
    return [
        Study(
            study_id=f"{review}:{prefix} & Müller/{2000 + i} <{i}>",
            review_id=review,
            report_id=None,
            label=f"{prefix} & Müller ({2000 + i})",
            title=f"Teaching number {i}: a <trial> of support",
            citation=f"{prefix} A, Müller Ł ({2000 + i}). A trial of support. Journal of Tests {i}.",
            year=2000 + i,
            country=rng.choice(["USA", "USA", "United Kingdom", None]),
            design="randomised" if i % 4 else "quasi_experimental",
            publication="Journal of Tests",
            doi=f"10.1000/{prefix.lower()}.{i}",
            url=None,
            in_synthesis=True,
            not_in_synthesis_reason=None,
        )
        for i in range(1, n + 1)
    ]


def _arms(study: Study, approach: str) -> list[Arm]:
    return [
        Arm(
            arm_id=f"{study.study_id}:support", study_id=study.study_id, role="intervention",
            name="Reading Steps", approaches=approach, deliverers="teaching_assistant",
            settings="withdrawal", group_size="small_group", dose_weeks=14.0, dose_sessions=42.0,
            dose_hours_week=1.5, description=None,
        ),
        Arm(
            arm_id=f"{study.study_id}:usual", study_id=study.study_id, role="comparison",
            name="Usual lessons", approaches=None, deliverers=None, settings=None, group_size=None,
            dose_weeks=None, dose_sessions=None, dose_hours_week=None, description=None,
        ),
    ]  # fmt: skip


def _effects(
    rng: random.Random, study: Study, *, approach: str, need: str, phase: str, outcome: str, n: int
) -> list[Effect]:
    rows = []
    for i in range(n):
        pupils = rng.randint(12, 160)
        flagged = i == 1 and study.year == 2003
        rows.append(
            Effect(
                effect_id=f"{study.study_id}:{i}",
                review_id=study.review_id,
                study_id=study.study_id,
                arm_id=f"{study.study_id}:support",
                comparison_arm_id=f"{study.study_id}:usual",
                measure_id=f"{study.review_id}:test",
                timepoint="end",
                needs=need,
                phases=phase,
                approaches=approach,
                deliverers="teaching_assistant",
                settings="withdrawal",
                outcome=outcome,
                subgroup=None,
                comparison="business_as_usual",
                n_intervention=pupils // 2,
                n_comparison=pupils - pupils // 2,
                n_total=pupils,
                clusters_intervention=None,
                clusters_comparison=None,
                mean_intervention=52.5,
                sd_intervention=10.0,
                mean_comparison=50.0,
                sd_comparison=10.0,
                pre_mean_intervention=None,
                pre_sd_intervention=None,
                pre_mean_comparison=None,
                pre_sd_comparison=None,
                reported_g=None,
                reported_se=None,
                icc=None,
                route="means_sds",
                yi=4.1 if flagged else rng.gauss(0.3, 0.35),
                vi=4 / pupils,
                flags="large_effect" if flagged else None,
                excluded_reason="The effect is larger than 3 standard deviations."
                if flagged
                else None,
                raw_file_id=RAW_FILE,
                source_row=i + 2,
            )
        )
    return rows


def _strand(strand_id: str, title: str, **changes: object) -> Strand:
    fields: dict[str, object] = {
        "strand_id": strand_id,
        "title": title,
        "question": "Does it help?",
        "needs": "SPLD",
        "approaches": "small_group_tuition",
        "phases": "P",
        "outcome": "reading",
        "reviews": "set_a",
        "selection": None,
        "status": "pooled",
        "what_it_is": "One adult teaches a few pupils by a planned programme.",
        "in_practice": "Three times a week for about fourteen weeks.",
        "not_known": "How long it lasts.\nWhat pupils miss in the meantime.",
        "position": 1,
    }
    return Strand(**{**fields, **changes})  # type: ignore[arg-type]


def _accuracies() -> list[Accuracy]:
    def row(accuracy_id: str, need: str, test: str, **changes: object) -> Accuracy:
        fields: dict[str, object] = dict.fromkeys(Accuracy.__slots__)
        fields |= {
            "accuracy_id": accuracy_id, "review_id": "set_b", "study_label": "Author (2009)",
            "need": need, "index_test": test, "threshold": "6 or more", "n_studies": 1,
            "reference_standard": "A full assessment", "population": "Ages 4 to 5, nursery",
            "raw_file_id": RAW_FILE, "source_row": 2,
        }  # fmt: skip
        return Accuracy(**{**fields, **changes})  # type: ignore[arg-type]

    return [
        row("b:1/x", "SLCN", "Quick Language Check", tp=15, fp=30, fn=10, tn=127),
        row(
            "b:2", "ADHD", "Symptom interview", tp=146, fp=0, fn=0, tn=209,
            warnings="incorporation;healthy_controls",
        ),
        row(
            "b:3", "ASD", "Toddler checklist", sensitivity=0.83, sensitivity_lb=0.77,
            sensitivity_ub=0.88, specificity=0.94, specificity_lb=0.89, specificity_ub=0.97, n_studies=12,
        ),
    ]  # fmt: skip


def _trail() -> tuple[list[Record], list[Decision], list[FlowCount]]:
    records = [
        Record(
            **{
                **dict.fromkeys(Record.__slots__),
                "record_id": f"empty:{i}", "review_id": "empty", "raw_file_id": RAW_FILE,
                "position": i, "record_type": "article", "title": f"Record {i}",
            }
        )
        for i in range(1, 41)
    ]  # fmt: skip
    decisions = [
        Decision(
            decision_id=f"{record.record_id}:{who}", review_id="empty", record_id=record.record_id,
            reviewer=who, stage="title_abstract", role=role,
            value="include" if record.position <= 4 else "exclude", reason=None, source="human",
            decided_at=None, raw_file_id=RAW_FILE, source_row=record.position + 1,
        )
        for record in records
        for who, role in (("S1", "individual"), ("S2", "individual"), ("group", "reconciled"))
    ]  # fmt: skip
    counts = {
        "database_results": 60,
        "duplicates": 15,
        "records_screened": 40,
        "records_excluded": 36,
        "dbr_sought_reports": 4,
        "new_studies": 1,
    }
    flow = [FlowCount(f"empty:{box}", "empty", box, None, n, None) for box, n in counts.items()]
    return records, decisions, flow


def invented_evidence() -> Evidence:
    """Return the evidence base with its analyses run."""
    rng = random.Random(3)
    studies_a = _studies(rng, "set_a", 14, "Adams")
    studies_many = _studies(rng, "set_a", 70, "Brown")
    one = _studies(rng, "set_b", 1, "Clark")
    unused = Study(
        study_id="empty:forness", review_id="empty", report_id=None, label="Unused (1985)", title=None,
        citation=None, year=1985, country="USA", design="quasi_experimental", publication=None, doi=None,
        url=None, in_synthesis=False, not_in_synthesis_reason="Critical risk of bias.",
    )  # fmt: skip
    effects: list[Effect] = []
    arms: list[Arm] = []
    for study in studies_a:
        arms += _arms(study, "small_group_tuition")
        effects += _effects(
            rng,
            study,
            approach="small_group_tuition",
            need="SPLD;MLD",
            phase="P",
            outcome="reading",
            n=2,
        )
    for study in studies_many:
        arms += _arms(study, "social_emotional_learning")
        effects += _effects(
            rng,
            study,
            approach="social_emotional_learning",
            need="SEMH",
            phase="P;S",
            outcome="anxiety",
            n=1,
        )
    arms += _arms(one[0], "mindfulness")
    effects += _effects(
        rng, one[0], approach="mindfulness", need="SEMH", phase="S", outcome="wellbeing", n=1
    )
    records, decisions, flow = _trail()
    strands = [
        _strand(
            "small-group", "Small-group teaching in reading", needs="SPLD;MLD",
            selection='{"approaches": ["small_group_tuition"]}',
        ),
        _strand(
            "sel/anxiety", "Lessons on feelings, against anxiety", needs="SEMH", outcome="anxiety",
            approaches="social_emotional_learning", phases="P;S", position=2,
            selection='{"approaches": ["social_emotional_learning"]}', in_practice=None,
        ),
        _strand(
            "mindfulness", "Mindfulness", needs="SEMH", outcome="wellbeing", approaches="mindfulness",
            phases="S", position=3, reviews="set_b", selection='{"approaches": ["mindfulness"]}',
        ),
        _strand(
            "class-size", "Smaller classes in special education", needs="SPLD;ASD", outcome="general_attainment",
            approaches="class_size", phases=None, position=4, reviews="empty", status="no_usable_study",
        ),
    ]  # fmt: skip
    certainty = Certainty(
        "small-group", "small-group", "GRADE", "high", "Most studies drew lots.", "low", "editor-1",
        "2026-11-24", "It may help; the size differs a great deal between programmes.",
    )  # fmt: skip
    steps = [
        CertaintyStep(
            "s1", "small-group", "risk_of_bias", -1, "How lots were drawn is unclear.", None
        ),
        CertaintyStep(
            "s2", "small-group", "inconsistency", -1, "Studies differ.", "pi_lb;pi_ub;i2"
        ),
        CertaintyStep("s3", "small-group", "imprecision", 0, "The interval is narrow.", None),
    ]
    bare = Evidence(
        terms=vocab.terms(),
        reviews=[
            _review("set_a", "Extra teaching for pupils who find reading hard"),
            _review("set_b", "Tools and small trials", note=None, licence="facts only"),
            _review("empty", "Class size in special education", published_year=2023),
        ],
        searches=[Search("q1", "empty", "ERIC", "EBSCO", "2022-03-01", None, None, 60, None)],
        raw_files=[RawFile(RAW_FILE, "set_a", "effects.csv", "csv", "utf-8", 12345, 99)],
        records=records,
        decisions=decisions,
        flow_counts=flow,
        studies=[*studies_a, *studies_many, *one, unused],
        arms=arms,
        measures=[
            Measure(
                f"{review}:test",
                review,
                "Reading <test> of everything",
                "reading",
                "standardised",
                True,
            )
            for review in ("set_a", "set_b")
        ],
        effects=effects,
        accuracies=_accuracies(),
        judgements=[
            Judgement(
                "j1",
                "set_a",
                studies_a[0].study_id,
                "RoB 2",
                "overall",
                "Some concerns",
                None,
                "set_a",
                None,
                None,
            )
        ],
        strands=strands,
        certainties=[certainty],
        certainty_steps=steps,
    )
    planned = list(planned_analyses(bare, code_version="0.1.0", months_table=DEFAULT_MONTHS_TABLE))
    ready = bare.replace(
        analyses=[analysis for analysis, _ in planned],
        analysis_inputs=[row for _, rows in planned for row in rows],
    )
    numbers = [
        number
        for analysis, _ in planned
        for number in numbers_of(analysis, recompute(ready, analysis))
    ]
    return ready.replace(numbers=numbers)
