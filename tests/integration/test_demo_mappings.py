"""The demo's mapping files on the reference material: counts, figures, and what is flagged."""

from __future__ import annotations

import importlib.util
import tomllib
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from whatworks.extraction import load_mapping
from whatworks.extraction.field_source import columns_of
from whatworks.release.evidence import Evidence
from whatworks.tabular import read_csv
from whatworks.vocab import codes, split_codes

DEMO = Path(__file__).resolve().parents[2] / "tools" / "demo"
MAPPINGS = sorted((DEMO / "mappings").glob("*.toml"))
SETS = tomllib.loads((DEMO / "sets.toml").read_text(encoding="utf-8"))["set"]
REVIEWS = tomllib.loads((DEMO / "reviews.toml").read_text(encoding="utf-8"))["review"]


def converter() -> ModuleType:
    spec = importlib.util.spec_from_file_location("demo_convert", DEMO / "convert.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def evidence(shared: Path) -> Evidence:
    found: Evidence = converter().build(shared)[0]
    return found


@pytest.mark.parametrize("path", MAPPINGS, ids=lambda path: path.stem)
def test_every_mapping_is_valid_used_and_of_a_review_there_is(path: Path) -> None:
    assert load_mapping(path.read_bytes(), file=path.name).kind
    (used,) = [one for one in SETS if one["mapping"] == path.name]
    assert used["review"] in {review["review_id"] for review in REVIEWS}


@pytest.mark.shared
@pytest.mark.parametrize("one", SETS, ids=lambda one: one["mapping"])
def test_every_column_a_mapping_names_is_in_its_file(one: dict[str, str], shared: Path) -> None:
    if one["file"].endswith(".json"):
        assert (shared / "data" / "evidence" / one["file"]).is_file()
        return
    folder = shared / "data" / "evidence"
    path = DEMO / "mappings" / one["mapping"]
    mapping = load_mapping(path.read_bytes(), file=path.name)
    header = set(read_csv((folder / one["file"]).read_bytes(), file=one["file"]).header)
    if "joined" in one:
        second = read_csv((folder / one["joined"]).read_bytes(), file=one["joined"])
        header |= {f"{mapping.join.prefix}{name}" for name in second.header}  # type: ignore[union-attr]
    assert set(columns_of(mapping)) <= header


@pytest.mark.shared
def test_counts_are_those_of_the_sources(evidence: Evidence) -> None:
    effects = Counter(effect.review_id for effect in evidence.effects)
    studies = Counter(study.review_id for study in evidence.studies)
    assert effects == {
        "targeted_k6": 1334,
        "wwc_findings": 339,
        "elementary_maths": 184,
        "school_mental_health": 79,
        "working_memory_training": 435,
    }
    assert studies == {
        "targeted_k6": 195,
        "wwc_findings": 57,
        "elementary_maths": 87,
        "school_mental_health": 30,
        "working_memory_training": 34,
        "special_class_size_review": 7,
    }
    assert len(evidence.records) == 12_313
    stages = Counter((d.stage, d.role) for d in evidence.decisions)
    assert stages == {
        ("title_abstract", "individual"): 25_079,
        ("title_abstract", "reconciled"): 12_313,
        ("full_text", "reconciled"): 253,
    }
    assert len(evidence.accuracies) == 9 + 3 + 7 + 12


@pytest.mark.shared
def test_parts_of_the_sets_have_the_counts_of_the_sources(evidence: Evidence) -> None:
    times = Counter(e.timepoint for e in evidence.effects if e.review_id == "targeted_k6")
    assert times == {"end": 1041, "follow_up": 293}
    disturbance = [
        e for e in evidence.effects if e.review_id == "wwc_findings" and e.needs == "SEMH"
    ]
    assert (len(disturbance), len({e.study_id for e in disturbance})) == (37, 8)
    by_assistants = [e for e in evidence.effects if e.deliverers == "teaching_assistant"]
    assert len(by_assistants) == 32
    outcomes = Counter(e.outcome for e in evidence.effects if e.review_id == "school_mental_health")
    assert outcomes == {"anxiety": 40, "depression": 39}
    adhd = [e for e in evidence.effects if e.review_id == "working_memory_training"]
    assert sum(e.needs == "ADHD" for e in adhd) == 102
    included = [d for d in evidence.decisions if (d.stage, d.value) == ("full_text", "include")]
    assert len(included) == 6


@pytest.mark.shared
def test_effects_from_raw_means_are_the_published_ones(evidence: Evidence, shared: Path) -> None:
    path = shared / "data/evidence/school_mental_health/effects_as_published.csv"
    published = {
        row.cells["ESId"]: row.cells for row in read_csv(path.read_bytes(), file=path.name).rows
    }
    ours = [e for e in evidence.effects if e.review_id == "school_mental_health"]
    for effect in ours:
        theirs = published[effect.effect_id.rpartition("/")[2]]
        assert effect.yi == pytest.approx(float(theirs["Effect.Size"]), abs=1e-8)
        assert effect.vi == pytest.approx(float(theirs["var"]), abs=1e-8)


@pytest.mark.shared
def test_clustered_variances_are_the_published_ones(evidence: Evidence, shared: Path) -> None:
    path = shared / "data/evidence/elementary_maths/effects_with_variance.csv"
    published = {
        row.cells["ESId"]: float(row.cells["var"])
        for row in read_csv(path.read_bytes(), file=path.name).rows
    }
    for effect in evidence.effects:
        if effect.review_id == "elementary_maths":
            theirs = published[effect.effect_id.rpartition("/")[2]]
            assert effect.vi == pytest.approx(theirs, abs=1e-8)


@pytest.mark.shared
def test_the_general_rules_find_the_known_errors_and_nothing_else(evidence: Evidence) -> None:
    kept_out = [e for e in evidence.effects if e.excluded_reason is not None]
    assert {e.review_id for e in kept_out} == {"school_mental_health"}
    assert Counter(e.study_id.rpartition("/")[2] for e in kept_out) == {
        "haugland-et-al-2020": 12,
        "barnes-et-al-2012": 1,
    }
    flagged = Counter(
        (effect.review_id, flag)
        for effect in evidence.effects
        for flag in split_codes(effect.flags)
    )
    assert flagged == {
        ("targeted_k6", "large_effect"): 3,
        ("targeted_k6", "repeated_row"): 9,
        ("wwc_findings", "n_does_not_add_up"): 1,
        ("elementary_maths", "n_does_not_add_up"): 8,
        ("school_mental_health", "large_effect"): 5,
        ("school_mental_health", "se_for_sd_within_arm"): 1,
        ("school_mental_health", "se_for_sd_against_measure"): 4,
        ("school_mental_health", "se_for_sd_same_study"): 8,
        ("working_memory_training", "large_effect"): 1,
        ("working_memory_training", "repeated_row"): 2,
    }


@pytest.mark.shared
def test_identification_carries_its_threats(evidence: Evidence) -> None:
    fluharty = next(a for a in evidence.accuracies if "Fluharty" in a.index_test)
    assert (fluharty.tp, fluharty.fp, fluharty.fn, fluharty.tn) == (15, 30, 10, 127)
    same = [a for a in evidence.accuracies if a.need == "SLCN" and "same_children" in a.warnings]
    assert len(same) == 6
    circular = [a for a in evidence.accuracies if "incorporation" in (a.warnings or "")]
    assert {a.need for a in circular} == {"ADHD"}
    assert len(circular) == 7


@pytest.mark.shared
def test_every_row_refers_to_rows_that_are_there(evidence: Evidence) -> None:
    raw_files = set(evidence.raw_file_by_id)
    records = {record.record_id for record in evidence.records}
    for effect in evidence.effects:
        assert effect.review_id in evidence.review_by_id
        assert effect.study_id in evidence.study_by_id
        assert evidence.arm_by_id[effect.arm_id].study_id == effect.study_id
        assert evidence.arm_by_id[effect.comparison_arm_id].study_id == effect.study_id
        assert evidence.measure_by_id[effect.measure_id].outcome == effect.outcome
        assert effect.raw_file_id in raw_files
        assert effect.vi > 0
    assert {d.record_id for d in evidence.decisions} <= records
    assert {j.study_id for j in evidence.judgements} <= set(evidence.study_by_id)


@pytest.mark.shared
def test_every_code_is_of_the_vocabulary(evidence: Evidence) -> None:
    lists = {
        "needs": "need",
        "phases": "phase",
        "approaches": "approach",
        "deliverers": "staff_role",
        "settings": "setting",
        "outcome": "outcome",
    }
    for field, list_name in lists.items():
        known = set(codes(list_name))
        used = {code for effect in evidence.effects for code in split_codes(getattr(effect, field))}
        assert used <= known, (field, used - known)


@pytest.mark.shared
def test_no_abstract_is_carried(evidence: Evidence) -> None:
    assert all(record.abstract is None for record in evidence.records)
