"""From a table of effects to studies, arms, measures, effects and judgements."""

from __future__ import annotations

import random

import pytest

from whatworks.errors import FileError
from whatworks.extraction import EffectImport, JoinedFile, load_mapping, read_effects
from whatworks.extraction.mapping import EffectsMapping

MAPPING = """
kind = "effects"
routes = ["means_sds", "reported_g_se"]

[study]
key = { column = "study" }
label = { column = "study" }
title = { column = "title" }

[arm]
name = { column = "programme" }
approaches = { column = "approach" }
dose_weeks = { column = "weeks" }

[comparison_arm]
name = { constant = "Usual lessons" }

[measure]
name = { column = "test" }
outcome = { constant = "reading" }
higher_is_better = { constant = true }

[effect]
key = { column = "id" }
needs = { constant = ["SPLD", "MLD"] }
n_intervention = { column = "n1" }
n_comparison = { column = "n2" }
mean_intervention = { column = "m1" }
sd_intervention = { column = "s1" }
mean_comparison = { column = "m2" }
sd_comparison = { column = "s2" }
reported_g = { column = "g" }
reported_se = { column = "se" }

[check]
g = { column = "their_g" }

[[judgement]]
tool = "RoB"
domain = "Allocation"
judgement = { column = "rob" }
worst_last = ["low", "unclear", "high"]
"""
HEADER = "id,study,title,programme,approach,weeks,test,n1,n2,m1,s1,m2,s2,g,se,their_g,rob"
ROWS = (
    "1,Ash (2001),On A,Talk,decoding,10,WJ,20,20,5,2,4,2,,,0.49,low",
    "2,Ash (2001),On A,Talk,decoding,10,WJ,20,20,,,,,0.3,0.3,,high",
    "3,Ash (2001),On a,Talk,fluency,12,PM,20,22,,,,,0.1,0.3,,low",
    "4,Birch (2010),On B,Read,fluency,,WJ,40,40,,,,,0.2,0.2,,",
)


def mapping(text: str = MAPPING) -> EffectsMapping:
    found = load_mapping(text.encode(), file="m.toml")
    assert isinstance(found, EffectsMapping)
    return found


def read(rows: tuple[str, ...] = ROWS, text: str = MAPPING, header: str = HEADER) -> EffectImport:
    data = "\n".join((header, *rows)).encode()
    return read_effects(data, mapping(text), file="t.csv", review_id="r", raw_file_id="f" * 64)


def test_each_key_gives_one_study_each_description_one_arm() -> None:
    result = read()
    assert [study.study_id for study in result.studies] == ["r/ash-2001", "r/birch-2010"]
    assert len([arm for arm in result.arms if arm.study_id == "r/ash-2001"]) == 3
    assert len({arm.arm_id for arm in result.arms}) == len(result.arms) == 5
    assert [measure.measure_id for measure in result.measures] == ["r/pm", "r/wj"]


def test_every_row_refers_to_rows_that_are_there() -> None:
    result = read()
    studies = {study.study_id for study in result.studies}
    arms = {arm.arm_id: arm for arm in result.arms}
    measures = {measure.measure_id for measure in result.measures}
    for effect in result.effects:
        assert effect.study_id in studies
        assert arms[effect.arm_id].role == "intervention"
        assert arms[effect.comparison_arm_id].role == "comparison"
        assert arms[effect.arm_id].approaches == effect.approaches
        assert effect.measure_id in measures
        assert effect.effect_id.startswith(f"{effect.study_id}/")


def test_the_first_route_whose_fields_are_there_is_used() -> None:
    by_row = {effect.source_row: effect for effect in read().effects}
    assert by_row[2].route == "means_sds"
    assert by_row[2].yi == pytest.approx(0.4900, abs=1e-3)  # (5 - 4) / 2 x J(38), J = 0.98
    assert (by_row[3].route, by_row[3].yi) == ("reported_g_se", 0.3)
    assert by_row[3].vi == pytest.approx(0.09)


def test_ids_do_not_depend_on_the_order_of_rows() -> None:
    shuffled = list(ROWS)
    random.Random(1).shuffle(shuffled)
    straight, mixed = read(), read(tuple(shuffled))
    assert straight.studies == mixed.studies
    assert straight.arms == mixed.arms
    assert straight.measures == mixed.measures
    assert [e.effect_id for e in straight.effects] == [e.effect_id for e in mixed.effects]
    assert [(e.effect_id, e.yi) for e in straight.effects] == [
        (e.effect_id, e.yi) for e in mixed.effects
    ]


