"""Read strands and judgements of certainty from a TOML file that people write by hand."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from whatworks.errors import FileError, FileProblem, UserError
from whatworks.grading import Certainty, CertaintyStep, certainty_problems, level_after
from whatworks.release.hashing import canonical_json
from whatworks.release.nouns import Strand
from whatworks.release.selection import parse_selection
from whatworks.vocab import Approach, Need, Outcome, Phase, join_codes

__all__ = ["StrandFile", "read_strand_file"]

STATUSES = ("pooled", "no_usable_study", "not_pooled")


class _Border(BaseModel):
    """A table of the file; a key it does not know is a fault."""

    model_config = ConfigDict(extra="forbid")


class _Step(_Border):
    step: int
    reason: str = Field(min_length=1)
    numbers: list[str] = []


class _Certainty(_Border):
    scheme: str
    start: str
    start_reason: str = Field(min_length=1)
    judged_by: str
    judged_on: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    summary: str = Field(min_length=1)
    steps: dict[str, _Step]


class _Strand(_Border):
    title: str
    question: str
    needs: list[Need]
    approaches: list[Approach]
    phases: list[Phase]
    outcome: Outcome
    reviews: list[str] = Field(min_length=1)
    status: str
    selection: dict[str, list[str]] | None = None
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
        parsed = tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FileError(
            file, [FileProblem(f"this is not TOML in UTF-8: {error}.", "Correct that place.")]
        ) from None
    try:
        model = _File.model_validate(parsed)
    except ValidationError as error:
        raise FileError(
            file,
            [
                FileProblem(
                    f"{fault['msg']} (found {fault['input']!r:.60}).",
                    "Correct that key.",
                    column=".".join(str(part) for part in fault["loc"]),
                )
                for fault in error.errors()
            ],
        ) from None
    problems: list[FileProblem] = []
    strands: list[Strand] = []
    certainties: list[Certainty] = []
    steps: list[CertaintyStep] = []
    for position, (strand_id, entry) in enumerate(model.strands.items(), start=1):
        try:
            strands.append(_strand(strand_id, entry, position))
        except UserError as error:
            problems.append(FileProblem(str(error), "Correct it.", column=f"strands.{strand_id}"))
            continue
        if entry.certainty is not None:
            certainty, own_steps = _certainty(strand_id, entry.certainty)
            problems += [
                FileProblem(text, "Correct it.", column=f"strands.{strand_id}.certainty")
                for text in certainty_problems(certainty, own_steps)
            ]
            certainties.append(certainty)
            steps += own_steps
    if problems:
        raise FileError(file, problems)
    return StrandFile(tuple(strands), tuple(certainties), tuple(steps))


def _strand(strand_id: str, entry: _Strand, position: int) -> Strand:
    """Return one strand as a row."""
    if entry.status not in STATUSES:
        raise UserError(f'status is "{entry.status}"; it must be one of {", ".join(STATUSES)}.')
    if (entry.selection is None) == (entry.status == "pooled"):
        raise UserError("a pooled strand needs a selection, and only a pooled one may have one.")
    selection = None
    if entry.selection is not None:
        selection = parse_selection(canonical_json(entry.selection)).to_json()
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
