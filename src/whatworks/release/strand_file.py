"""Read strands and judgements of certainty from a TOML file that people write by hand."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from whatworks.errors import FileError, FileProblem, UserError
from whatworks.grading import Certainty, CertaintyStep, certainty_problems, level_after
from whatworks.release.hashing import canonical_json
from whatworks.release.nouns import Strand
from whatworks.release.selection import parse_selection
from whatworks.tabular import decode
from whatworks.vocab import Approach, Need, Outcome, Phase, StaffRole, join_codes

__all__ = ["StrandFile", "read_strand_file"]

STATUSES = ("pooled", "no_usable_study", "not_pooled")
# The names of numbers are made of the strand's: strand.role.field.
STRAND_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
# Longer lists of codes are not printed: the nearest are enough.
MAX_CODES_SHOWN = 12


def _day(value: object) -> object:
    """Return a date as ISO 8601, whether the file holds it as a date or as text."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    try:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            return date.fromisoformat(value).isoformat()
    except ValueError:
        pass
    raise ValueError("Write a date as year-month-day, such as 2026-11-24.")


class _Border(BaseModel):
    """A table of the file; a key it does not know is a fault."""

    model_config = ConfigDict(extra="forbid")


class _Step(_Border):
    step: int = Field(strict=True)
    reason: str = Field(min_length=1)
    numbers: list[str] = []


class _Certainty(_Border):
    scheme: str
    start: str
    start_reason: str = Field(min_length=1)
    judged_by: str = Field(min_length=1)
    judged_on: Annotated[str, BeforeValidator(_day)]
    summary: str = Field(min_length=1)
    steps: dict[str, _Step]


class _Selection(_Border):
    reviews: list[str] = []
    studies: list[str] = []
    needs: list[Need] = []
    phases: list[Phase] = []
    approaches: list[Approach] = []
    deliverers: list[StaffRole] = []
    outcomes: list[Outcome] = []
    timepoints: list[Literal["end", "follow_up"]] = []
    subgroups: list[str] = []


class _Strand(_Border):
    title: str = Field(min_length=1)
    question: str = Field(min_length=1)
    needs: list[Need] = Field(min_length=1)
    approaches: list[Approach] = Field(min_length=1)
    phases: list[Phase] = Field(min_length=1)
    outcome: Outcome
    reviews: list[str] = Field(min_length=1)
    status: str
    selection: _Selection | None = None
    what_it_is: str
    in_practice: str | None = None
    not_known: list[str] = Field(min_length=1)
    certainty: _Certainty | None = None


class _File(_Border):
    strands: dict[str, _Strand]


@dataclass(frozen=True, slots=True)
class StrandFile:
    """Strands in the order of the file, with their judgements of certainty."""

    strands: tuple[Strand, ...]
    certainties: tuple[Certainty, ...]
    certainty_steps: tuple[CertaintyStep, ...]


