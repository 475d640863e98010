"""How sure we are, as pages show it: dots, a word, and every step with its reason."""

from __future__ import annotations

from dataclasses import dataclass

from whatworks.grading.levels import LEVELS
from whatworks.grading.nouns import Certainty
from whatworks.site.context import Context
from whatworks.site.numbers import Figure
from whatworks.site.plain import CERTAINTY_DOMAINS, CERTAINTY_LEVELS, say

__all__ = ["CertaintyView", "StepView", "certainty_view", "step_views"]


@dataclass(frozen=True, slots=True)
class CertaintyView:
    """A level of certainty: the word, and four dots of which some are filled."""

    level: str | None
    word: str
    dots: tuple[bool, ...]

    @property
    def judged(self) -> bool:
        """Return whether anyone has judged it."""
        return self.level is not None


@dataclass(frozen=True, slots=True)
class StepView:
    """One reason to be less, or more, sure."""

    domain: str
    change: str
    reason: str
    rests_on: tuple[Figure, ...]


def certainty_view(certainty: Certainty | None) -> CertaintyView:
    """Return the level of a judgement; "Not yet judged" where there is none."""
    if certainty is None:
        return CertaintyView(None, "Not yet judged", (False,) * len(LEVELS))
    filled = LEVELS.index(certainty.level) + 1 if certainty.level in LEVELS else 0
    dots = tuple(position < filled for position in range(len(LEVELS)))
    return CertaintyView(
        certainty.level, f"{say(CERTAINTY_LEVELS, certainty.level)} certainty", dots
    )


def _change(step: int) -> str:
    """Return a step in words."""
    if step == 0:
        return "No change"
    size = {1: "one level", 2: "two levels", 3: "three levels"}.get(
        abs(step), f"{abs(step)} levels"
    )
    return f"{'Up' if step > 0 else 'Down'} {size}"


def step_views(context: Context, certainty: Certainty) -> list[StepView]:
    """Return the steps of a judgement with the published numbers each rests on."""
    main = context.numbers.analysis(certainty.strand_id, "main")
    views = []
    order = {domain: place for place, domain in enumerate(CERTAINTY_DOMAINS)}
    steps = sorted(
        context.evidence.steps_by_certainty.get(certainty.certainty_id, []),
        key=lambda step: order.get(step.domain, len(order)),
    )
    for step in steps:
        named = [
            context.numbers.figure(main, field.strip()) for field in (step.numbers or "").split(";")
        ]
        views.append(
            StepView(
                domain=say(CERTAINTY_DOMAINS, step.domain),
                change=_change(step.step),
                reason=step.reason,
                rests_on=tuple(figure for figure in named if figure is not None),
            )
        )
    return views
