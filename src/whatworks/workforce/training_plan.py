"""The training that reaches the most pupils within a budget, proven or with its bound.

Schools s choose one bundle b of courses each; v and c are its pupils and cost.

    maximise  sum_s v[s, b(s)]                                                    (1)
    subject to  sum_s c[s, b(s)] <= budget                                        (2)

The bound is the value of (1)-(2) when schools may take fractions of a step up their hull.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from whatworks.errors import UserError
from whatworks.workforce.coverage import Bundle, Course, SchoolCourses, bundles_worth_having

__all__ = ["TrainingPlan", "plan_training"]


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """Which school takes which courses.

    Attributes
    ----------
    choices
        Courses by school, in the order the schools were given; an empty tuple for none.
    pupils
        Pupils (pupil-needs) newly reached.
    cost_pounds
        What the plan costs; never above the budget.
    bound
        No plan within the budget reaches more pupils than this.
    is_proven
        Whether `pupils` is the most that can be reached, and no plan that reaches as many is
        cheaper.
    """

    choices: tuple[tuple[str, tuple[str, ...]], ...]
    pupils: int
    cost_pounds: int
    bound: int
    is_proven: bool

    @property
    def gap(self) -> float:
        """Share of the bound that is not reached for certain: 0 for a proven plan."""
        return 0.0 if self.bound == 0 else (self.bound - self.pupils) / self.bound

    def summary(self) -> str:
        """Return the result in words."""
        if self.is_proven:
            sure = "No plan within the budget reaches more."
        else:
            sure = f"No plan within the budget reaches more than {self.bound:,}."
        return f"{self.pupils:,} pupils are reached for £{self.cost_pounds:,}. {sure}"


def plan_training(
    schools: Sequence[SchoolCourses],
    courses: Sequence[Course],
    *,
    budget_pounds: int,
    most_states: int,
) -> TrainingPlan:
    """Choose courses for schools that pay by themselves, so that the most pupils are reached.

    Parameters
    ----------
    schools : sequence of SchoolCourses
        Schools without shared costs: what one takes changes no other's price.
    courses : sequence of Course
        All courses.
    budget_pounds : int
        0 or more.
    most_states : int
        How many part-plans may be kept at once in the search for the proven optimum, at least 1.
        When they would be more, the plan by pupils per pound is returned instead, with its bound.

    Raises
    ------
    UserError
        Schools share a name, or a number is out of range; see also `bundles_worth_having`.

    Notes
    -----
    The plan by pupils per pound climbs each school's upper concave hull, best step first; it
    falls short of the optimum by less than the pupils of the one step that did not fit. For the
    proven optimum, each school's bundles are judged at the pupils per pound of that step; what
    loses more by it than the plan at hand falls short of the bound is dropped. The other bundles
    are joined school by school into part-plans, of which those that another one beats are dropped.

    References
    ----------
    Kellerer H, Pferschy U, Pisinger D (2004). Knapsack Problems, chapter 11 (multiple choice).
    """
    if budget_pounds < 0 or most_states < 1:
        raise UserError(
            f"The budget is {budget_pounds} and most_states {most_states}. The budget must be 0 or "
            "more, most_states at least 1."
        )
    names = [school.school for school in schools]
    if len(set(names)) < len(names):
        raise UserError("Two schools have the same name. Give each its own.")
    options = [bundles_worth_having(school, courses) for school in schools]
    steps = _steps(options)
    climbed = _by_pupils_per_pound(options, steps, budget_pounds)
    price = _price(steps, budget_pounds)
    most = budget_pounds * price.pupils + sum(max(map(price.worth, own)) for own in options)
    bound = most // price.pounds
    slack = most - price.pounds * sum(bundle.pupils for bundle in climbed)
    best = _proven(options, price, slack, budget_pounds, most_states)
    chosen = climbed if best is None else best
    pupils = sum(bundle.pupils for bundle in chosen)
    return TrainingPlan(
        choices=tuple((name, b.courses) for name, b in zip(names, chosen, strict=True)),
        pupils=pupils,
        cost_pounds=sum(bundle.cost_pounds for bundle in chosen),
        bound=pupils if best is not None else bound,
        is_proven=best is not None,
    )


@dataclass(frozen=True, slots=True)
class _Step:
    """One step up the hull of one school."""

    school: int
    pupils: int
    cost: int
    to: Bundle


def _hull(bundles: Sequence[Bundle]) -> list[Bundle]:
    """Return the corners of the upper concave hull of pupils over cost."""
    corners: list[Bundle] = []
    for bundle in bundles:
        while len(corners) > 1 and not _turns_down(corners[-2], corners[-1], bundle):
            corners.pop()
        corners.append(bundle)
    return corners


def _turns_down(a: Bundle, b: Bundle, c: Bundle) -> bool:
    return (b.pupils - a.pupils) * (c.cost_pounds - b.cost_pounds) > (c.pupils - b.pupils) * (
        b.cost_pounds - a.cost_pounds
    )


def _steps(options: Sequence[Sequence[Bundle]]) -> list[_Step]:
    """Return the steps of all schools, most pupils per pound first."""
    steps = [
        _Step(s, high.pupils - low.pupils, high.cost_pounds - low.cost_pounds, high)
        for s, bundles in enumerate(options)
        for low, high in pairwise(_hull(bundles))
    ]
    # The sort is stable and rates fall within a school, so its steps stay in order.
    steps.sort(key=lambda step: -step.pupils / step.cost)
    return steps


def _by_pupils_per_pound(
    options: Sequence[Sequence[Bundle]], steps: Sequence[_Step], budget: int
) -> list[Bundle]:
    """Return the plan that takes the best steps while they fit."""
    chosen = [bundles[0] for bundles in options]
    left, stopped = budget, set[int]()
    for step in steps:
        if step.school in stopped or step.cost > left:
            stopped.add(step.school)
        else:
            chosen[step.school], left = step.to, left - step.cost
    return chosen


@dataclass(frozen=True, slots=True)
class _Price:
    """What a pound must earn: the pupils per pound of the step on which the budget runs out.

    At this price schools decide by themselves, and what they reach less what they spend more than
    the budget bounds every plan; for the price of the break step it is the bound of the hulls. All
    in whole numbers: pupils times `pounds`.
    """

    pupils: int
    pounds: int

    def worth(self, bundle: Bundle) -> int:
        return bundle.pupils * self.pounds - bundle.cost_pounds * self.pupils


def _price(steps: Sequence[_Step], budget: int) -> _Price:
    left = budget
    for step in steps:
        if step.cost > left:
            return _Price(step.pupils, step.cost)
        left -= step.cost
    return _Price(0, 1)


@dataclass(frozen=True, slots=True)
class _Part:
    """A plan for the schools decided so far, as a chain back to the empty one."""

    cost: int
    pupils: int
    loss: int
    bundle: Bundle | None = None
    before: _Part | None = None


def _proven(
    options: Sequence[Sequence[Bundle]], price: _Price, slack: int, budget: int, most_states: int
) -> list[Bundle] | None:
    """Return the cheapest of the best plans, or None where it would take too many part-plans.

    A plan whose schools lose more than `slack` against their best choice at the price cannot reach
    the plan at hand.
    """
    best = [max(bundles, key=price.worth) for bundles in options]
    open_ = [
        [b for b in bundles if price.worth(top) - price.worth(b) <= slack]
        for bundles, top in zip(options, best, strict=True)
    ]
    settled = [bundles[0] for bundles in open_ if len(bundles) == 1]
    undecided = [s for s, bundles in enumerate(open_) if len(bundles) > 1]
    parts = [_Part(sum(b.cost_pounds for b in settled), sum(b.pupils for b in settled), 0)]
    for s in undecided:
        top = price.worth(best[s])
        grown = [
            _Part(cost, part.pupils + bundle.pupils, loss, bundle, part)
            for part in parts
            for bundle in open_[s]
            if (cost := part.cost + bundle.cost_pounds) <= budget
            and (loss := part.loss + top - price.worth(bundle)) <= slack
        ]
        grown.sort(key=lambda part: (part.cost, -part.pupils))
        parts, most = [], -1
        for part in grown:
            if part.pupils > most:
                most = part.pupils
                parts.append(part)
        if len(parts) > most_states:
            return None
    # Cost and pupils rise together: the last part reaches the most, and most cheaply.
    chosen = [bundles[0] for bundles in open_]
    last = parts[-1]
    for s in reversed(undecided):
        assert last.bundle is not None
        assert last.before is not None
        chosen[s], last = last.bundle, last.before
    return chosen
