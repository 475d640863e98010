"""`whatworks screening`: screening in a team, and the ranking tried on a review that is finished."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from whatworks.cli.imports import read_input
from whatworks.cli.screening_decisions import decisions
from whatworks.cli.screening_evidence import EVIDENCE_COMMANDS
from whatworks.cli.screening_team import COMMANDS
from whatworks.cli.suggestions import suggest, suggestions
from whatworks.cli.whole_file import refuse_existing, write_whole
from whatworks.errors import UserError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["screening"]

ORDER_COLUMNS = ("position", "record_id", "label")


@click.group()
def screening() -> None:
    """Screening: set it up, decide, settle, see how far it is; try the ranking on a finished review."""


for _command in (*COMMANDS, *EVIDENCE_COMMANDS, decisions, suggest, suggestions):
    screening.add_command(_command)


@screening.command()
@click.argument("labelled", metavar="LABELLED.csv")
@click.option(
    "--prior",
    "priors",
    metavar="ROWS",
    default="",
    help="Rows that count as screened at the start, such as 965,457; the first row is 0.",
)
@click.option(
    "--seed",
    default=42,
    show_default=True,
    type=click.IntRange(min=0),
    help="Seed of the random draws.",
)
@click.option(
    "--learner", default="svm", show_default=True, metavar="NAME", help="svm or logistic."
)
@click.option(
    "--certificate",
    is_flag=True,
    help="Say when each rule would have stopped, what it would have found, and at what work.",
)
@click.option("--out", required=True, metavar="FILE", help='CSV of the order; "-" is stdout.')
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
def simulate(
    labelled: str,
    priors: str,
    seed: int,
    learner: str,
    certificate: bool,
    out: str,
    force: bool,
) -> None:
    """Screen a finished review again, in the order that the ranking gives.

    LABELLED.csv has the columns record_id, title, abstract and label (1 included, 0 not). OUT gets one row
    for each record screened: position, record_id, label; the records given with --prior come first.

    \b
    Example: whatworks screening simulate old-review.csv --prior 965,457 --out order.csv
    """
    from whatworks.screening.labelled import read_labelled
    from whatworks.screening.ranking import rank, ranking_features
    from whatworks.screening.simulation import ranking_quality
    from whatworks.screening.simulation import simulate as simulated

    if out != "-":
        refuse_existing(out, force=force)
    rows = _rows(priors)
    data, name = read_input(labelled)
    review = read_labelled(data, file=name)
    features = ranking_features(review.titles, review.abstracts)
    with click.progressbar(
        length=len(review.relevant),
        label="Screening",
        file=sys.stderr,
        hidden=not sys.stderr.isatty(),
    ) as bar:
        order = simulated(
            features,
            review.relevant,
            priors=rows,
            seed=seed,
            learner=learner,
            report=lambda n: bar.update(n - bar.pos),
        )
    found = [review.relevant[at] for at in order.tolist()]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(ORDER_COLUMNS)
    for position, at in enumerate(order.tolist(), start=1):
        writer.writerow([position, review.record_ids[at], int(review.relevant[at])])
    if out == "-":
        sys.stdout.write(text.getvalue())
    else:
        write_whole(Path(out), text.getvalue().encode("utf-8"))
    n, n_relevant = len(found), sum(found)
    lines = [f"{n:,} records, {n_relevant:,} relevant, {len(rows):,} known at the start."]
    if sum(found[len(rows) :]):
        quality = ranking_quality(found, n_priors=len(rows))
        lines.append(
            f"95% of the relevant ones were found after {quality.n_for_95:,} further records "
            f"(work saved {100 * quality.wss95:.0f}%); the first tenth held {100 * quality.recall10:.0f}%. "
            f"Loss {quality.loss:.4f}."
        )
    if certificate:

        def scores(n_screened: int) -> npt.NDArray[np.float64]:
            seen = order[:n_screened]
            return rank(features, seen, found[:n_screened], learner=learner).scores[order]

        lines += _stops(found, seed, scores)
    click.echo("\n".join(lines), err=True)


def _stops(
    found: list[bool], seed: int, scores: Callable[[int], npt.NDArray[np.float64]]
) -> list[str]:
    """Return a line for each rule: when it would have stopped, and what it rests on."""
    from whatworks.screening.stopping import RULES, replay

    lines = ["When each rule would have stopped (aim: 95% of the relevant records):"]
    for stop in replay(found, seed=seed, scores=scores):
        rule, share = RULES[stop.rule], 100 * stop.n_screened / len(found)
        lines.append(
            f"  {stop.rule:13} after {stop.n_screened:>7,} records ({share:.0f}%): "
            f"{100 * stop.recall:.1f}% found, {stop.n_missed:,} missed. "
            f"{rule.kind.capitalize()}: {rule.assumption[0].lower()}{rule.assumption[1:]}"
        )
    return lines


def _rows(text: str) -> list[int]:
    """Return the rows of --prior."""
    try:
        return [int(part) for part in text.split(",") if part.strip()]
    except ValueError:
        raise UserError(
            f'--prior: found "{text}". Give rows as numbers with commas, such as 965,457; the first is 0.'
        ) from None
