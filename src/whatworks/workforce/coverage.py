"""Which courses a school could take, and how many more pupils each choice would reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from numbers import Integral

from whatworks.errors import UserError

__all__ = ["Bundle", "Course", "SchoolCourses", "bundles_worth_having"]

# 2^12 bundles for each school; above, enumeration is the wrong method.
MOST_COURSES = 12


@dataclass(frozen=True, slots=True)
class Course:
    """A course staff can be sent to.

    Attributes
    ----------
    name
        How plans name it.
    needs
        Needs of pupils that its training covers.
    """

    name: str
    needs: frozenset[str]


@dataclass(frozen=True, slots=True)
class SchoolCourses:
    """One school: its pupils by need, what it covers, and what each course would cost it.

    Attributes
    ----------
    school
        How plans name it.
    pupils
        Pupils by need. A pupil with two needs counts in both: the plan counts pupil-needs.
    covered
        Needs for which the school has trained staff already.
    cost_pounds
        Cost of each course it may take, all included, in whole pounds above 0. Courses that are
        left out are not open to it.
    """

    school: str
    pupils: Mapping[str, int]
    covered: frozenset[str]
    cost_pounds: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Bundle:
    """A set of courses for one school.

    Attributes
    ----------
    courses
        Names, in the order of the list of courses.
    cost_pounds
        What they cost together.
    pupils
        Pupils reached for the first time: the sum over newly covered needs.
    """

    courses: tuple[str, ...]
    cost_pounds: int
    pupils: int


def bundles_worth_having(school: SchoolCourses, courses: Sequence[Course]) -> list[Bundle]:
    """Return the bundles that no other bundle beats, from the empty one upwards.

    Courses overlap, so a bundle reaches fewer pupils than its courses one by one: all bundles are
    looked at.

    Returns
    -------
    list of Bundle
        Cost and pupils both rising. One of several bundles with equal cost and pupils is kept.

    Raises
    ------
    UserError
        A price is not a whole number above 0, a number of pupils is not one of 0 or more, a course
        is unknown or named twice, or the school has more than 12 courses to choose from.
    """
    _check(school, courses)
    offered = [course for course in courses if course.name in school.cost_pounds]
    bundles = []
    for size in range(len(offered) + 1):
        for chosen in combinations(offered, size):
            needs: set[str] = set().union(*(course.needs for course in chosen)) - school.covered
            bundles.append(
                Bundle(
                    tuple(course.name for course in chosen),
                    sum(school.cost_pounds[course.name] for course in chosen),
                    sum(school.pupils.get(need, 0) for need in needs),
                )
            )
    bundles.sort(key=lambda b: (b.cost_pounds, -b.pupils))
    best: list[Bundle] = []
    for bundle in bundles:
        if not best or bundle.pupils > best[-1].pupils:
            best.append(bundle)
    return best


def _check(school: SchoolCourses, courses: Sequence[Course]) -> None:
    names = [course.name for course in courses]
    if len(set(names)) < len(names):
        raise UserError("Two courses have the same name. Give each its own.")
    unknown = sorted(set(school.cost_pounds) - set(names))
    if unknown:
        raise UserError(
            f'School "{school.school}" has a price for "{unknown[0]}", which is not in the list of '
            "courses. Add the course or take the price out."
        )
    if len(school.cost_pounds) > MOST_COURSES:
        raise UserError(
            f'School "{school.school}" has {len(school.cost_pounds)} courses to choose from. '
            f"Offer it at most {MOST_COURSES}."
        )
    for course, price in school.cost_pounds.items():
        if not _is_whole(price) or price <= 0:
            raise UserError(
                f'School "{school.school}", course "{course}": the price is {price!r}. Give whole '
                "pounds above 0."
            )
    for need, count in school.pupils.items():
        if not _is_whole(count) or count < 0:
            raise UserError(
                f'School "{school.school}", need "{need}": the number of pupils is {count!r}. Give '
                "a whole number, 0 or more."
            )


def _is_whole(value: object) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)
