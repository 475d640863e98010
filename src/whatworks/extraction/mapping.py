"""Mapping files: for each kind of table, which of our fields come from which columns."""

from __future__ import annotations

import difflib
from collections.abc import Mapping as AbstractMapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from whatworks.extraction.field_source import Condition, FieldSource, Strict
from whatworks.extraction.fields import SECTIONS
from whatworks.extraction.plausibility import FLAGS
from whatworks.synthesis.routes import ROUTES

__all__ = [
    "AccuracyMapping",
    "DecisionsMapping",
    "EffectsMapping",
    "FlowCountsMapping",
    "Mapping",
    "RecordsMapping",
    "StudiesMapping",
]


def _known_fields(section: str) -> BeforeValidator:
    """Make the check that a section names only fields there are, and all that are required."""
    fields = SECTIONS[section]

    def check(value: Any) -> Any:
        if not isinstance(value, AbstractMapping):
            raise ValueError(f"must be a table, such as [{section}].")
        for name in value:
            if name not in fields:
                near = difflib.get_close_matches(name, fields, n=1)
                hint = f'Is it "{near[0]}"?' if near else f"The fields are {', '.join(fields)}."
                raise ValueError(f'has a field "{name}", which is not known. {hint}')
        for name, field in fields.items():
            if field.required and name not in value:
                raise ValueError(f'must say where "{name}" comes from.')
        return value

    return BeforeValidator(check)


def _all_known(names: list[str], known: AbstractMapping[str, object], what: str) -> list[str]:
    """Check that every name is one of those there are."""
    for name in names:
        if name not in known:
            raise ValueError(f'holds "{name}". The {what} are {", ".join(known)}.')
    return names


class Join(Strict):
    """A second table whose columns are added to each row.

    Attributes
    ----------
    on
        Column of the main table to column of the second table.
    prefix
        Put before the second table's column names.
    required
        True if every row of the main table must have a partner.
    """

    on: dict[str, str] = Field(min_length=1)
    prefix: str = Field(min_length=1)
    required: bool = True


class JudgementSource(Strict):
    """A column that judges one domain of a risk-of-bias tool.

    Attributes
    ----------
    tool
        Tool and version, as the source names it.
    domain
        Domain of the tool, or overall.
    judgement
        Where the level comes from; rows without one give no judgement.
    reason
        Where the reason comes from.
    worst_last
        Levels from best to worst. Where the rows of a study differ, the worst is kept.
    """

    tool: str = Field(min_length=1)
    domain: str = Field(min_length=1)
    judgement: FieldSource
    reason: FieldSource | None = None
    worst_last: list[str] = Field(default_factory=list)


class DecisionSource(Strict):
    """A group of columns that hold one decision about the record of the row.

    Attributes
    ----------
    stage
        title_abstract or full_text.
    role
        individual or reconciled.
    reviewer, value, reason, decided_at
        Where these come from; a row without a value gives no decision.
    source
        Who made it: human, rule or model.
    """

    stage: Literal["title_abstract", "full_text"]
    role: Literal["individual", "reconciled"]
    reviewer: FieldSource
    value: FieldSource
    reason: FieldSource | None = None
    decided_at: FieldSource | None = None
    source: Literal["human", "rule", "model"] = "human"


class CountSource(Strict):
    """One number of a PRISMA flow.

    Attributes
    ----------
    box
        Machine name of the PRISMA 2020 field.
    key
        Name of the number in the file; a dot leads into a nested JSON object.
    detail
        Source or reason the number is for.
    note
        Anything a reader must know.
    """

    box: str = Field(min_length=1)
    key: str = Field(min_length=1)
    detail: str | None = None
    note: str | None = None


class TableMapping(Strict):
    """What all mappings of a table share.

    Attributes
    ----------
    where
        Rules that a row must meet to be taken.
    join
        A second table whose columns are added.
    encoding
        Encoding of the file; guessed if not given.
    """

    where: list[Condition] = Field(default_factory=list)
    join: Join | None = None
    encoding: str | None = None


class EffectsMapping(TableMapping):
    """How a table of effect sizes gives studies, arms, measures, effects and judgements.

    Attributes
    ----------
    routes
        Routes from the fields to yi and vi, tried in order; the first whose fields are all
        there is used.
    tolerance
        Largest difference from the source's own g and variance (`check`) that goes unsaid.
    exclude_flags
        Plausibility flags that keep an effect out of pooling.
    scale_checked
        True if a person has checked that variances and standard errors are what they are called;
        then they are not tested.
    judged_by
        Who made the judgements: a pseudonym, or the source review.
    """

    kind: Literal["effects"]
    study: Annotated[dict[str, FieldSource], _known_fields("study")]
    arm: Annotated[dict[str, FieldSource], _known_fields("arm")]
    comparison_arm: Annotated[dict[str, FieldSource], _known_fields("comparison_arm")]
    measure: Annotated[dict[str, FieldSource], _known_fields("measure")]
    effect: Annotated[dict[str, FieldSource], _known_fields("effect")]
    check: Annotated[dict[str, FieldSource], _known_fields("check")] = Field(default_factory=dict)
    judgement: list[JudgementSource] = Field(default_factory=list)
    routes: list[str] = Field(min_length=1)
    tolerance: float = Field(default=0.01, gt=0)
    exclude_flags: list[str] = Field(default_factory=list)
    scale_checked: bool = False
    judged_by: str = "source review"

    @field_validator("routes")
    @classmethod
    def _known_routes(cls, routes: list[str]) -> list[str]:
        return _all_known(routes, ROUTES, "routes")

    @field_validator("exclude_flags")
    @classmethod
    def _known_flags(cls, flags: list[str]) -> list[str]:
        return _all_known(flags, FLAGS, "flags")


class StudiesMapping(TableMapping):
    """How a table of studies gives studies and their judgements."""

    kind: Literal["studies"]
    study: Annotated[dict[str, FieldSource], _known_fields("study")]
    judgement: list[JudgementSource] = Field(default_factory=list)
    judged_by: str = "source review"


class DecisionsMapping(TableMapping):
    """How a table with one row for each record gives decisions and, if it has titles, records."""

    kind: Literal["decisions"]
    record: Annotated[dict[str, FieldSource], _known_fields("record")]
    decision: list[DecisionSource] = Field(min_length=1)

    @model_validator(mode="after")
    def _unlike(self) -> Self:
        reconciled = [d.stage for d in self.decision if d.role == "reconciled"]
        if len(reconciled) != len(set(reconciled)):
            raise ValueError("has two reconciled decisions for one stage.")
        return self


class RecordsMapping(TableMapping):
    """How a table of references gives records."""

    kind: Literal["records"]
    record: Annotated[dict[str, FieldSource], _known_fields("record")]


class AccuracyMapping(TableMapping):
    """How a table of 2x2 counts or published rates gives accuracies."""

    kind: Literal["accuracy"]
    accuracy: Annotated[dict[str, FieldSource], _known_fields("accuracy")]


class FlowCountsMapping(Strict):
    """How the numbers of a review's flow stand in a JSON object or a table of two columns.

    Attributes
    ----------
    name_column, value_column
        Columns of a table; not needed for JSON.
    """

    kind: Literal["flow_counts"]
    count: list[CountSource] = Field(min_length=1)
    name_column: str | None = None
    value_column: str | None = None


Mapping = (
    EffectsMapping
    | StudiesMapping
    | DecisionsMapping
    | RecordsMapping
    | AccuracyMapping
    | FlowCountsMapping
)
