"""Agreement of the people who screen: who is compared on what, and what is said of it."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import a_decision
from whatworks.errors import UserError
from whatworks.screening import Decision, screening_agreement
from whatworks.statistics.agreement import agreement_of_two


def decided(record: str, reviewer: str, value: str, **fields: Any) -> Decision:
    named = {"record_id": record, "reviewer": reviewer, "value": value, **fields}
    return replace(a_decision(1, value), **named)


def trail(rows: dict[str, dict[str, str]]) -> list[Decision]:
    """Return the individual decisions of record, reviewer, value."""
    return [
        decided(record, reviewer, value)
        for record, given_to in rows.items()
        for reviewer, value in given_to.items()
    ]


# Ann and Bo both saw r1 to r5, Ann and Cy r6, and r7 nobody but Cy.
ROWS = {
    "r1": {"ann": "include", "bo": "include"},
    "r2": {"ann": "exclude", "bo": "exclude"},
    "r3": {"ann": "exclude", "bo": "exclude"},
    "r4": {"ann": "include", "bo": "exclude"},
    "r5": {"ann": "exclude", "bo": "include"},
    "r6": {"ann": "exclude", "cy": "exclude"},
    "r7": {"cy": "include"},
}
RECONCILED = [
    decided("r4", "panel", "include", role="reconciled"),
    decided("r5", "panel", "exclude", role="reconciled"),
]


def measured(decisions: list[Decision], **options: Any) -> Any:
    return screening_agreement(decisions, stage="title_abstract", **options)


def test_pairs_are_compared_on_what_both_saw() -> None:
    found = measured(trail(ROWS))
    assert (found.shared.n_records, found.n_single) == (6, 1)
    pairs = {pair.reviewers: pair for pair in found.shared.pairs}
    assert list(pairs) == [("ann", "bo"), ("ann", "cy")]

    two = pairs["ann", "bo"]
    inc, exc = "include", "exclude"
    want = agreement_of_two(
        [inc, exc, exc, inc, exc], [inc, exc, exc, exc, inc], categories=[exc, inc]
    )
    assert two.agreement == want
    assert (two.conflicts.numerator, two.conflicts.denominator) == (2, 5)
    # 2a/(2a + b + c) with a = 1 and b + c = 2.
    assert two.agreement.specific_agreement["include"].value == pytest.approx(0.5)

    one_category = pairs["ann", "cy"].agreement
    assert one_category.cohen_kappa.value is None
    assert one_category.gwet_ac.value is None
    assert one_category.percent_agreement.value == 1.0


def test_the_team_is_measured_over_all_shared_records() -> None:
    found = measured(trail(ROWS))
    assert found.shared.team.n == found.shared.team.n_rated == 6
    assert found.shared.team.n_raters == 3
    assert found.shared.team.percent_agreement.value == pytest.approx(4 / 6)
    assert (found.shared.conflicts.numerator, found.n_open) == (2, 2)


def test_rules_models_other_stages_and_reconciled_rows_are_nobodys_agreement() -> None:
    noise = [
        decided("r1", "m", "exclude", source="model"),
        decided("r7", "rule", "include", source="rule"),
        decided("r7", "ann", "include", stage="full_text"),
        decided("r7", "panel", "include", role="reconciled"),
        decided("r2", "m", "include", source="model", role="reconciled"),
    ]
    assert measured(trail(ROWS) + noise) == measured(trail(ROWS))


def test_unsure_is_a_category_where_it_is_used() -> None:
    binary = measured(trail(ROWS)).shared.team
    assert list(binary.specific_agreement) == ["exclude", "include"]
    rows = {**ROWS, "r7": {"cy": "unsure"}}
    third = measured(trail(rows)).shared.team
    assert list(third.specific_agreement) == ["exclude", "unsure", "include"]
    assert third.specific_agreement["unsure"].value is None
    rows["r1"] = {"ann": "include", "bo": "unsure"}
    assert measured(trail(rows)).shared.conflicts.numerator == 3


def test_reviewers_are_compared_with_the_reconciled_decision() -> None:
    by_name = {r.reviewer: r for r in measured(trail(ROWS) + RECONCILED).reviewers}
    # Consensus keeps r1 and r4; Ann kept both, Bo lost r4 and kept r5, which was to be excluded.
    ann, bo, cy = by_name["ann"], by_name["bo"], by_name["cy"]
    assert (ann.recall.numerator, ann.recall.denominator) == (2, 2)
    assert (ann.specificity.numerator, ann.specificity.denominator) == (4, 4)
    assert (bo.recall.numerator, bo.recall.denominator) == (1, 2)
    assert (bo.specificity.numerator, bo.specificity.denominator) == (2, 3)
    assert (cy.n_records, cy.recall.value, cy.specificity.value) == (1, None, 1.0)
    assert cy.recall.reason == "There are no records that the consensus keeps."


def test_conflicts_that_nobody_reconciled_are_left_out_and_told() -> None:
    found = measured(trail(ROWS))
    ann = next(r for r in found.reviewers if r.reviewer == "ann")
    assert (ann.n_records, ann.n_without_consensus) == (4, 2)
    assert "2 conflicts are not reconciled" in found.summary()
    assert "look better than they are" in found.summary()
    assert "not reconciled" not in measured(trail(ROWS) + RECONCILED).summary()


def test_include_and_unsure_both_keep_a_record() -> None:
    rows = {"r1": {"ann": "unsure", "bo": "include"}, "r2": {"ann": "unsure", "bo": "exclude"}}
    outcome = [
        decided("r1", "panel", "include", role="reconciled"),
        decided("r2", "panel", "unsure", role="reconciled"),
    ]
    ann, bo = measured(trail(rows) + outcome).reviewers
    assert (ann.recall.value, bo.recall.value) == (1.0, 0.5)
    # Nobody settled r1: the two keep it, but have no decision in common.
    ann, _ = measured(trail(rows)).reviewers
    assert (ann.n_records, ann.n_without_consensus) == (0, 2)


def test_a_decision_taken_back_is_not_counted() -> None:
    early = decided("r1", "ann", "exclude", decided_at="2024-01-01T10:00:00Z")
    late = decided("r1", "ann", "include", decided_at="2024-01-02T10:00:00Z")
    other = decided("r1", "bo", "include")
    for order in ([early, late, other], [late, other, early]):
        assert measured(order).shared.conflicts.numerator == 0
    # Without times the later place counts.
    undated = [decided("r1", "ann", "exclude"), decided("r1", "ann", "include"), other]
    assert measured(undated).shared.conflicts.numerator == 0


def test_what_is_no_decision_is_refused_with_its_place() -> None:
    with pytest.raises(UserError, match="Record r9, reviewer bo: found 'maybe'"):
        measured([decided("r9", "bo", "maybe")])
    with pytest.raises(UserError, match="level must be between 0 and 1"):
        measured([], level=2.0)


def test_the_sample_is_named_for_what_it_is() -> None:
    decisions = trail(ROWS)
    assert measured([]).sample.startswith("No record was decided on by two people")
    ranked = measured(decisions)
    assert "Two people or more decided on 6 records. They are not a random sample" in ranked.sample
    assert "have some records drawn at random" in ranked.sample.lower()
    assert "need not be a random sample" in measured(decisions, is_ranked=False).sample

    some = measured(decisions, at_random={"r2", "r4", "r7", "elsewhere"})
    assert "They are not a random sample" in some.sample
    assert "2 records of them were drawn at random; the agreement on those holds" in some.sample
    all_of_them = measured(decisions, at_random=set(ROWS))
    assert "All were drawn at random" in all_of_them.sample
    assert "not a random sample" not in all_of_them.sample
    none_of_them = measured(decisions, at_random={"r7"})
    assert none_of_them.at_random.n_records == 0
    assert none_of_them.at_random.team is None
    assert "No record of these was decided on by two people" in none_of_them.summary()


def test_agreement_on_the_random_records_stands_beside_that_on_all() -> None:
    found = measured(trail(ROWS), at_random={"r1", "r2", "r3", "r4"})
    alone = measured(trail({record: ROWS[record] for record in ("r1", "r2", "r3", "r4")}))
    assert found.at_random.team == alone.shared.team
    assert [p.agreement for p in found.at_random.pairs] == [p.agreement for p in alone.shared.pairs]
    assert found.shared == measured(trail(ROWS)).shared


def test_few_records_are_called_few() -> None:
    values = {"ann": "include", "bo": "exclude"}
    few, enough = ({f"r{i}": values for i in range(n)} for n in (199, 200))
    assert "199 records are few" in measured(trail(few)).summary()
    assert "few" not in measured(trail(enough)).summary()


def test_no_figure_stands_alone() -> None:
    text = measured(trail(ROWS) + RECONCILED, at_random={"r1", "r4"}).summary()
    for name in ("Agreement", "Agreement on include", "kappa", "AC1", "alpha", "conflicts in 6"):
        assert name in text
    assert "ann: recall 100.0% (34.2 to 100.0; 2 of 2)" in text


def test_what_is_written_can_be_read_as_json_and_as_rows() -> None:
    found = measured(trail(ROWS) + RECONCILED, at_random={"r1", "r4"})
    read = json.loads(json.dumps(found.to_dict()))
    assert read["shared"]["n_conflicts"] == 2
    assert read["at_random"]["pairs"][0]["reviewers"] == ["ann", "bo"]
    assert read["reviewers"][1]["recall"]["value"] == 0.5

    rows = found.table()
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    back = list(csv.DictReader(io.StringIO(file.getvalue())))
    assert {row["records"] for row in back} == {
        "all that two people or more saw",
        "drawn at random",
    }
    recall = next(row for row in back if (row["who"], row["figure"]) == ("bo", "Recall"))
    assert (recall["value"], recall["n_records"], recall["interval"]) == ("0.5", "5", "Wilson")
    keys = [(row["records"], row["who"], row["figure"]) for row in rows]
    assert len(keys) == len(set(keys))


people = ["ann", "bo", "cy"]
votes = st.dictionaries(
    st.sampled_from(["r1", "r2", "r3", "r4", "r5"]),
    st.tuples(
        st.dictionaries(st.sampled_from(people), st.sampled_from(["include", "exclude", "unsure"])),
        st.sampled_from([None, "include", "exclude", "unsure"]),
    ),
)


@given(votes, st.permutations(range(20)))
@settings(max_examples=60)
def test_counts_are_those_of_going_through_all_records(
    given_to: dict[str, tuple[dict[str, str], str | None]], order: list[int]
) -> None:
    decisions = trail({record: votes for record, (votes, _) in given_to.items()}) + [
        decided(record, "panel", outcome, role="reconciled")
        for record, (_, outcome) in given_to.items()
        if outcome
    ]
    shuffled = [decisions[i] for i in order if i < len(decisions)]
    found = measured(shuffled)
    assert found == measured(shuffled[::-1])

    shared = {record: both for record, both in given_to.items() if len(both[0]) > 1}
    assert found.shared.n_records == len(shared)
    assert found.shared.conflicts.numerator == sum(
        len(set(votes.values())) > 1 for votes, _ in shared.values()
    )
    for reviewer, is_kept in product(people, (True, False)):
        right = total = 0
        for votes_of_record, outcome in shared.values():
            common = set(votes_of_record.values())
            consensus = outcome or (common.pop() if len(common) == 1 else None)
            if reviewer in votes_of_record and consensus is not None:
                counts = (consensus != "exclude") == is_kept
                total += counts
                right += counts and (votes_of_record[reviewer] != "exclude") == is_kept
        by_name = {r.reviewer: r for r in found.reviewers}
        if reviewer in by_name:
            share = by_name[reviewer].recall if is_kept else by_name[reviewer].specificity
            assert (share.numerator, share.denominator) == (right, total)
        else:
            assert total == 0
