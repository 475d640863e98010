"""`whatworks reports`: which records describe the same document."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from whatworks.cli.imports import read_input
from whatworks.cli.options import actor_option, as_actor, open_store, store_option
from whatworks.cli.whole_file import refuse_existing, write_whole

if TYPE_CHECKING:
    from whatworks.actions.find_reports import FoundReports

__all__ = ["reports"]

review_option = click.option(
    "--review", "review_id", required=True, help="Review whose records are joined."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
FIELDS = ("title", "authors", "year", "container", "volume", "issue", "pages", "doi")


@click.group()
def reports() -> None:
    """Reports: join records of the same document."""


@reports.command()
@review_option
@store_option
@actor_option
@json_option
def find(review_id: str, store_at: str, acting_as: str | None, as_json: bool) -> None:
    """Join the records that describe one document; ask about those that may.

    \b
    Example: whatworks reports find --review dyslexia
    """
    from whatworks.actions.find_reports import find_reports

    found = find_reports(open_store(store_at), by=as_actor(acting_as), review_id=review_id)
    _tell(found, review_id, as_json=as_json)


@reports.command()
@review_option
@store_option
@json_option
def questions(review_id: str, store_at: str, as_json: bool) -> None:
    """List the pairs of records that a person should look at.

    \b
    Example: whatworks reports questions --review dyslexia
    """
    store = open_store(store_at)
    pairs = [
        pair
        for pair in store.rows("record_pairs")
        if pair.review_id == review_id and pair.outcome == "ask"
    ]
    pairs.sort(key=lambda pair: -pair.probability)
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(p) for p in pairs], indent=1, ensure_ascii=False))
        return
    records = {record.record_id: record for record in store.rows("records")} if pairs else {}
    for pair in pairs:
        click.echo(f"{100 * pair.probability:.0f}% one report: {pair.evidence}")
        for name in pair.pair:
            shown = [str(value) for f in FIELDS if (value := getattr(records[name], f))]
            click.echo(f"  {name}\n    {'. '.join(shown)}")
    click.echo(
        f"{len(pairs):,} {'pair' if len(pairs) == 1 else 'pairs'} to look at."
        + (" Answer with: whatworks reports decide RECORD RECORD same|different" if pairs else "")
    )


@reports.command()
@click.argument("record_id", metavar="RECORD")
@click.argument("other_record_id", metavar="RECORD")
@click.argument("decision", type=click.Choice(["same", "different"]))
@review_option
@click.option("--note", help="Why.")
@store_option
@actor_option
@json_option
def decide(
    record_id: str,
    other_record_id: str,
    decision: str,
    review_id: str,
    note: str | None,
    store_at: str,
    acting_as: str | None,
    as_json: bool,
) -> None:
    """Say of two records whether they describe one document.

    \b
    Example: whatworks reports decide r:ab12:4 r:cd34:9 same --review dyslexia
    """
    from whatworks.actions.decide_pair import decide_pair
    from whatworks.actions.find_reports import find_reports

    store, by = open_store(store_at), as_actor(acting_as)
    decide_pair(
        store,
        by=by,
        review_id=review_id,
        record_id=record_id,
        other_record_id=other_record_id,
        decision=decision,
        note=note,
        join=False,
    )
    found = find_reports(store, by=by, review_id=review_id)
    _tell(found, review_id, as_json=as_json)


@reports.command(name="take-back")
@click.argument("record_id", metavar="RECORD")
@click.argument("other_record_id", metavar="RECORD")
@review_option
@store_option
@actor_option
@json_option
def take_back(
    record_id: str,
    other_record_id: str,
    review_id: str,
    store_at: str,
    acting_as: str | None,
    as_json: bool,
) -> None:
    """Take a decision on two records back; both stay in the log.

    \b
    Example: whatworks reports take-back r:ab12:4 r:cd34:9 --review dyslexia
    """
    from whatworks.actions.decide_pair import take_back_pair
    from whatworks.actions.find_reports import find_reports

    store, by = open_store(store_at), as_actor(acting_as)
    take_back_pair(
        store,
        by=by,
        review_id=review_id,
        record_id=record_id,
        other_record_id=other_record_id,
        join=False,
    )
    found = find_reports(store, by=by, review_id=review_id)
    _tell(found, review_id, as_json=as_json)


@reports.command()
@review_option
@click.option("--size", default=100, show_default=True, help="About how many pairs.")
@click.option(
    "--seed", default=1, show_default=True, type=click.IntRange(min=0), help="Seed of the draw."
)
@click.option("--again", is_flag=True, help="Draw new pairs though some are drawn already.")
@click.option("--out", metavar="FILE", help="Write the pairs to a CSV to fill in.")
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
@store_option
@actor_option
def sample(
    review_id: str,
    size: int,
    seed: int,
    again: bool,
    out: str | None,
    force: bool,
    store_at: str,
    acting_as: str | None,
) -> None:
    """Draw pairs of records for a person to check how well they were joined.

    Check them on the working pages (`whatworks serve`), or write same or different into the column
    "verdict" of the sheet; then run `reports estimate`. What is said of a pair stands as a decision.

    \b
    Example: whatworks reports sample --review dyslexia --out check.csv
    """
    from whatworks.actions.audit_reports import draw_sample, sample_of, sample_sheet

    if out:
        refuse_existing(out, force=force)
    store = open_store(store_at)
    held = sample_of(store, review_id)
    if again or not held.pairs:
        held = draw_sample(store, by=as_actor(acting_as), review_id=review_id, size=size, seed=seed)
        click.echo(f"{len(held.pairs):,} pairs are drawn.")
    else:
        click.echo(
            f"{len(held.pairs):,} pairs were drawn before; {held.n_checked:,} of them are checked. "
            "Draw new ones with --again."
        )
    if out:
        write_whole(Path(out), sample_sheet(store, review_id))
        click.echo(
            f'Written to {out}. Fill in the column "verdict", then: whatworks reports estimate {out} '
            f"--review {review_id}"
        )


@reports.command()
@click.argument("file", metavar="[FILE]", required=False)
@review_option
@click.option("--level", default=0.95, show_default=True, help="Level of the intervals.")
@store_option
@actor_option
@json_option
def estimate(
    file: str | None,
    review_id: str,
    level: float,
    store_at: str,
    acting_as: str | None,
    as_json: bool,
) -> None:
    """Estimate wrong and missed merges from the sample that was checked.

    The verdicts of FILE, a sheet that was filled in, are recorded as decisions first.

    \b
    Example: whatworks reports estimate check.csv --review dyslexia
    """
    from whatworks.actions.audit_reports import sample_of, take_sheet

    store = open_store(store_at)
    if file:
        data, name = read_input(file)
        checked = take_sheet(
            store, by=as_actor(acting_as), review_id=review_id, data=data, file=name
        )
    else:
        checked = sample_of(store, review_id)
    found = checked.estimate(level=level)
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(found), indent=1))
        return
    click.echo(found.summary())
    if checked.errors:
        click.echo(
            f"{len(checked.errors):,} of the checked pairs were wrong. They are put right by: "
            f"whatworks reports find --review {review_id}"
        )


def _tell(found: FoundReports, review_id: str, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(found), indent=1, ensure_ascii=False))
        return
    click.echo(
        f"{found.n_records:,} records describe {found.n_reports:,} reports "
        f"({found.n_new:,} new, {found.n_withdrawn:,} became part of others)."
    )
    if found.n_asked:
        click.echo(
            f"{found.n_asked:,} {'pair needs' if found.n_asked == 1 else 'pairs need'} a person: "
            f"whatworks reports questions --review {review_id}"
        )
    if found.n_related:
        click.echo(f"{found.n_related:,} pairs of reports belong together without being one.")