def read_strand_file(data: bytes, *, file: str) -> StrandFile:
    """Read strands from TOML: one table ``[strands.<id>]`` each.

    Raises
    ------
    FileError
        The file is not TOML, a key is unknown or missing, a code is not in the vocabulary, or a
        judgement does not add up; all faults are named.
    """
    try:
        parsed = tomllib.loads(decode(data, file=file).text.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise FileError(
            file,
            [
                FileProblem(
                    f"The file is not valid TOML: {error}.",
                    "Correct that place; see the how-to on writing a strand.",
                )
            ],
        ) from None
    try:
        model = _File.model_validate(parsed)
    except ValidationError as error:
        problems = [_problem(dict(fault)) for fault in error.errors(include_url=False)]
        raise FileError(file, problems) from None
    problems = []
    strands: list[Strand] = []
    certainties: list[Certainty] = []
    steps: list[CertaintyStep] = []
    for position, (strand_id, entry) in enumerate(model.strands.items(), start=1):
        try:
            strands.append(_strand(strand_id, entry, position))
        except UserError as error:
            problems.append(FileProblem(f'In "strands.{strand_id}", {error}', "Correct it."))
            continue
        if entry.certainty is not None:
            certainty, own_steps = _certainty(strand_id, entry.certainty)
            problems += [
                FileProblem(f'In "strands.{strand_id}.certainty", {text}', "Correct it.")
                for text in certainty_problems(certainty, own_steps)
            ]
            certainties.append(certainty)
            steps += own_steps
    if problems:
        raise FileError(file, problems)
    return StrandFile(tuple(strands), tuple(certainties), tuple(steps))


def _problem(fault: dict[str, Any]) -> FileProblem:
    """Tell one fault by its key."""
    loc = fault["loc"]
    # Places in a list are counted from 1, as people do.
    key = ".".join(str(part + 1) if isinstance(part, int) else part for part in loc)
    kind, found = fault["type"], fault["input"]
    if kind == "missing":
        return FileProblem(f'The key "{key}" is missing.', "Add it.")
    if kind == "extra_forbidden":
        return FileProblem(f'The key "{key}" is not known.', "Remove it or correct its spelling.")
    shown = repr(found) if len(repr(found)) <= 60 else f"{repr(found)[:57]}..."
    if kind in ("enum", "literal_error"):
        codes = [code.strip("'") for code in re.split(r", | or ", fault["ctx"]["expected"])]
        return FileProblem(f'The key "{key}" holds {shown}.', _nearest(str(found), codes))
    message = str(fault["ctx"]["error"]) if kind == "value_error" else f"{fault['msg']}."
    message = message.replace("dictionary or instance of ", "").replace("dictionary", "section")
    message = re.sub(r"_(Strand|Certainty|Step|Selection|File)\b", "section", message)
    return FileProblem(f'The key "{key}" holds {shown}.', message)


def _nearest(found: str, codes: list[str]) -> str:
    """Say which codes may be meant."""
    if len(codes) <= MAX_CODES_SHOWN:
        return f"Write one of {', '.join(codes)}."
    near = difflib.get_close_matches(found, codes, n=3, cutoff=0.5)
    if near:
        return f"The nearest codes are {', '.join(near)}."
    return f"Write a code of the vocabulary, such as {', '.join(codes[:5])}."


def _strand(strand_id: str, entry: _Strand, position: int) -> Strand:
    """Return one strand as a row."""
    if not STRAND_ID.fullmatch(strand_id):
        raise UserError("the name holds more than letters, digits, hyphens and underscores.")
    if entry.status not in STATUSES:
        raise UserError(f'status is "{entry.status}"; it must be one of {", ".join(STATUSES)}.')
    if (entry.selection is None) == (entry.status == "pooled"):
        raise UserError("a pooled strand needs a selection, and only a pooled one may have one.")
    selection = None
    if entry.selection is not None:
        rule = entry.selection.model_dump(mode="json")
        if not any(rule.values()):
            raise UserError("the selection has no condition, so that it would pick every effect.")
        selection = parse_selection(canonical_json(rule)).to_json()
    return Strand(
        strand_id=strand_id,
        title=entry.title,
        question=entry.question,
        needs=join_codes(entry.needs),
        approaches=join_codes(entry.approaches),
        phases=join_codes(entry.phases),
        outcome=entry.outcome.value,
        reviews=";".join(entry.reviews),
        selection=selection,
        status=entry.status,
        what_it_is=entry.what_it_is.strip(),
        in_practice=entry.in_practice.strip() if entry.in_practice else None,
        not_known="\n".join(line.strip() for line in entry.not_known),
        position=position,
    )


def _certainty(strand_id: str, entry: _Certainty) -> tuple[Certainty, Sequence[CertaintyStep]]:
    """Return one judgement and its steps as rows; the level follows from the steps."""
    identity = f"{strand_id}:certainty"
    steps = [
        CertaintyStep(
            certainty_step_id=f"{identity}:{domain}",
            certainty_id=identity,
            domain=domain,
            step=step.step,
            reason=step.reason.strip(),
            numbers=";".join(step.numbers) or None,
        )
        for domain, step in entry.steps.items()
    ]
    try:
        level = level_after(entry.start, [step.step for step in steps])
    except ValueError:
        level = entry.start
    certainty = Certainty(
        certainty_id=identity,
        strand_id=strand_id,
        scheme=entry.scheme,
        start_level=entry.start,
        start_reason=entry.start_reason.strip(),
        level=level,
        judged_by=entry.judged_by,
        judged_on=entry.judged_on,
        summary=entry.summary.strip(),
    )
    return certainty, steps
