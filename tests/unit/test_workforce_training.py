"""Training plans against brute force, and what they refuse."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

from whatworks.errors import UserError
from whatworks.workforce import Course, SchoolCourses, bundles_worth_having, plan_training

COURSES = [
    Course("autism", frozenset({"ASD"})),
    Course("language", frozenset({"SLCN"})),
    Course("both", frozenset({"ASD", "SLCN"})),
]


def _school(**changes: object) -> SchoolCourses:
    given: dict[str, object] = {
        "school": "Hill",
        "pupils": {"ASD": 5, "SLCN": 3},
        "covered": frozenset(),
        "cost_pounds": {"autism": 100, "language": 100, "both": 150},
    }
    return SchoolCourses(**{**given, **changes})  # type: ignore[arg-type]


def test_overlapping_courses_are_counted_once_and_beaten_bundles_dropped() -> None:
    found = bundles_worth_having(_school(), COURSES)
    assert [(b.courses, b.cost_pounds, b.pupils) for b in found] == [
        ((), 0, 0),
        (("autism",), 100, 5),
        (("both",), 150, 8),
    ]


def test_what_is_covered_already_reaches_nobody_new() -> None:
    found = bundles_worth_having(_school(covered=frozenset({"ASD"})), COURSES)
    assert [(b.courses, b.pupils) for b in found] == [((), 0), (("language",), 3)]


def test_the_best_step_is_not_always_in_the_best_plan() -> None:
    # Per pound: 6/100 then 10/170; but 170 alone reaches more than 100 within 170.
    schools = [
        _school(school="A", pupils={"ASD": 6}, cost_pounds={"autism": 100}),
        _school(school="B", pupils={"SLCN": 10}, cost_pounds={"language": 170}),
    ]
    plan = plan_training(schools, COURSES, budget_pounds=170, most_states=100)

    assert plan.choices == (("A", ()), ("B", ("language",)))
    assert (plan.pupils, plan.bound, plan.is_proven, plan.gap) == (10, 10, True, 0.0)
    assert (
        plan.summary() == "10 pupils are reached for £170. No plan within the budget reaches more."
    )


def test_without_room_for_the_proof_the_bound_says_how_far_off_the_plan_may_be() -> None:
    schools = [
        _school(school="A", pupils={"ASD": 6}, cost_pounds={"autism": 100}),
        _school(school="B", pupils={"SLCN": 10}, cost_pounds={"language": 170}),
    ]
    plan = plan_training(schools, COURSES, budget_pounds=170, most_states=1)

    # 6 + 10 x 70/170 = 10.1, rounded down.
    assert (plan.pupils, plan.bound, plan.is_proven) == (6, 10, False)
    assert plan.gap == pytest.approx(0.4)
    assert "reaches more than 10" in plan.summary()


def _random_schools(random: Random, n_schools: int) -> tuple[list[SchoolCourses], list[Course]]:
    needs = ["ASD", "SLCN", "SEMH", "MLD"]
    courses = [
        Course(str(c), frozenset(random.sample(needs, random.randint(1, 3)))) for c in range(3)
    ]
    schools = [
        SchoolCourses(
            school=str(s),
            pupils={need: random.randint(0, 9) for need in needs},
            covered=frozenset(need for need in needs if random.random() < 0.2),
            cost_pounds={course.name: random.randint(1, 12) for course in courses},
        )
        for s in range(n_schools)
    ]
    return schools, courses


@pytest.mark.parametrize("seed", range(60))
def test_proven_plans_are_those_of_brute_force(seed: int) -> None:
    random = Random(seed)
    schools, courses = _random_schools(random, random.randint(1, 3))
    budget = random.randint(0, 60)
    subsets = [
        [c for c, bit in zip(courses, bits, strict=True) if bit]
        for bits in product([0, 1], repeat=3)
    ]

    def outcome(choice: tuple[list[Course], ...]) -> tuple[int, int]:
        pupils = cost = 0
        for school, taken in zip(schools, choice, strict=True):
            cost += sum(school.cost_pounds[course.name] for course in taken)
            for need, count in school.pupils.items():
                newly = need not in school.covered and any(need in c.needs for c in taken)
                pupils += count * newly
        return pupils, -cost

    every = (outcome(choice) for choice in product(subsets, repeat=len(schools)))
    best = max(found for found in every if -found[1] <= budget)
    plan = plan_training(schools, courses, budget_pounds=budget, most_states=10_000)

    assert plan.is_proven
    assert (plan.pupils, -plan.cost_pounds) == best


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cost_pounds": {"autism": 0}}, r'School "Hill", course "autism": the price is 0'),
        ({"cost_pounds": {"autism": 99.5}}, r"the price is 99.5. Give whole pounds"),
        ({"cost_pounds": {"drama": 10}}, r'a price for "drama", which is not in the list'),
        ({"pupils": {"ASD": -1}}, r'need "ASD": the number of pupils is -1'),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(changes: dict[str, object], message: str) -> None:
    with pytest.raises(UserError, match=message):
        plan_training([_school(**changes)], COURSES, budget_pounds=100, most_states=10)


def test_names_must_tell_schools_and_courses_apart() -> None:
    with pytest.raises(UserError, match="Two schools"):
        plan_training([_school(), _school()], COURSES, budget_pounds=1, most_states=1)
    with pytest.raises(UserError, match="Two courses"):
        plan_training([_school()], [*COURSES, COURSES[0]], budget_pounds=1, most_states=1)
    with pytest.raises(UserError, match="The budget is -1"):
        plan_training([_school()], COURSES, budget_pounds=-1, most_states=1)


def test_no_school_and_no_money_are_plans_too() -> None:
    assert plan_training([], COURSES, budget_pounds=5, most_states=1).pupils == 0
    plan = plan_training([_school()], COURSES, budget_pounds=0, most_states=1)
    assert (plan.pupils, plan.cost_pounds, plan.is_proven) == (0, 0, True)
