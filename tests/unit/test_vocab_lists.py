"""The list files and the enumerations say the same, and every row is complete."""

from __future__ import annotations

from collections import defaultdict
from enum import StrEnum

import pytest

from whatworks.errors import NotFound
from whatworks.vocab import (
    LISTS,
    VOCABULARY_VERSION,
    Approach,
    BroadArea,
    KeyStage,
    Need,
    Outcome,
    Phase,
    Provision,
    Setting,
    SpecialPlace,
    StaffRole,
    ancestors,
    children,
    codes,
    is_attainment,
    is_group,
    label,
    need_parent_area,
    plain_label,
    reported_need,
    term,
    terms,
)

ENUMS: dict[str, type[StrEnum]] = {
    "need": Need,
    "broad_area": BroadArea,
    "phase": Phase,
    "key_stage": KeyStage,
    "provision": Provision,
    "special_place": SpecialPlace,
    "setting": Setting,
    "approach": Approach,
    "outcome": Outcome,
    "staff_role": StaffRole,
}


@pytest.mark.parametrize("list_name", ENUMS)
def test_an_enumeration_has_the_codes_of_its_file_and_no_others(list_name: str) -> None:
    enum = ENUMS[list_name]
    assert [str(member) for member in enum] == list(codes(list_name))
    assert all(member.name == member.value.upper() for member in enum)


def test_every_list_without_an_enumeration_is_a_list_of_codes_no_longer_used() -> None:
    assert all(name.endswith("_legacy") for name in set(LISTS) - set(ENUMS))


def test_terms_are_unique_and_in_key_order() -> None:
    ids = [row.term_id for row in terms()]
    assert ids == sorted(set(ids))
    assert len(ids) == sum(len(codes(name)) for name in LISTS)


def test_terms_are_read_once() -> None:
    assert terms() is terms()


@pytest.mark.parametrize("row", terms(), ids=lambda row: row.term_id)
def test_every_term_has_its_words_and_a_source_and_a_parent_that_exists(row) -> None:
    assert row.label
    assert row.plain_label
    assert row.source
    assert float(row.since) <= float(VOCABULARY_VERSION)
    assert ";" not in row.code
    cells = (row.code, row.label, row.plain_label, row.source, row.note or "x")
    assert all(cell == cell.strip() for cell in cells)
    if row.parent is not None:
        parent_list = LISTS[row.list_name]
        assert parent_list is not None
        assert row.parent in codes(parent_list)
        assert row.code not in ancestors(parent_list, row.parent)


@pytest.mark.parametrize("row", terms(), ids=lambda row: row.term_id)
def test_codes_of_own_lists_are_lower_snake_and_official_codes_upper(row) -> None:
    own = row.list_name in ("approach", "outcome", "staff_role", "setting")
    assert row.code == (row.code.lower() if own else row.code.upper())
    assert row.code.replace("_", "").isalnum()


@pytest.mark.parametrize("list_name", LISTS)
def test_no_two_terms_of_a_list_share_a_label_or_plain_words(list_name: str) -> None:
    owners: dict[str, set[str]] = defaultdict(set)
    for code in codes(list_name):
        owners[label(list_name, code).casefold()].add(code)
        owners[plain_label(list_name, code).casefold()].add(code)
    assert {words: who for words, who in owners.items() if len(who) > 1} == {}


def test_the_same_code_may_stand_in_two_lists() -> None:
    assert term("need", "SEMH").term_id != term("broad_area", "SEMH").term_id


def test_the_twelve_census_needs_of_one_area_each_and_three_without() -> None:
    without = {need for need in Need if need_parent_area(need) is None}
    assert without == {Need.DS, Need.OTH, Need.NSA}
    assert need_parent_area(Need.SLCN) is BroadArea.CI
    assert need_parent_area("PMLD") is BroadArea.CL
    assert need_parent_area("MSI") is BroadArea.SP


def test_adhd_is_reported_under_semh_and_says_so() -> None:
    assert reported_need(Need.ADHD) is Need.SEMH
    assert need_parent_area(Need.ADHD) is BroadArea.SEMH
    assert "SEMH" in (term("need", "ADHD").note or "")


def test_every_other_need_is_reported_under_itself() -> None:
    assert [reported_need(need) for need in Need if need != Need.ADHD] == [
        need for need in Need if need != Need.ADHD
    ]


def test_only_attainment_and_what_stands_under_it_is_attainment() -> None:
    found = {outcome for outcome in Outcome if is_attainment(outcome)}
    assert found == {Outcome.ATTAINMENT, *children("outcome", "attainment")}
    assert Outcome.READING in found
    assert Outcome.WELLBEING not in found
    assert Outcome.WORKING_MEMORY not in found


def test_groups_of_approaches_have_approaches_and_approaches_have_a_group() -> None:
    groups = [code for code in codes("approach") if is_group("approach", code)]
    assert "small_group_tuition" in children("approach", "teaching_organisation")
    assert all(term("approach", code).parent is None for code in groups)
    rows = set(codes("approach")) - set(groups)
    without = {code for code in rows if term("approach", code).parent is None}
    assert without == {"other_approach"}


def test_children_and_ancestors_are_each_others_inverse() -> None:
    for name, parent_list in LISTS.items():
        if parent_list != name:
            continue
        for code in codes(name):
            assert all(ancestors(name, child)[0] == code for child in children(name, code))
            if ancestors(name, code):
                assert code in children(name, ancestors(name, code)[0])


def test_ancestors_reach_into_the_parent_list() -> None:
    assert ancestors("need", "ASD") == ("CI",)
    assert ancestors("key_stage", "KS3") == ("S",)
    assert ancestors("phase", "MDS") == ("S",)
    assert children("need", "SEMH") == ()


def test_an_unknown_code_is_answered_with_codes_near_it() -> None:
    with pytest.raises(NotFound, match=r'no code "SMEH".*SEMH'):
        term("need", "SMEH")


def test_an_unknown_list_is_answered_with_the_lists() -> None:
    with pytest.raises(NotFound, match="broad_area, need"):
        codes("needs")


@pytest.mark.parametrize("call", [need_parent_area, reported_need])
def test_an_unknown_need_is_refused(call) -> None:
    with pytest.raises(NotFound):
        call("XYZ")


@pytest.mark.shared
def test_official_codes_and_labels_are_those_of_the_reference(shared) -> None:
    import csv

    reference = shared / "reference" / "send_vocabulary.csv"
    with reference.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["list"] in LISTS]
    by_list: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        by_list[row["list"]].add(row["code"])
        mine = term(row["list"], row["code"])
        assert mine.label.replace(",", "") == row["label"].replace(",", "") or (
            row["list"] == "phase"
        )
        if row["list"] in ("need", "need_legacy"):
            assert (mine.parent or "") == row["parent"]
    for name, official in by_list.items():
        added = {"ADHD"} if name == "need" else set()
        assert set(codes(name)) == official | added