def test_without_a_key_column_effects_are_named_by_what_they_say() -> None:
    text = MAPPING.replace('key = { column = "id" }\n', "", 1)
    straight, mixed = read(text=text), read(tuple(reversed(ROWS)), text=text)
    assert {e.effect_id for e in straight.effects} == {e.effect_id for e in mixed.effects}
    assert len({e.effect_id for e in straight.effects}) == 4


def test_the_worst_judgement_of_a_study_is_kept_and_told() -> None:
    result = read()
    (judgement,) = result.judgements
    assert (judgement.study_id, judgement.judgement, judgement.source_row) == (
        "r/ash-2001",
        "high",
        3,
    )
    assert judgement.reason == "Rows of the study differ (low in 2, high in 1); the worst is kept."


def test_values_that_differ_within_a_study_are_told() -> None:
    assert 'r/ash-2001: the rows give 2 values of title: "On A", "On a"; "On A" is kept.' in (
        read().warnings
    )


def test_a_difference_from_the_sources_own_figure_is_told_above_the_tolerance() -> None:
    assert not [text for text in read().warnings if "the source has" in text]
    changed = (ROWS[0].replace(",0.49,low", ",0.94,low"), *ROWS[1:])
    (told,) = [text for text in read(changed).warnings if "the source has" in text]
    assert told == "Row 2: g by means_sds is 0.4901, the source has 0.9400."


def test_all_faults_of_all_rows_are_told_together() -> None:
    rows = (
        ROWS[0].replace(",20,20,", ",twenty,20,"),
        ROWS[1].replace("decoding", "decodding"),
        ROWS[2],
        ROWS[3].replace("4,Birch", "1,Birch"),
    )
    with pytest.raises(FileError) as caught:
        read(rows)
    assert [(p.row, p.column) for p in caught.value.problems] == [
        (2, "n1"),
        (3, "approach"),
        (5, "id"),
    ]


def test_a_row_from_which_no_effect_can_be_computed_is_told_with_what_is_missing() -> None:
    with pytest.raises(FileError) as caught:
        read((ROWS[3].replace(",0.2,0.2,", ",0.2,,"),))
    assert caught.value.problems[0].found == (
        "The effect cannot be computed: reported_se missing for reported_g_se."
    )


def test_repeated_rows_are_flagged_and_kept_unless_the_mapping_says_otherwise() -> None:
    rows = (*ROWS, ROWS[1].replace("2,Ash", "9,Ash"))
    flagged = [effect for effect in read(rows).effects if effect.flags]
    assert [(e.source_row, e.flags, e.excluded_reason) for e in flagged] == [
        (6, "repeated_row", None)
    ]
    text = MAPPING.replace("[study]", 'exclude_flags = ["repeated_row"]\n\n[study]', 1)
    (kept_out,) = [effect for effect in read(rows, text).effects if effect.excluded_reason]
    assert kept_out.excluded_reason == (
        "Another row above is the same in every cell but its identifier."
    )


def test_only_rows_that_meet_the_conditions_are_taken() -> None:
    text = MAPPING + '\n[[where]]\ncolumn = "n1"\nat_least = 30\n'
    assert [effect.source_row for effect in read(text=text).effects] == [5]
    with pytest.raises(FileError, match="No row meets the conditions of the mapping"):
        read(text=text.replace("30", "300"))


def test_columns_of_a_second_table_are_added_by_key() -> None:
    text = MAPPING.replace('title = { column = "title" }', 'title = { column = "s.full" }')
    text += '\n[join]\non = { study = "name" }\nprefix = "s."\n'
    data = "\n".join((HEADER, *ROWS)).encode()
    second = JoinedFile("s.csv", b"name,full\nAsh (2001),About A\nBirch (2010),About B\n")
    result = read_effects(
        data, mapping(text), file="t.csv", review_id="r", raw_file_id="f", joined=second
    )
    assert [study.title for study in result.studies] == ["About A", "About B"]
    lacking = JoinedFile("s.csv", b"name,full\nAsh (2001),About A\n")
    with pytest.raises(FileError) as caught:
        read_effects(
            data, mapping(text), file="t.csv", review_id="r", raw_file_id="f", joined=lacking
        )
    assert caught.value.problems[0].describe("t.csv") == (
        't.csv, row 5, column "study": Found "Birch (2010)", which has no row in s.csv. '
        "Correct the cell, or add the row there."
    )
