import pytest

from whatworks.grading import Certainty, CertaintyStep, certainty_problems, level_after


@pytest.mark.parametrize(
    ("start", "steps", "level"),
    [
        ("high", [], "high"),
        ("high", [-1, -1], "low"),
        ("high", [-3, -2], "very_low"),
        ("low", [2], "high"),
        ("low", [2, 1], "high"),
    ],
)
def test_a_level_is_the_start_plus_the_steps_held_in_range(start, steps, level):
    assert level_after(start, steps) == level


def judgement(level="low", start="high"):
    return Certainty("c", "s", "GRADE", start, "randomised", level, "editor", "2026-11-24", "so so")


def step(domain, size, reason="because"):
    return CertaintyStep(f"c:{domain}:{size}", "c", domain, size, reason, None)


def test_a_judgement_that_adds_up_has_no_problems():
    assert (
        certainty_problems(judgement(), [step("risk_of_bias", -1), step("imprecision", -1)]) == []
    )


def test_a_level_that_does_not_follow_is_named():
    (problem,) = certainty_problems(judgement("moderate"), [step("risk_of_bias", -2)])

    assert problem == "the level is moderate, but high with these steps gives low."


def test_a_step_without_a_reason_out_of_range_or_twice_is_named():
    problems = certainty_problems(
        judgement("very_low"),
        [step("inconsistency", -3, " "), step("inconsistency", -2), step("luck", 1)],
    )

    assert "inconsistency has step -3; it may be -2 to +0." in problems
    assert "inconsistency has no reason; every step needs one." in problems
    assert "inconsistency is judged twice." in problems
    assert any(problem.startswith('there is no domain "luck"') for problem in problems)
