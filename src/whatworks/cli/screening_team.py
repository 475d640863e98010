"""`whatworks screening`: set a review's screening up, decide, settle, and see how far it is."""

from __future__ import annotations

import dataclasses
import json
import secrets
import tomllib
from typing import TYPE_CHECKING, Any

import click

from whatworks.cli.imports import read_input
from whatworks.cli.options import actor_option, as_actor, open_store, store_option
from whatworks.errors import UserError

if TYPE_CHECKING:
    from whatworks.screening.nouns import ScreeningRules
    from whatworks.screening.standing import Standing

__all__ = ["COMMANDS"]

STAGES = ("title_abstract", "full_text")
_CRITERIA_KEYS = {"criteria", "include_terms", "exclude_terms", "reasons"}

review_option = click.option(
    "--review", "review_id", required=True, help="Review that is screened."
)
stage_option = click.option(
    "--stage",
    type=click.Choice(STAGES),
    default=STAGES[0],
    show_default=True,
    help="Stage of screening.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command()
@review_option
@stage_option
@click.option("--reviewers", type=click.IntRange(1, 2), help="People who decide on each record.")
@click.option(
    "--doubled", type=float, metavar="PERCENT", help="Share that two decide on, if one does."
)
@click.option(
    "--conflicts", type=click.Choice(["third", "agreement"]), help="Who settles conflicts."
)
@click.option(
    "--order", type=click.Choice(["ranked", "random"]), help="In which order records come."
)
@click.option("--target", type=float, metavar="PERCENT", help="Share of the relevant ones to find.")
@click.option("--level", type=float, metavar="PERCENT", help="Confidence in it.")
@click.option("--open/--closed", "is_open", default=None, help="Whether people may decide.")
@store_option
@actor_option
def rules(
    review_id: str,
    stage: str,
    reviewers: int | None,
    doubled: float | None,
    conflicts: str | None,
    order: str | None,
    target: float | None,
    level: float | None,
    is_open: bool | None,
    store_at: str,
    acting_as: str | None,
) -> None:
    """Show the rules of a stage, or set those that are given.

    \b
    Example: whatworks screening rules --review dyslexia --reviewers 1 --doubled 10
    """
    from whatworks.actions.known_review import require_review
    from whatworks.actions.set_up_screening import set_rules
    from whatworks.screening.nouns import ScreeningRules

    store = open_store(store_at)
    require_review(store, review_id)
    versions = store.history("screening_rules", (review_id, stage))
    now: ScreeningRules | None = versions[-1].row if versions else None
    given: dict[str, Any] = {
        "reviewers_per_record": reviewers,
        "doubled_share": None if doubled is None else doubled / 100.0,
        "conflict_rule": conflicts,
        "record_order": order,
        "recall_target": None if target is None else target / 100.0,
        "level": None if level is None else level / 100.0,
        "is_open": is_open,
    }
    changes = {name: value for name, value in given.items() if value is not None}
    if changes:
        base = now or ScreeningRules(
            review_id, stage, 2, 0.0, "third", "ranked", 0.95, 0.95, secrets.randbelow(2**31), True
        )
        now = dataclasses.replace(base, **changes)
        set_rules(store, by=as_actor(acting_as), rules=now)
    if now is None:
        click.echo(
            "No rules are set. Set them, for instance with --reviewers 2, and the others get their usual "
            "values."
        )
        return
    for line in _rules_in_words(now):
        click.echo(line)


def _rules_in_words(now: ScreeningRules) -> list[str]:
    doubled = f", two on {100 * now.doubled_share:g}% of them" if now.doubled_share else ""
    people = (
        "two people decide" if now.reviewers_per_record == 2 else f"one person decides{doubled}"
    )
    return [
        f"On each record {people}; conflicts: {now.conflict_rule}; order: {now.record_order}.",
        f"Target: {100 * now.recall_target:g}% of the relevant records with {100 * now.level:g}% confidence.",
        "The stage is open." if now.is_open else "The stage is closed.",
    ]


@click.command()
@review_option
@click.option("--from", "source", metavar="FILE.toml", help="File to take a new version from.")
@click.option("--why", help="What changed and why; needed from the second version on.")
@store_option
@actor_option
@json_option
def criteria(
    review_id: str,
    source: str | None,
    why: str | None,
    store_at: str,
    acting_as: str | None,
    as_json: bool,
) -> None:
    """Show the eligibility criteria, or write a new version of them from a file.

    The file has criteria (lines of text), include_terms and exclude_terms (lists), and reasons: a table of
    code = "words", in the order in which the flow diagram is to count them.

    \b
    Example: whatworks screening criteria --review dyslexia --from criteria.toml
    """
    from whatworks.actions.known_review import require_review
    from whatworks.actions.set_up_screening import current_criteria, write_criteria

    store = open_store(store_at)
    require_review(store, review_id)
    if source is not None:
        data, name = read_input(source)
        said = _criteria_of(data, name)
        write_criteria(
            store,
            by=as_actor(acting_as),
            review_id=review_id,
            text=said["criteria"],
            reasons=list(said["reasons"].items()),
            include_terms=said["include_terms"],
            exclude_terms=said["exclude_terms"],
            why_changed=why,
        )
    now, reasons = current_criteria(store, review_id)
    if as_json:
        shown = {
            "criteria": None if now is None else dataclasses.asdict(now),
            "reasons": [dataclasses.asdict(one) for one in reasons],
        }
        click.echo(json.dumps(shown, indent=1, ensure_ascii=False))
        return
    if now is None:
        click.echo("No criteria are written. Write them with --from FILE.toml.")
        return
    click.echo(f"Version {now.criteria_version}")
    click.echo(now.text)
    for one in reasons:
        click.echo(f"  {one.position}. {one.code}: {one.label}")


def _criteria_of(data: bytes, name: str) -> dict[str, Any]:
    """Return what a file of criteria says.

    Raises
    ------
    UserError
        It is no TOML, or a part is missing or of another kind.
    """
    try:
        said = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UserError(
            f"{name}: it cannot be read as TOML ({error}). Nothing was saved."
        ) from None
    unknown = said.keys() - _CRITERIA_KEYS
    if unknown:
        raise UserError(
            f"{name}: found {', '.join(sorted(unknown))}. The keys are {', '.join(sorted(_CRITERIA_KEYS))}. "
            "Nothing was saved."
        )
    text = said.get("criteria", "")
    lines = "\n".join(text) if isinstance(text, list) else text
    found = {
        "criteria": lines,
        "reasons": said.get("reasons", {}),
        "include_terms": said.get("include_terms", []),
        "exclude_terms": said.get("exclude_terms", []),
    }
    if not isinstance(lines, str) or not isinstance(found["reasons"], dict):
        raise UserError(
            f'{name}: criteria is a text and reasons a table of code = "words". Nothing was saved.'
        )
    for key in ("include_terms", "exclude_terms"):
        if not isinstance(found[key], list) or not all(isinstance(one, str) for one in found[key]):
            raise UserError(f"{name}: {key} is a list of words. Nothing was saved.")
    if not all(isinstance(one, str) for one in found["reasons"].values()):
        raise UserError(f"{name}: each reason has its words in quotes. Nothing was saved.")
    return found


@click.command()
@click.argument("record_ids", metavar="RECORD...", nargs=-1, required=True)
@review_option
@click.option("--not-relevant", is_flag=True, help="They are known not to be relevant.")
@store_option
@actor_option
def seeds(
    record_ids: tuple[str, ...],
    review_id: str,
    not_relevant: bool,
    store_at: str,
    acting_as: str | None,
) -> None:
    """Say which records are known to be relevant beforehand: the ranking begins with them.

    \b
    Example: whatworks screening seeds dyslexia:12 dyslexia:40 --review dyslexia
    """
    from whatworks.actions.set_up_screening import name_seeds

    changed = name_seeds(
        open_store(store_at),
        by=as_actor(acting_as),
        review_id=review_id,
        seeds=dict.fromkeys(record_ids, not not_relevant),
    )
    click.echo(f"{changed:,} {'record' if changed == 1 else 'records'} noted.")


@click.command()
@click.argument("record_id", metavar="RECORD")
@click.argument("value", type=click.Choice(["include", "exclude", "unsure"]))
@review_option
@stage_option
@click.option("--reason", metavar="CODE", help="Why it is excluded.")
@click.option("--note", help="Kept beside the decision.")
@store_option
@actor_option
def decide(
    record_id: str,
    value: str,
    review_id: str,
    stage: str,
    reason: str | None,
    note: str | None,
    store_at: str,
    acting_as: str | None,
) -> None:
    """Decide on a record. What others decided is shown when all who must have decided.

    \b
    Example: whatworks screening decide dyslexia:12 exclude --review dyslexia --as person-abc
    """
    from whatworks.actions.screen_record import vote
    from whatworks.actions.screening_board import Board

    board = Board(open_store(store_at), review_id)
    now = vote(
        board,
        by=as_actor(acting_as),
        stage_name=stage,
        record_id=record_id,
        value=value,
        reason=reason,
        note=note,
    )
    click.echo(_standing_in_words(record_id, now))


@click.command()
@click.argument("record_id", metavar="RECORD")
@click.argument("value", type=click.Choice(["include", "exclude"]))
@review_option
@stage_option
@click.option("--reason", metavar="CODE", help="Why it is excluded.")
@click.option("--note", help="Why; needed to change an outcome that was agreed.")
@store_option
@actor_option
def settle(
    record_id: str,
    value: str,
    review_id: str,
    stage: str,
    reason: str | None,
    note: str | None,
    store_at: str,
    acting_as: str | None,
) -> None:
    """Settle a conflict, or change an outcome; the decisions stay as they are.

    \b
    Example: whatworks screening settle dyslexia:12 include --review dyslexia --as person-abc
    """
    from whatworks.actions.screen_record import settle as settled
    from whatworks.actions.screening_board import Board

    board = Board(open_store(store_at), review_id)
    now = settled(
        board,
        by=as_actor(acting_as),
        stage_name=stage,
        record_id=record_id,
        value=value,
        reason=reason,
        note=note,
    )
    click.echo(_standing_in_words(record_id, now))


@click.command()
@review_option
@stage_option
@store_option
@json_option
def conflicts(review_id: str, stage: str, store_at: str, as_json: bool) -> None:
    """List the records on which people do not agree.

    \b
    Example: whatworks screening conflicts --review dyslexia
    """
    from whatworks.actions.screening_board import Board
    from whatworks.screening.standing import CONFLICT

    board = Board(open_store(store_at), review_id)
    found = board.stage(stage)
    names = found.with_state(CONFLICT)
    if as_json:
        shown = [
            {
                "record_id": name,
                "title": board.records[name].title,
                "votes": [
                    {
                        "person": vote.reviewer,
                        "value": vote.value,
                        "reason": vote.reason,
                        "note": vote.note,
                    }
                    for vote in found.standing(name).votes.values()
                ],
            }
            for name in names
        ]
        click.echo(json.dumps(shown, indent=1, ensure_ascii=False))
        return
    for name in names:
        click.echo(f"{name}  {board.records[name].title or 'No title'}")
        for vote in found.standing(name).votes.values():
            why = f" ({vote.reason})" if vote.reason else ""
            click.echo(
                f"  {vote.reviewer}: {vote.value}{why}{f'. {vote.note}' if vote.note else ''}"
            )
    click.echo(f"{len(names):,} {'conflict' if len(names) == 1 else 'conflicts'}.")


@click.command()
@review_option
@store_option
@json_option
def progress(review_id: str, store_at: str, as_json: bool) -> None:
    """Say how far each stage is, and what each person has done.

    \b
    Example: whatworks screening progress --review dyslexia
    """
    from whatworks.actions.screening_board import Board

    board = Board(open_store(store_at), review_id)
    shown = {
        name: {
            **dataclasses.asdict(stage.progress()),
            "people": {person: len(stage.own(person)) for person in stage.people()},
        }
        for name, stage in board.stages.items()
    }
    if as_json:
        click.echo(json.dumps(shown, indent=1, ensure_ascii=False))
        return
    if not shown:
        click.echo("No stage is set up. Begin with: whatworks screening rules")
    for name, stage in board.stages.items():
        now = stage.progress()
        click.echo(
            f"{name}: {now.n_settled:,} of {now.n_records:,} settled ({now.n_included:,} included, "
            f"{now.n_excluded:,} excluded); {now.n_unread:,} not read, {now.n_waiting:,} wait for another "
            f"person, {now.n_conflicts:,} in conflict."
        )
        for person in stage.people():
            click.echo(f"  {person}: {len(stage.own(person)):,} decided")


def _standing_in_words(record_id: str, now: Standing) -> str:
    if now.state == "waiting":
        return f"{record_id}: saved. It waits for another person."
    if now.state == "conflict":
        return f"{record_id}: saved. It is in conflict; see `whatworks screening conflicts`."
    return f"{record_id}: settled as {now.outcome}{f' ({now.reason})' if now.reason else ''}."


COMMANDS = (rules, criteria, seeds, decide, settle, conflicts, progress)
