"""Small nouns for tests: every field has a plain value, and a test names the ones it is about."""

from __future__ import annotations

from typing import Any

from whatworks.extraction.nouns import Arm, Effect, FlowCount, Measure, Study
from whatworks.references.nouns import RawFile, Record, Review
from whatworks.release.evidence import Evidence
from whatworks.release.nouns import Strand
from whatworks.screening.nouns import Decision

FILE = "0" * 64


def a_review(review_id: str = "r", **fields: Any) -> Review:
    values: dict[str, Any] = {
        "title": "A review",
        "question": "What helps?",
        "citation": "Author (2020). A review.",
        "doi": None,
        "licence": "CC BY 4.0",
        "licence_note": None,
        "source": "made for tests",
        "published_year": 2020,
        "note": None,
    }
    return Review(review_id=review_id, **{**values, **fields})


def a_raw_file(raw_file_id: str = FILE, review_id: str = "r", **fields: Any) -> RawFile:
    values: dict[str, Any] = {
        "name": "effects.csv",
        "format": "csv",
        "encoding": "utf-8",
        "n_bytes": 10,
        "n_items": 1,
    }
    return RawFile(raw_file_id=raw_file_id, review_id=review_id, **{**values, **fields})


def a_study(study_id: str = "r/s1", **fields: Any) -> Study:
    values: dict[str, Any] = {
        "review_id": "r",
        "report_id": None,
        "label": "Author (2010)",
        "title": "A study",
        "citation": None,
        "year": 2010,
        "country": "UK",
        "design": "randomised",
        "publication": None,
        "doi": None,
        "url": None,
        "in_synthesis": True,
        "not_in_synthesis_reason": None,
    }
    return Study(study_id=study_id, **{**values, **fields})


def an_arm(arm_id: str, study_id: str = "r/s1", role: str = "intervention", **fields: Any) -> Arm:
    values: dict[str, Any] = {
        "name": "Programme",
        "approaches": "decoding" if role == "intervention" else None,
        "deliverers": None,
        "settings": None,
        "group_size": None,
        "dose_weeks": 10.0,
        "dose_sessions": None,
        "dose_hours_week": None,
        "description": None,
    }
    return Arm(arm_id=arm_id, study_id=study_id, role=role, **{**values, **fields})


def a_measure(measure_id: str = "r/m1", **fields: Any) -> Measure:
    values: dict[str, Any] = {
        "review_id": "r",
        "name": "Reading test",
        "outcome": "reading",
        "kind": "standardised",
        "higher_is_better": True,
    }
    return Measure(measure_id=measure_id, **{**values, **fields})


def an_effect(
    effect_id: str, *, study_id: str = "r/s1", yi: float = 0.3, se: float = 0.2, **fields: Any
) -> Effect:
    """Return an effect by route reported_g_se, so that it can be recomputed."""
    raw = (
        "clusters_intervention clusters_comparison mean_intervention sd_intervention mean_comparison "
        "sd_comparison pre_mean_intervention pre_sd_intervention pre_mean_comparison pre_sd_comparison icc"
    )
    values: dict[str, Any] = {
        "review_id": "r",
        "arm_id": f"{study_id}/i",
        "comparison_arm_id": f"{study_id}/c",
        "measure_id": "r/m1",
        "timepoint": "end",
        "needs": "SPLD",
        "phases": "P",
        "approaches": "decoding",
        "deliverers": None,
        "settings": None,
        "outcome": "reading",
        "subgroup": None,
        "comparison": "business_as_usual",
        "n_intervention": 50,
        "n_comparison": 50,
        "n_total": 100,
        **dict.fromkeys(raw.split()),
        "reported_g": yi,
        "reported_se": se,
        "route": "reported_g_se",
        "flags": None,
        "excluded_reason": None,
        "raw_file_id": FILE,
        "source_row": 2,
    }
    return Effect(effect_id=effect_id, study_id=study_id, yi=yi, vi=se**2, **{**values, **fields})


def a_strand(strand_id: str = "decoding-reading", **fields: Any) -> Strand:
    values: dict[str, Any] = {
        "title": "Phonics",
        "question": "Does it help?",
        "needs": "SPLD",
        "approaches": "decoding",
        "phases": "P",
        "outcome": "reading",
        "reviews": "r",
        "selection": '{"reviews":["r"]}',
        "status": "pooled",
        "what_it_is": "Lessons in sounds.",
        "in_practice": None,
        "not_known": "How long it lasts.",
        "position": 1,
    }
    return Strand(strand_id=strand_id, **{**values, **fields})


def a_record(number: int, review_id: str = "r", **fields: Any) -> Record:
    values: dict[str, Any] = dict.fromkeys(
        [
            "line",
            "byte_offset",
            "authors",
            "container",
            "volume",
            "issue",
            "pages",
            "abstract",
            "doi",
            "pmid",
            "isbn_issn",
            "url",
            "keywords",
            "language",
            "accession",
            "database",
            "extra",
        ]
    )
    values |= {
        "raw_file_id": FILE,
        "record_type": "article",
        "title": f"Title {number}",
        "year": 2010,
    }
    return Record(
        record_id=f"{review_id}:{number}",
        review_id=review_id,
        position=number,
        **{**values, **fields},
    )


def a_decision(
    record_number: int,
    value: str,
    *,
    reviewer: str = "S1",
    role: str = "individual",
    stage: str = "title_abstract",
    review_id: str = "r",
) -> Decision:
    record_id = f"{review_id}:{record_number}"
    return Decision(
        decision_id=f"{record_id}:{stage}:{role}:{reviewer}",
        review_id=review_id,
        record_id=record_id,
        reviewer=reviewer,
        stage=stage,
        role=role,
        value=value,
        reason=None,
        source="human",
        decided_at=None,
        raw_file_id=None,
        source_row=None,
    )


def a_flow_count(box: str, n: int, detail: str | None = None, review_id: str = "r") -> FlowCount:
    return FlowCount(f"{review_id}:{box}:{detail}", review_id, box, detail, n, None)


def small_evidence() -> Evidence:
    """Return a review of four studies and six effects with one strand, not yet analysed."""
    studies = [a_study(f"r/s{n}", label=f"Author {n} (2010)") for n in (1, 2, 3, 4)]
    arms = [
        an_arm(f"{study.study_id}/{end}", study.study_id, role)
        for study in studies
        for end, role in (("c", "comparison"), ("i", "intervention"))
    ]
    effects = [
        an_effect("r/e1", study_id="r/s1", yi=0.10, se=0.20),
        an_effect("r/e2", study_id="r/s1", yi=0.30, se=0.22),
        an_effect("r/e3", study_id="r/s2", yi=0.55, se=0.25),
        an_effect("r/e4", study_id="r/s3", yi=0.05, se=0.15),
        an_effect("r/e5", study_id="r/s4", yi=0.40, se=0.30),
        an_effect(
            "r/e6", study_id="r/s4", yi=3.90, se=0.30, flags="large", excluded_reason="g above 3"
        ),
    ]
    return Evidence(
        reviews=[a_review()],
        raw_files=[a_raw_file()],
        studies=studies,
        arms=arms,
        measures=[a_measure()],
        effects=effects,
        strands=[a_strand()],
    )
