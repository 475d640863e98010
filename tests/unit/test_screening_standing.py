"""Where a record stands, and what each person is given next."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatworks.screening.nouns import Decision, ScreeningRules
from whatworks.screening.stage import Stage, outcomes
from whatworks.screening.standing import standing, votes_needed
from whatworks.screening.terms import marked, term_scores

TWO = ScreeningRules("r", "title_abstract", 2, 0.0, "third", "ranked", 0.95, 0.95, 7, True)
ONE = replace(TWO, reviewers_per_record=1)
NAMES = [f"r.{at}" for at in range(6)]


def vote(record: str, person: str, value: str, **more: object) -> Decision:
    made = Decision(
        f"{record}.{person}", "r", record, person, "title_abstract", "individual", value, None, "human", None,
        None, None,
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


def stage_of(rules: ScreeningRules = TWO, *votes: Decision) -> Stage:
    stage = Stage(rules, NAMES, {name: name for name in NAMES})
    for one in votes:
        stage.put(one)
    return stage


@pytest.mark.parametrize(
    ("values", "state", "outcome"),
    [
        ([], "unread", None),
        (["include"], "waiting", None),
        (["include", "include"], "settled", "include"),
        (["exclude", "exclude"], "settled", "exclude"),
        (["include", "exclude"], "conflict", None),
        (["unsure", "unsure"], "conflict", None),
        (["include", "unsure"], "conflict", None),
    ],
)
def test_two_people_settle_a_record_only_if_they_say_the_same(
    values: list[str], state: str, outcome: str | None
) -> None:
    votes = {f"p{at}": vote("r.0", f"p{at}", value) for at, value in enumerate(values)}
    found = standing(votes, None, n_needed=2)
    assert (found.state, found.outcome) == (state, outcome)


def test_one_person_who_is_unsure_leaves_a_conflict() -> None:
    assert stage_of(ONE, vote("r.0", "a", "unsure")).standing("r.0").state == "conflict"


def test_of_two_reasons_the_first_of_the_criteria_counts() -> None:
    votes = {
        "a": vote("r.0", "a", "exclude", reason="design"),
        "b": vote("r.0", "b", "exclude", reason="age"),
    }
    assert (
        standing(votes, None, n_needed=2, reason_order={"age": 2, "design": 1}).reason == "design"
    )


def test_a_reconciled_decision_goes_before_all_votes() -> None:
    reconciled = vote("r.0", "c", "include", role="reconciled", decision_id="x")
    stage = stage_of(TWO, vote("r.0", "a", "exclude"), vote("r.0", "b", "exclude"), reconciled)
    assert stage.standing("r.0").outcome == "include"
    stage.take_back("x")
    assert stage.standing("r.0").outcome == "exclude"


def test_what_a_model_says_is_no_vote() -> None:
    stage = stage_of(TWO, vote("r.0", "model", "include", source="model"))
    assert stage.standing("r.0").state == "unread"


def test_decisions_on_any_record_of_a_report_count_for_the_one_that_is_shown() -> None:
    stage = Stage(ONE, ["r.0"], {"r.0": "r.0", "r.1": "r.0"})
    stage.put(vote("r.1", "a", "include"))
    assert stage.standing("r.0").outcome == "include"


def test_of_one_person_about_two_records_of_a_report_the_later_decision_counts() -> None:
    stage = Stage(ONE, ["r.0"], {"r.0": "r.0", "r.1": "r.0"})
    stage.put(vote("r.1", "a", "include", decided_at="2026-02-01T00:00:00Z"))
    stage.put(vote("r.0", "a", "exclude", decided_at="2026-01-01T00:00:00Z"))
    assert stage.standing("r.0").outcome == "include"


def test_a_record_that_waits_for_a_second_person_comes_before_unread_ones() -> None:
    stage = stage_of(TWO, vote("r.5", "a", "include"))
    assert stage.next_for("b", NAMES, in_hand=lambda _: 0, most=2) == ["r.5", "r.0"]
    assert stage.next_for("a", NAMES, in_hand=lambda _: 0, most=2) == ["r.0", "r.1"]


def test_a_record_in_enough_hands_is_given_to_nobody_else() -> None:
    stage = stage_of(TWO, vote("r.0", "a", "include"))
    hands = {"r.0": 1, "r.1": 2, "r.2": 1}
    got = stage.next_for("b", NAMES, in_hand=lambda name: hands.get(name, 0), most=2)
    assert got == ["r.2", "r.3"]


def test_records_that_leave_and_come_back_keep_their_decisions() -> None:
    stage = stage_of(ONE, vote("r.0", "a", "include"))
    stage.admit(NAMES[1:])
    assert stage.progress().n_included == 0
    stage.admit(NAMES)
    assert stage.progress().n_included == 1


def test_the_doubled_share_is_drawn_by_the_seed_alone() -> None:
    rules = replace(ONE, doubled_share=0.2)
    drawn = [votes_needed(rules, f"r.{at}") == 2 for at in range(5_000)]
    assert drawn == [votes_needed(rules, f"r.{at}") == 2 for at in range(5_000)]
    # Five standard deviations of 5,000 draws.
    assert abs(sum(drawn) - 1_000) < 5 * (5_000 * 0.2 * 0.8) ** 0.5
    other = [votes_needed(replace(rules, seed=8), f"r.{at}") == 2 for at in range(5_000)]
    assert other != drawn


def test_a_larger_share_doubles_the_same_records_and_more() -> None:
    small, large = replace(ONE, doubled_share=0.1), replace(ONE, doubled_share=0.3)
    names = [f"r.{at}" for at in range(500)]
    assert all(votes_needed(large, name) == 2 for name in names if votes_needed(small, name) == 2)


def test_without_rules_only_reconciled_decisions_settle() -> None:
    votes = [
        vote("r.0", "a", "include"),
        vote("r.0", "b", "include"),
        vote("r.1", "c", "include", role="reconciled"),
    ]
    found = outcomes(votes, None, "title_abstract")
    assert found["r.0"].outcome is None
    assert found["r.1"].outcome == "include"


MOVES = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.sampled_from("abc"),
        st.sampled_from(["include", "exclude", "unsure", ""]),
    ),
    max_size=40,
)


@given(MOVES, st.sampled_from([ONE, TWO, replace(ONE, doubled_share=0.5)]))
def test_a_stage_kept_in_step_is_what_one_made_at_the_end_would_be(
    moves: list[tuple[str, str, str]], rules: ScreeningRules
) -> None:
    stage = stage_of(rules)
    held: dict[str, Decision] = {}
    for at, (record, person, value) in enumerate(moves):
        made = vote(record, person, value or "include", decided_at=f"2026-01-01T00:00:{at:02}Z")
        if value:
            held[made.decision_id] = made
            stage.put(made)
        else:
            held.pop(made.decision_id, None)
            stage.take_back(made.decision_id)
    fresh = stage_of(rules, *held.values())
    assert stage.progress() == fresh.progress()
    assert [stage.standing(name) for name in NAMES] == [fresh.standing(name) for name in NAMES]
    progress = stage.progress()
    assert progress.n_records == len(NAMES)
    assert (
        progress.n_unread + progress.n_waiting + progress.n_conflicts + progress.n_settled
        == len(NAMES)
    )
    assert progress.n_included + progress.n_excluded == progress.n_settled


def test_terms_are_found_as_words_with_a_star_for_the_rest() -> None:
    found = marked(
        "Adult dyslexia and school-based\nreading; adulthood",
        ["dyslexi*", "school based"],
        ["adult"],
    )
    assert [(piece.text, piece.speaks_for) for piece in found if piece.speaks_for] == [
        ("Adult", "exclude"),
        ("dyslexia", "include"),
        ("school-based", "include"),
    ]


@given(
    st.text(max_size=60),
    st.lists(st.text(max_size=8), max_size=4),
    st.lists(st.text(max_size=8), max_size=4),
)
def test_marked_pieces_make_up_the_text(text: str, include: list[str], exclude: list[str]) -> None:
    assert "".join(piece.text for piece in marked(text, include, exclude)) == text


def test_a_term_in_the_title_counts_more_than_one_in_the_abstract() -> None:
    assert term_scores(
        ["dyslexia", "x", "x"], ["", "dyslexia", "adults"], ["dyslexia"], ["adults"]
    ) == [3, 1, -1]
