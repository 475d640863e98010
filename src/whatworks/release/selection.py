"""The rule by which a strand picks its effects.

A rule is a JSON object. Every key names a condition, all conditions must hold, and within a
condition any of the listed values is enough:

``{"reviews": ["targeted_k6"], "approaches": ["small_group"], "timepoints": ["end"]}``
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, ValidationError

from whatworks.errors import UserError
from whatworks.extraction.nouns import Effect
from whatworks.release.hashing import canonical_json
from whatworks.vocab import split_codes

__all__ = ["Selection", "parse_selection", "select_effects"]


class _SelectionModel(BaseModel):
    """Border model of a rule: refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", strict=True)

    reviews: list[str] = []
    studies: list[str] = []
    needs: list[str] = []
    phases: list[str] = []
    approaches: list[str] = []
    deliverers: list[str] = []
    outcomes: list[str] = []
    timepoints: list[str] = []
    subgroups: list[str] = []


@dataclass(frozen=True, slots=True)
class Selection:
    """A rule that picks effects; an empty tuple means no condition.

    Attributes
    ----------
    reviews, studies, outcomes, timepoints, subgroups
        Values the effect's own field must be one of.
    needs, phases, approaches, deliverers
        Codes of which the effect must carry at least one.
    """

    reviews: tuple[str, ...] = field(default=())
    studies: tuple[str, ...] = field(default=())
    needs: tuple[str, ...] = field(default=())
    phases: tuple[str, ...] = field(default=())
    approaches: tuple[str, ...] = field(default=())
    deliverers: tuple[str, ...] = field(default=())
    outcomes: tuple[str, ...] = field(default=())
    timepoints: tuple[str, ...] = field(default=())
    subgroups: tuple[str, ...] = field(default=())

    def picks(self, effect: Effect) -> bool:
        """Return whether the effect meets every condition."""
        single = (
            (self.reviews, effect.review_id),
            (self.studies, effect.study_id),
            (self.outcomes, effect.outcome),
            (self.timepoints, effect.timepoint),
            (self.subgroups, effect.subgroup or ""),
        )
        several = (
            (self.needs, effect.needs),
            (self.phases, effect.phases),
            (self.approaches, effect.approaches),
            (self.deliverers, effect.deliverers),
        )
        return all(not wanted or value in wanted for wanted, value in single) and all(
            not wanted or not set(wanted).isdisjoint(split_codes(value))
            for wanted, value in several
        )

    def to_json(self) -> str:
        """Return the rule as canonical JSON, without the conditions it does not make."""
        return canonical_json(
            {name: list(getattr(self, name)) for name in self.__slots__ if getattr(self, name)}
        )


def parse_selection(text: str) -> Selection:
    """Read a rule from its JSON.

    Raises
    ------
    UserError
        The text is not JSON, or names a condition that does not exist.
    """
    try:
        model = _SelectionModel.model_validate(json.loads(text))
    except json.JSONDecodeError as error:
        raise UserError(
            f"The selection rule is not JSON (line {error.lineno}, column {error.colno}): "
            f"{error.msg}. Write it as in docs/how-to/write-a-strand.md."
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        known = ", ".join(_SelectionModel.model_fields)
        raise UserError(
            f'The selection rule has a fault at "{where}": {first["msg"]}. '
            f"Conditions are lists of codes under: {known}."
        ) from None
    return Selection(**{name: tuple(values) for name, values in model.model_dump().items()})


def select_effects(effects: Sequence[Effect], selection: Selection) -> list[Effect]:
    """Return the effects a rule picks, in their order, those kept out of pooling included."""
    return [effect for effect in effects if selection.picks(effect)]
