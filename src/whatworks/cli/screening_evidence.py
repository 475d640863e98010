"""`whatworks screening agreement | stopping | certificate`: how well it was done, and when it may end."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import click

from whatworks.cli.imports import read_input
from whatworks.cli.options import actor_option, as_actor, open_store, store_option
from whatworks.cli.screening_team import json_option, review_option, stage_option
from whatworks.errors import UserError

if TYPE_CHECKING:
    from whatworks.actions.certify_screening import Look
    from whatworks.actions.screening_board import Board

__all__ = ["EVIDENCE_COMMANDS"]


@click.command()
@review_option
@stage_option
@store_option
@json_option
def agreement(review_id: str, stage: str, store_at: str, as_json: bool) -> None:
    """Measure how far people decide alike, on the records that two or more saw.

    \b
    Example: whatworks screening agreement --review dyslexia
    """
    from whatworks.actions.measure_agreement import measure_agreement

    found = measure_agreement(_board(store_at, review_id), stage)
    if as_json:
        click.echo(json.dumps(found.to_dict(), indent=1, ensure_ascii=False))
        return
    click.echo(found.summary())


@click.command()
@review_option
@stage_option
@store_option
@json_option
def stopping(review_id: str, stage: str, store_at: str, as_json: bool) -> None:
    """Say what each rule for stopping says now, what it assumes, and what a certificate would cost.

    \b
    Example: whatworks screening stopping --review dyslexia
    """
    from whatworks.actions.certify_screening import ranked_advice
    from whatworks.actions.rank_screening import Orders

    board = _board(store_at, review_id)
    board.stage(stage)
    orders = Orders(board)
    orders.refresh(stage)
    advice = ranked_advice(board, stage, orders.scores(stage))
    if as_json:
        shown = [{**dataclasses.asdict(one), "sentence": one.sentence()} for one in advice]
        click.echo(json.dumps(shown, indent=1, ensure_ascii=False))
        return
    for one in advice:
        click.echo(one.sentence())


@click.command()
@review_option
@stage_option
@click.option(
    "--begin",
    "what",
    flag_value="begin",
    help="Freeze the ranking: records are drawn at random from now on.",
)
@click.option("--issue", "what", flag_value="issue", help="End screening with what is certain now.")
@click.option(
    "--give-up", "what", flag_value="give_up", help="Go back to ranked screening, at a price."
)
@click.option("--verify", metavar="FILE.json", help="Compute a stored certificate again.")
@store_option
@actor_option
@json_option
def certificate(
    review_id: str,
    stage: str,
    what: str | None,
    verify: str | None,
    store_at: str,
    acting_as: str | None,
    as_json: bool,
) -> None:
    """Show what is certain of how much has been found; begin, issue, give up or verify it.

    \b
    Example: whatworks screening certificate --review dyslexia --begin
    """
    from whatworks.actions.certify_screening import (
        begin_certification,
        give_up_certification,
        issue_certificate,
        look,
    )

    board = _board(store_at, review_id)
    board.stage(stage)
    if verify is not None:
        if what is not None:
            raise UserError("Verify a certificate, or change its state, one after the other.")
        _verify(board, stage, verify)
        return
    by = as_actor(acting_as)
    if what == "begin":
        begin_certification(board, by=by, stage_name=stage)
    elif what == "issue":
        issue_certificate(board, by=by, stage_name=stage)
    elif what == "give_up":
        give_up_certification(board, by=by, stage_name=stage)
    now = look(board, stage)
    if as_json:
        shown = None if now is None else now.statement.to_dict()
        click.echo(json.dumps(shown, indent=1, ensure_ascii=False))
        return
    if now is None:
        click.echo("No records were drawn at random yet. Begin with --begin; see the price with:")
        click.echo(f"  whatworks screening stopping --review {review_id}")
        return
    for line in _in_words(now):
        click.echo(line)


def _in_words(now: Look) -> list[str]:
    made = now.certification
    if made.state == "issued":
        return [made.statement or "", "Screening ended with it; the stage is closed."]
    if made.state == "given_up":
        return [f"Attempt {made.attempt} was given up; ranked screening goes on."]
    lines = [
        now.certificate.sentence()
        if now.n_drawn
        else "Nothing is certain yet: no record was drawn and settled so far.",
        f"{now.n_drawn:,} of {made.n_records:,} drawn and settled.",
        now.price.sentence(),
    ]
    if now.overlooked is not None:
        lines.append(f"Allowing for what one person overlooks: {now.overlooked.sentence()}")
    if now.n_unsettled:
        lines.append(f"{now.n_unsettled:,} outside the draws are not settled: they must be first.")
    return lines


def _verify(board: Board, stage: str, source: str) -> None:
    """Compute a stored statement again, and hold it against the review.

    Raises
    ------
    UserError
        The file is no statement, or something differs.
    """
    from whatworks.screening.statement import Statement

    data, name = read_input(source)
    try:
        given = json.loads(data)
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise UserError(f"{name}: it cannot be read as JSON ({error}).") from None
    if not isinstance(given, dict):
        raise UserError(f"{name}: it is no certificate. Use a file that was downloaded whole.")
    statement = Statement.from_dict(given)
    held = board.known_stage(stage)
    labels = {}
    for record_id in statement.drawn:
        shown = held.shown_for(record_id)
        outcome = held.standing(shown).outcome if shown is not None and shown in held else None
        if outcome is not None:
            labels[record_id] = outcome == "include"
    differing = statement.differences(board.setting.drawn_records.get(stage, ()), labels)
    if differing:
        raise UserError(f"{name}: it does not hold.\n" + "\n".join(f"  {one}" for one in differing))
    click.echo(f"{name}: computed again, and the same. {statement.recompute().sentence()}")


def _board(store_at: str, review_id: str) -> Board:
    from whatworks.actions.screening_board import Board

    return Board(open_store(store_at), review_id)


EVIDENCE_COMMANDS = (agreement, stopping, certificate)
